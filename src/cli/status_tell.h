/* What `throng status` says: about an experiment, about a run. */
#ifndef THRONG_CLI_STATUS_TELL_H
#define THRONG_CLI_STATUS_TELL_H

#include <stdio.h>
#include "experiment/status.h"

/* How many runs are in which state. */
typedef struct {
  PetscInt count[MFG_STATE_COUNT];                                  /* of the plan */
  PetscInt others[MFG_STATE_COUNT], other_count;                    /* that are not in the plan */
  PetscInt checkpoints, doubtful, stale, failed_again, begun_again; /* of the plan; see MfgStatusRun */
  PetscInt finished;                                                /* complete ones */
} MfgStatusTally;

/*
  Of an experiment whose runs were looked at. all: name every run that is at work or went wrong. Returns the
  exit code.
*/
int MfgTellExperiment(const MfgStatus *status, PetscBool all);
/* Of a run that was looked at. False: its folder has got another name meanwhile. */
PetscBool MfgTellRun(const MfgStatus *status, const MfgStatusRun *run, FILE *stream);
/* What to do about it. Returns the exit code. */
int MfgTellRunNext(const MfgStatus *status, const MfgStatusRun *run);
/* How long what is left may take, and what to do. */
void MfgTellNext(const MfgStatus *status, const MfgStatusTally *tally);
/* `what` the command of the latest launch does with the options `more`. False: there is none, and why. */
PetscBool MfgTellCommand(const MfgStatus *status, const char *what, const char *more);
/* The same for runs that failed, and what must be changed first. */
PetscBool MfgTellFailed(const MfgStatus *status, const char *what);
/* "3 s ago", of a time by this machine's clock. */
void MfgFormatAge(time_t then, size_t size, char text[]);

#endif
