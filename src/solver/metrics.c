/* How near the iterate is to an equilibrium: one row of the record. */
#include <math.h>
#include "state.h"

void MfgSolverCount_Private(MfgSolver solver, const MfgSolve *solve)
{
  solver->linear_iterations += solve->linear_iterations;
  /* NaN: nothing was evaluated yet, and then the comparison is false */
  if (!(solver->evaluation_residual >= solve->residual)) solver->evaluation_residual = solve->residual;
}

static PetscErrorCode DestroyGuess(MfgGapGuess *guess)
{
  PetscFunctionBegin;
  PetscCall(VecDestroy(&guess->optimal));
  PetscCall(VecDestroy(&guess->value));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsDestroy_Private(MfgSolver solver)
{
  PetscFunctionBegin;
  PetscCall(VecDestroy(&solver->previous_mu));
  PetscCall(VecDestroy(&solver->previous_pi));
  PetscCall(VecDestroy(&solver->population_start));
  PetscCall(VecDestroy(&solver->population));
  PetscCall(DestroyGuess(&solver->at_population));
  PetscCall(DestroyGuess(&solver->at_population_regularised));
  PetscCall(DestroyGuess(&solver->at_linear));
  PetscCall(DestroyGuess(&solver->at_mu));
  PetscCall(DestroyGuess(&solver->at_previous_mu_regularised));
  PetscFunctionReturn(0);
}

/* The names are those of the data sets. */
static PetscErrorCode GuessState(MfgSolver solver, MfgSolverState state, const char *optimal,
                                 const char *value, MfgGapGuess *guess)
{
  PetscFunctionBegin;
  PetscCall(MfgStateOptionalVec_Private(state, optimal, solver->mu, &guess->optimal));
  PetscCall(MfgStateOptionalVec_Private(state, value, solver->mu, &guess->value));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsState_Private(MfgSolver solver, MfgSolverState state)
{
  PetscFunctionBegin;
  PetscCall(MfgStateNumbers_Private(state, "row", MFG_METRIC_COUNT, solver->row.value));
  PetscCall(
      MfgStateInteger_Private(state, "linear_iterations", 0, PETSC_MAX_INT, &solver->linear_iterations));
  PetscCall(MfgStateNumbers_Private(state, "evaluation_residual", 1, &solver->evaluation_residual));
  if (solver->population_start)
    PetscCall(MfgStateVec_Private(state, "population_start", solver->population_start));
  PetscCall(MfgStateOptionalVec_Private(state, "population", solver->mu, &solver->population));
  PetscCall(
      GuessState(solver, state, "optimal_at_population", "value_at_population", &solver->at_population));
  PetscCall(GuessState(solver, state, "regularised_optimal_at_population", "regularised_value_at_population",
                       &solver->at_population_regularised));
  PetscCall(GuessState(solver, state, "optimal_at_linear", "value_at_linear", &solver->at_linear));
  PetscCall(GuessState(solver, state, "optimal_at_mu", "value_at_mu", &solver->at_mu));
  PetscCall(GuessState(solver, state, "regularised_optimal_at_previous_mu",
                       "regularised_value_at_previous_mu", &solver->at_previous_mu_regularised));
  PetscFunctionReturn(0);
}

/* V (soft-optimal for η > 0) and J of π_p at the mean field that the model is held at. */
static PetscErrorCode Values(MfgSolver solver, PetscReal eta, MfgGapGuess *guess)
{
  const MfgModel model = solver->model;
  PetscReal     *worst = &solver->row.value[MFG_METRIC_BEST_RESPONSE_RESIDUAL];
  MfgSolve       solve;

  PetscFunctionBegin;
  if (solver->horizon) {
    PetscCall(MfgModelEvaluateHorizon(model, eta, solver->horizon, guess->value));
    PetscCall(MfgModelOptimalHorizon(model, eta, solver->horizon, guess->optimal));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgModelEvaluate(model, eta, guess->value, &solve));
  MfgSolverCount_Private(solver, &solve);
  if (eta > 0)
    PetscCall(MfgModelSoftOptimal(model, eta, guess->optimal, &solve));
  else
    PetscCall(MfgModelBestResponse(model, guess->optimal, NULL, &solve));
  solver->linear_iterations += solve.linear_iterations;
  *worst = PetscIsNanReal(*worst) ? solve.residual : PetscMax(*worst, solve.residual);
  PetscFunctionReturn(0);
}

/* ⟨m, V - J⟩ with V optimal (soft-optimal for η > 0) and J the value of π_p, both at the mean field m. */
static PetscErrorCode Gap(MfgSolver solver, Vec m, PetscReal eta, MfgGapGuess *guess, PetscReal *gap)
{
  PetscScalar optimal, value;

  PetscFunctionBegin;
  if (!guess->optimal) {
    PetscCall(VecDuplicate(m, &guess->optimal));
    PetscCall(VecDuplicate(m, &guess->value));
    PetscCall(VecSet(guess->optimal, 0));
    PetscCall(VecSet(guess->value, 0));
  }
  PetscCall(MfgModelSetMeanField(solver->model, m));
  PetscCall(Values(solver, eta, guess));
  PetscCall(VecDot(guess->optimal, m, &optimal));
  PetscCall(VecDot(guess->value, m, &value));
  *gap = PetscRealPart(optimal - value);
  PetscFunctionReturn(0);
}

/* ‖x - y‖_1 without a work vector. */
static PetscErrorCode Distance(Vec x, Vec y, PetscReal *distance)
{
  const PetscScalar *a, *b;
  PetscReal          sum = 0;
  PetscInt           n;

  PetscFunctionBegin;
  PetscCall(VecGetLocalSize(x, &n));
  PetscCall(VecGetArrayRead(x, &a));
  PetscCall(VecGetArrayRead(y, &b));
  for (PetscInt i = 0; i < n; i++) sum += PetscAbsScalar(a[i] - b[i]);
  PetscCall(VecRestoreArrayRead(y, &b));
  PetscCall(VecRestoreArrayRead(x, &a));
  PetscCallMPI(MPI_Allreduce(&sum, distance, 1, MPIU_REAL, MPIU_SUM, PetscObjectComm((PetscObject)x)));
  PetscFunctionReturn(0);
}

/* max_s ‖π_p(·|s) - π_{p-1}(·|s)‖_1 */
static PetscErrorCode PolicyDelta(MfgSolver solver, PetscReal *delta)
{
  const PetscScalar *a, *b;
  PetscReal          largest = 0;
  PetscInt           n, A;

  PetscFunctionBegin;
  PetscCall(VecGetLocalSize(solver->mu, &n));
  PetscCall(VecGetBlockSize(solver->pi, &A));
  PetscCall(VecGetArrayRead(solver->pi, &a));
  PetscCall(VecGetArrayRead(solver->previous_pi, &b));
  for (PetscInt i = 0; i < n; i++) {
    PetscReal sum = 0;

    for (PetscInt k = i * A; k < (i + 1) * A; k++) sum += PetscAbsScalar(a[k] - b[k]);
    largest = PetscMax(largest, sum);
  }
  PetscCall(VecRestoreArrayRead(solver->previous_pi, &b));
  PetscCall(VecRestoreArrayRead(solver->pi, &a));
  PetscCallMPI(MPI_Allreduce(&largest, delta, 1, MPIU_REAL, MPIU_MAX, solver->comm));
  PetscFunctionReturn(0);
}

/* m after a fixed number of pushes that follow it, and what one more would change. */
static PetscErrorCode PushPopulation(MfgSolver solver)
{
  Vec next;

  PetscFunctionBegin;
  PetscCall(MfgModelFlow(solver->model, solver->pushes, solver->population));
  PetscCall(VecDuplicate(solver->population, &next));
  PetscCall(VecCopy(solver->population, next));
  PetscCall(MfgModelFlow(solver->model, 1, next));
  PetscCall(Distance(solver->population, next, &solver->row.value[MFG_METRIC_POPULATION_RESIDUAL]));
  PetscCall(VecDestroy(&next));
  PetscFunctionReturn(0);
}

/* m, the population of π_p that `metrics.population` asks for. */
static PetscErrorCode FindPopulation(MfgSolver solver)
{
  PetscReal    *value = solver->row.value, tolerance;
  MfgParameters evaluation;
  MfgSolve      solve;

  PetscFunctionBegin;
  if (!solver->population) PetscCall(VecDuplicate(solver->mu, &solver->population));
  PetscCall(VecCopy(solver->population_start ? solver->population_start : solver->mu, solver->population));
  if (solver->pushed_population) {
    PetscCall(PushPopulation(solver));
  } else {
    PetscCall(MfgModelInducedMeanField(solver->model, solver->population, &solve));
    solver->linear_iterations += solve.linear_iterations;
    value[MFG_METRIC_POPULATION_RESIDUAL] = solve.residual;
  }
  PetscCall(MfgModelGetParameters(solver->model, &evaluation));
  PetscCall(MfgParametersGetReal(evaluation, "population_tolerance", &tolerance));
  value[MFG_METRIC_POPULATION_SETTLED] = value[MFG_METRIC_POPULATION_RESIDUAL] <= tolerance ? 1 : 0;
  PetscFunctionReturn(0);
}

/* What is measured at m. */
static PetscErrorCode FillAtPopulation(MfgSolver solver)
{
  const PetscBool *wanted = solver->wanted;
  PetscReal       *value = solver->row.value;

  PetscFunctionBegin;
  PetscCall(FindPopulation(solver));
  if (wanted[MFG_METRIC_MU_PI_DELTA])
    PetscCall(Distance(solver->mu, solver->population, &value[MFG_METRIC_MU_PI_DELTA]));
  if (wanted[MFG_METRIC_EXPLOITABILITY])
    PetscCall(Gap(solver, solver->population, 0, &solver->at_population, &value[MFG_METRIC_EXPLOITABILITY]));
  if (wanted[MFG_METRIC_REGULARISED_EXPLOITABILITY])
    PetscCall(Gap(solver, solver->population, solver->eta, &solver->at_population_regularised,
                  &value[MFG_METRIC_REGULARISED_EXPLOITABILITY]));
  PetscFunctionReturn(0);
}

/* Whether the chain with μ_p held is the chain whose induced population was taken, so that its law is m. */
static PetscErrorCode LinearIsPopulation(MfgSolver solver, PetscBool *same)
{
  MfgCoupling transitions, rewards;
  MfgGame     game;

  PetscFunctionBegin;
  PetscCall(MfgModelGetGame(solver->model, &game));
  PetscCall(MfgGameGetCoupling(game, &transitions, &rewards));
  *same = (PetscBool)(transitions == MFG_COUPLING_NONE && !solver->pushed_population &&
                      !solver->population_start && solver->wanted[MFG_METRIC_EXPLOITABILITY]);
  PetscFunctionReturn(0);
}

/* φ(π_p, μ_p), at the law of the chain with μ_p held. */
static PetscErrorCode FillAtLinear(MfgSolver solver)
{
  PetscReal *value = solver->row.value;
  PetscBool  same = PETSC_FALSE;
  MfgSolve   solve;
  Vec        law;

  PetscFunctionBegin;
  PetscCall(LinearIsPopulation(solver, &same));
  if (same) value[MFG_METRIC_EXPLOITABILITY_AT_MU] = value[MFG_METRIC_EXPLOITABILITY];
  if (same) PetscFunctionReturn(0);
  PetscCall(VecDuplicate(solver->mu, &law));
  PetscCall(VecCopy(solver->mu, law));
  PetscCall(MfgModelSetMeanField(solver->model, solver->mu));
  PetscCall(MfgModelLinearMeanField(solver->model, law, &solve));
  solver->linear_iterations += solve.linear_iterations;
  PetscCall(Gap(solver, law, 0, &solver->at_linear, &value[MFG_METRIC_EXPLOITABILITY_AT_MU]));
  PetscCall(VecDestroy(&law));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsFillRow_Private(MfgSolver solver)
{
  const PetscBool *wanted = solver->wanted;
  PetscReal       *value = solver->row.value;
  const PetscBool started = solver->iteration > 0 ? PETSC_TRUE : PETSC_FALSE; /* there is an iterate before */

  PetscFunctionBegin;
  for (int i = 0; i < MFG_METRIC_COUNT; i++) value[i] = NAN;
  value[MFG_METRIC_ITERATION] = (PetscReal)solver->iteration;
  PetscCall(MfgModelSetPolicy(solver->model, solver->pi));
  if (wanted[MFG_METRIC_EXPLOITABILITY] || wanted[MFG_METRIC_REGULARISED_EXPLOITABILITY] ||
      wanted[MFG_METRIC_MU_PI_DELTA])
    PetscCall(FillAtPopulation(solver));
  if (wanted[MFG_METRIC_EXPLOITABILITY_AT_MU]) PetscCall(FillAtLinear(solver));
  if (wanted[MFG_METRIC_QUALITY])
    PetscCall(Gap(solver, solver->mu, 0, &solver->at_mu, &value[MFG_METRIC_QUALITY]));
  if (started && wanted[MFG_METRIC_REGULARISED_QUALITY])
    PetscCall(Gap(solver, solver->previous_mu, solver->eta, &solver->at_previous_mu_regularised,
                  &value[MFG_METRIC_REGULARISED_QUALITY]));
  PetscCall(MfgModelSetMeanField(solver->model, solver->mu));
  if (started && wanted[MFG_METRIC_MEAN_FIELD_DELTA])
    PetscCall(Distance(solver->mu, solver->previous_mu, &value[MFG_METRIC_MEAN_FIELD_DELTA]));
  if (started && wanted[MFG_METRIC_POLICY_DELTA])
    PetscCall(PolicyDelta(solver, &value[MFG_METRIC_POLICY_DELTA]));
  value[MFG_METRIC_EVALUATION_RESIDUAL] = solver->evaluation_residual;
  value[MFG_METRIC_LINEAR_ITERATIONS] = (PetscReal)solver->linear_iterations;
  value[MFG_METRIC_SECONDS] = MPI_Wtime() - solver->start;
  solver->evaluation_residual = NAN;
  solver->linear_iterations = 0;
  PetscFunctionReturn(0);
}
