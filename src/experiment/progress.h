/* Progress of a run on stderr: one line that is renewed on a terminal, a few plain lines in a log. */
#ifndef THRONG_EXPERIMENT_PROGRESS_H
#define THRONG_EXPERIMENT_PROGRESS_H

#include <throng/solver.h>

typedef struct {
  PetscBool     shown; /* on this rank */
  PetscBool     terminal;
  PetscInt      next;    /* iteration whose line comes next in a log */
  PetscReal     seconds; /* of the last line */
  MfgMetric     watched; /* the metric that the run stops at */
  MfgMetricsRow last;    /* NaN before the first */
  PetscBool     waiting; /* the last row was not shown */
} MfgProgress;

/* "12.3 s", "5 min", "2.5 h". Not collective. */
void MfgFormatDuration(double seconds, size_t size, char text[]);
/* Not collective. `watched` is taken from the solver's stop rules. */
PetscErrorCode MfgProgressBegin(MfgSolver solver, PetscBool shown, MfgProgress *progress);
/* A MfgSolverMonitor; `context` is a MfgProgress. */
PetscErrorCode MfgProgressMonitor(MfgSolver solver, const MfgMetricsRow *row, void *context);
/* Show the last row, if it was not, and end the renewed line. */
PetscErrorCode MfgProgressEnd(MfgSolver solver, MfgProgress *progress);

#endif
