/*
  First guesses for a sequence of linear systems whose solutions change slowly: x + Σ_i c_i d_i, with d_i the
  last differences of solutions and c the least-squares solution of Σ_i c_i A d_i = b - A x, by Gram-Schmidt.
*/
#include <assert.h>
#include "mdp_impl.h"

enum { LENGTH = MFG_TRAIL_ROOM - 1 };
static_assert(MFG_TRAIL_VECS == 1 + 2 * LENGTH, "what a trail is said to take");

struct _p_MfgTrail {
  PetscBool started; /* `last` holds a solution */
  PetscInt  count;   /* differences there are */
  Vec       last;
  Vec       difference[LENGTH]; /* latest first */
  Vec       image[LENGTH];      /* orthonormal basis of the A d_i */
};

PetscErrorCode MfgTrailCreate(MfgModel model, MfgTrail *trail)
{
  PetscFunctionBegin;
  PetscCall(PetscNew(trail));
  if (model->direct) PetscFunctionReturn(0);
  PetscCall(VecDuplicate(model->rhs, &(*trail)->last));
  for (PetscInt i = 0; i < LENGTH; i++) {
    PetscCall(VecDuplicate(model->rhs, &(*trail)->difference[i]));
    PetscCall(VecDuplicate(model->rhs, &(*trail)->image[i]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTrailDestroy(MfgTrail *trail)
{
  PetscFunctionBegin;
  if (!*trail) PetscFunctionReturn(0);
  PetscCall(VecDestroy(&(*trail)->last));
  for (PetscInt i = 0; i < LENGTH; i++) {
    PetscCall(VecDestroy(&(*trail)->difference[i]));
    PetscCall(VecDestroy(&(*trail)->image[i]));
  }
  PetscCall(PetscFree(*trail));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTrailGetVecs(MfgTrail trail, PetscInt *held, PetscInt *room, Vec vecs[MFG_TRAIL_ROOM])
{
  PetscFunctionBegin;
  *held = trail->started ? 1 + trail->count : 0;
  *room = trail->last ? MFG_TRAIL_ROOM : 0;
  vecs[0] = trail->last;
  for (PetscInt i = 0; i < LENGTH; i++) vecs[1 + i] = trail->difference[i];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTrailSetHeld(MfgTrail trail, PetscInt held)
{
  PetscFunctionBegin;
  trail->started = held > 0 ? PETSC_TRUE : PETSC_FALSE;
  trail->count = PetscMax(held - 1, 0);
  PetscFunctionReturn(0);
}

/*
  Column i of the factors Q R of [A d_0, A d_1, ...]: image i ← A d_i made orthonormal to the images before
  it. A direction that adds nothing is dropped: its diagonal entry of R and its image are zero.
*/
static PetscErrorCode Orthogonalise(MfgTrail trail, Mat A, PetscInt i, PetscReal R[LENGTH][LENGTH])
{
  PetscReal before, after;

  PetscFunctionBegin;
  PetscCall(MatMult(A, trail->difference[i], trail->image[i]));
  PetscCall(VecNorm(trail->image[i], NORM_2, &before));
  for (PetscInt j = 0; j < i; j++) {
    PetscScalar along;

    PetscCall(VecDot(trail->image[i], trail->image[j], &along));
    PetscCall(VecAXPY(trail->image[i], -along, trail->image[j]));
    R[j][i] = PetscRealPart(along);
  }
  PetscCall(VecNorm(trail->image[i], NORM_2, &after));
  R[i][i] = after > 1e-8 * before ? after : 0;
  PetscCall(VecScale(trail->image[i], R[i][i] > 0 ? 1 / R[i][i] : 0));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTrailExtrapolate_Private(MfgTrail trail, Mat A, Vec b, Vec x)
{
  PetscReal R[LENGTH][LENGTH];
  PetscReal c[LENGTH];
  Vec       residual;

  PetscFunctionBegin;
  if (!trail->count) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < trail->count; i++) PetscCall(Orthogonalise(trail, A, i, R));
  residual = trail->last; /* its content is that of x, and comes back from there */
  PetscCall(MatMult(A, x, residual));
  PetscCall(VecAYPX(residual, -1, b));
  for (PetscInt i = 0; i < trail->count; i++) {
    PetscScalar along;

    PetscCall(VecDot(residual, trail->image[i], &along));
    c[i] = PetscRealPart(along);
  }
  PetscCall(VecCopy(x, trail->last));
  for (PetscInt i = trail->count - 1; i >= 0; i--) { /* R c = Qᵀ residual, from the last row up */
    for (PetscInt j = i + 1; j < trail->count; j++) c[i] -= R[i][j] * c[j];
    c[i] = R[i][i] > 0 ? c[i] / R[i][i] : 0;
    PetscCall(VecAXPY(x, c[i], trail->difference[i]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTrailAppend_Private(MfgTrail trail, Vec x)
{
  PetscFunctionBegin;
  if (trail->started) {
    const Vec oldest = trail->difference[LENGTH - 1];

    for (PetscInt i = LENGTH - 1; i > 0; i--) trail->difference[i] = trail->difference[i - 1];
    trail->difference[0] = oldest;
    PetscCall(VecWAXPY(oldest, -1, trail->last, x));
    trail->count = PetscMin(trail->count + 1, LENGTH);
  }
  PetscCall(VecCopy(x, trail->last));
  trail->started = PETSC_TRUE;
  PetscFunctionReturn(0);
}
