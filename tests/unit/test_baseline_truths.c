/*
  What is known of the baselines without a second implementation:

  - where rewards do not depend on μ, policy iteration never makes a value smaller and ends at V*; its greedy
    step keeps an action that ties with the best;
  - the first best response of fictitious play has the value V* at the pushed μ_0;
  - a Boltzmann policy is uniform at a large temperature; of α and τ only α/τ matters; logits as large as one
    likes do not overflow;
  - where the population stays uniform and staying is best by 0.4, the exploitability after k iterations is
    3.2/(k+1) (averages of fictitious play), 16/(exp(0.4 α k/τ) + 4) (mirror descent), 16/(exp(0.4/τ) + 4)
    (Boltzmann), 0 (greedy);
  - where rewards fall with the crowd (monotone games), mirror descent and fictitious play converge.
*/
#include <math.h>
#include "dense.h"
#include "solving.h"
#include "table_game.h"
#include "testing.h"

static MfgModel ExactModel(MfgGame game)
{
  return TestModel(game, "direct_below", "3000", "tolerance", "1e-13", "best_response_tolerance", "1e-12",
                   NULL);
}

static MfgGame NoInteraction(void)
{
  return TestGame("crowd_grid", "size", "5", "crowd_aversion", "0", "point_of_interest.cell", "[4, 3]",
                  "point_of_interest.bonus", "2", NULL);
}

/* The value of the solver's policy at its game's first μ, dense. */
static PetscReal *ValueNow(MfgSolver solver, MfgGame game)
{
  PetscReal *mu, *pi, *J;
  PetscInt   size;
  Vec        mu_now, pi_now;

  CHECK(MfgSolverGetIterate(solver, &mu_now, &pi_now));
  mu = TestGather(mu_now, &size);
  pi = TestGather(pi_now, &size);
  J = DenseValue(game, pi, mu, 0);
  CHECK(PetscFree(pi));
  CHECK(PetscFree(mu));
  return J;
}

typedef struct {
  MfgGame    game;
  PetscReal *J; /* of the row before */
} Improvement;

static PetscErrorCode CheckImprovement(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  Improvement *improvement = (Improvement *)context;
  PetscReal   *J;
  PetscInt     S, A;

  PetscFunctionBeginUser;
  (void)row;
  CHECK(MfgGameGetSizes(improvement->game, &S, &A));
  J = ValueNow(solver, improvement->game);
  for (PetscInt s = 0; s < S && improvement->J; s++) assert_true(J[s] >= improvement->J[s] - 1e-9);
  CHECK(PetscFree(improvement->J));
  improvement->J = J;
  PetscFunctionReturn(0);
}

