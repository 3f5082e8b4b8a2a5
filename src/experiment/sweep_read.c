/* The sections of a sweep; see sweep_impl.h. */
#include <stdlib.h>
#include <string.h>
#include "experiment/duration.h"
#include "experiment/sweep_impl.h"

/* The rows that overrides may set, too. */
#define LIMIT_ROWS                                                                                           \
  {.key = "ranks_per_run",                                                                                   \
   .type = MFG_PARAMETER_INTEGER,                                                                            \
   .range = "[1,inf)",                                                                                       \
   .unit = "",                                                                                               \
   .help = "MPI ranks that work on one run; all of them for a file of one run, else 1"},                     \
  {                                                                                                          \
    .key = "time_limit", .type = MFG_PARAMETER_TEXT, .unit = "",                                             \
    .help = "of one run, which has failed when it is over: 90 (seconds), '30 min', 2h, 1:30:00"              \
  }

static const MfgParameterSpec limits_table[] = {LIMIT_ROWS, {.key = NULL}};
const MfgParameterSpec        MfgSweepResourcesTable[] = {
           LIMIT_ROWS,
           {.key = "memory_check",
            .type = MFG_PARAMETER_BOOLEAN,
            .preset = "true",
            .unit = "",
            .help = "begin nothing if the runs seem to want more memory than there is"},
           {.key = NULL}};

const MfgParameterSpec MfgMaxRunsTable[] = {{.key = "max_runs",
                                             .type = MFG_PARAMETER_INTEGER,
                                             .preset = "10000",
                                             .range = "[1,inf)",
                                             .unit = "",
                                             .help = "more runs than this are an error"},
                                            {.key = NULL}};

const MfgNode *MfgSweepSection(MfgSweep sweep, const char *name)
{
  const MfgNode *node = MfgNodeFind(sweep->root, name, strlen(name));

  if (!node || MfgNodeIsNull(node)) return NULL;
  return node->count || node->kind == MFG_NODE_SCALAR || !strcmp(name, "seeds") ? node : NULL;
}

/* The entries of a section that is a list; none where it is not there, or wrong. */
static PetscErrorCode OpenList(MfgSweep sweep, const MfgNode *node, const char *section, const char *wanted,
                               PetscInt *count)
{
  PetscBool good;

  PetscFunctionBeginUser;
  *count = 0;
  if (!node) PetscFunctionReturn(0);
  PetscCall(MfgSweepExpect(sweep, node, MFG_NODE_SEQUENCE, section, wanted, &good));
  if (good) *count = node->count;
  PetscFunctionReturn(0);
}

/* An entry {match, ...} of a list; `match` and what `words` names first after it must be there. */
static PetscErrorCode OpenEntry(MfgSweep sweep, const MfgNode *entry, const char *section, PetscInt count,
                                const char *const words[], const char *const matches, MfgSweepMatch *match,
                                PetscBool *good)
{
  const MfgNode *node;
  char           wanted[64];

  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(wanted, sizeof(wanted), "an entry {%s: ..., %s: ...}", words[0], words[1]));
  PetscCall(MfgSweepExpect(sweep, entry, MFG_NODE_MAPPING, section, wanted, good));
  match->section = matches;
  if (!*good) PetscFunctionReturn(0);
  PetscCall(MfgSweepCheckWords(sweep, entry, section, count, words));
  node = MfgNodeFind(entry, words[0], strlen(words[0]));
  if (node)
    PetscCall(MfgSweepReadMatch(sweep, node, matches, match));
  else
    PetscCall(MfgSweepComplain(sweep, entry->mark, matches, "", "the key 'match' is required"));
  PetscFunctionReturn(0);
}

