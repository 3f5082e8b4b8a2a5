#include "solving.h"
#include "testing.h"

MfgSolver TestSolver(MfgModel model, const char *which, const char *every, ...)
{
  MfgSolver     solver;
  MfgParameters metrics;
  va_list       arguments;
  const char   *key;

  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_trpo", NULL));
  va_start(arguments, every);
  while ((key = va_arg(arguments, const char *)))
    CHECK(MfgSolverSetParameter(solver, key, va_arg(arguments, const char *)));
  va_end(arguments);
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  CHECK(MfgParametersSet(metrics, "which", which, NULL));
  CHECK(MfgParametersSet(metrics, "every", every, NULL));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, NULL));
  return solver;
}

static PetscErrorCode KeepRow(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  TestRows *rows = (TestRows *)context;

  PetscFunctionBeginUser;
  (void)solver;
  assert_true(rows->count < TEST_MOST_ROWS);
  rows->row[rows->count++] = *row;
  PetscFunctionReturn(0);
}

MfgSolverReason TestSolve(MfgSolver solver, TestRows *rows, const char **text)
{
  MfgSolverReason reason;

  rows->count = 0;
  CHECK(MfgSolverAddMonitor(solver, KeepRow, rows));
  CHECK(MfgSolverSolve(solver));
  CHECK(MfgSolverGetReason(solver, &reason, text));
  return reason;
}
