/*
  Greedy actions: the lowest one within a margin of the best, so that what is equal but for rounding is a tie
  on every number of ranks.
*/
#ifndef THRONG_TIES_H
#define THRONG_TIES_H

#include <petscsys.h>

/* max_a q(a); `largest`: max_a |q(a)|. */
static inline PetscReal MfgBestOf(PetscInt A, const PetscReal q[], PetscReal *largest)
{
  PetscReal best = q[0];

  *largest = PetscAbsReal(q[0]);
  for (PetscInt a = 1; a < A; a++) {
    best = PetscMax(best, q[a]);
    *largest = PetscMax(*largest, PetscAbsReal(q[a]));
  }
  return best;
}

/* The lowest action within `margin` of the best. */
static inline PetscInt MfgLowestBest(PetscInt A, const PetscReal q[], PetscReal best, PetscReal margin)
{
  PetscInt a = 0;

  while (a < A - 1 && q[a] < best - margin) a++;
  return a;
}

#endif
