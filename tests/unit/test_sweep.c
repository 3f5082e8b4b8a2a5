/* The runs of experiment files, against expansions that were written out by hand. */
#include "sweeping.h"

static void WithoutSections(void **state)
{
  TestSweep t;
  PetscInt  count;
  MfgNode  *root;

  (void)state;
  TestAssertRuns("name: a\ngame: {type: four_rooms}\nseed: 3\n", NULL,
                 "{name: a, game: {type: four_rooms}, seed: 3}\n");
  TestAssertRuns("- a\n- b\n", NULL, "[a, b]\n"); /* whoever checks it complains */
  TestAssertRuns("name: a\nsweep:\nzip: []\nwhen: []\nexclude:\noverrides: []\nresources: {}\n", NULL,
                 "{name: a}\n");
  TestSweepOpen(&t, "", NULL);
  CHECK(MfgSweepGetCount(t.sweep, &count));
  assert_int_equal(count, 1);
  CHECK(MfgSweepGetDocument(t.sweep, 0, &root));
  assert_null(root);
  TestSweepClose(&t);
}

static void FirstAxisIsSlowest(void **state)
{
  (void)state;
  TestAssertRuns("game: {type: four_rooms, size: 7}\n"
                 "sweep:\n"
                 "  solver.type: [mf_trpo, fictitious_play]\n"
                 "  game.size: {linspace: {from: 7, to: 11, count: 3}}\n"
                 "zip:\n"
                 "  - solver.outer_iterations: [100, 200]\n"
                 "    game.noise.slip: [.1, '0.2']\n"
                 "seeds: [5, 3]\n"
                 "checkpoint: {minutes: 5}\n",
                 NULL,
#define RUN(type, size, iterations, slip, seed)                                                              \
  "{game: {type: four_rooms, size: " size ", noise: {slip: " slip "}}, checkpoint: {minutes: 5}, "           \
  "solver: {type: " type ", outer_iterations: " iterations "}, seed: " seed "}\n"
#define RUNS(type, size)                                                                                     \
  RUN(type, size, "100", ".1", "5")                                                                          \
  RUN(type, size, "100", ".1", "3")                                                                          \
  RUN(type, size, "200", "\"0.2\"", "5") RUN(type, size, "200", "\"0.2\"", "3")
                 RUNS("mf_trpo", "7") RUNS("mf_trpo", "9") RUNS("mf_trpo", "11") RUNS("fictitious_play", "7")
                     RUNS("fictitious_play", "9") RUNS("fictitious_play", "11"));
#undef RUN
#undef RUNS
}

static void RangesAreClean(void **state)
{
  char text[128], expected[128];

  (void)state;
  TestAssertRuns("sweep: {solver.eta: {logspace: {from: 0.01, to: 1, count: 3}}}\n", NULL,
                 "{solver: {eta: 0.01}}\n{solver: {eta: 0.1}}\n{solver: {eta: 1}}\n");
  TestAssertRuns("sweep: {solver.eta: {logspace: {from: 8, to: 1e-0, count: 4}}}\n", NULL,
                 "{solver: {eta: 8}}\n{solver: {eta: 4}}\n{solver: {eta: 2}}\n{solver: {eta: 1e-0}}\n");
  TestAssertRuns("sweep: {solver.eta: {linspace: {from: -0.30, to: 0.3, count: 5}}}\n", NULL,
                 "{solver: {eta: -0.30}}\n{solver: {eta: -0.15}}\n{solver: {eta: 0}}\n{solver: {eta: 0.15}}\n"
                 "{solver: {eta: 0.3}}\n");
  /* -0.3 + 0.9 / 3 leaves -5.6e-17 in double precision. */
  TestAssertRuns("sweep: {solver.eta: {linspace: {from: -0.3, to: 0.6, count: 4}}}\n", NULL,
                 "{solver: {eta: -0.3}}\n{solver: {eta: 0}}\n{solver: {eta: 0.3}}\n{solver: {eta: 0.6}}\n");
  TestAssertRuns("seeds: {count: 2}\n", NULL, "{seed: 1}\n{seed: 2}\n");
  TestAssertRuns("seeds: {count: 3, base: 0}\n", NULL, "{seed: 0}\n{seed: 1}\n{seed: 2}\n");
  (void)snprintf(text, sizeof(text), "seeds: {count: 2, base: %" PetscInt_FMT "}\n", PETSC_MAX_INT - 1);
  (void)snprintf(expected, sizeof(expected), "{seed: %" PetscInt_FMT "}\n{seed: %" PetscInt_FMT "}\n",
                 PETSC_MAX_INT - 1, PETSC_MAX_INT);
  TestAssertRuns(text, NULL, expected); /* with 64-bit indices more than a double can tell apart */
}

