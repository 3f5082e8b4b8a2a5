/* Collecting and printing what is wrong with the input; see errors.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/errors.h"
#include "game/append.h"

enum { LONGEST_MESSAGE = 2048 };

typedef struct {
  MfgMark  mark;
  PetscInt order; /* of arrival, which decides between equal places */
  char    *key, *message;
} Error;

struct _p_MfgErrors {
  char   **sources; /* [source_count]: the file, then the settings */
  PetscInt source_count;
  Error   *list; /* [count] of [capacity] */
  PetscInt count, capacity;
  char   **of_run; /* [run_count] of [run_capacity]: the keys of what was wrong with one run, NULL for none */
  PetscInt run_count, run_capacity;
};

PetscErrorCode MfgErrorsCreate(const char *path, PetscInt count, const char *const settings[],
                               MfgErrors *errors)
{
  MfgErrors e;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&e));
  e->source_count = count + 1;
  PetscCall(PetscCalloc1(e->source_count, &e->sources));
  PetscCall(PetscStrallocpy(path, &e->sources[0]));
  for (PetscInt i = 0; i < count; i++) PetscCall(PetscStrallocpy(settings[i], &e->sources[i + 1]));
  *errors = e;
  PetscFunctionReturn(0);
}

static PetscErrorCode Clear(MfgErrors e)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < e->count; i++) {
    PetscCall(PetscFree(e->list[i].key));
    PetscCall(PetscFree(e->list[i].message));
  }
  e->count = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsDestroy(MfgErrors *errors)
{
  MfgErrors e = *errors;

  PetscFunctionBeginUser;
  if (!e) PetscFunctionReturn(0);
  PetscCall(Clear(e));
  PetscCall(MfgErrorsBeginRun(e));
  PetscCall(PetscFree(e->of_run));
  PetscCall(PetscFree(e->list));
  for (PetscInt i = 0; i < e->source_count; i++) PetscCall(PetscFree(e->sources[i]));
  PetscCall(PetscFree(e->sources));
  PetscCall(PetscFree(*errors));
  PetscFunctionReturn(0);
}

static PetscErrorCode MakeRoom(MfgErrors e)
{
  Error         *list;
  const PetscInt capacity = 2 * e->capacity + 8;

  PetscFunctionBeginUser;
  if (e->count < e->capacity) PetscFunctionReturn(0);
  PetscCall(PetscCalloc1(capacity, &list));
  if (e->count) PetscCall(PetscArraycpy(list, e->list, e->count));
  PetscCall(PetscFree(e->list));
  e->list = list;
  e->capacity = capacity;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsBeginRun(MfgErrors e)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < e->run_count; i++) PetscCall(PetscFree(e->of_run[i]));
  e->run_count = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsGetCountOfRun(MfgErrors e, PetscInt *count)
{
  PetscFunctionBeginUser;
  *count = e->run_count;
  PetscFunctionReturn(0);
}

static PetscErrorCode NoteOfRun(MfgErrors e, const char *key)
{
  char **keys;

  PetscFunctionBeginUser;
  if (e->run_count == e->run_capacity) {
    e->run_capacity = 2 * e->run_capacity + 8;
    PetscCall(PetscCalloc1(e->run_capacity, &keys));
    if (e->run_count) PetscCall(PetscArraycpy(keys, e->of_run, e->run_count));
    PetscCall(PetscFree(e->of_run));
    e->of_run = keys;
  }
  PetscCall(PetscStrallocpy(key, &e->of_run[e->run_count]));
  e->run_count++;
  PetscFunctionReturn(0);
}

static PetscBool IsSame(const Error *a, const Error *b)
{
  return (PetscBool)(a->mark.source == b->mark.source && a->mark.line == b->mark.line &&
                     a->mark.column == b->mark.column && !a->key == !b->key &&
                     (!a->key || !strcmp(a->key, b->key)) && !strcmp(a->message, b->message));
}

