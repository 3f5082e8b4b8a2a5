/*
  policy_iteration: policy iteration with a population that moves.

    μ_0 ← M pushes of μ_0 under π_0;  for k = 1, 2, ...:
      q = q^{π_{k-1}} at μ_{k-1};  π_k greedy at q, or softmax(q/τ) (boltzmann)
      m_k = M pushes of μ_{k-1} under π_k
      μ_k = m_k, or (1-λ_k) μ_{k-1} + λ_k m_k with λ_k constant or 1/(k+1) (smooth, which is greedy)

  The greedy step changes an action only for a gain above the tie tolerance, and then to the lowest action
  that ties with the best; a tie is at least ten times what the evaluation may be off by.

  Source: Cui and Koeppl, Approximately solving mean field games via entropy-regularized deep reinforcement
  learning, 2021 (arXiv 2102.01585), for the fixed-point iterations and the Boltzmann policies; smooth: the
  damping of Perrin et al. 2020 (arXiv 2007.03458).
*/
#include "baseline.h"
#include "mdp/ties.h"

typedef enum { GREEDY, SMOOTH, BOLTZMANN } Variant;

typedef struct {
  MfgBaseline     baseline;
  MfgPolicyValues values;
  Variant         variant;
  PetscReal       temperature;   /* of BOLTZMANN */
  PetscReal       tie_tolerance; /* of the others */
  PetscReal       discount;
} PolicyIteration;

