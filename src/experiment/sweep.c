/* The sweep object: what its runs are; see sweep.h. */
#include <string.h>
#include "experiment/place.h"
#include "experiment/sweep_impl.h"

static const char *const sections[] = {"sweep",   "zip",       "seeds",     "when",
                                       "exclude", "overrides", "resources", "max_runs"};
enum { SECTION_COUNT = sizeof(sections) / sizeof(sections[0]) };

PetscErrorCode MfgSweepGetSections(PetscInt *count, const char *const **names)
{
  PetscFunctionBeginUser;
  *count = SECTION_COUNT;
  *names = sections;
  PetscFunctionReturn(0);
}

static PetscErrorCode AddAxis(MfgSweep sweep, const MfgSweepKey *key)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < sweep->axis_count; i++)
    if (!strcmp(sweep->axes[i], key->text)) PetscFunctionReturn(0);
  if (key->used) sweep->axes[sweep->axis_count++] = key->text;
  PetscFunctionReturn(0);
}

/* The keys that some run has an axis for, in the order of the stages. */
static PetscErrorCode CollectAxes(MfgSweep sweep)
{
  PetscInt capacity = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < sweep->stage_count; i++)
    for (PetscInt j = 0; j < sweep->stages[i].axes.count; j++)
      capacity += sweep->stages[i].axes.list[j].key_count;
  PetscCall(PetscCalloc1(capacity, &sweep->axes));
  for (PetscInt i = 0; i < sweep->stage_count; i++)
    for (PetscInt j = 0; j < sweep->stages[i].axes.count; j++)
      for (PetscInt k = 0; k < sweep->stages[i].axes.list[j].key_count; k++)
        PetscCall(AddAxis(sweep, &sweep->stages[i].axes.list[j].keys[k]));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepExpand(const MfgNode *root, PetscInt pinned_count, const char *const pinned[],
                              MfgErrors errors, MfgSweep *sweep)
{
  MfgSweep s;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&s));
  s->errors = errors;
  s->pinned_count = pinned_count;
  PetscCall(PetscCalloc1(pinned_count, &s->pinned));
  for (PetscInt i = 0; i < pinned_count; i++) PetscCall(PetscStrallocpy(pinned[i], &s->pinned[i]));
  if (root) PetscCall(MfgNodeClone(root, &s->root));
  PetscCall(MfgSweepTablesCreate(&s->tables));
  PetscCall(MfgSweepRead(s));
  PetscCall(MfgSweepBuild(s));
  PetscCall(CollectAxes(s));
  s->errors = NULL;
  *sweep = s;
  PetscFunctionReturn(0);
}

