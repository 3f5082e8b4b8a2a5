/*
  What --rerun asked for, kept in the folder of the experiment until it is done: a launch that is stopped
  leaves the file .rerun-<what>, and the same command takes results that are newer than it for done. A file
  that another version of the program left counts for nothing. On one rank; not collective.
*/
#ifndef THRONG_EXPERIMENT_RERUN_H
#define THRONG_EXPERIMENT_RERUN_H

#include <time.h>
#include "experiment/results.h"

typedef struct {
  PetscBool       asked;   /* there is something to keep */
  PetscBool       goes_on; /* an earlier launch was stopped, or another one is at work */
  struct timespec since;   /* when the first launch began */
  char            what[32];
  char            path[MFG_PATH_SIZE];
} MfgRerunWish;

/* `which`: of MfgRerun. Shards keep their wishes apart. */
void MfgRerunLook(const char *folder, PetscInt which, PetscInt shard_index, PetscInt shard_count,
                  MfgRerunWish *wish);
/* Whether the result <run id><ending> has come since the wish. */
PetscBool MfgRerunIsDone(const MfgRerunWish *wish, const char *folder, const char *run_id,
                         const char *ending);
/* Keep the wish from here on; `message` says what went wrong. */
void MfgRerunKeep(const MfgRerunWish *wish, char message[MFG_MESSAGE_SIZE]);
/* All is done. */
void MfgRerunForget(const MfgRerunWish *wish);

#endif
