/* How near the iterate is to an equilibrium: one row of the record. */
#include <math.h>
#include "solver_impl.h"

const char *const MfgMetricNames[MFG_METRIC_COUNT] = {"iteration",
                                                      "seconds",
                                                      "exploitability",
                                                      "regularised_exploitability",
                                                      "exploitability_at_mu",
                                                      "quality",
                                                      "regularised_quality",
                                                      "mean_field_delta",
                                                      "mu_pi_delta",
                                                      "policy_delta",
                                                      "population_residual",
                                                      "evaluation_residual",
                                                      "best_response_residual",
                                                      "linear_iterations"};

const MfgParameterSpec MfgMetricsTable_Private[] = {
    {.key = "which",
     .type = MFG_PARAMETER_CHOICES,
     .preset = "[exploitability, regularised_exploitability, quality, mean_field_delta, mu_pi_delta]",
     .range = "exploitability|regularised_exploitability|exploitability_at_mu|quality|regularised_quality|"
              "mean_field_delta|mu_pi_delta|policy_delta|spectrum",
     .unit = "",
     .help = "what to compute; spectrum is that of the last policy, in run.json"},
    {.key = "every",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "1",
     .range = "[1,inf)",
     .unit = "iterations",
     .help = "rows are computed, and stop rules checked, this often"},
    {.key = NULL}};

void MfgSolverCount_Private(MfgSolver solver, const MfgSolve *solve)
{
  solver->linear_iterations += solve->linear_iterations;
  /* NaN: nothing was evaluated yet, and then the comparison is false */
  if (!(solver->evaluation_residual >= solve->residual)) solver->evaluation_residual = solve->residual;
}

PetscErrorCode MfgMetricsSetUp_Private(MfgSolver solver)
{
  PetscFunctionBegin;
  solver->evaluation_residual = NAN;
  PetscCall(MfgParametersGetInteger(solver->metrics_parameters, "every", &solver->every));
  for (int i = MFG_METRIC_EXPLOITABILITY; i <= MFG_METRIC_POLICY_DELTA; i++) {
    PetscBool needed;

    PetscCall(
        MfgParametersHasChoice(solver->metrics_parameters, "which", MfgMetricNames[i], &solver->wanted[i]));
    PetscCall(MfgSolverStopNeeds_Private(solver, (MfgMetric)i, &needed));
    if (needed) solver->wanted[i] = PETSC_TRUE;
  }
  PetscCall(
      MfgParametersHasChoice(solver->metrics_parameters, "which", "spectrum", &solver->spectrum_wanted));
  PetscCall(VecDuplicate(solver->mu, &solver->previous_mu));
  if (solver->wanted[MFG_METRIC_POLICY_DELTA]) PetscCall(VecDuplicate(solver->pi, &solver->previous_pi));
  PetscFunctionReturn(0);
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
  PetscCall(VecDestroy(&solver->induced));
  PetscCall(DestroyGuess(&solver->at_induced));
  PetscCall(DestroyGuess(&solver->at_induced_regularised));
  PetscCall(DestroyGuess(&solver->at_mu));
  PetscCall(DestroyGuess(&solver->at_previous_mu_regularised));
  PetscFunctionReturn(0);
}

/* ⟨m, V - J⟩ with V optimal (soft-optimal for η > 0) and J the value of π_p, both at the mean field m. */
static PetscErrorCode Gap(MfgSolver solver, Vec m, PetscReal eta, MfgGapGuess *guess, PetscReal *gap)
{
  MfgSolve    solve;
  PetscReal  *worst = &solver->row.value[MFG_METRIC_BEST_RESPONSE_RESIDUAL];
  PetscScalar optimal, value;

  PetscFunctionBegin;
  if (!guess->optimal) {
    PetscCall(VecDuplicate(m, &guess->optimal));
    PetscCall(VecDuplicate(m, &guess->value));
    PetscCall(VecSet(guess->optimal, 0));
    PetscCall(VecSet(guess->value, 0));
  }
  PetscCall(MfgModelSetMeanField(solver->model, m));
  PetscCall(MfgModelEvaluate(solver->model, eta, guess->value, &solve));
  MfgSolverCount_Private(solver, &solve);
  if (eta > 0)
    PetscCall(MfgModelSoftOptimal(solver->model, eta, guess->optimal, &solve));
  else
    PetscCall(MfgModelBestResponse(solver->model, guess->optimal, NULL, &solve));
  solver->linear_iterations += solve.linear_iterations;
  *worst = PetscIsNanReal(*worst) ? solve.residual : PetscMax(*worst, solve.residual);
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

/* What is measured at m = μ^{π_p}, the population that the policy induces from μ_p. */
static PetscErrorCode FillAtInduced(MfgSolver solver)
{
  const PetscBool *wanted = solver->wanted;
  PetscReal       *value = solver->row.value;
  MfgSolve         solve;

  PetscFunctionBegin;
  if (!solver->induced) PetscCall(VecDuplicate(solver->mu, &solver->induced));
  PetscCall(VecCopy(solver->mu, solver->induced));
  PetscCall(MfgModelInducedMeanField(solver->model, solver->induced, &solve));
  solver->linear_iterations += solve.linear_iterations;
  value[MFG_METRIC_POPULATION_RESIDUAL] = solve.residual;
  if (wanted[MFG_METRIC_MU_PI_DELTA])
    PetscCall(Distance(solver->mu, solver->induced, &value[MFG_METRIC_MU_PI_DELTA]));
  if (wanted[MFG_METRIC_EXPLOITABILITY] || wanted[MFG_METRIC_EXPLOITABILITY_AT_MU]) {
    PetscReal gap;

    PetscCall(Gap(solver, solver->induced, 0, &solver->at_induced, &gap));
    /* the chain with μ held is the same chain where P does not depend on μ, and so is its law */
    if (wanted[MFG_METRIC_EXPLOITABILITY]) value[MFG_METRIC_EXPLOITABILITY] = gap;
    if (wanted[MFG_METRIC_EXPLOITABILITY_AT_MU]) value[MFG_METRIC_EXPLOITABILITY_AT_MU] = gap;
  }
  if (wanted[MFG_METRIC_REGULARISED_EXPLOITABILITY])
    PetscCall(Gap(solver, solver->induced, solver->eta, &solver->at_induced_regularised,
                  &value[MFG_METRIC_REGULARISED_EXPLOITABILITY]));
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
      wanted[MFG_METRIC_EXPLOITABILITY_AT_MU] || wanted[MFG_METRIC_MU_PI_DELTA])
    PetscCall(FillAtInduced(solver));
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
