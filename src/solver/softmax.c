/* The softmax of logits, row by row, without overflow. */
#include "solver_impl.h"

/* One state: π = exp ℓ / Σ exp ℓ; ℓ ← log π. */
static inline void SoftmaxRow(PetscInt A, PetscScalar l[], PetscScalar pi[])
{
  PetscReal largest = PETSC_NINFINITY, sum = 0, shift;

  for (PetscInt a = 0; a < A; a++) largest = PetscMax(largest, PetscRealPart(l[a]));
  for (PetscInt a = 0; a < A; a++) {
    pi[a] = PetscExpReal(PetscRealPart(l[a]) - largest);
    sum += PetscRealPart(pi[a]);
  }
  shift = largest + PetscLogReal(sum);
  for (PetscInt a = 0; a < A; a++) {
    pi[a] /= sum;
    l[a] -= shift;
  }
}

PetscErrorCode MfgSoftmax_Private(Vec logits, Vec pi)
{
  PetscScalar *l, *p;
  PetscInt     n, A;

  PetscFunctionBegin;
  PetscCall(VecGetBlockSize(pi, &A));
  PetscCall(VecGetLocalSize(pi, &n));
  PetscCall(VecGetArray(logits, &l));
  PetscCall(VecGetArrayWrite(pi, &p));
  for (PetscInt i = 0; i < n; i += A) SoftmaxRow(A, &l[i], &p[i]);
  PetscCall(VecRestoreArrayWrite(pi, &p));
  PetscCall(VecRestoreArray(logits, &l));
  PetscFunctionReturn(0);
}
