/* Reading the sections of a sweep: keys, plain values and complaints about them; see sweep_impl.h. */
#include <stdarg.h>
#include <string.h>
#include "experiment/place.h"
#include "experiment/sweep_impl.h"

PetscBool MfgKeysMeet(const char *a, const char *b)
{
  const size_t length = PetscMin(strlen(a), strlen(b));

  return (PetscBool)(!strncmp(a, b, length) && (!a[length] || a[length] == '.') &&
                     (!b[length] || b[length] == '.'));
}

PetscBool MfgSweepIsSet(MfgSweep sweep, const char *key)
{
  for (PetscInt i = 0; i < sweep->pinned_count; i++)
    if (!strcmp(sweep->pinned[i], key)) return PETSC_TRUE;
  return PETSC_FALSE;
}

/* A setting of the seeds holds the seed, too. */
PetscBool MfgSweepIsPinned(MfgSweep sweep, const char *key)
{
  for (PetscInt i = 0; i < sweep->pinned_count; i++)
    if (MfgKeysMeet(sweep->pinned[i], key)) return PETSC_TRUE;
  return (PetscBool)(!strcmp(key, "seed") && MfgSweepSection(sweep, "seeds") &&
                     MfgSweepIsPinned(sweep, "seeds"));
}

PetscErrorCode MfgSweepComplain(MfgSweep sweep, MfgMark mark, const char *section, const char *key,
                                const char *format, ...)
{
  char    message[2048], full[MFG_LONGEST_KEY];
  va_list arguments;

  PetscFunctionBeginUser;
  va_start(arguments, format);
  (void)vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);
  PetscCall(PetscSNPrintf(full, sizeof(full), "%s%s%s", section, section[0] && key[0] ? "." : "", key));
  PetscCall(MfgErrorsAdd(sweep->errors, mark, full, "%s", message));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepExpect(MfgSweep sweep, const MfgNode *node, MfgNodeKind kind, const char *section,
                              const char *wanted, PetscBool *good)
{
  PetscFunctionBeginUser;
  *good = (PetscBool)(!node->broken && node->kind == kind && node->count > 0);
  for (PetscInt i = 0; i < node->count && kind == MFG_NODE_MAPPING; i++)
    if (!node->children[i]->key) *good = PETSC_FALSE; /* a plain value to which a setting added keys */
  if (!*good && !node->broken)
    PetscCall(MfgSweepComplain(sweep, node->mark, section, "", "expected %s", wanted));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepCheckWords(MfgSweep sweep, const MfgNode *mapping, const char *section, PetscInt count,
                                  const char *const words[])
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < mapping->count; i++) {
    const MfgNode *child = mapping->children[i];
    const char    *near;
    PetscInt       known = 0;

    while (known < count && strcmp(words[known], child->key)) known++;
    if (known < count) continue;
    near = MfgNearestWord(child->key, count, words);
    PetscCall(MfgSweepComplain(sweep, child->key_mark, section, child->key, "unknown key '%.200s'%s%s%s",
                               child->key, near ? "; did you mean '" : "", near ? near : "",
                               near ? "'?" : ""));
  }
  PetscFunctionReturn(0);
}

/* Where complaints about the values of a mapping belong. */
typedef struct {
  MfgSweep       sweep;
  const char    *section;
  const MfgNode *mapping; /* NULL: the value stands alone */
  const MfgNode *value;
} TablePlace;

static void ReportInTable(void *context, const char *key, const char *message)
{
  const TablePlace *place = (const TablePlace *)context;
  const MfgNode    *node = place->mapping ? MfgNodeFind(place->mapping, key, strlen(key)) : place->value;

  PetscCallAbort(PETSC_COMM_SELF, MfgSweepComplain(place->sweep, node ? node->mark : place->mapping->key_mark,
                                                   place->section, key, "%s", message));
}

