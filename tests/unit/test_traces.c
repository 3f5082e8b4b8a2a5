/*
  Algorithms row by row against the traces in tests/data, to 1e-7 relative: MF-TRPO and online mirror descent
  on four rooms, and MF-TRPO on the SIS epidemic, whose transitions depend on μ. All columns with direct
  solves. With Krylov solves those of four rooms that do not rest on an induced population, whose smallest
  densities no iterative solve gives to so many digits. The regularised qualities of MF-TRPO's traces are
  exact to 1e-11, which is more than 1e-7 of the smallest of them.
*/
#include <math.h>
#include "reference.h"
#include "solving.h"
#include "testing.h"

typedef struct {
  Reference reference;
  PetscInt  rows;
  PetscBool populations; /* compare what rests on the induced population */
  PetscBool regularised; /* and what needs a temperature */
} Trace;

static const struct {
  MfgMetric   metric;
  const char *name;
  PetscBool   at_population, regularised;
  PetscReal   exact; /* what the trace itself is exact to, where 1e-7 of its numbers is less */
} columns[] = {
    {MFG_METRIC_EXPLOITABILITY, "exploitability", PETSC_TRUE, PETSC_FALSE, 0},
    {MFG_METRIC_REGULARISED_EXPLOITABILITY, "regularised_exploitability", PETSC_TRUE, PETSC_TRUE, 0},
    {MFG_METRIC_QUALITY, "quality", PETSC_FALSE, PETSC_FALSE, 0},
    {MFG_METRIC_REGULARISED_QUALITY, "regularised_quality_before_push", PETSC_FALSE, PETSC_TRUE, 1e-11},
    {MFG_METRIC_MEAN_FIELD_DELTA, "mean_field_delta", PETSC_FALSE, PETSC_FALSE, 0},
    {MFG_METRIC_MU_PI_DELTA, "mu_pi_delta", PETSC_TRUE, PETSC_FALSE, 0}};

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
  PetscReal     *all;
  PetscInt       size;

  PetscFunctionBeginUser;
  if (p == 0) PetscFunctionReturn(0);
  for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
    if (columns[i].at_population && !trace->populations) continue;
    if (columns[i].regularised && !trace->regularised) continue;
    snprintf(path, sizeof(path), "rows/%d/%s", (int)p - 1, columns[i].name);
    AssertRelative(row->value[columns[i].metric], ReferenceNumber(trace->reference, path), columns[i].exact,
                   p, columns[i].name);
  }
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  all = TestGather(pi, &size);
  for (int a = 0; a < 5; a++) {
    snprintf(path, sizeof(path), "rows/%d/policy_first_state/%d", (int)p - 1, a);
    AssertRelative(all[a], ReferenceNumber(trace->reference, path), 0, p, "policy of state 0");
  }
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

/* Destroys the game. */
static void CompareMfTrpo(const char *file, MfgGame game, const char *outer_iterations,
                          const char *population_steps, MfgModel model, PetscBool populations)
{
  Trace     trace = {ReferenceOpen(file), 0, populations, PETSC_TRUE};
  MfgSolver solver =
      TestSolver(model,
                 populations ? "[exploitability, regularised_exploitability, quality, regularised_quality, "
                               "mean_field_delta, mu_pi_delta]"
                             : "[quality, regularised_quality, mean_field_delta]",
                 "1", "eta", "0.5", "beta", "0.1", "inner_iterations", "10", "population_steps",
                 population_steps, "outer_iterations", outer_iterations, NULL);

  CompareRun(&trace, &solver, &model, &game);
}

static void CompareFourRooms(const char *direct_below, PetscBool populations)
{
  MfgGame game = TestGame("four_rooms", "initial", "concentrated", "initial.cell", "[0, 0]", "initial.weight",
                          "0.9", NULL);

  CompareMfTrpo("trace_mf_trpo_four_rooms.json", game, "60", "20",
                TestModel(game, "direct_below", direct_below, "tolerance", "1e-13", "best_response_tolerance",
                          "1e-12", NULL),
                populations);
}

static void CompareSis(const char *direct_below)
{
  MfgGame game = TestGame("sis_epidemic", NULL);

  CompareMfTrpo("trace_mf_trpo_sis.json", game, "20", "5",
                TestModel(game, "direct_below", direct_below, "tolerance", "1e-14", "best_response_tolerance",
                          "1e-13", NULL),
                PETSC_TRUE);
}

static void CompareOnlineMirrorDescent(const char *direct_below, PetscBool populations)
{
  Trace   trace = {ReferenceOpen("trace_omd_four_rooms.json"), 0, populations, PETSC_FALSE};
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
  CompareSis("3000");
  CompareOnlineMirrorDescent("3000", PETSC_TRUE);
}

static void KrylovSolves(void **state)
{
  (void)state;
  CompareFourRooms("0", PETSC_FALSE);
  CompareSis("0");
  CompareOnlineMirrorDescent("0", PETSC_FALSE);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(DirectSolves), cmocka_unit_test(KrylovSolves)};

TEST_MAIN("traces of algorithms", tests)
