/* Holding the model at a mean field: what of μ each rank sees, transitions and rewards there. */
#include <math.h>
#include "mdp_impl.h"

PetscErrorCode MfgModelCreateCoupling_Private(MfgModel model)
{
  PetscFunctionBegin;
  model->transitions_at = model->transitions_coupling == MFG_COUPLING_NONE ? MFG_AT_HELD_MU : MFG_AT_NO_MU;
  if (model->transitions_coupling == MFG_COUPLING_GLOBAL || model->rewards_coupling == MFG_COUPLING_GLOBAL)
    PetscCall(VecScatterCreateToAll(model->rhs, &model->all_scatter, &model->all_values));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelDestroyCoupling_Private(MfgModel model)
{
  PetscFunctionBegin;
  PetscCall(VecScatterDestroy(&model->all_scatter));
  PetscCall(VecDestroy(&model->all_values));
  PetscFunctionReturn(0);
}

/* Whether games look at μ through this rank's ghosts; all of μ shows them anyway. */
static PetscBool LooksAtGhosts(MfgModel model)
{
  return (PetscBool)(!model->all_scatter && (model->transitions_coupling == MFG_COUPLING_LOCAL ||
                                             model->rewards_coupling == MFG_COUPLING_LOCAL));
}

/* Fetch what the couplings ask for. The view lives until EndView(). */
static PetscErrorCode BeginView(MfgModel model, Vec mu, MfgMeanField *view)
{
  PetscFunctionBegin;
  PetscCall(PetscMemzero(view, sizeof(*view)));
  view->begin = model->begin;
  view->end = model->end;
  if (model->all_scatter) {
    PetscCall(VecScatterBegin(model->all_scatter, mu, model->all_values, INSERT_VALUES, SCATTER_FORWARD));
    PetscCall(VecScatterEnd(model->all_scatter, mu, model->all_values, INSERT_VALUES, SCATTER_FORWARD));
    PetscCall(VecGetArrayRead(model->all_values, &view->all));
  } else if (LooksAtGhosts(model)) {
    PetscCall(VecScatterBegin(model->ghost_scatter, mu, model->ghost_values, INSERT_VALUES, SCATTER_FORWARD));
    PetscCall(VecScatterEnd(model->ghost_scatter, mu, model->ghost_values, INSERT_VALUES, SCATTER_FORWARD));
    PetscCall(VecGetArrayRead(model->ghost_values, &view->ghost_values));
    view->ghost_count = model->kernel.ghost_count;
    view->ghosts = model->kernel.ghosts;
  }
  PetscCall(VecGetArrayRead(mu, &view->own));
  PetscFunctionReturn(0);
}

static PetscErrorCode EndView(MfgModel model, Vec mu, MfgMeanField *view)
{
  PetscFunctionBegin;
  PetscCall(VecRestoreArrayRead(mu, &view->own));
  if (model->all_scatter) PetscCall(VecRestoreArrayRead(model->all_values, &view->all));
  if (LooksAtGhosts(model)) PetscCall(VecRestoreArrayRead(model->ghost_values, &view->ghost_values));
  PetscFunctionReturn(0);
}

PetscInt MfgModelStateInSlot_Private(MfgModel model, PetscInt i, MfgSlot slot)
{
  const MfgKernel *kernel = &model->kernel;
  const PetscInt   own_size = kernel->own_i[i + 1] - kernel->own_i[i];

  if (slot < own_size) return model->begin + kernel->own_j[kernel->own_i[i] + slot];
  return kernel->ghosts[kernel->ghost_j[kernel->ghost_i[i] + slot - own_size]];
}

/* New probabilities of (i, a) over the transitions stored from entry e on. */
static PetscErrorCode RefreshAction(MfgModel model, PetscInt i, PetscInt a, const MfgMeanField *view,
                                    PetscInt e, PetscInt next[], PetscReal p[])
{
  MfgTransitions *t = &model->transitions;
  const PetscInt  s = model->begin + i, stored = t->count[i * model->actions + a];
  PetscInt        count;

  PetscFunctionBegin;
  PetscCall(MfgModelGetSuccessors_Private(model, s, a, view, &count, next, p));
  PetscCheck(count == stored, PETSC_COMM_SELF, PETSC_ERR_USER,
             "State %" PetscInt_FMT " has %" PetscInt_FMT " successors by action %" PetscInt_FMT
             " at this mean field and had %" PetscInt_FMT " before; they must not depend on it",
             s, count, a, stored);
  for (PetscInt k = 0; k < count; k++) {
    PetscCheck(next[k] == MfgModelStateInSlot_Private(model, i, t->slot[e + k]), PETSC_COMM_SELF,
               PETSC_ERR_USER,
               "State %" PetscInt_FMT " has the successor %" PetscInt_FMT " by action %" PetscInt_FMT
               " at this mean field and had not before; successors must not depend on it",
               s, next[k], a);
    t->p[e + k] = p[k];
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode RefreshTransitions(MfgModel model, const MfgMeanField *view)
{
  PetscInt       e = 0, most, *next;
  PetscReal     *p;
  PetscErrorCode error = 0;

  PetscFunctionBegin;
  PetscCall(MfgGameGetMaxSuccessors(model->game, &most));
  PetscCall(PetscMalloc2(most, &next, most, &p));
  for (PetscInt i = 0; i < model->local && !error; i++) {
    for (PetscInt a = 0; a < model->actions && !error; a++) {
      error = RefreshAction(model, i, a, view, e, next, p);
      e += model->transitions.count[i * model->actions + a];
    }
  }
  PetscCall(PetscFree2(next, p));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Local; the caller votes. */
static PetscErrorCode AskGame(MfgModel model, const MfgMeanField *view, PetscBool rewards)
{
  PetscFunctionBegin;
  PetscCall(MfgGamePrepare(model->game, view));
  if (model->transitions_coupling != MFG_COUPLING_NONE) PetscCall(RefreshTransitions(model, view));
  if (rewards) PetscCall(MfgGameRewards(model->game, view, model->rewards));
  if (rewards && !model->probed) {
    model->probed = PETSC_TRUE;
    PetscCall(MfgModelProbeCoupling_Private(model, view));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Refresh(MfgModel model, Vec mu, PetscBool rewards)
{
  MfgMeanField   view;
  PetscErrorCode error;

  PetscFunctionBegin;
  if (model->transitions_coupling != MFG_COUPLING_NONE) {
    model->transitions_at = MFG_AT_NO_MU; /* if the game errs: some are new by then, some old */
    model->kernel.fresh = PETSC_FALSE;
    model->kernel.written = PETSC_FALSE;
  }
  PetscCall(MfgStageBegin(MFG_STAGE_REFRESH));
  PetscCall(BeginView(model, mu, &view));
  error = AskGame(model, &view, rewards);
  PetscCall(EndView(model, mu, &view));
  error = MfgModelVote_Private(model, error, "transitions or rewards");
  PetscCall(MfgStageEnd(MFG_STAGE_REFRESH)); /* after an error, too: other models may go on */
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* A reward that is not a number would be lost in a maximum over actions. */
static PetscErrorCode CheckRewards(MfgModel model)
{
  int finite = 1, everywhere;

  PetscFunctionBegin;
  for (PetscInt i = 0; i < model->local * model->actions; i++)
    if (!isfinite(model->rewards[i])) finite = 0;
  PetscCallMPI(MPI_Allreduce(&finite, &everywhere, 1, MPI_INT, MPI_MIN, model->comm));
  if (!everywhere)
    PetscCall(MfgModelFail_Private(model, MFG_FAILURE_NOT_FINITE, "the rewards are not finite numbers"));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSetMeanField(MfgModel model, Vec mu)
{
  PetscFunctionBegin;
  PetscCall(Refresh(model, mu, PETSC_TRUE));
  model->transitions_at = MFG_AT_HELD_MU;
  PetscCall(CheckRewards(model));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelMoveTransitions_Private(MfgModel model, Vec mu)
{
  PetscFunctionBegin;
  if (model->transitions_coupling == MFG_COUPLING_NONE) PetscFunctionReturn(0);
  PetscCall(Refresh(model, mu, PETSC_FALSE));
  model->transitions_at = MFG_AT_ANOTHER_MU;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelCheckHeld_Private(MfgModel model)
{
  PetscFunctionBegin;
  PetscCheck(model->transitions_at == MFG_AT_HELD_MU, model->comm, PETSC_ERR_ARG_WRONGSTATE,
             "The transitions of this game depend on the mean field and %s: call MfgModelSetMeanField()",
             model->transitions_at == MFG_AT_NO_MU ? "there is none yet" : "have followed another one");
  PetscFunctionReturn(0);
}
