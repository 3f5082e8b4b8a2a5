/*
  q(s,·) of one state after another: the inner loop of every Bellman operator. A sweep visits the states of
  this rank in order, for the transitions are stored one behind the other.

    MfgSweep sweep;
    MfgSweepBegin_Private(model, J, &sweep);
    for (PetscInt i = 0; i < model->local; i++) { MfgSweepRow(&sweep, i); ... sweep.q[a] ... }
    MfgSweepEnd_Private(&sweep);
*/
#ifndef THRONG_SWEEP_H
#define THRONG_SWEEP_H

#include "mdp_impl.h"

typedef struct {
  MfgModel           model;
  Vec                J;
  const PetscScalar *own, *ghost; /* J of this rank's states, and of its ghosts */
  PetscInt           entry;       /* how many transitions are behind us */
  PetscReal         *row;         /* J at the successors of the state, by slot */
  PetscReal         *q;           /* [A] */
} MfgSweep;

/* Collective: fetches the ghosts. */
PetscErrorCode MfgSweepBegin_Private(MfgModel model, Vec J, MfgSweep *sweep);
PetscErrorCode MfgSweepEnd_Private(MfgSweep *sweep);

static inline void MfgSweepRow(MfgSweep *sweep, PetscInt i)
{
  const MfgModel        model = sweep->model;
  const MfgKernel      *kernel = &model->kernel;
  const MfgTransitions *t = &model->transitions;
  const PetscInt        A = model->actions;
  PetscReal *const      row = sweep->row;
  PetscInt              e = sweep->entry, size = 0;

  for (PetscInt k = kernel->own_i[i]; k < kernel->own_i[i + 1]; k++)
    row[size++] = PetscRealPart(sweep->own[kernel->own_j[k]]);
  if (kernel->ghost_block)
    for (PetscInt k = kernel->ghost_i[i]; k < kernel->ghost_i[i + 1]; k++)
      row[size++] = PetscRealPart(sweep->ghost[kernel->ghost_j[k]]);
  for (PetscInt a = 0; a < A; a++) {
    PetscReal expected = 0;

    for (const PetscInt end = e + t->count[i * A + a]; e < end; e++) expected += t->p[e] * row[t->slot[e]];
    sweep->q[a] = model->rewards[i * A + a] + model->discount * expected;
  }
  sweep->entry = e;
}

#endif
