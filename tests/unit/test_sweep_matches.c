/* What the matches of when, overrides and exclude see, and what becomes of the runs that they choose. */
#include <stdlib.h>
#include "sweeping.h"

static void AxesOfMatchingRunsAlone(void **state)
{
  TestSweep          t;
  PetscInt           count;
  const char *const *axes, *value;

  (void)state;
  /* The entry for the eta of mf_trpo sees what the one before has given to it; other types appear once. */
  static const char text[] =
      "sweep: {solver.type: [mf_trpo, fictitious_play, online_mirror_descent]}\n"
      "when:\n"
      "  - match: {solver.type: mf_trpo}\n"
      "    sweep: {solver.eta: [0.1, 0.2]}\n"
      "  - match: {solver.type: [mf_trpo, online_mirror_descent], solver.eta: 2e-1}\n"
      "    zip: [{solver.beta: [1, 2], game.size: [7, 8]}]\n"
      "  - match: {solver.type: online_mirror_descent}\n"
      "    sweep: {solver.eta: [7]}\n"
      "  - match: {solver.eta: 7}\n"
      "    sweep: {game.size: [9]}\n"
      "seeds: [1, 2]\n"
      "exclude: [{seed: 2, solver.eta: 0.1}, {seed: 2, solver.type: fictitious_play}]\n";
  TestAssertRuns(text, NULL,
                 "{solver: {type: mf_trpo, eta: 0.1}, seed: 1}\n"
                 "{solver: {type: mf_trpo, eta: 0.2, beta: 1}, game: {size: 7}, seed: 1}\n"
                 "{solver: {type: mf_trpo, eta: 0.2, beta: 1}, game: {size: 7}, seed: 2}\n"
                 "{solver: {type: mf_trpo, eta: 0.2, beta: 2}, game: {size: 8}, seed: 1}\n"
                 "{solver: {type: mf_trpo, eta: 0.2, beta: 2}, game: {size: 8}, seed: 2}\n"
                 "{solver: {type: fictitious_play}, seed: 1}\n"
                 "{solver: {type: online_mirror_descent, eta: 7}, game: {size: 9}, seed: 1}\n"
                 "{solver: {type: online_mirror_descent, eta: 7}, game: {size: 9}, seed: 2}\n");
  TestSweepOpen(&t, text, NULL);
  CHECK(MfgSweepGetAxes(t.sweep, &count, &axes));
  assert_int_equal(count, 5);
  assert_string_equal(axes[0], "solver.type");
  assert_string_equal(axes[1], "solver.eta");
  assert_string_equal(axes[2], "solver.beta");
  assert_string_equal(axes[3], "game.size");
  assert_string_equal(axes[4], "seed");
  CHECK(MfgSweepGetAxisValue(t.sweep, 1, 1, &value));
  assert_string_equal(value, "0.2");
  CHECK(MfgSweepGetAxisValue(t.sweep, 5, 1, &value));
  assert_null(value);
  CHECK(MfgSweepGetAxisValue(t.sweep, 0, 3, &value));
  assert_null(value);
  CHECK(MfgSweepGetAxisValue(t.sweep, 7, 4, &value));
  assert_string_equal(value, "2");
  TestSweepClose(&t);
}

/* Which default there is hangs on the type, which an axis chooses. */
static void AxesOfMatchingDefaults(void **state)
{
  (void)state;
  TestAssertRuns("sweep: {solver.type: [mf_trpo, fictitious_play]}\n"
                 "when: [{match: {solver.eta: 0.5}, sweep: {game.size: [1, 2]}}]\n",
                 NULL,
                 "{solver: {type: mf_trpo}, game: {size: 1}}\n{solver: {type: mf_trpo}, game: {size: 2}}\n"
                 "{solver: {type: fictitious_play}}\n");
  TestAssertRuns(
      "sweep: {game.type: [four_rooms, rock_paper_scissors]}\n"
      "when: [{match: {game.noise.slip: 0.1}, sweep: {solver.eta: [1, 2]}}]\n",
      NULL,
      "{game: {type: four_rooms}, solver: {eta: 1}}\n{game: {type: four_rooms}, solver: {eta: 2}}\n"
      "{game: {type: rock_paper_scissors}}\n");
}

