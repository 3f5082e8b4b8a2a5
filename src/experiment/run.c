/* One run of a checked experiment, from set-up to the complete result folder. */
#include <petsctime.h>
#include <stdio.h>
#include <time.h>
#include "experiment/catch.h"
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

/*
  Game, model and solver, up to the first iteration. Afterwards e->errors tells whether the input was good.
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
  PetscCall(MfgOptionsCheck(e));
  PetscFunctionReturn(0);
}

/*
  SetUp(), whose PETSc errors are bad input: they come of PETSc options that name or combine what there is
  not. Memory that is not there is no fault of the input, but the end of the run all the same.
*/
static PetscErrorCode TrySetUp(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  MfgCatch       caught;
  PetscErrorCode code;
  char           problem[MFG_MESSAGE_SIZE];
  const MfgMark  nowhere = {-1, 0, 0};

  PetscFunctionBeginUser;
  PetscCall(MfgCatchBegin(e->comm, &caught));
  code = SetUp(e);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  if (code) PetscCall(MfgErrorsAdd(e->errors, nowhere, NULL, "the run cannot be set up: %s", problem));
  PetscCall(MfgExperimentConclude(e, outcome));
  if (code == PETSC_ERR_MEM) *outcome = MFG_EXPERIMENT_FAILED;
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
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  PetscCall(TrySetUp(e, outcome));
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  PetscCall(MfgResultsBegin(results, message));
  PetscCall(AddMessage(e, message));
  PetscCall(MfgExperimentConclude(e, outcome));
  PetscFunctionReturn(0);
}

typedef struct {
  MfgMetricsFile metrics;
  MfgProgress    progress;
} Monitors;

static PetscErrorCode Iterate(MfgExperiment e, MfgResults results, Monitors *monitors)
{
  char path[MFG_PATH_SIZE];

  PetscFunctionBeginUser;
  PetscCall(MfgResultsGetPath(results, "metrics.csv", path));
  PetscCall(MfgMetricsFileOpen(e->comm, path, &monitors->metrics));
  PetscCall(MfgSolverAddMonitor(e->solver, MfgMetricsFileMonitor, &monitors->metrics));
  PetscCall(MfgSolverAddMonitor(e->solver, MfgProgressMonitor, &monitors->progress));
  PetscCall(MfgSolverSolve(e->solver));
  PetscCall(MfgMetricsFileClose(&monitors->metrics));
  PetscFunctionReturn(0);
}

/*
  `last`: the last row that was recorded; after a failure the solver's own row means nothing. `problem`: the
  PETSc error that ended the iterations, or empty.
*/
static PetscErrorCode Solve(MfgExperiment e, MfgResults results, MfgMetricsRow *last,
                            char problem[MFG_MESSAGE_SIZE])
{
  Monitors       monitors = {.metrics.file = NULL};
  MfgCatch       caught;
  PetscErrorCode code;

  PetscFunctionBeginUser;
  PetscCall(MfgProgressBegin(e->solver, (PetscBool)(e->rank == 0), &monitors.progress));
  PetscCall(MfgCatchBegin(e->comm, &caught));
  code = Iterate(e, results, &monitors);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  if (monitors.metrics.file) (void)fclose(monitors.metrics.file); /* an error kept it open */
  PetscCall(MfgProgressEnd(e->solver, &monitors.progress));
  *last = monitors.progress.last;
  PetscFunctionReturn(0);
}

static const char *StatusOf(MfgSolverReason reason)
{
  switch (reason) {
  case MFG_CONVERGED_EXPLOITABILITY:
  case MFG_CONVERGED_REGULARISED_EXPLOITABILITY:
  case MFG_CONVERGED_MEAN_FIELD_DELTA:
  case MFG_CONVERGED_MU_PI_DELTA:
    return "converged";
  case MFG_STOPPED_ITERATION_LIMIT:
    return "iteration_limit";
  case MFG_STOPPED_EVALUATED:
    return "evaluated";
  case MFG_DIVERGED_NOT_FINITE:
    return "diverged";
  default:
    return "failed"; /* also where a solver came back without a reason */
  }
}

