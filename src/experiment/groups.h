/* Groups of ranks that perform one run at a time together. */
#ifndef THRONG_EXPERIMENT_GROUPS_H
#define THRONG_EXPERIMENT_GROUPS_H

#include <petscsys.h>

/*
  The groups of `width` ranks each: group[r] of rank r, counted from 0, or -1 for a rank that is left over.
  node[r]: which node rank r is on. First every node is filled with groups of its own, then what is left over
  on the nodes is put together. *count: how many groups there are. Not collective.
*/
PetscErrorCode MfgGroupsAssign(PetscInt size, const PetscInt node[], PetscInt width, PetscInt group[],
                               PetscInt *count);
/*
  The group of this rank as a communicator, to be freed by the caller; MPI_COMM_NULL where it is left over.
  Collective.
*/
PetscErrorCode MfgGroupsSplit(MPI_Comm comm, PetscInt width, MPI_Comm *group, PetscInt *count);

#endif
