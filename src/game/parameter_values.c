/* Reading and checking one value of a parameter; see parameter_values.h. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "game/append.h"
#include "game/parameter_values.h"

enum { LONGEST_NUMBER = 64, LONGEST_DESCRIPTION = 1024, MOST_WORDS = 64 };

static PetscBool IsList(MfgParameterType type)
{
  return (PetscBool)(type == MFG_PARAMETER_INTEGERS || type == MFG_PARAMETER_REALS ||
                     type == MFG_PARAMETER_CHOICES);
}

/* Split `text` at `separator` (0: one item), without the white space around. The items point into `text`. */
static PetscErrorCode Split(char *text, char separator, PetscInt capacity, PetscInt *count, char *items[])
{
  char *item = text;

  PetscFunctionBeginUser;
  *count = 0;
  while (item) {
    char  *next = separator ? strchr(item, separator) : NULL;
    size_t length;

    if (next) *next++ = '\0';
    while (isspace((unsigned char)*item)) item++;
    length = strlen(item);
    while (length && isspace((unsigned char)item[length - 1])) item[--length] = '\0';
    PetscCheck(*count < capacity, PETSC_COMM_SELF, PETSC_ERR_PLIB, "more than %" PetscInt_FMT " items",
               capacity);
    items[(*count)++] = item;
    item = next;
  }
  PetscFunctionReturn(0);
}

/* The words of "a|b|c", in `buffer`, which PetscFree() returns. */
static PetscErrorCode GetWords(const char *range, char **buffer, PetscInt *count, char *words[MOST_WORDS])
{
  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy(range, buffer));
  PetscCall(Split(*buffer, '|', MOST_WORDS, count, words));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgValueDescribe(const MfgParameterSpec *spec, size_t size, char description[])
{
  const PetscBool is_list = IsList(spec->type);
  const char     *one, *many;
  char            number[LONGEST_NUMBER] = "";

  PetscFunctionBeginUser;
  switch (spec->type) {
  case MFG_PARAMETER_INTEGER:
  case MFG_PARAMETER_INTEGERS:
    one = "an integer", many = "integers";
    break;
  case MFG_PARAMETER_REAL:
  case MFG_PARAMETER_REALS:
    one = "a real", many = "reals";
    break;
  case MFG_PARAMETER_BOOLEAN:
    one = "true or false", many = "";
    break;
  case MFG_PARAMETER_CHOICE:
  case MFG_PARAMETER_CHOICES:
    one = "one", many = "words";
    break;
  default:
    one = "text", many = "";
  }
  if (spec->length) PetscCall(PetscSNPrintf(number, sizeof(number), "%" PetscInt_FMT " ", spec->length));
  if (is_list)
    PetscCall(PetscSNPrintf(description, size, "a list of %s%s", number, many));
  else
    PetscCall(PetscStrncpy(description, one, size));
  if (spec->range && spec->type != MFG_PARAMETER_BOOLEAN && spec->type != MFG_PARAMETER_TEXT) {
    const PetscBool is_words =
        (PetscBool)(spec->type == MFG_PARAMETER_CHOICE || spec->type == MFG_PARAMETER_CHOICES);

    MfgAppend(description, is_words ? " of " : " in ", size);
    MfgAppend(description, spec->range, size);
  }
  PetscFunctionReturn(0);
}

/* The bounds of "(lo,hi]"; open ends are told by the brackets. */
static PetscErrorCode IsInRange(const char *range, PetscReal x, PetscBool *inside)
{
  const size_t length = range ? strlen(range) : 0;
  double       low, high;
  char        *end;

  PetscFunctionBeginUser;
  *inside = PETSC_TRUE;
  if (!range) PetscFunctionReturn(0);
  PetscCheck(length >= 5 && strchr("([", range[0]) && strchr(")]", range[length - 1]), PETSC_COMM_SELF,
             PETSC_ERR_ARG_WRONG, "'%s' is not an interval", range);
  low = strtod(range + 1, &end);
  PetscCheck(*end == ',', PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG, "'%s' is not an interval", range);
  high = strtod(end + 1, &end);
  PetscCheck(end == range + length - 1, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG, "'%s' is not an interval",
             range);
  if (range[0] == '(' ? x <= low : x < low) *inside = PETSC_FALSE;
  if (range[length - 1] == ')' ? x >= high : x > high) *inside = PETSC_FALSE;
  PetscFunctionReturn(0);
}

static const char *Shown(const char *item)
{
  return *item ? item : "an empty text";
}

