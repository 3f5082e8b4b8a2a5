/* One run: creation, options, set-up; see run.h. */
#include <string.h>
#include "experiment/catch.h"
#include "experiment/options.h"
#include "experiment/run.h"

const char *const MfgSectionNames[MFG_SECTION_COUNT] = {"game",       "solver", "metrics",
                                                        "evaluation", "output", "checkpoint"};

static const MfgParameterSpec top_parameters[] = {
    {.key = "name",
     .type = MFG_PARAMETER_TEXT,
     .required = PETSC_TRUE,
     .unit = "",
     .help = "folder of the results: letters, digits, '.', '_' and '-'"},
    {.key = "seed",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "1",
     .range = "[0,inf)",
     .unit = "",
     .help = "of every random number of the run"},
    {.key = "petsc_options",
     .type = MFG_PARAMETER_TEXT,
     .unit = "",
     .help = "PETSc options of the run, as after '--': \"-eval_ksp_type gmres -eval_pc_type gamg\""},
    {.key = NULL}};

static const MfgParameterSpec output_parameters[] = {
    {.key = "fields",
     .type = MFG_PARAMETER_CHOICES,
     .preset = "[mean_field, policy, value, population]",
     .range = "mean_field|policy|value|population",
     .unit = "",
     .help = "arrays in fields.h5: μ_P [S], π_P [S,A], unregularised J of π_P at μ_P [S], and the population "
             "of π_P at which exploitability was taken [S], if it was"},
    {.key = NULL}};

static const MfgParameterSpec checkpoint_parameters[] = {
    {.key = "iterations",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "0",
     .range = "[0,inf)",
     .unit = "",
     .help = "a checkpoint after every so many outer iterations; 0: not by their number"},
    {.key = "minutes",
     .type = MFG_PARAMETER_REAL,
     .preset = "5",
     .range = "[0,inf)",
     .unit = "min",
     .help = "a checkpoint when so much time has gone by since the last; 0: not by time"},
    {.key = NULL}};

