/* Groups of ranks; see groups.h. */
#include "experiment/groups.h"

/* Put ranks of the nodes begin <= n < end that have no group yet into full groups, node by node. */
static void Fill(PetscInt size, const PetscInt node[], PetscInt begin, PetscInt end, PetscInt width,
                 PetscInt group[], PetscInt *count)
{
  PetscInt left = 0, placed = 0;

  for (PetscInt r = 0; r < size; r++) left += group[r] < 0 && node[r] >= begin && node[r] < end;
  left -= left % width;
  for (PetscInt n = begin; n < end; n++)
    for (PetscInt r = 0; r < size && placed < left; r++)
      if (node[r] == n && group[r] < 0) group[r] = *count + placed++ / width;
  *count += left / width;
}

PetscErrorCode MfgGroupsAssign(PetscInt size, const PetscInt node[], PetscInt width, PetscInt group[],
                               PetscInt *count)
{
  PetscInt nodes = 0;

  PetscFunctionBegin;
  *count = 0;
  for (PetscInt r = 0; r < size; r++) {
    group[r] = -1;
    nodes = PetscMax(nodes, node[r] + 1);
  }
  for (PetscInt n = 0; n < nodes; n++) Fill(size, node, n, n + 1, width, group, count);
  Fill(size, node, 0, nodes, width, group, count);
  PetscFunctionReturn(0);
}

/* The node of every rank, counted in the order of their first ranks. */
static PetscErrorCode FindNodes(MPI_Comm comm, PetscMPIInt size, PetscInt node[])
{
  MPI_Comm    shared;
  PetscMPIInt rank, first;
  PetscInt    mine, nodes = 0;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &shared));
  PetscCallMPI(MPI_Allreduce(&rank, &first, 1, MPI_INT, MPI_MIN, shared));
  PetscCallMPI(MPI_Comm_free(&shared));
  mine = first;
  PetscCallMPI(MPI_Allgather(&mine, 1, MPIU_INT, node, 1, MPIU_INT, comm));
  for (PetscInt r = 0; r < size; r++) node[r] = node[r] == r ? nodes++ : node[node[r]];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGroupsSplit(MPI_Comm comm, PetscInt width, MPI_Comm *group, PetscInt *count)
{
  PetscMPIInt rank, size;
  PetscInt   *node, *assigned;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_size(comm, &size));
  PetscCall(PetscMalloc2(size, &node, size, &assigned));
  PetscCall(FindNodes(comm, size, node));
  PetscCall(MfgGroupsAssign(size, node, width, assigned, count));
  PetscCallMPI(MPI_Comm_split(comm, assigned[rank] < 0 ? MPI_UNDEFINED : (int)assigned[rank], rank, group));
  PetscCall(PetscFree2(node, assigned));
  PetscFunctionReturn(0);
}
