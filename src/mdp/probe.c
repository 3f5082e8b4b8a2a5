/*
  Whether a game looks at no more of μ than it says. On one rank, which owns every state, a game that has
  declared too little would still see all, and go wrong on two. So some states are asked for once more, with a
  view that shows what is promised to any rank that owns the state: μ there and, for local couplings, at its
  successors. What is not shown is NaN.
*/
#include "mdp_impl.h"

enum { MOST_PROBES = 32 }; /* on each rank, evenly spaced */

/* The successors of row i other than the state itself, ascending, and μ there. */
static PetscErrorCode ShowSuccessors(MfgModel model, PetscInt i, const MfgMeanField *view, PetscInt next[],
                                     PetscReal values[], PetscInt *count)
{
  const MfgKernel *kernel = &model->kernel;
  const PetscInt   own_size = kernel->own_i[i + 1] - kernel->own_i[i];
  const PetscInt   ghost_size = kernel->ghost_block ? kernel->ghost_i[i + 1] - kernel->ghost_i[i] : 0;

  PetscFunctionBegin;
  *count = 0;
  for (PetscInt slot = 0; slot < own_size + ghost_size; slot++)
    if (slot != kernel->diagonal[i]) next[(*count)++] = MfgModelStateInSlot_Private(model, i, (MfgSlot)slot);
  PetscCall(PetscSortInt(*count, next));
  for (PetscInt k = 0; k < *count; k++) values[k] = MfgMeanFieldAt(view, next[k]);
  PetscFunctionReturn(0);
}

/* Ask about the state of row i with the small view; rewards that were numbers before must be so again. */
static PetscErrorCode Probe(MfgModel model, PetscInt i, const MfgMeanField *small, PetscInt next[],
                            PetscReal p[], PetscReal r[])
{
  const PetscInt A = model->actions, s = model->begin + i;
  PetscInt       count;

  PetscFunctionBegin;
  PetscCall(MfgGamePrepare(model->game, small));
  PetscCall(MfgGameRewards(model->game, small, r));
  for (PetscInt a = 0; a < A; a++) {
    PetscCheck(!PetscIsNanReal(r[a]) || PetscIsNanReal(model->rewards[i * A + a]), PETSC_COMM_SELF,
               PETSC_ERR_USER,
               "The reward of state %" PetscInt_FMT " by action %" PetscInt_FMT
               " looks at μ where the game does not say that it does; see MfgGameSetCoupling()",
               s, a);
    if (model->transitions_coupling != MFG_COUPLING_NONE)
      PetscCall(MfgModelGetSuccessors_Private(model, s, a, small, &count, next, p));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelProbeCoupling_Private(MfgModel model, const MfgMeanField *view)
{
  const PetscInt  probes = PetscMin(model->local, MOST_PROBES);
  const PetscBool local = (PetscBool)(model->transitions_coupling == MFG_COUPLING_LOCAL ||
                                      model->rewards_coupling == MFG_COUPLING_LOCAL);
  PetscInt        most, *ghosts, *next;
  PetscReal      *values, *p, *r;
  PetscErrorCode  error = 0;

  PetscFunctionBegin;
  if (model->all_scatter) PetscFunctionReturn(0); /* every rank sees everything */
  PetscCall(MfgGameGetMaxSuccessors(model->game, &most));
  PetscCall(PetscMalloc5(model->kernel.max_row, &ghosts, model->kernel.max_row, &values, most, &next, most,
                         &p, model->actions, &r));
  for (PetscInt k = 0; k < probes && !error; k++) {
    const PetscInt i = (PetscInt)((double)k * (double)model->local / (double)probes);
    MfgMeanField   small = {.begin = model->begin + i, .end = model->begin + i + 1, .own = &view->own[i]};

    if (local) {
      error = ShowSuccessors(model, i, view, ghosts, values, &small.ghost_count);
      small.ghosts = ghosts;
      small.ghost_values = values;
    }
    if (!error) error = Probe(model, i, &small, next, p, r);
  }
  PetscCall(PetscFree5(ghosts, values, next, p, r));
  PetscCall(error);
  PetscCall(MfgGamePrepare(model->game, view));
  PetscFunctionReturn(0);
}
