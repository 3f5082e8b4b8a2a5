/* The parameters of one object: the rows of its tables and a value for each; see throng/parameters.h. */
#include <string.h>
#include "game/append.h"
#include "game/parameter_values.h"

typedef struct {
  const MfgParameterSpec *spec;
  MfgValue                value;
  PetscBool               given, present;
} Entry;

struct _p_MfgParameters {
  PetscInt count;
  Entry   *entries; /* [count] */
};

PetscErrorCode MfgParametersCreate(MfgParameters *parameters)
{
  PetscFunctionBeginUser;
  PetscCall(PetscNew(parameters));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersDestroy(MfgParameters *parameters)
{
  MfgParameters p = *parameters;

  PetscFunctionBeginUser;
  if (!p) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < p->count; i++) PetscCall(MfgValueFree(&p->entries[i].value));
  PetscCall(PetscFree(p->entries));
  PetscCall(PetscFree(*parameters));
  PetscFunctionReturn(0);
}

static Entry *Find(MfgParameters p, const char *key)
{
  for (PetscInt i = 0; i < p->count; i++)
    if (!strcmp(p->entries[i].spec->key, key)) return &p->entries[i];
  return NULL;
}

/* Whether `key` lies in `group`, as "noise.slip" lies in "noise". */
static PetscBool IsInGroup(const char *key, const char *group)
{
  const size_t length = strlen(group);

  return (PetscBool)(!strncmp(key, group, length) && key[length] == '.');
}

PetscErrorCode MfgParametersAddTable(MfgParameters p, const MfgParameterSpec table[])
{
  PetscInt more = 0;
  Entry   *entries;
  char     message[MFG_VALUE_MESSAGE_SIZE];

  PetscFunctionBeginUser;
  while (table && table[more].key) more++;
  PetscCall(PetscCalloc1(p->count + more, &entries));
  if (p->count) PetscCall(PetscArraycpy(entries, p->entries, p->count));
  PetscCall(PetscFree(p->entries));
  p->entries = entries;
  for (PetscInt i = 0; i < more; i++) {
    Entry *entry = &p->entries[p->count];

    PetscCheck(!Find(p, table[i].key), PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG,
               "the key '%s' is in the tables twice", table[i].key);
    entry->spec = &table[i];
    p->count++;
    if (!table[i].preset) continue;
    PetscCall(MfgValueParse(&table[i], table[i].preset, &entry->value, message));
    PetscCheck(!message[0], PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG, "default of '%s': %s", table[i].key,
               message);
    entry->present = PETSC_TRUE;
  }
  PetscFunctionReturn(0);
}

/*
  A known key whose part after the dot is nearly that of `key` (`slip` for noise.slip), or NULL. words: room
  for all.
*/
static const char *FindNearestMember(MfgParameters p, const char *key, const char *words[])
{
  const char *dot = strrchr(key, '.'), *found;

  for (PetscInt i = 0; i < p->count; i++) {
    const char *known = p->entries[i].spec->key, *known_dot = strrchr(known, '.');

    words[i] = known_dot ? known_dot + 1 : known;
  }
  found = MfgNearestWord(dot ? dot + 1 : key, p->count, words);
  for (PetscInt i = 0; i < p->count && found; i++)
    if (words[i] == found) return p->entries[i].spec->key;
  return NULL;
}

/* The known key or group that `key` was meant to be; empty if none is near. */
static PetscErrorCode FindNearest(MfgParameters p, const char *key, size_t size, char nearest[])
{
  const char **words, *found;
  char        *groups;
  size_t       used = 0, room = 1;
  PetscInt     count = 0;

  PetscFunctionBeginUser;
  nearest[0] = '\0';
  for (PetscInt i = 0; i < p->count; i++) room += strlen(p->entries[i].spec->key) + 1;
  PetscCall(PetscCalloc1(room, &groups));
  PetscCall(PetscMalloc1(2 * p->count + 1, &words));
  for (PetscInt i = 0; i < p->count; i++) {
    const char *known = p->entries[i].spec->key, *dot = strrchr(known, '.');

    words[count++] = known;
    if (!dot) continue;
    PetscCall(PetscArraycpy(groups + used, known, (size_t)(dot - known)));
    words[count++] = groups + used;
    used += (size_t)(dot - known) + 1;
  }
  found = MfgNearestWord(key, count, words);
  if (!found) found = FindNearestMember(p, key, words);
  if (found) PetscCall(PetscStrncpy(nearest, found, size));
  PetscCall(PetscFree(words));
  PetscCall(PetscFree(groups));
  PetscFunctionReturn(0);
}

