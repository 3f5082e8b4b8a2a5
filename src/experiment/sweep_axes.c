/* The axes of a sweep: lists and ranges of values at dotted keys; see sweep_impl.h. */
#include <math.h>
#include <string.h>
#include "experiment/sweep_impl.h"

static const char *const range_names[] = {"linspace", "logspace"};

const MfgParameterSpec MfgSweepRangeTable[] = {
    {.key = "from", .type = MFG_PARAMETER_REAL, .required = PETSC_TRUE, .help = "first value"},
    {.key = "to", .type = MFG_PARAMETER_REAL, .required = PETSC_TRUE, .help = "last value"},
    {.key = "count",
     .type = MFG_PARAMETER_INTEGER,
     .range = "[2,inf)",
     .required = PETSC_TRUE,
     .help = "how many values"},
    {.key = NULL}};

const MfgParameterSpec MfgSweepSeedsTable[] = {
    {.key = "count",
     .type = MFG_PARAMETER_INTEGER,
     .range = "[1,inf)",
     .required = PETSC_TRUE,
     .help = "how many seeds"},
    {.key = "base", .type = MFG_PARAMETER_INTEGER, .preset = "1", .range = "[0,inf)", .help = "first seed"},
    {.key = NULL}};

/* One seed of a list; the key of the row names it in messages. */
static const MfgParameterSpec seed_table[] = {
    {.key = "seeds", .type = MFG_PARAMETER_INTEGER, .range = "[0,inf)", .help = "a seed"}, {.key = NULL}};

/* The text of value i of a range; the ends are as the user wrote them. */
static PetscErrorCode MakeText(const MfgSweepKey *key, PetscInt i, char **text)
{
  const MfgSweepRange *range = &key->range;
  const double         part = (double)i / PetscMax(1, key->count - 1);
  double               value = range->low + (range->high - range->low) * part;
  char                 number[32];

  PetscFunctionBeginUser;
  if (range->kind == MFG_RANGE_LOGARITHMIC) value = range->low * pow(range->high / range->low, part);
  if (fabs(value) < 1e-13 * fmax(fabs(range->low), fabs(range->high)) && range->kind == MFG_RANGE_LINEAR)
    value = 0; /* what rounding left of it */
  if (range->kind == MFG_RANGE_INTEGERS)
    (void)snprintf(number, sizeof(number), "%" PetscInt_FMT, range->first + i);
  else
    (void)snprintf(number, sizeof(number), "%.12g", value);
  if (i == 0 && range->from)
    PetscCall(PetscStrallocpy(range->from->text, text));
  else if (i == key->count - 1 && range->to)
    PetscCall(PetscStrallocpy(range->to->text, text));
  else
    PetscCall(PetscStrallocpy(number, text));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepKeyGetValue(MfgSweepKey *key, PetscInt i, const MfgNode **value)
{
  PetscFunctionBeginUser;
  if (!key->values) {
    PetscCall(PetscCalloc1(key->count, &key->values));
    key->owned = PETSC_TRUE;
    for (PetscInt j = 0; j < key->count; j++) {
      PetscCall(MfgNodeCreate(MFG_NODE_SCALAR, NULL, key->range.mark, &key->values[j]));
      if (key->range.kind == MFG_RANGE_NONE)
        key->values[j]->broken = PETSC_TRUE; /* could not be read, and was complained of */
      else
        PetscCall(MakeText(key, j, &key->values[j]->text));
    }
  }
  *value = key->values[i];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepKeyDestroy(MfgSweepKey *key)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; key->owned && i < key->count; i++) PetscCall(MfgNodeDestroy(&key->values[i]));
  if (key->owned) PetscCall(PetscFree(key->values));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepAxesDestroy(MfgSweepAxes *axes)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < axes->count; i++) {
    for (PetscInt j = 0; j < axes->list[i].key_count; j++)
      PetscCall(MfgSweepKeyDestroy(&axes->list[i].keys[j]));
    PetscCall(PetscFree(axes->list[i].keys));
  }
  PetscCall(PetscFree(axes->list));
  PetscFunctionReturn(0);
}

