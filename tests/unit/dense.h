/*
  The same mathematics once more, dense and serial: every rank computes the whole answer from the transitions
  of the game, without a sparse matrix and without the library's solvers. For games of up to a few hundred
  states.

  Shapes: P is [S, S] and pi, q are [S, A], all row-major. What a function returns is freed with PetscFree().
*/
#ifndef THRONG_DENSE_H
#define THRONG_DENSE_H

#include <throng/game.h>

/* P(s'|s,a,μ) as [S, A, S]; probabilities of a successor that comes twice are added. */
PetscReal *DenseTransitionsAt(MfgGame game, const PetscReal mu[]);
/* P_μ^π */
PetscReal *DensePolicyMatrixAt(MfgGame game, const PetscReal pi[], const PetscReal mu[]);
/* The same for games whose P does not depend on μ. */
PetscReal *DenseTransitions(MfgGame game);
PetscReal *DensePolicyMatrix(MfgGame game, const PetscReal pi[]);
/* mu ← mu P, `steps` times. */
void DensePush(PetscInt S, const PetscReal P[], PetscInt steps, PetscReal mu[]);
/* x ← M^{-1} x by Gaussian elimination with row exchanges; M is overwritten. */
void DenseSolve(PetscInt n, PetscReal M[], PetscReal x[]);
/* q(s,a) = r(s,a,μ) + γ Σ_{s'} P(s'|s,a) V(s') */
PetscReal *DenseBackup(MfgGame game, const PetscReal mu[], const PetscReal V[]);
/* The value of π at μ, with entropy for eta > 0. */
PetscReal *DenseValue(MfgGame game, const PetscReal pi[], const PetscReal mu[], PetscReal eta);
/* The optimal value at μ, soft for eta > 0, by value iteration to an error of 1e-11. */
PetscReal *DenseOptimal(MfgGame game, const PetscReal mu[], PetscReal eta);
/* TV(s) = max_a q(s,a), or η log Σ_a exp(q(s,a)/η) for eta > 0. */
PetscReal DenseBellman(PetscInt A, const PetscReal q[], PetscReal eta);
/* The second largest eigenvalue (modulus) of a chain P with one class, of stationary law `law`. */
PetscReal DenseSecondEigenvalue(PetscInt S, const PetscReal P[], const PetscReal law[]);
/* μ with μP = μ, of a chain with one class. */
PetscReal *DenseStationaryLaw(PetscInt S, const PetscReal P[]);
/* ‖x - y‖_1 and ⟨x, y⟩ */
PetscReal DenseDistance(PetscInt n, const PetscReal x[], const PetscReal y[]);
PetscReal DenseDot(PetscInt n, const PetscReal x[], const PetscReal y[]);

#endif
