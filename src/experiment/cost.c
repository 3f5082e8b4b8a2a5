/* How long runs will take; see cost.h. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/cost.h"
#include "experiment/json_read.h"

enum { LARGEST_RECORD = 1 << 16 };

/* One result, or all that are alike together. */
typedef struct {
  char   run_id[MFG_RUN_ID_SIZE]; /* of one of them */
  double pairs;                   /* S·A */
  double states, actions, ranks;
  double seconds;           /* wall time */
  double work;              /* pairs times what was done for each, over ranks */
  double iterations, limit; /* that were done, and that could have been */
} Result;

typedef struct {
  PetscInt count, capacity;
  Result  *list; /* [count] */
} Results;

/* The part of a run id before its seed: "<game>-<solver>". */
static size_t KindLength(const char *run_id)
{
  const char *end = NULL, *c = run_id;

  while ((c = strstr(c, "-seed"))) end = c++;
  return end ? (size_t)(end - run_id) : 0;
}

static PetscBool SameKind(const char *a, const char *b)
{
  const size_t length = KindLength(a);

  return (PetscBool)(length && length == KindLength(b) && !strncmp(a, b, length));
}

/* Whether the solvers are the same, whatever is played. */
static PetscBool SameSolver(const char *a, const char *b)
{
  const size_t first = KindLength(a), second = KindLength(b);
  const char  *x = memchr(a, '-', first), *y = memchr(b, '-', second);

  if (!x || !y) return PETSC_FALSE;
  return (PetscBool)(a + first - x == b + second - y && !strncmp(x, y, (size_t)(a + first - x)));
}

static double Number(const char *text, PetscInt depth, const char *section, const char *key)
{
  const char *inside = section ? MfgJsonFind(text, depth - 1, section) : text;
  double      number;

  return inside && MfgJsonReadReal(MfgJsonFind(inside, depth, key), &number) ? number : 0;
}

/* What the run.json in `text` tells; false: too little. */
static PetscBool ReadResult(const char *text, const char *run_id, const char *repeats, Result *result)
{
  const char  *solver = MfgJsonFind(text, 2, "solver");
  const double repeated = repeats && solver ? Number(solver, 3, NULL, repeats) : 0;

  (void)snprintf(result->run_id, sizeof(result->run_id), "%s", run_id);
  result->states = Number(text, 2, "provenance", "states");
  result->actions = Number(text, 2, "provenance", "actions");
  result->ranks = Number(text, 2, "provenance", "ranks");
  result->seconds = Number(text, 2, "provenance", "wall_seconds");
  result->iterations = Number(text, 2, "metrics", "iteration");
  result->limit = solver ? Number(solver, 3, NULL, "outer_iterations") : 0;
  result->pairs = result->states * result->actions;
  if (!(result->pairs > 0) || !(result->ranks > 0) || !(result->seconds > 0)) return PETSC_FALSE;
  result->work = result->pairs * (result->iterations + 1) * (repeated > 0 ? repeated : 1) / result->ranks;
  return PETSC_TRUE;
}

/* The key of a solver that counts what an iteration repeats; NULL: none. */
static PetscErrorCode FindRepeats(const char *run_id, const char **repeats)
{
  const MfgSolverClass *const *classes;
  const char                  *solver = strchr(run_id, '-');
  PetscInt                     count;

  PetscFunctionBeginUser;
  *repeats = NULL;
  PetscCall(MfgSolverGetClasses(&count, &classes));
  for (PetscInt i = 0; solver && i < count; i++) {
    const size_t length = strlen(classes[i]->name);

    if (!strncmp(solver + 1, classes[i]->name, length) && !strncmp(solver + 1 + length, "-seed", 5))
      *repeats = classes[i]->repeats;
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Append(Results *results, const Result *result)
{
  Result *list;

  PetscFunctionBeginUser;
  if (results->count == results->capacity) {
    results->capacity = 2 * results->capacity + 64;
    PetscCall(PetscMalloc1(results->capacity, &list));
    if (results->count) PetscCall(PetscArraycpy(list, results->list, results->count));
    PetscCall(PetscFree(results->list));
    results->list = list;
  }
  results->list[results->count++] = *result;
  PetscFunctionReturn(0);
}

/* The complete results of the folder. */
static PetscErrorCode ReadAll(const char *folder, Results *results)
{
  DIR           *entries = opendir(folder);
  struct dirent *entry;
  char           path[MFG_PATH_SIZE], *text;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LARGEST_RECORD, &text));
  while (entries && (entry = readdir(entries))) {
    const char *repeats;
    FILE       *file;
    Result      result;

    if (strchr(entry->d_name, '.') || strlen(entry->d_name) >= MFG_RUN_ID_SIZE) continue;
    (void)snprintf(path, sizeof(path), "%.3700s/%.255s/run.json", folder, entry->d_name);
    file = fopen(path, "rb");
    if (!file) continue;
    text[fread(text, 1, LARGEST_RECORD - 1, file)] = '\0';
    (void)fclose(file);
    PetscCall(FindRepeats(entry->d_name, &repeats));
    if (ReadResult(text, entry->d_name, repeats, &result)) PetscCall(Append(results, &result));
  }
  if (entries) (void)closedir(entries);
  PetscCall(PetscFree(text));
  PetscFunctionReturn(0);
}

