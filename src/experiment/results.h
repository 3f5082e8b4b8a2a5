/*
  The folder of a run's results. It is built as <run id>.running and renamed to <run id> when it is complete,
  so that whoever finds the folder <run id> finds a whole result. All functions are collective; the files are
  rank 0's.
*/
#ifndef THRONG_EXPERIMENT_RESULTS_H
#define THRONG_EXPERIMENT_RESULTS_H

#include "experiment/experiment_impl.h"

enum { MFG_PATH_SIZE = 4096 };

typedef struct _p_MfgResults *MfgResults;

PetscErrorCode MfgResultsCreate(MPI_Comm comm, const char *folder, const char *name, const char *run_id,
                                PetscBool overwrite, MfgResults *results);
PetscErrorCode MfgResultsDestroy(MfgResults *results);
/*
  Whether the run may begin: no result stands in the way, nobody else is writing it, and the folder can be
  written. Changes nothing. If not, `message` says why.
*/
PetscErrorCode MfgResultsCheck(MfgResults results, char message[MFG_MESSAGE_SIZE]);
/* Make the folder <run id>.running; one that a killed run left is replaced. Else `message` says why not. */
PetscErrorCode MfgResultsBegin(MfgResults results, char message[MFG_MESSAGE_SIZE]);
/* The path of a file in that folder. */
PetscErrorCode MfgResultsGetPath(MfgResults results, const char *file, char path[MFG_PATH_SIZE]);
/*
  Bring everything to the disk and give the folder its name. With `good` an earlier result is replaced;
  otherwise an earlier good result stays, and this one becomes <run id>.failed. `path`: where it is.
*/
PetscErrorCode MfgResultsFinish(MfgResults results, PetscBool good, char path[MFG_PATH_SIZE]);

#endif