static void AxesThatNoRunHas(void **state)
{
  TestSweep          t;
  PetscInt           count;
  const char *const *axes;

  (void)state;
  TestSweepOpen(&t,
                "sweep: {solver.type: [mf_trpo, fictitious_play]}\n"
                "when: [{match: {solver.type: mf_trpo}, sweep: {solver.eta: [1, 2]}}]\n"
                "exclude: [{solver.type: mf_trpo}]\n",
                NULL);
  CHECK(MfgSweepGetCount(t.sweep, &count));
  assert_int_equal(count, 1);
  CHECK(MfgSweepGetAxes(t.sweep, &count, &axes));
  assert_int_equal(count, 1);
  assert_string_equal(axes[0], "solver.type");
  TestSweepClose(&t);
}

static void OverridesInOrder(void **state)
{
  TestSweep   t;
  const char *value;

  (void)state;
  /* The second sees what the first has set, the third wins over it; exclude sees what came of all. */
  static const char text[] =
      "sweep: {solver.eta: [0.1, 0.2, 0.3, 0.4]}\n"
      "overrides:\n"
      "  - {match: {solver.eta: [0.1, 1e-1, 0.2]}, set: {solver.inner_iterations: 20}}\n"
      "  - {match: {solver.inner_iterations: 20}, set: {game: {type: a}, solver.eta: 9}}\n"
      "  - {match: {solver.eta: 9}, set: {solver.inner_iterations: 21, game.size: 3}}\n"
      "  - {match: {solver.eta: 0.4}, set: {seed: 4}}\n"
      "exclude: [{solver.eta: 0.1}, {solver.eta: 0.3}]\n";
  TestAssertRuns(text, NULL,
                 "{solver: {eta: 9, inner_iterations: 21}, game: {type: a, size: 3}}\n"
                 "{solver: {eta: 9, inner_iterations: 21}, game: {type: a, size: 3}}\n"
                 "{solver: {eta: 0.4}, seed: 4}\n");
  TestSweepOpen(&t, text, NULL);
  CHECK(MfgSweepGetAxisValue(t.sweep, 0, 0, &value));
  assert_string_equal(value, "9"); /* what the run has, not what the axis said */
  TestSweepClose(&t);
}

/* Whether a run of `base` (with two values of metrics.every) matches. */
static PetscBool Matches(const char *base, const char *setting, const char *match)
{
  const char *const settings[TEST_MOST_SETTINGS] = {setting};
  TestSweep         t;
  PetscInt          count;
  char              text[1024], *errors;

  CHECK(PetscSNPrintf(text, sizeof(text),
                      "%s\nsweep: {metrics.every: [7, 8]}\nexclude: [{metrics.every: 7, %s}]\n", base,
                      match));
  TestSweepOpen(&t, text, settings);
  CHECK(MfgSweepGetCount(t.sweep, &count));
  errors = TestSweepErrors(&t);
  assert_string_equal(errors, "");
  free(errors);
  TestSweepClose(&t);
  return (PetscBool)(count == 1);
}

