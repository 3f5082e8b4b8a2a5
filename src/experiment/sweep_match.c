/* What a run has at a key, and whether it matches; see sweep_impl.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/sweep_impl.h"

/*
  The node at the dotted key `rest` below `node`. `shorthand`: a plain value in the place of the last group
  stands for the key.
*/
static const MfgNode *Walk(const MfgNode *node, const char *rest, PetscBool shorthand)
{
  while (node && *rest) {
    const size_t    length = strcspn(rest, ".");
    const PetscBool last = (PetscBool)!rest[length];
    const MfgNode  *child = MfgNodeFind(node, rest, length);

    if (!child && last && shorthand && node->kind != MFG_NODE_MAPPING) return node;
    for (PetscInt i = 0; !child && last && shorthand && i < node->count; i++)
      if (!node->children[i]->key) child = node->children[i];
    node = child;
    rest += length + !last;
  }
  return node;
}

/* The node that the run has at a dotted key: what was put there last, alone or with a whole group. */
static const MfgNode *FindInView(const MfgSweepView *view, const char *key, PetscBool shorthand)
{
  for (PetscInt i = view->count - 1; i >= 0; i--) {
    const char  *placed = view->placed[i].key->text;
    const size_t length = strlen(placed);

    if (!strncmp(placed, key, length) && (!key[length] || key[length] == '.'))
      return Walk(view->placed[i].value, key + length + !!key[length], shorthand);
  }
  return view->root && view->root->kind == MFG_NODE_MAPPING ? Walk(view->root, key, shorthand) : NULL;
}

static const char *TextInView(const MfgSweepView *view, const char *key)
{
  const MfgNode *node = FindInView(view, key, PETSC_FALSE);

  return node && node->kind == MFG_NODE_SCALAR && !node->broken ? node->text : NULL;
}