/* Decimal numbers only: strtod() would take hexadecimal ones, infinities and leading spaces, too. */
static PetscBool ReadReal(const char *text, PetscReal *x)
{
  char  *end;
  double value;

  if (!*text || strspn(text, "+-.0123456789eE") != strlen(text)) return PETSC_FALSE;
  value = strtod(text, &end);
  *x = (PetscReal)value;
  return (PetscBool)(end != text && !*end && isfinite(value));
}

typedef enum { READ_OK, READ_NOT_AN_INTEGER, READ_TOO_LARGE } ReadOutcome;

static ReadOutcome ReadInteger(const char *text, PetscInt *x)
{
  const char *digits = text + (*text == '-' || *text == '+');
  long long   value;

  if (!*digits || strspn(digits, "0123456789") != strlen(digits)) return READ_NOT_AN_INTEGER;
  errno = 0;
  value = strtoll(text, NULL, 10);
  if (errno == ERANGE || value > (long long)PETSC_MAX_INT || value < (long long)PETSC_MIN_INT)
    return READ_TOO_LARGE;
  *x = (PetscInt)value;
  return READ_OK;
}

/* The shortest of 15, 16 or 17 digits that reads back as the same number. */
static PetscErrorCode WriteReal(PetscReal x, char text[LONGEST_NUMBER])
{
  PetscFunctionBeginUser;
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(text, LONGEST_NUMBER, "%.*g", digits, (double)x);
    if (strtod(text, NULL) == (double)x) break;
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ParseReal(const MfgParameterSpec *spec, const char *item, PetscReal *x,
                                char canonical[], char message[MFG_VALUE_MESSAGE_SIZE])
{
  char      wanted[LONGEST_DESCRIPTION];
  PetscBool inside = PETSC_FALSE;

  PetscFunctionBeginUser;
  PetscCall(MfgValueDescribe(spec, sizeof(wanted), wanted));
  if (!ReadReal(item, x)) {
    (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "%.200s is not a number; expected %s", Shown(item),
                   wanted);
  } else {
    PetscCall(IsInRange(spec->range, *x, &inside));
    if (!inside)
      (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "%.200s is out of range; expected %s", item, wanted);
    else
      PetscCall(WriteReal(*x, canonical));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ParseInteger(const MfgParameterSpec *spec, const char *item, PetscInt *x,
                                   char canonical[], char message[MFG_VALUE_MESSAGE_SIZE])
{
  char        wanted[LONGEST_DESCRIPTION];
  PetscBool   inside = PETSC_FALSE;
  ReadOutcome outcome = ReadInteger(item, x);

  PetscFunctionBeginUser;
  PetscCall(MfgValueDescribe(spec, sizeof(wanted), wanted));
  if (outcome == READ_OK) {
    PetscCall(IsInRange(spec->range, (PetscReal)*x, &inside));
    (void)snprintf(canonical, LONGEST_NUMBER, "%" PetscInt_FMT, *x);
  }
  if (outcome == READ_NOT_AN_INTEGER)
    (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "%.200s is not an integer; expected %s", Shown(item),
                   wanted);
  else if (!inside)
    (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "%.200s is out of range; expected %s", item, wanted);
  PetscFunctionReturn(0);
}

static PetscErrorCode ParseWord(const MfgParameterSpec *spec, const char *item,
                                char message[MFG_VALUE_MESSAGE_SIZE])
{
  char       *buffer, *words[MOST_WORDS], wanted[LONGEST_DESCRIPTION];
  const char *near;
  PetscInt    count, i;

  PetscFunctionBeginUser;
  PetscCall(GetWords(spec->range, &buffer, &count, words));
  for (i = 0; i < count && strcmp(words[i], item); i++) continue;
  if (i == count) {
    PetscCall(MfgValueDescribe(spec, sizeof(wanted), wanted));
    near = MfgNearestWord(item, count, (const char *const *)words);
    (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "unknown word '%.200s'; %s%s%sexpected %s", item,
                   near ? "did you mean '" : "", near ? near : "", near ? "'? " : "", wanted);
  }
  PetscCall(PetscFree(buffer));
  PetscFunctionReturn(0);
}

/* A complaint if item i already stands before it. */
static void CheckNotTwice(PetscInt i, char *const items[], char message[MFG_VALUE_MESSAGE_SIZE])
{
  for (PetscInt j = 0; j < i; j++)
    if (!strcmp(items[i], items[j]))
      (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "'%.200s' stands in the list twice", items[i]);
}

/* Item i of the value, appended to the canonical text. */
static PetscErrorCode ParseItem(const MfgParameterSpec *spec, PetscInt i, char *const items[],
                                MfgValue *value, size_t size, char message[MFG_VALUE_MESSAGE_SIZE])
{
  char        number[LONGEST_NUMBER] = "";
  const char *canonical = number;

  PetscFunctionBeginUser;
  switch (spec->type) {
  case MFG_PARAMETER_INTEGER:
  case MFG_PARAMETER_INTEGERS:
    PetscCall(ParseInteger(spec, items[i], &value->integers[i], number, message));
    break;
  case MFG_PARAMETER_REAL:
  case MFG_PARAMETER_REALS:
    PetscCall(ParseReal(spec, items[i], &value->reals[i], number, message));
    break;
  case MFG_PARAMETER_CHOICES:
    CheckNotTwice(i, items, message); /* fall through */
  case MFG_PARAMETER_CHOICE:
    PetscCall(ParseWord(spec, items[i], message));
    PetscCall(PetscStrallocpy(items[i], &value->words[i]));
    canonical = items[i];
    break;
  case MFG_PARAMETER_BOOLEAN:
    value->boolean = (PetscBool)!strcmp(items[i], "true");
    if (!value->boolean && strcmp(items[i], "false"))
      (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "'%.200s' is neither true nor false", items[i]);
    canonical = items[i];
    break;
  case MFG_PARAMETER_TEXT:
    if (!*items[i]) (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "the text is empty");
    canonical = items[i];
  }
  if (i) MfgAppend(value->text, ", ", size);
  MfgAppend(value->text, canonical, size);
  PetscFunctionReturn(0);
}

/*
  Take the items of "[a, b]" apart; `list` is a copy of the text that is cut up. items: room for every comma +
  1.
*/
static PetscErrorCode OpenList(const MfgParameterSpec *spec, const char *text, char *list, PetscInt capacity,
                               PetscInt *count, char *items[], char message[MFG_VALUE_MESSAGE_SIZE])
{
  size_t length = strlen(list);
  char   wanted[LONGEST_DESCRIPTION];

  PetscFunctionBeginUser;
  *count = 0;
  PetscCall(MfgValueDescribe(spec, sizeof(wanted), wanted));
  if (length < 2 || list[0] != '[' || list[length - 1] != ']') {
    (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "%.200s is not a list; expected %s", text, wanted);
    PetscFunctionReturn(0);
  }
  list[length - 1] = '\0';
  list++;
  if (strspn(list, " \t") < strlen(list)) PetscCall(Split(list, ',', capacity, count, items));
  if (spec->length && *count != spec->length)
    (void)snprintf(message, MFG_VALUE_MESSAGE_SIZE, "%.200s has %" PetscInt_FMT " entries; expected %s", text,
                   *count, wanted);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgValueParse(const MfgParameterSpec *spec, const char *text, MfgValue *value,
                             char message[MFG_VALUE_MESSAGE_SIZE])
{
  const PetscBool is_list = IsList(spec->type);
  PetscInt        capacity = 1;
  char           *copy, **items;
  size_t          size;

  PetscFunctionBeginUser;
  message[0] = '\0';
  PetscCall(PetscMemzero(value, sizeof(*value)));
  PetscCall(PetscStrallocpy(text, &copy));
  for (const char *c = text; is_list && *c; c++) capacity += *c == ',';
  PetscCall(PetscMalloc1(capacity, &items));
  if (is_list)
    PetscCall(OpenList(spec, text, copy, capacity, &value->length, items, message));
  else if (spec->type == MFG_PARAMETER_TEXT)
    items[0] = copy, value->length = 1;
  else
    PetscCall(Split(copy, '\0', 1, &value->length, items));

  PetscCall(PetscCalloc3(value->length, &value->integers, value->length, &value->reals, value->length,
                         &value->words));
  size = strlen(text) + (size_t)(value->length + 1) * LONGEST_NUMBER;
  PetscCall(PetscCalloc1(size, &value->text));
  if (is_list) MfgAppend(value->text, "[", size);
  for (PetscInt i = 0; i < value->length && !message[0]; i++)
    PetscCall(ParseItem(spec, i, items, value, size, message));
  if (is_list) MfgAppend(value->text, "]", size);
  PetscCall(PetscFree(items));
  PetscCall(PetscFree(copy));
  if (message[0]) PetscCall(MfgValueFree(value));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgValueFree(MfgValue *value)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; value->words && i < value->length; i++) PetscCall(PetscFree(value->words[i]));
  PetscCall(PetscFree3(value->integers, value->reals, value->words));
  PetscCall(PetscFree(value->text));
  value->length = 0;
  PetscFunctionReturn(0);
}
