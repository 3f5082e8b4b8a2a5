/* How much memory runs take, and how much there is. Not collective unless it is said. */
#ifndef THRONG_EXPERIMENT_MEMORY_H
#define THRONG_EXPERIMENT_MEMORY_H

#include "experiment/plan.h"

/* Fill `memory` of all runs, whose ranks must be known. On rank 0, which has the games' shapes. */
PetscErrorCode MfgMemoryEstimate(MfgPlan *plan);
/* Bytes that this process has in memory now. */
PetscReal MfgMemoryOfProcess(void);
/*
  Bytes that processes of this node can still take: what the kernel calls available, or less where control
  groups limit it. PETSC_INFINITY: nobody says. `root`: "", or where to find the folders proc and sys instead,
  for tests.
*/
PetscReal MfgMemoryAvailable(const char *root);
/*
  The most that runs that are to be done can take together on `ranks` ranks of one node: the hungriest that
  fit on them at a time. *hungriest: the first of them; -1: there are none.
*/
PetscErrorCode MfgMemoryNeeded(const MfgPlan *plan, PetscInt ranks, PetscReal *bytes, PetscInt *hungriest);
/* "1.5 GB" */
void MfgFormatBytes(PetscReal bytes, size_t size, char text[]);
/*
  What to tell if the runs want more than there is, on any node of the communicator; empty if all is well.
  `ranks` 0: each node has those of the communicator, at work already; else as many on this node, not yet
  started. Collective; the same on all ranks.
*/
PetscErrorCode MfgMemoryCheck(MPI_Comm comm, const MfgPlan *plan, PetscInt ranks,
                              char message[MFG_MESSAGE_SIZE]);

#endif
