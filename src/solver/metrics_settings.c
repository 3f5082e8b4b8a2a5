/* Which metrics there are, which of them are asked for, and how they are to be taken. */
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
                                                      "population_settled",
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
    {.key = "population.type",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "induced",
     .range = "induced|pushes",
     .shorthand = PETSC_TRUE,
     .unit = "",
     .help = "population at which exploitability is taken: the one that the policy induces, or after some "
             "pushes"},
    {.key = "population.pushes",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "50",
     .range = "[1,inf)",
     .unit = "steps",
     .help = "pushes: how many"},
    {.key = "population.start",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "current",
     .range = "current|initial",
     .unit = "",
     .help = "where that population starts: at the iterate's mean field, or at the game's initial law"},
    {.key = "horizon",
     .type = MFG_PARAMETER_INTEGER,
     .range = "[2,inf)",
     .unit = "steps",
     .help = "values and best responses by horizon - 1 backups from zero; absent: the infinite horizon"},
    {.key = NULL}};

/* Whether there is a temperature. */
static PetscErrorCode IsRegularised(MfgSolver solver, PetscBool *regularised)
{
  PetscFunctionBegin;
  *regularised = PETSC_FALSE;
  if (solver->klass->regularised) PetscCall(MfgParametersIsPresent(solver->parameters, "eta", regularised));
  PetscFunctionReturn(0);
}

/* Complain if one of two metrics is in the list, of a solver that cannot have them; `why` ends the sentence.
 */
static PetscErrorCode Refuse(MfgSolver solver, MfgMetric first, MfgMetric second, const char *why,
                             const MfgComplaints *complaints)
{
  const MfgMetric metrics[] = {first, second};
  PetscBool       asked;

  PetscFunctionBegin;
  for (int i = 0; i < 2; i++) {
    const char *name = MfgMetricNames[metrics[i]];

    PetscCall(MfgParametersHasChoice(solver->metrics_parameters, "which", name, &asked));
    if (asked)
      PetscCall(
          MfgComplain(complaints, "metrics.which", "%s %s the solver %s", name, why, solver->klass->name));
  }
  PetscFunctionReturn(0);
}

/* Metrics that the solver cannot have. The default list is cut down to those it has. */
static PetscErrorCode CheckWhich(MfgSolver solver, const MfgComplaints *complaints)
{
  const char *which;
  PetscBool   preset, regularised;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetText(solver->metrics_parameters, "which", &which));
  PetscCall(PetscStrcmp(which, MfgMetricsTable_Private[0].preset, &preset));
  if (preset) PetscFunctionReturn(0);
  PetscCall(IsRegularised(solver, &regularised));
  if (!regularised)
    PetscCall(Refuse(solver, MFG_METRIC_REGULARISED_EXPLOITABILITY, MFG_METRIC_REGULARISED_QUALITY,
                     "needs a temperature η, and there is none in", complaints));
  if (!solver->klass->iterate)
    PetscCall(Refuse(solver, MFG_METRIC_MEAN_FIELD_DELTA, MFG_METRIC_POLICY_DELTA,
                     "compares two iterations, and there are none in", complaints));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsCheck_Private(MfgSolver solver, const MfgComplaints *complaints)
{
  PetscBool stop, regularised;

  PetscFunctionBegin;
  PetscCall(MfgParametersCheckBelongs(solver->metrics_parameters, "population.pushes", "population.type",
                                      "pushes", complaints));
  PetscCall(CheckWhich(solver, complaints));
  PetscCall(MfgSolverStopNeeds_Private(solver, MFG_METRIC_REGULARISED_EXPLOITABILITY, &stop));
  PetscCall(IsRegularised(solver, &regularised));
  if (stop && !regularised)
    PetscCall(MfgComplain(complaints, "stop.regularised_exploitability",
                          "needs a temperature η, and there is none in the solver %s", solver->klass->name));
  PetscFunctionReturn(0);
}

/* What the keys of `metrics:` other than `which` say. */
static PetscErrorCode ReadParameters(MfgSolver solver)
{
  const MfgParameters parameters = solver->metrics_parameters;
  PetscInt            type, start;
  PetscBool           present;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(parameters, "every", &solver->every));
  PetscCall(MfgParametersGetChoice(parameters, "population.type", &type));
  solver->pushed_population = type == 1 ? PETSC_TRUE : PETSC_FALSE;
  PetscCall(MfgParametersGetInteger(parameters, "population.pushes", &solver->pushes));
  PetscCall(MfgParametersGetChoice(parameters, "population.start", &start));
  if (start == 1) {
    PetscCall(VecDuplicate(solver->mu, &solver->population_start));
    PetscCall(VecCopy(solver->mu, solver->population_start));
  }
  PetscCall(MfgParametersIsPresent(parameters, "horizon", &present));
  if (present) PetscCall(MfgParametersGetInteger(parameters, "horizon", &solver->horizon));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsSetUp_Private(MfgSolver solver)
{
  PetscBool regularised;

  PetscFunctionBegin;
  solver->evaluation_residual = NAN;
  PetscCall(ReadParameters(solver));
  for (int i = MFG_METRIC_EXPLOITABILITY; i <= MFG_METRIC_POLICY_DELTA; i++) {
    PetscBool needed;

    PetscCall(
        MfgParametersHasChoice(solver->metrics_parameters, "which", MfgMetricNames[i], &solver->wanted[i]));
    PetscCall(MfgSolverStopNeeds_Private(solver, (MfgMetric)i, &needed));
    if (needed) solver->wanted[i] = PETSC_TRUE;
  }
  PetscCall(IsRegularised(solver, &regularised));
  if (!regularised) {
    solver->wanted[MFG_METRIC_REGULARISED_EXPLOITABILITY] = PETSC_FALSE;
    solver->wanted[MFG_METRIC_REGULARISED_QUALITY] = PETSC_FALSE;
  }
  PetscCall(
      MfgParametersHasChoice(solver->metrics_parameters, "which", "spectrum", &solver->spectrum_wanted));
  PetscCall(VecDuplicate(solver->mu, &solver->previous_mu));
  if (solver->wanted[MFG_METRIC_POLICY_DELTA]) PetscCall(VecDuplicate(solver->pi, &solver->previous_pi));
  PetscFunctionReturn(0);
}