static PetscBool AreAlike(const Result *a, const Result *b)
{
  return (PetscBool)(a->states == b->states && a->actions == b->actions && a->ranks == b->ranks &&
                     SameKind(a->run_id, b->run_id));
}

/* Put results of one game, solver, size and number of ranks together. */
static PetscErrorCode Group(const Results *results, Results *groups)
{
  PetscInt g = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < results->count; i++) {
    const Result *result = &results->list[i];

    if (g >= groups->count || !AreAlike(&groups->list[g], result))
      for (g = 0; g < groups->count && !AreAlike(&groups->list[g], result);) g++;
    if (g == groups->count) {
      PetscCall(Append(groups, result));
      continue;
    }
    groups->list[g].seconds += result->seconds;
    groups->list[g].work += result->work;
    groups->list[g].iterations += result->iterations;
    groups->list[g].limit += result->limit;
  }
  PetscFunctionReturn(0);
}

/* The results that a run is likest to, and how like. */
static const Result *FindLikest(const Results *groups, const MfgPlannedRun *run, MfgCostBasis *basis)
{
  const double  pairs = (double)run->states * (double)run->actions;
  const Result *likest = NULL;
  double        best = 0;

  *basis = MFG_COST_SCALED;
  for (PetscInt g = 0; g < groups->count; g++) {
    const Result   *group = &groups->list[g];
    const PetscBool kind = SameKind(group->run_id, run->run_id);
    /* another number of ranks is as bad as e times the size, another solver worse than anything */
    const double distance = fabs(log(group->pairs / pairs)) +
                            (SameSolver(group->run_id, run->run_id) ? 0 : 1e3) + (kind ? 0 : 0.1) +
                            (group->ranks == (double)run->ranks ? 0 : 1);

    if (likest && distance >= best) continue;
    likest = group;
    best = distance;
    if (kind && group->states == (double)run->states && group->actions == (double)run->actions &&
        group->ranks == (double)run->ranks) {
      *basis = MFG_COST_MEASURED;
      break;
    }
  }
  return likest;
}

/* How much is done in a run that does so many iterations, over its ranks. */
static double WorkOf(const MfgPlannedRun *run, double iterations)
{
  return (double)run->states * (double)run->actions * (double)run->repeats * (iterations + 1) /
         (double)PetscMax(run->ranks, 1);
}

static int CompareIds(const void *first, const void *second)
{
  return strcmp(((const Result *)first)->run_id, ((const Result *)second)->run_id);
}

PetscErrorCode MfgCostEstimate(MfgPlan *plan, const char *folder)
{
  Results results = {0, 0, NULL}, groups = {0, 0, NULL};

  PetscFunctionBeginUser;
  PetscCall(ReadAll(folder, &results));
  PetscCall(Group(&results, &groups));
  if (results.count) qsort(results.list, (size_t)results.count, sizeof(*results.list), CompareIds);
  for (PetscInt i = 0; i < plan->count; i++) {
    MfgPlannedRun *run = &plan->runs[i];
    const Result  *likest = FindLikest(&groups, run, &run->basis), *own = NULL;
    Result         key;

    (void)snprintf(key.run_id, sizeof(key.run_id), "%s", run->run_id);
    if (results.count)
      own = bsearch(&key, results.list, (size_t)results.count, sizeof(*results.list), CompareIds);
    if (own && run->state == MFG_RESULT_COMPLETE && own->ranks == (double)run->ranks) {
      run->basis = MFG_COST_KNOWN;
      run->cost = own->seconds;
    } else if (likest) {
      const double share = likest->limit > 0 ? likest->iterations / likest->limit : 1;

      run->cost = likest->seconds / likest->work * WorkOf(run, share * (double)run->iterations);
    } else {
      run->basis = MFG_COST_RELATIVE;
      run->cost = WorkOf(run, (double)run->iterations);
    }
  }
  PetscCall(PetscFree(results.list));
  PetscCall(PetscFree(groups.list));
  PetscFunctionReturn(0);
}
