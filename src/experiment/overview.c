/* Progress of many runs on stderr; see overview.h. */
#include <stdio.h>
#include <unistd.h>
#include "experiment/overview.h"
#include "experiment/progress.h"

/* Seconds between lines: on a terminal; in a log, where they grow up to the last. */
static const PetscReal renewal = 0.5, first_silence = 10, longest_silence = 300;

PetscErrorCode MfgOverviewBegin(MfgLaunch launch, PetscInt total, PetscBool shown, MfgOverview *overview)
{
  PetscFunctionBeginUser;
  overview->launch = shown ? launch : NULL;
  overview->total = total;
  overview->terminal = (PetscBool)isatty(STDERR_FILENO);
  overview->start = overview->last = MPI_Wtime();
  overview->silence = overview->terminal ? renewal : first_silence;
  PetscFunctionReturn(0);
}

static PetscErrorCode Show(MfgOverview *overview, double now)
{
  PetscInt     good, failed, working;
  const double seconds = now - overview->start;
  char         left[64] = "", duration[32];

  PetscFunctionBeginUser;
  MfgLaunchCount(overview->launch, &good, &failed, &working);
  if (good + failed > 0 && good + failed < overview->total) {
    MfgFormatDuration(seconds / (double)(good + failed) * (double)(overview->total - good - failed),
                      sizeof(duration), duration);
    (void)snprintf(left, sizeof(left), "  about %s left", duration);
  }
  MfgFormatDuration(seconds, sizeof(duration), duration);
  (void)fprintf(stderr,
                "%s%" PetscInt_FMT " of %" PetscInt_FMT " runs finished, %" PetscInt_FMT
                " running, %" PetscInt_FMT " failed  %s%s%s",
                overview->terminal ? "\r" : "", good + failed, overview->total, working, failed, duration,
                left, overview->terminal ? "\033[K" : "\n");
  (void)fflush(stderr);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgOverviewShow(void *context)
{
  MfgOverview *overview = (MfgOverview *)context;
  const double now = MPI_Wtime();

  PetscFunctionBeginUser;
  if (!overview->launch || now - overview->last < (double)overview->silence) PetscFunctionReturn(0);
  PetscCall(Show(overview, now));
  overview->last = now;
  if (!overview->terminal) overview->silence = PetscMin(1.5 * overview->silence, longest_silence);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgOverviewEnd(MfgOverview *overview)
{
  PetscFunctionBeginUser;
  if (!overview->launch) PetscFunctionReturn(0);
  PetscCall(Show(overview, MPI_Wtime()));
  if (overview->terminal) (void)fputc('\n', stderr);
  PetscFunctionReturn(0);
}
