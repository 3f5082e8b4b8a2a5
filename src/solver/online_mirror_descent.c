/*
  online_mirror_descent: online mirror descent of a stationary game.

    μ_0 ← M pushes of μ_0 under π_0;  y_0 = 0;  for k = 1, 2, ...:
      q = q^{π_{k-1}} at μ_{k-1};  y_k = y_{k-1} + α q;  π_k = softmax(y_k / τ)
      μ_k = M pushes of μ_{k-1} under π_k

  Only α/τ matters. What is kept is y/τ, shifted to log π_k in each state so that it never overflows. The
  first policy enters through the first q and the pushes.

  Source: Pérolat, Perrin, Elie, Laurière, Piliouras, Geist, Tuyls, Pietquin, Scaling mean field games by
  online mirror descent, 2022 (arXiv 2103.00623), in discrete time and for stationary games.
*/
#include "baseline.h"

typedef struct {
  MfgBaseline     baseline;
  MfgPolicyValues values;
  PetscReal       gain; /* α/τ */
  Vec             y;    /* over τ, [S, A] */
} MirrorDescent;

static const MfgParameterSpec parameters[] = {
    {.key = "learning_rate",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.1",
     .range = "(0,inf)",
     .unit = "",
     .help = "α, the weight of each q in the sum y"},
    {.key = "temperature",
     .type = MFG_PARAMETER_REAL,
     .preset = "1",
     .range = "(0,inf)",
     .unit = "reward",
     .help = "τ of the policy softmax(y/τ); only learning_rate/temperature matters"},
    MFG_POPULATION_STEPS_KEY,
    {.key = NULL}};

static PetscErrorCode SetUp(MfgSolver solver)
{
  MirrorDescent *descent;
  PetscReal      rate, temperature;

  PetscFunctionBegin;
  PetscCall(PetscNew(&descent));
  solver->data = descent;
  PetscCall(MfgParametersGetReal(solver->parameters, "learning_rate", &rate));
  PetscCall(MfgParametersGetReal(solver->parameters, "temperature", &temperature));
  descent->gain = rate / temperature;
  PetscCall(MfgBaselineSetUp_Private(solver, &descent->baseline));
  PetscCall(MfgPolicyValuesCreate_Private(solver, &descent->values));
  PetscCall(VecDuplicate(solver->pi, &descent->y));
  PetscCall(VecSet(descent->y, 0));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(MfgSolver solver)
{
  MirrorDescent *descent = (MirrorDescent *)solver->data;

  PetscFunctionBegin;
  if (!descent) PetscFunctionReturn(0);
  PetscCall(MfgBaselineDestroy_Private(&descent->baseline));
  PetscCall(MfgPolicyValuesDestroy_Private(&descent->values));
  PetscCall(VecDestroy(&descent->y));
  PetscCall(PetscFree(solver->data));
  PetscFunctionReturn(0);
}

static PetscErrorCode State(MfgSolver solver, MfgSolverState state)
{
  MirrorDescent *descent = (MirrorDescent *)solver->data;

  PetscFunctionBegin;
  PetscCall(MfgPolicyValuesState_Private(state, &descent->values));
  PetscCall(MfgStateVec_Private(state, "y", descent->y));
  PetscFunctionReturn(0);
}

static PetscErrorCode Iterate(MfgSolver solver)
{
  MirrorDescent *descent = (MirrorDescent *)solver->data;

  PetscFunctionBegin;
  PetscCall(MfgPolicyValuesUpdate_Private(solver, &descent->values));
  PetscCall(MfgStageBegin(MFG_STAGE_IMPROVE));
  PetscCall(VecAXPY(descent->y, descent->gain, descent->values.q));
  PetscCall(MfgSoftmax_Private(descent->y, solver->pi));
  PetscCall(MfgStageEnd(MFG_STAGE_IMPROVE));
  PetscCall(MfgBaselineAdvance_Private(solver, &descent->baseline, solver->pi));
  PetscFunctionReturn(0);
}

const MfgSolverClass MfgSolverOnlineMirrorDescent = {
    .name = "online_mirror_descent",
    .summary = "policies that are the softmax of the sum of all q so far",
    .parameters = parameters,
    .use = {.state_vecs = 2, .pair_vecs = 2, .trails = 1, .evaluation = PETSC_TRUE},
    .setup = SetUp,
    .iterate = Iterate,
    .state = State,
    .destroy = Destroy};
