/* What a solver will take of memory, before it is set up. */
#include "solver_impl.h"

/* Whether a row has this metric; MfgMetricsSetUp_Private() asks the same. */
static PetscErrorCode IsWanted(MfgSolver solver, MfgMetric metric, PetscBool *wanted)
{
  PetscBool needed, regularised = solver->klass->regularised;

  PetscFunctionBegin;
  PetscCall(MfgParametersHasChoice(solver->metrics_parameters, "which", MfgMetricNames[metric], wanted));
  PetscCall(MfgSolverStopNeeds_Private(solver, metric, &needed));
  if (needed) *wanted = PETSC_TRUE;
  if (regularised) PetscCall(MfgParametersIsPresent(solver->parameters, "eta", &regularised));
  if (!regularised &&
      (metric == MFG_METRIC_REGULARISED_EXPLOITABILITY || metric == MFG_METRIC_REGULARISED_QUALITY))
    *wanted = PETSC_FALSE;
  PetscFunctionReturn(0);
}

/* A gap to the best response keeps two first guesses, of V and J. */
static PetscErrorCode AddGap(MfgSolver solver, MfgMetric metric, PetscBool *wanted, MfgModelUse *use)
{
  const PetscBool soft = (PetscBool)(metric == MFG_METRIC_REGULARISED_EXPLOITABILITY ||
                                     metric == MFG_METRIC_REGULARISED_QUALITY);
  PetscBool       finite;

  PetscFunctionBegin;
  PetscCall(IsWanted(solver, metric, wanted));
  if (!*wanted) PetscFunctionReturn(0);
  use->state_vecs += 2;
  PetscCall(MfgParametersIsPresent(solver->metrics_parameters, "horizon", &finite));
  if (finite) PetscFunctionReturn(0);
  use->evaluation = PETSC_TRUE;
  if (soft)
    use->soft_optimal = PETSC_TRUE;
  else
    use->best_response = PETSC_TRUE;
  PetscFunctionReturn(0);
}

static PetscErrorCode AddMetrics(MfgSolver solver, MfgModelUse *use)
{
  enum { SPECTRUM_VECS = 20 };
  PetscBool population, other, linear, spectrum;
  PetscInt  type, start;

  PetscFunctionBegin;
  PetscCall(AddGap(solver, MFG_METRIC_EXPLOITABILITY, &population, use));
  PetscCall(AddGap(solver, MFG_METRIC_REGULARISED_EXPLOITABILITY, &other, use));
  population = (PetscBool)(population || other);
  PetscCall(AddGap(solver, MFG_METRIC_EXPLOITABILITY_AT_MU, &linear, use));
  PetscCall(AddGap(solver, MFG_METRIC_QUALITY, &other, use));
  PetscCall(AddGap(solver, MFG_METRIC_REGULARISED_QUALITY, &other, use));
  PetscCall(IsWanted(solver, MFG_METRIC_MU_PI_DELTA, &other));
  population = (PetscBool)(population || other);
  PetscCall(IsWanted(solver, MFG_METRIC_POLICY_DELTA, &other));
  PetscCall(MfgParametersGetChoice(solver->metrics_parameters, "population.type", &type));
  PetscCall(MfgParametersGetChoice(solver->metrics_parameters, "population.start", &start));
  PetscCall(MfgParametersHasChoice(solver->metrics_parameters, "which", "spectrum", &spectrum));
  use->pair_vecs += other;
  use->state_vecs += 2 * population + (start == 1) + (spectrum ? SPECTRUM_VECS : 0);
  use->induced_population = (PetscBool)(use->induced_population || (population && type == 0));
  use->population = (PetscBool)(use->population || linear);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetUse(MfgSolver solver, MfgModelUse *use)
{
  PetscInt repeats = 0;

  PetscFunctionBegin;
  PetscCheck(solver->klass, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgSolverSetType() first");
  *use = solver->klass->use;
  use->state_vecs += 2; /* μ_p, μ_{p-1} */
  use->pair_vecs += 1;  /* π_p */
  if (solver->klass->repeats)
    PetscCall(MfgParametersGetInteger(solver->parameters, solver->klass->repeats, &repeats));
  use->pair_vecs += repeats * use->repeated_pair_vecs;
  PetscCall(AddMetrics(solver, use));
  PetscFunctionReturn(0);
}
