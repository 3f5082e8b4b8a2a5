/*
  Algorithms row by row against the traces in tests/data, to 1e-7 relative: MF-TRPO and online mirror descent
  on four rooms, and MF-TRPO on the Lasry-Lions chain and on the SIS epidemic, whose transitions depend on μ.
  All columns with direct solves. With Krylov solves those of four rooms that do not rest on an induced
  population, whose smallest densities no iterative solve gives to so many digits.
*/
#include <math.h>
#include "reference.h"
#include "solving.h"
#include "testing.h"

/* What the columns with entropy of a trace are exact to, where that is more than 1e-7 of their numbers. */
typedef struct {
  PetscReal regularised_quality, regularised_exploitability;
} Exactness;

typedef struct {
  Reference reference;
  PetscInt  rows;
  PetscBool populations; /* compare what rests on the induced population */
  PetscBool regularised; /* and what needs a temperature */
  Exactness exact;
} Trace;

static const struct {
  MfgMetric   metric;
  const char *name;
  PetscBool   at_population, regularised;
} columns[] = {{MFG_METRIC_EXPLOITABILITY, "exploitability", PETSC_TRUE, PETSC_FALSE},
               {MFG_METRIC_REGULARISED_EXPLOITABILITY, "regularised_exploitability", PETSC_TRUE, PETSC_TRUE},
               {MFG_METRIC_QUALITY, "quality", PETSC_FALSE, PETSC_FALSE},
               {MFG_METRIC_REGULARISED_QUALITY, "regularised_quality_before_push", PETSC_FALSE, PETSC_TRUE},
               {MFG_METRIC_MEAN_FIELD_DELTA, "mean_field_delta", PETSC_FALSE, PETSC_FALSE},
               {MFG_METRIC_MU_PI_DELTA, "mu_pi_delta", PETSC_TRUE, PETSC_FALSE}};

static PetscReal ExactTo(const Exactness *exact, MfgMetric metric)
{
  if (metric == MFG_METRIC_REGULARISED_QUALITY) return exact->regularised_quality;
  return metric == MFG_METRIC_REGULARISED_EXPLOITABILITY ? exact->regularised_exploitability : 0;
}

static void AssertRelative(PetscReal x, PetscReal y, PetscReal exact, PetscInt iteration, const char *what)
{
  if (!(fabs(x - y) <= 1e-7 * fabs(y) + exact))
    fail_msg("%s of iteration %d is %.17g; expected %.17g", what, (int)iteration, (double)x, (double)y);
}

static PetscErrorCode CompareRow(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  Trace         *trace = (Trace *)context;
  const PetscInt p = (PetscInt)row->value[MFG_METRIC_ITERATION];
  char           path[128];
  Vec            mu, pi;
  PetscReal     *all, *expected;
  PetscInt       size, actions;

  PetscFunctionBeginUser;
  if (p == 0) PetscFunctionReturn(0);
  for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
    if (columns[i].at_population && !trace->populations) continue;
    if (columns[i].regularised && !trace->regularised) continue;
    snprintf(path, sizeof(path), "rows/%d/%s", (int)p - 1, columns[i].name);
    AssertRelative(row->value[columns[i].metric], ReferenceNumber(trace->reference, path),
                   ExactTo(&trace->exact, columns[i].metric), p, columns[i].name);
  }
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  all = TestGather(pi, &size);
  snprintf(path, sizeof(path), "rows/%d/policy_first_state", (int)p - 1);
  expected = ReferenceArray(trace->reference, path, &actions);
  for (PetscInt a = 0; a < actions; a++) AssertRelative(all[a], expected[a], 0, p, "policy of state 0");
  CHECK(PetscFree(expected));
  CHECK(PetscFree(all));
  trace->rows++;
  PetscFunctionReturn(0);
}