/* `key` is no row's: say so. It may name a group, whose keys are then listed. */
static PetscErrorCode ComplainOfUnknown(MfgParameters p, const char *key, const MfgComplaints *complaints)
{
  char nearest[256], members[512] = "";

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < p->count; i++) {
    if (!IsInGroup(p->entries[i].spec->key, key)) continue;
    MfgAppend(members, members[0] ? ", " : "", sizeof(members));
    MfgAppend(members, p->entries[i].spec->key + strlen(key) + 1, sizeof(members));
  }
  if (members[0]) {
    PetscCall(
        MfgComplain(complaints, key, "'%s' is a group of keys; expected one or more of: %s", key, members));
    PetscFunctionReturn(0);
  }
  PetscCall(FindNearest(p, key, sizeof(nearest), nearest));
  if (nearest[0])
    PetscCall(MfgComplain(complaints, key, "unknown key '%s'; did you mean '%s'?", key, nearest));
  else
    PetscCall(MfgComplain(complaints, key, "unknown key '%s'", key));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersSet(MfgParameters p, const char *key, const char *text,
                                const MfgComplaints *complaints)
{
  Entry   *entry = Find(p, key);
  MfgValue value;
  char     message[MFG_VALUE_MESSAGE_SIZE];

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < p->count && !entry; i++)
    if (p->entries[i].spec->shorthand && IsInGroup(p->entries[i].spec->key, key)) entry = &p->entries[i];
  if (!entry) {
    PetscCall(ComplainOfUnknown(p, key, complaints));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgValueParse(entry->spec, text, &value, message));
  if (message[0]) {
    PetscCall(MfgComplain(complaints, key, "%s", message));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgValueFree(&entry->value));
  entry->value = value;
  entry->present = PETSC_TRUE;
  entry->given = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersCheckRequired(MfgParameters p, const MfgComplaints *complaints)
{
  char wanted[1024];

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < p->count; i++) {
    const MfgParameterSpec *spec = p->entries[i].spec;

    if (!spec->required || p->entries[i].given) continue;
    PetscCall(MfgValueDescribe(spec, sizeof(wanted), wanted));
    PetscCall(MfgComplain(complaints, spec->key, "the key '%s' is required; expected %s", spec->key, wanted));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Get(MfgParameters p, const char *key, Entry **entry)
{
  PetscFunctionBeginUser;
  *entry = Find(p, key);
  PetscCheck(*entry, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG, "no parameter has the key '%s'", key);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersIsGiven(MfgParameters p, const char *key, PetscBool *given)
{
  Entry *entry;

  PetscFunctionBeginUser;
  PetscCall(Get(p, key, &entry));
  *given = entry->given;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersIsPresent(MfgParameters p, const char *key, PetscBool *present)
{
  Entry *entry;

  PetscFunctionBeginUser;
  PetscCall(Get(p, key, &entry));
  *present = entry->present;
  PetscFunctionReturn(0);
}

static PetscErrorCode GetValue(MfgParameters p, const char *key, MfgParameterType type,
                               const MfgValue **value)
{
  Entry *entry;

  PetscFunctionBeginUser;
  PetscCall(Get(p, key, &entry));
  PetscCheck(entry->spec->type == type, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG,
             "the parameter '%s' is of another type", key);
  PetscCheck(entry->present, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE, "the parameter '%s' has no value",
             key);
  *value = &entry->value;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetInteger(MfgParameters p, const char *key, PetscInt *x)
{
  const MfgValue *value;

  PetscFunctionBeginUser;
  PetscCall(GetValue(p, key, MFG_PARAMETER_INTEGER, &value));
  *x = value->integers[0];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetReal(MfgParameters p, const char *key, PetscReal *x)
{
  const MfgValue *value;

  PetscFunctionBeginUser;
  PetscCall(GetValue(p, key, MFG_PARAMETER_REAL, &value));
  *x = value->reals[0];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetBoolean(MfgParameters p, const char *key, PetscBool *x)
{
  const MfgValue *value;

  PetscFunctionBeginUser;
  PetscCall(GetValue(p, key, MFG_PARAMETER_BOOLEAN, &value));
  *x = value->boolean;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetText(MfgParameters p, const char *key, const char **text)
{
  Entry *entry;

  PetscFunctionBeginUser;
  PetscCall(Get(p, key, &entry));
  PetscCheck(entry->present, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE, "the parameter '%s' has no value",
             key);
  *text = entry->value.text;
  PetscFunctionReturn(0);
}

static PetscErrorCode CheckCapacity(const MfgValue *value, const char *key, PetscInt capacity)
{
  PetscFunctionBeginUser;
  PetscCheck(value->length <= capacity, PETSC_COMM_SELF, PETSC_ERR_ARG_SIZ,
             "'%s' has %" PetscInt_FMT " numbers, there is room for %" PetscInt_FMT, key, value->length,
             capacity);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetIntegers(MfgParameters p, const char *key, PetscInt capacity, PetscInt *length,
                                        PetscInt values[])
{
  const MfgValue *value;

  PetscFunctionBeginUser;
  PetscCall(GetValue(p, key, MFG_PARAMETER_INTEGERS, &value));
  PetscCall(CheckCapacity(value, key, capacity));
  *length = value->length;
  PetscCall(PetscArraycpy(values, value->integers, value->length));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetReals(MfgParameters p, const char *key, PetscInt capacity, PetscInt *length,
                                     PetscReal values[])
{
  const MfgValue *value;

  PetscFunctionBeginUser;
  PetscCall(GetValue(p, key, MFG_PARAMETER_REALS, &value));
  PetscCall(CheckCapacity(value, key, capacity));
  *length = value->length;
  PetscCall(PetscArraycpy(values, value->reals, value->length));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersHasChoice(MfgParameters p, const char *key, const char *word, PetscBool *has)
{
  const MfgValue *value;

  PetscFunctionBeginUser;
  PetscCall(GetValue(p, key, MFG_PARAMETER_CHOICES, &value));
  *has = PETSC_FALSE;
  for (PetscInt i = 0; i < value->length; i++)
    if (!strcmp(value->words[i], word)) *has = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetChoice(MfgParameters p, const char *key, PetscInt *index)
{
  const MfgValue *value;
  const char     *word;
  size_t          length;
  const char     *text;

  PetscFunctionBeginUser;
  PetscCall(GetValue(p, key, MFG_PARAMETER_CHOICE, &value));
  PetscCall(MfgParametersGetText(p, key, &text));
  *index = 0;
  for (word = Find(p, key)->spec->range;; word += length + 1, ++*index) {
    length = strcspn(word, "|");
    if (strlen(text) == length && !strncmp(text, word, length)) break;
    PetscCheck(word[length], PETSC_COMM_SELF, PETSC_ERR_PLIB, "'%s' is none of the choices of '%s'", text,
               key);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersCheckBelongs(MfgParameters p, const char *key, const char *selector,
                                         const char *choice, const MfgComplaints *complaints)
{
  const char *chosen;
  PetscBool   given;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersIsGiven(p, key, &given));
  PetscCall(MfgParametersGetText(p, selector, &chosen));
  if (given && strcmp(chosen, choice))
    PetscCall(
        MfgComplain(complaints, key, "is used where %s is %s; it is %s here", selector, choice, chosen));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetCount(MfgParameters p, PetscInt *count)
{
  PetscFunctionBeginUser;
  *count = p->count;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgParametersGetEntry(MfgParameters p, PetscInt i, const MfgParameterSpec **spec,
                                     const char **text)
{
  PetscFunctionBeginUser;
  PetscCheck(i >= 0 && i < p->count, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "no row %" PetscInt_FMT " among %" PetscInt_FMT, i, p->count);
  *spec = p->entries[i].spec;
  *text = p->entries[i].present ? p->entries[i].value.text : NULL;
  PetscFunctionReturn(0);
}
