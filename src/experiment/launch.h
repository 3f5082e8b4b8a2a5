/*
  One launch of the program on an experiment: who does which run, and when to stop.

  The folder .launches/<id> in that of the experiment has a name for each run that a group of ranks has
  claimed, which only one can make, so that claiming needs nobody's help while all ranks compute; a file for
  each rank that has claimed runs, with how many of them have ended; and a file `stop-<reason>` once the
  launch is to end early. Functions are not collective unless they say so.
*/
#ifndef THRONG_EXPERIMENT_LAUNCH_H
#define THRONG_EXPERIMENT_LAUNCH_H

#include "experiment/results.h"

typedef struct _p_MfgLaunch *MfgLaunch;

/* Why a launch ends early. */
typedef enum {
  MFG_STOP_NONE,
  MFG_STOP_SIGNAL,   /* SIGUSR1, or another that MfgListen() listens to */
  MFG_STOP_DEADLINE, /* the time limit of the launch is near */
  MFG_STOP_FAILURES, /* max_failures; runs that are at work end as they would */
  MFG_STOP_WRITING,  /* results cannot be written */
  MFG_STOP_COUNT
} MfgStop;
/* In words; of a signal its name, as this rank has seen it. */
const char *MfgStopText(MfgStop stop);

/* From here on SIGUSR1 asks the launch to stop, also one that is created later. Not collective. */
PetscErrorCode MfgLaunchListen(void);
/*
  `deadline`: what MPI_Wtime() gives on this rank when the time of the launch is over; INFINITY: no limit.
  max_failures < 0: no limit. The folder is made by MfgLaunchOpen(). Collective.
*/
PetscErrorCode MfgLaunchCreate(MPI_Comm comm, double deadline, PetscInt max_failures, MfgLaunch *launch);
/* Removes the folder of claims. Collective. */
PetscErrorCode MfgLaunchDestroy(MfgLaunch *launch);
/*
  Make the folder of claims in `folder`, that of the experiment, and remove those that killed launches left.
  `message` says what went wrong. Collective.
*/
PetscErrorCode MfgLaunchOpen(MfgLaunch launch, const char *folder, char message[MFG_MESSAGE_SIZE]);
/* Remove what killed launches left in `folder`. On one rank, without a launch. */
void MfgLaunchTidy(const char *folder);
/* The name of the launch: when, where, which process. */
const char *MfgLaunchGetName(MfgLaunch launch);

/* Claim the run with this number in the plan. *mine: nobody else has, in this launch. */
void MfgLaunchClaim(MfgLaunch launch, PetscInt number, PetscBool *mine, char message[MFG_MESSAGE_SIZE]);
/* Tell how many runs of this rank are complete. Another thread than that of all other calls may do so. */
void MfgLaunchTellGood(MfgLaunch launch, PetscInt count);
/* Tell that one more run of this rank has failed; stops the launch if there are too many failures. */
void MfgLaunchTellFailed(MfgLaunch launch);
/* How many have ended so far, and how many are at work. */
void MfgLaunchCount(MfgLaunch launch, PetscInt *good, PetscInt *failed, PetscInt *working);

/* Stop the launch, on all ranks. The first reason counts. */
void MfgLaunchStop(MfgLaunch launch, MfgStop why);
/*
  Whether the launch is to stop, as far as this rank can tell. `needed`: seconds that a run would still need
  to stop well, if the limit of the launch is to be kept. Looks at the disk once a second at most.
*/
MfgStop MfgLaunchGetStop(MfgLaunch launch, PetscReal needed);
/* Why the launch stops, as any rank knows: the one that says so need not be one that looked. Collective. */
PetscErrorCode MfgLaunchAgree(MfgLaunch launch, MfgStop *stop);

#endif
