/* Lengths of time, against their seconds. */
#include <string.h>
#include "testing.h"
#include "experiment/duration.h"

static void Durations(void **state)
{
  static const struct {
    const char *text;
    PetscReal   seconds;
  } good[] = {{"0", 0},
              {"90", 90},
              {"1.5", 1.5},
              {"90 s", 90},
              {"90s", 90},
              {"30 min", 1800},
              {"0.5 min", 30},
              {"2 h", 7200},
              {"1.5 d", 129600},
              {"30:00", 1800},
              {"1:30", 90},
              {"90:00", 5400},
              {"1:5", 65},
              {"1:30:00", 5400},
              {"100:00:01", 360001},
              {"1-12", 129600},
              {"1-12:30", 131400},
              {"1-00:00:00", 86400},
              {"10-23:59:59", 950399}};

  (void)state;
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
    PetscReal seconds = -1;

    assert_true(MfgDurationRead(good[i].text, &seconds));
    TestAssertNumber(seconds, good[i].seconds, 1e-15, good[i].text);
  }
}

static void NoDurations(void **state)
{
  static const char *const bad[] = {
      "",       " ",          "s",         "soon",    "-1",         "+1",           "-1 s",   "1 m",
      "1 year", "1  s",       " 1",        "1 ",      "1s ",        "1.",           ".5",     "1.5.5",
      "1e3",    "0x10",       "inf",       "nan",     "1:",         ":1",           "1:2:",   "1::2",
      "1:60",   "1:2:60",     "1:60:00",   "1:2:3:4", "1:2:003",    "1:002",        "1-",     "-12",
      "1-24",   "1-1:60",     "1-1:1:1:1", "1-2-3",   "1:2-3",      "1-1:1:60",     "1:30 h", "1:3x",
      "1h30",   "1 h 30 min", "1.5:00",    "1:1.5",   "1234567890", "1.1234567890", "1-12x",  "1 s s"};

  (void)state;
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    PetscReal seconds = -1;

    if (MfgDurationRead(bad[i], &seconds)) fail_msg("'%s' is read as %g s", bad[i], (double)seconds);
    assert_true(seconds == -1);
  }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(Durations), cmocka_unit_test(NoDurations)};

  return TestMain(argc, argv, "duration", tests, sizeof(tests) / sizeof(tests[0]));
}
