/*
  I - γ P^π of a deterministic policy. It has the successors of one action a row, a fraction of what the
  pattern of all actions holds, so every product and every preconditioner sweep is that much cheaper; it is
  built anew for each policy from the stored transitions, in arrays that are kept.
*/
#include "greedy_matrix.h"

PetscErrorCode MfgGreedyCreate_Private(MfgModel model, MfgGreedyMatrix *greedy)
{
  const MfgKernel *kernel = &model->kernel;
  const PetscInt   n = model->local;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(greedy, sizeof(*greedy)));
  PetscCall(PetscMalloc3(n + 1, &greedy->own_i, kernel->greedy_own, &greedy->own_j, kernel->greedy_own,
                         &greedy->own_values));
  PetscCall(PetscMalloc3(n + 1, &greedy->ghost_i, kernel->greedy_ghost, &greedy->ghost_j,
                         kernel->greedy_ghost, &greedy->ghost_values));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGreedyDestroy_Private(MfgGreedyMatrix *greedy)
{
  PetscFunctionBegin;
  PetscCall(MatDestroy(&greedy->mat));
  PetscCall(PetscFree3(greedy->own_i, greedy->own_j, greedy->own_values));
  PetscCall(PetscFree3(greedy->ghost_i, greedy->ghost_j, greedy->ghost_values));
  PetscFunctionReturn(0);
}

/*
  Append row i, the `count` transitions from `entry` on; columns stay ascending, and the diagonal is among
  them.
*/
static void AppendRow(MfgModel model, PetscInt i, PetscInt entry, PetscInt count, MfgGreedyMatrix *greedy,
                      PetscInt *own, PetscInt *ghost)
{
  const MfgKernel      *kernel = &model->kernel;
  const MfgTransitions *t = &model->transitions;
  const PetscInt        own_size = kernel->own_i[i + 1] - kernel->own_i[i];
  PetscBool             diagonal_done = PETSC_FALSE;

  for (PetscInt e = entry; e < entry + count; e++) {
    if (t->slot[e] >= kernel->diagonal[i] && !diagonal_done) {
      greedy->own_j[*own] = i;
      greedy->own_values[(*own)++] = 1;
      diagonal_done = PETSC_TRUE;
      if (t->slot[e] == kernel->diagonal[i]) {
        greedy->own_values[*own - 1] -= model->discount * t->p[e];
        continue;
      }
    }
    if (t->slot[e] < own_size) {
      greedy->own_j[*own] = kernel->own_j[kernel->own_i[i] + t->slot[e]];
      greedy->own_values[(*own)++] = -model->discount * t->p[e];
    } else {
      greedy->ghost_j[*ghost] = kernel->ghosts[kernel->ghost_j[kernel->ghost_i[i] + t->slot[e] - own_size]];
      greedy->ghost_values[(*ghost)++] = -model->discount * t->p[e];
    }
  }
  if (!diagonal_done) {
    greedy->own_j[*own] = i;
    greedy->own_values[(*own)++] = 1;
  }
}

PetscErrorCode MfgGreedyBuild_Private(MfgModel model, const PetscInt action[], MfgGreedyMatrix *greedy)
{
  const PetscInt n = model->local, A = model->actions;
  const MfgSlot *count = model->transitions.count;
  PetscInt       own = 0, ghost = 0, entry = 0;

  PetscFunctionBegin;
  PetscCall(MatDestroy(&greedy->mat));
  greedy->own_i[0] = 0;
  greedy->ghost_i[0] = 0;
  for (PetscInt i = 0; i < n; i++) {
    for (PetscInt a = 0; a < A; a++) {
      if (a == action[i]) AppendRow(model, i, entry, count[i * A + a], greedy, &own, &ghost);
      entry += count[i * A + a];
    }
    greedy->own_i[i + 1] = own;
    greedy->ghost_i[i + 1] = ghost;
  }
  if (model->kernel.ghost_block) {
    PetscCall(MatCreateMPIAIJWithSplitArrays(model->comm, n, n, model->states, model->states, greedy->own_i,
                                             greedy->own_j, greedy->own_values, greedy->ghost_i,
                                             greedy->ghost_j, greedy->ghost_values, &greedy->mat));
  } else {
    PetscCall(MatCreateSeqAIJWithArrays(model->comm, n, n, greedy->own_i, greedy->own_j, greedy->own_values,
                                        &greedy->mat));
  }
  PetscFunctionReturn(0);
}
