/*
  Reading a YAML text with libyaml's event parser, which tells anchors and duplicate keys that a document
  hides.
*/
#include <string.h>
#include <yaml.h>
#include "experiment/document.h"

enum { DEEPEST = 16 };

typedef struct {
  yaml_parser_t parser;
  const char   *text;
  size_t        length;
  PetscInt      source;
  MfgErrors     errors;
  PetscBool     is_value; /* of a setting, not a document with sections */
  PetscBool     dotted;   /* keys may have dots here */
  PetscBool     stopped;  /* by an error after which nothing can be read */
} Reader;

/* Whether the keys below `key`, a dotted one, may have dots. */
static PetscBool IsDotted(const char *key)
{
  static const char *const sections[] = {"sweep", "zip", "when", "exclude", "overrides", "resources"};
  const size_t             length = strcspn(key, ".");

  for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
    if (strlen(sections[i]) == length && !strncmp(sections[i], key, length)) return PETSC_TRUE;
  return PETSC_FALSE;
}

static MfgMark MarkAt(const Reader *reader, yaml_mark_t mark)
{
  const MfgMark m = {reader->source, (PetscInt)mark.line + 1, (PetscInt)mark.column + 1};

  return m;
}

/* libyaml tells the place of a byte that is no UTF-8 by its offset alone. */
static MfgMark MarkOfOffset(const Reader *reader, size_t offset)
{
  MfgMark m = {reader->source, 1, 1};

  for (size_t i = 0; i < offset && i < reader->length; i++) {
    m.column++;
    if (reader->text[i] == '\n') m.line++, m.column = 1;
  }
  return m;
}

static PetscErrorCode ComplainOfSyntax(Reader *reader)
{
  const yaml_parser_t *p = &reader->parser;
  const char          *problem = p->problem ? p->problem : "this is not YAML", *context = p->context;
  const size_t         at = p->problem_mark.index;
  MfgMark              mark = MarkAt(reader, p->problem_mark);

  PetscFunctionBeginUser;
  reader->stopped = PETSC_TRUE;
  if (p->error == YAML_READER_ERROR) mark = MarkOfOffset(reader, p->problem_offset);
  if (p->error == YAML_SCANNER_ERROR && at < reader->length && reader->text[at] == '\t')
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "a tab cannot indent YAML; use spaces"));
  else if (context)
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "%s, %s that began in line %zu", problem, context,
                           p->context_mark.line + 1));
  else
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "%s", problem));
  PetscFunctionReturn(0);
}

/* The next event, which the caller deletes; on an error, an event of type YAML_NO_EVENT. */
static PetscErrorCode Next(Reader *reader, yaml_event_t *event)
{
  PetscFunctionBeginUser;
  memset(event, 0, sizeof(*event));
  if (!reader->stopped && !yaml_parser_parse(&reader->parser, event)) PetscCall(ComplainOfSyntax(reader));
  PetscFunctionReturn(0);
}

/* Anchors and explicit tags of a node. */
static PetscErrorCode CheckDecoration(Reader *reader, MfgMark mark, const yaml_char_t *anchor,
                                      const yaml_char_t *tag)
{
  PetscFunctionBeginUser;
  if (anchor)
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL,
                           "anchors (&%s) are not supported; write the values out", anchor));
  if (tag) PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "tags (%s) are not supported", tag));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadNode(Reader *reader, yaml_event_t *event, const char *key, PetscInt depth,
                               MfgNode **node);

/* Whether `key` may be added to the mapping; if not, say why. */
static PetscErrorCode CheckKey(Reader *reader, const MfgNode *mapping, const char *key, MfgMark mark,
                               PetscBool *good)
{
  const MfgNode *first = MfgNodeFind(mapping, key, strlen(key));

  PetscFunctionBeginUser;
  *good = PETSC_FALSE;
  if (!strcmp(key, "<<"))
    PetscCall(
        MfgErrorsAdd(reader->errors, mark, NULL, "merge keys (<<) are not supported; write the values out"));
  else if (!*key)
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "a key is empty"));
  else if (reader->dotted && (*key == '.' || key[strlen(key) - 1] == '.' || strstr(key, "..")))
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL,
                           "'%s' is not a key; expected words with dots between them", key));
  else if (strchr(key, '.') && !reader->dotted)
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "a key has no dots in a file; write '%.*s: {%s: ...}'",
                           (int)(strchr(key, '.') - key), key, strchr(key, '.') + 1));
  else if (first)
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL,
                           "duplicate key '%s'; it is given in line %" PetscInt_FMT " already", key,
                           first->key_mark.line));
  else
    *good = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* One `key: value` of a mapping; `event` is the key's. */
static PetscErrorCode ReadPair(Reader *reader, yaml_event_t *event, PetscInt depth, MfgNode *mapping)
{
  const MfgMark mark = MarkAt(reader, event->start_mark);
  MfgNode      *key, *value = NULL;
  yaml_event_t  next;
  PetscBool     good = PETSC_FALSE;

  PetscFunctionBeginUser;
  PetscCall(ReadNode(reader, event, NULL, depth + 1, &key));
  if (key && !key->broken && key->kind == MFG_NODE_SCALAR) {
    if (depth == 0 && !reader->is_value) reader->dotted = PETSC_FALSE; /* itself at the top */
    PetscCall(CheckKey(reader, mapping, key->text, mark, &good));
    if (depth == 0 && !reader->is_value) reader->dotted = IsDotted(key->text);
  } else if (key && !key->broken)
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "a key is a single word, not a list or a mapping"));
  PetscCall(Next(reader, &next));
  PetscCall(ReadNode(reader, &next, good ? key->text : NULL, depth + 1, &value));
  yaml_event_delete(&next);
  if (value && good) {
    value->key_mark = mark;
    PetscCall(MfgNodeAppend(mapping, value));
  } else
    PetscCall(MfgNodeDestroy(&value));
  PetscCall(MfgNodeDestroy(&key));
  PetscFunctionReturn(0);
}

