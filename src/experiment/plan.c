/* The runs of an experiment file; see plan.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/checkpoint.h"
#include "experiment/checksums.h"
#include "experiment/folders.h"
#include "experiment/place.h"
#include "experiment/plan.h"
#include "experiment/record.h"
#include "game/append.h"

enum { ENOUGH_ERRORS = 50, LONGEST_LABEL = 512 };

/* Type and parameters of the run's game; PetscFree() it. */
static PetscErrorCode DescribeGame(MfgRun run, char **key)
{
  MfgParameters parameters;
  PetscInt      count;
  const char   *type;
  size_t        size;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetType(run->game, &type));
  PetscCall(MfgGameGetParameters(run->game, &parameters));
  PetscCall(MfgParametersGetCount(parameters, &count));
  size = strlen(type) + 2;
  for (PetscInt pass = 0; pass < 2; pass++) {
    if (pass) PetscCall(PetscMalloc1(size, key));
    if (pass) (void)snprintf(*key, size, "%s", type);
    for (PetscInt i = 0; i < count; i++) {
      const MfgParameterSpec *spec;
      const char             *text;

      PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
      if (!pass) size += 1 + (text ? strlen(text) : 0);
      if (pass) MfgAppend(*key, "\n", size);
      if (pass && text) MfgAppend(*key, text, size);
    }
  }
  PetscFunctionReturn(0);
}

/* Which of the plan's games the run plays; a new one is asked how large it is. `grown`: what its check took.
 */
static PetscErrorCode FindGame(MfgPlan *plan, MfgRun run, PetscReal grown, PetscInt *index)
{
  uint64_t hash;
  char    *key;

  PetscFunctionBeginUser;
  PetscCall(DescribeGame(run, &key));
  hash = MfgHashText(MfgHashStart, key);
  for (*index = plan->game_count - 1; *index >= 0; --*index)
    if (plan->games[*index].hash == hash && !strcmp(plan->games[*index].key, key)) break;
  if (*index >= 0) {
    PetscCall(PetscFree(key));
    PetscFunctionReturn(0);
  }
  *index = plan->game_count;
  plan->games[*index].key = key;
  plan->games[*index].hash = hash;
  plan->games[*index].bytes = PetscMax(grown, 0);
  PetscCall(MfgModelSample(run->game, &plan->games[*index].shape));
  plan->game_count++;
  PetscFunctionReturn(0);
}

/* How large the run is: its game was built when it was checked. */
static PetscErrorCode FindSize(MfgRun run, MfgPlannedRun *planned)
{
  const MfgSolverClass *const *classes;
  const char                  *type;
  MfgParameters                parameters;
  PetscInt                     count;
  const MfgParameterSpec      *iterations; /* a solver that only measures has none */
  PetscBool                    same;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetSizes(run->game, &planned->states, &planned->actions));
  PetscCall(MfgSolverUsesSeed(run->solver, &planned->uses_seed));
  PetscCall(MfgSolverGetParameters(run->solver, &parameters));
  PetscCall(MfgSolverGetType(run->solver, &type));
  PetscCall(MfgSolverGetClasses(&count, &classes));
  planned->repeats = 1;
  for (PetscInt i = 0; i < count; i++) {
    PetscCall(PetscStrcmp(classes[i]->name, type, &same));
    if (same && classes[i]->repeats)
      PetscCall(MfgParametersGetInteger(parameters, classes[i]->repeats, &planned->repeats));
  }
  PetscCall(MfgFindSpec(parameters, "outer_iterations", &iterations));
  if (iterations) PetscCall(MfgParametersGetInteger(parameters, "outer_iterations", &planned->iterations));
  PetscFunctionReturn(0);
}