static PetscErrorCode DestroySections(MfgSweep s)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < s->stage_count; i++) {
    PetscCall(MfgSweepAxesDestroy(&s->stages[i].axes));
    PetscCall(PetscFree(s->stages[i].match.list));
  }
  for (PetscInt i = 0; i < s->override_count; i++) {
    PetscCall(PetscFree(s->overrides[i].keys));
    PetscCall(PetscFree(s->overrides[i].match.list));
  }
  for (PetscInt i = 0; i < s->exclude_count; i++) PetscCall(PetscFree(s->excludes[i].list));
  for (PetscInt i = 0; i < s->limits_count; i++) PetscCall(PetscFree(s->limits_overrides[i].match.list));
  PetscCall(PetscFree(s->stages));
  PetscCall(PetscFree(s->overrides));
  PetscCall(PetscFree(s->excludes));
  PetscCall(PetscFree(s->limits_overrides));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepDestroy(MfgSweep *sweep)
{
  MfgSweep s = *sweep;

  PetscFunctionBeginUser;
  if (!s) PetscFunctionReturn(0);
  PetscCall(DestroySections(s));
  for (PetscInt i = 0; i < s->run_count; i++) PetscCall(PetscFree(s->runs[i].placed));
  for (PetscInt i = 0; i < s->pinned_count; i++) PetscCall(PetscFree(s->pinned[i]));
  for (PetscInt i = 0; i < s->warning_count; i++) PetscCall(PetscFree(s->warnings[i]));
  PetscCall(PetscFree(s->runs));
  PetscCall(PetscFree(s->pinned));
  PetscCall(PetscFree(s->warnings));
  PetscCall(PetscFree(s->axes));
  PetscCall(PetscFree(s->axis_value));
  PetscCall(MfgSweepTablesDestroy(&s->tables));
  PetscCall(MfgNodeDestroy(&s->root));
  PetscCall(PetscFree(*sweep));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetCount(MfgSweep sweep, PetscInt *count)
{
  PetscFunctionBeginUser;
  *count = sweep->run_count;
  PetscFunctionReturn(0);
}

/* Run i, which there must be. */
static PetscErrorCode GetRun(MfgSweep sweep, PetscInt i, const MfgSweepRun **run)
{
  PetscFunctionBeginUser;
  PetscCheck(i >= 0 && i < sweep->run_count, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "no run %" PetscInt_FMT " among %" PetscInt_FMT, i, sweep->run_count);
  *run = &sweep->runs[i];
  PetscFunctionReturn(0);
}

/*
  A plain value in the place of a group, to which keys were added: it gets the key that it stands for, or goes
  where that key is given. `group`: the dotted key of `node` in its section.
*/
static PetscErrorCode NameShorthand(MfgSweepTable *table, const char *group, MfgNode *node)
{
  const MfgParameterSpec *spec;
  const MfgNode          *preset;
  char                    below[MFG_LONGEST_KEY];
  PetscInt                kept = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < node->count && node->kind == MFG_NODE_MAPPING; i++) {
    MfgNode    *child = node->children[i];
    const char *name;

    if (child->key) {
      PetscCall(PetscSNPrintf(below, sizeof(below), "%s%s%s", group, group[0] ? "." : "", child->key));
      PetscCall(NameShorthand(table, below, child));
    } else {
      PetscCall(MfgSweepTableGet(table, group, &spec, &preset));
      name = spec && strcmp(spec->key, group) ? strrchr(spec->key, '.') + 1 : NULL;
      if (name && MfgNodeFind(node, name, strlen(name)))
        PetscCall(MfgNodeDestroy(&child));
      else
        PetscCall(PetscStrallocpy(name, &child->key));
    }
    if (child) node->children[kept++] = child;
  }
  if (node->kind == MFG_NODE_MAPPING) node->count = kept;
  PetscFunctionReturn(0);
}

