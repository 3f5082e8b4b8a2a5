#ifndef THRONG_GREEDY_MATRIX_H
#define THRONG_GREEDY_MATRIX_H

#include "mdp_impl.h"

typedef struct {
  Mat          mat; /* NULL before the first build; uses the arrays below */
  PetscInt    *own_i, *own_j, *ghost_i, *ghost_j;
  PetscScalar *own_values, *ghost_values;
} MfgGreedyMatrix;

PetscErrorCode MfgGreedyCreate_Private(MfgModel model, MfgGreedyMatrix *greedy);
/*
  mat = I - γ P of the policy that takes action[i] in state begin + i. A new Mat each time; the old one is
  destroyed.
*/
PetscErrorCode MfgGreedyBuild_Private(MfgModel model, const PetscInt action[], MfgGreedyMatrix *greedy);
PetscErrorCode MfgGreedyDestroy_Private(MfgGreedyMatrix *greedy);

#endif
