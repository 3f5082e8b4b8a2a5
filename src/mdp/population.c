/*
  Where the population goes: pushes μ ← μ P^π, and the population that a policy induces.

  Where P does not depend on μ, and for a chain with μ held, the induced population is the repeated resolvent
  μ ← σ μ B^{-1}, B = (1+σ) I - P^π. Each is a solve with a non-singular M-matrix: one recurrent class gives
  the stationary law, a periodic chain its Cesàro law, several classes keep the weights that the start gives
  them.

  A large chain is solved by Krylov iterations with algebraic multigrid on Bᵀ D y = σ μ, x = D y, where D
  holds a first idea of x. Then y is near a constant, which is what multigrid is good at; on Bᵀ itself it
  would have to find the peaks of a stationary law by itself. A few Gauss-Seidel sweeps give the first D,
  every later solution the next one. Source: iterative aggregation-disaggregation, Horton and Leutenegger
  (1994).
*/
#include "mdp_impl.h"

static const PetscReal sigma = 1e-9;
static const PetscReal precision = 1e-6; /* relative, of one resolvent: rounding allows about 1e-16/σ */
/*
  A law this near to stationary is worth reporting, with its residual, even where a chain is too hard to
  solve.
*/
static const PetscReal usable = 1e-6;
enum { MAX_REPEATS = 10, MAX_SCALINGS = 4, SWEEPS = 20 };

PetscErrorCode MfgModelPush(MfgModel model, PetscInt steps, Vec mu)
{
  PetscFunctionBegin;
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgModelRefresh_Private(model, 0, 1));
  PetscCall(MfgStageBegin(MFG_STAGE_PUSH));
  for (PetscInt step = 0; step < steps; step++) {
    PetscCall(MatMultTranspose(model->kernel.mat, mu, model->residual));
    PetscCall(VecCopy(model->residual, mu));
  }
  PetscCall(MfgStageEnd(MFG_STAGE_PUSH));
  PetscFunctionReturn(0);
}

