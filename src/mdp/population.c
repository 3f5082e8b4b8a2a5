/*
  Where the population goes: pushes μ ← μ P^π, and the population that a policy induces.

  The induced population is the repeated resolvent μ ← σ μ ((1+σ) I - P^π)^{-1}. Each is a solve with a
  non-singular M-matrix: one recurrent class gives the stationary law, a periodic chain its Cesàro law,
  several classes keep the weights that the start gives them.
*/
#include "mdp_impl.h"

static const PetscReal sigma = 1e-9;
enum { MAX_REPEATS = 10 };

PetscErrorCode MfgModelPush(MfgModel model, PetscInt steps, Vec mu)
{
  PetscFunctionBegin;
  PetscCall(MfgModelRefresh_Private(model, 0, 1));
  PetscCall(MfgStageBegin(MFG_STAGE_PUSH));
  for (PetscInt step = 0; step < steps; step++) {
    PetscCall(MatMultTranspose(model->kernel.mat, mu, model->residual));
    PetscCall(VecCopy(model->residual, mu));
  }
  PetscCall(MfgStageEnd(MFG_STAGE_PUSH));
  PetscFunctionReturn(0);
}

/* Make mu a probability law: the inverse of an M-matrix has no negative entry, so what is below zero is
 * rounding. */
static PetscErrorCode Normalise(Vec mu)
{
  PetscScalar *values, sum;
  PetscInt     n;

  PetscFunctionBegin;
  PetscCall(VecGetLocalSize(mu, &n));
  PetscCall(VecGetArray(mu, &values));
  for (PetscInt i = 0; i < n; i++) values[i] = PetscMax(PetscRealPart(values[i]), 0);
  PetscCall(VecRestoreArray(mu, &values));
  PetscCall(VecSum(mu, &sum));
  PetscCall(VecScale(mu, 1 / sum));
  PetscFunctionReturn(0);
}

/* ‖μP - μ‖_1, from the matrix (1+σ) I - P that is at hand. */
static PetscErrorCode StationarityResidual(MfgModel model, Vec mu, PetscReal *residual)
{
  PetscFunctionBegin;
  PetscCall(MatMultTranspose(model->kernel.mat, mu, model->residual));
  PetscCall(VecAXPY(model->residual, -sigma, mu));
  PetscCall(VecNorm(model->residual, NORM_1, residual));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelInducedMeanField(MfgModel model, Vec mu, MfgSolve *solve)
{
  /* a 2-norm that keeps the 1-norm over S states below the tolerance, with room for the term σ (μ' - μ) */
  const PetscReal tolerance = 0.3 * model->population_tolerance / PetscSqrtReal((PetscReal)model->states);

  PetscFunctionBegin;
  PetscCall(PetscMemzero(solve, sizeof(*solve)));
  PetscCall(MfgModelRefresh_Private(model, 1 + sigma, -1));
  PetscCall(MfgStageBegin(MFG_STAGE_POPULATION));
  PetscCall(KSPSetOperators(model->population, model->kernel.mat, model->kernel.mat));
  solve->residual = PETSC_INFINITY;
  while (!model->failure && solve->residual > model->population_tolerance &&
         solve->outer_iterations < MAX_REPEATS) {
    PetscCall(VecCopy(mu, model->rhs));
    PetscCall(VecScale(model->rhs, sigma));
    PetscCall(MfgModelSolve_Private(model, model->population, PETSC_TRUE, model->rhs, mu, tolerance,
                                    "induced population", solve));
    if (model->failure) break;
    PetscCall(Normalise(mu));
    PetscCall(StationarityResidual(model, mu, &solve->residual));
    solve->outer_iterations++;
  }
  if (!model->direct)
    PetscCall(KSPReset(model->population)); /* its preconditioner is the largest thing there is */
  PetscCall(MfgStageEnd(MFG_STAGE_POPULATION));
  PetscFunctionReturn(0);
}