/* Check run `i` of the sweep as a run of its own, and name it. */
static PetscErrorCode PlanOne(MfgPlan *plan, PetscInt i, MfgErrors errors, MfgPlannedRun *planned)
{
  const MfgSweep sweep = plan->sweep;
  MfgParameters  evaluation;
  PetscReal      before;
  MfgNode       *root;
  MfgRun         run;
  PetscInt       count;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepGetDocument(sweep, i, &root));
  PetscCall(MfgRunCreate(PETSC_COMM_SELF, root, errors, &run));
  before = MfgHeapBytes();
  PetscCall(MfgRunCheck(run));
  PetscCall(MfgErrorsGetCount(errors, &count));
  planned->variant = i;
  if (!count) PetscCall(MfgRunGetId(run, planned->run_id));
  if (!count) {
    PetscCall(FindGame(plan, run, MfgHeapBytes() - before, &planned->game));
    PetscCall(FindSize(run, planned));
    PetscCall(MfgRunHashOptions(run, &planned->options));
    PetscCall(MfgSolverGetUse(run->solver, &planned->use));
    PetscCall(MfgModelGetParameters(run->model, &evaluation));
    PetscCall(MfgParametersGetInteger(evaluation, "direct_below", &planned->direct_below));
  }
  PetscCall(MfgSweepGetResources(sweep, i, &planned->ranks, &planned->time_limit));
  PetscCall(MfgRunDestroy(&run));
  PetscFunctionReturn(0);
}

static int CompareIds(const void *first, const void *second)
{
  const MfgPlannedRun *a = *(MfgPlannedRun *const *)first, *b = *(MfgPlannedRun *const *)second;
  const int            order = strcmp(a->run_id, b->run_id);

  return order ? order : (a->variant > b->variant) - (a->variant < b->variant);
}

/* Leave out runs with the parameters of an earlier one. */
static PetscErrorCode DropDuplicates(MfgPlan *plan)
{
  MfgPlannedRun **sorted;
  PetscInt        kept = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(plan->count, &sorted));
  for (PetscInt i = 0; i < plan->count; i++) sorted[i] = &plan->runs[i];
  qsort(sorted, (size_t)plan->count, sizeof(*sorted), CompareIds);
  for (PetscInt i = plan->count - 1; i > 0; i--)
    if (!strcmp(sorted[i]->run_id, sorted[i - 1]->run_id)) sorted[i]->variant = -1;
  PetscCall(PetscFree(sorted));
  for (PetscInt i = 0; i < plan->count; i++)
    if (plan->runs[i].variant >= 0) plan->runs[kept++] = plan->runs[i];
  plan->duplicates = plan->count - kept;
  plan->count = kept;
  PetscFunctionReturn(0);
}

static PetscErrorCode PlanAll(MfgPlan *plan, MfgErrors errors)
{
  PetscInt errors_count = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < plan->count && errors_count < ENOUGH_ERRORS; i++) {
    PetscCall(PlanOne(plan, i, errors, &plan->runs[i]));
    PetscCall(MfgErrorsGetCount(errors, &errors_count));
  }
  if (!errors_count && plan->count) PetscCall(DropDuplicates(plan));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPlanShare(MPI_Comm comm, MfgPlan *plan)
{
  enum { PIECE = 1000 };

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Bcast(&plan->count, 1, MPIU_INT, 0, comm));
  PetscCallMPI(MPI_Bcast(&plan->duplicates, 1, MPIU_INT, 0, comm));
  for (PetscInt i = 0; i < plan->count; i += PIECE)
    PetscCallMPI(MPI_Bcast(&plan->runs[i],
                           (int)(PetscMin(PIECE, plan->count - i) * (PetscInt)sizeof(*plan->runs)), MPI_BYTE,
                           0, comm));
  PetscFunctionReturn(0);
}