/* mu ← mu P_mu^π, and how far that moved it in the 1-norm. */
static PetscErrorCode Step(MfgModel model, Vec mu, PetscReal *moved)
{
  PetscFunctionBegin;
  PetscCall(MfgModelMoveTransitions_Private(model, mu));
  PetscCall(MfgModelRefresh_Private(model, 0, 1));
  PetscCall(MfgStageBegin(MFG_STAGE_PUSH));
  PetscCall(MatMultTranspose(model->kernel.mat, mu, model->residual));
  PetscCall(VecSwap(model->residual, mu));
  PetscCall(VecAXPY(model->residual, -1, mu));
  PetscCall(VecNorm(model->residual, NORM_1, moved));
  PetscCall(MfgStageEnd(MFG_STAGE_PUSH));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelFlow(MfgModel model, PetscInt steps, Vec mu)
{
  PetscReal moved = 0;

  PetscFunctionBegin;
  if (model->transitions_coupling == MFG_COUPLING_NONE) {
    PetscCall(MfgModelPush(model, steps, mu));
    PetscFunctionReturn(0);
  }
  /* a game is not asked about what is no law any more */
  for (PetscInt step = 0; step < steps && !PetscIsInfOrNanReal(moved); step++)
    PetscCall(Step(model, mu, &moved));
  PetscFunctionReturn(0);
}

/* Entries below `least` times the largest one become that. */
static PetscErrorCode Floor(Vec x, PetscReal least)
{
  PetscScalar *values;
  PetscReal    largest;
  PetscInt     n;

  PetscFunctionBegin;
  PetscCall(VecMax(x, NULL, &largest));
  PetscCall(VecGetLocalSize(x, &n));
  PetscCall(VecGetArray(x, &values));
  for (PetscInt i = 0; i < n; i++) values[i] = PetscMax(PetscRealPart(values[i]), least * largest);
  PetscCall(VecRestoreArray(x, &values));
  PetscFunctionReturn(0);
}

/*
  Make mu a probability law: the inverse of an M-matrix has no negative entry, so what is below zero is
  rounding.
*/
static PetscErrorCode Normalise(Vec mu)
{
  PetscScalar sum;

  PetscFunctionBegin;
  PetscCall(Floor(mu, 0));
  PetscCall(VecSum(mu, &sum));
  PetscCall(VecScale(mu, 1 / sum));
  PetscFunctionReturn(0);
}

/* ‖μP - μ‖_1, from the matrix B that is at hand. */
static PetscErrorCode StationarityResidual(MfgModel model, Vec mu, PetscReal *residual)
{
  PetscFunctionBegin;
  PetscCall(MatMultTranspose(model->kernel.mat, mu, model->residual));
  PetscCall(VecAXPY(model->residual, -sigma, mu));
  PetscCall(VecNorm(model->residual, NORM_1, residual));
  PetscFunctionReturn(0);
}

/* Solve Bᵀ x = rhs for x, of which a first idea is given, with the columns of Bᵀ scaled by that idea. */
static PetscErrorCode SolveScaled(MfgModel model, Mat transposed, Vec x, PetscReal tolerance, MfgSolve *solve,
                                  KSPConvergedReason *reason)
{
  Vec scale;

  PetscFunctionBegin;
  PetscCall(VecDuplicate(x, &scale));
  PetscCall(VecCopy(x, scale));
  PetscCall(Floor(scale, 1e-30));
  PetscCall(MatDiagonalScale(transposed, NULL, scale));
  PetscCall(KSPSetOperators(model->population, transposed, transposed));
  PetscCall(VecSet(x, 0)); /* a constant has a residual 1/σ times larger */
  PetscCall(MfgModelTrySolve_Private(model, model->population, PETSC_FALSE, model->rhs, x, tolerance, solve,
                                     reason));
  PetscCall(VecPointwiseMult(x, x, scale));
  PetscCall(VecReciprocal(scale));
  PetscCall(MatDiagonalScale(transposed, NULL, scale));
  PetscCall(VecDestroy(&scale));
  PetscFunctionReturn(0);
}

/* The same, each solution that is not exact enough being the next idea. */
static PetscErrorCode SolveLarge(MfgModel model, Mat transposed, Vec x, PetscReal tolerance, MfgSolve *solve,
                                 KSPConvergedReason *reason)
{
  PetscFunctionBegin;
  *reason = KSP_CONVERGED_ITERATING;
  for (PetscInt scaling = 0; *reason <= 0 && scaling < MAX_SCALINGS; scaling++) {
    PetscReal largest;

    PetscCall(MatSOR(transposed, model->rhs, 1, SOR_LOCAL_SYMMETRIC_SWEEP, 0, SWEEPS, 1, x));
    PetscCall(SolveScaled(model, transposed, x, tolerance, solve, reason));
    PetscCall(VecMax(x, NULL, &largest));
    if (!(largest > 0) || PetscIsInfOrNanReal(largest))
      PetscCall(VecCopy(model->rhs, x)); /* no idea at all */
  }
  PetscFunctionReturn(0);
}

/*
  mu ← σ mu B^{-1}, normalised; `transposed` NULL: by the factors of B. `reason`, where it is not positive,
  says that the solve did not reach its precision.
*/
static PetscErrorCode ApplyResolvent(MfgModel model, Mat transposed, Vec mu, MfgSolve *solve,
                                     KSPConvergedReason *reason)
{
  PetscReal size;

  PetscFunctionBegin;
  PetscCall(VecCopy(mu, model->rhs));
  PetscCall(VecScale(model->rhs, sigma));
  PetscCall(VecNorm(model->rhs, NORM_2, &size));
  if (transposed)
    PetscCall(SolveLarge(model, transposed, mu, precision * size, solve, reason));
  else
    PetscCall(MfgModelTrySolve_Private(model, model->population, PETSC_TRUE, model->rhs, mu, precision * size,
                                       solve, reason));
  PetscCall(Normalise(mu));
  PetscFunctionReturn(0);
}

/* Repeat the resolvent until mu is stationary to the tolerance, or gets no better. */
static PetscErrorCode Settle(MfgModel model, Mat transposed, Vec mu, MfgSolve *solve)
{
  KSPConvergedReason reason;

  PetscFunctionBegin;
  do {
    PetscCall(ApplyResolvent(model, transposed, mu, solve, &reason));
    PetscCall(StationarityResidual(model, mu, &solve->residual));
    solve->outer_iterations++;
  } while (reason > 0 && solve->residual > model->population_tolerance &&
           solve->outer_iterations < MAX_REPEATS);
  if (reason <= 0 && !(solve->residual <= usable))
    PetscCall(MfgModelFailSolve_Private(model, "induced population", reason, solve));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelLinearMeanField(MfgModel model, Vec mu, MfgSolve *solve)
{
  Mat transposed = NULL;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(solve, sizeof(*solve)));
  if (model->failure) PetscFunctionReturn(0);
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgModelRefresh_Private(model, 1 + sigma, -1));
  PetscCall(MfgStageBegin(MFG_STAGE_POPULATION));
  PetscCall(MfgModelRelease_Private(model, model->evaluation));
  if (model->direct)
    PetscCall(KSPSetOperators(model->population, model->kernel.mat, model->kernel.mat));
  else
    PetscCall(MatTranspose(model->kernel.mat, MAT_INITIAL_MATRIX, &transposed));
  PetscCall(Settle(model, transposed, mu, solve));
  if (transposed)
    PetscCall(KSPReset(model->population)); /* its preconditioner is the largest thing there is */
  PetscCall(MatDestroy(&transposed));
  PetscCall(MfgStageEnd(MFG_STAGE_POPULATION));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelInducedMeanField(MfgModel model, Vec mu, MfgSolve *solve)
{
  PetscFunctionBegin;
  if (model->transitions_coupling == MFG_COUPLING_NONE) {
    PetscCall(MfgModelLinearMeanField(model, mu, solve));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscMemzero(solve, sizeof(*solve)));
  if (model->failure) PetscFunctionReturn(0);
  do {
    PetscCall(Step(model, mu, &solve->residual));
    solve->outer_iterations++;
  } while (solve->residual > model->population_tolerance &&
           solve->outer_iterations < model->population_pushes);
  if (PetscIsInfOrNanReal(solve->residual))
    PetscCall(MfgModelFail_Private(model, MFG_FAILURE_NOT_FINITE, "induced population: it is not finite"));
  PetscFunctionReturn(0);
}