/* A match of `when` comes before the seeds. */
static PetscErrorCode CheckWhenMatch(MfgSweep sweep, MfgSweepMatch *match)
{
  const MfgSweepAxes *seeds = &sweep->stages[sweep->stage_count - 1].axes;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < match->count; i++) {
    if (strcmp(match->list[i].key, "seed") || !seeds->count) continue;
    PetscCall(MfgSweepComplain(sweep, match->list[i].mark, match->section, "seed",
                               "the seeds come after `when`; expected another key"));
    match->good = PETSC_FALSE;
    match->list[i].known = PETSC_TRUE;
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadWhen(MfgSweep sweep, const MfgNode *entry, MfgSweepStage *stage)
{
  static const char *const words[] = {"match", "sweep", "zip"};
  const MfgNode           *axes, *zip;
  PetscBool                good;

  PetscFunctionBeginUser;
  PetscCall(OpenEntry(sweep, entry, "when", 3, words, "when.match", &stage->match, &good));
  if (!good) PetscFunctionReturn(0);
  PetscCall(CheckWhenMatch(sweep, &stage->match));
  axes = MfgNodeFind(entry, "sweep", 5);
  zip = MfgNodeFind(entry, "zip", 3);
  if (!axes && !zip)
    PetscCall(MfgSweepComplain(sweep, entry->mark, "when", "", "the key 'sweep' or 'zip' is required"));
  PetscCall(MfgSweepReadAxes(sweep, axes, zip, "when.", &stage->axes));
  PetscFunctionReturn(0);
}

/* The stages: the axes of all runs, one for each entry of `when`, the seeds. */
static PetscErrorCode ReadStages(MfgSweep sweep)
{
  const MfgNode *when = MfgSweepSection(sweep, "when");
  PetscInt       count;

  PetscFunctionBeginUser;
  PetscCall(OpenList(sweep, when, "when", "a list of entries {match: ..., sweep: ...}", &count));
  sweep->stage_count = count + 2;
  PetscCall(PetscCalloc1(sweep->stage_count, &sweep->stages));
  PetscCall(MfgSweepReadSeeds(sweep, &sweep->stages[count + 1].axes));
  PetscCall(MfgSweepReadAxes(sweep, MfgSweepSection(sweep, "sweep"), MfgSweepSection(sweep, "zip"), "",
                             &sweep->stages[0].axes));
  for (PetscInt i = 0; i < count; i++) PetscCall(ReadWhen(sweep, when->children[i], &sweep->stages[i + 1]));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadOverride(MfgSweep sweep, const MfgNode *entry, MfgSweepOverride *override)
{
  static const char *const words[] = {"match", "set"};
  const MfgNode           *set;
  PetscBool                good;

  PetscFunctionBeginUser;
  PetscCall(OpenEntry(sweep, entry, "overrides", 2, words, "overrides.match", &override->match, &good));
  if (!good) PetscFunctionReturn(0);
  set = MfgNodeFind(entry, "set", 3);
  if (!set) {
    PetscCall(MfgSweepComplain(sweep, entry->mark, "overrides.set", "", "the key 'set' is required"));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgSweepExpect(sweep, set, MFG_NODE_MAPPING, "overrides.set",
                           "a mapping of dotted keys to values", &good));
  if (!good) PetscFunctionReturn(0);
  PetscCall(PetscCalloc1(set->count, &override->keys));
  for (PetscInt i = 0; i < set->count; i++) {
    const MfgNode *child = set->children[i];

    PetscCall(MfgSweepCheckRunKey(sweep, child->key, child->key_mark, "overrides.set", &good));
    PetscCall(MfgSweepCheckValue(sweep, child, "overrides.set", child->key));
    if (!good || MfgSweepIsPinned(sweep, child->key)) continue;
    override->keys[override->count++] =
        (MfgSweepKey){.text = child->key, .mark = child->key_mark, .count = 1, .values = &set->children[i]};
  }
  PetscFunctionReturn(0);
}

/* ranks_per_run and time_limit of a mapping, where they are given and no setting holds them. */
static PetscErrorCode ReadLimits(MfgSweep sweep, const MfgNode *node, const char *section, const char *other,
                                 MfgSweepLimits *limits)
{
  const PetscBool top = (PetscBool)(other != NULL);
  const MfgNode  *mark = MfgNodeFind(node, "ranks_per_run", 13), *time = MfgNodeFind(node, "time_limit", 10);
  MfgParameters   parameters;
  PetscBool       good, given, check = PETSC_TRUE;
  PetscReal       seconds = 0;
  const char     *text;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepReadTable(sweep, node, section, top ? MfgSweepResourcesTable : limits_table, other,
                              &parameters, &good));
  PetscCall(MfgParametersIsGiven(parameters, "ranks_per_run", &given));
  if (given && (top || !MfgSweepIsSet(sweep, "resources.ranks_per_run"))) {
    PetscCall(MfgParametersGetInteger(parameters, "ranks_per_run", &limits->ranks));
    limits->ranks_mark = mark->mark;
  }
  PetscCall(MfgParametersIsGiven(parameters, "time_limit", &given));
  if (given) {
    PetscCall(MfgParametersGetText(parameters, "time_limit", &text));
    if (!MfgDurationRead(text, &seconds) || seconds <= 0)
      PetscCall(
          MfgSweepComplain(sweep, time->mark, section, "time_limit",
                           "'%.100s' is no length of time; expected seconds, or such as '90 s', '30 min', "
                           "'2 h', '1:30:00' or '1-00:00:00'",
                           text));
    else if (top || !MfgSweepIsSet(sweep, "resources.time_limit"))
      limits->time_limit = seconds;
  }
  if (top) PetscCall(MfgParametersGetBoolean(parameters, "memory_check", &check));
  if (!check) sweep->memory_unchecked = PETSC_TRUE;
  PetscCall(MfgParametersDestroy(&parameters));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadLimitsOverride(MfgSweep sweep, const MfgNode *entry,
                                         MfgSweepLimitsOverride *override)
{
  static const char *const words[] = {"match", "set"}, *const section = "resources.overrides.set";
  const MfgNode *set;
  PetscBool      good;

  PetscFunctionBeginUser;
  override->limits.time_limit = PETSC_INFINITY;
  PetscCall(OpenEntry(sweep, entry, "resources.overrides", 2, words, "resources.overrides.match",
                      &override->match, &good));
  if (!good) PetscFunctionReturn(0);
  set = MfgNodeFind(entry, "set", 3);
  if (!set) {
    PetscCall(MfgSweepComplain(sweep, entry->mark, section, "", "the key 'set' is required"));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgSweepExpect(sweep, set, MFG_NODE_MAPPING, section, "a mapping of ranks_per_run and time_limit",
                           &good));
  if (good) PetscCall(ReadLimits(sweep, set, section, NULL, &override->limits));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadResources(MfgSweep sweep)
{
  const MfgNode *node = MfgSweepSection(sweep, "resources"), *overrides;
  PetscBool      good;

  PetscFunctionBeginUser;
  sweep->limits.time_limit = PETSC_INFINITY;
  if (!node) PetscFunctionReturn(0);
  PetscCall(MfgSweepExpect(sweep, node, MFG_NODE_MAPPING, "resources",
                           "a mapping of ranks_per_run, time_limit and overrides", &good));
  if (!good) PetscFunctionReturn(0);
  PetscCall(ReadLimits(sweep, node, "resources", "overrides", &sweep->limits));
  overrides = MfgNodeFind(node, "overrides", 9);
  if (overrides && (MfgNodeIsNull(overrides) || (overrides->kind == MFG_NODE_SEQUENCE && !overrides->count)))
    PetscFunctionReturn(0);
  PetscCall(OpenList(sweep, overrides, "resources.overrides", "a list of entries {match: ..., set: ...}",
                     &sweep->limits_count));
  PetscCall(PetscCalloc1(sweep->limits_count, &sweep->limits_overrides));
  for (PetscInt i = 0; i < sweep->limits_count; i++)
    PetscCall(ReadLimitsOverride(sweep, overrides->children[i], &sweep->limits_overrides[i]));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepRead(MfgSweep sweep)
{
  const MfgNode *overrides = MfgSweepSection(sweep, "overrides"),
                *excludes = MfgSweepSection(sweep, "exclude");
  const MfgNode *max_runs = MfgNodeFind(sweep->root, "max_runs", 8);
  PetscBool      good;

  PetscFunctionBeginUser;
  sweep->max_runs = (PetscInt)atol(MfgMaxRunsTable->preset);
  if (max_runs) PetscCall(MfgSweepReadInteger(sweep, max_runs, MfgMaxRunsTable, &sweep->max_runs, &good));
  PetscCall(ReadStages(sweep));
  PetscCall(OpenList(sweep, overrides, "overrides", "a list of entries {match: ..., set: ...}",
                     &sweep->override_count));
  PetscCall(PetscCalloc1(sweep->override_count, &sweep->overrides));
  for (PetscInt i = 0; i < sweep->override_count; i++)
    PetscCall(ReadOverride(sweep, overrides->children[i], &sweep->overrides[i]));
  PetscCall(OpenList(sweep, excludes, "exclude", "a list of matches {key: value}", &sweep->exclude_count));
  PetscCall(PetscCalloc1(sweep->exclude_count, &sweep->excludes));
  for (PetscInt i = 0; i < sweep->exclude_count; i++)
    PetscCall(MfgSweepReadMatch(sweep, excludes->children[i], "exclude", &sweep->excludes[i]));
  PetscCall(ReadResources(sweep));
  PetscFunctionReturn(0);
}
