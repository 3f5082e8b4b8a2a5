/*
  A run that is interrupted, saved, and restored into objects made anew gives the rows and the iterate of one
  that was not interrupted, bit for bit: every solver, direct and iterative solves, P that depends on μ, rows
  at every iteration and at every third.
*/
#include <stdio.h>
#include <string.h>
#include "folder.h"
#include "solving.h"
#include "testing.h"

#define DELTAS "mean_field_delta, mu_pi_delta, policy_delta"
#define GAPS "exploitability, exploitability_at_mu, quality, "
#define PLAIN "[" GAPS DELTAS "]"
#define REGULARISED "[" GAPS "regularised_exploitability, regularised_quality, " DELTAS "]"

enum { MOST_KEYS = 8 };

typedef struct {
  const char *game, *solver, *which;
  const char *keys[MOST_KEYS + 1]; /* of the solver; ends with NULL */
} Case;

/* One run of a case. */
typedef struct {
  MfgGame         game;
  MfgModel        model;
  MfgSolver       solver;
  TestRows        rows;
  MfgSolverReason reason;
  const char     *text;
} Run;

/* Save at iteration `at`, and stop there or go on. */
typedef struct {
  PetscInt    at, asked;
  PetscBool   stop;
  const char *path; /* NULL: no saving */
} Plan;

/* The grids with a start from which the crowd has far to go. */
static MfgGame MakeGame(const char *type)
{
  if (!strcmp(type, "four_rooms") || !strcmp(type, "crowd_grid"))
    return TestGame(type, "initial", "concentrated", "initial.cell", "[0, 0]", NULL);
  return TestGame(type, NULL);
}

static void Make(const Case *c, const char *direct_below, const char *every, Run *run)
{
  const char *const *k = c->keys;

  run->game = MakeGame(c->game);
  run->model = TestModel(run->game, "direct_below", direct_below, "population_pushes", "20", NULL);
  run->solver = TestSolverOf(c->solver, run->model, c->which, every, k[0], k[1], k[2], k[3], k[4], k[5], k[6],
                             k[7], NULL);
}

static void Destroy(Run *run)
{
  CHECK(MfgSolverDestroy(&run->solver));
  TestDestroy(&run->model, &run->game);
}

static PetscErrorCode Interrupt(MfgSolver solver, const char **why, void *context)
{
  Plan *plan = (Plan *)context;

  PetscFunctionBeginUser;
  if (plan->asked++ == plan->at) { /* row 0 is the first question */
    if (plan->path) PetscCall(MfgSolverSave(solver, plan->path));
    if (plan->stop) *why = "enough for today";
  }
  PetscFunctionReturn(0);
}

static void Solve(Run *run, Plan *plan)
{
  if (plan) CHECK(MfgSolverSetInterrupt(run->solver, Interrupt, plan));
  run->reason = TestSolve(run->solver, &run->rows, &run->text);
}

static void Restore(Run *run)
{
  char problem[512];

  CHECK(MfgSolverRestore(run->solver, TestIn("state.h5"), problem, sizeof(problem)));
  if (problem[0]) fail_msg("%s", problem);
}

static void AssertSameRow(const MfgMetricsRow *x, const MfgMetricsRow *y)
{
  for (int i = 0; i < MFG_METRIC_COUNT; i++)
    if (i != MFG_METRIC_SECONDS && memcmp(&x->value[i], &y->value[i], sizeof(PetscReal)) != 0)
      fail_msg("%s of row %g is %.17g; expected %.17g", MfgMetricNames[i], (double)y->value[0],
               (double)x->value[i], (double)y->value[i]);
}

static void AssertSameVec(Vec x, Vec y, const char *what)
{
  const PetscScalar *a, *b;
  PetscInt           n;

  assert_true(!x == !y);
  if (!x) return;
  CHECK(VecGetLocalSize(x, &n));
  CHECK(VecGetArrayRead(x, &a));
  CHECK(VecGetArrayRead(y, &b));
  if (n > 0 && memcmp(a, b, (size_t)n * sizeof(*a)) != 0) fail_msg("the %s is another one", what);
  CHECK(VecRestoreArrayRead(y, &b));
  CHECK(VecRestoreArrayRead(x, &a));
}

