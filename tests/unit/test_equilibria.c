/*
  Solvers on games whose equilibrium is known.

    rock_paper_scissors   a third each, in μ and in every row of π
    contraction_game      C > α/(1-γ): nobody switches, V(s) = -α μ(s)/(1-γ)
    no_interaction_chain  a Markov decision process: the value is the optimal value
    lasry_lions_chain     monotone: mirror descent converges, its exploitability falls below 1e-10
    sis_epidemic          who starts without an infection never has one; where an infection costs nothing all
                          go out, and μ(I) = 1 - ν/β; else those who are well are indifferent,
                          γ β μ(I) (V_S - V_I) = 1 with V_S = 0, V_I = -(C-1)/(1-γ(1-ν)), and the mean
                          activity is ν/(β(1-μ(I)))
*/
#include <math.h>
#include "dense.h"
#include "solving.h"
#include "testing.h"

static TestRows rows;

/* The last row of a run that must end with all its iterations done. */
static const MfgMetricsRow *LastRow(MfgSolver solver)
{
  const char           *text;
  const MfgSolverReason reason = TestSolve(solver, &rows, &text);

  if (reason != MFG_STOPPED_ITERATION_LIMIT) fail_msg("the run ended: %s", text);
  return &rows.row[rows.count - 1];
}

static MfgModel ExactModel(MfgGame game)
{
  return TestModel(game, "tolerance", "1e-13", "best_response_tolerance", "1e-12", NULL);
}

