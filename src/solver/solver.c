/* The solver object: parameters, checks, and the loop over outer iterations. */
#include "game/complaint_counter.h"
#include "solver_impl.h"

/* Keys that every solver has. */
static const MfgParameterSpec common_parameters[] = {
    {.key = "initial_policy.type",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "uniform",
     .range = "uniform|random|file",
     .shorthand = PETSC_TRUE,
     .unit = "",
     .help = "first policy π_0"},
    {.key = "initial_policy.temperature",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.2",
     .range = "(0,inf)",
     .unit = "",
     .help = "random: softmax(U(-1,1)/temperature), drawn from the run's seed"},
    {.key = "initial_policy.path",
     .type = MFG_PARAMETER_TEXT,
     .unit = "",
     .help = "file: an HDF5 file with /policy [S, A]"},
    {.key = NULL}};

/* Keys of the solvers that iterate. */
static const MfgParameterSpec iteration_parameters[] = {
    {.key = "outer_iterations",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "200",
     .range = "[0,inf)",
     .unit = "",
     .help = "P, the most outer iterations"},
    {.key = "stop.exploitability",
     .type = MFG_PARAMETER_REAL,
     .range = "(0,inf)",
     .unit = "reward",
     .help = "stop when the exploitability is at most this; any stop rule that holds ends the run"},
    {.key = "stop.regularised_exploitability",
     .type = MFG_PARAMETER_REAL,
     .range = "(0,inf)",
     .unit = "reward",
     .help = "stop when the regularised exploitability is at most this"},
    {.key = "stop.mean_field_delta",
     .type = MFG_PARAMETER_REAL,
     .range = "(0,inf)",
     .unit = "probability",
     .help = "stop when an iteration moves the mean field by at most this (1-norm)"},
    {.key = "stop.mu_pi_delta",
     .type = MFG_PARAMETER_REAL,
     .range = "(0,inf)",
     .unit = "probability",
     .help = "stop when the mean field is at most this far from the population of the policy (1-norm)"},
    {.key = NULL}};

