/*
  Parameters: every type is read, checked and written back; every complaint names the key, the fault and what
  was expected.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <throng/parameters.h>

#define Must(call) assert_int_equal(call, 0)

static const MfgParameterSpec table[] = {
    {"size", MFG_PARAMETER_INTEGER, "11", "[7,inf)", 0, PETSC_FALSE, PETSC_FALSE, "cells",
     "side of the grid"},
    {"crowd_aversion", MFG_PARAMETER_REAL, "1", "[0,inf)", 0, PETSC_FALSE, PETSC_FALSE, "", "weight"},
    {"eta", MFG_PARAMETER_REAL, NULL, "(0,inf)", 0, PETSC_TRUE, PETSC_FALSE, "", "temperature"},
    {"beta.value", MFG_PARAMETER_REAL, "0.1", "(0,1]", 0, PETSC_FALSE, PETSC_TRUE, "", "step"},
    {"beta.schedule", MFG_PARAMETER_CHOICE, "constant", "constant|harmonic|polynomial", 0, PETSC_FALSE,
     PETSC_FALSE, "", "how the step falls"},
    {"noise.slip", MFG_PARAMETER_REAL, "0.1", "[0,1]", 0, PETSC_FALSE, PETSC_FALSE, "", "slip"},
    {"noise.additive", MFG_PARAMETER_REALS, NULL, "[0,1]", 5, PETSC_FALSE, PETSC_FALSE, "", "weights"},
    {"cell", MFG_PARAMETER_INTEGERS, NULL, "[0,inf)", 2, PETSC_FALSE, PETSC_FALSE, "", "a cell"},
    {"any", MFG_PARAMETER_INTEGERS, NULL, NULL, 0, PETSC_FALSE, PETSC_FALSE, "", "numbers"},
    {"verbose", MFG_PARAMETER_BOOLEAN, "false", NULL, 0, PETSC_FALSE, PETSC_FALSE, "", "a switch"},
    {"path", MFG_PARAMETER_TEXT, NULL, NULL, 0, PETSC_FALSE, PETSC_FALSE, "", "a file"},
    {"which", MFG_PARAMETER_CHOICES, "[quality]", "quality|exploitability|mu_pi_delta", 0, PETSC_FALSE,
     PETSC_FALSE, "", "metrics"},
    {NULL, MFG_PARAMETER_TEXT, NULL, NULL, 0, PETSC_FALSE, PETSC_FALSE, NULL, NULL}};

static char last_key[256], last_message[1024];
static int  complaint_count;

static void Record(void *context, const char *key, const char *message)
{
  (void)context;
  complaint_count++;
  (void)snprintf(last_key, sizeof(last_key), "%s", key);
  (void)snprintf(last_message, sizeof(last_message), "%s", message);
}

static const MfgComplaints record = {Record, NULL};

static int Setup(void **state)
{
  MfgParameters p;

  Must(MfgParametersCreate(&p));
  Must(MfgParametersAddTable(p, table));
  *state = p;
  complaint_count = 0;
  return 0;
}

static int Teardown(void **state)
{
  MfgParameters p = *state;

  Must(MfgParametersDestroy(&p));
  return 0;
}

static void Accept(MfgParameters p, const char *key, const char *text, const char *canonical_key,
                   const char *canonical)
{
  const char *stored;

  complaint_count = 0;
  Must(MfgParametersSet(p, key, text, &record));
  if (complaint_count) print_error("%s: %s\n", last_key, last_message);
  assert_int_equal(complaint_count, 0);
  Must(MfgParametersGetText(p, canonical_key, &stored));
  assert_string_equal(stored, canonical);
}

static void Refuse(MfgParameters p, const char *key, const char *text, const char *message)
{
  complaint_count = 0;
  Must(MfgParametersSet(p, key, text, &record));
  assert_int_equal(complaint_count, 1);
  assert_string_equal(last_key, key);
  assert_string_equal(last_message, message);
}

static void ValuesReadBack(void **state)
{
  MfgParameters p = *state;

  Accept(p, "size", "13", "size", "13");
  Accept(p, "size", "+013", "size", "13");
  Accept(p, "crowd_aversion", "1", "crowd_aversion", "1");
  Accept(p, "crowd_aversion", "1.0e-6", "crowd_aversion", "1e-06");
  Accept(p, "crowd_aversion", "1e-6", "crowd_aversion", "1e-06");
  Accept(p, "crowd_aversion", "0.1", "crowd_aversion", "0.1");
  Accept(p, "crowd_aversion", "0.30000000000000004", "crowd_aversion", "0.30000000000000004");
  Accept(p, "crowd_aversion", ".5", "crowd_aversion", "0.5");
  Accept(p, "beta", "1", "beta.value", "1");
  Accept(p, "beta.schedule", "harmonic", "beta.schedule", "harmonic");
  Accept(p, "noise.additive", "[ 0.2,.2, 0.20 ,2e-1,0.2]", "noise.additive", "[0.2, 0.2, 0.2, 0.2, 0.2]");
  Accept(p, "cell", "[10, 8]", "cell", "[10, 8]");
  Accept(p, "any", "[]", "any", "[]");
  Accept(p, "any", "[-1]", "any", "[-1]");
  Accept(p, "verbose", "true", "verbose", "true");
  Accept(p, "path", "a b, [c].h5", "path", "a b, [c].h5");
  Accept(p, "which", "[exploitability,quality]", "which", "[exploitability, quality]");
}

static void NumbersAreChecked(void **state)
{
  MfgParameters p = *state;

  Refuse(p, "beta", "0.5.1", "0.5.1 is not a number; expected a real in (0,1]");
  Refuse(p, "beta", "1.5", "1.5 is out of range; expected a real in (0,1]");
  Refuse(p, "beta.value", "0", "0 is out of range; expected a real in (0,1]");
  Refuse(p, "eta", "inf", "inf is not a number; expected a real in (0,inf)");
  Refuse(p, "eta", "nan", "nan is not a number; expected a real in (0,inf)");
  Refuse(p, "eta", "1e999", "1e999 is not a number; expected a real in (0,inf)");
  Refuse(p, "eta", "0x10", "0x10 is not a number; expected a real in (0,inf)");
  Refuse(p, "eta", "", "an empty text is not a number; expected a real in (0,inf)");
  Refuse(p, "size", "6", "6 is out of range; expected an integer in [7,inf)");
  Refuse(p, "size", "11.5", "11.5 is not an integer; expected an integer in [7,inf)");
  Refuse(p, "size", "99999999999999999999",
         "99999999999999999999 is out of range; expected an integer in [7,inf)");
#if !defined(PETSC_USE_64BIT_INDICES)
  Refuse(p, "size", "99999999999", "99999999999 is out of range; expected an integer in [7,inf)");
#endif
}

static void ListsAndWordsAreChecked(void **state)
{
  MfgParameters p = *state;

  Refuse(p, "noise.additive", "0.2", "0.2 is not a list; expected a list of 5 reals in [0,1]");
  Refuse(p, "noise.additive", "[0.2, 0.2]", "[0.2, 0.2] has 2 entries; expected a list of 5 reals in [0,1]");
  Refuse(p, "noise.additive", "[0.2, 0.2, 0.2, 0.2, x]",
         "x is not a number; expected a list of 5 reals in [0,1]");
  Refuse(p, "cell", "[0, -1]", "-1 is out of range; expected a list of 2 integers in [0,inf)");
  Refuse(p, "cell", "[0, ]", "an empty text is not an integer; expected a list of 2 integers in [0,inf)");
  Refuse(p, "verbose", "yes", "'yes' is neither true nor false");
  Refuse(p, "path", "", "the text is empty");
  Refuse(p, "beta.schedule", "harmonc",
         "unknown word 'harmonc'; did you mean 'harmonic'? expected one of constant|harmonic|polynomial");
  Refuse(p, "which", "[quality, zzz]",
         "unknown word 'zzz'; expected a list of words of quality|exploitability|mu_pi_delta");
  Refuse(p, "which", "[quality, quality]", "'quality' stands in the list twice");
}

static void UnknownKeysNameTheNearest(void **state)
{
  MfgParameters p = *state;

  Refuse(p, "cowrd_aversion", "1", "unknown key 'cowrd_aversion'; did you mean 'crowd_aversion'?");
  Refuse(p, "noise.slp", "1", "unknown key 'noise.slp'; did you mean 'noise.slip'?");
  Refuse(p, "nose.slip", "1", "unknown key 'nose.slip'; did you mean 'noise.slip'?");
  Refuse(p, "slip", "1", "unknown key 'slip'; did you mean 'noise.slip'?");
  Refuse(p, "bta", "1", "unknown key 'bta'; did you mean 'beta'?");
  Refuse(p, "temperature", "1", "unknown key 'temperature'");
  Refuse(p, "noise", "0.1", "'noise' is a group of keys; expected one or more of: slip, additive");
}

static void RefusedValuesChangeNothing(void **state)
{
  MfgParameters p = *state;
  PetscReal     beta, weights[5];
  PetscInt      size, length, cell[2];
  PetscBool     given, present, has;

  Refuse(p, "beta", "2", "2 is out of range; expected a real in (0,1]");
  Must(MfgParametersGetReal(p, "beta.value", &beta));
  assert_true(beta == 0.1);
  Must(MfgParametersIsGiven(p, "beta.value", &given));
  assert_false(given);
  Accept(p, "beta", "0.25", "beta.value", "0.25");
  Must(MfgParametersGetReal(p, "beta.value", &beta));
  assert_true(beta == 0.25);
  Must(MfgParametersIsGiven(p, "beta.value", &given));
  assert_true(given);
  Must(MfgParametersGetInteger(p, "size", &size));
  assert_int_equal(size, 11);
  Must(MfgParametersIsPresent(p, "cell", &present));
  assert_false(present);
  Accept(p, "cell", "[3, 4]", "cell", "[3, 4]");
  Must(MfgParametersGetIntegers(p, "cell", 2, &length, cell));
  assert_true(length == 2 && cell[0] == 3 && cell[1] == 4);
  Accept(p, "noise.additive", "[0.1, 0.2, 0.3, 0.4, 0]", "noise.additive", "[0.1, 0.2, 0.3, 0.4, 0]");
  Must(MfgParametersGetReals(p, "noise.additive", 5, &length, weights));
  assert_true(length == 5 && weights[3] == 0.4 && weights[4] == 0);
  Must(MfgParametersHasChoice(p, "which", "quality", &has));
  assert_true(has);
  Must(MfgParametersHasChoice(p, "which", "exploitability", &has));
  assert_false(has);
}

static void RequiredKeysAndErrors(void **state)
{
  MfgParameters          p = *state;
  PetscReal              x;
  const MfgParameterSpec twice[] = {table[0], table[sizeof(table) / sizeof(table[0]) - 1]};
  MfgParameterSpec       bad[] = {table[0], table[sizeof(table) / sizeof(table[0]) - 1]};

  Must(MfgParametersCheckRequired(p, &record));
  assert_int_equal(complaint_count, 1);
  assert_string_equal(last_key, "eta");
  assert_string_equal(last_message, "the key 'eta' is required; expected a real in (0,inf)");
  Accept(p, "eta", "0.5", "eta", "0.5");
  Must(MfgParametersCheckRequired(p, &record));
  assert_int_equal(complaint_count, 0);

  Must(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  assert_int_equal(MfgParametersSet(p, "eta", "-1", NULL), PETSC_ERR_USER);
  assert_int_equal(MfgParametersGetReal(p, "size", &x), PETSC_ERR_ARG_WRONG);
  assert_int_equal(MfgParametersGetReal(p, "none", &x), PETSC_ERR_ARG_WRONG);
  assert_int_not_equal(MfgParametersAddTable(p, twice), 0);
  bad[0].key = "other", bad[0].preset = "3";
  assert_int_not_equal(MfgParametersAddTable(p, bad), 0);
  Must(PetscPopErrorHandler());
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(ValuesReadBack, Setup, Teardown),
      cmocka_unit_test_setup_teardown(NumbersAreChecked, Setup, Teardown),
      cmocka_unit_test_setup_teardown(ListsAndWordsAreChecked, Setup, Teardown),
      cmocka_unit_test_setup_teardown(UnknownKeysNameTheNearest, Setup, Teardown),
      cmocka_unit_test_setup_teardown(RefusedValuesChangeNothing, Setup, Teardown),
      cmocka_unit_test_setup_teardown(RequiredKeysAndErrors, Setup, Teardown),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() || failed;
}