PetscErrorCode MfgSweepFindTable(MfgSweep sweep, const MfgSweepView *view, const char *section,
                                 MfgSweepTable **table)
{
  const char *type = NULL, *plugin = NULL;

  PetscFunctionBeginUser;
  if (!strcmp(section, "game")) {
    type = TextInView(view, "game.type");
    plugin = TextInView(view, "game.plugin");
  } else if (!strcmp(section, "solver")) {
    type = TextInView(view, "solver.type");
  }
  PetscCall(MfgSweepTablesFind(sweep->tables, section, type, plugin, table));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepLookUp(MfgSweep sweep, const MfgSweepView *view, const char *key,
                              const MfgNode **value)
{
  const MfgParameterSpec *spec = NULL;
  const MfgNode          *preset = NULL;
  MfgSweepTable          *table;
  char                    section[MFG_LONGEST_KEY] = "run", full[MFG_LONGEST_KEY];
  const char             *dot = strchr(key, '.'), *rest = dot ? dot + 1 : key;

  PetscFunctionBeginUser;
  *value = NULL;
  if (strlen(key) >= MFG_LONGEST_KEY) PetscFunctionReturn(0);
  if (dot) PetscCall(PetscStrncpy(section, key, (size_t)(dot - key) + 1));
  PetscCall(MfgSweepFindTable(sweep, view, section, &table));
  if (table) PetscCall(MfgSweepTableGet(table, rest, &spec, &preset));
  if (spec && strcmp(spec->key, rest)) { /* the group, by its shorthand */
    PetscCall(PetscSNPrintf(full, sizeof(full), "%s.%s", section, spec->key));
    key = full;
  }
  *value = FindInView(view, key, (PetscBool)(spec && spec->shorthand));
  if (*value && (*value)->kind == MFG_NODE_MAPPING) *value = NULL;
  if (!*value) *value = preset;
  PetscFunctionReturn(0);
}

static PetscBool ReadNumber(const MfgNode *node, double *number)
{
  char *end;

  if (node->quoted || !node->text[0] || strspn(node->text, "+-.0123456789eE") != strlen(node->text))
    return PETSC_FALSE;
  *number = strtod(node->text, &end);
  return (PetscBool)(!*end && isfinite(*number));
}

static PetscBool IsEqual(const MfgNode *a, const MfgNode *b)
{
  double x, y;

  if (a->kind != b->kind || a->kind == MFG_NODE_MAPPING || a->broken || b->broken) return PETSC_FALSE;
  if (a->kind == MFG_NODE_SCALAR)
    return (PetscBool)(ReadNumber(a, &x) && ReadNumber(b, &y) ? x == y : !strcmp(a->text, b->text));
  for (PetscInt i = 0; i < a->count && i < b->count; i++)
    if (!IsEqual(a->children[i], b->children[i])) return PETSC_FALSE;
  return (PetscBool)(a->count == b->count);
}

/* A list asks for any of its entries, or, where the run has a list, for that list. */
static PetscBool Holds(const MfgNode *wanted, const MfgNode *value)
{
  if (IsEqual(wanted, value)) return PETSC_TRUE;
  for (PetscInt i = 0; wanted->kind == MFG_NODE_SEQUENCE && i < wanted->count; i++)
    if (IsEqual(wanted->children[i], value)) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscErrorCode MfgSweepMatches(MfgSweep sweep, const MfgSweepView *view, MfgSweepMatch *match,
                               PetscBool *matches)
{
  PetscFunctionBeginUser;
  *matches = match->good;
  for (PetscInt i = 0; i < match->count && match->good; i++) {
    const MfgNode *value;

    PetscCall(MfgSweepLookUp(sweep, view, match->list[i].key, &value));
    if (value) match->list[i].known = PETSC_TRUE;
    if (!value || !Holds(match->list[i].value, value)) *matches = PETSC_FALSE;
  }
  if (*matches) match->used = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Whether a match can compare with `node`: a plain value, a list of these, or a list of lists. */
static PetscBool IsComparable(const MfgNode *node, PetscInt depth)
{
  if (node->kind == MFG_NODE_MAPPING) return PETSC_FALSE;
  if (node->kind == MFG_NODE_SCALAR) return (PetscBool)(node->broken || !MfgNodeIsNull(node));
  for (PetscInt i = 0; i < node->count; i++)
    if (depth == 2 || !IsComparable(node->children[i], depth + 1)) return PETSC_FALSE;
  return (PetscBool)(node->count > 0 || depth > 0);
}

PetscErrorCode MfgSweepReadMatch(MfgSweep sweep, const MfgNode *node, const char *section,
                                 MfgSweepMatch *match)
{
  PetscBool good;

  PetscFunctionBeginUser;
  match->section = section;
  match->mark = node->mark;
  PetscCall(
      MfgSweepExpect(sweep, node, MFG_NODE_MAPPING, section, "a mapping of dotted keys to values", &good));
  match->good = good;
  if (!good) PetscFunctionReturn(0);
  PetscCall(PetscCalloc1(node->count, &match->list));
  for (PetscInt i = 0; i < node->count; i++) {
    const MfgNode  *child = node->children[i];
    const PetscBool comparable = IsComparable(child, 0);

    match->list[match->count++] = (MfgSweepCondition){.key = child->key,
                                                      .mark = child->key_mark,
                                                      .value = child,
                                                      .known = (PetscBool)!comparable}; /* or told of */
    if (!comparable) {
      PetscCall(MfgSweepComplain(sweep, child->mark, section, child->key,
                                 "expected a value, or a list of values of which any is meant%s",
                                 child->kind == MFG_NODE_MAPPING ? "; keys are written with dots" : ""));
      match->good = PETSC_FALSE;
    }
    if (MfgSweepIsPinned(sweep, child->key)) match->pinned = PETSC_TRUE;
  }
  PetscFunctionReturn(0);
}

/* Complain of a key that no run has and no section knows. */
static PetscErrorCode CheckCondition(MfgSweep sweep, MfgSweepMatch *match, const MfgSweepCondition *condition)
{
  char       hint[MFG_LONGEST_KEY];
  MfgKeyKind kind;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepTablesJudge(sweep->tables, condition->key, &kind, sizeof(hint), hint));
  if (kind == MFG_KEY_KNOWN || MfgSweepIsUnknown(sweep, condition->key)) PetscFunctionReturn(0);
  match->good = PETSC_FALSE;
  if (kind == MFG_KEY_GROUP)
    PetscCall(MfgSweepComplain(sweep, condition->mark, match->section, condition->key,
                               "'%.200s' is a group of keys; expected one of them, such as '%s'",
                               condition->key, hint));
  else
    PetscCall(MfgSweepComplain(sweep, condition->mark, match->section, condition->key,
                               "unknown key '%.200s'%s%s%s", condition->key,
                               hint[0] ? "; did you mean '" : "", hint, hint[0] ? "'?" : ""));
  PetscFunctionReturn(0);
}

/*
  Complain of values that no run can have. Of a match that some run has, only types are looked at: a word that
  is none of them stands there in vain.
*/
static PetscErrorCode CheckWanted(MfgSweep sweep, MfgSweepMatch *match, const char *key,
                                  const MfgNode *wanted)
{
  const PetscBool is_type = (PetscBool)(!strcmp(key, "game.type") || !strcmp(key, "solver.type"));
  char            problem[2048];
  double          number; /* of any size: it may be that of another type */

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < wanted->count; i++) PetscCall(CheckWanted(sweep, match, key, wanted->children[i]));
  if (wanted->kind != MFG_NODE_SCALAR || wanted->broken || MfgNodeIsNull(wanted)) PetscFunctionReturn(0);
  if (!sweep->runs || (match->used && !is_type) || ReadNumber(wanted, &number)) PetscFunctionReturn(0);
  if (MfgSweepIsUnknown(sweep, key)) PetscFunctionReturn(0);
  PetscCall(MfgSweepTablesTry(sweep->tables, key, wanted->text, sizeof(problem), problem));
  if (!problem[0]) PetscFunctionReturn(0);
  match->good = PETSC_FALSE;
  PetscCall(MfgSweepComplain(sweep, wanted->mark, match->section, key, "%s", problem));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepConcludeMatch(MfgSweep sweep, MfgSweepMatch *match)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < match->count; i++) {
    if (!match->list[i].known) PetscCall(CheckCondition(sweep, match, &match->list[i]));
    PetscCall(CheckWanted(sweep, match, match->list[i].key, match->list[i].value));
  }
  if (!match->good || match->used || match->pinned || !sweep->runs) PetscFunctionReturn(0);
  PetscCall(MfgErrorsFormat(sweep->errors, match->mark, match->section, "matches no run",
                            &sweep->warnings[sweep->warning_count++]));
  PetscFunctionReturn(0);
}
