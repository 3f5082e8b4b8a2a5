/* What the baselines share: pushes, damping, evaluations. */
#include "baseline.h"

PetscErrorCode MfgBaselineSetUp_Private(MfgSolver solver, MfgBaseline *baseline)
{
  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(solver->parameters, "population_steps", &baseline->steps));
  baseline->damping = MFG_DAMPING_NONE;
  PetscCall(VecDuplicate(solver->mu, &baseline->pushed));
  PetscCall(MfgModelSetPolicy(solver->model, solver->pi));
  PetscCall(MfgModelFlow(solver->model, baseline->steps, solver->mu));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgBaselineReadDamping_Private(MfgSolver solver, MfgBaseline *baseline)
{
  PetscInt schedule;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetChoice(solver->parameters, "lambda.schedule", &schedule));
  PetscCall(MfgParametersGetReal(solver->parameters, "lambda.value", &baseline->lambda));
  baseline->damping = (MfgDamping)schedule;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgBaselineDestroy_Private(MfgBaseline *baseline)
{
  PetscFunctionBegin;
  PetscCall(VecDestroy(&baseline->pushed));
  PetscFunctionReturn(0);
}

PetscReal MfgBaselineLambda_Private(const MfgBaseline *baseline, PetscInt k)
{
  switch (baseline->damping) {
  case MFG_DAMPING_HARMONIC:
    return 1 / (PetscReal)(k + 1);
  case MFG_DAMPING_CONSTANT:
    return baseline->lambda;
  default:
    return 1;
  }
}

PetscErrorCode MfgBaselineAdvance_Private(MfgSolver solver, MfgBaseline *baseline, Vec policy)
{
  const PetscReal lambda = MfgBaselineLambda_Private(baseline, solver->iteration + 1);
  const char     *failure;

  PetscFunctionBegin;
  PetscCall(MfgModelGetFailure(solver->model, &failure));
  if (failure) PetscFunctionReturn(0);
  PetscCall(VecCopy(solver->mu, baseline->pushed));
  PetscCall(MfgModelSetPolicy(solver->model, policy));
  PetscCall(MfgModelFlow(solver->model, baseline->steps, baseline->pushed));
  PetscCall(VecAXPBY(solver->mu, lambda, 1 - lambda, baseline->pushed));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPolicyValuesCreate_Private(MfgSolver solver, MfgPolicyValues *values)
{
  PetscFunctionBegin;
  PetscCall(VecDuplicate(solver->mu, &values->J));
  PetscCall(VecDuplicate(solver->pi, &values->q));
  PetscCall(MfgTrailCreate(solver->model, &values->trail));
  PetscCall(VecSet(values->J, 0));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPolicyValuesDestroy_Private(MfgPolicyValues *values)
{
  PetscFunctionBegin;
  PetscCall(VecDestroy(&values->J));
  PetscCall(VecDestroy(&values->q));
  PetscCall(MfgTrailDestroy(&values->trail));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPolicyValuesState_Private(MfgSolverState state, MfgPolicyValues *values)
{
  PetscFunctionBegin;
  PetscCall(MfgStateVec_Private(state, "J", values->J));
  PetscCall(MfgStateTrail_Private(state, values->trail));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPolicyValuesUpdate_Private(MfgSolver solver, MfgPolicyValues *values)
{
  MfgSolve solve;

  PetscFunctionBegin;
  PetscCall(MfgModelSetMeanField(solver->model, solver->mu));
  PetscCall(MfgModelKeepPolicy(solver->model, solver->pi));
  PetscCall(MfgModelEvaluateNext(solver->model, 0, values->trail, values->J, &solve));
  MfgSolverCount_Private(solver, &solve);
  PetscCall(MfgModelBackup(solver->model, values->J, values->q));
  PetscFunctionReturn(0);
}
