/* Values over a finite horizon, by backups from zero. */
#include "sweep.h"

/* The soft maximum over actions for η > 0, the maximum for η = 0. */
static PetscReal Maximum(PetscInt A, const PetscReal q[], PetscReal eta)
{
  PetscReal best = q[0], sum = 0;

  for (PetscInt a = 1; a < A; a++) best = PetscMax(best, q[a]);
  if (eta == 0) return best;
  for (PetscInt a = 0; a < A; a++) sum += PetscExpReal((q[a] - best) / eta);
  return best + eta * PetscLogReal(sum);
}

/* Σ_a π(a|s) (q(s,a) - η log π(a|s)) */
static PetscReal Average(PetscInt A, const PetscReal q[], const PetscScalar pi[], PetscReal eta)
{
  PetscReal sum = 0;

  for (PetscInt a = 0; a < A; a++) {
    const PetscReal p = PetscRealPart(pi[a]);

    sum += p * q[a];
    if (eta > 0 && p > 0) sum -= eta * p * PetscLogReal(p);
  }
  return sum;
}

/* horizon - 1 backups from zero: of the policy pi, or, with pi NULL, of the best one. */
static PetscErrorCode Backups(MfgModel model, PetscReal eta, PetscInt horizon, const PetscScalar pi[], Vec V)
{
  const PetscInt A = model->actions;
  PetscReal      size;

  PetscFunctionBegin;
  PetscCall(VecSet(V, 0));
  for (PetscInt step = 1; step < horizon; step++) {
    PetscScalar *next;
    MfgSweep     sweep;

    PetscCall(VecGetArrayWrite(model->residual, &next));
    PetscCall(MfgSweepBegin_Private(model, V, &sweep));
    for (PetscInt i = 0; i < model->local; i++) {
      MfgSweepRow(&sweep, i);
      next[i] = pi ? Average(A, sweep.q, &pi[i * A], eta) : Maximum(A, sweep.q, eta);
    }
    PetscCall(MfgSweepEnd_Private(&sweep));
    PetscCall(VecRestoreArrayWrite(model->residual, &next));
    PetscCall(VecCopy(model->residual, V));
  }
  PetscCall(VecNorm(V, NORM_1, &size));
  if (PetscIsInfOrNanReal(size))
    PetscCall(MfgModelFail_Private(model, MFG_FAILURE_NOT_FINITE, "value over a horizon: it is not finite"));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelEvaluateHorizon(MfgModel model, PetscReal eta, PetscInt horizon, Vec J)
{
  const PetscScalar *pi;

  PetscFunctionBegin;
  if (model->failure) PetscFunctionReturn(0);
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCheck(model->policy, model->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgModelSetPolicy() first");
  PetscCall(MfgStageBegin(MFG_STAGE_EVALUATE));
  PetscCall(VecGetArrayRead(model->policy, &pi));
  PetscCall(Backups(model, eta, horizon, pi, J));
  PetscCall(VecRestoreArrayRead(model->policy, &pi));
  PetscCall(MfgStageEnd(MFG_STAGE_EVALUATE));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelOptimalHorizon(MfgModel model, PetscReal eta, PetscInt horizon, Vec V)
{
  const MfgStage stage = eta > 0 ? MFG_STAGE_SOFT_OPTIMAL : MFG_STAGE_BEST_RESPONSE;

  PetscFunctionBegin;
  if (model->failure) PetscFunctionReturn(0);
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgStageBegin(stage));
  PetscCall(Backups(model, eta, horizon, NULL, V));
  PetscCall(MfgStageEnd(stage));
  PetscFunctionReturn(0);
}
