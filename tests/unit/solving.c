#include "solving.h"
#include "testing.h"

static MfgSolver Build(const char *type, MfgModel model, const char *which, const char *every,
                       va_list arguments)
{
  MfgSolver     solver;
  MfgParameters metrics;
  const char   *key;

  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, type, NULL));
  while ((key = va_arg(arguments, const char *)))
    CHECK(MfgSolverSetParameter(solver, key, va_arg(arguments, const char *)));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  CHECK(MfgParametersSet(metrics, "which", which, NULL));
  CHECK(MfgParametersSet(metrics, "every", every, NULL));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, NULL));
  return solver;
}

MfgSolver TestSolver(MfgModel model, const char *which, const char *every, ...)
{
  MfgSolver solver;
  va_list   arguments;

  va_start(arguments, every);
  solver = Build("mf_trpo", model, which, every, arguments);
  va_end(arguments);
  return solver;
}

MfgSolver TestSolverOf(const char *type, MfgModel model, const char *which, const char *every, ...)
{
  MfgSolver solver;
  va_list   arguments;

  va_start(arguments, every);
  solver = Build(type, model, which, every, arguments);
  va_end(arguments);
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