static void PolicyIterationIsOptimal(void **state)
{
  MfgGame   game = NoInteraction();
  MfgModel  model = ExactModel(game);
  MfgSolver solver =
      TestSolverOf("policy_iteration", model, "[quality, policy_delta]", "1", "outer_iterations", "10", NULL);
  TestRows    rows;
  Improvement improvement = {game, NULL};
  PetscInt    S, A;
  PetscReal  *mu, *optimal;

  (void)state;
  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(PetscCalloc1(S, &mu));
  optimal = DenseOptimal(game, mu, 0);
  CHECK(MfgSolverAddMonitor(solver, CheckImprovement, &improvement));
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_true(rows.row[0].value[MFG_METRIC_QUALITY] > 1);
  assert_true(fabs(rows.row[10].value[MFG_METRIC_QUALITY]) < 1e-9);
  assert_true(rows.row[10].value[MFG_METRIC_POLICY_DELTA] == 0);
  for (PetscInt s = 0; s < S; s++)
    TestAssertNumber(improvement.J[s], optimal[s], 1e-9, "the value after ten iterations");
  CHECK(PetscFree(improvement.J));
  CHECK(PetscFree(optimal));
  CHECK(PetscFree(mu));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

/* One state, two actions that differ by `gain` in favour of the first; π_0 is the second. */
static PetscReal SecondActionAfterOneStep(PetscReal gain)
{
  const PetscReal p[] = {1, 1}, r[] = {1 + gain, 1};
  const TestTable table = {.states = 1, .actions = 2, .p = p, .r = r};
  MfgGame         game = TestTableGame(&table, NULL);
  MfgModel        model = ExactModel(game);
  MfgSolver solver = TestSolverOf("policy_iteration", model, "[quality]", "1", "outer_iterations", "1", NULL);
  TestRows  rows;
  Vec       mu, pi;
  PetscReal *policy, second;
  PetscInt   size;

  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  CHECK(VecSet(pi, 0));
  CHECK(VecSetValue(pi, 1, 1, INSERT_VALUES));
  CHECK(VecAssemblyBegin(pi));
  CHECK(VecAssemblyEnd(pi));
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  policy = TestGather(pi, &size);
  second = policy[1];
  assert_true(policy[0] == 1 - second);
  CHECK(PetscFree(policy));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
  return second;
}

/* q is 10 at most, so that a tie is a gain of up to 1.1e-8. */
static void Ties(void **state)
{
  (void)state;
  assert_true(SecondActionAfterOneStep(0) == 1);
  assert_true(SecondActionAfterOneStep(1e-10) == 1);
  assert_true(SecondActionAfterOneStep(1e-9) == 1);
  assert_true(SecondActionAfterOneStep(1e-7) == 0);
  assert_true(SecondActionAfterOneStep(1) == 0);
  assert_true(SecondActionAfterOneStep(-1) == 1);
}

/*
  By symmetry `up` (the lower number) ties with `right` on the diagonal towards a point of interest in the
  last cell. Evaluations that are not exact break the symmetry, but not the tie.
*/
static void TiesOfLooseEvaluations(void **state)
{
  enum { SIZE = 8, ACTIONS = 5 };
  MfgGame   game = TestGame("crowd_grid", "size", "8", "crowd_aversion", "0", "point_of_interest.cell",
                            "[7, 7]", "point_of_interest.bonus", "100", NULL);
  MfgModel  model = TestModel(game, "direct_below", "0", "tolerance", "1e-3", NULL);
  MfgSolver solver =
      TestSolverOf("policy_iteration", model, "[policy_delta]", "1", "outer_iterations", "1", NULL);
  TestRows   rows;
  Vec        mu, pi;
  PetscReal *policy;
  PetscInt   size;

  (void)state;
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  policy = TestGather(pi, &size);
  for (PetscInt i = 0; i < SIZE - 1; i++) assert_true(policy[i * (SIZE + 1) * ACTIONS] == 1);
  CHECK(PetscFree(policy));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void CheckFirstBestResponse(const char *schedule)
{
  MfgGame game =
      TestGame("four_rooms", "size", "7", "initial", "concentrated", "initial.cell", "[0, 1]", NULL);
  MfgModel   model = ExactModel(game);
  MfgSolver  solver = TestSolverOf("fictitious_play", model, "[policy_delta]", "1", "outer_iterations", "1",
                                   "lambda", schedule, NULL);
  TestRows   rows;
  Vec        mu_now, pi_now;
  PetscReal *mu, *pi, *J, *optimal;
  PetscInt   S, size;

  CHECK(MfgSolverGetIterate(solver, &mu_now, &pi_now));
  mu = TestGather(mu_now, &S);
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  pi = TestGather(pi_now, &size);
  J = DenseValue(game, pi, mu, 0);
  optimal = DenseOptimal(game, mu, 0);
  for (PetscInt s = 0; s < S; s++) TestAssertNumber(J[s], optimal[s], 1e-9, "the value of the best response");
  CHECK(PetscFree(optimal));
  CHECK(PetscFree(J));
  CHECK(PetscFree(pi));
  CHECK(PetscFree(mu));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void FirstBestResponse(void **state)
{
  (void)state;
  CheckFirstBestResponse("pure");
  CheckFirstBestResponse("constant");
}

/* The policy after some iterations, of keys that come in two pairs. */
static PetscReal *PolicyOf(MfgModel model, const char *type, const char *key, const char *value,
                           const char *other, const char *other_value, PetscInt *size)
{
  MfgSolver  solver = TestSolverOf(type, model, "[mean_field_delta]", "1", "outer_iterations", "6",
                                   "population_steps", "5", key, value, other, other_value, NULL);
  TestRows   rows;
  Vec        mu, pi;
  PetscReal *policy;

  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  policy = TestGather(pi, size);
  CHECK(MfgSolverDestroy(&solver));
  return policy;
}

static void Temperatures(void **state)
{
  MfgGame    game = TestGame("crowd_grid", "size", "4", "point_of_interest.cell", "[3, 0]", NULL);
  MfgModel   model = ExactModel(game);
  PetscInt   size;
  PetscReal *one, *three;

  (void)state;
  one = PolicyOf(model, "policy_iteration", "variant", "boltzmann", "temperature", "1e9", &size);
  for (PetscInt i = 0; i < size; i++) TestAssertNumber(one[i], 0.2, 1e-7, "a policy at a high temperature");
  CHECK(PetscFree(one));
  one = PolicyOf(model, "online_mirror_descent", "learning_rate", "0.5", "temperature", "0.7", &size);
  three = PolicyOf(model, "online_mirror_descent", "learning_rate", "1.5", "temperature", "2.1", &size);
  for (PetscInt i = 0; i < size; i++) TestAssertNumber(three[i], one[i], 1e-10, "a policy at the same α/τ");
  CHECK(PetscFree(three));
  CHECK(PetscFree(one));
  TestDestroy(&model, &game);
}

/* Two sums of q, times α/τ, are beyond the largest number there is. */
static void NoOverflow(void **state)
{
  MfgGame    game = NoInteraction();
  MfgModel   model = ExactModel(game);
  PetscInt   size;
  PetscReal *policy =
      PolicyOf(model, "online_mirror_descent", "learning_rate", "5e306", "temperature", "1", &size);

  (void)state;
  for (PetscInt i = 0; i < size; i += 5) {
    PetscReal sum = 0;

    for (PetscInt a = i; a < i + 5; a++) sum += policy[a];
    TestAssertNumber(sum, 1, 1e-14, "the sum of a row of the policy");
  }
  CHECK(PetscFree(policy));
  TestDestroy(&model, &game);
}

/* Row i of a run on crowd_grid with its defaults against `expected`, which knows the iteration. */
static void CompareExploitability(const char *type, const char *key, const char *value, const char *other,
                                  const char *other_value, PetscReal (*expected)(PetscReal k))
{
  MfgGame   game = TestGame("crowd_grid", "size", "4", NULL);
  MfgModel  model = ExactModel(game);
  MfgSolver solver = TestSolverOf(type, model, "[exploitability]", "1", "outer_iterations", "20", key, value,
                                  other, other_value, NULL);
  TestRows  rows;

  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(rows.count, 21);
  for (PetscInt i = 0; i < rows.count; i++)
    TestAssertNumber(rows.row[i].value[MFG_METRIC_EXPLOITABILITY], i ? (*expected)((PetscReal)i) : 3.2, 1e-10,
                     "the exploitability");
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static PetscReal OfAverages(PetscReal k)
{
  return 3.2 / (k + 1);
}

static PetscReal OfMirrorDescent(PetscReal k)
{
  return 16 / (exp(0.4 * 0.25 * k) + 4);
}

static PetscReal OfBoltzmann(PetscReal k)
{
  (void)k;
  return 16 / (exp(0.4 / 5) + 4);
}

static PetscReal OfBestResponses(PetscReal k)
{
  (void)k;
  return 0;
}

/*
  A uniform population on a grid without obstacles stays so under a policy that is the same in all states and
  symmetric. Staying is then better than moving by 0.4, and a policy that moves with probability x has the
  exploitability 0.4 x/(1-γ) = 4 x; x = 0.8 at the start. Policies that answer sharply to the crowd amplify
  rounding there, Boltzmann policies at τ = 0.5 by ten in each iteration.
*/
static void ClosedForms(void **state)
{
  (void)state;
  CompareExploitability("fictitious_play", NULL, NULL, NULL, NULL, OfAverages);
  CompareExploitability("fictitious_play", "lambda", "pure", NULL, NULL, OfBestResponses);
  CompareExploitability("online_mirror_descent", "learning_rate", "0.25", NULL, NULL, OfMirrorDescent);
  CompareExploitability("policy_iteration", NULL, NULL, NULL, NULL, OfBestResponses);
  CompareExploitability("policy_iteration", "variant", "boltzmann", "temperature", "5", OfBoltzmann);
}

/* One cell attracts, the crowd there repels: the equilibrium mixes. */
static MfgGame MonotoneGame(void)
{
  return TestGame("crowd_grid", "size", "4", "point_of_interest.cell", "[3, 0]", "point_of_interest.bonus",
                  "1", "stay_reward", "0", "move_reward", "0", NULL);
}

static void MonotoneGames(void **state)
{
  MfgGame   game = MonotoneGame();
  MfgModel  model = ExactModel(game);
  MfgSolver descent = TestSolverOf("online_mirror_descent", model, "[exploitability]", "25",
                                   "outer_iterations", "500", "stop.exploitability", "1e-6", NULL);
  MfgSolver averages =
      TestSolverOf("fictitious_play", model, "[exploitability]", "200", "outer_iterations", "200", NULL);
  TestRows  rows;
  PetscReal first;

  (void)state;
  assert_int_equal(TestSolve(descent, &rows, NULL), MFG_CONVERGED_EXPLOITABILITY);
  first = rows.row[0].value[MFG_METRIC_EXPLOITABILITY];
  assert_true(first > 1);
  assert_int_equal(TestSolve(averages, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_true(rows.row[1].value[MFG_METRIC_EXPLOITABILITY] < 0.1 * first);
  CHECK(MfgSolverDestroy(&averages));
  CHECK(MfgSolverDestroy(&descent));
  TestDestroy(&model, &game);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(PolicyIterationIsOptimal),
                                          cmocka_unit_test(Ties),
                                          cmocka_unit_test(TiesOfLooseEvaluations),
                                          cmocka_unit_test(FirstBestResponse),
                                          cmocka_unit_test(Temperatures),
                                          cmocka_unit_test(NoOverflow),
                                          cmocka_unit_test(ClosedForms),
                                          cmocka_unit_test(MonotoneGames)};

TEST_MAIN("truths of the baselines", tests)
