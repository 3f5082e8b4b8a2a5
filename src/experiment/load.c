/* Reading an experiment file and making its plan; see throng/experiment.h. */
#include <errno.h>
#include <string.h>
#include "experiment/experiment_impl.h"
#include "experiment/launch.h"
#include "experiment/options.h"
#include "experiment/place.h"

enum { LARGEST_FILE = 1 << 24 };

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

static PetscErrorCode Read(MfgExperiment e, PetscInt count, const char *const settings[])
{
  const MfgMark whole_file = {0, 0, 0};
  char          message[MFG_MESSAGE_SIZE] = "";
  PetscInt      length = 0;

  PetscFunctionBeginUser;
  if (e->rank == 0) PetscCall(ReadFile(e->path, &e->text, &length, message));
  PetscCall(MfgShareMessage(e->comm, message));
  if (message[0]) {
    PetscCall(MfgErrorsAdd(e->errors, whole_file, NULL, "%s", message));
    PetscFunctionReturn(0);
  }
  PetscCallMPI(MPI_Bcast(&length, 1, MPIU_INT, 0, e->comm));
  if (e->rank != 0) PetscCall(PetscMalloc1(length + 1, &e->text));
  PetscCallMPI(MPI_Bcast(e->text, (PetscMPIInt)length, MPI_CHAR, 0, e->comm));
  e->origin.text = e->text;
  e->origin.length = length;
  PetscCall(MfgDocumentRead(e->text, (size_t)length, 0, e->errors, &e->root));
  PetscCall(MfgSettingsApply(count, settings, e->errors, &e->root));
  PetscFunctionReturn(0);
}

/* Take the keys of `limits` out of the document: they are of no run. */
static PetscErrorCode TakeLimits(MfgExperiment e)
{
  static const char *const key = "max_failures";
  MfgPlace                 place = {NULL, "", e->root, e->limits};
  MfgRun                   run;

  PetscFunctionBeginUser;
  if (!e->root || e->root->kind != MFG_NODE_MAPPING) PetscFunctionReturn(0);
  PetscCall(MfgRunCreate(PETSC_COMM_SELF, NULL, e->errors, &run)); /* whose errors the place complains to */
  place.run = run;
  for (PetscInt i = 0; i < e->root->count; i++) {
    MfgNode *child = e->root->children[i];

    if (strcmp(child->key, key)) continue;
    PetscCall(MfgPlaceSet(&place, key, child));
    PetscCall(MfgNodeDestroy(&child));
    e->root->count--;
    for (PetscInt j = i; j < e->root->count; j++) e->root->children[j] = e->root->children[j + 1];
    break;
  }
  PetscCall(MfgRunDestroy(&run));
  PetscFunctionReturn(0);
}

