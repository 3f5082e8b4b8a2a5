/*
  The linear solvers of a model.

  Residual norms are those of the residual itself, not of the preconditioned one, and are computed again after
  the solve: what a Krylov method carries along drifts away from b - A x when it takes many steps.
*/
#include "greedy_matrix.h"

/* Restarts from the best x so far, for when the true residual is larger than the one carried along. */
enum { MAX_RESTARTS = 5 };

PetscErrorCode MfgModelCreateSolver_Private(MfgModel model, const char *prefix, KSP *ksp)
{
  PetscMPIInt size;
  PC          pc;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Comm_size(model->comm, &size));
  PetscCall(KSPCreate(model->comm, ksp));
  PetscCall(KSPSetOptionsPrefix(*ksp, prefix));
  PetscCall(KSPGetPC(*ksp, &pc));
  if (model->direct) {
    PetscCall(KSPSetType(*ksp, KSPPREONLY));
    PetscCall(PCSetType(pc, size > 1 ? PCREDUNDANT : PCLU));
  } else {
    PetscCall(KSPSetType(*ksp, KSPBCGS));
    PetscCall(KSPSetPCSide(*ksp, PC_RIGHT));
    PetscCall(PCSetType(pc, PCBJACOBI));
    PetscCall(KSPSetInitialGuessNonzero(*ksp, PETSC_TRUE));
  }
  PetscCall(KSPSetTolerances(*ksp, 0, 0, 1e10, 5000));
  PetscCall(KSPSetFromOptions(*ksp));
  PetscFunctionReturn(0);
}

static PetscErrorCode TrueResidual(KSP ksp, PetscBool transpose, Vec b, Vec x, Vec work, PetscReal *norm)
{
  Mat mat;

  PetscFunctionBegin;
  PetscCall(KSPGetOperators(ksp, &mat, NULL));
  PetscCall(transpose ? MatMultTranspose(mat, x, work) : MatMult(mat, x, work));
  PetscCall(VecAYPX(work, -1, b));
  PetscCall(VecNorm(work, NORM_2, norm));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSolve_Private(MfgModel model, KSP ksp, PetscBool transpose, Vec b, Vec x,
                                     PetscReal tolerance, const char *what, MfgSolve *solve)
{
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  PetscReal          norm;

  PetscFunctionBegin;
  for (PetscInt restart = 0; restart <= MAX_RESTARTS; restart++) {
    PetscInt iterations;

    PetscCall(KSPSetTolerances(ksp, PETSC_DEFAULT, tolerance, PETSC_DEFAULT, PETSC_DEFAULT));
    PetscCall(transpose ? KSPSolveTranspose(ksp, b, x) : KSPSolve(ksp, b, x));
    PetscCall(KSPGetConvergedReason(ksp, &reason));
    PetscCall(KSPGetIterationNumber(ksp, &iterations));
    solve->linear_iterations += iterations;
    if (reason < 0) break;
    PetscCall(TrueResidual(ksp, transpose, b, x, model->residual, &norm));
    solve->residual = norm;
    if (norm <= tolerance || model->direct) PetscFunctionReturn(0);
  }
  if (reason < 0)
    PetscCall(MfgModelFail_Private(model,
                                   "%s: the linear solver stopped with %s after %" PetscInt_FMT " iterations",
                                   what, KSPConvergedReasons[reason], solve->linear_iterations));
  else
    PetscCall(MfgModelFail_Private(model, "%s: the residual stays at %g, above the tolerance %g", what,
                                   (double)norm, (double)tolerance));
  PetscFunctionReturn(0);
}

/* Read the options of the solver's parts, which PETSc does when it makes them. */
static PetscErrorCode Touch(KSP ksp, Mat mat)
{
  PetscFunctionBegin;
  PetscCall(KSPSetOperators(ksp, mat, mat));
  PetscCall(KSPSetUp(ksp));
  PetscCall(KSPSetUpOnBlocks(ksp));
  PetscFunctionReturn(0);
}

/* The same for best responses, on the system of the policy that always takes action 0. */
static PetscErrorCode TouchBestResponse(MfgModel model)
{
  MfgGreedyMatrix system;
  PetscInt       *action;

  PetscFunctionBegin;
  PetscCall(PetscCalloc1(model->local, &action));
  PetscCall(MfgGreedyCreate_Private(model, &system));
  PetscCall(MfgGreedyBuild_Private(model, action, &system));
  PetscCall(Touch(model->best_response, system.mat));
  PetscCall(KSPReset(model->best_response));
  PetscCall(MfgGreedyDestroy_Private(&system));
  PetscCall(PetscFree(action));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelTouchSolvers(MfgModel model, PetscBool evaluation, PetscBool best_response,
                                    PetscBool population)
{
  const Vec held = model->policy;
  Vec       uniform;

  PetscFunctionBegin;
  PetscCall(MfgStageBegin(MFG_STAGE_SETUP));
  PetscCall(MfgModelCreateStateActionVec(model, &uniform));
  PetscCall(MfgPolicySetUniform(model, uniform));
  PetscCall(MfgModelSetPolicy(model, uniform));
  PetscCall(MfgModelRefresh_Private(model, 1, -model->discount)); /* a regular system for either solver */
  if (evaluation) PetscCall(Touch(model->evaluation, model->kernel.mat));
  if (population) {
    PetscCall(Touch(model->population, model->kernel.mat));
    PetscCall(KSPReset(model->population));
  }
  if (best_response) PetscCall(TouchBestResponse(model));
  PetscCall(MfgModelSetPolicy(model, held));
  PetscCall(VecDestroy(&uniform));
  PetscCall(MfgStageEnd(MFG_STAGE_SETUP));
  PetscFunctionReturn(0);
}