static void MatchesSeeDefaults(void **state)
{
  static const char base[] = "name: a\ngame: {type: four_rooms}\nsolver: {type: mf_trpo}";
  static const char other[] = "game: {type: crowd_grid}\nsolver: {type: fictitious_play}";

  (void)state;
  assert_true(Matches(base, NULL, "solver.eta: 0.5"));
  assert_true(Matches(base, NULL, "solver.eta: 5e-1"));
  assert_true(Matches(base, NULL, "solver.eta: [0.1, 0.50]"));
  assert_false(Matches(base, NULL, "solver.eta: 0.51"));
  assert_false(Matches(base, NULL, "solver.eta: '0.50'")); /* a text */
  assert_false(Matches(other, NULL, "solver.eta: 0.5"));   /* no key of this solver */
  assert_true(Matches(base, NULL, "game.discount: 0.9"));
  assert_true(Matches(base, NULL, "solver.type: [fictitious_play, mf_trpo]"));
  assert_true(Matches(base, NULL, "solver.initial_policy: uniform"));
  assert_true(Matches(base, NULL, "solver.initial_policy.type: uniform"));
  assert_true(Matches(base, NULL, "solver.beta: 0.1, solver.beta.value: .1, solver.beta.schedule: constant"));
  assert_true(Matches(base, NULL, "seed: 1, name: a"));
  assert_false(Matches(base, NULL, "seed: 2"));
  assert_true(Matches(base, NULL, "evaluation.direct_below: 2000"));
  assert_true(Matches(base, NULL, "output.fields: [mean_field, policy, value, population]"));
  assert_true(Matches(base, NULL, "output.fields: [[policy], [mean_field, policy, value, population]]"));
  assert_false(Matches(base, NULL, "output.fields: [[policy], mean_field]"));
  assert_false(Matches(base, NULL, "output.fields: [mean_field, policy, value]"));
  assert_false(Matches(base, NULL, "solver.stop.exploitability: 1")); /* has no default */
}

static void MatchesSeeShorthands(void **state)
{
  static const char plain[] = "solver: {type: mf_trpo, beta: 0.2}";
  static const char group[] = "solver: {type: mf_trpo, beta: {value: 0.2}}";
  static const char noise[] = "game: {type: four_rooms, noise: {additive: [0.2, 0.2, 0.2, 0.2, 2e-1]}}";

  (void)state;
  assert_true(
      Matches(plain, NULL, "solver.beta: 0.2, solver.beta.value: 0.2, solver.beta.schedule: constant"));
  assert_true(Matches(group, NULL, "solver.beta: 0.2, solver.beta.value: 0.2"));
  assert_true(
      Matches(plain, "solver.beta.schedule=harmonic", "solver.beta: 0.2, solver.beta.schedule: harmonic"));
  assert_true(Matches(plain, "solver.beta.value=0.3", "solver.beta: 0.3"));
  assert_true(Matches(noise, NULL, "game.noise.additive: [0.2, 0.2, 0.2, 0.2, 0.2]"));
  assert_false(Matches(noise, NULL, "game.noise.additive: [0.2, 0.2, 0.2, 0.2]"));
}

static void EntriesWithoutRuns(void **state)
{
  static const char text[] = "solver: {type: mf_trpo}\n"
                             "sweep: {solver.eta: [0.1, 0.2]}\n"
                             "when:\n"
                             "  - match: {solver.type: fictitious_play}\n"
                             "    sweep: {game.size: [11]}\n"
                             "overrides:\n"
                             "  - {match: {solver.eta: 0.3}, set: {seed: 2}}\n"
                             "  - {match: {solver.eta: 0.2}, set: {seed: 2}}\n"
                             "exclude: [{solver.eta: 0.2}, {seed: 4}]\n"
                             "resources: {overrides: [{match: {seed: 2}, set: {ranks_per_run: 2}}]}\n";

  (void)state;
  TestAssertWarnings(text, NULL,
                     "f.yaml:4:12: when.match: matches no run\n"
                     "f.yaml:7:13: overrides.match: matches no run\n"
                     "f.yaml:9:30: exclude: matches no run\n"
                     "f.yaml:10:33: resources.overrides.match: matches no run\n");
  /* That a setting leaves fewer runs is no mistake in the file. */
  TestAssertWarnings(
      text, (const char *[TEST_MOST_SETTINGS]){"solver.eta=0.5", "solver.type=mf_trpo", "seed=3"}, "");
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(AxesOfMatchingRunsAlone), cmocka_unit_test(AxesOfMatchingDefaults),
      cmocka_unit_test(AxesThatNoRunHas),        cmocka_unit_test(OverridesInOrder),
      cmocka_unit_test(MatchesSeeDefaults),      cmocka_unit_test(MatchesSeeShorthands),
      cmocka_unit_test(EntriesWithoutRuns)};

  return TestMain(argc, argv, "sweep_matches", tests, sizeof(tests) / sizeof(tests[0]));
}
