/*
  The folder of a run's results. It is built as <run id>.running and renamed when it is complete, so that
  whoever finds the folder <run id> finds a whole and good result, and in <run id>.failed one that failed.
  Functions are collective unless they say otherwise; the files are rank 0's.
*/
#ifndef THRONG_EXPERIMENT_RESULTS_H
#define THRONG_EXPERIMENT_RESULTS_H

#include "experiment/run.h"

enum { MFG_PATH_SIZE = 4096 };

typedef struct _p_MfgResults *MfgResults;

/* What the folder of an experiment holds of a run. */
typedef enum {
  MFG_RESULT_MISSING,
  MFG_RESULT_COMPLETE,
  MFG_RESULT_FAILED,
  MFG_RESULT_UNFINISHED /* a folder <run id>.running: in work, or interrupted */
} MfgResultState;

/* What became of an attempt to begin. */
typedef enum {
  MFG_BEGIN_READY,
  MFG_BEGIN_BUSY,  /* another launch is working on the run */
  MFG_BEGIN_GOOD,  /* another launch has completed it meanwhile */
  MFG_BEGIN_BAD,   /* and it failed */
  MFG_BEGIN_FAILED /* the folder cannot be written */
} MfgBegin;

/* Results of the run in FOLDER/<run id>. */
PetscErrorCode MfgResultsCreate(MPI_Comm comm, const char *folder, const char *run_id, MfgResults *results);
PetscErrorCode MfgResultsDestroy(MfgResults *results);
/*
  Make the folder <run id>.running and take its lock; what an earlier launch left there stays. `again`: an
  earlier result is no reason not to begin. `message` says what is in the way.
*/
PetscErrorCode MfgResultsBegin(MfgResults results, PetscBool again, MfgBegin *begin,
                               char message[MFG_MESSAGE_SIZE]);
/* Tell those who look from outside who is at work, in the file `lock`. Nothing rests on it. On rank 0 alone.
 */
void MfgResultsSetOwner(MfgResults results, const char *text);
/* Empty the folder. *removed: how many files went. */
PetscErrorCode MfgResultsClear(MfgResults results, PetscInt *removed, char message[MFG_MESSAGE_SIZE]);
/* The path of a file in that folder. Not collective. */
PetscErrorCode MfgResultsGetPath(MfgResults results, const char *file, char path[MFG_PATH_SIZE]);
/* Leave the folder as it is, for a later launch to go on with; an empty one is removed. */
PetscErrorCode MfgResultsLeave(MfgResults results);
/*
  Write the checksums, bring everything to the disk and give the folder its name: <run id>, in place of what
  has it, or without `good` <run id>.failed. Then remove what was of use only to the run at work; its
  checkpoints stay, as files like others, with `keep`. `path`: where the folder is. An error of the file
  system is raised on every rank.
*/
PetscErrorCode MfgResultsFinish(MfgResults results, PetscBool good, PetscBool keep, char path[MFG_PATH_SIZE]);
/*
  The same for good results in one folder together, which the disk likes better than one after another.
  messages[i]: what went wrong with a result; empty: nothing. Not collective, for rank 0 of each result, and
  for any thread: it calls neither MPI nor PETSc.
*/
void MfgResultsFinishGood(PetscInt count, const MfgResults results[], char messages[][MFG_MESSAGE_SIZE]);
/* Say on stderr that the results cannot be written, why, and what to do. As for the threads, the same. */
void MfgResultsTellUnwritten(MfgResults results, const char *problem);

/*
  The state of a run in FOLDER. A result that was about to be replaced gets its name back if its run is not at
  work. On one rank; not collective.
*/
MfgResultState MfgResultsFind(const char *folder, const char *run_id);
/* Whether a process holds the lock of the folder. A file system without locks counts as free. Not collective.
 */
PetscBool MfgFolderIsHeld(const char *folder);

#endif
