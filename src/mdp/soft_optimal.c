/*
  Soft-optimal value: V(s) = η log Σ_a exp(q(s,a)/η), by inexact soft policy iteration with KSP.

  At V the soft-greedy policy is π(a|s) = exp((q(s,a) - TV(s))/η), so η H(π)(s) = Σ_a π(a|s) (TV(s) - q(s,a))
  needs no logarithm, and the system of that policy has the right-hand side TV(s) + Σ_a π(a|s) (r(s,a) -
  q(s,a)).
*/
#include "sweep.h"

typedef struct {
  PetscReal eta;
  Vec       policy;
} SoftOptimal;

/* TV(s) from q; π(·|s) in pi. */
static PetscReal SoftMaximum(PetscInt A, const PetscReal q[], PetscReal eta, PetscScalar pi[])
{
  PetscReal best = q[0], sum = 0;

  for (PetscInt a = 1; a < A; a++) best = PetscMax(best, q[a]);
  for (PetscInt a = 0; a < A; a++) {
    pi[a] = PetscExpReal((q[a] - best) / eta);
    sum += PetscRealPart(pi[a]);
  }
  for (PetscInt a = 0; a < A; a++) pi[a] /= sum;
  return best + eta * PetscLogReal(sum);
}

static PetscErrorCode Improve(MfgModel model, void *context, Vec V, MfgBellman *bellman)
{
  SoftOptimal   *soft = (SoftOptimal *)context;
  const PetscInt A = model->actions;
  PetscScalar   *rhs, *pi;
  MfgSweep       sweep;

  PetscFunctionBegin;
  PetscCall(MfgSweepBegin_Private(model, V, &sweep));
  PetscCall(VecGetArrayWrite(model->rhs, &rhs));
  PetscCall(VecGetArrayWrite(soft->policy, &pi));
  for (PetscInt i = 0; i < model->local; i++) {
    PetscReal value, gap;

    MfgSweepRow(&sweep, i);
    value = SoftMaximum(A, sweep.q, soft->eta, &pi[i * A]);
    rhs[i] = value;
    for (PetscInt a = 0; a < A; a++) rhs[i] += pi[i * A + a] * (model->rewards[i * A + a] - sweep.q[a]);
    gap = value - PetscRealPart(sweep.own[i]);
    bellman->sup = PetscMax(bellman->sup, PetscAbsReal(gap));
    bellman->sum_of_squares += gap * gap;
  }
  PetscCall(VecRestoreArrayWrite(soft->policy, &pi));
  PetscCall(VecRestoreArrayWrite(model->rhs, &rhs));
  PetscCall(MfgSweepEnd_Private(&sweep));
  PetscFunctionReturn(0);
}

static PetscErrorCode Evaluate(MfgModel model, void *context, Vec V, PetscReal tolerance, MfgSolve *solve)
{
  PetscFunctionBegin;
  PetscCall(MfgModelSetPolicy(model, ((SoftOptimal *)context)->policy));
  PetscCall(MfgModelRefresh_Private(model, 1, -model->discount));
  PetscCall(KSPSetOperators(model->evaluation, model->kernel.mat, model->kernel.mat)); /* it may be bare */
  PetscCall(
      MfgModelSolve_Private(model, model->evaluation, model->rhs, V, tolerance, "soft-optimal value", solve));
  PetscFunctionReturn(0);
}

static const MfgImprover improver = {"soft-optimal value", Improve, Evaluate};

PetscErrorCode MfgModelSoftOptimal(MfgModel model, PetscReal eta, Vec V, MfgSolve *solve)
{
  SoftOptimal soft = {eta, NULL};
  Vec         held = model->policy;

  PetscFunctionBegin;
  PetscCheck(eta > 0, model->comm, PETSC_ERR_ARG_OUTOFRANGE, "η is %g; the soft-optimal value needs η > 0",
             (double)eta);
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgStageBegin(MFG_STAGE_SOFT_OPTIMAL));
  PetscCall(MfgModelCreateStateActionVec(model, &soft.policy));
  PetscCall(MfgModelPolicyIteration_Private(model, &improver, &soft, V, solve));
  PetscCall(VecDestroy(&soft.policy));
  PetscCall(MfgModelSetPolicy(model, held));
  PetscCall(MfgStageEnd(MFG_STAGE_SOFT_OPTIMAL));
  PetscFunctionReturn(0);
}
