/* What a sweep says of keys that no run has, so that no check of a run looks at it; see sweep_impl.h. */
#include <string.h>
#include "experiment/sweep_impl.h"

/* Whether a plugin is named by a key, alone or with the whole section. */
static PetscBool NamesPlugin(const MfgSweepKey *key)
{
  if (!strcmp(key->text, "game.plugin")) return PETSC_TRUE;
  for (PetscInt k = 0; key->values && k < key->count && !strcmp(key->text, "game"); k++)
    if (key->values[k]->kind == MFG_NODE_MAPPING && MfgNodeFind(key->values[k], "plugin", strlen("plugin")))
      return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscErrorCode MfgSweepLookForPlugins(MfgSweep sweep)
{
  const MfgSweepView document = {.root = sweep->root};
  MfgSweepTable     *table;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepFindTable(sweep, &document, "game", &table)); /* loads what is named there */
  PetscCall(MfgSweepTablesMissPlugin(sweep->tables, &sweep->unknown_games));
  for (PetscInt i = 0; i < sweep->stage_count; i++)
    for (PetscInt k = 0; k < sweep->stages[i].axes.count; k++)
      for (PetscInt j = 0; j < sweep->stages[i].axes.list[k].key_count; j++)
        if (NamesPlugin(&sweep->stages[i].axes.list[k].keys[j])) sweep->unknown_games = PETSC_TRUE;
  for (PetscInt i = 0; i < sweep->override_count; i++)
    for (PetscInt k = 0; k < sweep->overrides[i].count; k++)
      if (NamesPlugin(&sweep->overrides[i].keys[k])) sweep->unknown_games = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscBool MfgSweepIsUnknown(MfgSweep sweep, const char *key)
{
  return (PetscBool)(sweep->unknown_games && !strncmp(key, "game.", strlen("game.")));
}

/* Complain of a value that no run has, so that no check of a run looks at it, if it is none of the key. */
static PetscErrorCode CheckVain(MfgSweep sweep, const MfgNode *value, const char *section, const char *key,
                                const char *why)
{
  char problem[2048];

  PetscFunctionBeginUser;
  if (!value || value->mark.line < 0 || value->kind != MFG_NODE_SCALAR || value->broken ||
      MfgNodeIsNull(value))
    PetscFunctionReturn(0);
  PetscCall(MfgSweepTablesTry(sweep->tables, key, value->text, sizeof(problem), problem));
  if (problem[0])
    PetscCall(MfgSweepComplain(sweep, value->mark, section, key, "%s (no run has it: %s)", problem, why));
  PetscFunctionReturn(0);
}

/*
  Keys below a match that holds for no run; complain of those that nothing knows and, where the match is as it
  was meant, of values that are none of the key.
*/
static PetscErrorCode CheckKeys(MfgSweep sweep, const MfgSweepMatch *match, const char *section,
                                PetscInt count, const MfgSweepKey keys[])
{
  char       hint[MFG_LONGEST_KEY];
  MfgKeyKind kind;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < count && !match->used; i++) {
    const MfgSweepKey *key = &keys[i];
    const PetscInt     values = match->good && sweep->runs && key->values ? key->count : 0;

    if (MfgSweepIsUnknown(sweep, key->text)) continue;
    PetscCall(MfgSweepTablesJudge(sweep->tables, key->text, &kind, sizeof(hint), hint));
    if (kind == MFG_KEY_UNKNOWN)
      PetscCall(MfgSweepComplain(sweep, key->mark, section, key->text, "unknown key '%.200s'%s%s%s",
                                 key->text, hint[0] ? "; did you mean '" : "", hint, hint[0] ? "'?" : ""));
    for (PetscInt k = 0; kind == MFG_KEY_KNOWN && k < values; k++)
      PetscCall(CheckVain(sweep, key->values[k], section, key->text, "the match matches none"));
  }
  PetscFunctionReturn(0);
}

/* The axes of a group of `when`. */
static PetscErrorCode CheckStage(MfgSweep sweep, const MfgSweepStage *stage)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < stage->axes.count; i++) {
    const MfgSweepAxis *axis = &stage->axes.list[i];

    PetscCall(CheckKeys(sweep, &stage->match, axis->section, axis->key_count, axis->keys));
  }
  PetscFunctionReturn(0);
}

/* Values of the document in whose place every run has those of an axis. */
static PetscErrorCode CheckHidden(MfgSweep sweep, const MfgSweepAxis *axis)
{
  const MfgSweepView document = {.root = sweep->root};
  const MfgNode     *value;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < axis->key_count; i++) {
    const char *key = axis->keys[i].text;

    if (MfgSweepIsUnknown(sweep, key)) continue;
    PetscCall(MfgSweepLookUp(sweep, &document, key, &value));
    PetscCall(CheckVain(sweep, value, "", key, "there is an axis of this key"));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepCheckUnused(MfgSweep sweep)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < sweep->stages[0].axes.count; i++)
    PetscCall(CheckHidden(sweep, &sweep->stages[0].axes.list[i]));
  for (PetscInt i = 1; i < sweep->stage_count - 1; i++) PetscCall(CheckStage(sweep, &sweep->stages[i]));
  for (PetscInt i = 0; i < sweep->override_count; i++) {
    const MfgSweepOverride *override = &sweep->overrides[i];

    PetscCall(CheckKeys(sweep, &override->match, "overrides.set", override->count, override->keys));
  }
  PetscFunctionReturn(0);
}
