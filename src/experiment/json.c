/* Writing JSON; see json.h. */
#include <math.h>
#include <string.h>
#include "experiment/json.h"

/* Bytes of the UTF-8 sequence at `c`, or 0 where there is none. */
static int SequenceLength(const unsigned char *c)
{
  const int length = c[0] < 0x80 ? 1 : c[0] >= 0xC2 && c[0] < 0xE0 ? 2 : (c[0] & 0xF0) == 0xE0 ? 3 : 4;

  if (length == 4 && (c[0] < 0xF0 || c[0] > 0xF4)) return 0;
  for (int i = 1; i < length; i++)
    if ((c[i] & 0xC0) != 0x80) return 0;
  if (c[0] == 0xE0 && c[1] < 0xA0) return 0;                                    /* could be shorter */
  if (c[0] == 0xED && c[1] > 0x9F) return 0;                                    /* half of a UTF-16 pair */
  if ((c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] > 0x8F)) return 0; /* shorter; beyond Unicode */
  return length;
}

static void Quote(FILE *stream, const char *text)
{
  (void)fputc('"', stream);
  for (const unsigned char *c = (const unsigned char *)text; *c;) {
    const int length = SequenceLength(c);

    if (*c == '"' || *c == '\\')
      (void)fprintf(stream, "\\%c", *c);
    else if (*c == '\n')
      (void)fputs("\\n", stream);
    else if (*c < 0x20 || *c == 0x7F)
      (void)fprintf(stream, "\\u%04x", *c);
    else if (length)
      (void)fwrite(c, 1, (size_t)length, stream);
    else
      (void)fputs("\\ufffd", stream);
    c += length ? length : 1;
  }
  (void)fputc('"', stream);
}

/* A comma if one is due, the line break and the key. */
static void Begin(MfgJson *json, const char *key)
{
  if (json->depth) (void)fprintf(json->stream, "%s\n%*s", json->empty ? "" : ",", (int)(2 * json->depth), "");
  if (key) {
    Quote(json->stream, key);
    (void)fputs(": ", json->stream);
  }
  json->empty = PETSC_FALSE;
}

PetscErrorCode MfgJsonOpen(MfgJson *json, const char *key, char bracket)
{
  PetscFunctionBeginUser;
  Begin(json, key);
  (void)fputc(bracket, json->stream);
  json->depth++;
  json->empty = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgJsonClose(MfgJson *json, char bracket)
{
  PetscFunctionBeginUser;
  json->depth--;
  if (!json->empty) (void)fprintf(json->stream, "\n%*s", (int)(2 * json->depth), "");
  (void)fputc(bracket, json->stream);
  if (!json->depth) (void)fputc('\n', json->stream);
  json->empty = PETSC_FALSE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgJsonText(MfgJson *json, const char *key, const char *text)
{
  PetscFunctionBeginUser;
  Begin(json, key);
  if (text)
    Quote(json->stream, text);
  else
    (void)fputs("null", json->stream);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgJsonInteger(MfgJson *json, const char *key, PetscInt64 value)
{
  PetscFunctionBeginUser;
  Begin(json, key);
  (void)fprintf(json->stream, "%lld", (long long)value);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgJsonReal(MfgJson *json, const char *key, PetscReal value)
{
  PetscFunctionBeginUser;
  Begin(json, key);
  if (isfinite((double)value))
    (void)fprintf(json->stream, "%.17g", (double)value);
  else
    (void)fputs("null", json->stream);
  PetscFunctionReturn(0);
}

/* "[a, b]" as a list of quoted words. */
static PetscErrorCode WriteWords(MfgJson *json, const char *key, const char *text)
{
  char *copy, *state = NULL;
  int   written = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy(text, &copy));
  Begin(json, key);
  (void)fputc('[', json->stream);
  for (char *word = strtok_r(copy, "[], ", &state); word; word = strtok_r(NULL, "[], ", &state)) {
    if (written++) (void)fputs(", ", json->stream);
    Quote(json->stream, word);
  }
  (void)fputc(']', json->stream);
  PetscCall(PetscFree(copy));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteValue(MfgJson *json, const char *key, MfgParameterType type, const char *text)
{
  PetscFunctionBeginUser;
  if (type == MFG_PARAMETER_CHOICES) {
    PetscCall(WriteWords(json, key, text));
  } else if (type == MFG_PARAMETER_TEXT || type == MFG_PARAMETER_CHOICE) {
    PetscCall(MfgJsonText(json, key, text));
  } else { /* the canonical text of numbers, truth values and lists of numbers is JSON */
    Begin(json, key);
    (void)fputs(text, json->stream);
  }
  PetscFunctionReturn(0);
}

/*
  A row's key below `prefix` (which ends in a dot, or is empty), or NULL if it is not there or has no value.
*/
static PetscErrorCode KeyBelow(MfgParameters parameters, PetscInt i, const PetscBool skip[],
                               const char *prefix, const char **key)
{
  const MfgParameterSpec *spec;
  const char             *text;
  const size_t            length = strlen(prefix);

  PetscFunctionBeginUser;
  PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
  *key = text && !(skip && skip[i]) && !strncmp(spec->key, prefix, length) ? spec->key + length : NULL;
  PetscFunctionReturn(0);
}

/* The rows under `prefix`; a group stands where its first row does. */
static PetscErrorCode WriteGroup(MfgJson *json, MfgParameters parameters, const PetscBool skip[],
                                 const char *prefix)
{
  PetscInt count;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersGetCount(parameters, &count));
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *spec;
    const char             *key, *text, *other, *dot;
    char                    group[256], below[256];
    PetscBool               written = PETSC_FALSE;

    PetscCall(KeyBelow(parameters, i, skip, prefix, &key));
    if (!key) continue;
    dot = strchr(key, '.');
    if (!dot) {
      PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
      PetscCall(WriteValue(json, key, spec->type, text));
      continue;
    }
    PetscCall(PetscStrncpy(group, key, PetscMin(sizeof(group), (size_t)(dot - key) + 1)));
    PetscCall(PetscSNPrintf(below, sizeof(below), "%s%s.", prefix, group));
    for (PetscInt j = 0; j < i && !written; j++) {
      PetscCall(KeyBelow(parameters, j, skip, below, &other));
      written = (PetscBool)(other != NULL);
    }
    if (written) continue;
    PetscCall(MfgJsonOpen(json, group, '{'));
    PetscCall(WriteGroup(json, parameters, skip, below));
    PetscCall(MfgJsonClose(json, '}'));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgJsonParameters(MfgJson *json, MfgParameters parameters, const PetscBool skip[])
{
  PetscFunctionBeginUser;
  PetscCall(WriteGroup(json, parameters, skip, ""));
  PetscFunctionReturn(0);
}
