/*
  I - γ P^π of a deterministic policy.

  In large games it has the successors of one action a row, a fraction of what the pattern of all actions
  holds, so every product and every preconditioner sweep is that much cheaper; it is built anew for each
  policy from the stored transitions, in arrays that are kept. In small games it stays on the pattern of all
  actions: most of a small factorisation is finding the order of elimination, which a pattern that stays needs
  once.
*/
#include "greedy_matrix.h"

PetscErrorCode MfgGreedyCreate_Private(MfgModel model, MfgGreedyMatrix *greedy)
{
  const MfgKernel *kernel = &model->kernel;
  const PetscInt   n = model->local;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(greedy, sizeof(*greedy)));
  if (model->direct) {
    if (!model->greedy) PetscCall(MatDuplicate(kernel->mat, MAT_DO_NOT_COPY_VALUES, &model->greedy));
    PetscCall(PetscObjectReference((PetscObject)model->greedy));
    greedy->mat = model->greedy;
    PetscFunctionReturn(0);
  }
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

/* The values of I - γ P on the pattern of all actions; zeros where the action taken does not lead. */
static void WriteValues(MfgModel model, const PetscInt action[], PetscScalar own[], PetscScalar ghost[])
{
  const MfgKernel      *kernel = &model->kernel;
  const MfgTransitions *t = &model->transitions;
  const PetscInt        A = model->actions;
  PetscInt              entry = 0;

  for (PetscInt i = 0; i < model->local; i++) {
    PetscScalar *const own_row = own + kernel->own_i[i];
    PetscScalar *const ghost_row = ghost ? ghost + kernel->ghost_i[i] : NULL;
    const PetscInt     own_size = kernel->own_i[i + 1] - kernel->own_i[i];

    own_row[kernel->diagonal[i]] = 1;
    for (PetscInt a = 0; a < A; a++) {
      const PetscInt end = entry + t->count[i * A + a];

      for (PetscInt e = entry; a == action[i] && e < end; e++) {
        if (t->slot[e] < own_size)
          own_row[t->slot[e]] -= model->discount * t->p[e];
        else
          ghost_row[t->slot[e] - own_size] = -model->discount * t->p[e];
      }
      entry = end;
    }
  }
}

/* The matrix of a small game, values in place. */
static PetscErrorCode Write(MfgModel model, const PetscInt action[], Mat mat)
{
  Mat          own_block = mat, ghost_block = NULL;
  PetscScalar *own, *ghost = NULL;

  PetscFunctionBegin;
  if (model->kernel.ghost_block) PetscCall(MatMPIAIJGetSeqAIJ(mat, &own_block, &ghost_block, NULL));
  PetscCall(MatZeroEntries(mat));
  PetscCall(MatSeqAIJGetArray(own_block, &own));
  if (ghost_block) PetscCall(MatSeqAIJGetArray(ghost_block, &ghost));
  WriteValues(model, action, own, ghost);
  if (ghost_block) PetscCall(MatSeqAIJRestoreArray(ghost_block, &ghost));
  PetscCall(MatSeqAIJRestoreArray(own_block, &own));
  PetscCall(MatAssemblyBegin(mat, MAT_FINAL_ASSEMBLY)); /* tells the factors that values changed */
  PetscCall(MatAssemblyEnd(mat, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

/* The matrix of a large game, from the transitions that the actions take. */
static PetscErrorCode Build(MfgModel model, const PetscInt action[], MfgGreedyMatrix *greedy)
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

PetscErrorCode MfgGreedyBuild_Private(MfgModel model, const PetscInt action[], MfgGreedyMatrix *greedy)
{
  PetscFunctionBegin;
  PetscCall(model->direct ? Write(model, action, greedy->mat) : Build(model, action, greedy));
  PetscFunctionReturn(0);
}
