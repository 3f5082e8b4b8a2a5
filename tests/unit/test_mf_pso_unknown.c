/*
  Particles of which nothing can be known. A population that does not settle makes no good particle, however
  good its policy would be; a solve that fails for all particles ends the run as failed; rewards that are not
  finite for one particle end it as diverged.

  The game has two states and two actions: 0 goes to the other state, 1 to either with probability 1/2.
  Declared as dynamics that look at μ, so that its population is found by pushes. A policy that takes action 0
  with probabilities c_0, c_1 has the chain with the eigenvalue -c, c = (c_0 + c_1)/2: the pushes settle like
  c^n, and for c = 1 never do.
*/
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solving.h"
#include "testing.h"

static PetscErrorCode SetUp(MfgGame game, MfgParameters parameters)
{
  PetscFunctionBeginUser;
  (void)parameters;
  PetscCall(MfgGameSetSizes(game, 2, 2, 2));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_LOCAL, MFG_COUPLING_NONE));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBeginUser;
  (void)game;
  *count = 2;
  next[0] = 1 - s;
  next[1] = s;
  if (!mu) PetscFunctionReturn(0);
  p[0] = a == 0 ? 1 : 0.5;
  p[1] = 1 - p[0];
  PetscFunctionReturn(0);
}

/* Action 0 pays: to take it always is the best there is. */
static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  PetscFunctionBeginUser;
  (void)game;
  for (PetscInt i = 0; i < mu->end - mu->begin; i++) {
    r[2 * i] = 1;
    r[2 * i + 1] = 0;
  }
  PetscFunctionReturn(0);
}

/*
  Not a number in state 0 where it holds more than 0.7. It holds 1/4 at μ_start; one push makes that at most
  3/4, under action 0, and 5/8 under the uniform policy.
*/
static PetscErrorCode BadRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  PetscFunctionBeginUser;
  PetscCall(Rewards(game, mu, r));
  if (mu->begin == 0 && mu->end > 0 && mu->own[0] > 0.7) r[0] = NAN;
  PetscFunctionReturn(0);
}

static const MfgParameterSpec none[] = {{.key = NULL}};
static const MfgGameClass     swaps = {.name = "swaps",
                                       .summary = "populations that oscillate",
                                       .parameters = none,
                                       .setup = SetUp,
                                       .transitions = Transitions,
                                       .rewards = Rewards};
static const MfgGameClass     bad_swaps = {.name = "bad_swaps",
                                           .summary = "and rewards that are not finite",
                                           .parameters = none,
                                           .setup = SetUp,
                                           .transitions = Transitions,
                                           .rewards = BadRewards};

static MfgGame Game(const char *type)
{
  static PetscBool registered = PETSC_FALSE;

  if (!registered) CHECK(MfgGameRegister(&swaps));
  if (!registered) CHECK(MfgGameRegister(&bad_swaps));
  registered = PETSC_TRUE;
  return TestGame(type, "initial", "concentrated", "initial.state", "0", "initial.weight", "1", NULL);
}

