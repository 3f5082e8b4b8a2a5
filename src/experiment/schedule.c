#define _POSIX_C_SOURCE 200809L /* nanosleep() */
/* Performing the runs of a plan; see schedule.h. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "experiment/catch.h"
#include "experiment/groups.h"
#include "experiment/record.h"
#include "experiment/schedule.h"

typedef struct {
  MPI_Comm       comm;
  PetscMPIInt    rank, size;
  const MfgPlan *plan;
  const char    *folder;
  MfgLaunch      launch;
  MfgOverview    overview;
  MfgPublisher   publisher; /* of the groups whose first rank this is, as are these: */
  MfgTally       tally;
  PetscInt      *order; /* [todo] numbers of the runs to be done, in the order in which they are taken */
  PetscInt       todo;
} Schedule;

static const MfgPlan *sorted_plan; /* for qsort() */

static int CompareRuns(const void *first, const void *second)
{
  const PetscInt       i = *(const PetscInt *)first, j = *(const PetscInt *)second;
  const MfgPlannedRun *a = &sorted_plan->runs[i], *b = &sorted_plan->runs[j];

  if (a->ranks != b->ranks) return a->ranks > b->ranks ? -1 : 1;
  if (a->cost != b->cost) return a->cost > b->cost ? -1 : 1;
  return i < j ? -1 : 1;
}

PetscErrorCode MfgScheduleOrder(const MfgPlan *plan, PetscInt *count, PetscInt **order)
{
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(plan->count + 1, order));
  *count = 0;
  for (PetscInt i = 0; i < plan->count; i++)
    if (plan->runs[i].todo) (*order)[(*count)++] = i;
  sorted_plan = plan;
  if (*count) qsort(*order, (size_t)*count, sizeof(**order), CompareRuns);
  PetscFunctionReturn(0);
}

/*
  The next run of those `end` > *at that this group may have: its place in the order, or -1. Known to the
  group alone, whose first rank asks for it.
*/
static PetscErrorCode TakeNext(Schedule *schedule, MPI_Comm group, PetscInt *at, PetscInt end,
                               PetscInt *place)
{
  PetscMPIInt rank;
  PetscInt    unwritten;
  char        message[MFG_MESSAGE_SIZE] = "";

  PetscFunctionBeginUser;
  *place = -1;
  PetscCallMPI(MPI_Comm_rank(group, &rank));
  PetscCall(MfgPublisherGetUnwritten(schedule->publisher, &unwritten));
  if (unwritten) MfgLaunchStop(schedule->launch, MFG_STOP_WRITING);
  while (rank == 0 && *place < 0 && *at < end && MfgLaunchGetStop(schedule->launch, 0) == MFG_STOP_NONE) {
    PetscBool mine;

    MfgLaunchClaim(schedule->launch, schedule->order[*at], &mine, message);
    if (mine) *place = *at;
    ++*at;
    if (!message[0]) continue;
    (void)fprintf(stderr, "throng: %s\n", message);
    schedule->tally.count[MFG_RUN_UNWRITTEN]++;
    MfgLaunchStop(schedule->launch, MFG_STOP_WRITING);
  }
  PetscCallMPI(MPI_Bcast(place, 1, MPIU_INT, 0, group));
  PetscFunctionReturn(0);
}

/*
  Destroy what is left of a run. After an error that was caught PETSc's objects may not let themselves be
  destroyed; then their memory is lost, and no more.
*/
static PetscErrorCode Discard(MPI_Comm group, MfgRun *run)
{
  MfgCatch       caught;
  PetscErrorCode code;
  char           problem[MFG_MESSAGE_SIZE];

  PetscFunctionBeginUser;
  PetscCall(MfgCatchBegin(group, NULL, &caught));
  code = MfgRunDestroy(run);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  PetscFunctionReturn(0);
}

static PetscErrorCode Perform(Schedule *schedule, MPI_Comm group, PetscInt number)
{
  const MfgPlannedRun *planned = &schedule->plan->runs[number];
  MfgPerformance       how = {
            .folder = schedule->folder,
            .run_id = planned->run_id,
            .time_limit = planned->time_limit,
            .again = (PetscBool)(planned->state == MFG_RESULT_COMPLETE || planned->state == MFG_RESULT_FAILED),
            .idle = MfgOverviewShow,
            .idle_context = &schedule->overview};
  MfgErrors     errors;
  MfgNode      *root;
  MfgRun        run;
  MfgRunOutcome outcome;
  PetscMPIInt   rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(group, &rank));
  if (rank == 0) how.publisher = schedule->publisher;
  PetscCall(MfgStageReset());
  MfgRecordForgetPeak();
  PetscCall(MfgErrorsCreate("", 0, NULL, &errors));
  PetscCall(MfgSweepGetDocument(schedule->plan->sweep, planned->variant, &root));
  PetscCall(MfgRunCreate(group, root, errors, &run));
  PetscCall(MfgRunCheck(run));
  PetscCall(MfgRunPerform(run, schedule->launch, &how, &outcome));
  PetscCall(Discard(group, &run));
  PetscCall(MfgErrorsDestroy(&errors));
  if (rank != 0) PetscFunctionReturn(0);
  if (outcome == MFG_RUN_GOOD)
    PetscCall(MfgPublisherAddOther(schedule->publisher));
  else
    schedule->tally.count[outcome]++;
  if (outcome == MFG_RUN_FAILED) MfgLaunchTellFailed(schedule->launch);
  if (outcome == MFG_RUN_UNWRITTEN) MfgLaunchStop(schedule->launch, MFG_STOP_WRITING);
  PetscFunctionReturn(0);
}

