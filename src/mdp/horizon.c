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
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelEvaluateHorizon(MfgModel model, PetscReal eta, PetscInt horizon, Vec J)
{
  const PetscScalar *pi;

  PetscFunctionBegin;
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
  PetscCall(MfgStageBegin(stage));
  PetscCall(Backups(model, eta, horizon, NULL, V));
  PetscCall(MfgStageEnd(stage));
  PetscFunctionReturn(0);
}