/* {from, to, count} below `linspace` or `logspace`. */
static PetscErrorCode ReadRange(MfgSweep sweep, const MfgNode *node, MfgRangeKind kind, const char *section,
                                MfgSweepKey *key)
{
  MfgParameters parameters;
  MfgSweepRange range = {.kind = kind, .mark = node->mark};
  char          full[MFG_LONGEST_KEY];
  PetscBool     good;

  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(full, sizeof(full), "%s.%s.%s", section, key->text, node->key));
  PetscCall(MfgSweepExpect(sweep, node, MFG_NODE_MAPPING, full, "{from: ..., to: ..., count: ...}", &good));
  if (!good) PetscFunctionReturn(0);
  PetscCall(MfgSweepReadTable(sweep, node, full, MfgSweepRangeTable, NULL, &parameters, &good));
  range.from = MfgNodeFind(node, "from", 4);
  range.to = MfgNodeFind(node, "to", 2);
  if (good) {
    PetscCall(MfgParametersGetReal(parameters, "from", &range.low));
    PetscCall(MfgParametersGetReal(parameters, "to", &range.high));
    if (range.low == range.high)
      PetscCall(MfgSweepComplain(sweep, range.to->mark, full, "to", "'from' and 'to' are the same number"));
    else if (kind == MFG_RANGE_LOGARITHMIC && (range.low <= 0 || range.high <= 0))
      PetscCall(MfgSweepComplain(
          sweep, (range.low <= 0 ? range.from : range.to)->mark, full, range.low <= 0 ? "from" : "to",
          "%s is out of range; expected a number above 0, the value itself and not its "
          "exponent",
          (range.low <= 0 ? range.from : range.to)->text));
    else {
      PetscCall(MfgParametersGetInteger(parameters, "count", &key->count));
      key->range = range;
    }
  }
  PetscCall(MfgParametersDestroy(&parameters));
  PetscFunctionReturn(0);
}

/* A mapping in the place of a list: a range, or else a mistake. */
static PetscErrorCode ReadMapping(MfgSweep sweep, const MfgNode *node, const char *section, MfgSweepKey *key)
{
  const MfgNode *linear = MfgNodeFind(node, range_names[0], strlen(range_names[0]));
  const MfgNode *logarithmic = MfgNodeFind(node, range_names[1], strlen(range_names[1]));
  const MfgNode *child = node->count ? node->children[0] : NULL;
  char           full[MFG_LONGEST_KEY];

  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(full, sizeof(full), "%s.%s", section, key->text));
  if (linear && logarithmic)
    PetscCall(
        MfgSweepComplain(sweep, node->mark, full, "", "expected one of linspace and logspace, not both"));
  else if (linear || logarithmic || (child && child->key && MfgNearestWord(child->key, 2, range_names))) {
    PetscCall(MfgSweepCheckWords(sweep, node, full, 2, range_names));
    if (linear || logarithmic)
      PetscCall(ReadRange(sweep, linear ? linear : logarithmic,
                          linear ? MFG_RANGE_LINEAR : MFG_RANGE_LOGARITHMIC, section, key));
  } else if (child && child->key)
    PetscCall(
        MfgSweepComplain(sweep, node->mark, full, "",
                         "expected a list of values; a key within another is written with a dot: '%s.%s'",
                         key->text, child->key));
  else
    PetscCall(MfgSweepComplain(sweep, node->mark, full, "", "expected a list of values"));
  PetscFunctionReturn(0);
}

