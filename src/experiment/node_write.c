/* A node as YAML in flow style on one line; see document.h. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include "experiment/document.h"

typedef struct {
  char  *text;
  size_t length, capacity;
} Buffer;

static PetscErrorCode Write(Buffer *buffer, const char *bytes, size_t length)
{
  char *text;

  PetscFunctionBeginUser;
  if (buffer->length + length + 1 > buffer->capacity) {
    buffer->capacity = 2 * (buffer->length + length) + 64;
    PetscCall(PetscCalloc1(buffer->capacity, &text));
    if (buffer->length) PetscCall(PetscArraycpy(text, buffer->text, buffer->length));
    PetscCall(PetscFree(buffer->text));
    buffer->text = text;
  }
  PetscCall(PetscArraycpy(buffer->text + buffer->length, bytes, length));
  buffer->length += length;
  buffer->text[buffer->length] = '\0';
  PetscFunctionReturn(0);
}

/*
  Whether a text can stand without quotes wherever it stands. Some others could, but no number, truth value or
  null is among them, so that quotes change nothing about them.
*/
static PetscBool IsPlain(const char *text)
{
  PetscBool word = PETSC_FALSE;

  if (!strcmp(text, "~")) return PETSC_TRUE;
  for (const char *c = text; *c; c++) {
    const PetscBool letter = (PetscBool)(isascii((unsigned char)*c) && isalnum((unsigned char)*c));

    if (!letter && !strchr("+-._/", *c)) return PETSC_FALSE;
    word = (PetscBool)(word || letter);
  }
  return word;
}

/* The number of the character that begins at `bytes`, which is sound UTF-8, and its length. */
static uint32_t Decode(const unsigned char *bytes, size_t *length)
{
  uint32_t code = bytes[0];

  *length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
  if (*length > 1) code &= 0x7Fu >> *length;
  for (size_t i = 1; i < *length; i++) {
    if (!bytes[i]) *length = i; /* cut off */
    code = code << 6 | (bytes[i] & 0x3Fu);
  }
  return code;
}

/* What YAML prints, other than its line breaks (U+0085, U+2028, U+2029) and the byte order mark. */
static PetscBool IsPrintable(uint32_t code)
{
  return (PetscBool)((code >= 0x20 && code < 0x7F) ||
                     (code >= 0xA0 && code <= 0xFFFD && code != 0x2028 && code != 0x2029 && code != 0xFEFF) ||
                     (code >= 0x10000 && code <= 0x10FFFF));
}

static PetscErrorCode WriteQuoted(Buffer *buffer, const char *text)
{
  char   escape[16];
  size_t length;

  PetscFunctionBeginUser;
  PetscCall(Write(buffer, "\"", 1));
  for (; *text; text += length) {
    const uint32_t code = Decode((const unsigned char *)text, &length);

    if (code == '"' || code == '\\')
      PetscCall(PetscSNPrintf(escape, sizeof(escape), "\\%c", (int)code));
    else if (!IsPrintable(code))
      PetscCall(PetscSNPrintf(escape, sizeof(escape), code < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)code));
    else
      escape[0] = '\0';
    PetscCall(escape[0] ? Write(buffer, escape, strlen(escape)) : Write(buffer, text, length));
  }
  PetscCall(Write(buffer, "\"", 1));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteNode(Buffer *buffer, const MfgNode *node)
{
  const PetscBool is_mapping = (PetscBool)(node->kind == MFG_NODE_MAPPING);

  PetscFunctionBeginUser;
  if (node->kind == MFG_NODE_SCALAR) {
    if (MfgNodeIsNull(node))
      PetscCall(Write(buffer, "~", 1));
    else if (!node->quoted && IsPlain(node->text))
      PetscCall(Write(buffer, node->text, strlen(node->text)));
    else
      PetscCall(WriteQuoted(buffer, node->text));
    PetscFunctionReturn(0);
  }
  PetscCall(Write(buffer, is_mapping ? "{" : "[", 1));
  for (PetscInt i = 0; i < node->count; i++) {
    const MfgNode *child = node->children[i];

    if (i) PetscCall(Write(buffer, ", ", 2));
    if (is_mapping) {
      PetscCheck(child->key, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG, "a child of the mapping has no key");
      if (IsPlain(child->key))
        PetscCall(Write(buffer, child->key, strlen(child->key)));
      else
        PetscCall(WriteQuoted(buffer, child->key));
      PetscCall(Write(buffer, ": ", 2));
    }
    PetscCall(WriteNode(buffer, child));
  }
  PetscCall(Write(buffer, is_mapping ? "}" : "]", 1));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgNodeWrite(const MfgNode *node, char **text)
{
  Buffer         buffer = {NULL, 0, 0};
  PetscErrorCode code;

  PetscFunctionBeginUser;
  code = WriteNode(&buffer, node);
  if (code) PetscCall(PetscFree(buffer.text));
  PetscCall(code);
  *text = buffer.text;
  PetscFunctionReturn(0);
}