PetscErrorCode MfgRunCreate(MPI_Comm comm, MfgNode *root, MfgErrors errors, MfgRun *run)
{
  MfgRun r;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&r));
  PetscCallMPI(MPI_Comm_dup(comm, &r->comm));
  PetscCallMPI(MPI_Comm_rank(r->comm, &r->rank));
  r->begin = MPI_Wtime();
  r->root = root;
  r->errors = errors;
  PetscCall(MfgParametersCreate(&r->keys));
  PetscCall(MfgParametersAddTable(r->keys, top_parameters));
  PetscCall(MfgParametersCreate(&r->output));
  PetscCall(MfgParametersAddTable(r->output, output_parameters));
  PetscCall(MfgParametersCreate(&r->checkpoint));
  PetscCall(MfgParametersAddTable(r->checkpoint, checkpoint_parameters));
  PetscCall(MfgGameCreate(&r->game));
  PetscCall(MfgSolverCreate(r->comm, &r->solver));
  PetscCall(MfgModelCreate(r->comm, &r->model));
  *run = r;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunDestroy(MfgRun *run)
{
  MfgRun r = *run;

  PetscFunctionBeginUser;
  if (!r) PetscFunctionReturn(0);
  *run = NULL;
  if (r->options) { /* first, so that an error below cannot leave them behind as the default ones */
    PetscCall(PetscOptionsPop());
    PetscCall(PetscOptionsDestroy(&r->options));
  }
  for (int i = 0; i < MFG_SECTION_COUNT; i++) PetscCall(PetscFree(r->idle[i]));
  PetscCall(MfgSolverDestroy(&r->solver));
  PetscCall(MfgModelDestroy(&r->model));
  PetscCall(MfgGameDestroy(&r->game));
  PetscCall(MfgParametersDestroy(&r->checkpoint));
  PetscCall(MfgParametersDestroy(&r->output));
  PetscCall(MfgParametersDestroy(&r->keys));
  PetscCall(MfgNodeDestroy(&r->root));
  PetscCallMPI(MPI_Comm_free(&r->comm));
  PetscCall(PetscFree(r));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunGetSection(MfgRun run, MfgSection section, MfgParameters *parameters)
{
  const char *type;

  PetscFunctionBeginUser;
  *parameters = NULL;
  switch (section) {
  case MFG_SECTION_GAME:
    PetscCall(MfgGameGetType(run->game, &type));
    if (type) PetscCall(MfgGameGetParameters(run->game, parameters));
    break;
  case MFG_SECTION_SOLVER:
    PetscCall(MfgSolverGetType(run->solver, &type));
    if (type) PetscCall(MfgSolverGetParameters(run->solver, parameters));
    break;
  case MFG_SECTION_METRICS:
    PetscCall(MfgSolverGetMetricsParameters(run->solver, parameters));
    break;
  case MFG_SECTION_EVALUATION:
    PetscCall(MfgModelGetParameters(run->model, parameters));
    break;
  case MFG_SECTION_OUTPUT:
    *parameters = run->output;
    break;
  case MFG_SECTION_CHECKPOINT:
    *parameters = run->checkpoint;
    break;
  case MFG_SECTION_COUNT:
    break;
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUpModel(MfgRun run)
{
  PetscFunctionBeginUser;
  PetscCall(MfgGameSetUp(run->game));
  PetscCall(MfgModelSetGame(run->model, run->game));
  PetscCall(MfgModelSetUp(run->model));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgRun run)
{
  const MfgComplaints complaints = {MfgRunReport, run};
  PetscInt            seed;

  PetscFunctionBeginUser;
  PetscCall(SetUpModel(run));
  PetscCall(MfgParametersGetInteger(run->keys, "seed", &seed));
  PetscCall(MfgSolverSetSeed(run->solver, seed));
  PetscCall(MfgSolverSetModel(run->solver, run->model));
  PetscCall(MfgSolverSetUp(run->solver, &complaints));
  PetscCall(MfgOptionsCheck(run));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunSetUp(MfgRun run, const char *note, PetscBool *no_memory)
{
  MfgCatch       caught;
  PetscErrorCode code;
  char           problem[MFG_MESSAGE_SIZE];
  const MfgMark  nowhere = {-1, 0, 0};

  PetscFunctionBeginUser;
  PetscCall(MfgCatchBegin(run->comm, note, &caught));
  code = SetUp(run);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  if (code) PetscCall(MfgErrorsAdd(run->errors, nowhere, NULL, "the run cannot be set up: %s", problem));
  *no_memory = (PetscBool)(code == PETSC_ERR_MEM);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunTryOptions(MfgRun run, char message[MFG_MESSAGE_SIZE])
{
  MfgCatch       caught;
  PetscErrorCode code;
  char           problem[MFG_MESSAGE_SIZE];
  const MfgMark  nowhere = {-1, 0, 0};

  PetscFunctionBeginUser;
  PetscCall(MfgCatchBegin(run->comm, NULL, &caught));
  code = SetUpModel(run);
  if (!code) code = MfgOptionsCheck(run);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  if (code) PetscCall(MfgErrorsAdd(run->errors, nowhere, NULL, "the run cannot be set up: %s", problem));
  PetscCall(MfgErrorsTake(run->errors, MFG_MESSAGE_SIZE, message));
  if (code == PETSC_ERR_MEM) message[0] = '\0';
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsConclude(MPI_Comm comm, MfgErrors errors, MfgExperimentOutcome *outcome)
{
  PetscInt    count;
  PetscMPIInt rank, size, mine, first; /* the first rank with errors: 0, unless they differ */

  PetscFunctionBeginUser;
  PetscCall(MfgErrorsGetCount(errors, &count));
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_size(comm, &size));
  mine = count ? rank : size;
  PetscCallMPI(MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, comm));
  if (first == size) PetscFunctionReturn(0);
  if (rank == first) PetscCall(MfgErrorsPrint(errors, stderr));
  *outcome = MFG_EXPERIMENT_BAD_INPUT;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgShareMessage(MPI_Comm comm, char message[MFG_MESSAGE_SIZE])
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Bcast(message, MFG_MESSAGE_SIZE, MPI_CHAR, 0, comm));
  PetscFunctionReturn(0);
}
