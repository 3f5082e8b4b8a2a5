/*
  MF-TRPO on four rooms, row by row against the trace in tests/data, to 1e-7 relative. The trace itself is
  exact to 1e-11, which is more than 1e-7 of the smallest regularised qualities.
*/
#include <math.h>
#include "reference.h"
#include "testing.h"

typedef struct {
  Reference reference;
  PetscInt  rows;
} Trace;

static const struct {
  MfgMetric   metric;
  const char *name;
} columns[] = {{MFG_METRIC_EXPLOITABILITY, "exploitability"},
               {MFG_METRIC_REGULARISED_EXPLOITABILITY, "regularised_exploitability"},
               {MFG_METRIC_QUALITY, "quality"},
               {MFG_METRIC_REGULARISED_QUALITY, "regularised_quality_before_push"},
               {MFG_METRIC_MEAN_FIELD_DELTA, "mean_field_delta"},
               {MFG_METRIC_MU_PI_DELTA, "mu_pi_delta"}};

static void AssertRelative(PetscReal x, PetscReal y, PetscInt iteration, const char *what)
{
  if (!(fabs(x - y) <= 1e-7 * fabs(y) + 1e-11))
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
    snprintf(path, sizeof(path), "rows/%d/%s", (int)p - 1, columns[i].name);
    AssertRelative(row->value[columns[i].metric], ReferenceNumber(trace->reference, path), p,
                   columns[i].name);
  }
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  all = TestGather(pi, &size);
  for (int a = 0; a < 5; a++) {
    snprintf(path, sizeof(path), "rows/%d/policy_first_state/%d", (int)p - 1, a);
    AssertRelative(all[a], ReferenceNumber(trace->reference, path), p, "policy of state 0");
  }
  CHECK(PetscFree(all));
  trace->rows++;
  PetscFunctionReturn(0);
}

static void TraceOfFourRooms(void **state)
{
  Trace   trace = {ReferenceOpen("trace_mf_trpo_four_rooms.json"), 0};
  MfgGame game = TestGame("four_rooms", "initial", "concentrated", "initial.cell", "[0, 0]", "initial.weight",
                          "0.9", NULL);
  MfgModel        model = TestModel(game, "tolerance", "1e-13", "best_response_tolerance", "1e-12", NULL);
  MfgSolver       solver;
  MfgParameters   metrics;
  MfgSolverReason reason;

  (void)state;
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_trpo", NULL));
  CHECK(MfgSolverSetParameter(solver, "eta", "0.5"));
  CHECK(MfgSolverSetParameter(solver, "beta", "0.1"));
  CHECK(MfgSolverSetParameter(solver, "inner_iterations", "10"));
  CHECK(MfgSolverSetParameter(solver, "population_steps", "20"));
  CHECK(MfgSolverSetParameter(solver, "outer_iterations", "60"));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  CHECK(MfgParametersSet(metrics, "which",
                         "[exploitability, regularised_exploitability, quality, regularised_quality, "
                         "mean_field_delta, mu_pi_delta]",
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

static const struct CMUnitTest tests[] = {cmocka_unit_test(TraceOfFourRooms)};

TEST_MAIN("trace of MF-TRPO", tests)