/*
  All ranks expand the same text, and with a plugin that only some of them have, or of which they have
  versions with other defaults, they find other runs. Then the plan has none.
*/
static PetscErrorCode CheckCounts(MPI_Comm comm, MfgPlan *plan, MfgErrors errors)
{
  const MfgMark whole_file = {0, 0, 0};
  PetscMPIInt   rank, size, mine, first;
  PetscInt      there = plan->count, here = plan->count;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_size(comm, &size));
  PetscCallMPI(MPI_Bcast(&here, 1, MPIU_INT, 0, comm));
  mine = plan->count == here ? size : rank;
  PetscCallMPI(MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, comm));
  if (first == size) PetscFunctionReturn(0);
  PetscCallMPI(MPI_Bcast(&there, 1, MPIU_INT, first, comm));
  PetscCall(MfgErrorsAdd(errors, whole_file, NULL,
                         "rank 0 finds %" PetscInt_FMT " runs in it, and rank %d finds %" PetscInt_FMT
                         "; expected every rank to be able to load the same game.plugin",
                         here, (int)first, there));
  plan->count = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPlanCreate(MPI_Comm comm, MfgSweep sweep, MfgErrors errors, MfgPlan **plan)
{
  PetscMPIInt rank;
  MfgPlan    *p;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCall(PetscNew(&p));
  p->sweep = sweep;
  PetscCall(MfgSweepGetCount(sweep, &p->count));
  PetscCall(CheckCounts(comm, p, errors));
  PetscCall(PetscCalloc1(p->count + 1, &p->runs));
  if (rank == 0) PetscCall(PetscCalloc1(p->count + 1, &p->games));
  if (rank == 0) PetscCall(PlanAll(p, errors));
  PetscCall(MfgPlanShare(comm, p));
  *plan = p;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPlanDestroy(MfgPlan **plan)
{
  PetscFunctionBeginUser;
  if (!*plan) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < (*plan)->game_count; i++) PetscCall(PetscFree((*plan)->games[i].key));
  PetscCall(PetscFree((*plan)->games));
  PetscCall(PetscFree((*plan)->runs));
  PetscCall(PetscFree(*plan));
  PetscFunctionReturn(0);
}

static int CompareTexts(const void *first, const void *second)
{
  return strcmp(*(char *const *)first, *(char *const *)second);
}

/* What a run has on all axes but that of the seeds; PetscFree() it. */
static PetscErrorCode DescribeWithoutSeed(const MfgPlan *plan, PetscInt i, PetscInt seed, char **text)
{
  const char *const *keys, *value;
  PetscInt           count;
  char              *longer;
  size_t             size;

  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy("", text));
  PetscCall(MfgSweepGetAxes(plan->sweep, &count, &keys));
  for (PetscInt axis = 0; axis < count; axis++) {
    if (axis == seed) continue;
    PetscCall(MfgSweepGetAxisValue(plan->sweep, plan->runs[i].variant, axis, &value));
    size = strlen(*text) + (value ? strlen(value) : 0) + 2;
    PetscCall(PetscMalloc1(size, &longer));
    (void)snprintf(longer, size, "%s%s\n", *text, value ? value : "");
    PetscCall(PetscFree(*text));
    *text = longer;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPlanFindIdleSeeds(const MfgPlan *plan, PetscInt *count, MfgMark *mark)
{
  const char *const *keys;
  PetscInt           axis_count, seed = 0, idle = 0;
  char             **texts;

  PetscFunctionBeginUser;
  *count = 0;
  PetscCall(MfgSweepGetAxes(plan->sweep, &axis_count, &keys));
  while (seed < axis_count && strcmp(keys[seed], "seed")) seed++;
  if (seed == axis_count) PetscFunctionReturn(0);
  PetscCall(PetscCalloc1(plan->count, &texts));
  for (PetscInt i = 0; i < plan->count; i++)
    if (!plan->runs[i].uses_seed) PetscCall(DescribeWithoutSeed(plan, i, seed, &texts[idle++]));
  if (idle) qsort(texts, (size_t)idle, sizeof(*texts), CompareTexts);
  for (PetscInt i = 1; i < idle; i++) *count += !strcmp(texts[i - 1], texts[i]);
  for (PetscInt i = 0; i < idle; i++) PetscCall(PetscFree(texts[i]));
  PetscCall(PetscFree(texts));
  PetscCall(MfgSweepGetAxisMark(plan->sweep, seed, mark));
  PetscFunctionReturn(0);
}

/* A field of a CSV file, as RFC 4180 has it. */
static void WriteField(FILE *stream, const char *text)
{
  if (!strpbrk(text, ",\"\r\n")) {
    (void)fputs(text, stream);
    return;
  }
  (void)fputc('"', stream);
  for (const char *c = text; *c; c++) {
    if (*c == '"') (void)fputc('"', stream);
    (void)fputc(*c, stream);
  }
  (void)fputc('"', stream);
}

PetscErrorCode MfgPlanWrite(const MfgPlan *plan, FILE *stream)
{
  const char *const *keys, *text;
  char               label[LONGEST_LABEL];
  PetscInt           count;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepGetAxes(plan->sweep, &count, &keys));
  (void)fputs("run_id,label,ranks_per_run,time_limit", stream);
  for (PetscInt axis = 0; axis < count; axis++) {
    (void)fputc(',', stream);
    WriteField(stream, keys[axis]);
  }
  (void)fputc('\n', stream);
  for (PetscInt i = 0; i < plan->count; i++) {
    const MfgPlannedRun *run = &plan->runs[i];

    PetscCall(MfgPlanGetLabel(plan, i, sizeof(label), label));
    (void)fprintf(stream, "%s,", run->run_id);
    WriteField(stream, label);
    (void)fputc(',', stream);
    if (run->ranks) (void)fprintf(stream, "%" PetscInt_FMT, run->ranks);
    (void)fputc(',', stream);
    if (run->time_limit < PETSC_INFINITY) (void)fprintf(stream, "%.17g", (double)run->time_limit);
    for (PetscInt axis = 0; axis < count; axis++) {
      PetscCall(MfgSweepGetAxisValue(plan->sweep, run->variant, axis, &text));
      (void)fputc(',', stream);
      if (text) WriteField(stream, text);
    }
    (void)fputc('\n', stream);
  }
  PetscFunctionReturn(0);
}

