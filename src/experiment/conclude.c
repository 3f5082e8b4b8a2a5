/* How a launch ended; see conclude.h. */
#include <stdio.h>
#include "experiment/conclude.h"
#include "experiment/record.h"

/* Runs that other launches were at, which may have ended by now. On rank 0. */
static void LookAgain(MfgExperiment e, MfgTally *tally)
{
  PetscInt good = 0, failed = 0, todo = 0;

  for (PetscInt i = 0; i < e->plan->count; i++) {
    const MfgPlannedRun *run = &e->plan->runs[i];
    const MfgResultState state = run->todo ? MfgResultsFind(e->folder, run->run_id) : MFG_RESULT_MISSING;

    todo += run->todo;
    good += state == MFG_RESULT_COMPLETE;
    failed += state == MFG_RESULT_FAILED;
  }
  if (e->lone && good + failed)
    (void)printf("%s meanwhile, by another launch; the result is in %s/%s%s\n", good ? "complete" : "failed",
                 e->folder, e->plan->runs[0].run_id, good ? "" : ".failed");
  tally->count[MFG_RUN_GOOD] = good;
  tally->count[MFG_RUN_FAILED] = failed;
  tally->count[MFG_RUN_ELSEWHERE] = PetscMin(tally->count[MFG_RUN_ELSEWHERE], todo - good - failed);
}

PetscErrorCode MfgExperimentConclude(MfgExperiment e, MfgLaunch launch, const MfgSurvey *survey,
                                     MfgTally *tally, MfgExperimentOutcome *outcome)
{
  const PetscInt *n = tally->count;
  PetscInt        failed, left;
  MfgStop         stop;

  PetscFunctionBeginUser;
  PetscCall(MfgLaunchAgree(launch, &stop));
  if (e->rank == 0 && n[MFG_RUN_ELSEWHERE] && !survey->again) LookAgain(e, tally);
  failed = survey->failed + n[MFG_RUN_FAILED];
  left = survey->todo - n[MFG_RUN_GOOD] - n[MFG_RUN_FAILED];
  if (n[MFG_RUN_UNWRITTEN] || failed) *outcome = MFG_EXPERIMENT_FAILED;
  if (left && !n[MFG_RUN_UNWRITTEN] && stop != MFG_STOP_FAILURES) *outcome = MFG_EXPERIMENT_STOPPED;
  PetscCallMPI(MPI_Bcast(outcome, (int)sizeof(*outcome), MPI_BYTE, 0, e->comm));
  if (e->rank != 0) PetscFunctionReturn(0);
  if (!left) MfgRerunForget(&e->wish);
  if (!e->lone)
    (void)printf("%" PetscInt_FMT " run%s: %" PetscInt_FMT " complete, %" PetscInt_FMT
                 " failed, %" PetscInt_FMT " left; results in %s\n",
                 survey->asked, survey->asked == 1 ? "" : "s", survey->good + n[MFG_RUN_GOOD], failed, left,
                 e->folder);
  if (left && stop != MFG_STOP_NONE)
    (void)fprintf(stderr, "throng: stopped: %s%s%s\n", MfgStopText(stop),
                  stop == MFG_STOP_DEADLINE ? e->deadline_note : "",
                  *outcome == MFG_EXPERIMENT_STOPPED ? "; the same command goes on from here" : "");
  if (n[MFG_RUN_ELSEWHERE] && !e->lone)
    (void)fprintf(stderr,
                  "throng: another launch is at work on %" PetscInt_FMT " of the runs that are left\n",
                  n[MFG_RUN_ELSEWHERE]);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentTellNothing(MfgExperiment e, const MfgSurvey *survey,
                                        MfgExperimentOutcome *outcome)
{
  char path[MFG_PATH_SIZE], reason[MFG_MESSAGE_SIZE];

  PetscFunctionBeginUser;
  if (survey->failed) *outcome = MFG_EXPERIMENT_FAILED;
  if (e->rank != 0) PetscFunctionReturn(0);
  MfgRerunForget(&e->wish);
  MfgLaunchTidy(e->folder);
  (void)snprintf(path, sizeof(path), "%.3700s/%.255s%s", e->folder, e->plan->runs[0].run_id,
                 survey->failed ? ".failed" : "");
  if (!MfgRecordPeek(path, NULL, "stop_reason", sizeof(reason), reason))
    (void)snprintf(reason, sizeof(reason), "nobody knows why");
  if (e->lone && survey->failed)
    (void)printf("failed already: %s; the result is in %s; --rerun failed tries it again\n", reason, path);
  else if (e->lone && survey->good)
    (void)printf("complete already; the result is in %s; --rerun all replaces it\n", path);
  else
    (void)printf("%" PetscInt_FMT " run%s: %" PetscInt_FMT " complete, %" PetscInt_FMT
                 " failed; nothing to do; results in %s\n",
                 survey->asked, survey->asked == 1 ? "" : "s", survey->good, survey->failed, e->folder);
  PetscFunctionReturn(0);
}
