/* One run from its set-up to the complete result folder; see perform.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "experiment/catch.h"
#include "experiment/fields.h"
#include "experiment/folders.h"
#include "experiment/identity.h"
#include "experiment/perform.h"
#include "experiment/progress.h"
#include "experiment/record.h"
#include "experiment/watch.h"

/* A run at work. */
typedef struct {
  MfgRun                run;
  const MfgPerformance *how;
  MfgResults            results;
  MfgRecord             record;
  MfgMetricsFile        metrics;
  MfgProgress           progress;
  MfgWatch              watch;
  char                  note[MFG_PATH_SIZE];       /* see catch.h */
  char                  problem[MFG_MESSAGE_SIZE]; /* why the run fails; empty: it does not */
  PetscErrorCode        code;                      /* of the PETSc error that is the problem; 0: none */
} Work;

/* An error of the file system is no fault of the run: the same run can be done when there is room. */
static PetscBool CannotWrite(PetscErrorCode code)
{
  return (PetscBool)(code == PETSC_ERR_FILE_WRITE || code == PETSC_ERR_FILE_OPEN);
}

/* Keep the first problem. */
static PetscErrorCode Keep(Work *work, PetscErrorCode code, const char *problem)
{
  PetscFunctionBeginUser;
  if (!code || work->problem[0]) PetscFunctionReturn(0);
  work->code = code;
  PetscCall(PetscStrncpy(work->problem, problem, MFG_MESSAGE_SIZE));
  PetscFunctionReturn(0);
}

/* What the errors of a check or a set-up say on any rank, as the problem of the run. */
static PetscErrorCode TakeErrors(Work *work)
{
  const MPI_Comm comm = work->run->comm;
  PetscInt       count;
  PetscMPIInt    size, mine, first;

  PetscFunctionBeginUser;
  PetscCall(MfgErrorsGetCount(work->run->errors, &count));
  PetscCallMPI(MPI_Comm_size(comm, &size));
  mine = count ? work->run->rank : size;
  PetscCallMPI(MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, comm));
  if (first == size) PetscFunctionReturn(0);
  PetscCall(MfgErrorsTake(work->run->errors, MFG_MESSAGE_SIZE, work->problem));
  PetscCallMPI(MPI_Bcast(work->problem, MFG_MESSAGE_SIZE, MPI_CHAR, first, comm));
  PetscFunctionReturn(0);
}

/* An error that ended an earlier launch in this run would end this one, too. */
static PetscErrorCode ReadNote(Work *work)
{
  char  text[MFG_MESSAGE_SIZE / 2] = "";
  FILE *note = work->run->rank == 0 ? fopen(work->note, "r") : NULL;

  PetscFunctionBeginUser;
  if (note) {
    if (!fgets(text, sizeof(text), note)) text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    (void)fclose(note);
    (void)snprintf(work->problem, sizeof(work->problem), "it ended an earlier launch of the program: %s",
                   text);
  }
  PetscCall(MfgShareMessage(work->run->comm, work->problem));
  PetscFunctionReturn(0);
}

/* Who works on the run, for those who look from outside. */
static void TellOwner(const Work *work, MfgLaunch launch)
{
  char        text[1024], host[MPI_MAX_PROCESSOR_NAME] = "", start[32];
  PetscMPIInt ranks;
  PetscInt    limit;
  int         length;
  struct tm   utc;

  (void)MPI_Comm_size(work->run->comm, &ranks);
  if (work->run->rank != 0) return;
  (void)MPI_Get_processor_name(host, &length);
  (void)gmtime_r(&work->record.start, &utc);
  (void)strftime(start, sizeof(start), "%Y-%m-%dT%H:%M:%SZ", &utc);
  (void)MfgSolverGetIterationLimit(work->run->solver, &limit);
  (void)snprintf(text, sizeof(text),
                 "{\n  \"host\": \"%s\",\n  \"pid\": %ld,\n  \"launch\": \"%s\",\n  \"ranks\": %d,\n"
                 "  \"launches\": %d,\n  \"iteration_limit\": %" PetscInt_FMT ",\n  \"start\": \"%s\"\n}\n",
                 host, (long)getpid(), MfgLaunchGetName(launch), (int)ranks, (int)work->record.launches,
                 limit, start);
  MfgResultsSetOwner(work->results, text);
}

