/* One run of a plan, from its set-up to the complete result folder. */
#ifndef THRONG_EXPERIMENT_PERFORM_H
#define THRONG_EXPERIMENT_PERFORM_H

#include "experiment/publisher.h"

/* What became of a run. */
typedef enum {
  MFG_RUN_GOOD,
  MFG_RUN_FAILED,    /* its record says why; both also if another launch was faster */
  MFG_RUN_STOPPED,   /* the launch stops; a later one goes on from the checkpoint */
  MFG_RUN_ELSEWHERE, /* another launch does it */
  MFG_RUN_UNWRITTEN, /* its folder cannot be written; stderr says why */
  MFG_RUN_ADDED,     /* good, and what becomes of its folder is the publisher's */
  MFG_RUN_OUTCOME_COUNT
} MfgRunOutcome;

/* How to perform a run. */
typedef struct {
  const char  *folder; /* of the experiment */
  const char  *run_id;
  PetscReal    time_limit; /* seconds; PETSC_INFINITY: none */
  PetscBool    again;      /* an earlier result is to be replaced */
  PetscBool    alone; /* the only run: it is set up already, shows its iterations, and tells how it ended */
  MfgPublisher publisher;         /* on the first rank, of good runs that are not alone */
  PetscErrorCode (*idle)(void *); /* NULL, or called between iterations on every rank; its context: */
  void *idle_context;
} MfgPerformance;

/*
  Perform the run, which was checked. Errors that its check left on any rank make it a failed one. Collective
  on its communicator.
*/
PetscErrorCode MfgRunPerform(MfgRun run, MfgLaunch launch, const MfgPerformance *how, MfgRunOutcome *outcome);

#endif
