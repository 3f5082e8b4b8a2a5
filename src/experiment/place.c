/* Putting the nodes of a section into its parameters, and complaints back at their places; see place.h. */
#include <string.h>
#include "experiment/place.h"
#include "game/append.h"

enum { LONGEST_KEY = 512, LONGEST_TEXT = 4096 };

static PetscErrorCode JoinKeys(const char *group, const char *key, char joined[LONGEST_KEY])
{
  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(joined, LONGEST_KEY, "%s%s%s", group, group[0] ? "." : "", key));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFindSpec(MfgParameters parameters, const char *key, const MfgParameterSpec **spec)
{
  const size_t length = strlen(key);
  PetscInt     count = 0;

  PetscFunctionBeginUser;
  *spec = NULL;
  if (parameters) PetscCall(MfgParametersGetCount(parameters, &count));
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *row;
    const char             *text;

    PetscCall(MfgParametersGetEntry(parameters, i, &row, &text));
    if (!strcmp(row->key, key) ||
        (row->shorthand && !strncmp(row->key, key, length) && row->key[length] == '.')) {
      *spec = row;
      break;
    }
  }
  PetscFunctionReturn(0);
}

/* Whether `group` is a group of keys. */
static PetscErrorCode IsGroup(MfgParameters parameters, const char *group, PetscBool *is_group)
{
  const size_t length = strlen(group);
  PetscInt     count;

  PetscFunctionBeginUser;
  *is_group = PETSC_FALSE;
  PetscCall(MfgParametersGetCount(parameters, &count));
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *row;
    const char             *text;

    PetscCall(MfgParametersGetEntry(parameters, i, &row, &text));
    if (!strncmp(row->key, group, length) && row->key[length] == '.') *is_group = PETSC_TRUE;
  }
  PetscFunctionReturn(0);
}

/* The node of a dotted key under `node`, or of the nearest group above it that the document has. */
static const MfgNode *FindNode(const MfgNode *node, const char *key, PetscBool *exact)
{
  const char *dot;

  for (; node; key = dot + 1) {
    const MfgNode *child;

    dot = strchr(key, '.');
    child = MfgNodeFind(node, key, dot ? (size_t)(dot - key) : strlen(key));
    *exact = (PetscBool)(child && !dot);
    if (!child || !dot) return child ? child : node;
    node = child;
  }
  return node;
}

/*
  At the value where the key is one that the section knows, at the key
  where the key itself is wrong, at the group or the section where the key is missing.
*/
PetscErrorCode MfgPlaceComplain(const MfgPlace *place, const char *key, const char *message)
{
  MfgRun                  run = place->run;
  const MfgParameterSpec *spec;
  const MfgNode          *node;
  PetscBool               exact = PETSC_FALSE, said;
  MfgMark                 mark = {0, 1, 1};
  char                    full[LONGEST_KEY];

  PetscFunctionBeginUser;
  PetscCall(JoinKeys(place->section, key, full));
  PetscCall(MfgErrorsHasKey(run->errors, full, &said));
  if (said) PetscFunctionReturn(0); /* such as "required" after "out of range" */
  PetscCall(MfgFindSpec(place->parameters, key, &spec));
  node = FindNode(place->node, key, &exact);
  if (node)
    mark = (exact ? spec || !strcmp(key, "type") || !strcmp(key, "plugin") : node->kind == MFG_NODE_SCALAR)
               ? node->mark
               : node->key_mark;
  else if (run->root)
    mark = run->root->mark;
  PetscCall(MfgErrorsAdd(run->errors, mark, full, "%s", message));
  PetscFunctionReturn(0);
}

void MfgPlaceReport(void *context, const char *key, const char *message)
{
  PetscCallAbort(PETSC_COMM_SELF, MfgPlaceComplain((const MfgPlace *)context, key, message));
}

/*
  The text of a scalar as MfgParametersSet() wants it: quotes stay on where a number or a truth value is due.
*/
static PetscErrorCode ScalarText(const MfgNode *node, MfgParameterType type, char text[LONGEST_TEXT])
{
  const PetscBool wordy = (PetscBool)(type == MFG_PARAMETER_TEXT || type == MFG_PARAMETER_CHOICE ||
                                      type == MFG_PARAMETER_CHOICES);
  const char     *quote = node->quoted && !wordy ? "\"" : "";

  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(text, LONGEST_TEXT, "%s%s%s", quote, node->text, quote));
  PetscFunctionReturn(0);
}

