/*
  The two sweeps over the transitions that everything rests on: π → values of αI + βP^π, and J → q.
*/
#include <petsc/private/petscimpl.h> /* PetscObjectStateGet(); VecGetState() is there from PETSc 3.22 on */
#include "sweep.h"

PetscErrorCode MfgModelSetPolicy(MfgModel model, Vec pi)
{
  PetscFunctionBegin;
  model->policy = pi;
  model->kernel.fresh = PETSC_FALSE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelKeepPolicy(MfgModel model, Vec pi)
{
  const MfgKernel *kernel = &model->kernel;
  PetscObjectId    id;
  PetscObjectState state;

  PetscFunctionBegin;
  PetscCall(PetscObjectGetId((PetscObject)pi, &id));
  PetscCall(PetscObjectStateGet((PetscObject)pi, &state));
  PetscCall(MfgModelSetPolicy(model, pi));
  model->kernel.fresh =
      (PetscBool)(kernel->written && id == kernel->policy_id && state == kernel->policy_state);
  PetscFunctionReturn(0);
}

/*
  One sweep: row i gets α [slot = diagonal] + β Σ_a π(a|i) p(i, a, slot). `row` has room for the longest row.
*/
static void WriteValues(MfgModel model, const PetscScalar pi[], PetscScalar own[], PetscScalar ghost[],
                        PetscReal row[])
{
  const MfgKernel      *kernel = &model->kernel;
  const MfgTransitions *t = &model->transitions;
  const PetscReal       alpha = kernel->alpha, beta = kernel->beta;
  const PetscInt        A = model->actions;
  PetscInt              e = 0;

  for (PetscInt i = 0; i < model->local; i++) {
    const PetscInt own_start = kernel->own_i[i], own_size = kernel->own_i[i + 1] - own_start;
    const PetscInt ghost_start = ghost ? kernel->ghost_i[i] : 0;
    const PetscInt ghost_size = ghost ? kernel->ghost_i[i + 1] - ghost_start : 0;

    for (PetscInt k = 0; k < own_size + ghost_size; k++) row[k] = 0;
    for (PetscInt a = 0; a < A; a++) {
      const PetscReal weight = beta * PetscRealPart(pi[i * A + a]);

      for (const PetscInt end = e + t->count[i * A + a]; e < end; e++) row[t->slot[e]] += weight * t->p[e];
    }
    row[kernel->diagonal[i]] += alpha;
    for (PetscInt k = 0; k < own_size; k++) own[own_start + k] = row[k];
    for (PetscInt k = 0; k < ghost_size; k++) ghost[ghost_start + k] = row[own_size + k];
  }
}

PetscErrorCode MfgModelRefresh_Private(MfgModel model, PetscReal alpha, PetscReal beta)
{
  MfgKernel         *kernel = &model->kernel;
  const PetscScalar *policy;
  PetscScalar       *own, *ghost = NULL;
  PetscReal         *row;

  PetscFunctionBegin;
  if (kernel->fresh && kernel->alpha == alpha && kernel->beta == beta) PetscFunctionReturn(0);
  PetscCheck(model->policy, model->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgModelSetPolicy() first");
  kernel->fresh = PETSC_FALSE;
  kernel->written = PETSC_FALSE;
  kernel->alpha = alpha;
  kernel->beta = beta;
  PetscCall(MfgStageBegin(MFG_STAGE_REFRESH));
  PetscCall(PetscMalloc1(kernel->max_row, &row));
  PetscCall(VecGetArrayRead(model->policy, &policy));
  PetscCall(MatSeqAIJGetArray(kernel->own_block, &own));
  if (kernel->ghost_block) PetscCall(MatSeqAIJGetArray(kernel->ghost_block, &ghost));
  WriteValues(model, policy, own, ghost, row);
  if (kernel->ghost_block) PetscCall(MatSeqAIJRestoreArray(kernel->ghost_block, &ghost));
  PetscCall(MatSeqAIJRestoreArray(kernel->own_block, &own));
  PetscCall(VecRestoreArrayRead(model->policy, &policy));
  PetscCall(PetscFree(row));
  PetscCall(
      MatAssemblyBegin(kernel->mat, MAT_FINAL_ASSEMBLY)); /* tells the preconditioners that values changed */
  PetscCall(MatAssemblyEnd(kernel->mat, MAT_FINAL_ASSEMBLY));
  PetscCall(PetscObjectGetId((PetscObject)model->policy, &kernel->policy_id));
  PetscCall(PetscObjectStateGet((PetscObject)model->policy, &kernel->policy_state));
  kernel->written = PETSC_TRUE;
  kernel->fresh = PETSC_TRUE;
  PetscCall(MfgStageEnd(MFG_STAGE_REFRESH));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepBegin_Private(MfgModel model, Vec J, MfgSweep *sweep)
{
  PetscFunctionBegin;
  sweep->model = model;
  sweep->J = J;
  sweep->entry = 0;
  PetscCall(VecScatterBegin(model->ghost_scatter, J, model->ghost_values, INSERT_VALUES, SCATTER_FORWARD));
  PetscCall(VecScatterEnd(model->ghost_scatter, J, model->ghost_values, INSERT_VALUES, SCATTER_FORWARD));
  PetscCall(VecGetArrayRead(model->ghost_values, &sweep->ghost));
  PetscCall(VecGetArrayRead(J, &sweep->own));
  PetscCall(PetscMalloc2(model->kernel.max_row, &sweep->row, model->actions, &sweep->q));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepEnd_Private(MfgSweep *sweep)
{
  PetscFunctionBegin;
  PetscCall(PetscFree2(sweep->row, sweep->q));
  PetscCall(VecRestoreArrayRead(sweep->J, &sweep->own));
  PetscCall(VecRestoreArrayRead(sweep->model->ghost_values, &sweep->ghost));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelBackup(MfgModel model, Vec J, Vec q)
{
  const PetscInt A = model->actions;
  PetscScalar   *values;
  MfgSweep       sweep;

  PetscFunctionBegin;
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgStageBegin(MFG_STAGE_BACKUP));
  PetscCall(MfgSweepBegin_Private(model, J, &sweep));
  PetscCall(VecGetArrayWrite(q, &values));
  for (PetscInt i = 0; i < model->local; i++) {
    MfgSweepRow(&sweep, i);
    for (PetscInt a = 0; a < A; a++) values[i * A + a] = sweep.q[a];
  }
  PetscCall(VecRestoreArrayWrite(q, &values));
  PetscCall(MfgSweepEnd_Private(&sweep));
  PetscCall(MfgStageEnd(MFG_STAGE_BACKUP));
  PetscFunctionReturn(0);
}
