/* When to stop: the rules that all solvers share. */
#include <stdio.h>
#include "solver_impl.h"

typedef struct {
  const char     *key;
  MfgMetric       metric;
  PetscBool       at_population; /* rests on the induced population being settled */
  MfgSolverReason reason;
} StopRule;

static const StopRule rules[] = {
    {"stop.exploitability", MFG_METRIC_EXPLOITABILITY, PETSC_TRUE, MFG_CONVERGED_EXPLOITABILITY},
    {"stop.regularised_exploitability", MFG_METRIC_REGULARISED_EXPLOITABILITY, PETSC_TRUE,
     MFG_CONVERGED_REGULARISED_EXPLOITABILITY},
    {"stop.mean_field_delta", MFG_METRIC_MEAN_FIELD_DELTA, PETSC_FALSE, MFG_CONVERGED_MEAN_FIELD_DELTA},
    {"stop.mu_pi_delta", MFG_METRIC_MU_PI_DELTA, PETSC_TRUE, MFG_CONVERGED_MU_PI_DELTA}};
enum { RULE_COUNT = sizeof(rules) / sizeof(rules[0]) };

PetscErrorCode MfgSolverStopNeeds_Private(MfgSolver solver, MfgMetric metric, PetscBool *needs)
{
  PetscFunctionBegin;
  *needs = PETSC_FALSE;
  if (!solver->klass->iterate) PetscFunctionReturn(0); /* such a solver has no rules */
  for (int i = 0; i < RULE_COUNT; i++)
    if (rules[i].metric == metric) PetscCall(MfgParametersIsPresent(solver->parameters, rules[i].key, needs));
  PetscFunctionReturn(0);
}

/* Whether a metric that the row must have is not a finite number; where it may be absent, NaN says so. */
static PetscBool MetricIsNotFinite(MfgSolver solver, MfgMetric metric)
{
  const PetscBool needs_two = (metric >= MFG_METRIC_REGULARISED_QUALITY &&
                               metric <= MFG_METRIC_POLICY_DELTA && metric != MFG_METRIC_MU_PI_DELTA)
                                  ? PETSC_TRUE
                                  : PETSC_FALSE; /* rests on the iterate before, too */
  const PetscReal value = solver->row.value[metric];

  if (!solver->wanted[metric] || (needs_two && !solver->iteration)) return PETSC_FALSE;
  return PetscIsInfOrNanReal(value) ? PETSC_TRUE : PETSC_FALSE;
}

/* A failed solve, or rewards that are not finite: the model says so. */
static PetscErrorCode CheckModel(MfgSolver solver)
{
  const char *failure;
  MfgFailure  kind;

  PetscFunctionBegin;
  PetscCall(MfgModelGetFailure(solver->model, &failure));
  PetscCall(MfgModelGetFailureKind(solver->model, &kind));
  if (kind == MFG_NO_FAILURE) PetscFunctionReturn(0);
  solver->reason = kind == MFG_FAILURE_NOT_FINITE ? MFG_DIVERGED_NOT_FINITE : MFG_FAILED_LINEAR_SOLVE;
  (void)snprintf(solver->text, sizeof(solver->text), "iteration %" PetscInt_FMT ": %s", solver->iteration,
                 failure);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverCheckIterate_Private(MfgSolver solver)
{
  PetscReal mu, pi;

  PetscFunctionBegin;
  PetscCall(CheckModel(solver));
  if (solver->reason) PetscFunctionReturn(0);
  PetscCall(VecNorm(solver->mu, NORM_1, &mu));
  PetscCall(VecNorm(solver->pi, NORM_1, &pi));
  if (PetscIsInfOrNanReal(mu) || PetscIsInfOrNanReal(pi)) {
    solver->reason = MFG_DIVERGED_NOT_FINITE;
    (void)snprintf(solver->text, sizeof(solver->text), "iteration %" PetscInt_FMT ": the %s is not finite",
                   solver->iteration, PetscIsInfOrNanReal(mu) ? "mean field" : "policy");
  }
  PetscFunctionReturn(0);
}

/* Failures first: nothing else that the row says can be trusted then. */
static PetscErrorCode CheckRow(MfgSolver solver)
{
  PetscFunctionBegin;
  PetscCall(CheckModel(solver));
  for (int i = MFG_METRIC_EXPLOITABILITY; i <= MFG_METRIC_POLICY_DELTA && !solver->reason; i++) {
    if (!MetricIsNotFinite(solver, (MfgMetric)i)) continue;
    solver->reason = MFG_DIVERGED_NOT_FINITE;
    (void)snprintf(solver->text, sizeof(solver->text), "iteration %" PetscInt_FMT ": %s is not finite",
                   solver->iteration, MfgMetricNames[i]);
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode CheckRules(MfgSolver solver)
{
  const PetscReal *value = solver->row.value;
  /* a population after a number of pushes that the user chose is what it is */
  const PetscBool settled =
      (PetscBool)(solver->pushed_population || value[MFG_METRIC_POPULATION_SETTLED] == 1);

  PetscFunctionBegin;
  for (int i = 0; i < RULE_COUNT && !solver->reason; i++) {
    const PetscReal at = value[rules[i].metric];
    PetscReal       bound;
    PetscBool       present;

    PetscCall(MfgParametersIsPresent(solver->parameters, rules[i].key, &present));
    if (!present) continue;
    PetscCall(MfgParametersGetReal(solver->parameters, rules[i].key, &bound));
    if (!(at <= bound) || (rules[i].at_population && !settled)) continue; /* NaN is not small */
    solver->reason = rules[i].reason;
    (void)snprintf(solver->text, sizeof(solver->text), "%s %g is at most %g", MfgMetricNames[rules[i].metric],
                   (double)at, (double)bound);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverCheckStop_Private(MfgSolver solver)
{
  PetscFunctionBegin;
  PetscCall(CheckRow(solver));
  if (!solver->reason && !solver->klass->iterate) {
    solver->reason = MFG_STOPPED_EVALUATED;
    (void)snprintf(solver->text, sizeof(solver->text), "evaluated the given policy");
  }
  if (!solver->reason) PetscCall(CheckRules(solver));
  if (!solver->reason && solver->iteration >= solver->iteration_limit) {
    solver->reason = MFG_STOPPED_ITERATION_LIMIT;
    (void)snprintf(solver->text, sizeof(solver->text), "did %" PetscInt_FMT " iterations, as asked",
                   solver->iteration);
  }
  PetscFunctionReturn(0);
}