static PetscErrorCode SetFromNode(MfgParameters parameters, const MfgNode *node, const MfgParameterSpec *spec,
                                  const MfgComplaints *complaints)
{
  const char *quote = node->quoted && spec->type != MFG_PARAMETER_TEXT ? "\"" : "";
  char        text[256];

  PetscFunctionBeginUser;
  if (node->kind != MFG_NODE_SCALAR) {
    PetscCall(MfgComplain(complaints, spec->key, "expected a value, not a %s",
                          node->kind == MFG_NODE_MAPPING ? "mapping" : "list"));
  } else if (MfgNodeIsNull(node)) {
    PetscCall(MfgComplain(complaints, spec->key, "the key has no value"));
  } else {
    PetscCall(PetscSNPrintf(text, sizeof(text), "%s%s%s", quote, node->text, quote));
    PetscCall(MfgParametersSet(parameters, spec->key, text, complaints));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepReadTable(MfgSweep sweep, const MfgNode *mapping, const char *section,
                                 const MfgParameterSpec table[], const char *other, MfgParameters *parameters,
                                 PetscBool *good)
{
  TablePlace          place = {sweep, section, mapping, NULL};
  const MfgComplaints complaints = {ReportInTable, &place};
  const char         *words[8];
  PetscInt            count = 0, before, after;
  PetscBool           broken = PETSC_FALSE;

  PetscFunctionBeginUser;
  PetscCall(MfgErrorsGetCount(sweep->errors, &before));
  PetscCall(MfgParametersCreate(parameters));
  PetscCall(MfgParametersAddTable(*parameters, table));
  for (; table[count].key; count++) {
    const MfgNode *node = MfgNodeFind(mapping, table[count].key, strlen(table[count].key));

    words[count] = table[count].key;
    broken = (PetscBool)(broken || (node && node->broken));
    if (node && !node->broken)
      PetscCall(SetFromNode(*parameters, node, &table[count], &complaints));
    else if (!node && table[count].required)
      PetscCall(MfgComplain(&complaints, table[count].key, "the key '%s' is required", table[count].key));
  }
  if (other) words[count++] = other;
  PetscCall(MfgSweepCheckWords(sweep, mapping, section, count, words));
  PetscCall(MfgErrorsGetCount(sweep->errors, &after));
  *good = (PetscBool)(before == after && !broken);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepReadInteger(MfgSweep sweep, const MfgNode *node, const MfgParameterSpec table[],
                                   PetscInt *value, PetscBool *good)
{
  TablePlace          place = {sweep, "", NULL, node};
  const MfgComplaints complaints = {ReportInTable, &place};
  MfgParameters       parameters;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersCreate(&parameters));
  PetscCall(MfgParametersAddTable(parameters, table));
  if (!node->broken) PetscCall(SetFromNode(parameters, node, table, &complaints));
  PetscCall(MfgParametersIsGiven(parameters, table->key, good));
  if (*good) PetscCall(MfgParametersGetInteger(parameters, table->key, value));
  PetscCall(MfgParametersDestroy(&parameters));
  PetscFunctionReturn(0);
}

/* The keys at the top that hold for all runs alike. */
static PetscBool IsOfAllRuns(const char *key, size_t length)
{
  static const char *const others[] = {"name", "checkpoint", "max_failures"};
  const char *const       *sections;
  PetscInt                 count;

  PetscCallAbort(PETSC_COMM_SELF, MfgSweepGetSections(&count, &sections));
  for (PetscInt i = 0; i < count; i++)
    if (strlen(sections[i]) == length && !strncmp(sections[i], key, length)) return PETSC_TRUE;
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (strlen(others[i]) == length && !strncmp(others[i], key, length)) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscErrorCode MfgSweepCheckRunKey(MfgSweep sweep, const char *key, MfgMark mark, const char *section,
                                   PetscBool *good)
{
  static const char *const sections[] = {"game",   "solver", "metrics",      "evaluation",
                                         "output", "seed",   "petsc_options"};
  const size_t             length = strcspn(key, ".");
  char                     hint[MFG_LONGEST_KEY];
  MfgKeyKind               kind;

  PetscFunctionBeginUser;
  *good = PETSC_FALSE;
  for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
    if (strlen(sections[i]) == length && !strncmp(sections[i], key, length)) *good = PETSC_TRUE;
  if (*good) PetscFunctionReturn(0);
  if (IsOfAllRuns(key, length)) {
    PetscCall(
        MfgSweepComplain(sweep, mark, section, key, "'%.*s' holds for all runs alike", (int)length, key));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgSweepTablesJudge(sweep->tables, key, &kind, sizeof(hint), hint));
  PetscCall(MfgSweepComplain(sweep, mark, section, key, "unknown key '%.200s'%s%s%s", key,
                             hint[0] ? "; did you mean '" : "", hint, hint[0] ? "'?" : ""));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepCheckValue(MfgSweep sweep, const MfgNode *value, const char *section, const char *key)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < value->count; i++) {
    const MfgNode *child = value->children[i];
    const char    *dot = child->key ? strchr(child->key, '.') : NULL;

    if (dot)
      PetscCall(MfgSweepComplain(sweep, child->key_mark, section, key,
                                 "a key has no dots within a value; write '%.*s: {%s: ...}'",
                                 (int)(dot - child->key), child->key, dot + 1));
    PetscCall(MfgSweepCheckValue(sweep, child, section, key));
  }
  PetscFunctionReturn(0);
}
