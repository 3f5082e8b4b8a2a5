/* Policy evaluation: (I - γ P^π) J = r^π + η H(π). */
#include "mdp_impl.h"

/* rhs = r^π + η H(π), and ‖r^π‖₂. */
static PetscErrorCode RightHandSide(MfgModel model, PetscReal eta, Vec rhs, PetscReal *norm)
{
  const PetscInt     A = model->actions;
  const PetscScalar *pi;
  PetscScalar       *b;
  PetscReal          sum = 0;

  PetscFunctionBegin;
  PetscCall(VecGetArrayRead(model->policy, &pi));
  PetscCall(VecGetArrayWrite(rhs, &b));
  for (PetscInt i = 0; i < model->local; i++) {
    PetscReal reward = 0, entropy = 0;

    for (PetscInt a = 0; a < A; a++) {
      const PetscReal p = PetscRealPart(pi[i * A + a]);

      reward += p * model->rewards[i * A + a];
      if (eta > 0 && p > 0) entropy -= p * PetscLogReal(p);
    }
    b[i] = reward + eta * entropy;
    sum += reward * reward;
  }
  PetscCall(VecRestoreArrayWrite(rhs, &b));
  PetscCall(VecRestoreArrayRead(model->policy, &pi));
  PetscCallMPI(MPI_Allreduce(&sum, norm, 1, MPIU_REAL, MPIU_SUM, model->comm));
  *norm = PetscSqrtReal(*norm);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelEvaluateNext(MfgModel model, PetscReal eta, MfgTrail trail, Vec J, MfgSolve *solve)
{
  PetscReal norm, of_rhs, tolerance;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(solve, sizeof(*solve)));
  if (model->failure) PetscFunctionReturn(0);
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgStageBegin(MFG_STAGE_EVALUATE));
  PetscCall(MfgModelRefresh_Private(model, 1, -model->discount));
  PetscCall(RightHandSide(model, eta, model->rhs, &norm));
  if (PetscIsInfOrNanReal(norm)) {
    PetscCall(MfgModelFail_Private(model, MFG_FAILURE_NOT_FINITE,
                                   "policy evaluation: the rewards are not finite numbers"));
    PetscCall(MfgStageEnd(MFG_STAGE_EVALUATE));
    PetscFunctionReturn(0);
  }
  if (norm == 0) norm = 1; /* no reward anywhere: the tolerance is absolute */
  /* rewards may be far smaller than the entropy: no residual can be below the rounding of b - A x, ‖x‖ <=
   * ‖b‖/(1-γ) */
  PetscCall(VecNorm(model->rhs, NORM_2, &of_rhs));
  tolerance = PetscMax(model->tolerance * norm, 2 * PETSC_MACHINE_EPSILON * of_rhs / (1 - model->discount));
  if (trail && !model->direct)
    PetscCall(MfgTrailExtrapolate_Private(trail, model->kernel.mat, model->rhs, J));
  PetscCall(KSPSetOperators(model->evaluation, model->kernel.mat, model->kernel.mat));
  PetscCall(
      MfgModelSolve_Private(model, model->evaluation, model->rhs, J, tolerance, "policy evaluation", solve));
  if (trail && !model->direct) PetscCall(MfgTrailAppend_Private(trail, J));
  solve->residual /= norm;
  PetscCall(MfgStageEnd(MFG_STAGE_EVALUATE));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelEvaluate(MfgModel model, PetscReal eta, Vec J, MfgSolve *solve)
{
  PetscFunctionBegin;
  PetscCall(MfgModelEvaluateNext(model, eta, NULL, J, solve));
  PetscFunctionReturn(0);
}