static PetscErrorCode WriteFields(MfgExperiment e, const char *path, const char **failure)
{
  PetscFunctionBeginUser;
  PetscCall(MfgStageBegin(MFG_STAGE_OUTPUT));
  PetscCall(MfgFieldsWriteAll(e, path, failure));
  PetscCall(MfgStageEnd(MFG_STAGE_OUTPUT));
  PetscFunctionReturn(0);
}

/*
  What became of the run. A field that cannot be computed or written makes it a failed one. An error that
  comes after the last iteration, in the spectrum, does so too, but the fields are written.
*/
static PetscErrorCode Judge(MfgExperiment e, MfgResults results, MfgRecord *record,
                            char problem[MFG_MESSAGE_SIZE])
{
  char            path[MFG_PATH_SIZE], of_fields[MFG_MESSAGE_SIZE];
  const char     *failure = NULL;
  MfgSolverReason reason;
  MfgCatch        caught;
  PetscErrorCode  code;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetReason(e->solver, &reason, &record->reason));
  record->status = StatusOf(reason);
  if (reason > 0) {
    PetscCall(MfgResultsGetPath(results, "fields.h5", path));
    PetscCall(MfgCatchBegin(e->comm, &caught));
    code = WriteFields(e, path, &failure);
    PetscCall(MfgCatchEnd(&caught, code, &code, of_fields));
    if (code && e->rank == 0) (void)remove(path); /* half a file, on a disk that may be full */
    if (code && !problem[0]) PetscCall(PetscStrncpy(problem, of_fields, MFG_MESSAGE_SIZE));
  }
  if (problem[0]) failure = problem;
  if (failure) {
    record->status = "failed";
    record->reason = failure;
  }
  record->good = (PetscBool)(reason > 0 && !failure);
  PetscFunctionReturn(0);
}

static PetscErrorCode Publish(MfgExperiment e, MfgResults results, MfgRecord *record, PetscLogDouble begin,
                              char path[MFG_PATH_SIZE])
{
  PetscLogDouble now;

  PetscFunctionBeginUser;
  PetscCall(PetscTime(&now));
  record->wall_seconds = (PetscReal)(now - begin);
  PetscCall(MfgResultsGetPath(results, "run.json", path));
  PetscCall(MfgRecordWrite(e, record, path));
  PetscCall(MfgResultsFinish(results, record->good, path));
  PetscFunctionReturn(0);
}

/* From the first iteration to the complete folder, which there always is unless it cannot be written. */
static PetscErrorCode Perform(MfgExperiment e, MfgResults results, MfgRecord *record, PetscLogDouble begin,
                              MfgExperimentOutcome *outcome)
{
  char           path[MFG_PATH_SIZE], problem[MFG_MESSAGE_SIZE], reason[MFG_MESSAGE_SIZE];
  MfgMetricsRow  row;
  MfgCatch       caught;
  PetscErrorCode code;

  PetscFunctionBeginUser;
  record->row = &row;
  PetscCall(Solve(e, results, &row, reason));
  PetscCall(Judge(e, results, record, reason));
  PetscCall(MfgCatchBegin(e->comm, &caught));
  code = Publish(e, results, record, begin, path);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  if (code || !record->good) *outcome = MFG_EXPERIMENT_FAILED;
  if (e->rank == 0) (void)printf("%s: %s; results in %s\n", record->status, record->reason, path);
  if (e->rank == 0 && code) (void)fprintf(stderr, "throng: the result could not be completed: %s\n", problem);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentRun(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  char           run_id[MFG_RUN_ID_SIZE];
  MfgRecord      record = {.run_id = run_id, .start = time(NULL)};
  MfgResults     results;
  const char    *name;
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
  if (*outcome == MFG_EXPERIMENT_DONE) PetscCall(Perform(e, results, &record, begin, outcome));
  PetscCall(MfgResultsDestroy(&results));
  PetscFunctionReturn(0);
}