/* The end of both runs: iterate, population, reason, last row. */
static void AssertSameEnd(const Run *x, const Run *y)
{
  MfgMetricsRow row_x, row_y;
  Vec           a, b, c, d;

  assert_int_equal(x->reason, y->reason);
  assert_string_equal(x->text, y->text);
  CHECK(MfgSolverGetIterate(x->solver, &a, &c));
  CHECK(MfgSolverGetIterate(y->solver, &b, &d));
  AssertSameVec(a, b, "mean field");
  AssertSameVec(c, d, "policy");
  CHECK(MfgSolverGetPopulation(x->solver, &a));
  CHECK(MfgSolverGetPopulation(y->solver, &b));
  AssertSameVec(a, b, "population");
  CHECK(MfgSolverGetRow(x->solver, &row_x));
  CHECK(MfgSolverGetRow(y->solver, &row_y));
  AssertSameRow(&row_x, &row_y);
}

/* Rows `done` and on of the uninterrupted run are those of the second half. */
static void AssertSecondHalf(const Run *whole, const Run *first, const Run *second)
{
  const PetscInt done = first->rows.count;

  assert_int_equal(done + second->rows.count, whole->rows.count);
  for (PetscInt i = 0; i < done; i++) AssertSameRow(&first->rows.row[i], &whole->rows.row[i]);
  for (PetscInt i = done; i < whole->rows.count; i++)
    AssertSameRow(&second->rows.row[i - done], &whole->rows.row[i]);
  if (second->rows.count)
    assert_true(second->rows.row[0].value[MFG_METRIC_SECONDS] >
                first->rows.row[done - 1].value[MFG_METRIC_SECONDS]);
  AssertSameEnd(second, whole);
}

/* Interrupted after `at` iterations, which the run has not ended by itself. */
static void CheckInterruption(const Case *c, const char *direct_below, const char *every, PetscInt at,
                              const Run *whole)
{
  Plan stop = {.at = at, .stop = PETSC_TRUE}, on = {.at = -1};
  Run  first, second;

  Make(c, direct_below, every, &first);
  Solve(&first, &stop);
  assert_int_equal(first.reason, MFG_INTERRUPTED);
  assert_string_equal(first.text, "enough for today");
  assert_int_equal(stop.asked, at + 1);
  CHECK(MfgSolverSave(first.solver, TestIn("state.h5")));
  Make(c, direct_below, every, &second);
  Restore(&second);
  Solve(&second, &on);
  AssertSecondHalf(whole, &first, &second);
  Destroy(&second);
  Destroy(&first);
}

/* Saving in the middle, and after the end, changes nothing; what was saved then gives the same end. */
static void CheckSaving(const Case *c, const char *direct_below, const char *every, PetscInt at,
                        const Run *whole)
{
  Plan save = {.at = at, .path = TestIn("state.h5")};
  Run  run, again, none;

  Make(c, direct_below, every, &run);
  Solve(&run, &save);
  assert_int_equal(run.rows.count, whole->rows.count);
  for (PetscInt i = 0; i < run.rows.count; i++) AssertSameRow(&run.rows.row[i], &whole->rows.row[i]);
  AssertSameEnd(&run, whole);
  if (whole->reason != MFG_STOPPED_EVALUATED) {
    Make(c, direct_below, every, &again);
    Restore(&again);
    Solve(&again, NULL);
    AssertSameEnd(&again, whole);
    Destroy(&again);
  }
  CHECK(MfgSolverSave(run.solver, TestIn("state.h5")));
  Make(c, direct_below, every, &none);
  Restore(&none);
  Solve(&none, NULL);
  assert_int_equal(none.rows.count, 0);
  AssertSameEnd(&none, whole);
  Destroy(&none);
  Destroy(&run);
}

static void CheckCase(const Case *c, const char *direct_below, const char *every, PetscInt at)
{
  Run whole;

  Make(c, direct_below, every, &whole);
  Solve(&whole, NULL);
  if (whole.reason < 0) fail_msg("%s on %s: %s", c->solver, c->game, whole.text);
  if (whole.reason != MFG_STOPPED_EVALUATED) CheckInterruption(c, direct_below, every, at, &whole);
  CheckSaving(c, direct_below, every, 2, &whole);
  Destroy(&whole);
}