static const MfgParameterSpec parameters[] = {
    {.key = "variant",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "greedy",
     .range = "greedy|smooth|boltzmann",
     .unit = "",
     .help = "greedy; smooth: greedy with a damped population; boltzmann: softmax(q/τ)"},
    {.key = "temperature",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.2",
     .range = "(0,inf)",
     .unit = "reward",
     .help = "boltzmann: τ of the policy softmax(q/τ)"},
    {.key = "lambda.schedule",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "constant",
     .range = "harmonic|constant",
     .shorthand = PETSC_TRUE,
     .unit = "",
     .help = "smooth: λ_k = 1/(k+1) or λ"},
    MFG_LAMBDA_VALUE_KEY,
    MFG_POPULATION_STEPS_KEY,
    {.key = NULL}};

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscInt variant;

  PetscFunctionBegin;
  PetscCall(MfgParametersCheckBelongs(values, "temperature", "variant", "boltzmann", complaints));
  PetscCall(MfgParametersCheckBelongs(values, "lambda.schedule", "variant", "smooth", complaints));
  PetscCall(MfgParametersGetChoice(values, "variant", &variant));
  if (variant == SMOOTH)
    PetscCall(MfgParametersCheckBelongs(values, "lambda.value", "lambda.schedule", "constant", complaints));
  else
    PetscCall(MfgParametersCheckBelongs(values, "lambda.value", "variant", "smooth", complaints));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgSolver solver)
{
  PolicyIteration *iteration;
  MfgParameters    evaluation;
  MfgGame          game;
  PetscInt         variant;

  PetscFunctionBegin;
  PetscCall(PetscNew(&iteration));
  solver->data = iteration;
  PetscCall(MfgParametersGetChoice(solver->parameters, "variant", &variant));
  iteration->variant = (Variant)variant;
  PetscCall(MfgParametersGetReal(solver->parameters, "temperature", &iteration->temperature));
  PetscCall(MfgModelGetParameters(solver->model, &evaluation));
  PetscCall(MfgParametersGetReal(evaluation, "tie_tolerance", &iteration->tie_tolerance));
  PetscCall(MfgModelGetGame(solver->model, &game));
  PetscCall(MfgGameGetDiscount(game, &iteration->discount));
  PetscCall(MfgBaselineSetUp_Private(solver, &iteration->baseline));
  if (variant == SMOOTH) PetscCall(MfgBaselineReadDamping_Private(solver, &iteration->baseline));
  PetscCall(MfgPolicyValuesCreate_Private(solver, &iteration->values));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(MfgSolver solver)
{
  PolicyIteration *iteration = (PolicyIteration *)solver->data;

  PetscFunctionBegin;
  if (!iteration) PetscFunctionReturn(0);
  PetscCall(MfgBaselineDestroy_Private(&iteration->baseline));
  PetscCall(MfgPolicyValuesDestroy_Private(&iteration->values));
  PetscCall(PetscFree(solver->data));
  PetscFunctionReturn(0);
}

static PetscErrorCode State(MfgSolver solver, MfgSolverState state)
{
  PetscFunctionBegin;
  PetscCall(MfgPolicyValuesState_Private(state, &((PolicyIteration *)solver->data)->values));
  PetscFunctionReturn(0);
}

/* What J may be off by: ‖r^π + γ P^π J - J‖_∞ / (1-γ), from q. */
static PetscErrorCode EvaluationError(MfgSolver solver, const MfgPolicyValues *values, PetscReal discount,
                                      PetscReal *error)
{
  const PetscScalar *q, *pi, *J;
  PetscReal          largest = 0;
  PetscInt           n, A;

  PetscFunctionBegin;
  PetscCall(VecGetBlockSize(solver->pi, &A));
  PetscCall(VecGetLocalSize(values->J, &n));
  PetscCall(VecGetArrayRead(values->q, &q));
  PetscCall(VecGetArrayRead(values->J, &J));
  PetscCall(VecGetArrayRead(solver->pi, &pi));
  for (PetscInt i = 0; i < n; i++) {
    PetscReal value = 0;

    for (PetscInt a = i * A; a < (i + 1) * A; a++) value += PetscRealPart(pi[a] * q[a]);
    largest = PetscMax(largest, PetscAbsReal(value - PetscRealPart(J[i])));
  }
  PetscCall(VecRestoreArrayRead(solver->pi, &pi));
  PetscCall(VecRestoreArrayRead(values->J, &J));
  PetscCall(VecRestoreArrayRead(values->q, &q));
  PetscCallMPI(MPI_Allreduce(&largest, error, 1, MPIU_REAL, MPIU_MAX, solver->comm));
  *error /= 1 - discount;
  PetscFunctionReturn(0);
}

/* The row of a deterministic policy keeps its action if that ties with the best one. */
static inline void GreedyRow(PetscInt A, PetscReal tie_tolerance, PetscReal error, const PetscScalar q[],
                             PetscScalar pi[])
{
  PetscReal largest, margin;
  PetscReal best = MfgBestOf(A, q, &largest);

  margin = PetscMax(tie_tolerance * (1 + largest), 10 * error);
  for (PetscInt a = 0; a < A; a++)
    if (PetscRealPart(pi[a]) == 1 && PetscRealPart(q[a]) >= best - margin) return;
  for (PetscInt a = 0; a < A; a++) pi[a] = 0;
  pi[MfgLowestBest(A, q, best, margin)] = 1;
}

static PetscErrorCode ImproveGreedily(MfgSolver solver)
{
  PolicyIteration   *iteration = (PolicyIteration *)solver->data;
  const PetscScalar *q;
  PetscScalar       *pi;
  PetscReal          error;
  PetscInt           n, A;

  PetscFunctionBegin;
  PetscCall(EvaluationError(solver, &iteration->values, iteration->discount, &error));
  PetscCall(VecGetBlockSize(solver->pi, &A));
  PetscCall(VecGetLocalSize(solver->pi, &n));
  PetscCall(VecGetArrayRead(iteration->values.q, &q));
  PetscCall(VecGetArray(solver->pi, &pi));
  for (PetscInt i = 0; i < n; i += A) GreedyRow(A, iteration->tie_tolerance, error, &q[i], &pi[i]);
  PetscCall(VecRestoreArray(solver->pi, &pi));
  PetscCall(VecRestoreArrayRead(iteration->values.q, &q));
  PetscFunctionReturn(0);
}

static PetscErrorCode Iterate(MfgSolver solver)
{
  PolicyIteration *iteration = (PolicyIteration *)solver->data;

  PetscFunctionBegin;
  PetscCall(MfgPolicyValuesUpdate_Private(solver, &iteration->values));
  PetscCall(MfgStageBegin(MFG_STAGE_IMPROVE));
  if (iteration->variant == BOLTZMANN) {
    PetscCall(VecScale(iteration->values.q, 1 / iteration->temperature));
    PetscCall(MfgSoftmax_Private(iteration->values.q, solver->pi));
  } else {
    PetscCall(ImproveGreedily(solver));
  }
  PetscCall(MfgStageEnd(MFG_STAGE_IMPROVE));
  PetscCall(MfgBaselineAdvance_Private(solver, &iteration->baseline, solver->pi));
  PetscFunctionReturn(0);
}

const MfgSolverClass MfgSolverPolicyIteration = {
    .name = "policy_iteration",
    .summary = "policies that are greedy, or Boltzmann, at the q of the last one",
    .parameters = parameters,
    .use = {.state_vecs = 2, .pair_vecs = 1, .trails = 1, .evaluation = PETSC_TRUE},
    .check = Check,
    .setup = SetUp,
    .iterate = Iterate,
    .state = State,
    .destroy = Destroy};
