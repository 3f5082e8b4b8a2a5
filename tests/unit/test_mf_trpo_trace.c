/*
  MF-TRPO row by row against the traces in tests/data, to 1e-7 relative: on four rooms, and on the SIS
  epidemic, whose transitions depend on μ. All columns with direct solves. With Krylov solves those of four
  rooms that do not rest on an induced population, whose smallest densities no iterative solve gives to so
  many digits. The regularised qualities of the traces are exact to 1e-11, which is more than 1e-7 of the
  smallest of them.
*/
#include <math.h>
#include "reference.h"
#include "testing.h"

typedef struct {
  Reference reference;
  PetscInt  rows;
  PetscBool populations; /* compare what rests on the induced population */
} Trace;

/* A trace, the parameters of its solver, and how exact the solves are made. */
typedef struct {
  const char *file, *outer_iterations, *population_steps;
  const char *tolerance, *best_response_tolerance;
} Run;

static const Run four_rooms = {"trace_mf_trpo_four_rooms.json", "60", "20", "1e-13", "1e-12"};
static const Run sis = {"trace_mf_trpo_sis.json", "20", "5", "1e-14", "1e-13"};

static const struct {
  MfgMetric   metric;
  const char *name;
  PetscBool   at_population;
  PetscReal   exact; /* what the trace itself is exact to, where 1e-7 of its numbers is less */
} columns[] = {{MFG_METRIC_EXPLOITABILITY, "exploitability", PETSC_TRUE, 0},
               {MFG_METRIC_REGULARISED_EXPLOITABILITY, "regularised_exploitability", PETSC_TRUE, 0},
               {MFG_METRIC_QUALITY, "quality", PETSC_FALSE, 0},
               {MFG_METRIC_REGULARISED_QUALITY, "regularised_quality_before_push", PETSC_FALSE, 1e-11},
               {MFG_METRIC_MEAN_FIELD_DELTA, "mean_field_delta", PETSC_FALSE, 0},
               {MFG_METRIC_MU_PI_DELTA, "mu_pi_delta", PETSC_TRUE, 0}};

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

/* Destroys the game. */
static void CompareRun(const Run *run, MfgGame game, const char *direct_below, PetscBool populations)
{
  Trace           trace = {ReferenceOpen(run->file), 0, populations};
  MfgModel        model = TestModel(game, "direct_below", direct_below, "tolerance", run->tolerance,
                                    "best_response_tolerance", run->best_response_tolerance, NULL);
  MfgSolver       solver;
  MfgParameters   metrics;
  MfgSolverReason reason;

  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_trpo", NULL));
  CHECK(MfgSolverSetParameter(solver, "eta", "0.5"));
  CHECK(MfgSolverSetParameter(solver, "beta", "0.1"));
  CHECK(MfgSolverSetParameter(solver, "inner_iterations", "10"));
  CHECK(MfgSolverSetParameter(solver, "population_steps", run->population_steps));
  CHECK(MfgSolverSetParameter(solver, "outer_iterations", run->outer_iterations));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  CHECK(MfgParametersSet(metrics, "which",
                         populations
                             ? "[exploitability, regularised_exploitability, quality, regularised_quality, "
                               "mean_field_delta, mu_pi_delta]"
                             : "[quality, regularised_quality, mean_field_delta]",
                         NULL));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, NULL));
  CHECK(MfgSolverAddMonitor(solver, CompareRow, &trace));
  CHECK(MfgSolverSolve(solver));
  CHECK(MfgSolverGetReason(solver, &reason, NULL));
  assert_int_equal(reason, MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(trace.rows, ReferenceLength(trace.reference, "rows"));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
  ReferenceClose(&trace.reference);
}

static MfgGame FourRooms(void)
{
  return TestGame("four_rooms", "initial", "concentrated", "initial.cell", "[0, 0]", "initial.weight", "0.9",
                  NULL);
}

static void FourRoomsDirect(void **state)
{
  (void)state;
  CompareRun(&four_rooms, FourRooms(), "3000", PETSC_TRUE);
}

static void FourRoomsKrylov(void **state)
{
  (void)state;
  CompareRun(&four_rooms, FourRooms(), "0", PETSC_FALSE);
}

static void SisDirect(void **state)
{
  (void)state;
  CompareRun(&sis, TestGame("sis_epidemic", NULL), "3000", PETSC_TRUE);
}

static void SisKrylov(void **state)
{
  (void)state;
  CompareRun(&sis, TestGame("sis_epidemic", NULL), "0", PETSC_TRUE);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(FourRoomsDirect),
                                          cmocka_unit_test(FourRoomsKrylov), cmocka_unit_test(SisDirect),
                                          cmocka_unit_test(SisKrylov)};

TEST_MAIN("traces of MF-TRPO", tests)
