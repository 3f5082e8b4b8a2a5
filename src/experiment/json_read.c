/* Reading back JSON; see json_read.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/json_read.h"

const char *MfgJsonFind(const char *text, PetscInt depth, const char *key)
{
  char        beginning[128];
  const char *found;

  (void)snprintf(beginning, sizeof(beginning), "\n%*s\"%.100s\": ", (int)(2 * depth), "", key);
  found = strstr(text, beginning);
  return found ? found + strlen(beginning) : NULL;
}

/* The character that "\uXXXX" names, in UTF-8; 0: there is no such escape. */
static size_t Unescape(const char *digits, char bytes[3])
{
  unsigned code;

  if (strspn(digits, "0123456789abcdefABCDEF") < 4 || sscanf(digits, "%4x", &code) != 1) return 0;
  if (code < 0x80) {
    bytes[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    bytes[0] = (char)(0xC0 | code >> 6);
    bytes[1] = (char)(0x80 | (code & 0x3F));
    return 2;
  }
  bytes[0] = (char)(0xE0 | code >> 12);
  bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
  bytes[2] = (char)(0x80 | (code & 0x3F));
  return 3;
}

const char *MfgJsonReadText(const char *value, size_t size, char text[])
{
  size_t n = 0;

  text[0] = '\0';
  if (!value || *value != '"') return NULL;
  for (value++; *value && *value != '"'; value++) {
    char   bytes[3] = {*value, 0, 0};
    size_t length = 1;

    if (*value == '\\' && value[1]) {
      value++;
      bytes[0] = *value == 'n' ? '\n' : *value;
      if (*value == 'u' && (length = Unescape(value + 1, bytes))) value += 4;
    }
    if (n + length >= size) length = 0;
    memcpy(text + n, bytes, length);
    n += length;
  }
  text[n] = '\0';
  return *value ? value + 1 : NULL;
}

PetscBool MfgJsonReadReal(const char *value, double *real)
{
  char *end = NULL;

  *real = NAN;
  if (!value || !strchr("-0123456789", *value)) return PETSC_FALSE;
  *real = strtod(value, &end);
  return (PetscBool)(end != value);
}

PetscBool MfgJsonReadItem(const char **at, size_t size, char text[])
{
  text[0] = '\0';
  if (!*at || (**at != '[' && **at != ',' && **at != '\n')) return PETSC_FALSE;
  *at += strspn(*at, "[, \n");
  *at = MfgJsonReadText(*at, size, text);
  return (PetscBool)(*at != NULL);
}