/* The runs order[begin .. end), which are of one width, on the groups of that width. */
typedef struct {
  PetscInt begin, end;
  MPI_Comm group; /* of this rank; MPI_COMM_NULL: it is left over */
} Width;

/*
  All groups are made before the first run, so that ranks need not wait for all others between two widths.
  Free with PetscFree().
*/
static PetscErrorCode SplitAll(Schedule *schedule, PetscInt *count, Width **widths)
{
  PetscInt groups;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(schedule->todo + 1, widths));
  *count = 0;
  for (PetscInt begin = 0, end; begin < schedule->todo; begin = end) {
    const PetscInt ranks = schedule->plan->runs[schedule->order[begin]].ranks;
    Width         *width = &(*widths)[(*count)++];

    for (end = begin; end < schedule->todo && schedule->plan->runs[schedule->order[end]].ranks == ranks;)
      end++;
    width->begin = begin;
    width->end = end;
    PetscCall(MfgGroupsSplit(schedule->comm, ranks, &width->group, &groups));
    if (width->group != MPI_COMM_NULL) PetscCall(MfgCatchPrepare(width->group));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode PerformWidth(Schedule *schedule, Width *width)
{
  PetscInt at = width->begin, place;

  PetscFunctionBeginUser;
  if (width->group == MPI_COMM_NULL) PetscFunctionReturn(0);
  PetscCall(TakeNext(schedule, width->group, &at, width->end, &place));
  while (place >= 0) {
    PetscCall(Perform(schedule, width->group, schedule->order[place]));
    PetscCall(TakeNext(schedule, width->group, &at, width->end, &place));
  }
  PetscCallMPI(MPI_Comm_free(&width->group));
  PetscFunctionReturn(0);
}

static PetscErrorCode FinishPublishing(Schedule *schedule)
{
  PetscInt good, unwritten;

  PetscFunctionBeginUser;
  PetscCall(MfgPublisherDestroy(&schedule->publisher, &good, &unwritten));
  schedule->tally.count[MFG_RUN_ADDED] = 0;
  schedule->tally.count[MFG_RUN_GOOD] = good;
  schedule->tally.count[MFG_RUN_UNWRITTEN] += unwritten;
  PetscFunctionReturn(0);
}

/* Wait for the other ranks without taking their core, and show how far they are. */
static PetscErrorCode WaitForAll(Schedule *schedule)
{
  const struct timespec pause = {0, 5000000};
  MPI_Request           request;
  int                   done = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Ibarrier(schedule->comm, &request));
  PetscCallMPI(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
  while (!done) {
    (void)nanosleep(&pause, NULL);
    (void)MfgLaunchGetStop(schedule->launch, 0); /* a signal to this rank is for all */
    PetscCall(MfgOverviewShow(&schedule->overview));
    PetscCallMPI(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgScheduleRun(MPI_Comm comm, MfgPlan *plan, const char *folder, MfgLaunch launch,
                              MfgTally *tally)
{
  Schedule schedule = {.comm = comm, .plan = plan, .folder = folder, .launch = launch};
  Width   *widths;
  PetscInt count = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &schedule.rank));
  PetscCallMPI(MPI_Comm_size(comm, &schedule.size));
  PetscCall(MfgScheduleOrder(plan, &schedule.todo, &schedule.order));
  PetscCall(MfgOverviewBegin(launch, schedule.todo, (PetscBool)(schedule.rank == 0), &schedule.overview));
  PetscCall(MfgPublisherCreate(launch, &schedule.publisher));
  PetscCall(SplitAll(&schedule, &count, &widths));
  for (PetscInt i = 0; i < count; i++) PetscCall(PerformWidth(&schedule, &widths[i]));
  PetscCall(PetscFree(widths));
  PetscCall(FinishPublishing(&schedule));
  PetscCall(WaitForAll(&schedule));
  PetscCall(MfgOverviewEnd(&schedule.overview));
  PetscCall(PetscFree(schedule.order));
  PetscCallMPI(
      MPI_Allreduce(schedule.tally.count, tally->count, MFG_RUN_OUTCOME_COUNT, MPIU_INT, MPI_SUM, comm));
  PetscFunctionReturn(0);
}