static void RockPaperScissors(void **state)
{
  MfgGame   game = TestGame("rock_paper_scissors", "initial", "concentrated", "initial.state", "1", NULL);
  MfgModel  model = ExactModel(game);
  MfgSolver solver =
      TestSolverOf("policy_iteration", model, "[exploitability]", "150", "variant", "boltzmann",
                   "temperature", "0.8", "outer_iterations", "150", "initial_policy", "random", NULL);
  PetscReal third[9];
  Vec       mu, pi;

  (void)state;
  for (int i = 0; i < 9; i++) third[i] = 1.0 / 3.0;
  TestAssertNumber(LastRow(solver)->value[MFG_METRIC_EXPLOITABILITY], 0, 1e-10, "exploitability");
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  TestAssertNear(mu, 3, third, 1e-11, "the mean field");
  TestAssertNear(pi, 9, third, 1e-11, "the policy");
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void CompareContraction(const char *type, const char *key, const char *value)
{
  const PetscReal stay[4] = {1, 0, 1, 0};
  MfgGame         game = TestGame("contraction_game", "switch_cost", "25", "crowd", "2", NULL);
  MfgModel        model = ExactModel(game);
  MfgSolver  solver = TestSolverOf(type, model, "[exploitability]", "5", key, value, "outer_iterations", "5",
                                   "initial_policy", "random", NULL);
  PetscReal *law, expected[2];
  PetscInt   size;
  MfgSolve   solve;
  Vec        mu, pi, J;

  TestAssertNumber(LastRow(solver)->value[MFG_METRIC_EXPLOITABILITY], 0, 1e-11, "exploitability");
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  TestAssertNear(pi, 4, stay, 0, "the policy");
  law = TestGather(mu, &size);
  assert_true(fabs(law[0] - 0.5) > 1e-3); /* or the test would say little */
  for (int s = 0; s < 2; s++) expected[s] = -2 * law[s] / (1 - 0.9);
  J = TestStateVec(model, 0);
  CHECK(MfgModelSetMeanField(model, mu));
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelEvaluate(model, 0, J, &solve));
  TestAssertNear(J, 2, expected, 1e-12, "the value");
  CHECK(PetscFree(law));
  CHECK(VecDestroy(&J));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void Contraction(void **state)
{
  (void)state;
  CompareContraction("policy_iteration", "variant", "greedy");
  CompareContraction("policy_iteration", "variant", "smooth");
  CompareContraction("fictitious_play", "lambda", "pure");
  CompareContraction("fictitious_play", "lambda", "constant");
}

static void CompareOptimal(const char *type, const char *key, const char *value, const char *iterations,
                           PetscReal tolerance)
{
  MfgGame   game = TestGame("no_interaction_chain", "length", "9", NULL);
  MfgModel  model = ExactModel(game);
  MfgSolver solver = TestSolverOf(type, model, "[exploitability]", iterations, key, value, "outer_iterations",
                                  iterations, "initial_policy", "random", NULL);
  PetscReal *law, *optimal;
  PetscInt   S;
  MfgSolve   solve;
  Vec        mu, pi, J;

  TestAssertNumber(LastRow(solver)->value[MFG_METRIC_EXPLOITABILITY], 0, tolerance, "exploitability");
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  law = TestGather(mu, &S);
  optimal = DenseOptimal(game, law, 0);
  J = TestStateVec(model, 0);
  CHECK(MfgModelSetMeanField(model, mu));
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelEvaluate(model, 0, J, &solve));
  TestAssertNear(J, S, optimal, tolerance, "the value");
  CHECK(PetscFree(optimal));
  CHECK(PetscFree(law));
  CHECK(VecDestroy(&J));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void NoInteraction(void **state)
{
  (void)state;
  CompareOptimal("policy_iteration", "variant", "greedy", "20", 1e-9);
  CompareOptimal("fictitious_play", "lambda", "pure", "2", 1e-9);
  CompareOptimal("online_mirror_descent", "learning_rate", "2", "200", 1e-7);
}

static void LasryLions(void **state)
{
  MfgGame   game = TestGame("lasry_lions_chain", NULL);
  MfgModel  model = ExactModel(game);
  MfgSolver solver = TestSolverOf("online_mirror_descent", model, "[exploitability, quality, mu_pi_delta]",
                                  "250", "learning_rate", "0.05", "temperature", "1", "population_steps",
                                  "50", "outer_iterations", "250", "initial_policy", "random", NULL);
  const MfgMetricsRow *row = LastRow(solver);

  (void)state;
  assert_true(row->value[MFG_METRIC_EXPLOITABILITY] < 1e-10);
  assert_true(row->value[MFG_METRIC_EXPLOITABILITY] > -1e-10);
  assert_true(row->value[MFG_METRIC_MU_PI_DELTA] < 1e-6);
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

/* All go out; nobody is ill where nobody was, and where an infection costs nothing μ(I) settles at 1 - ν/β.
 */
static void CompareEpidemic(const char *initial, const char *key, const char *value, PetscReal ill)
{
  const PetscReal law[2] = {1 - ill, ill};
  MfgGame   game = TestGame("sis_epidemic", "infection_cost", ill > 0 ? "0" : "10", "initial", initial, key,
                            value, "initial.weight", "1", NULL);
  MfgModel  model = ExactModel(game);
  MfgSolver solver = TestSolverOf("policy_iteration", model, "[exploitability, mu_pi_delta]", "60",
                                  "outer_iterations", "60", NULL);
  const MfgMetricsRow *row = LastRow(solver);
  Vec                  mu, pi;

  TestAssertNumber(row->value[MFG_METRIC_EXPLOITABILITY], 0, 1e-10, "exploitability");
  TestAssertNumber(row->value[MFG_METRIC_MU_PI_DELTA], 0, 1e-10, "mu-pi delta");
  assert_true(row->value[MFG_METRIC_POPULATION_SETTLED] == 1);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  TestAssertNear(mu, 2, law, 1e-11, "the mean field");
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void ExtinctAndEndemic(void **state)
{
  (void)state;
  CompareEpidemic("concentrated", "initial.state", "0", 0);
  CompareEpidemic("concentrated", "initial.state", "1", 1 - 0.1 / 0.8);
}

/* MF-TRPO with a μ that moves slowly comes to rest near the equilibrium inside, at a distance that falls with
 * η. */
static void CompareInterior(const char *eta, PetscReal eta_value, const char *beta)
{
  const PetscReal V_I = -(10.0 - 1) / (1 - 0.9 * (1 - 0.1)), ill = -1 / (0.9 * 0.8 * V_I);
  const PetscReal activity = 0.1 / (0.8 * (1 - ill));
  MfgGame         game = TestGame("sis_epidemic", NULL);
  MfgModel        model = TestModel(game, "tolerance", "1e-13", "best_response_tolerance", "1e-12",
                                    "population_pushes", "100000", NULL);
  MfgSolver solver = TestSolverOf("mf_trpo", model, "[exploitability]", "3000", "eta", eta, "beta", beta,
                                  "inner_iterations", "50", "population_steps", "1", "outer_iterations",
                                  "3000", "initial_policy", "random", NULL);
  const MfgMetricsRow *row = LastRow(solver);
  PetscReal           *law, *policy, mean = 0;
  PetscInt             size;
  Vec                  mu, pi;

  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  law = TestGather(mu, &size);
  policy = TestGather(pi, &size);
  for (int a = 0; a < 5; a++) mean += 0.25 * a * policy[a];
  assert_true(row->value[MFG_METRIC_POPULATION_SETTLED] == 1);
  /* to first order in η: the temperature alone keeps it away */
  assert_true(fabs(law[1] - ill) < 0.13 * eta_value);
  assert_true(fabs(law[1] - ill) > 0.1 * eta_value);
  assert_true(fabs(mean - activity) < 0.02 * eta_value);
  TestAssertNumber(row->value[MFG_METRIC_EXPLOITABILITY] / eta_value, 5.17, 0.01, "exploitability over η");
  CHECK(PetscFree(policy));
  CHECK(PetscFree(law));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void InteriorEpidemic(void **state)
{
  PetscMPIInt size;

  (void)state;
  CHECK(MPI_Comm_size(PETSC_COMM_WORLD, &size));
  if (size > 1) skip(); /* 300,000 solves of two equations are nothing for more than one rank */
  CompareInterior("0.01", 0.01, "0.3");
  CompareInterior("0.003", 0.003, "0.05");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(RockPaperScissors), cmocka_unit_test(Contraction),
    cmocka_unit_test(NoInteraction),     cmocka_unit_test(LasryLions),
    cmocka_unit_test(ExtinctAndEndemic), cmocka_unit_test(InteriorEpidemic)};

TEST_MAIN("equilibria", tests)