/* A copy of the document without the sections of the sweep. */
static PetscErrorCode CloneRest(const MfgNode *root, MfgNode **rest)
{
  PetscFunctionBeginUser;
  PetscCall(MfgNodeCreate(MFG_NODE_MAPPING, NULL, root->mark, rest));
  for (PetscInt i = 0; i < root->count; i++) {
    const char *key = root->children[i]->key;
    MfgNode    *child;
    PetscInt    j = 0;

    while (j < SECTION_COUNT && strcmp(sections[j], key)) j++;
    if (j < SECTION_COUNT) continue;
    PetscCall(MfgNodeClone(root->children[i], &child));
    PetscCall(MfgNodeAppend(*rest, child));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetDocument(MfgSweep sweep, PetscInt i, MfgNode **root)
{
  const MfgSweepRun *run = NULL;
  MfgSweepView       view;

  PetscFunctionBeginUser;
  *root = NULL;
  PetscCall(GetRun(sweep, i, &run));
  if (sweep->root && sweep->root->kind != MFG_NODE_MAPPING) PetscCall(MfgNodeClone(sweep->root, root));
  if (!sweep->root || sweep->root->kind != MFG_NODE_MAPPING) PetscFunctionReturn(0);
  PetscCall(CloneRest(sweep->root, root));
  for (PetscInt j = 0; j < run->count; j++) {
    MfgNode *value;

    PetscCall(MfgNodeClone(run->placed[j].value, &value));
    value->key_mark = run->placed[j].key->mark;
    PetscCall(MfgNodePlace(*root, run->placed[j].key->text, run->placed[j].key->mark, value));
  }
  view = (MfgSweepView){sweep->root, run->count, run->placed};
  for (PetscInt j = 0; j < (*root)->count; j++) {
    MfgSweepTable *table;

    PetscCall(MfgSweepFindTable(sweep, &view, (*root)->children[j]->key, &table));
    if (table) PetscCall(NameShorthand(table, "", (*root)->children[j]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetAxes(MfgSweep sweep, PetscInt *count, const char *const **keys)
{
  PetscFunctionBeginUser;
  *count = sweep->axis_count;
  *keys = sweep->axes;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetAxisValue(MfgSweep sweep, PetscInt i, PetscInt axis, const char **text)
{
  const MfgSweepRun *run = NULL;
  const MfgNode     *value = NULL, *found;
  PetscBool          has = PETSC_FALSE;

  PetscFunctionBeginUser;
  *text = NULL;
  PetscCall(GetRun(sweep, i, &run));
  PetscCheck(axis >= 0 && axis < sweep->axis_count, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "no axis %" PetscInt_FMT " among %" PetscInt_FMT, axis, sweep->axis_count);
  for (PetscInt j = 0; j < run->count; j++) {
    if (strcmp(run->placed[j].key->text, sweep->axes[axis])) continue;
    value = run->placed[j].value;
    if (j < run->axis_count) has = PETSC_TRUE;
  }
  if (!has) PetscFunctionReturn(0);
  if (value->kind !=
      MFG_NODE_MAPPING) { /* a group, of which an override changes a part, is shown as it was */
    const MfgSweepView view = {sweep->root, run->count, run->placed};

    PetscCall(MfgSweepLookUp(sweep, &view, sweep->axes[axis], &found));
    if (found) value = found;
  }
  PetscCall(PetscFree(sweep->axis_value));
  PetscCall(MfgNodeWrite(value, &sweep->axis_value));
  *text = sweep->axis_value;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetResources(MfgSweep sweep, PetscInt i, PetscInt *ranks_per_run,
                                    PetscReal *time_limit)
{
  const MfgSweepRun *run = NULL;

  PetscFunctionBeginUser;
  PetscCall(GetRun(sweep, i, &run));
  *ranks_per_run = run->limits.ranks;
  *time_limit = run->limits.time_limit;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetRanksMark(MfgSweep sweep, PetscInt i, MfgMark *mark)
{
  const MfgSweepRun *run = NULL;

  PetscFunctionBeginUser;
  PetscCall(GetRun(sweep, i, &run));
  *mark = run->limits.ranks_mark;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetAxisMark(MfgSweep sweep, PetscInt axis, MfgMark *mark)
{
  const MfgMark nowhere = {0, 0, 0};

  PetscFunctionBeginUser;
  *mark = nowhere;
  for (PetscInt i = 0; i < sweep->run_count; i++)
    for (PetscInt j = 0; j < sweep->runs[i].axis_count; j++)
      if (!strcmp(sweep->runs[i].placed[j].key->text, sweep->axes[axis])) {
        *mark = sweep->runs[i].placed[j].key->mark;
        PetscFunctionReturn(0);
      }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetExcluded(MfgSweep sweep, PetscInt *count)
{
  PetscFunctionBeginUser;
  *count = sweep->excluded;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetMemoryCheck(MfgSweep sweep, PetscBool *check)
{
  PetscFunctionBeginUser;
  *check = (PetscBool)!sweep->memory_unchecked;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepGetWarnings(MfgSweep sweep, PetscInt *count, const char *const **warnings)
{
  PetscFunctionBeginUser;
  *count = sweep->warning_count;
  *warnings = (const char *const *)sweep->warnings;
  PetscFunctionReturn(0);
}
