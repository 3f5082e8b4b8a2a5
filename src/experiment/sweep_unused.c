/* What a sweep says of keys that no run has, so that no check of a run looks at it; see sweep_impl.h. */
#include <string.h>
#include "experiment/sweep_impl.h"

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
  PetscBool  missing;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepTablesMissPlugin(sweep->tables, &missing));
  for (PetscInt i = 0; i < count && !match->used; i++) {
    const MfgSweepKey *key = &keys[i];
    const PetscInt     values = match->good && sweep->runs && key->values ? key->count : 0;

    if (missing && !strncmp(key->text, "game.", 5)) continue;
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

    PetscCall(CheckKeys(sweep, &stage->match, axis->key_count == 1 ? "when.sweep" : "when.zip",
                        axis->key_count, axis->keys));
  }
  PetscFunctionReturn(0);
}

/* Values of the document in whose place every run has those of an axis. */
static PetscErrorCode CheckHidden(MfgSweep sweep, const MfgSweepAxis *axis)
{
  const MfgSweepView document = {.root = sweep->root};
  const MfgNode     *value;
  PetscBool          missing;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepTablesMissPlugin(sweep->tables, &missing));
  for (PetscInt i = 0; i < axis->key_count; i++) {
    const char *key = axis->keys[i].text;

    if (missing && !strncmp(key, "game.", 5)) continue;
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
