/* The experiment object: creation, reading the file, and its conclusion; see throng/experiment.h. */
#include <errno.h>
#include <string.h>
#include "experiment/experiment_impl.h"

enum { LARGEST_FILE = 1 << 24 };

const char *const MfgSectionNames[MFG_SECTION_COUNT] = {"game", "solver", "metrics", "evaluation", "output"};

static const MfgParameterSpec run_parameters[] = {
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

PetscErrorCode MfgExperimentCreate(MPI_Comm comm, MfgExperiment *experiment)
{
  MfgExperiment e;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&e));
  PetscCallMPI(MPI_Comm_dup(comm, &e->comm));
  PetscCallMPI(MPI_Comm_rank(e->comm, &e->rank));
  PetscCall(PetscStrallocpy("results", &e->folder));
  PetscCall(MfgParametersCreate(&e->run));
  PetscCall(MfgParametersAddTable(e->run, run_parameters));
  PetscCall(MfgParametersCreate(&e->output));
  PetscCall(MfgParametersAddTable(e->output, output_parameters));
  PetscCall(MfgGameCreate(&e->game));
  PetscCall(MfgSolverCreate(e->comm, &e->solver));
  PetscCall(MfgModelCreate(e->comm, &e->model));
  *experiment = e;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentDestroy(MfgExperiment *experiment)
{
  MfgExperiment e = *experiment;

  PetscFunctionBeginUser;
  if (!e) PetscFunctionReturn(0);
  PetscCall(MfgSolverDestroy(&e->solver));
  PetscCall(MfgModelDestroy(&e->model));
  PetscCall(MfgGameDestroy(&e->game));
  PetscCall(MfgParametersDestroy(&e->output));
  PetscCall(MfgParametersDestroy(&e->run));
  PetscCall(MfgNodeDestroy(&e->root));
  PetscCall(MfgErrorsDestroy(&e->errors));
  PetscCall(PetscFree(e->folder));
  PetscCall(PetscFree(e->path));
  PetscCallMPI(MPI_Comm_free(&e->comm));
  PetscCall(PetscFree(*experiment));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentSetOutput(MfgExperiment e, const char *folder, PetscBool overwrite)
{
  char *copy;

  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy(folder, &copy));
  PetscCall(PetscFree(e->folder));
  e->folder = copy;
  e->overwrite = overwrite;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentGetParameters(MfgExperiment e, const char *section, MfgParameters *parameters)
{
  PetscFunctionBeginUser;
  *parameters = NULL;
  if (!strcmp(section, "run")) *parameters = e->run;
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++)
    if (!strcmp(section, MfgSectionNames[i]))
      PetscCall(MfgExperimentGetSection(e, (MfgSection)i, parameters));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentGetSection(MfgExperiment e, MfgSection section, MfgParameters *parameters)
{
  const char *type;

  PetscFunctionBeginUser;
  *parameters = NULL;
  switch (section) {
  case MFG_SECTION_GAME:
    PetscCall(MfgGameGetType(e->game, &type));
    if (type) PetscCall(MfgGameGetParameters(e->game, parameters));
    break;
  case MFG_SECTION_SOLVER:
    PetscCall(MfgSolverGetType(e->solver, &type));
    if (type) PetscCall(MfgSolverGetParameters(e->solver, parameters));
    break;
  case MFG_SECTION_METRICS:
    PetscCall(MfgSolverGetMetricsParameters(e->solver, parameters));
    break;
  case MFG_SECTION_EVALUATION:
    PetscCall(MfgModelGetParameters(e->model, parameters));
    break;
  case MFG_SECTION_OUTPUT:
    *parameters = e->output;
    break;
  case MFG_SECTION_COUNT:
    break;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgShareMessage(MPI_Comm comm, char message[MFG_MESSAGE_SIZE])
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Bcast(message, MFG_MESSAGE_SIZE, MPI_CHAR, 0, comm));
  PetscFunctionReturn(0);
}

/* The whole file at `path` into *text, on one rank; what goes wrong is told in `message`. */
static PetscErrorCode ReadFile(const char *path, char **text, PetscInt *length,
                               char message[MFG_MESSAGE_SIZE])
{
  FILE  *file = fopen(path, "rb");
  size_t size;

  PetscFunctionBeginUser;
  *length = 0;
  *text = NULL;
  if (!file) {
    PetscCall(
        PetscSNPrintf(message, MFG_MESSAGE_SIZE, "cannot open the experiment file: %s", strerror(errno)));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscMalloc1(LARGEST_FILE, text));
  errno = 0;
  size = fread(*text, 1, LARGEST_FILE, file);
  if (ferror(file))
    PetscCall(
        PetscSNPrintf(message, MFG_MESSAGE_SIZE, "cannot read the experiment file: %s", strerror(errno)));
  else if (size == LARGEST_FILE)
    PetscCall(PetscSNPrintf(message, MFG_MESSAGE_SIZE, "too large for an experiment file (16 MiB)"));
  (void)fclose(file);
  *length = (PetscInt)size;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentRead(MfgExperiment e, PetscInt count, const char *const settings[])
{
  const MfgMark whole_file = {0, 0, 0};
  char          message[MFG_MESSAGE_SIZE] = "", *text = NULL;
  PetscInt      length = 0;

  PetscFunctionBeginUser;
  if (e->rank == 0) PetscCall(ReadFile(e->path, &text, &length, message));
  PetscCall(MfgShareMessage(e->comm, message));
  if (message[0]) {
    PetscCall(PetscFree(text));
    PetscCall(MfgErrorsAdd(e->errors, whole_file, NULL, "%s", message));
    PetscFunctionReturn(0);
  }
  PetscCallMPI(MPI_Bcast(&length, 1, MPIU_INT, 0, e->comm));
  if (e->rank != 0) PetscCall(PetscMalloc1(length + 1, &text));
  PetscCallMPI(MPI_Bcast(text, (PetscMPIInt)length, MPI_CHAR, 0, e->comm));
  PetscCall(MfgDocumentRead(text, (size_t)length, 0, e->errors, &e->root));
  PetscCall(PetscFree(text));
  PetscCall(MfgSettingsApply(count, settings, e->errors, &e->root));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentLoad(MfgExperiment e, const char *path, PetscInt count,
                                 const char *const settings[], MfgExperimentOutcome *outcome)
{
  PetscInt errors;

  PetscFunctionBeginUser;
  PetscCheck(!e->path, e->comm, PETSC_ERR_ARG_WRONGSTATE, "An experiment can be loaded only once");
  PetscCall(PetscStrallocpy(path, &e->path));
  PetscCall(MfgErrorsCreate(path, count, settings, &e->errors));
  PetscCall(MfgExperimentRead(e, count, settings));
  PetscCall(MfgErrorsGetCount(e->errors, &errors));
  /* A text that is not YAML has no tree; complaining of everything it lacks would hide the one cause. */
  if (e->root || !errors) PetscCall(MfgExperimentCheck(e));
  *outcome = MFG_EXPERIMENT_DONE;
  PetscCall(MfgExperimentConclude(e, outcome));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentConclude(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  PetscInt    count;
  PetscMPIInt size, mine, first; /* the first rank with errors: 0, unless they differ */

  PetscFunctionBeginUser;
  PetscCall(MfgErrorsGetCount(e->errors, &count));
  PetscCallMPI(MPI_Comm_size(e->comm, &size));
  mine = count ? e->rank : size;
  PetscCallMPI(MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, e->comm));
  if (first == size) PetscFunctionReturn(0);
  if (e->rank == first) PetscCall(MfgErrorsPrint(e->errors, stderr));
  *outcome = MFG_EXPERIMENT_BAD_INPUT;
  PetscFunctionReturn(0);
}
