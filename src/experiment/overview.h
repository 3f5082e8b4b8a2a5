/* Progress of many runs on stderr: one line that is renewed on a terminal, a few plain lines in a log. */
#ifndef THRONG_EXPERIMENT_OVERVIEW_H
#define THRONG_EXPERIMENT_OVERVIEW_H

#include "experiment/launch.h"

typedef struct {
  MfgLaunch launch; /* NULL: nothing is shown */
  PetscInt  total;  /* runs to be done */
  PetscBool terminal;
  double    start, last; /* MPI_Wtime() */
  PetscReal silence;     /* seconds until the next line */
} MfgOverview;

/* `shown`: on this rank. Not collective. */
PetscErrorCode MfgOverviewBegin(MfgLaunch launch, PetscInt total, PetscBool shown, MfgOverview *overview);
/* Show how far the launch is, if it is time. `overview` is a MfgOverview. Not collective. */
PetscErrorCode MfgOverviewShow(void *overview);
/* Show it a last time and end the renewed line. */
PetscErrorCode MfgOverviewEnd(MfgOverview *overview);

#endif
