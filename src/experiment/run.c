/* One run of a checked experiment, from set-up to the complete result folder. */
#include <petsctime.h>
#include <time.h>
#include "experiment/fields.h"
#include "experiment/identity.h"
#include "experiment/metrics_csv.h"
#include "experiment/options.h"
#include "experiment/progress.h"
#include "experiment/record.h"
#include "experiment/results.h"

/* What goes wrong with the output folder counts as bad input. */
static PetscErrorCode AddMessage(MfgExperiment e, const char *message)
{
  const MfgMark nowhere = {-1, 0, 0};

  PetscFunctionBeginUser;
  if (message[0]) PetscCall(MfgErrorsAdd(e->errors, nowhere, NULL, "%s", message));
  PetscFunctionReturn(0);
}

/* Game, model and solver, up to the first iteration. Afterwards e->errors tells whether the input was good.
 */
static PetscErrorCode SetUp(MfgExperiment e)
{
  const MfgComplaints complaints = {MfgExperimentReport, e};
  PetscInt            seed;

  PetscFunctionBeginUser;
  PetscCall(MfgGameSetUp(e->game));
  PetscCall(MfgModelSetGame(e->model, e->game));
  PetscCall(MfgModelSetUp(e->model));
  PetscCall(MfgParametersGetInteger(e->run, "seed", &seed));
  PetscCall(MfgSolverSetSeed(e->solver, seed));
  PetscCall(MfgSolverSetModel(e->solver, e->model));
  PetscCall(MfgSolverSetUp(e->solver, &complaints));
  PetscCall(MfgOptionsCheckUnused(e));
  PetscFunctionReturn(0);
}

/* Everything that can be found wrong before the first iteration. */
static PetscErrorCode Prepare(MfgExperiment e, MfgResults results, MfgExperimentOutcome *outcome)
{
  char message[MFG_MESSAGE_SIZE];

  PetscFunctionBeginUser;
  PetscCall(MfgResultsCheck(results, message));
  PetscCall(AddMessage(e, message));
  PetscCall(MfgExperimentConclude(e, outcome));
  if (*outcome == MFG_EXPERIMENT_BAD_INPUT) PetscFunctionReturn(0);
  PetscCall(SetUp(e));
  PetscCall(MfgExperimentConclude(e, outcome));
  if (*outcome == MFG_EXPERIMENT_BAD_INPUT) PetscFunctionReturn(0);
  PetscCall(MfgResultsBegin(results, message));
  PetscCall(AddMessage(e, message));
  PetscCall(MfgExperimentConclude(e, outcome));
  PetscFunctionReturn(0);
}

/* `last`: the last row that was recorded; after a failure the solver's own row means nothing. */
static PetscErrorCode Solve(MfgExperiment e, MfgResults results, MfgMetricsRow *last)
{
  char           path[MFG_PATH_SIZE];
  MfgMetricsFile metrics;
  MfgProgress    progress;

  PetscFunctionBeginUser;
  PetscCall(MfgResultsGetPath(results, "metrics.csv", path));
  PetscCall(MfgMetricsFileOpen(e->comm, path, &metrics));
  PetscCall(MfgProgressBegin(e->solver, (PetscBool)(e->rank == 0), &progress));
  PetscCall(MfgSolverAddMonitor(e->solver, MfgMetricsFileMonitor, &metrics));
  PetscCall(MfgSolverAddMonitor(e->solver, MfgProgressMonitor, &progress));
  PetscCall(MfgSolverSolve(e->solver));
  PetscCall(MfgProgressEnd(e->solver, &progress));
  *last = progress.last;
  PetscCall(MfgMetricsFileClose(&metrics));
  PetscFunctionReturn(0);
}

static const char *StatusOf(MfgSolverReason reason)
{
  switch (reason) {
  case MFG_CONVERGED_EXPLOITABILITY:
  case MFG_CONVERGED_REGULARISED_EXPLOITABILITY:
  case MFG_CONVERGED_MEAN_FIELD_DELTA:
    return "converged";
  case MFG_STOPPED_ITERATION_LIMIT:
    return "iteration_limit";
  case MFG_DIVERGED_NOT_FINITE:
    return "diverged";
  default:
    return "failed"; /* also where a solver came back without a reason */
  }
}

/* Fields and record; a value that cannot be computed makes the run a failed one. */
static PetscErrorCode WriteResults(MfgExperiment e, MfgResults results, MfgRecord *record,
                                   PetscLogDouble begin, PetscBool *good)
{
  char            path[MFG_PATH_SIZE];
  const char     *failure = NULL;
  MfgSolverReason reason;
  PetscLogDouble  now;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetReason(e->solver, &reason, &record->reason));
  record->status = StatusOf(reason);
  *good = (PetscBool)(reason > 0);
  PetscCall(MfgStageBegin(MFG_STAGE_OUTPUT));
  if (*good) {
    PetscCall(MfgResultsGetPath(results, "fields.h5", path));
    PetscCall(MfgFieldsWriteAll(e, path, &failure));
  }
  if (failure) {
    record->status = "failed";
    record->reason = failure;
    *good = PETSC_FALSE;
  }
  PetscCall(MfgStageEnd(MFG_STAGE_OUTPUT));
  PetscCall(PetscTime(&now));
  record->wall_seconds = (PetscReal)(now - begin);
  PetscCall(MfgResultsGetPath(results, "run.json", path));
  PetscCall(MfgRecordWrite(e, record, path));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentRun(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  char           run_id[MFG_RUN_ID_SIZE], path[MFG_PATH_SIZE];
  MfgMetricsRow  row;
  MfgRecord      record = {.run_id = run_id, .start = time(NULL), .row = &row};
  MfgResults     results;
  const char    *name;
  PetscBool      good = PETSC_FALSE;
  PetscLogDouble begin;

  PetscFunctionBeginUser;
  PetscCheck(e->root, e->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgExperimentLoad() first");
  *outcome = MFG_EXPERIMENT_DONE;
  PetscCall(PetscTime(&begin));
  PetscCall(MfgStageReset());
  PetscCall(MfgExperimentGetRunId(e, run_id));
  PetscCall(MfgParametersGetText(e->run, "name", &name));
  PetscCall(MfgResultsCreate(e->comm, e->folder, name, run_id, e->overwrite, &results));
  PetscCall(Prepare(e, results, outcome));
  if (*outcome == MFG_EXPERIMENT_DONE) {
    PetscCall(Solve(e, results, &row));
    PetscCall(WriteResults(e, results, &record, begin, &good));
    PetscCall(MfgResultsFinish(results, good, path));
    if (!good) *outcome = MFG_EXPERIMENT_FAILED;
    if (e->rank == 0) (void)printf("%s: %s; results in %s\n", record.status, record.reason, path);
  }
  PetscCall(MfgResultsDestroy(&results));
  PetscFunctionReturn(0);
}