/*
  The key and the values of `node`. Values that cannot be read leave a broken one in their place, so that runs
  can be checked without complaints about the same again. *keep is false where there is no axis.
*/
static PetscErrorCode ReadKey(MfgSweep sweep, const MfgNode *node, const char *section, MfgSweepKey *key,
                              PetscBool *keep)
{
  PetscFunctionBeginUser;
  *key = (MfgSweepKey){.text = node->key, .mark = node->key_mark, .count = 1, .range.mark = node->mark};
  PetscCall(MfgSweepCheckRunKey(sweep, node->key, node->key_mark, section, keep));
  if (node->kind == MFG_NODE_MAPPING && !node->broken) {
    PetscCall(ReadMapping(sweep, node, section, key));
  } else if (node->kind == MFG_NODE_SEQUENCE && node->count) {
    key->count = node->count;
    key->values = node->children;
    PetscCall(MfgSweepCheckValue(sweep, node, section, node->key));
  } else if (!node->broken) {
    PetscCall(
        MfgSweepComplain(sweep, node->mark, section, node->key,
                         "expected a list with at least one value, {linspace: {from: ..., to: ..., count: "
                         "...}} or the same with logspace"));
  }
  if (MfgSweepIsPinned(sweep, node->key)) *keep = PETSC_FALSE;
  if (*keep && !strcmp(node->key, "seed") && MfgSweepSection(sweep, "seeds")) {
    PetscCall(MfgSweepComplain(sweep, node->key_mark, section, node->key, "`seeds` is the axis of this key"));
    *keep = PETSC_FALSE;
  }
  if (!*keep) PetscCall(MfgSweepKeyDestroy(key));
  PetscFunctionReturn(0);
}

static PetscBool IsRead(const MfgSweepKey *key)
{
  return (PetscBool)(key->values || key->range.kind != MFG_RANGE_NONE);
}

/* What is written of a run tells it from no other one, so it is no axis of its own. */
static PetscErrorCode CheckOutput(MfgSweep sweep, const MfgSweepAxis *axis, const char *section)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < axis->key_count; i++)
    if (!MfgKeysMeet(axis->keys[i].text, "output")) PetscFunctionReturn(0);
  if (axis->key_count && axis->count > 1)
    PetscCall(MfgSweepComplain(
        sweep, axis->keys[0].mark, section, axis->keys[0].text,
        "runs that differ in their output alone are one run; expected it beside another key in "
        "`zip`, or in `overrides`"));
  PetscFunctionReturn(0);
}

/* Keys that advance together. */
static PetscErrorCode ReadAxis(MfgSweep sweep, PetscInt count, MfgNode *const nodes[], const char *section,
                               MfgSweepAxes *axes)
{
  MfgSweepAxis *axis = &axes->list[axes->count];
  PetscBool     keep;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(count, &axis->keys));
  for (PetscInt i = 0; i < count; i++) {
    MfgSweepKey *key = &axis->keys[axis->key_count];

    PetscCall(ReadKey(sweep, nodes[i], section, key, &keep));
    if (!keep) continue;
    if (axis->key_count && key->count != axis->keys[0].count && IsRead(key) && IsRead(axis->keys))
      PetscCall(MfgSweepComplain(sweep, nodes[i]->mark, section, key->text,
                                 "%" PetscInt_FMT " values beside %" PetscInt_FMT
                                 " of '%s'; the lists of a group have the same length",
                                 key->count, axis->keys[0].count, axis->keys[0].text));
    axis->count = axis->key_count ? PetscMin(axis->count, key->count) : key->count;
    axis->key_count++;
  }
  PetscCall(CheckOutput(sweep, axis, section));
  PetscCall(PetscStrncpy(axis->section, section, sizeof(axis->section)));
  if (axis->key_count)
    axes->count++;
  else
    PetscCall(PetscFree(axis->keys));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepReadAxes(MfgSweep sweep, const MfgNode *node, const MfgNode *zip, const char *above,
                                MfgSweepAxes *axes)
{
  char      section[32];
  PetscBool good;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1((node ? node->count : 0) + (zip ? zip->count : 0), &axes->list));
  if (node) {
    PetscCall(PetscSNPrintf(section, sizeof(section), "%ssweep", above));
    PetscCall(MfgSweepExpect(sweep, node, MFG_NODE_MAPPING, section,
                             "a mapping of dotted keys to lists of values", &good));
    for (PetscInt i = 0; good && i < node->count; i++)
      PetscCall(ReadAxis(sweep, 1, &node->children[i], section, axes));
  }
  if (!zip) PetscFunctionReturn(0);
  PetscCall(PetscSNPrintf(section, sizeof(section), "%szip", above));
  PetscCall(MfgSweepExpect(sweep, zip, MFG_NODE_SEQUENCE, section,
                           "a list of groups {key: [...], key: [...]}", &good));
  for (PetscInt i = 0; good && i < zip->count; i++) {
    PetscBool group;

    PetscCall(MfgSweepExpect(sweep, zip->children[i], MFG_NODE_MAPPING, section,
                             "a group, a mapping of dotted keys to lists of values", &group));
    if (group) PetscCall(ReadAxis(sweep, zip->children[i]->count, zip->children[i]->children, section, axes));
  }
  PetscFunctionReturn(0);
}

