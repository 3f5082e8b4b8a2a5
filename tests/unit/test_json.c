/*
  The record's JSON: texts are escaped, numbers keep 17 digits or become null, parameters nest as their keys
  say.
*/
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "experiment/json.h"

#define Must(call) assert_int_equal(call, 0)

static char  *text;
static size_t size;

static int Open(MfgJson *json)
{
  json->stream = open_memstream(&text, &size);
  json->depth = 0;
  json->empty = PETSC_TRUE;
  return json->stream ? 0 : 1;
}

static void Expect(MfgJson *json, const char *expected)
{
  assert_int_equal(fclose(json->stream), 0);
  assert_string_equal(text, expected);
  free(text);
}

static void TextsAreEscaped(void **state)
{
  MfgJson json;

  (void)state;
  Must(Open(&json));
  Must(MfgJsonOpen(&json, NULL, '['));
  Must(MfgJsonText(&json, NULL, "a \"quoted\" \\ word"));
  Must(MfgJsonText(&json, NULL, "two\nlines\tand \x01"));
  Must(MfgJsonText(&json, NULL, "η, 四, 😀"));
  Must(MfgJsonText(&json, NULL, "no text: \xff \xc3( \xed\xa0\x80"));
  Must(MfgJsonText(&json, NULL, NULL));
  Must(MfgJsonClose(&json, ']'));
  Expect(&json,
         "[\n  \"a \\\"quoted\\\" \\\\ word\",\n  \"two\\nlines\\u0009and \\u0001\",\n  \"η, 四, 😀\",\n"
         "  \"no text: \\ufffd \\ufffd( \\ufffd\\ufffd\\ufffd\",\n  null\n]\n");
}

static void NumbersAreExactOrNull(void **state)
{
  MfgJson json;

  (void)state;
  Must(Open(&json));
  Must(MfgJsonOpen(&json, NULL, '{'));
  Must(MfgJsonReal(&json, "third", 1.0 / 3.0));
  Must(MfgJsonReal(&json, "nan", (PetscReal)NAN));
  Must(MfgJsonReal(&json, "infinite", (PetscReal)INFINITY));
  Must(MfgJsonInteger(&json, "large", (PetscInt64)9007199254740993));
  Must(MfgJsonOpen(&json, "none", '['));
  Must(MfgJsonClose(&json, ']'));
  Must(MfgJsonClose(&json, '}'));
  Expect(&json, "{\n  \"third\": 0.33333333333333331,\n  \"nan\": null,\n  \"infinite\": null,\n"
                "  \"large\": 9007199254740993,\n  \"none\": []\n}\n");
}

static void ParametersNest(void **state)
{
  /* The group `noise` stands in two places of the table. */
  static const MfgParameterSpec table[] = {
      {.key = "noise.slip", .type = MFG_PARAMETER_REAL, .preset = "0.1", .help = ""},
      {.key = "size", .type = MFG_PARAMETER_INTEGER, .preset = "7", .help = ""},
      {.key = "absent", .type = MFG_PARAMETER_INTEGER, .help = ""},
      {.key = "noise.law.kind", .type = MFG_PARAMETER_CHOICE, .preset = "b", .range = "a|b", .help = ""},
      {.key = "noise.weights", .type = MFG_PARAMETER_REALS, .preset = "[0.5, 1e-3]", .help = ""},
      {.key = "which", .type = MFG_PARAMETER_CHOICES, .preset = "[a, b]", .range = "a|b", .help = ""},
      {.key = "left_out", .type = MFG_PARAMETER_BOOLEAN, .preset = "true", .help = ""},
      {.key = NULL}};
  const PetscBool skip[7] = {PETSC_FALSE, PETSC_FALSE, PETSC_FALSE, PETSC_FALSE,
                             PETSC_FALSE, PETSC_FALSE, PETSC_TRUE};
  MfgParameters   parameters;
  MfgJson         json;

  (void)state;
  Must(MfgParametersCreate(&parameters));
  Must(MfgParametersAddTable(parameters, table));
  Must(Open(&json));
  Must(MfgJsonOpen(&json, NULL, '{'));
  Must(MfgJsonParameters(&json, parameters, skip));
  Must(MfgJsonClose(&json, '}'));
  Expect(&json, "{\n  \"noise\": {\n    \"slip\": 0.1,\n    \"law\": {\n      \"kind\": \"b\"\n    },\n"
                "    \"weights\": [0.5, 0.001]\n  },\n  \"size\": 7,\n  \"which\": [\"a\", \"b\"]\n}\n");
  Must(MfgParametersDestroy(&parameters));
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(TextsAreEscaped),
                                     cmocka_unit_test(NumbersAreExactOrNull),
                                     cmocka_unit_test(ParametersNest)};
  int                     failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() || failed;
}