/* "[a, b]" of a sequence. *simple: whether it holds nothing but scalars. */
static PetscErrorCode SequenceText(const MfgNode *node, MfgParameterType type, char text[LONGEST_TEXT],
                                   PetscBool *simple)
{
  char item[LONGEST_TEXT];

  PetscFunctionBeginUser;
  *simple = PETSC_TRUE;
  PetscCall(PetscStrncpy(text, "[", LONGEST_TEXT));
  for (PetscInt i = 0; i < node->count; i++) {
    if (node->children[i]->kind != MFG_NODE_SCALAR || node->children[i]->broken) {
      *simple = PETSC_FALSE;
      break;
    }
    PetscCall(ScalarText(node->children[i], type, item));
    if (i) MfgAppend(text, ", ", LONGEST_TEXT);
    MfgAppend(text, item, LONGEST_TEXT);
  }
  MfgAppend(text, "]", LONGEST_TEXT);
  PetscFunctionReturn(0);
}

/* Set the known parameter `spec`, which the document calls `key`, from a scalar or a sequence. */
static PetscErrorCode SetValue(const MfgPlace *place, const MfgParameterSpec *spec, const char *key,
                               const MfgNode *node)
{
  const MfgComplaints complaints = {MfgPlaceReport, (void *)place};
  char                text[LONGEST_TEXT] = "";
  PetscBool           simple = PETSC_TRUE;

  PetscFunctionBeginUser;
  if (node->kind == MFG_NODE_SCALAR)
    PetscCall(ScalarText(node, spec->type, text));
  else
    PetscCall(SequenceText(node, spec->type, text, &simple));
  if (MfgNodeIsNull(node))
    PetscCall(MfgComplain(&complaints, key, "the key has no value"));
  else if (!simple)
    PetscCall(MfgComplain(&complaints, key, "the entries of a list are plain values"));
  else if (node->kind != MFG_NODE_SCALAR && spec->type == MFG_PARAMETER_TEXT)
    PetscCall(MfgComplain(&complaints, key, "expected text, not a list"));
  else if (strlen(text) >= LONGEST_TEXT - 1) /* what is cut fills it */
    PetscCall(MfgComplain(&complaints, key, "too long; expected less than %d letters", LONGEST_TEXT - 1));
  else
    PetscCall(MfgParametersSet(place->parameters, key, text, &complaints));
  PetscFunctionReturn(0);
}

/* Whether `key` is a row of the table, or a group of rows. */
static PetscBool TableHas(const MfgParameterSpec table[], const char *key)
{
  const size_t length = strlen(key);

  for (; table->key; table++)
    if (!strncmp(table->key, key, length) && (!table->key[length] || table->key[length] == '.'))
      return PETSC_TRUE;
  return PETSC_FALSE;
}

/* The types of solver that know `key`, as "a, b"; empty where there is none. */
static PetscErrorCode SolversWith(const char *key, char names[LONGEST_KEY])
{
  const MfgSolverClass *const *classes;
  PetscInt                     count;

  PetscFunctionBeginUser;
  names[0] = '\0';
  PetscCall(MfgSolverGetClasses(&count, &classes));
  for (PetscInt i = 0; i < count; i++) {
    if (!TableHas(classes[i]->parameters, key)) continue;
    if (names[0]) MfgAppend(names, ", ", LONGEST_KEY);
    MfgAppend(names, classes[i]->name, LONGEST_KEY);
  }
  PetscFunctionReturn(0);
}

/* Who changes the type of a solver has the keys of the old one left over; others have misspelt one. */
static PetscErrorCode ComplainOfUnknown(const MfgPlace *place, const char *key)
{
  const MfgComplaints complaints = {MfgPlaceReport, (void *)place};
  char                solvers[LONGEST_KEY] = "";

  PetscFunctionBeginUser;
  if (!strcmp(place->section, "solver")) PetscCall(SolversWith(key, solvers));
  if (solvers[0])
    PetscCall(MfgComplain(&complaints, key, "unknown key '%s'; it belongs to %s, not to this type of solver",
                          key, solvers));
  else
    PetscCall(MfgParametersSet(place->parameters, key, "", &complaints)); /* complains, with a suggestion */
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPlaceSet(const MfgPlace *place, const char *key, const MfgNode *node)
{
  const MfgComplaints     complaints = {MfgPlaceReport, (void *)place};
  const MfgParameterSpec *spec;
  PetscBool               is_group;
  char                    below[LONGEST_KEY];

  PetscFunctionBeginUser;
  if (node->broken) PetscFunctionReturn(0);
  PetscCall(MfgFindSpec(place->parameters, key, &spec));
  PetscCall(IsGroup(place->parameters, key, &is_group));
  if (node->kind == MFG_NODE_MAPPING && is_group) {
    for (PetscInt i = 0; i < node->count; i++) {
      const MfgNode *child = node->children[i];

      if (child->key) PetscCall(JoinKeys(key, child->key, below));
      PetscCall(MfgPlaceSet(place, child->key ? below : key, child));
    }
  } else if (node->kind == MFG_NODE_MAPPING && spec) {
    PetscCall(MfgComplain(&complaints, key, "expected a value, not a mapping"));
  } else if (spec) {
    PetscCall(SetValue(place, spec, key, node));
  } else {
    PetscCall(ComplainOfUnknown(place, key));
  }
  PetscFunctionReturn(0);
}
