/*
  When a solver stops, what it says then, and which rows it shows: each rule stops at the first row that
  fulfils it; rows are those of the iterations 0, e, 2e, .. for every = e, and the last; a linear solve that
  does not converge ends the run, and its row is not shown.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "solving.h"
#include "testing.h"

static MfgGame CrowdGame(void)
{
  return TestGame("crowd_grid", "initial", "concentrated", "initial.cell", "[0, 0]", NULL);
}

static void AssertText(const char *text, const char *fragment)
{
  if (!text || !strstr(text, fragment)) fail_msg("the text is '%s'; expected '%s'", text, fragment);
}

/* Rows 0, e, 2e, .. and `last`. */
static void AssertIterations(const TestRows *rows, PetscInt every, PetscInt last)
{
  for (PetscInt i = 0; i < rows->count; i++)
    assert_true(rows->row[i].value[MFG_METRIC_ITERATION] == (PetscReal)PetscMin(i * every, last));
  assert_true(rows->row[rows->count - 1].value[MFG_METRIC_ITERATION] == (PetscReal)last);
  assert_int_equal(rows->count, 1 + (last + every - 1) / every);
}

/* A run with one rule: it holds in the last row and in none before. */
static void CheckRule(const char *key, const char *bound, MfgMetric metric, MfgSolverReason reason)
{
  MfgGame         game = CrowdGame();
  MfgModel        model = TestModel(game, NULL);
  MfgSolver       solver = TestSolver(model, "[quality]", "3", key, bound, "outer_iterations", "200", NULL);
  const PetscReal limit = atof(bound);
  TestRows        rows;
  MfgMetricsRow   last;
  const char     *text;
  char            end[64];

  assert_int_equal(TestSolve(solver, &rows, &text), reason);
  snprintf(end, sizeof(end), "is at most %g", (double)limit);
  AssertText(text, MfgMetricNames[metric]);
  AssertText(text, end);
  assert_true(rows.count > 3);
  AssertIterations(&rows, 3, 3 * (rows.count - 1)); /* rules are checked where there are rows */
  for (PetscInt i = 0; i < rows.count - 1; i++) assert_false(rows.row[i].value[metric] <= limit);
  assert_true(rows.row[rows.count - 1].value[metric] <= limit);
  CHECK(MfgSolverGetRow(solver, &last));
  assert_true(last.value[metric] == rows.row[rows.count - 1].value[metric]);
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void Rules(void **state)
{
  (void)state;
  CheckRule("stop.exploitability", "2.6", MFG_METRIC_EXPLOITABILITY, MFG_CONVERGED_EXPLOITABILITY);
  CheckRule("stop.regularised_exploitability", "1e-3", MFG_METRIC_REGULARISED_EXPLOITABILITY,
            MFG_CONVERGED_REGULARISED_EXPLOITABILITY);
  CheckRule("stop.mean_field_delta", "1e-4", MFG_METRIC_MEAN_FIELD_DELTA, MFG_CONVERGED_MEAN_FIELD_DELTA);
  CheckRule("stop.mu_pi_delta", "1e-2", MFG_METRIC_MU_PI_DELTA, MFG_CONVERGED_MU_PI_DELTA);
}

/* The rows of a run of `limit` iterations. */
static void CheckLimit(PetscInt every, PetscInt limit, PetscInt count)
{
  MfgGame     game = CrowdGame();
  MfgModel    model = TestModel(game, NULL);
  MfgSolver   solver;
  TestRows    rows;
  char        texts[2][16], sentence[64];
  const char *text;
  PetscInt    asked;

  snprintf(texts[0], sizeof(texts[0]), "%d", (int)every);
  snprintf(texts[1], sizeof(texts[1]), "%d", (int)limit);
  solver = TestSolver(model, "[mean_field_delta, quality]", texts[0], "outer_iterations", texts[1], NULL);
  assert_int_equal(TestSolve(solver, &rows, &text), MFG_STOPPED_ITERATION_LIMIT);
  snprintf(sentence, sizeof(sentence), "did %d iterations, as asked", (int)limit);
  assert_string_equal(text, sentence);
  assert_int_equal(rows.count, count);
  AssertIterations(&rows, every, limit);
  CHECK(MfgSolverGetIterationLimit(solver, &asked));
  assert_int_equal(asked, limit);
  for (PetscInt i = 0; i < rows.count; i++) {
    assert_true(isfinite(rows.row[i].value[MFG_METRIC_QUALITY]));
    assert_true(isnan(rows.row[i].value[MFG_METRIC_MEAN_FIELD_DELTA]) == (i == 0));
    assert_true(isnan(rows.row[i].value[MFG_METRIC_EXPLOITABILITY])); /* not asked for */
    assert_true(isnan(rows.row[i].value[MFG_METRIC_POPULATION_RESIDUAL]));
  }
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void IterationLimits(void **state)
{
  (void)state;
  CheckLimit(1, 0, 1);
  CheckLimit(1, 5, 6);
  CheckLimit(2, 6, 4);
  CheckLimit(4, 10, 4); /* 0, 4, 8, 10 */
  CheckLimit(7, 3, 2);
}

/* The rows that a thinned run shows are those of the full run. */
static void ThinnedRowsAreTheSame(void **state)
{
  TestRows rows[2];

  (void)state;
  for (int i = 0; i < 2; i++) {
    MfgGame   game = CrowdGame();
    MfgModel  model = TestModel(game, NULL);
    MfgSolver solver = TestSolver(model, "[exploitability, regularised_quality, mean_field_delta]",
                                  i ? "4" : "1", "outer_iterations", "9", NULL);

    assert_int_equal(TestSolve(solver, &rows[i], NULL), MFG_STOPPED_ITERATION_LIMIT);
    CHECK(MfgSolverDestroy(&solver));
    TestDestroy(&model, &game);
  }
  assert_int_equal(rows[1].count, 4);
  for (PetscInt i = 1; i < rows[1].count; i++) {
    const PetscReal *thin = rows[1].row[i].value;
    const PetscReal *full = rows[0].row[(PetscInt)thin[MFG_METRIC_ITERATION]].value;

    for (int m = MFG_METRIC_EXPLOITABILITY; m <= MFG_METRIC_MEAN_FIELD_DELTA; m++)
      if (!isnan(full[m])) TestAssertNumber(thin[m], full[m], 1e-8, MfgMetricNames[m]);
  }
}

/* No metric is a NaN that was asked for, in any row that the monitors saw. */
static void AssertNoNaN(const TestRows *rows, const MfgMetric asked[], int count)
{
  for (PetscInt i = 0; i < rows->count; i++)
    for (int m = 0; m < count; m++) assert_true(isfinite(rows->row[i].value[asked[m]]));
}

/* A solver with `-<option> <value>` that cannot do its work: it fails with the fragment in the text. */
static void CheckFailure(const char *option, const char *value, const char *fragment)
{
  static const MfgMetric asked[] = {MFG_METRIC_EXPLOITABILITY, MFG_METRIC_QUALITY, MFG_METRIC_MU_PI_DELTA};
  MfgGame                game = TestGame("four_rooms", NULL);
  MfgModel               model;
  MfgSolver              solver;
  TestRows               rows;
  const char            *text;

  CHECK(PetscOptionsSetValue(NULL, option, value));
  model = TestModel(game, "direct_below", "0", NULL);
  CHECK(PetscOptionsClearValue(NULL, option));
  solver = TestSolver(model, "[exploitability, quality, mu_pi_delta, spectrum]", "1", "initial_policy",
                      "random", "outer_iterations", "5", NULL);
  assert_int_equal(TestSolve(solver, &rows, &text), MFG_FAILED_LINEAR_SOLVE);
  AssertText(text, fragment);
  AssertText(text, "iteration ");
  AssertNoNaN(&rows, asked, 3);
  assert_int_equal(rows.count, atoi(text + strlen("iteration "))); /* not the row that failed */
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void FailedSolves(void **state)
{
  (void)state;
  CheckFailure("-eval_ksp_max_it", "1", "policy evaluation: the linear solver stopped with DIVERGED_ITS");
  CheckFailure("-best_response_ksp_max_it", "1",
               "best response: the linear solver stopped with DIVERGED_ITS");
  CheckFailure("-population_ksp_max_it", "1",
               "induced population: the linear solver stopped with DIVERGED_ITS");
}

/* The failure comes in the inner iterations, after the row of the start, which is good. */
static void FailureWhileIterating(void **state)
{
  MfgGame     game = TestGame("four_rooms", NULL);
  MfgModel    model;
  MfgSolver   solver;
  TestRows    rows;
  PetscBool   computed;
  MfgSpectrum spectrum;
  const char *text, *failure;

  (void)state;
  CHECK(PetscOptionsSetValue(NULL, "-eval_ksp_max_it", "1"));
  model = TestModel(game, "direct_below", "0", NULL);
  CHECK(PetscOptionsClearValue(NULL, "-eval_ksp_max_it"));
  solver = TestSolver(model, "[mean_field_delta, spectrum]", "3", "outer_iterations", "5", "initial_policy",
                      "random", NULL);
  assert_int_equal(TestSolve(solver, &rows, &text), MFG_FAILED_LINEAR_SOLVE);
  AssertText(text, "iteration 1: policy evaluation");
  assert_int_equal(rows.count, 1);
  assert_true(rows.row[0].value[MFG_METRIC_ITERATION] == 0);
  CHECK(MfgSolverGetSpectrum(solver, &computed, &spectrum));
  assert_false(computed);
  CHECK(MfgModelGetFailure(model, &failure));
  assert_non_null(failure);
  CHECK(MfgModelClearFailure(model));
  CHECK(MfgModelGetFailure(model, &failure));
  assert_null(failure);
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

/*
  Steps so large that the policy is no number: the same reason whether or not the game is asked at the mean
  field that such a policy leads to.
*/
static void PolicyThatIsNotFinite(void **state)
{
  static const char *const games[] = {"lasry_lions_chain", "sis_epidemic"};

  (void)state;
  for (int i = 0; i < 2; i++) {
    MfgGame     game = TestGame(games[i], NULL);
    MfgModel    model = TestModel(game, NULL);
    MfgSolver   solver = TestSolverOf("online_mirror_descent", model, "[quality]", "1", "learning_rate",
                                      "1e300", "temperature", "1e-20", "population_steps", "3", NULL);
    TestRows    rows;
    const char *text;

    assert_int_equal(TestSolve(solver, &rows, &text), MFG_DIVERGED_NOT_FINITE);
    AssertText(text, "iteration 1: the mean field is not finite");
    assert_int_equal(rows.count, 1);
    CHECK(MfgSolverDestroy(&solver));
    TestDestroy(&model, &game);
  }
}

/* A rule that rests on an induced population that did not settle does not stop the run as converged. */
static void UnsettledPopulation(void **state)
{
  MfgGame   game = CrowdGame();
  MfgModel  model = TestModel(game, "population_tolerance", "1e-30", NULL);
  MfgSolver solver = TestSolver(model, "[exploitability]", "1", "stop.exploitability", "1000",
                                "outer_iterations", "2", NULL);
  TestRows  rows;

  (void)state;
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(rows.count, 3);
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Rules),
                                          cmocka_unit_test(IterationLimits),
                                          cmocka_unit_test(ThinnedRowsAreTheSame),
                                          cmocka_unit_test(FailedSolves),
                                          cmocka_unit_test(FailureWhileIterating),
                                          cmocka_unit_test(PolicyThatIsNotFinite),
                                          cmocka_unit_test(UnsettledPopulation)};

TEST_MAIN("stop rules", tests)
