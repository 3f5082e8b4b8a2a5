#define _XOPEN_SOURCE 700 /* open_memstream() */
/* Defaults of a run that have no effect; see MfgRunFindIdle() in identity.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/identity.h"

/* Looks for the defaults that have to go for the resolved values to pass the check as a whole. */
typedef struct {
  MfgParameters original;
  PetscBool    *skip;
  PetscBool     changed;
} IdleSearch;

/*
  Leave out the defaults whose key begins with the first `length` letters of `key` and ends there or goes on
  with `end`.
*/
static PetscErrorCode ExcludeDefaults(IdleSearch *search, const char *key, size_t length, char end)
{
  PetscInt count;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersGetCount(search->original, &count));
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *spec;
    const char             *text;
    PetscBool               given;

    PetscCall(MfgParametersGetEntry(search->original, i, &spec, &text));
    PetscCall(MfgParametersIsGiven(search->original, spec->key, &given));
    if (!text || given || search->skip[i]) continue;
    if (strncmp(spec->key, key, length) || spec->key[length] != end) continue;
    search->skip[i] = PETSC_TRUE;
    search->changed = PETSC_TRUE;
  }
  PetscFunctionReturn(0);
}

/* A complaint about a default: it goes. About a value that the user gave: the defaults of its group go. */
static PetscErrorCode Exclude(IdleSearch *search, const char *key)
{
  const char *dot = strchr(key, '.');
  PetscBool   changed = search->changed;

  PetscFunctionBeginUser;
  search->changed = PETSC_FALSE;
  PetscCall(ExcludeDefaults(search, key, strlen(key), '\0'));
  if (!search->changed) PetscCall(ExcludeDefaults(search, key, dot ? (size_t)(dot - key) : strlen(key), '.'));
  search->changed = (PetscBool)(search->changed || changed);
  PetscFunctionReturn(0);
}

static void ReportIdle(void *context, const char *key, const char *message)
{
  (void)message;
  PetscCallAbort(PETSC_COMM_SELF, Exclude((IdleSearch *)context, key));
}

static PetscErrorCode CopyValues(MfgParameters from, const PetscBool skip[], MfgParameters to)
{
  PetscInt count;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersGetCount(from, &count));
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *spec;
    const char             *text;

    PetscCall(MfgParametersGetEntry(from, i, &spec, &text));
    if (text && !skip[i]) PetscCall(MfgParametersSet(to, spec->key, text, NULL));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode CheckCopyOfGame(MfgRun run, IdleSearch *search)
{
  const MfgComplaints complaints = {ReportIdle, search};
  MfgParameters       parameters;
  MfgGame             copy;
  const char         *type;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetType(run->game, &type));
  PetscCall(MfgGameCreate(&copy));
  PetscCall(MfgGameSetType(copy, type, NULL));
  PetscCall(MfgGameGetParameters(copy, &parameters));
  PetscCall(CopyValues(search->original, search->skip, parameters));
  PetscCall(MfgGameCheck(copy, &complaints));
  PetscCall(MfgGameDestroy(&copy));
  PetscFunctionReturn(0);
}

/* Copy a section's values without those that the search has found idle so far. */
static PetscErrorCode CopySection(const IdleSearch *search, MfgParameters from, MfgParameters to)
{
  PetscBool *none;
  PetscInt   count;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersGetCount(from, &count));
  PetscCall(PetscCalloc1(count, &none));
  PetscCall(CopyValues(from, from == search->original ? search->skip : none, to));
  PetscCall(PetscFree(none));
  PetscFunctionReturn(0);
}

/* The solver's keys and those of `metrics:` are checked together. */
static PetscErrorCode CheckCopyOfSolver(MfgRun run, IdleSearch *search)
{
  const MfgComplaints complaints = {ReportIdle, search};
  MfgParameters       parameters, parameters_copy, metrics, metrics_copy;
  MfgSolver           copy;
  const char         *type;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetType(run->solver, &type));
  PetscCall(MfgSolverCreate(PETSC_COMM_SELF, &copy));
  PetscCall(MfgSolverSetType(copy, type, NULL));
  PetscCall(MfgSolverGetParameters(run->solver, &parameters));
  PetscCall(MfgSolverGetParameters(copy, &parameters_copy));
  PetscCall(CopySection(search, parameters, parameters_copy));
  PetscCall(MfgSolverGetMetricsParameters(run->solver, &metrics));
  PetscCall(MfgSolverGetMetricsParameters(copy, &metrics_copy));
  PetscCall(CopySection(search, metrics, metrics_copy));
  PetscCall(MfgSolverCheck(copy, &complaints));
  PetscCall(MfgSolverDestroy(&copy));
  PetscFunctionReturn(0);
}

