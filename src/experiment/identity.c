/* The identity of a run; see identity.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "experiment/identity.h"
#include "experiment/options.h"

const uint64_t MfgHashStart = UINT64_C(14695981039346656037);

static uint64_t HashBytes(uint64_t hash, size_t length, const void *bytes)
{
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
  return hash;
}

uint64_t MfgHashText(uint64_t hash, const char *text)
{
  return HashBytes(hash, strlen(text) + 1, text);
}

/*
  With the content of the file at `path`, and not by which of its names it was found. One that cannot be read
  is found out later; until then its name stands for it.
*/
static uint64_t HashFile(uint64_t hash, const char *path)
{
  char      bytes[1 << 14], size[32];
  size_t    length;
  uint64_t  content = hash, total = 0;
  FILE     *file = fopen(path, "rb");
  PetscBool whole;

  while (file && (length = fread(bytes, 1, sizeof(bytes), file))) {
    content = HashBytes(content, length, bytes);
    total += length;
  }
  (void)snprintf(size, sizeof(size), "%" PRIu64, total);
  whole = (PetscBool)(file && !ferror(file));
  if (file) (void)fclose(file);
  return whole ? MfgHashText(content, size) : MfgHashText(hash, path);
}

/* Whether the text is a path: its file counts, wherever it stands. */
static PetscBool IsPath(const MfgParameterSpec *spec)
{
  const char *dot = strrchr(spec->key, '.'), *last = dot ? dot + 1 : spec->key;

  return (PetscBool)(spec->type == MFG_PARAMETER_TEXT && (!strcmp(last, "path") || !strcmp(last, "plugin")));
}

/* The words of a list in the order of the table: it stands for a set. */
static PetscErrorCode HashChoices(MfgParameters parameters, const MfgParameterSpec *spec, uint64_t *hash)
{
  char    **words;
  int       count;
  PetscBool has;

  PetscFunctionBeginUser;
  PetscCall(PetscStrToArray(spec->range, '|', &count, &words));
  for (int i = 0; i < count; i++) {
    PetscCall(MfgParametersHasChoice(parameters, spec->key, words[i], &has));
    if (has) *hash = MfgHashText(*hash, words[i]);
  }
  PetscCall(PetscStrToArrayDestroy(count, words));
  PetscFunctionReturn(0);
}

static PetscErrorCode HashSection(MfgRun run, MfgSection section, uint64_t *hash)
{
  MfgParameters    parameters;
  const PetscBool *skip;
  PetscInt         count;

  PetscFunctionBeginUser;
  PetscCall(MfgRunGetSection(run, section, &parameters));
  PetscCall(MfgRunFindIdle(run, section, &skip));
  PetscCall(MfgParametersGetCount(parameters, &count));
  *hash = MfgHashText(*hash, MfgSectionNames[section]);
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *spec;
    const char             *text;

    PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
    if (!text || skip[i]) continue;
    *hash = MfgHashText(*hash, spec->key);
    if (IsPath(spec))
      *hash = HashFile(*hash, text);
    else if (spec->type == MFG_PARAMETER_CHOICES)
      PetscCall(HashChoices(parameters, spec, hash));
    else
      *hash = MfgHashText(*hash, text);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunHashOptions(MfgRun run, uint64_t *hash)
{
  MfgParameters evaluation, metrics;
  PetscInt      count, states, actions, direct_below;
  PetscBool     spectrum;
  char        **options;

  PetscFunctionBeginUser;
  PetscCall(MfgOptionsGet(&count, &options));
  *hash = 0;
  for (PetscInt i = 0; i < count; i++)
    if (!MfgOptionIsSilent(options[i])) *hash = MfgHashText(*hash ? *hash : MfgHashStart, options[i]);
  PetscCall(MfgOptionsFree(count, &options));
  if (!*hash) PetscFunctionReturn(0);
  PetscCall(MfgGameGetSizes(run->game, &states, &actions));
  PetscCall(MfgModelGetParameters(run->model, &evaluation));
  PetscCall(MfgParametersGetInteger(evaluation, "direct_below", &direct_below));
  PetscCall(MfgSolverGetMetricsParameters(run->solver, &metrics));
  PetscCall(MfgParametersHasChoice(metrics, "which", "spectrum", &spectrum));
  *hash = MfgHashText(MfgHashText(*hash, states < direct_below ? "direct" : "iterative"),
                      spectrum ? "spectrum" : "");
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunGetId(MfgRun run, char run_id[MFG_RUN_ID_SIZE])
{
  uint64_t    hash = MfgHashStart;
  const char *game, *solver, *seed;
  char      **options;
  PetscInt    count;
  int         length;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetType(run->game, &game));
  PetscCall(MfgSolverGetType(run->solver, &solver));
  PetscCall(MfgParametersGetText(run->keys, "seed", &seed));
  hash = MfgHashText(MfgHashText(MfgHashText(hash, game), solver), seed);
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++)
    if (i != MFG_SECTION_OUTPUT && i != MFG_SECTION_CHECKPOINT)
      PetscCall(HashSection(run, (MfgSection)i, &hash));
  PetscCall(MfgOptionsGet(&count, &options));
  for (PetscInt i = 0; i < count; i++)
    if (!MfgOptionIsSilent(options[i])) hash = MfgHashText(hash, options[i]);
  PetscCall(MfgOptionsFree(count, &options));
  length = snprintf(run_id, MFG_RUN_ID_SIZE, "%s-%s-seed%s-%012" PRIx64, game, solver, seed,
                    (hash >> 48 ^ hash) & UINT64_C(0xFFFFFFFFFFFF));
  PetscCheck(length < MFG_RUN_ID_SIZE, PETSC_COMM_SELF, PETSC_ERR_ARG_SIZ,
             "The names of game and solver are too long for a run id");
  PetscFunctionReturn(0);
}

/* Whether a value of the run is a path. */
static PetscErrorCode NamesFiles(MfgRun run, PetscBool *names)
{
  PetscFunctionBeginUser;
  *names = PETSC_FALSE;
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++) {
    MfgParameters parameters;
    PetscInt      count;

    PetscCall(MfgRunGetSection(run, (MfgSection)i, &parameters));
    PetscCall(MfgParametersGetCount(parameters, &count));
    for (PetscInt k = 0; k < count; k++) {
      const MfgParameterSpec *spec;
      const char             *text;

      PetscCall(MfgParametersGetEntry(parameters, k, &spec, &text));
      if (text && IsPath(spec)) *names = PETSC_TRUE;
    }
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunCheckFiles(MfgRun run, const char *run_id)
{
  const MfgMark nowhere = {-1, 0, 0};
  char          now[MFG_RUN_ID_SIZE];
  PetscBool     names;

  PetscFunctionBeginUser;
  if (run->rank != 0) PetscFunctionReturn(0);
  PetscCall(NamesFiles(run, &names));
  if (!names) PetscFunctionReturn(0);
  PetscCall(MfgRunGetId(run, now));
  if (strcmp(now, run_id))
    PetscCall(
        MfgErrorsAdd(run->errors, nowhere, NULL,
                     "a file that it reads has changed since the launch began; with the file as it is now it "
                     "is another run, which the same command performs"));
  PetscFunctionReturn(0);
}
