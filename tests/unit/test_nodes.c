/*
  Nodes of a document: what is written reads back as the same tree; placing values over and under others;
  which keys may have dots.
*/
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "testing.h"
#include "experiment/document.h"

static MfgNode *Read(const char *text)
{
  MfgErrors errors;
  MfgNode  *root;
  PetscInt  count;

  CHECK(MfgErrorsCreate("f", 0, NULL, &errors));
  CHECK(MfgDocumentRead(text, strlen(text), 0, errors, &root));
  CHECK(MfgErrorsGetCount(errors, &count));
  if (count) {
    CHECK(MfgErrorsPrint(errors, stderr));
    fail_msg("errors in %s", text);
  }
  CHECK(MfgErrorsDestroy(&errors));
  return root;
}

/* A number, a truth value or nothing: quotes would make a text of it. */
static PetscBool QuotesMatter(const char *text)
{
  char *end;

  if (isspace((unsigned char)text[0])) return PETSC_FALSE; /* which strtod() would pass over */
  (void)strtod(text, &end);
  return (PetscBool)(!*end || !strcmp(text, "true") || !strcmp(text, "false") || !strcmp(text, "null") ||
                     !strcmp(text, "~"));
}

static void AssertSame(const MfgNode *a, const MfgNode *b)
{
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->count, b->count);
  assert_int_equal(!a->key, !b->key);
  if (a->key) assert_string_equal(a->key, b->key);
  if (a->kind == MFG_NODE_SCALAR) {
    assert_int_equal(MfgNodeIsNull(a), MfgNodeIsNull(b));
    if (!MfgNodeIsNull(a)) assert_string_equal(a->text, b->text);
    if (QuotesMatter(a->text)) assert_int_equal(a->quoted, b->quoted);
  }
  for (PetscInt i = 0; i < a->count; i++) AssertSame(a->children[i], b->children[i]);
}

static void AssertWritten(const char *text, const char *expected)
{
  MfgNode *root = Read(text), *again;
  char    *written;

  CHECK(MfgNodeWrite(root, &written));
  if (expected) assert_string_equal(written, expected);
  assert_null(strpbrk(written, "\n\r"));
  again = Read(written);
  AssertSame(root, again);
  CHECK(PetscFree(written));
  CHECK(MfgNodeDestroy(&root));
  CHECK(MfgNodeDestroy(&again));
}

static void WrittenByHand(void **state)
{
  (void)state;
  AssertWritten("a: 1\nb:\n  - 0.50\n  - '0.5'\n  - []\nc: {}\n", "{a: 1, b: [0.50, \"0.5\", []], c: {}}");
  AssertWritten("a: true\nb: \"true\"\nc: ~\nd: '~'\ne:\nf: null\ng: ''\n",
                "{a: true, b: \"true\", c: ~, d: \"~\", e: ~, f: ~, g: \"\"}");
  AssertWritten("-1.5e-3\n", "-1.5e-3");
  AssertWritten("a: x, y [z] {w} 'v'\nb: 1:30:00\nc: http://a#b\nd: two\n  lines\n",
                "{a: \"x, y [z] {w} 'v'\", b: \"1:30:00\", c: \"http://a#b\", d: \"two lines\"}");
  AssertWritten("a: |\n  block\n  \"text\"\n", "{a: \"block\\x0A\\\"text\\\"\\x0A\"}");
  AssertWritten("- '---'\n- '...'\n- ---\n", NULL);
  AssertWritten("\"...\"\n", "\"...\"");
  AssertWritten("- \"\\t\\e\\\\ \\x7f\\x9f\\N\\L\\P\\uFEFF\\uFFFF\\U0010FFFF\"\n", NULL);
  AssertWritten("- 'η, 四, 😀'\n- ' blanks '\n- '#'\n- '- a'\n- 'a: b'\n- '!x'\n- '%y'\n", NULL);
  AssertWritten("\"a b\": 1\nη: 2\n'[': 3\n'true': 4\n", "{\"a b\": 1, \"η\": 2, \"[\": 3, true: 4}");
  AssertWritten("sweep: {solver.eta: [0.1, {linspace: {from: 1, to: 2, count: 3}}]}\n", NULL);
}

/* At the beginning of a line "---" and "..." are no texts. */
static void WrittenAlone(void **state)
{
  MfgNode *root = Read("[---, ..., --- a]"), *again;
  char    *text;

  (void)state;
  for (PetscInt i = 0; i < 3; i++) {
    CHECK(MfgNodeWrite(root->children[i], &text));
    again = Read(text);
    AssertSame(root->children[i], again);
    CHECK(PetscFree(text));
    CHECK(MfgNodeDestroy(&again));
  }
  CHECK(MfgNodeDestroy(&root));
}

static int Draw(unsigned *state, int below)
{
  *state = *state * 1664525u + 1013904223u;
  return (int)((*state >> 16) % (unsigned)below);
}

/* A text of characters that YAML reads a meaning into, that need escapes, or that are longer than a byte. */
static void DrawText(unsigned *state, char text[64])
{
  static const char *const pieces[] = {"a", "7",  ".",  "-",   "+",    "e",    " ",        "\"",
                                       "'", "\\", "\n", "\t",  "#",    ":",    ",",        "[",
                                       "]", "{",  "}",  "&",   "*",    "!",    "|",        ">",
                                       "%", "@",  "~",  "?",   "\x01", "\x7f", "\xc2\x85", "\xe2\x80\xa8",
                                       "η", "😀",  "\r", "null"};
  const int                count = Draw(state, 9);

  text[0] = '\0';
  for (int i = 0; i < count; i++) strcat(text, pieces[Draw(state, sizeof(pieces) / sizeof(pieces[0]))]);
}

