#ifndef THRONG_GREEDY_MATRIX_H
#define THRONG_GREEDY_MATRIX_H

#include "mdp_impl.h"

typedef struct {
  Mat mat; /* small games: a reference to the model's; else NULL before the first build */
  /* what it is made of in large games; else NULL */
  PetscInt    *own_i, *own_j, *ghost_i, *ghost_j;
  PetscScalar *own_values, *ghost_values;
} MfgGreedyMatrix;

PetscErrorCode MfgGreedyCreate_Private(MfgModel model, MfgGreedyMatrix *greedy);
/*
  mat = I - γ P of the policy that takes action[i] in state begin + i. Large games get a new Mat each time,
  and the old one is destroyed.
*/
PetscErrorCode MfgGreedyBuild_Private(MfgModel model, const PetscInt action[], MfgGreedyMatrix *greedy);
PetscErrorCode MfgGreedyDestroy_Private(MfgGreedyMatrix *greedy);

#endif