/* Whether a complete result is whole, and of this version of the program. */
static void LookAtResult(const char *folder, MfgPlannedRun *run)
{
  char path[MFG_PATH_SIZE], problem[MFG_MESSAGE_SIZE], version[64], commit[128];

  (void)snprintf(path, sizeof(path), "%.3700s/%.255s", folder, run->run_id);
  run->damaged = (PetscBool)!MfgChecksumsFit(path, problem);
  if (run->damaged) (void)fprintf(stderr, "throng: damaged result: %s\n", problem);
  run->stale = (PetscBool)(!MfgRecordPeek(path, "provenance", "version", sizeof(version), version) ||
                           !MfgRecordPeek(path, "provenance", "commit", sizeof(commit), commit) ||
                           strcmp(version, MfgVersion()) || strcmp(commit, MfgCommit()));
  (void)snprintf(path, sizeof(path), "%.3700s/%.255s.failed", folder, run->run_id);
  run->failed_again = MfgPathExists(path);
}

/* Whether a run that did not come to its end can go on from where it was. */
static PetscBool HasCheckpoint(const char *folder, const MfgPlannedRun *run)
{
  const char   *ending = run->state == MFG_RESULT_FAILED ? ".failed" : ".running";
  char          path[MFG_PATH_SIZE], problem[MFG_MESSAGE_SIZE];
  MfgCheckpoint found;

  (void)snprintf(path, sizeof(path), "%.3700s/%.255s%s", folder, run->run_id, ending);
  for (PetscInt slot = 0; slot < MFG_CHECKPOINT_SLOTS; slot++)
    if (MfgCheckpointRead(path, slot, PETSC_FALSE, &found, problem)) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscErrorCode MfgPlanLook(MfgPlan *plan, const char *folder)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < plan->count; i++) {
    MfgPlannedRun *run = &plan->runs[i];

    run->state = MfgResultsFind(folder, run->run_id);
    if (run->asked && run->state == MFG_RESULT_COMPLETE) LookAtResult(folder, run);
    if (run->asked && (run->state == MFG_RESULT_UNFINISHED || run->state == MFG_RESULT_FAILED))
      run->checkpoint = HasCheckpoint(folder, run);
  }
  PetscFunctionReturn(0);
}