/* Of two equal errors one is enough: the same value is checked in many runs. */
static PetscErrorCode DropLastIfTold(MfgErrors e)
{
  Error *last = &e->list[e->count - 1];

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < e->count - 1; i++) {
    if (!IsSame(&e->list[i], last)) continue;
    PetscCall(PetscFree(last->key));
    PetscCall(PetscFree(last->message));
    e->count--;
    break;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsAdd(MfgErrors e, MfgMark mark, const char *key, const char *format, ...)
{
  char    message[LONGEST_MESSAGE];
  Error  *error;
  va_list arguments;

  PetscFunctionBeginUser;
  va_start(arguments, format);
  (void)vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);
  PetscCall(MakeRoom(e));
  error = &e->list[e->count];
  error->mark = mark;
  error->order = e->count++;
  PetscCall(PetscStrallocpy(key, &error->key));
  PetscCall(PetscStrallocpy(message, &error->message));
  for (char *c = error->message; *c; c++)
    if (iscntrl((unsigned char)*c)) *c = ' ';
  for (char *c = error->key; c && *c; c++)
    if (iscntrl((unsigned char)*c)) *c = ' ';
  PetscCall(NoteOfRun(e, error->key));
  PetscCall(DropLastIfTold(e));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsGetCount(MfgErrors e, PetscInt *count)
{
  PetscFunctionBeginUser;
  *count = e->count;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsHasKey(MfgErrors e, const char *key, PetscBool *has)
{
  PetscFunctionBeginUser;
  *has = PETSC_FALSE;
  for (PetscInt i = 0; i < e->run_count; i++)
    if (e->of_run[i] && !strcmp(e->of_run[i], key)) *has = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsHasSection(MfgErrors e, const char *section, PetscBool *has)
{
  const size_t length = strlen(section);

  PetscFunctionBeginUser;
  *has = PETSC_FALSE;
  for (PetscInt i = 0; i < e->run_count; i++) {
    const char *key = e->of_run[i];

    if (key && !strncmp(key, section, length) && (!key[length] || key[length] == '.')) *has = PETSC_TRUE;
  }
  PetscFunctionReturn(0);
}

static int Compare(const void *first, const void *second)
{
  const Error   *a = first, *b = second;
  const PetscInt d[4] = {a->mark.source - b->mark.source, a->mark.line - b->mark.line,
                         a->mark.column - b->mark.column, a->order - b->order};

  for (int i = 0; i < 4; i++)
    if (d[i]) return d[i] < 0 ? -1 : 1;
  return 0;
}

PetscErrorCode MfgErrorsFormat(MfgErrors e, MfgMark mark, const char *key, const char *message, char **line)
{
  const char  *source = mark.source < 0 ? "throng" : e->sources[mark.source];
  const size_t size = strlen(source) + strlen(message) + (key ? strlen(key) : 0) + 64;
  char         place[48] = "";

  PetscFunctionBeginUser;
  if (!mark.source && mark.line)
    PetscCall(
        PetscSNPrintf(place, sizeof(place), ":%" PetscInt_FMT ":%" PetscInt_FMT, mark.line, mark.column));
  PetscCall(PetscMalloc1(size, line));
  (void)snprintf(*line, size, "%s%s%s%s%s: %s", mark.source > 0 ? "--set " : "", source, place,
                 key ? ": " : "", key ? key : "", message);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsPrint(MfgErrors e, FILE *stream)
{
  char *line;

  PetscFunctionBeginUser;
  if (e->count) qsort(e->list, (size_t)e->count, sizeof(*e->list), Compare);
  for (PetscInt i = 0; i < e->count; i++) {
    PetscCall(MfgErrorsFormat(e, e->list[i].mark, e->list[i].key, e->list[i].message, &line));
    (void)fprintf(stream, "%s\n", line);
    PetscCall(PetscFree(line));
  }
  (void)fflush(stream);
  PetscCall(Clear(e));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgErrorsTake(MfgErrors e, size_t size, char text[])
{
  PetscFunctionBeginUser;
  text[0] = '\0';
  for (PetscInt i = 0; i < e->count; i++) {
    if (i) MfgAppend(text, "; ", size);
    if (e->list[i].key) MfgAppend(text, e->list[i].key, size);
    if (e->list[i].key) MfgAppend(text, ": ", size);
    MfgAppend(text, e->list[i].message, size);
  }
  PetscCall(Clear(e));
  PetscFunctionReturn(0);
}