/* What the run has, where an override changes a part of the axis. */
static void ValuesOfAxes(void **state)
{
  static const char text[] =
      "solver: {type: mf_trpo}\nsweep: {solver.beta: [0.10, 0.2, {schedule: harmonic}]}\n"
      "overrides: [{match: {solver.beta: 0.2}, set: {solver.beta.value: 0.30}}]\n";
  static const char *const expected[] = {"0.10", "0.30", "{schedule: harmonic}"};
  TestSweep                t;

  (void)state;
  TestSweepOpen(&t, text, NULL);
  for (PetscInt i = 0; i < 3; i++) {
    const char *value;

    CHECK(MfgSweepGetAxisValue(t.sweep, i, 0, &value));
    assert_string_equal(value, expected[i]);
  }
  TestSweepClose(&t);
}

/* Values are put over and under what is there, and plain values of groups add up with their keys. */
static void GroupsAddUp(void **state)
{
  (void)state;
  TestAssertRuns("solver: {type: mf_trpo, beta: 0.2}\nsweep: {solver.beta.schedule: [harmonic]}\n", NULL,
                 "{solver: {type: mf_trpo, beta: {value: 0.2, schedule: harmonic}}}\n");
  TestAssertRuns("solver: {type: mf_trpo, beta: 0.2}\nsweep: {solver.beta.value: [0.3]}\n", NULL,
                 "{solver: {type: mf_trpo, beta: {value: 0.3}}}\n");
  TestAssertRuns(
      "solver: {type: mf_trpo, beta: {schedule: harmonic}}\nsweep: {solver.beta: [0.3, {power: 1}]}\n", NULL,
      "{solver: {type: mf_trpo, beta: 0.3}}\n{solver: {type: mf_trpo, beta: {power: 1}}}\n");
  TestAssertRuns("solver: {eta: 1}\nsweep: {solver: [{type: mf_trpo, beta: 0.2}, {type: fictitious_play}]}\n"
                 "overrides: [{match: {solver.beta.value: 0.2}, set: {solver.beta.schedule: harmonic}}]\n",
                 NULL,
                 "{solver: {type: mf_trpo, beta: {value: 0.2, schedule: harmonic}}}\n"
                 "{solver: {type: fictitious_play}}\n");
  TestAssertRuns(
      "sweep: {game.noise.additive: [[1, 0], [0, 1]], game.cells: [[]]}\n", NULL,
      "{game: {noise: {additive: [1, 0]}, cells: []}}\n{game: {noise: {additive: [0, 1]}, cells: []}}\n");
}

static void SettingsPin(void **state)
{
  static const char text[] =
      "sweep: {solver.eta: [0.1, 0.2], solver.beta.value: [1, 2]}\n"
      "zip: [{game.size: [7, 8], game.discount: [0.7, 0.8]}, {game.noise.slip: [0, 1]}]\n"
      "overrides: [{match: {solver.eta: [0.1, 3]}, set: {solver.eta: 4, seed: 9, game.size: 5}}]\n";
  static const char seeds[] = "seeds: [1, 2]\n", fixed[] = "seed: 4\nsweep: {metrics.every: [1]}\n",
                    swept[] = "sweep: {seed: [1, 2], solver.eta: [3, 4]}\n";

  (void)state;
  TestAssertRuns(text,
                 (const char *[TEST_MOST_SETTINGS]){"solver.eta=3", "game.noise={slip: 2}", "game.size=6",
                                                    "solver.beta=5"},
                 "{solver: {eta: 3, beta: 5}, game: {noise: {slip: 2}, size: 6, discount: 0.7}, seed: 9}\n"
                 "{solver: {eta: 3, beta: 5}, game: {noise: {slip: 2}, size: 6, discount: 0.8}, seed: 9}\n");
  TestAssertRuns(
      text, (const char *[TEST_MOST_SETTINGS]){"solver={type: x}", "game.noise.slip=2", "game={size: 1}"},
      "{solver: {type: x}, game: {size: 1}}\n");
  TestAssertRuns(seeds, (const char *[TEST_MOST_SETTINGS]){"seed=7"}, "{seed: 7}\n");
  TestAssertRuns(seeds, (const char *[TEST_MOST_SETTINGS]){"seeds=[8, 9]"}, "{seed: 8}\n{seed: 9}\n");
  TestAssertRuns(seeds, (const char *[TEST_MOST_SETTINGS]){"seeds={count: 1}"}, "{seed: 1}\n");
  TestAssertRuns(fixed, (const char *[TEST_MOST_SETTINGS]){"seeds=[8, 9]"},
                 "{seed: 8, metrics: {every: 1}}\n{seed: 9, metrics: {every: 1}}\n");
  TestAssertRuns(swept, (const char *[TEST_MOST_SETTINGS]){"seeds=[5]"},
                 "{solver: {eta: 3}, seed: 5}\n{solver: {eta: 4}, seed: 5}\n");
}