/*
  Go on from the checkpoint of an earlier launch, if there is one of use; else clear away what that launch
  left.
*/
static PetscErrorCode Resume(Work *work)
{
  MfgCheckpoint *checkpoint = &work->watch.checkpoint;
  char           path[MFG_PATH_SIZE], message[MFG_MESSAGE_SIZE] = "";
  PetscInt       removed;

  PetscFunctionBeginUser;
  PetscCall(MfgCheckpointFind(work->run->comm, work->results, checkpoint));
  if (checkpoint->slot >= 0) {
    if (work->run->rank == 0 && work->how->alone)
      (void)fprintf(stderr, "throng: the run goes on after iteration %" PetscInt_FMT "\n",
                    checkpoint->iteration);
    PetscCall(MfgCheckpointGetPath(work->results, checkpoint->slot, path));
    PetscCall(MfgSolverRestore(work->run->solver, path, message, sizeof(message)));
    if (message[0]) PetscCall(MfgCheckpointRemove(work->run->comm, work->results));
    if (message[0])
      PetscCall(PetscSNPrintf(work->problem, MFG_MESSAGE_SIZE, "its checkpoint cannot be used: %s", message));
    PetscCall(MfgSolverGetRow(work->run->solver, &work->progress.last));
    work->record.resumed_from = checkpoint->iteration;
    work->watch.earlier_seconds = checkpoint->seconds;
  } else {
    PetscCall(MfgResultsClear(work->results, &removed, message));
    PetscCheck(!message[0], work->run->comm, PETSC_ERR_FILE_WRITE, "%s", message);
    if (work->run->rank == 0 && removed)
      (void)fprintf(
          stderr,
          "throng: the run %s begins anew: what is left of an earlier launch has no good checkpoint\n",
          work->how->run_id);
    checkpoint->launches = 0;
  }
  work->record.launches = ++checkpoint->launches;
  PetscFunctionReturn(0);
}

static PetscErrorCode PrepareWatch(Work *work, MfgLaunch launch)
{
  MfgWatch *watch = &work->watch;
  PetscReal minutes;

  PetscFunctionBeginUser;
  watch->comm = work->run->comm;
  watch->results = work->results;
  watch->launch = launch;
  watch->metrics = &work->metrics;
  watch->time_limit = work->how->time_limit;
  watch->idle = work->how->idle;
  watch->idle_context = work->how->idle_context;
  PetscCall(MfgParametersGetInteger(work->run->checkpoint, "iterations", &watch->every_iterations));
  PetscCall(MfgParametersGetReal(work->run->checkpoint, "minutes", &minutes));
  watch->every_seconds = 60 * minutes;
  PetscCall(MfgWatchBegin(watch, work->run->begin));
  PetscFunctionReturn(0);
}

static PetscErrorCode Iterate(Work *work, MfgLaunch launch)
{
  const MfgSolver solver = work->run->solver;
  char            path[MFG_PATH_SIZE];

  PetscFunctionBeginUser;
  PetscCall(Resume(work));
  TellOwner(work, launch);
  if (work->problem[0]) PetscFunctionReturn(0);
  PetscCall(MfgResultsGetPath(work->results, "metrics.csv", path));
  PetscCall(MfgMetricsFileOpen(work->run->comm, path,
                               work->watch.checkpoint.slot < 0 ? 0 : work->watch.checkpoint.metrics_size,
                               &work->metrics));
  PetscCall(MfgSolverAddMonitor(solver, MfgMetricsFileMonitor, &work->metrics));
  PetscCall(MfgSolverAddMonitor(solver, MfgProgressMonitor, &work->progress));
  PetscCall(MfgSolverSetInterrupt(solver, MfgWatchInterrupt, &work->watch));
  PetscCall(MfgSolverSolve(solver));
  PetscCall(MfgMetricsFileClose(&work->metrics));
  PetscFunctionReturn(0);
}

