/* Inside of an experiment. */
#ifndef THRONG_EXPERIMENT_IMPL_H
#define THRONG_EXPERIMENT_IMPL_H

#include "experiment/origin.h"
#include "experiment/rerun.h"

struct _p_MfgExperiment {
  MPI_Comm      comm;
  PetscMPIInt   rank, size;
  MfgRun        tables; /* an empty run, for the tables of its sections */
  MfgParameters limits; /* keys at the top that are of no run: max_failures */

  MfgOrigin origin; /* the file as it was read */
  char     *path, *text, **settings;
  MfgErrors errors;
  MfgNode  *root; /* of the document, settings applied */
  MfgSweep  sweep;
  MfgPlan  *plan;
  PetscBool lone; /* the file describes one run, without a sweep */

  char        *out;                   /* where results go */
  char         folder[MFG_PATH_SIZE]; /* of the experiment in there */
  PetscInt     rerun;                 /* of MfgRerun */
  MfgRerunWish wish;                  /* on rank 0 */
  PetscInt     ranks;                 /* that runs can have together */
  PetscInt     shard_index, shard_count;
  double       deadline; /* MPI_Wtime(); INFINITY: none */
  const char  *deadline_note;
};

/* What can be found wrong with the folder before anything is written. Collective. */
PetscErrorCode MfgExperimentCheckFolder(MfgExperiment experiment, MfgExperimentOutcome *outcome);

#endif
