/* Progress of a run on stderr; see progress.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "experiment/progress.h"

static const PetscReal longest_silence = 10, fastest_renewal = 0.1; /* seconds */

PetscErrorCode MfgProgressBegin(MfgSolver solver, PetscBool shown, MfgProgress *progress)
{
  MfgParameters parameters;
  PetscInt      count;

  PetscFunctionBeginUser;
  progress->shown = shown;
  progress->terminal = (PetscBool)isatty(STDERR_FILENO);
  progress->next = 0;
  progress->seconds = -longest_silence;
  progress->watched = MFG_METRIC_COUNT;
  progress->waiting = PETSC_FALSE;
  for (int m = 0; m < MFG_METRIC_COUNT; m++) progress->last.value[m] = (PetscReal)NAN;
  PetscCall(MfgSolverGetParameters(solver, &parameters));
  PetscCall(MfgParametersGetCount(parameters, &count));
  for (PetscInt i = 0; i < count && progress->watched == MFG_METRIC_COUNT; i++) {
    const MfgParameterSpec *spec;
    const char             *text;

    PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
    if (!text || strncmp(spec->key, "stop.", 5)) continue;
    for (int m = 0; m < MFG_METRIC_COUNT; m++)
      if (!strcmp(spec->key + 5, MfgMetricNames[m])) progress->watched = (MfgMetric)m;
  }
  PetscFunctionReturn(0);
}

/* The metric to show: the one of the stop rule, else the first that was computed. */
static MfgMetric ChooseMetric(const MfgProgress *progress, const MfgMetricsRow *row)
{
  MfgMetric m = progress->watched;

  if (m < MFG_METRIC_COUNT && isfinite((double)row->value[m])) return m;
  for (m = MFG_METRIC_EXPLOITABILITY; m < MFG_METRIC_POPULATION_RESIDUAL; m++)
    if (isfinite((double)row->value[m])) return m;
  return MFG_METRIC_COUNT;
}

/* 1, 2, 5, 10, 20, 50, ... */
static PetscInt NextLine(PetscInt iteration)
{
  PetscInt line = 1;

  for (PetscInt step = 0; line <= iteration; step++) line = step % 3 == 1 ? line / 2 * 5 : 2 * line;
  return line;
}

void MfgFormatDuration(double seconds, size_t size, char text[])
{
  if (seconds < 100)
    (void)snprintf(text, size, "%.3g s", seconds);
  else if (seconds < 6000)
    (void)snprintf(text, size, "%.0f min", seconds / 60);
  else
    (void)snprintf(text, size, "%.1f h", seconds / 3600);
}

static PetscErrorCode Show(MfgSolver solver, const MfgMetricsRow *row, MfgProgress *progress)
{
  const double    seconds = (double)row->value[MFG_METRIC_SECONDS];
  const PetscInt  iteration = (PetscInt)row->value[MFG_METRIC_ITERATION];
  const MfgMetric m = ChooseMetric(progress, row);
  const PetscReal regularised = row->value[MFG_METRIC_REGULARISED_EXPLOITABILITY];
  char            metric[96] = "", second[96] = "", left[64] = "", of[32] = "", duration[32];
  PetscInt        limit;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetIterationLimit(solver, &limit));
  if (m < MFG_METRIC_COUNT)
    (void)snprintf(metric, sizeof(metric), "  %s %.3e", MfgMetricNames[m], (double)row->value[m]);
  /* what is left of the plain one may be the bias of η */
  if (m == MFG_METRIC_EXPLOITABILITY && isfinite((double)regularised))
    (void)snprintf(second, sizeof(second), "  regularised %.3e", (double)regularised);
  if (iteration > 0 && iteration < limit) {
    MfgFormatDuration(seconds / (double)iteration * (double)(limit - iteration), sizeof(duration), duration);
    (void)snprintf(left, sizeof(left), "  at most %s left", duration);
  }
  if (limit > 0) (void)snprintf(of, sizeof(of), "/%" PetscInt_FMT, limit);
  MfgFormatDuration(seconds, sizeof(duration), duration);
  (void)fprintf(stderr, "%siteration %" PetscInt_FMT "%s%s%s  %s%s%s", progress->terminal ? "\r" : "",
                iteration, of, metric, second, duration, left, progress->terminal ? "\033[K" : "\n");
  (void)fflush(stderr);
  progress->seconds = seconds;
  progress->next = NextLine(iteration);
  progress->waiting = PETSC_FALSE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgProgressMonitor(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  MfgProgress    *progress = (MfgProgress *)context;
  const PetscReal silence = row->value[MFG_METRIC_SECONDS] - progress->seconds;
  const PetscBool due = (PetscBool)(progress->terminal ? silence >= fastest_renewal
                                                       : row->value[MFG_METRIC_ITERATION] >= progress->next ||
                                                             silence >= longest_silence);

  PetscFunctionBeginUser;
  progress->last = *row;
  progress->waiting = PETSC_TRUE;
  if (progress->shown && due) PetscCall(Show(solver, row, progress));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgProgressEnd(MfgSolver solver, MfgProgress *progress)
{
  PetscFunctionBeginUser;
  if (!progress->shown) PetscFunctionReturn(0);
  if (progress->waiting) PetscCall(Show(solver, &progress->last, progress));
  if (progress->terminal) (void)fputc('\n', stderr);
  PetscFunctionReturn(0);
}