/* The dotted keys of the settings. Free with PetscFree() of the texts and the array. */
static PetscErrorCode GetPinned(PetscInt count, const char *const settings[], char ***pinned)
{
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(count + 1, pinned));
  for (PetscInt i = 0; i < count; i++) {
    PetscCall(PetscStrallocpy(settings[i], &(*pinned)[i]));
    (*pinned)[i][strcspn((*pinned)[i], "=")] = '\0';
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Expand(MfgExperiment e, PetscInt count, const char *const settings[])
{
  const char *const *sections, *const *warnings;
  char   **pinned;
  PetscInt section_count, warning_count;

  PetscFunctionBeginUser;
  e->lone = PETSC_TRUE;
  PetscCall(MfgSweepGetSections(&section_count, &sections));
  for (PetscInt i = 0; i < section_count && e->root && e->root->kind == MFG_NODE_MAPPING; i++)
    if (strcmp(sections[i], "resources") && strcmp(sections[i], "max_runs") &&
        MfgNodeFind(e->root, sections[i], strlen(sections[i])))
      e->lone = PETSC_FALSE;
  PetscCall(GetPinned(count, settings, &pinned));
  PetscCall(MfgSweepExpand(e->root, count, (const char *const *)pinned, e->errors, &e->sweep));
  for (PetscInt i = 0; i < count; i++) PetscCall(PetscFree(pinned[i]));
  PetscCall(PetscFree(pinned));
  PetscCall(MfgSweepGetWarnings(e->sweep, &warning_count, &warnings));
  for (PetscInt i = 0; i < warning_count && e->rank == 0; i++)
    (void)fprintf(stderr, "throng: warning: %s\n", warnings[i]);
  PetscFunctionReturn(0);
}

/* Seeds that change nothing are a slip: somebody wants statistics and gets one number many times. */
static PetscErrorCode WarnOfSeeds(MfgExperiment e)
{
  PetscInt count;
  MfgMark  mark;
  char    *line, message[MFG_MESSAGE_SIZE];

  PetscFunctionBeginUser;
  if (e->rank != 0) PetscFunctionReturn(0);
  PetscCall(MfgPlanFindIdleSeeds(e->plan, &count, &mark));
  if (!count) PetscFunctionReturn(0);
  PetscCall(PetscSNPrintf(message, sizeof(message),
                          "the seeds change nothing: %" PetscInt_FMT " of the %" PetscInt_FMT
                          " runs repeat another one, for nothing in them draws random numbers from the run's "
                          "seed; expected solver.initial_policy: random, or a single seed",
                          count, e->plan->count));
  PetscCall(MfgErrorsFormat(e->errors, mark, NULL, message, &line));
  (void)fprintf(stderr, "throng: warning: %s\n", line);
  PetscCall(PetscFree(line));
  PetscFunctionReturn(0);
}

/* The name of the experiment, which all runs share. */
static PetscErrorCode SetName(MfgExperiment e)
{
  const MfgMark  nowhere = {0, 0, 0};
  const MfgNode *name = e->root ? MfgNodeFind(e->root, "name", 4) : NULL;

  PetscFunctionBeginUser;
  e->origin.name = name && name->text ? name->text : "";
  if (!e->plan->count)
    PetscCall(MfgErrorsAdd(e->errors, nowhere, NULL, "no run is left; every one is excluded"));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentLoad(MfgExperiment e, const char *path, PetscInt count,
                                 const char *const settings[], MfgExperimentOutcome *outcome)
{
  PetscInt errors;

  PetscFunctionBeginUser;
  PetscCheck(!e->path, e->comm, PETSC_ERR_ARG_WRONGSTATE, "An experiment can be loaded only once");
  PetscCall(MfgLaunchListen()); /* to plan many runs takes a while */
  PetscCall(PetscStrallocpy(path, &e->path));
  PetscCall(PetscCalloc1(count + 1, &e->settings));
  for (PetscInt i = 0; i < count; i++) PetscCall(PetscStrallocpy(settings[i], &e->settings[i]));
  e->origin.path = e->path;
  e->origin.ranks = (PetscInt)e->size;
  e->origin.settings = e->settings;
  e->origin.setting_count = count;
  PetscCall(MfgOptionsGet(&e->origin.option_count, &e->origin.options));
  PetscCall(MfgErrorsCreate(path, count, settings, &e->errors));
  PetscCall(Read(e, count, settings));
  PetscCall(MfgErrorsGetCount(e->errors, &errors));
  /* A text that is not YAML has no tree; complaining of everything it lacks would hide the one cause. */
  if (e->root || !errors) {
    PetscCall(TakeLimits(e));
    PetscCall(Expand(e, count, settings));
    PetscCall(MfgPlanCreate(e->comm, e->sweep, e->errors, &e->plan));
    PetscCall(MfgErrorsGetCount(e->errors, &errors));
    if (!errors) PetscCall(SetName(e));
    if (!errors) PetscCall(WarnOfSeeds(e));
  }
  *outcome = MFG_EXPERIMENT_DONE;
  PetscCall(MfgErrorsConclude(e->comm, e->errors, outcome));
  PetscFunctionReturn(0);
}
