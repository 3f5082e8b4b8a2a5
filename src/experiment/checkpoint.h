/*
  Checkpoints of a run: the solver's whole state in checkpoint-0.h5 and checkpoint-1.h5 by turns, each beside
  a file checkpoint-<k>.json that says what it is and has the checksums of the state and of the metrics.csv
  that goes with it. That file comes last, so a checkpoint that was being written is none. Collective; the
  files are rank 0's.
*/
#ifndef THRONG_EXPERIMENT_CHECKPOINT_H
#define THRONG_EXPERIMENT_CHECKPOINT_H

#include "experiment/results.h"

enum { MFG_CHECKPOINT_SLOTS = 2 };

typedef struct {
  PetscInt   slot;         /* 0 or 1; -1: there is no checkpoint */
  PetscInt   iteration;    /* outer iterations done */
  PetscInt   launches;     /* that have worked on the run so far */
  PetscReal  seconds;      /* wall time of the run until then */
  PetscInt64 metrics_size; /* bytes of metrics.csv that go with it */
} MfgCheckpoint;

/*
  The latest checkpoint in the running folder that is whole, of this version of the program, and has its
  metrics.csv.
*/
PetscErrorCode MfgCheckpointFind(MPI_Comm comm, MfgResults results, MfgCheckpoint *checkpoint);
/*
  The checkpoint in a slot of a run's folder. False: there is none of use, and `problem` says why; empty: the
  slot is. thorough: compare the checksums of the files, else their sizes. Not collective; needs no MPI.
*/
PetscBool MfgCheckpointRead(const char *folder, PetscInt slot, PetscBool thorough, MfgCheckpoint *checkpoint,
                            char problem[MFG_MESSAGE_SIZE]);
/* The path of its state. Not collective. */
PetscErrorCode MfgCheckpointGetPath(MfgResults results, PetscInt slot, char path[MFG_PATH_SIZE]);
/*
  Write the solver's state into the other slot than that of *checkpoint, which becomes the new one.
  metrics.csv must be on the disk up to the last row. An error of the file system is raised on every rank.
*/
PetscErrorCode MfgCheckpointWrite(MPI_Comm comm, MfgResults results, MfgSolver solver, PetscReal seconds,
                                  MfgCheckpoint *checkpoint);
/* Remove all checkpoints. An error is none: they would be of no use. */
PetscErrorCode MfgCheckpointRemove(MPI_Comm comm, MfgResults results);

#endif