/* That each entry is a seed, and none stands there twice. */
static PetscErrorCode CheckSeeds(MfgSweep sweep, const MfgNode *node)
{
  PetscInt *seeds, *places, count = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(node->count, &seeds, node->count, &places));
  for (PetscInt i = 0; i < node->count; i++) {
    PetscBool good;

    PetscCall(MfgSweepReadInteger(sweep, node->children[i], seed_table, &seeds[count], &good));
    if (good) places[count++] = i;
    node->children[i]->broken = (PetscBool)!good; /* not to be told again of the run that has it */
  }
  PetscCall(PetscSortIntWithArray(count, seeds, places));
  for (PetscInt i = 1; i < count; i++) {
    const MfgNode *later = node->children[PetscMax(places[i], places[i - 1])];

    if (seeds[i] != seeds[i - 1]) continue;
    PetscCall(MfgSweepComplain(sweep, later->mark, "seeds", "", "the seed %s is given twice", later->text));
    places[i] = PetscMin(places[i], places[i - 1]);
  }
  PetscCall(PetscFree2(seeds, places));
  PetscFunctionReturn(0);
}

/* {count, base} */
static PetscErrorCode ReadSeedRange(MfgSweep sweep, const MfgNode *node, MfgSweepKey *key)
{
  MfgParameters parameters;
  PetscBool     good;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepReadTable(sweep, node, "seeds", MfgSweepSeedsTable, NULL, &parameters, &good));
  if (good) {
    PetscCall(MfgParametersGetInteger(parameters, "count", &key->count));
    PetscCall(MfgParametersGetInteger(parameters, "base", &key->range.first));
    key->range.kind = MFG_RANGE_INTEGERS;
    if (key->count - 1 > PETSC_MAX_INT - key->range.first) {
      PetscCall(MfgSweepComplain(sweep, node->mark, "seeds", "",
                                 "the last seed would be above the largest integer, %" PetscInt_FMT,
                                 PETSC_MAX_INT));
      key->count = 1;
    }
  }
  PetscCall(MfgParametersDestroy(&parameters));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepReadSeeds(MfgSweep sweep, MfgSweepAxes *axes)
{
  const MfgNode  *node = MfgSweepSection(sweep, "seeds"), *seed;
  const PetscBool pinned = MfgSweepIsSet(sweep, "seed"), set = MfgSweepIsPinned(sweep, "seeds");
  MfgSweepKey    *key;
  PetscBool       good;

  PetscFunctionBeginUser;
  if (!node || (pinned && !set)) PetscFunctionReturn(0);
  seed = MfgSweepSection(sweep, "seed");
  if (seed && pinned == set)
    PetscCall(
        MfgSweepComplain(sweep, node->key_mark, "seeds", "", "`seed` is given, too; expected one of them"));
  PetscCall(PetscCalloc1(1, &axes->list));
  PetscCall(PetscCalloc1(1, &axes->list[0].keys));
  axes->count = axes->list[0].key_count = 1;
  key = axes->list[0].keys;
  *key = (MfgSweepKey){.text = "seed", .mark = node->key_mark, .count = 1, .range.mark = node->mark};
  PetscCall(MfgSweepExpect(sweep, node,
                           node->kind == MFG_NODE_SEQUENCE ? MFG_NODE_SEQUENCE : MFG_NODE_MAPPING, "seeds",
                           "a list of seeds or {count: ...}", &good));
  if (good && node->kind == MFG_NODE_MAPPING) PetscCall(ReadSeedRange(sweep, node, key));
  if (good && node->kind == MFG_NODE_SEQUENCE) {
    PetscCall(CheckSeeds(sweep, node));
    key->count = node->count;
    key->values = node->children;
  }
  axes->list[0].count = key->count;
  PetscFunctionReturn(0);
}