/* With LU, interrupted between two rows; with Krylov methods; the first case from row 0, and between rows,
 * too. */
static void CheckCases(const Case cases[], size_t count)
{
  for (size_t i = 0; i < count; i++) {
    CheckCase(&cases[i], "2000", "3", 4);
    CheckCase(&cases[i], "0", "1", 3);
  }
  CheckCase(&cases[0], "0", "3", 1);
  CheckCase(&cases[0], "2000", "1", 0);
}
#define CHECK_CASES(cases) CheckCases(cases, sizeof(cases) / sizeof((cases)[0]))

static void TrustRegion(void **state)
{
  static const Case cases[] = {
      {"four_rooms", "mf_trpo", REGULARISED, {"outer_iterations", "5", "inner_iterations", "3"}},
      {"sis_epidemic", "mf_trpo", REGULARISED, {"outer_iterations", "5", "inner_iterations", "1"}},
      {"kinetic_congestion", "mf_trpo", REGULARISED, {"outer_iterations", "5", "beta.schedule", "harmonic"}}};

  (void)state;
  CHECK_CASES(cases);
}

static void FictitiousPlay(void **state)
{
  static const Case cases[] = {
      {"four_rooms", "fictitious_play", PLAIN, {"outer_iterations", "5"}},
      {"sis_epidemic", "fictitious_play", PLAIN, {"outer_iterations", "5", "lambda", "constant"}},
      {"kinetic_congestion", "fictitious_play", PLAIN, {"outer_iterations", "5", "lambda", "pure"}}};

  (void)state;
  CHECK_CASES(cases);
}

static void MirrorDescent(void **state)
{
  static const Case cases[] = {{"four_rooms", "online_mirror_descent", PLAIN, {"outer_iterations", "5"}},
                               {"sis_epidemic",
                                "online_mirror_descent",
                                PLAIN,
                                {"outer_iterations", "5", "initial_policy", "random"}}};

  (void)state;
  CHECK_CASES(cases);
}

static void PolicyIteration(void **state)
{
  static const Case cases[] = {
      {"four_rooms", "policy_iteration", PLAIN, {"outer_iterations", "5"}},
      {"kinetic_congestion", "policy_iteration", PLAIN, {"outer_iterations", "5", "variant", "smooth"}},
      {"crowd_grid", "policy_iteration", PLAIN, {"outer_iterations", "5", "variant", "boltzmann"}}};

  (void)state;
  CHECK_CASES(cases);
}

static void ParticleSwarm(void **state)
{
  static const Case cases[] = {{"four_rooms", "mf_pso", PLAIN, {"outer_iterations", "5", "particles", "3"}},
                               {"kinetic_congestion",
                                "mf_pso",
                                PLAIN,
                                {"outer_iterations", "5", "particles", "3", "population", "pushes"}}};

  (void)state;
  CHECK_CASES(cases);
}

static void FixedPolicy(void **state)
{
  static const Case cases[] = {{"four_rooms",
                                "fixed_policy",
                                "[" GAPS "regularised_exploitability, mu_pi_delta, spectrum]",
                                {"eta", "0.5", "initial_policy", "random"}}};

  (void)state;
  CHECK_CASES(cases);
}

/* Runs that end at a stop rule after they were restored. */
static void StopRules(void **state)
{
  static const Case cases[] = {
      {"four_rooms", "mf_trpo", REGULARISED, {"outer_iterations", "90", "stop.mean_field_delta", "0.1"}},
      {"four_rooms", "fictitious_play", PLAIN, {"outer_iterations", "90", "stop.mean_field_delta", "0.3"}}};

  (void)state;
  for (int i = 0; i < 2; i++) CheckCase(&cases[i], "0", "1", 4);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(TrustRegion, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(FictitiousPlay, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(MirrorDescent, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(PolicyIteration, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(ParticleSwarm, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(FixedPolicy, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(StopRules, TestMakeFolder, TestRemoveFolder)};

TEST_MAIN("state", tests)
