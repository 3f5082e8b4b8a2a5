/*
  Gives complete results their names while the next runs compute. A disk takes its time to tell that it has a
  file, and less if it is asked about many at once: a thread does all that is due together, ten times a second
  at most. Until then a result is a folder <run id>.running, like one whose run was killed.

  One publisher serves the runs of which this rank is the first; nothing is collective.
*/
#ifndef THRONG_EXPERIMENT_PUBLISHER_H
#define THRONG_EXPERIMENT_PUBLISHER_H

#include "experiment/launch.h"

typedef struct _p_MfgPublisher *MfgPublisher;

/* `launch`, borrowed, is told how many results have got their names. */
PetscErrorCode MfgPublisherCreate(MfgLaunch launch, MfgPublisher *publisher);
/* Takes over the results of a good run, in which everything is written; *results becomes NULL. */
PetscErrorCode MfgPublisherAdd(MfgPublisher publisher, MfgResults *results);
/* One more result has its name already: another launch was faster. */
PetscErrorCode MfgPublisherAddOther(MfgPublisher publisher);
/* How many results could not get their names so far; stderr has said why. */
PetscErrorCode MfgPublisherGetUnwritten(MfgPublisher publisher, PetscInt *unwritten);
/* Waits until nothing is left to do, and tells what became of all results. */
PetscErrorCode MfgPublisherDestroy(MfgPublisher *publisher, PetscInt *good, PetscInt *unwritten);

#endif