/*
  What was found last of each section, with all that it rests on: in a sweep most runs differ in few values,
  and in their seeds. Kept until the program ends.
*/
static struct {
  char      *values;
  PetscBool *skip;
} found_last[MFG_SECTION_COUNT];

static PetscErrorCode WriteValues(MfgParameters parameters, FILE *stream)
{
  PetscInt count;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersGetCount(parameters, &count));
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *spec;
    const char             *text;
    PetscBool               given;

    PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
    PetscCall(MfgParametersIsGiven(parameters, spec->key, &given));
    (void)fprintf(stream, "%d%s\n", (int)given, text ? text : "");
  }
  PetscFunctionReturn(0);
}

/* All that the search of a section looks at; free() it. */
static PetscErrorCode DescribeSection(MfgRun run, MfgSection section, char **values)
{
  const PetscBool of_solver = (PetscBool)(section == MFG_SECTION_SOLVER || section == MFG_SECTION_METRICS);
  const char     *game, *solver;
  MfgParameters   parameters;
  size_t          length;
  FILE           *stream = open_memstream(values, &length);

  PetscFunctionBeginUser;
  PetscCheck(stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscCall(MfgGameGetType(run->game, &game));
  PetscCall(MfgSolverGetType(run->solver, &solver));
  (void)fprintf(stream, "%s\n%s\n", of_solver ? "" : game, of_solver ? solver : "");
  PetscCall(MfgRunGetSection(run, of_solver ? MFG_SECTION_SOLVER : section, &parameters));
  PetscCall(WriteValues(parameters, stream));
  if (of_solver) PetscCall(MfgRunGetSection(run, MFG_SECTION_METRICS, &parameters));
  if (of_solver) PetscCall(WriteValues(parameters, stream));
  PetscCheck(!fclose(stream), PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscFunctionReturn(0);
}

/* Keep what was found for the next run; takes `values`. */
static void Remember(MfgSection section, char *values, PetscInt count, const PetscBool skip[])
{
  const size_t size = (size_t)count * sizeof(*skip);

  free(found_last[section].values);
  free(found_last[section].skip);
  found_last[section].values = values;
  found_last[section].skip = malloc(size + 1);
  if (found_last[section].skip)
    memcpy(found_last[section].skip, skip, size);
  else
    values[0] = '\0';
}

PetscErrorCode MfgRunFindIdle(MfgRun run, MfgSection section, const PetscBool **skip)
{
  IdleSearch search = {NULL, NULL, PETSC_TRUE};
  PetscInt   count;
  PetscBool  known;
  char      *values = NULL;

  PetscFunctionBeginUser;
  *skip = run->idle[section];
  if (*skip) PetscFunctionReturn(0);
  PetscCall(MfgRunGetSection(run, section, &search.original));
  PetscCall(MfgParametersGetCount(search.original, &count));
  PetscCall(PetscCalloc1(count, &search.skip));
  PetscCall(DescribeSection(run, section, &values));
  known = (PetscBool)(found_last[section].values && !strcmp(found_last[section].values, values));
  if (known) PetscCall(PetscArraycpy(search.skip, found_last[section].skip, count));
  while (search.changed && !known) { /* a check may stop at the first thing it finds */
    search.changed = PETSC_FALSE;
    if (section == MFG_SECTION_GAME) PetscCall(CheckCopyOfGame(run, &search));
    if (section == MFG_SECTION_SOLVER || section == MFG_SECTION_METRICS)
      PetscCall(CheckCopyOfSolver(run, &search));
  }
  if (known)
    free(values);
  else
    Remember(section, values, count, search.skip);
  *skip = run->idle[section] = search.skip;
  PetscFunctionReturn(0);
}
