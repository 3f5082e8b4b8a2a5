/*
  The linear solvers of a model.

  Residual norms are those of the residual itself, not of the preconditioned one, and are computed again after
  the solve: what a Krylov method carries along drifts away from b - A x when it takes many steps.
*/
#include "greedy_matrix.h"

/* Restarts from the x reached, for when the true residual is larger than the one carried along. */
enum { MAX_RESTARTS = 5 };

/* Krylov method and preconditioner of a large game, before options. The choice is measured in bench/. */
static PetscErrorCode SetIterative(KSP ksp, PetscBool population)
{
  PC pc;

  PetscFunctionBegin;
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(KSPSetPCSide(ksp, PC_RIGHT)); /* so that the method watches the residual itself */
  if (population) {
    PetscCall(KSPSetType(ksp, KSPGMRES));
#if defined(PETSC_HAVE_HYPRE)
    PetscCall(PCSetType(pc, PCHYPRE));
#else
    PetscCall(PCSetType(pc, PCGAMG));
#endif
  } else {
    PetscCall(KSPSetType(ksp, KSPBCGS));
    PetscCall(PCSetType(pc, PCBJACOBI));
    PetscCall(KSPSetInitialGuessNonzero(ksp, PETSC_TRUE));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelCreateSolver_Private(MfgModel model, const char *prefix, PetscBool population,
                                            KSP *ksp)
{
  PetscMPIInt size;
  PC          pc;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Comm_size(model->comm, &size));
  PetscCall(KSPCreate(model->comm, ksp));
  PetscCall(KSPSetOptionsPrefix(*ksp, prefix));
  if (model->direct) {
    PetscCall(KSPSetType(*ksp, KSPPREONLY));
    PetscCall(KSPGetPC(*ksp, &pc));
    PetscCall(PCSetType(pc, size > 1 ? PCREDUNDANT : PCLU)); /* LU of PETSc is serial */
  } else {
    PetscCall(SetIterative(*ksp, population));
  }
  PetscCall(KSPSetTolerances(*ksp, 0, 0, 1e10, population ? 200 : 5000));
  PetscCall(KSPSetFromOptions(*ksp));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelRelease_Private(MfgModel model, KSP ksp)
{
  PetscFunctionBegin;
  if (!model->direct) PetscCall(KSPReset(ksp));
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

/* What rounding alone leaves of a residual: a factorisation can't do better, and must not do much worse. */
static PetscErrorCode RoundingOf(Vec b, Vec x, PetscReal *bound)
{
  PetscReal of_b, of_x;

  PetscFunctionBegin;
  PetscCall(VecNorm(b, NORM_2, &of_b));
  PetscCall(VecNorm(x, NORM_2, &of_x));
  *bound = 1e-12 * (of_b + 2 * of_x); /* the rows of αI + βP sum to at most 2 + σ in size */
  PetscFunctionReturn(0);
}

/*
  Let PETSc forget that it may know the norm of x. From an x that is known to be zero, BiCGStab with a right
  preconditioner solves and then adds the first guess of an earlier solve (seen in PETSc 3.18 and 3.26).
*/
static PetscErrorCode ForgetNorm(Vec x)
{
  PetscScalar *values;

  PetscFunctionBegin;
  PetscCall(VecGetArray(x, &values));
  PetscCall(VecRestoreArray(x, &values));
  PetscFunctionReturn(0);
}

/* One KSPSolve(), and the norm of the residual that it really leaves. */
static PetscErrorCode SolveOnce(MfgModel model, KSP ksp, PetscBool transpose, Vec b, Vec x, MfgSolve *solve,
                                KSPConvergedReason *reason)
{
  PetscInt iterations;

  PetscFunctionBegin;
  PetscCall(transpose ? KSPSolveTranspose(ksp, b, x) : KSPSolve(ksp, b, x));
  PetscCall(KSPGetConvergedReason(ksp, reason));
  PetscCall(KSPGetIterationNumber(ksp, &iterations));
  solve->linear_iterations += iterations;
  PetscCall(TrueResidual(ksp, transpose, b, x, model->residual, &solve->residual));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelTrySolve_Private(MfgModel model, KSP ksp, PetscBool transpose, Vec b, Vec x,
                                        PetscReal tolerance, MfgSolve *solve, KSPConvergedReason *reason)
{
  PetscReal rounding = 0;
  PetscBool guess, once; /* a preconditioner alone has nothing to restart */

  PetscFunctionBegin;
  PetscCall(PetscObjectTypeCompare((PetscObject)ksp, KSPPREONLY, &once));
  PetscCall(KSPGetInitialGuessNonzero(ksp, &guess));
  if (guess) { /* good enough already? Then a preconditioner need not be made. */
    PetscCall(TrueResidual(ksp, transpose, b, x, model->residual, &solve->residual));
    *reason = KSP_CONVERGED_ATOL;
    if (solve->residual <= tolerance) PetscFunctionReturn(0);
    PetscCall(ForgetNorm(x));
  }
  PetscCall(KSPSetTolerances(ksp, PETSC_DEFAULT, tolerance, PETSC_DEFAULT, PETSC_DEFAULT));
  for (PetscInt attempt = 0; attempt <= (once ? 0 : MAX_RESTARTS); attempt++) {
    if (attempt) PetscCall(KSPSetInitialGuessNonzero(ksp, PETSC_TRUE));
    PetscCall(SolveOnce(model, ksp, transpose, b, x, solve, reason));
    if (model->direct) PetscCall(RoundingOf(b, x, &rounding));
    if (*reason > 0 && solve->residual <= PetscMax(tolerance, rounding)) break;
    if (*reason > 0) *reason = KSP_CONVERGED_ITERATING; /* it stays above, for now */
    /* a breakdown is of the search directions; from the same x with new ones the method goes on */
    if (*reason < 0 && *reason != KSP_DIVERGED_BREAKDOWN) break;
  }
  PetscCall(KSPSetInitialGuessNonzero(ksp, guess));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelFailSolve_Private(MfgModel model, const char *what, KSPConvergedReason reason,
                                         const MfgSolve *solve)
{
  PetscFunctionBegin;
  if (reason < 0)
    PetscCall(MfgModelFail_Private(model, MFG_FAILURE_SOLVE,
                                   "%s: the linear solver stopped with %s after %" PetscInt_FMT " iterations",
                                   what, KSPConvergedReasons[reason], solve->linear_iterations));
  else
    PetscCall(MfgModelFail_Private(model, MFG_FAILURE_SOLVE,
                                   "%s: the residual of the linear solve stays at %g, above its tolerance",
                                   what, (double)solve->residual));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSolve_Private(MfgModel model, KSP ksp, Vec b, Vec x, PetscReal tolerance,
                                     const char *what, MfgSolve *solve)
{
  KSPConvergedReason reason;

  PetscFunctionBegin;
  PetscCall(MfgModelTrySolve_Private(model, ksp, PETSC_FALSE, b, x, tolerance, solve, &reason));
  if (reason <= 0) PetscCall(MfgModelFailSolve_Private(model, what, reason, solve));
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
