/*
  Performing the runs of a plan: the ranks are split into groups as wide as the runs need, and each group
  takes one run after another until there are none. The widest runs come first, then those that cost most.
*/
#ifndef THRONG_EXPERIMENT_SCHEDULE_H
#define THRONG_EXPERIMENT_SCHEDULE_H

#include "experiment/overview.h"
#include "experiment/perform.h"
#include "experiment/plan.h"

/* How many runs ended how, on all ranks together. */
typedef struct {
  PetscInt count[MFG_RUN_OUTCOME_COUNT];
} MfgTally;

/*
  The numbers of the runs that are to be done, in the order in which they are taken; PetscFree() them. Not
  collective.
*/
PetscErrorCode MfgScheduleOrder(const MfgPlan *plan, PetscInt *count, PetscInt **order);
/* Perform the runs of the plan that are to be done, in `folder`, that of the experiment. Collective. */
PetscErrorCode MfgScheduleRun(MPI_Comm comm, MfgPlan *plan, const char *folder, MfgLaunch launch,
                              MfgTally *tally);

#endif
