#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "game/append.h"
#include "sweeping.h"

void TestSweepOpen(TestSweep *t, const char *text, const char *const settings[TEST_MOST_SETTINGS])
{
  char        keys[TEST_MOST_SETTINGS][128];
  const char *pinned[TEST_MOST_SETTINGS];
  PetscInt    count = 0;

  for (; settings && count < TEST_MOST_SETTINGS && settings[count]; count++) {
    const size_t length = strcspn(settings[count], "=");

    memcpy(keys[count], settings[count], length);
    keys[count][length] = '\0';
    pinned[count] = keys[count];
  }
  CHECK(MfgErrorsCreate("f.yaml", count, settings, &t->errors));
  CHECK(MfgDocumentRead(text, strlen(text), 0, t->errors, &t->root));
  CHECK(MfgSettingsApply(count, settings, t->errors, &t->root));
  CHECK(MfgSweepExpand(t->root, count, pinned, t->errors, &t->sweep));
}

void TestSweepClose(TestSweep *t)
{
  CHECK(MfgSweepDestroy(&t->sweep));
  CHECK(MfgNodeDestroy(&t->root));
  CHECK(MfgErrorsDestroy(&t->errors));
}

char *TestSweepErrors(TestSweep *t)
{
  char  *text = NULL;
  size_t size;
  FILE  *stream = open_memstream(&text, &size);

  assert_non_null(stream);
  CHECK(MfgErrorsPrint(t->errors, stream));
  assert_int_equal(fclose(stream), 0);
  return text;
}

char *TestSweepDocument(TestSweep *t, PetscInt i)
{
  MfgNode *root;
  char    *text;

  CHECK(MfgSweepGetDocument(t->sweep, i, &root));
  CHECK(MfgNodeWrite(root, &text));
  CHECK(MfgNodeDestroy(&root));
  return text;
}

static void AssertNoErrors(TestSweep *t)
{
  char *errors = TestSweepErrors(t);

  assert_string_equal(errors, "");
  free(errors);
}

void TestAssertRuns(const char *text, const char *const settings[TEST_MOST_SETTINGS], const char *lines)
{
  TestSweep t;
  PetscInt  count;
  char     *found = NULL, *document;
  size_t    size;
  FILE     *stream = open_memstream(&found, &size);

  TestSweepOpen(&t, text, settings);
  AssertNoErrors(&t);
  CHECK(MfgSweepGetCount(t.sweep, &count));
  for (PetscInt i = 0; i < count; i++) {
    document = TestSweepDocument(&t, i);
    fprintf(stream, "%s\n", document);
    CHECK(PetscFree(document));
  }
  fclose(stream);
  assert_string_equal(found, lines);
  free(found);
  TestSweepClose(&t);
}

void TestAssertErrors(const char *text, const char *const settings[TEST_MOST_SETTINGS], const char *lines)
{
  TestSweep t;
  char     *errors;

  TestSweepOpen(&t, text, settings);
  errors = TestSweepErrors(&t);
  assert_string_equal(errors, lines);
  free(errors);
  TestSweepClose(&t);
}

void TestAssertWarnings(const char *text, const char *const settings[TEST_MOST_SETTINGS], const char *lines)
{
  TestSweep          t;
  const char *const *warnings;
  PetscInt           count;
  char               found[4096] = "";

  TestSweepOpen(&t, text, settings);
  AssertNoErrors(&t);
  CHECK(MfgSweepGetWarnings(t.sweep, &count, &warnings));
  for (PetscInt i = 0; i < count; i++) {
    MfgAppend(found, warnings[i], sizeof(found));
    MfgAppend(found, "\n", sizeof(found));
  }
  assert_string_equal(found, lines);
  TestSweepClose(&t);
}