static PetscErrorCode Solve(Work *work, MfgLaunch launch)
{
  MfgCatch       caught;
  PetscErrorCode code;
  char           problem[MFG_MESSAGE_SIZE];

  PetscFunctionBeginUser;
  PetscCall(PrepareWatch(work, launch));
  PetscCall(MfgProgressBegin(work->run->solver, (PetscBool)(work->run->rank == 0 && work->how->alone),
                             &work->progress));
  PetscCall(MfgCatchBegin(work->run->comm, work->note, &caught));
  code = Iterate(work, launch);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  PetscCall(Keep(work, code, problem));
  if (work->metrics.file) (void)fclose(work->metrics.file); /* an error kept it open */
  PetscCall(MfgProgressEnd(work->run->solver, &work->progress));
  work->record.solve_seconds = work->progress.last.value[MFG_METRIC_SECONDS];
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

static PetscErrorCode WriteFields(Work *work, const char *path, const char **failure)
{
  PetscFunctionBeginUser;
  PetscCall(MfgStageBegin(MFG_STAGE_OUTPUT));
  PetscCall(MfgFieldsWriteAll(work->run, path, failure));
  PetscCall(MfgStageEnd(MFG_STAGE_OUTPUT));
  PetscFunctionReturn(0);
}

/*
  What became of the run. A field that cannot be computed makes it a failed one. An error that comes after the
  last iteration, in the spectrum, does so too, but the fields are written.
*/
static PetscErrorCode Judge(Work *work)
{
  char            path[MFG_PATH_SIZE], problem[MFG_MESSAGE_SIZE];
  const char     *failure = NULL;
  MfgSolverReason reason;
  MfgCatch        caught;
  PetscErrorCode  code;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetReason(work->run->solver, &reason, &work->record.reason));
  work->record.status = StatusOf(reason);
  if (reason > 0 && !CannotWrite(work->code)) {
    PetscCall(MfgResultsGetPath(work->results, "fields.h5", path));
    PetscCall(MfgCatchBegin(work->run->comm, work->note, &caught));
    code = WriteFields(work, path, &failure);
    PetscCall(MfgCatchEnd(&caught, code, &code, problem));
    if (code && work->run->rank == 0) (void)remove(path); /* half a file, on a disk that may be full */
    PetscCall(Keep(work, code, problem));
  }
  if (work->problem[0]) failure = work->problem;
  if (failure) {
    work->record.status = "failed";
    work->record.reason = failure;
  }
  work->record.good = (PetscBool)(reason > 0 && !failure);
  PetscFunctionReturn(0);
}

/* The folder is left as it is; nobody can write on. */
static PetscErrorCode LeaveUnwritten(Work *work, const char *problem, MfgRunOutcome *outcome)
{
  PetscFunctionBeginUser;
  *outcome = MFG_RUN_UNWRITTEN;
  if (work->run->rank == 0) MfgResultsTellUnwritten(work->results, problem);
  PetscCall(MfgResultsLeave(work->results));
  PetscFunctionReturn(0);
}

/* `path`: where the results are. */
static PetscErrorCode Publish(Work *work, MfgRunOutcome *outcome, char path[MFG_PATH_SIZE])
{
  PetscFunctionBeginUser;
  work->record.wall_seconds = MfgWatchGetSeconds(&work->watch);
  PetscCall(MfgResultsGetPath(work->results, "run.json", path));
  PetscCall(MfgRecordWrite(work->run, &work->record, path));
  *outcome = work->record.good ? MFG_RUN_GOOD : MFG_RUN_FAILED;
  if (work->record.good && !work->how->alone) {
    *outcome = MFG_RUN_ADDED;
    if (work->how->publisher) PetscCall(MfgPublisherAdd(work->how->publisher, &work->results));
  } else
    PetscCall(MfgResultsFinish(work->results, work->record.good,
                               (PetscBool)(work->watch.verdict == MFG_WATCH_TIME_LIMIT), path));
  PetscFunctionReturn(0);
}