PetscErrorCode MfgSolverCreate(MPI_Comm comm, MfgSolver *solver)
{
  PetscFunctionBegin;
  PetscCall(PetscNew(solver));
  (*solver)->comm = comm;
  (*solver)->seed = 1;
  PetscCall(MfgParametersCreate(&(*solver)->parameters));
  PetscCall(MfgParametersCreate(&(*solver)->metrics_parameters));
  PetscCall(MfgParametersAddTable((*solver)->metrics_parameters, MfgMetricsTable_Private));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverDestroy(MfgSolver *solver)
{
  PetscFunctionBegin;
  if (!*solver) PetscFunctionReturn(0);
  if ((*solver)->klass && (*solver)->klass->destroy) PetscCall((*(*solver)->klass->destroy)(*solver));
  PetscCall(MfgMetricsDestroy_Private(*solver));
  PetscCall(VecDestroy(&(*solver)->mu));
  PetscCall(VecDestroy(&(*solver)->pi));
  PetscCall(VecDestroy(&(*solver)->stationary_law));
  PetscCall(MfgParametersDestroy(&(*solver)->parameters));
  PetscCall(MfgParametersDestroy(&(*solver)->metrics_parameters));
  PetscCall(PetscFree(*solver));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSetType(MfgSolver solver, const char *name, const MfgComplaints *complaints)
{
  const MfgSolverClass *const *classes;
  const char                 **names;
  PetscInt                     count, index;

  PetscFunctionBegin;
  PetscCheck(!solver->klass, solver->comm, PETSC_ERR_ARG_WRONGSTATE,
             "The type of a solver can be set only once");
  PetscCall(MfgSolverGetClasses(&count, &classes));
  PetscCall(PetscMalloc1(count, &names));
  for (PetscInt i = 0; i < count; i++) names[i] = classes[i]->name;
  PetscCall(MfgFindType("solver", name, count, names, complaints, &index));
  PetscCall(PetscFree(names));
  if (index < 0) PetscFunctionReturn(0);
  solver->klass = classes[index];
  PetscCall(MfgParametersAddTable(solver->parameters, solver->klass->parameters));
  PetscCall(MfgParametersAddTable(solver->parameters, common_parameters));
  if (solver->klass->iterate) PetscCall(MfgParametersAddTable(solver->parameters, iteration_parameters));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetType(MfgSolver solver, const char **name)
{
  PetscFunctionBegin;
  *name = solver->klass ? solver->klass->name : NULL;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetParameters(MfgSolver solver, MfgParameters *parameters)
{
  PetscFunctionBegin;
  *parameters = solver->parameters;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetMetricsParameters(MfgSolver solver, MfgParameters *parameters)
{
  PetscFunctionBegin;
  *parameters = solver->metrics_parameters;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSetParameter(MfgSolver solver, const char *key, const char *text)
{
  PetscFunctionBegin;
  PetscCall(MfgParametersSet(solver->parameters, key, text, NULL));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSetSeed(MfgSolver solver, PetscInt seed)
{
  PetscFunctionBegin;
  solver->seed = seed;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverUsesSeed(MfgSolver solver, PetscBool *uses)
{
  const char *type;

  PetscFunctionBegin;
  PetscCheck(solver->klass, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgSolverSetType() first");
  PetscCall(MfgParametersGetText(solver->parameters, "initial_policy.type", &type));
  PetscCall(PetscStrcmp(type, "random", uses));
  if (solver->klass->random) *uses = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* A key of the first policy that is given must belong to its type; a file needs its path. */
static PetscErrorCode CheckInitialPolicy(MfgParameters parameters, const MfgComplaints *complaints)
{
  const char *type;
  PetscBool   file, given;

  PetscFunctionBegin;
  PetscCall(MfgParametersCheckBelongs(parameters, "initial_policy.temperature", "initial_policy.type",
                                      "random", complaints));
  PetscCall(MfgParametersCheckBelongs(parameters, "initial_policy.path", "initial_policy.type", "file",
                                      complaints));
  PetscCall(MfgParametersGetText(parameters, "initial_policy.type", &type));
  PetscCall(PetscStrcmp(type, "file", &file));
  PetscCall(MfgParametersIsGiven(parameters, "initial_policy.path", &given));
  if (file && !given)
    PetscCall(
        MfgComplain(complaints, "initial_policy", "initial_policy.type file needs initial_policy.path"));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverCheck(MfgSolver solver, const MfgComplaints *complaints)
{
  PetscFunctionBegin;
  PetscCheck(solver->klass, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgSolverSetType() first");
  PetscCall(MfgParametersCheckRequired(solver->parameters, complaints));
  PetscCall(CheckInitialPolicy(solver->parameters, complaints));
  if (solver->klass->check) PetscCall((*solver->klass->check)(solver->parameters, complaints));
  PetscCall(MfgMetricsCheck_Private(solver, complaints));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSetModel(MfgSolver solver, MfgModel model)
{
  PetscFunctionBegin;
  solver->model = model;
  PetscFunctionReturn(0);
}

static PetscErrorCode SetInitialPolicy(MfgSolver solver, const MfgComplaints *complaints)
{
  const char *type, *path;
  PetscBool   random, file;
  PetscReal   temperature;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetText(solver->parameters, "initial_policy.type", &type));
  PetscCall(PetscStrcmp(type, "random", &random));
  PetscCall(PetscStrcmp(type, "file", &file));
  if (file) {
    PetscCall(MfgParametersGetText(solver->parameters, "initial_policy.path", &path));
    PetscCall(MfgPolicySetFromFile(solver->model, path, "initial_policy.path", complaints, solver->pi));
  } else if (random) {
    PetscCall(MfgParametersGetReal(solver->parameters, "initial_policy.temperature", &temperature));
    PetscCall(MfgPolicySetRandom(solver->model, solver->seed, temperature, solver->pi));
  } else {
    PetscCall(MfgPolicySetUniform(solver->model, solver->pi));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSetUp(MfgSolver solver, const MfgComplaints *complaints)
{
  MfgComplaintCounter  counter;
  const MfgComplaints *used = MfgCountComplaints(complaints, &counter);

  PetscFunctionBegin;
  PetscCheck(solver->model, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgSolverSetModel() first");
  PetscCall(MfgSolverCheck(solver, used));
  if (counter.count) PetscFunctionReturn(0);
  if (solver->klass->iterate)
    PetscCall(MfgParametersGetInteger(solver->parameters, "outer_iterations", &solver->iteration_limit));
  PetscCall(MfgModelCreateStateVec(solver->model, &solver->mu));
  PetscCall(MfgModelCreateStateActionVec(solver->model, &solver->pi));
  PetscCall(MfgModelGetInitialMeanField(solver->model, solver->mu, used));
  PetscCall(SetInitialPolicy(solver, used));
  if (counter.count) PetscFunctionReturn(0);  /* a class may compute with the start, which is no law then */
  PetscCall(MfgMetricsSetUp_Private(solver)); /* before the class, which may move the first mean field */
  if (solver->klass->setup) PetscCall((*solver->klass->setup)(solver));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverAddMonitor(MfgSolver solver, MfgSolverMonitor monitor, void *context)
{
  PetscFunctionBegin;
  PetscCheck(solver->monitor_count < MFG_MAX_MONITORS, solver->comm, PETSC_ERR_MAX_VALUE,
             "At most %d monitors", MFG_MAX_MONITORS);
  solver->monitors[solver->monitor_count] = monitor;
  solver->monitor_contexts[solver->monitor_count++] = context;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSetInterrupt(MfgSolver solver, MfgSolverInterrupt interrupt, void *context)
{
  PetscFunctionBegin;
  solver->interrupt = interrupt;
  solver->interrupt_context = context;
  PetscFunctionReturn(0);
}

PetscBool MfgSolverRowIsCurrent_Private(MfgSolver solver)
{
  return (PetscBool)(solver->row.value[MFG_METRIC_ITERATION] == (PetscReal)solver->iteration);
}

/*
  Fill the row of the present iterate, see whether to stop, and show a row that can be trusted to the
  monitors.
*/
static PetscErrorCode Record(MfgSolver solver)
{
  PetscFunctionBegin;
  PetscCall(MfgMetricsFillRow_Private(solver));
  PetscCall(MfgSolverCheckStop_Private(solver));
  if (solver->reason < 0) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < solver->monitor_count; i++)
    PetscCall((*solver->monitors[i])(solver, &solver->row, solver->monitor_contexts[i]));
  PetscFunctionReturn(0);
}

static PetscErrorCode Iterate(MfgSolver solver)
{
  PetscScalar mass;

  PetscFunctionBegin;
  PetscCall(VecCopy(solver->mu, solver->previous_mu));
  if (solver->previous_pi) PetscCall(VecCopy(solver->pi, solver->previous_pi));
  PetscCall((*solver->klass->iterate)(solver));
  solver->iteration++;
  PetscCall(VecSum(solver->mu, &mass)); /* one up to rounding, which must not add up over many iterations */
  PetscCall(VecScale(solver->mu, 1 / mass));
  PetscCall(MfgSolverCheckIterate_Private(solver));
  PetscFunctionReturn(0);
}

/* Unless the run is over: whether to interrupt it here. */
static PetscErrorCode AskInterrupt(MfgSolver solver)
{
  const char *why = NULL;

  PetscFunctionBegin;
  if (!solver->interrupt || solver->reason) PetscFunctionReturn(0);
  PetscCall((*solver->interrupt)(solver, &why, solver->interrupt_context));
  if (!why) PetscFunctionReturn(0);
  solver->reason = MFG_INTERRUPTED;
  PetscCall(PetscStrncpy(solver->text, why, sizeof(solver->text)));
  PetscFunctionReturn(0);
}

/* Row 0; or, of a restored run, whether its last row ended it. */
static PetscErrorCode Begin(MfgSolver solver)
{
  PetscFunctionBegin;
  solver->start = MPI_Wtime() - solver->elapsed;
  solver->begun = PETSC_TRUE;
  if (solver->restored) {
    if (MfgSolverRowIsCurrent_Private(solver)) PetscCall(MfgSolverCheckStop_Private(solver));
    PetscFunctionReturn(0);
  }
  PetscCall(Record(solver));
  PetscCall(AskInterrupt(solver));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSolve(MfgSolver solver)
{
  PetscFunctionBegin;
  PetscCheck(solver->previous_mu, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgSolverSetUp() first");
  PetscCheck(!solver->spoiled, solver->comm, PETSC_ERR_ARG_WRONGSTATE,
             "The solver holds a part of a state; see MfgSolverRestore()");
  PetscCall(Begin(solver));
  while (!solver->reason) {
    PetscCall(Iterate(solver));
    if (!solver->reason &&
        (solver->iteration % solver->every == 0 || solver->iteration == solver->iteration_limit))
      PetscCall(Record(solver));
    PetscCall(AskInterrupt(solver));
  }
  if (solver->spectrum_wanted && solver->reason > 0) {
    PetscCall(VecDuplicate(solver->mu, &solver->stationary_law));
    PetscCall(MfgModelSetMeanField(solver->model, solver->mu));
    PetscCall(MfgModelSpectrum(solver->model, solver->stationary_law, &solver->spectrum));
    solver->spectrum_computed = solver->spectrum.eigenvalues > 0 ? PETSC_TRUE : PETSC_FALSE;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetReason(MfgSolver solver, MfgSolverReason *reason, const char **text)
{
  PetscFunctionBegin;
  *reason = solver->reason;
  if (text) *text = solver->text;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetRow(MfgSolver solver, MfgMetricsRow *row)
{
  PetscFunctionBegin;
  *row = solver->row;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetIterationLimit(MfgSolver solver, PetscInt *limit)
{
  PetscFunctionBegin;
  *limit = solver->iteration_limit;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetIteration(MfgSolver solver, PetscInt *iteration)
{
  PetscFunctionBegin;
  *iteration = solver->iteration;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetIterate(MfgSolver solver, Vec *mu, Vec *pi)
{
  PetscFunctionBegin;
  *mu = solver->mu;
  *pi = solver->pi;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetPopulation(MfgSolver solver, Vec *population)
{
  PetscFunctionBegin;
  *population = solver->population;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetSpectrum(MfgSolver solver, PetscBool *computed, MfgSpectrum *spectrum)
{
  PetscFunctionBegin;
  *computed = solver->spectrum_computed;
  *spectrum = solver->spectrum;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverGetStationaryLaw(MfgSolver solver, Vec *law)
{
  PetscFunctionBegin;
  *law = solver->spectrum_computed ? solver->stationary_law : NULL;
  PetscFunctionReturn(0);
}