static void SettingsOfSections(void **state)
{
  static const char text[] = "sweep: {solver.eta: [0.1, 0.2], solver.beta: [1, 2]}\n";

  (void)state;
  TestAssertRuns(text, (const char *[TEST_MOST_SETTINGS]){"sweep.solver.eta=[3]"},
                 "{solver: {eta: 3, beta: 1}}\n{solver: {eta: 3, beta: 2}}\n");
  TestAssertRuns(text,
                 (const char *[TEST_MOST_SETTINGS]){"sweep={}",
                                                    "sweep.game.size={linspace: {from: 1, to: 2, count: 2}}"},
                 "{game: {size: 1}}\n{game: {size: 2}}\n");
  TestAssertRuns("a: 1\n", (const char *[TEST_MOST_SETTINGS]){"sweep={seed: [1, 2]}", "exclude=[{seed: 2}]"},
                 "{a: 1, seed: 1}\n");
  TestAssertRuns(text, (const char *[TEST_MOST_SETTINGS]){"sweep=~", "zip=[{seed: [1], solver.eta: [2]}]"},
                 "{seed: 1, solver: {eta: 2}}\n");
}

static void Resources(void **state)
{
  static const char text[] = "sweep: {game.size: [7, 8, 9]}\n"
                             "resources:\n"
                             "  time_limit: 30 min\n"
                             "  ranks_per_run: 2\n"
                             "  overrides:\n"
                             "    - {match: {game.size: [8, 9]}, set: {ranks_per_run: 3}}\n"
                             "    - {match: {game.size: 9}, set: {ranks_per_run: 4, time_limit: '2:00'}}\n";
  const PetscInt    ranks[] = {2, 3, 4}, lines[] = {4, 6, 7};
  const PetscReal   limits[] = {1800, 1800, 120};
  TestSweep         t;
  PetscInt          r;
  PetscReal         limit;
  MfgMark           mark;

  (void)state;
  TestSweepOpen(&t, text, NULL);
  for (PetscInt i = 0; i < 3; i++) {
    CHECK(MfgSweepGetResources(t.sweep, i, &r, &limit));
    CHECK(MfgSweepGetRanksMark(t.sweep, i, &mark));
    assert_int_equal(r, ranks[i]);
    assert_int_equal(mark.line, lines[i]);
    assert_true(limit == limits[i]);
  }
  TestSweepClose(&t);
  TestSweepOpen(&t, text, (const char *[TEST_MOST_SETTINGS]){"resources.ranks_per_run=5"});
  CHECK(MfgSweepGetResources(t.sweep, 2, &r, &limit));
  CHECK(MfgSweepGetRanksMark(t.sweep, 2, &mark));
  assert_int_equal(r, 5);
  assert_int_equal(mark.source, 1);
  assert_true(limit == 120);
  TestSweepClose(&t);
  TestSweepOpen(&t, "a: 1\n", NULL);
  CHECK(MfgSweepGetResources(t.sweep, 0, &r, &limit));
  assert_int_equal(r, 0);
  assert_true(limit == PETSC_INFINITY);
  TestSweepClose(&t);
}

/* Errors of the runs are told at the values of the axes. */
static void MarksAreKept(void **state)
{
  TestSweep t;
  MfgNode  *root, *size;

  (void)state;
  TestSweepOpen(&t, "game: {type: four_rooms}\nsweep:\n  game.size: [7,\n    8]\n", NULL);
  CHECK(MfgSweepGetDocument(t.sweep, 1, &root));
  size = MfgNodeFind(root->children[0], "size", 4);
  assert_int_equal(size->key_mark.line, 3);
  assert_int_equal(size->key_mark.column, 3);
  assert_int_equal(size->mark.line, 4);
  assert_int_equal(size->mark.column, 5);
  CHECK(MfgNodeDestroy(&root));
  TestSweepClose(&t);
}

/* A bad axis stands in the runs as a broken value, so that the rest can be checked without follow-up errors.
 */
static void BadAxesAreBroken(void **state)
{
  TestSweep t;
  PetscInt  count;
  MfgNode  *root;

  (void)state;
  TestSweepOpen(&t, "solver: {type: a}\nsweep: {solver.type: b, game.size: [1, 2]}\n", NULL);
  CHECK(MfgSweepGetCount(t.sweep, &count));
  assert_int_equal(count, 2);
  CHECK(MfgSweepGetDocument(t.sweep, 1, &root));
  assert_true(MfgNodeFind(root->children[0], "type", 4)->broken);
  assert_false(MfgNodeFind(root->children[1], "size", 4)->broken);
  CHECK(MfgNodeDestroy(&root));
  TestSweepClose(&t);
  TestSweepOpen(&t, "zip: [{game.size: [1, 2], solver.eta: [1, 2, 3]}]\n", NULL);
  CHECK(MfgSweepGetCount(t.sweep, &count));
  assert_int_equal(count, 2); /* what the lists have in common */
  TestSweepClose(&t);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(WithoutSections),    cmocka_unit_test(FirstAxisIsSlowest),
      cmocka_unit_test(RangesAreClean),     cmocka_unit_test(ValuesOfAxes),
      cmocka_unit_test(GroupsAddUp),        cmocka_unit_test(SettingsPin),
      cmocka_unit_test(SettingsOfSections), cmocka_unit_test(Resources),
      cmocka_unit_test(MarksAreKept),       cmocka_unit_test(BadAxesAreBroken)};

  return TestMain(argc, argv, "sweep", tests, sizeof(tests) / sizeof(tests[0]));
}