static MfgNode *DrawNode(unsigned *state, int depth)
{
  const MfgMark mark = {0, 1, 1};
  MfgNode      *node, *child;
  char          text[64];

  CHECK(MfgNodeCreate((MfgNodeKind)Draw(state, depth < 4 ? 3 : 1), NULL, mark, &node));
  if (node->kind == MFG_NODE_SCALAR) {
    DrawText(state, text);
    CHECK(PetscStrallocpy(text, &node->text));
    node->quoted = (PetscBool)(Draw(state, 2) || !QuotesMatter(text));
  }
  for (int i = node->kind == MFG_NODE_SCALAR ? 0 : Draw(state, 4); i > 0; i--) {
    child = DrawNode(state, depth + 1);
    if (node->kind == MFG_NODE_MAPPING) {
      DrawText(state, text);
      for (char *c = text; *c; c++)
        if (*c == '.') *c = '_'; /* no key has dots */
      if (!text[0] || MfgNodeFind(node, text, strlen(text))) strcat(text, i == 1 ? "x" : i == 2 ? "y" : "z");
      CHECK(PetscStrallocpy(text, &child->key));
    }
    CHECK(MfgNodeAppend(node, child));
  }
  return node;
}

static void WrittenAtRandom(void **state)
{
  unsigned generator = 3;

  (void)state;
  for (int trial = 0; trial < 3000; trial++) {
    MfgNode *node = DrawNode(&generator, 0), *clone, *again;
    char    *text;

    CHECK(MfgNodeClone(node, &clone));
    AssertSame(node, clone);
    CHECK(MfgNodeWrite(clone, &text));
    again = Read(text);
    AssertSame(node, again);
    CHECK(PetscFree(text));
    CHECK(MfgNodeDestroy(&node));
    CHECK(MfgNodeDestroy(&clone));
    CHECK(MfgNodeDestroy(&again));
  }
}

static void ClonesAreWhole(void **state)
{
  MfgNode *root = Read("a:\n  - 'b'\n"), *clone, *b;

  (void)state;
  root->children[0]->broken = PETSC_TRUE;
  CHECK(MfgNodeClone(root, &clone));
  CHECK(MfgNodeDestroy(&root));
  assert_string_equal(clone->children[0]->key, "a");
  assert_true(clone->children[0]->broken);
  assert_int_equal(clone->children[0]->key_mark.column, 1);
  b = clone->children[0]->children[0];
  assert_string_equal(b->text, "b");
  assert_true(b->quoted);
  assert_int_equal(b->mark.line, 2);
  assert_int_equal(b->mark.column, 5);
  CHECK(MfgNodeDestroy(&clone));
}

static void ChildWithoutKey(void **state)
{
  const MfgMark mark = {0, 1, 1};
  MfgNode      *root = Read("beta: 0.1\n");
  char         *text;

  (void)state;
  CHECK(MfgNodePlace(root, "beta.schedule", mark, Read("harmonic")));
  assert_int_equal(root->children[0]->count, 2);
  assert_null(root->children[0]->children[0]->key);
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  assert_int_not_equal(MfgNodeWrite(root, &text), 0);
  CHECK(PetscPopErrorHandler());
  CHECK(MfgNodeDestroy(&root));
}

static void Placing(void **state)
{
  const MfgMark mark = {0, 9, 9};
  MfgNode      *root = Read("a: {b: 1, c: 2}\nd:\ne: {f: 3}\n"), *long_root = Read("{}");
  char          key[700], *text;

  (void)state;
  CHECK(MfgNodePlace(root, "a.b", mark, Read("[4]")));
  CHECK(MfgNodePlace(root, "d.x.y", mark, Read("5")));
  assert_int_equal(root->children[1]->key_mark.line, 2); /* of the key in the file */
  assert_int_equal(root->children[1]->children[0]->key_mark.line, 9);
  CHECK(MfgNodePlace(root, "e", mark, Read("6")));
  CHECK(MfgNodePlace(root, "z", mark, Read("{w: 7}")));
  CHECK(MfgNodeWrite(root, &text));
  assert_string_equal(text, "{a: {b: [4], c: 2}, d: {x: {y: 5}}, e: 6, z: {w: 7}}");
  CHECK(PetscFree(text));
  root->children[2]->broken = PETSC_TRUE; /* complained of; nothing more to say about what is below */
  CHECK(MfgNodePlace(root, "e.f.g", mark, Read("8")));
  CHECK(MfgNodePlace(root, "e.f", mark, Read("8")));
  assert_int_equal(root->children[2]->count, 0);
  CHECK(MfgNodeDestroy(&root));
  memset(key, 'k', sizeof(key));
  memcpy(key + 600, ".v", 3);
  CHECK(MfgNodePlace(long_root, key, mark, Read("1")));
  assert_int_equal(strlen(long_root->children[0]->key), 600);
  CHECK(MfgNodeDestroy(&long_root));
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(WrittenByHand),   cmocka_unit_test(WrittenAlone),
                                     cmocka_unit_test(WrittenAtRandom), cmocka_unit_test(ClonesAreWhole),
                                     cmocka_unit_test(ChildWithoutKey), cmocka_unit_test(Placing)};

  return TestMain(argc, argv, "nodes", tests, sizeof(tests) / sizeof(tests[0]));
}