/*
  One push under the uniform policy leaves μ_start = (1/4, 3/4), so that push n + 1 moves the population by
  c^n (1+c)/2. After the 50 pushes there are, that is at most 1e-6 for c <= 0.7604.
*/
static void PopulationsThatDoNotSettle(void **state)
{
  MfgGame    game = Game("swaps");
  MfgModel   model = TestModel(game, "population_pushes", "50", NULL);
  MfgSolver  solver = TestSolverOf("mf_pso", model, "[exploitability]", "1", "particles", "10",
                                   "outer_iterations", "20", "population_steps", "1", NULL);
  TestRows   rows;
  Vec        mu, pi;
  PetscReal *policy, c;
  PetscInt   size;

  (void)state;
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  policy = TestGather(pi, &size);
  c = (policy[0] + policy[2]) / 2;
  if (!(c > 0.6 && c < 0.761)) fail_msg("c is %g; expected the largest that settles, 0.76", (double)c);
  CHECK(PetscFree(policy));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void RewardsThatAreNotFinite(void **state)
{
  MfgGame   game = Game("bad_swaps");
  MfgModel  model = TestModel(game, NULL);
  MfgSolver solver = TestSolverOf("mf_pso", model, "[mean_field_delta]", "1", "particles", "7", "population",
                                  "pushes", "population_steps", "1", NULL);
  TestRows  rows;
  const char *text;

  (void)state;
  assert_int_equal(TestSolve(solver, &rows, &text), MFG_DIVERGED_NOT_FINITE);
  assert_non_null(strstr(text, "iteration 1: "));
  assert_non_null(strstr(text, "not finite"));
  assert_int_equal(rows.count, 1); /* the start is good, and so is the last particle */
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

/* A swarm of three on `game`, whose evaluations have one Krylov iteration each, without a preconditioner. */
static MfgSolverReason SolveInOneStep(MfgGame game, const char *spread, TestRows *rows, char text[],
                                      size_t size, PetscReal *largest)
{
  MfgModel        model;
  MfgSolver       solver;
  MfgSolverReason reason;
  const char     *said;
  Vec             mu, pi;

  CHECK(PetscOptionsSetValue(NULL, "-eval_ksp_max_it", "1"));
  CHECK(PetscOptionsSetValue(NULL, "-eval_ksp_type", "gmres"));
  CHECK(PetscOptionsSetValue(NULL, "-eval_pc_type", "none"));
  model = TestModel(game, "direct_below", "0", NULL);
  CHECK(PetscOptionsClearValue(NULL, "-eval_ksp_max_it"));
  CHECK(PetscOptionsClearValue(NULL, "-eval_ksp_type"));
  CHECK(PetscOptionsClearValue(NULL, "-eval_pc_type"));
  solver = TestSolverOf("mf_pso", model, "[mean_field_delta]", "1", "particles", "3", "population", "pushes",
                        "outer_iterations", "4", "initial_policy", "random", "spread", spread, NULL);
  reason = TestSolve(solver, rows, &said);
  snprintf(text, size, "%s", said);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  CHECK(VecMax(pi, NULL, largest));
  CHECK(MfgSolverDestroy(&solver));
  CHECK(MfgModelDestroy(&model));
  return reason;
}

static void SolvesThatAllFail(void **state)
{
  MfgGame   game = TestGame("crowd_grid", NULL);
  TestRows  rows;
  char      text[512];
  PetscReal largest;

  (void)state;
  assert_int_equal(SolveInOneStep(game, "1", &rows, text, sizeof(text), &largest), MFG_FAILED_LINEAR_SOLVE);
  assert_non_null(strstr(text, "iteration 1: policy evaluation"));
  assert_int_equal(rows.count, 1);
  CHECK(MfgGameDestroy(&game));
}

/*
  Where only staying pays, the uniform policy earns the same in every state, and has the same value
  everywhere, which one Krylov iteration finds. The first particle, at a random policy, cannot be evaluated;
  the others start at the uniform one.
*/
static void SolvesThatFailForSome(void **state)
{
  MfgGame  game = TestGame("crowd_grid", "crowd_aversion", "0", "stay_reward", "1", "move_reward", "0", NULL);
  TestRows rows;
  char     text[512];
  PetscReal largest;

  (void)state;
  assert_int_equal(SolveInOneStep(game, "1e-300", &rows, text, sizeof(text), &largest),
                   MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(rows.count, 5);
  TestAssertNumber(largest, 0.2, 1e-14, "the largest probability");
  CHECK(MfgGameDestroy(&game));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(PopulationsThatDoNotSettle), cmocka_unit_test(RewardsThatAreNotFinite),
    cmocka_unit_test(SolvesThatAllFail), cmocka_unit_test(SolvesThatFailForSome)};

TEST_MAIN("particles of which nothing is known", tests)