static PetscErrorCode Conclude(Work *work, MfgRunOutcome *outcome)
{
  char           path[MFG_PATH_SIZE] = "", problem[MFG_MESSAGE_SIZE];
  MfgCatch       caught;
  PetscErrorCode code;

  PetscFunctionBeginUser;
  PetscCall(Judge(work));
  if (CannotWrite(work->code)) {
    PetscCall(LeaveUnwritten(work, work->problem, outcome));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgCatchBegin(work->run->comm, NULL, &caught));
  code = Publish(work, outcome, path);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  if (code) {
    PetscCall(LeaveUnwritten(work, problem, outcome));
    PetscFunctionReturn(0);
  }
  if (work->run->rank == 0 && work->how->alone)
    (void)printf("%s: %s; results in %s\n", work->record.status, work->record.reason, path);
  else if (work->run->rank == 0 && !work->record.good)
    (void)fprintf(stderr, "throng: %s %s: %s\n", work->how->run_id, work->record.status, work->record.reason);
  PetscFunctionReturn(0);
}

/* From the set-up, unless it is done, to the end of the iterations. */
static PetscErrorCode SetUpAndSolve(Work *work, MfgLaunch launch)
{
  PetscBool no_memory;

  PetscFunctionBeginUser;
  PetscCall(ReadNote(work));
  if (!work->problem[0]) PetscCall(TakeErrors(work)); /* what was good when it was planned may not be now */
  if (!work->problem[0]) {
    if (!work->how->alone) PetscCall(MfgRunSetUp(work->run, work->note, &no_memory));
    PetscCall(MfgRunCheckFiles(work->run, work->how->run_id));
    PetscCall(TakeErrors(work));
  }
  work->watch.checkpoint.slot = -1;
  if (!work->problem[0])
    PetscCall(Solve(work, launch));
  else
    PetscCall(MfgWatchBegin(&work->watch, work->run->begin));
  PetscFunctionReturn(0);
}

/* The run is that of another launch. */
static void TellNotBegun(const Work *work, MfgBegin begin, const char *message, MfgRunOutcome *outcome)
{
  static const MfgRunOutcome outcomes[] = {[MFG_BEGIN_BUSY] = MFG_RUN_ELSEWHERE,
                                           [MFG_BEGIN_GOOD] = MFG_RUN_GOOD,
                                           [MFG_BEGIN_BAD] = MFG_RUN_FAILED};

  *outcome = outcomes[begin];
  if (work->run->rank != 0) return;
  if (message[0] && work->how->alone) (void)fprintf(stderr, "throng: %s\n", message);
  if (work->how->alone && (begin == MFG_BEGIN_GOOD || begin == MFG_BEGIN_BAD))
    (void)printf("%s meanwhile, by another launch; the result is in %s/%s%s\n",
                 begin == MFG_BEGIN_GOOD ? "complete" : "failed", work->how->folder, work->how->run_id,
                 begin == MFG_BEGIN_GOOD ? "" : ".failed");
}

PetscErrorCode MfgRunPerform(MfgRun run, MfgLaunch launch, const MfgPerformance *how, MfgRunOutcome *outcome)
{
  Work     work = {.run = run, .how = how, .record = {.run_id = how->run_id, .start = time(NULL)}};
  char     message[MFG_MESSAGE_SIZE];
  MfgBegin begin;

  PetscFunctionBeginUser;
  for (int m = 0; m < MFG_METRIC_COUNT; m++) work.progress.last.value[m] = (PetscReal)NAN;
  work.record.row =
      &work.progress.last; /* the last that was recorded; the solver's own may be of a failure */
  work.record.resumed_from = -1;
  PetscCall(MfgResultsCreate(run->comm, how->folder, how->run_id, &work.results));
  PetscCall(MfgResultsBegin(work.results, how->again, &begin, message));
  if (begin == MFG_BEGIN_FAILED) {
    PetscCall(LeaveUnwritten(&work, message, outcome));
  } else if (begin != MFG_BEGIN_READY) {
    TellNotBegun(&work, begin, message, outcome);
  } else {
    PetscCall(MfgResultsGetPath(work.results, "abandoned", work.note));
    PetscCall(SetUpAndSolve(&work, launch));
    if (work.watch.verdict == MFG_WATCH_LAUNCH_STOPS && !work.problem[0]) {
      *outcome = MFG_RUN_STOPPED;
      PetscCall(MfgResultsLeave(work.results));
    } else
      PetscCall(Conclude(&work, outcome));
  }
  PetscCall(MfgResultsDestroy(&work.results));
  PetscFunctionReturn(0);
}
