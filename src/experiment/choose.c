/* Which runs of an experiment a launch is to perform; see choose.h. */
#include <stdio.h>
#include <time.h>
#include "experiment/choose.h"
#include "experiment/cost.h"
#include "experiment/memory.h"

/* How many ranks each run gets. */
static void AssignRanks(MfgExperiment e)
{
  for (PetscInt i = 0; i < e->plan->count; i++) {
    MfgPlannedRun *run = &e->plan->runs[i];

    if (!run->ranks) run->ranks = e->lone ? e->ranks : 1;
  }
}

/* The ranks of the runs that are to be performed must be there. */
static PetscErrorCode CheckRanks(MfgExperiment e)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < e->plan->count; i++) {
    const MfgPlannedRun *run = &e->plan->runs[i];
    MfgMark              mark;

    if (!run->todo || run->ranks <= e->ranks) continue;
    PetscCall(MfgSweepGetRanksMark(e->sweep, run->variant, &mark));
    PetscCall(MfgErrorsAdd(e->errors, mark, "resources.ranks_per_run",
                           "%" PetscInt_FMT " ranks are wanted and there are %" PetscInt_FMT
                           "; start with mpirun -n %" PetscInt_FMT " or more, or lower it",
                           run->ranks, e->ranks, run->ranks));
  }
  PetscFunctionReturn(0);
}

/* Whether a run is to be performed though there is a result. On rank 0. */
static PetscBool IsAgain(const MfgExperiment e, const MfgPlannedRun *run)
{
  const PetscBool complete = (PetscBool)(run->state == MFG_RESULT_COMPLETE);
  PetscBool       wanted = (PetscBool)(e->rerun == MFG_RERUN_ALL);

  if (complete && run->damaged) return PETSC_TRUE;
  if (complete && run->stale && e->rerun & MFG_RERUN_STALE) wanted = PETSC_TRUE;
  if ((!complete || run->failed_again) && e->rerun & MFG_RERUN_FAILED) wanted = PETSC_TRUE;
  if (!wanted) return PETSC_FALSE;
  return (PetscBool) !(
      (complete && MfgRerunIsDone(&e->wish, e->folder, run->run_id, "")) ||
      ((!complete || run->failed_again) && MfgRerunIsDone(&e->wish, e->folder, run->run_id, ".failed")));
}

static void Choose(MfgExperiment e)
{
  for (PetscInt i = 0; i < e->plan->count; i++) {
    MfgPlannedRun  *run = &e->plan->runs[i];
    const PetscBool ended = (PetscBool)(run->state == MFG_RESULT_COMPLETE || run->state == MFG_RESULT_FAILED);

    run->todo = (PetscBool)(run->asked && (!ended || IsAgain(e, run)));
  }
}

PetscErrorCode MfgExperimentChoose(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < e->plan->count; i++)
    e->plan->runs[i].asked = (PetscBool)(i % e->shard_count == e->shard_index);
  AssignRanks(e);
  if (e->rank == 0) {
    MfgRerunLook(e->folder, e->rerun, e->shard_index, e->shard_count, &e->wish);
    PetscCall(MfgPlanLook(e->plan, e->folder));
    PetscCall(MfgCostEstimate(e->plan, e->folder));
    PetscCall(MfgMemoryEstimate(e->plan));
    Choose(e);
  }
  PetscCall(MfgPlanShare(e->comm, e->plan));
  PetscCall(CheckRanks(e));
  PetscCall(MfgErrorsConclude(e->comm, e->errors, outcome));
  PetscFunctionReturn(0);
}

void MfgSurveyTake(const MfgPlan *plan, MfgSurvey *s)
{
  *s = (MfgSurvey){0};
  for (PetscInt i = 0; i < plan->count; i++) {
    const MfgPlannedRun *run = &plan->runs[i];

    s->asked += run->asked;
    s->todo += run->todo;
    s->going_on += run->todo && run->checkpoint;
    s->again += run->todo && (run->state == MFG_RESULT_COMPLETE || run->state == MFG_RESULT_FAILED);
    if (!run->asked || run->todo) continue;
    s->good += run->state == MFG_RESULT_COMPLETE;
    s->stale += run->state == MFG_RESULT_COMPLETE && run->stale;
    s->failed += run->state == MFG_RESULT_FAILED;
    s->failed_again += run->state == MFG_RESULT_COMPLETE && run->failed_again;
  }
}

static void TellStale(const MfgExperiment e, PetscInt stale)
{
  if (e->lone)
    (void)fprintf(stderr,
                  "throng: the result is of another version of the program; --rerun stale performs the "
                  "run again\n");
  else
    (void)fprintf(stderr,
                  "throng: %" PetscInt_FMT
                  " of the complete results are of another version of the program; --rerun "
                  "stale performs them again\n",
                  stale);
}

/* That an earlier launch has begun what --rerun asks for. */
static void TellWish(const MfgRerunWish *wish)
{
  char      time[32] = "";
  struct tm utc;

  if (!wish->goes_on) return;
  (void)gmtime_r(&wish->since.tv_sec, &utc);
  (void)strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &utc);
  (void)fprintf(stderr,
                "throng: --rerun %s goes on: results since %s, when a launch with it began, are not replaced "
                "once more\n",
                wish->what, time);
}

void MfgSurveyTell(const MfgExperiment e, const MfgSurvey *s)
{
  if (e->rank != 0) return;
  if (s->stale) TellStale(e, s->stale);
  if (s->failed && !e->lone)
    (void)fprintf(stderr,
                  "throng: of these runs %" PetscInt_FMT " failed earlier; --rerun failed tries them again\n",
                  s->failed);
  if (s->failed_again && e->lone)
    (void)fprintf(stderr,
                  "throng: the result stands though a later attempt failed, see %s/%s.failed; --rerun failed "
                  "tries it again\n",
                  e->folder, e->plan->runs[0].run_id);
  else if (s->failed_again)
    (void)fprintf(stderr,
                  "throng: %" PetscInt_FMT
                  " of the complete results stand though a later attempt failed (see "
                  "<run id>.failed); --rerun failed tries it again\n",
                  s->failed_again);
  TellWish(&e->wish);
  if (e->plan->duplicates && s->todo)
    (void)fprintf(
        stderr, "throng: warning: %" PetscInt_FMT " of the runs would repeat another one, and %s left out\n",
        e->plan->duplicates, e->plan->duplicates == 1 ? "is" : "are");
  if (!e->lone && s->todo)
    (void)fprintf(stderr,
                  "%" PetscInt_FMT " run%s, %" PetscInt_FMT " complete already; %" PetscInt_FMT
                  " to do%s on %d rank%s\n",
                  s->asked, s->asked == 1 ? "" : "s", s->good, s->todo,
                  s->going_on ? " (some go on from their checkpoints)" : "", (int)e->size,
                  e->size == 1 ? "" : "s");
}