/* Destroys the rest, too. */
static void CompareRun(Trace *trace, MfgSolver *solver, MfgModel *model, MfgGame *game)
{
  TestRows rows;

  CHECK(MfgSolverAddMonitor(*solver, CompareRow, trace));
  assert_int_equal(TestSolve(*solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(trace->rows, ReferenceLength(trace->reference, "rows"));
  CHECK(MfgSolverDestroy(solver));
  TestDestroy(model, game);
  ReferenceClose(&trace->reference);
}

/* A trace of MF-TRPO with β = 0.1, the parameters of its solver, and how exact the solves are made. */
typedef struct {
  const char *file, *eta, *inner_iterations, *outer_iterations, *population_steps;
  const char *tolerance, *best_response_tolerance;
  Exactness   exact;
} MfTrpo;

/* Destroys the game. */
static void CompareMfTrpo(const MfTrpo *run, MfgGame game, const char *direct_below, PetscBool populations)
{
  Trace     trace = {ReferenceOpen(run->file), 0, populations, PETSC_TRUE, run->exact};
  MfgModel  model = TestModel(game, "direct_below", direct_below, "tolerance", run->tolerance,
                              "best_response_tolerance", run->best_response_tolerance, NULL);
  MfgSolver solver =
      TestSolver(model,
                 populations ? "[exploitability, regularised_exploitability, quality, regularised_quality, "
                               "mean_field_delta, mu_pi_delta]"
                             : "[quality, regularised_quality, mean_field_delta]",
                 "1", "eta", run->eta, "beta", "0.1", "inner_iterations", run->inner_iterations,
                 "population_steps", run->population_steps, "outer_iterations", run->outer_iterations, NULL);

  CompareRun(&trace, &solver, &model, &game);
}

static void CompareFourRooms(const char *direct_below, PetscBool populations)
{
  static const MfTrpo run = {
      "trace_mf_trpo_four_rooms.json", "0.5", "10", "60", "20", "1e-13", "1e-12", {1e-11, 0}};

  CompareMfTrpo(&run,
                TestGame("four_rooms", "initial", "concentrated", "initial.cell", "[0, 0]", "initial.weight",
                         "0.9", NULL),
                direct_below, populations);
}

static void CompareLasryLions(const char *direct_below)
{
  static const MfTrpo run = {
      "trace_mf_trpo_lasry_lions.json", "2", "20", "40", "20", "1e-13", "1e-12", {2e-11, 2e-11}};

  CompareMfTrpo(&run, TestGame("lasry_lions_chain", NULL), direct_below, PETSC_TRUE);
}

static void CompareSis(const char *direct_below)
{
  static const MfTrpo run = {"trace_mf_trpo_sis.json", "0.5", "10", "20", "5", "1e-14", "1e-13", {5e-12, 0}};

  CompareMfTrpo(&run, TestGame("sis_epidemic", NULL), direct_below, PETSC_TRUE);
}

static void CompareOnlineMirrorDescent(const char *direct_below, PetscBool populations)
{
  Trace   trace = {ReferenceOpen("trace_omd_four_rooms.json"), 0, populations, PETSC_FALSE, {0, 0}};
  MfgGame game =
      TestGame("four_rooms", "noise.additive", "[.2, .2, .2, .2, .2]", "stay_reward", "0", "move_reward", "0",
               "initial", "concentrated", "initial.cell", "[0, 0]", "initial.weight", "0.9", NULL);
  MfgModel  model = TestModel(game, "direct_below", direct_below, "tolerance", "1e-13",
                              "best_response_tolerance", "1e-12", NULL);
  MfgSolver solver = TestSolverOf("online_mirror_descent", model,
                                  populations ? "[exploitability, quality, mean_field_delta, mu_pi_delta]"
                                              : "[quality, mean_field_delta]",
                                  "1", "learning_rate", "0.5", "temperature", "0.8", "population_steps", "20",
                                  "outer_iterations", "50", NULL);

  CompareRun(&trace, &solver, &model, &game);
}

static void DirectSolves(void **state)
{
  (void)state;
  CompareFourRooms("3000", PETSC_TRUE);
  CompareLasryLions("3000");
  CompareSis("3000");
  CompareOnlineMirrorDescent("3000", PETSC_TRUE);
}

static void KrylovSolves(void **state)
{
  (void)state;
  CompareFourRooms("0", PETSC_FALSE);
  CompareLasryLions("0");
  CompareSis("0");
  CompareOnlineMirrorDescent("0", PETSC_FALSE);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(DirectSolves), cmocka_unit_test(KrylovSolves)};

TEST_MAIN("traces of algorithms", tests)