/* The content of a mapping or sequence up to its end. */
static PetscErrorCode ReadChildren(Reader *reader, PetscInt depth, MfgNode *node)
{
  const yaml_event_type_t end =
      node->kind == MFG_NODE_MAPPING ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
  yaml_event_t event;
  MfgNode     *child;

  PetscFunctionBeginUser;
  while (!reader->stopped) {
    PetscCall(Next(reader, &event));
    if (event.type == end || event.type == YAML_NO_EVENT) {
      yaml_event_delete(&event);
      break;
    }
    if (node->kind == MFG_NODE_MAPPING)
      PetscCall(ReadPair(reader, &event, depth, node));
    else {
      PetscCall(ReadNode(reader, &event, NULL, depth + 1, &child));
      if (child) PetscCall(MfgNodeAppend(node, child));
    }
    yaml_event_delete(&event);
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadScalar(Reader *reader, const yaml_event_t *event, MfgNode *node)
{
  const yaml_char_t *tag = event->data.scalar.tag;

  PetscFunctionBeginUser;
  PetscCall(CheckDecoration(reader, node->mark, event->data.scalar.anchor, tag));
  node->quoted = (PetscBool)(event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE);
  PetscCall(PetscStrallocpy((const char *)event->data.scalar.value, &node->text));
  if (strlen(node->text) != event->data.scalar.length) {
    node->broken = PETSC_TRUE;
    PetscCall(MfgErrorsAdd(reader->errors, node->mark, NULL, "a text holds a zero byte"));
  }
  PetscFunctionReturn(0);
}

/* The node that `event` begins; NULL where there is none, after an error. */
static PetscErrorCode ReadNode(Reader *reader, yaml_event_t *event, const char *key, PetscInt depth,
                               MfgNode **node)
{
  const MfgMark mark = MarkAt(reader, event->start_mark);

  PetscFunctionBeginUser;
  *node = NULL;
  if (event->type == YAML_NO_EVENT) PetscFunctionReturn(0);
  if (depth > DEEPEST) {
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL, "nested too deeply"));
    reader->stopped = PETSC_TRUE;
    PetscFunctionReturn(0);
  }
  PetscCall(MfgNodeCreate(MFG_NODE_SCALAR, key, mark, node));
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    PetscCall(ReadScalar(reader, event, *node));
    break;
  case YAML_ALIAS_EVENT:
    (*node)->broken = PETSC_TRUE;
    PetscCall(MfgErrorsAdd(reader->errors, mark, NULL,
                           "aliases (*%s) are not supported; write the values out",
                           event->data.alias.anchor));
    break;
  case YAML_SEQUENCE_START_EVENT:
    (*node)->kind = MFG_NODE_SEQUENCE;
    PetscCall(
        CheckDecoration(reader, mark, event->data.sequence_start.anchor, event->data.sequence_start.tag));
    PetscCall(ReadChildren(reader, depth, *node));
    break;
  case YAML_MAPPING_START_EVENT:
    (*node)->kind = MFG_NODE_MAPPING;
    PetscCall(CheckDecoration(reader, mark, event->data.mapping_start.anchor, event->data.mapping_start.tag));
    PetscCall(ReadChildren(reader, depth, *node));
    break;
  default:
    SETERRQ(PETSC_COMM_SELF, PETSC_ERR_PLIB, "unexpected event %d of libyaml", (int)event->type);
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadStream(Reader *reader, MfgNode **root)
{
  yaml_event_t      event, content;
  yaml_event_type_t type = YAML_NO_EVENT;
  PetscInt          number = 0;

  PetscFunctionBeginUser;
  while (!reader->stopped && type != YAML_STREAM_END_EVENT) {
    PetscCall(Next(reader, &event));
    type = event.type;
    if (type == YAML_DOCUMENT_START_EVENT && ++number > 1) {
      PetscCall(MfgErrorsAdd(reader->errors, MarkAt(reader, event.start_mark), NULL,
                             "a second document begins here; expected one"));
      reader->stopped = PETSC_TRUE;
    } else if (type == YAML_DOCUMENT_START_EVENT) {
      PetscCall(Next(reader, &content));
      PetscCall(ReadNode(reader, &content, NULL, 0, root));
      yaml_event_delete(&content);
    }
    yaml_event_delete(&event);
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadText(Reader *reader, MfgNode **root)
{
  PetscFunctionBeginUser;
  *root = NULL;
  PetscCheck(yaml_parser_initialize(&reader->parser), PETSC_COMM_SELF, PETSC_ERR_MEM,
             "libyaml has no memory");
  yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->text, reader->length);
  PetscCall(ReadStream(reader, root));
  yaml_parser_delete(&reader->parser);
  if (reader->stopped) PetscCall(MfgNodeDestroy(root));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgDocumentRead(const char *text, size_t length, PetscInt source, MfgErrors errors,
                               MfgNode **root)
{
  Reader reader = {.text = text, .length = length, .source = source, .errors = errors};

  PetscFunctionBeginUser;
  PetscCall(ReadText(&reader, root));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgDocumentReadValue(const char *text, size_t length, PetscInt source, const char *key,
                                    MfgErrors errors, MfgNode **node)
{
  Reader reader = {.text = text,
                   .length = length,
                   .source = source,
                   .errors = errors,
                   .is_value = PETSC_TRUE,
                   .dotted = IsDotted(key)};

  PetscFunctionBeginUser;
  PetscCall(ReadText(&reader, node));
  PetscFunctionReturn(0);
}
