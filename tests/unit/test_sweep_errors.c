/* What is wrong with the sections of a sweep: every message with its place. */
#include <string.h>
#include "sweeping.h"

typedef struct {
  const char *text, *errors;
} Case;

static void AssertAll(size_t count, const Case cases[])
{
  for (size_t i = 0; i < count; i++) TestAssertErrors(cases[i].text, NULL, cases[i].errors);
}
#define ASSERT_ALL(cases) AssertAll(sizeof(cases) / sizeof((cases)[0]), cases)

static void Axes(void **state)
{
  static const Case cases[] = {
      {"sweep: 3\n", "f.yaml:1:8: sweep: expected a mapping of dotted keys to lists of values\n"},
      {"sweep: [a]\n", "f.yaml:1:8: sweep: expected a mapping of dotted keys to lists of values\n"},
      {"sweep:\n  solver.eta: 0.3\n", "f.yaml:2:15: sweep.solver.eta: expected a list with at least one "
                                      "value, {linspace: {from: ..., to: ..., "
                                      "count: ...}} or the same with logspace\n"},
      {"sweep:\n  solver.eta: []\n", "f.yaml:2:15: sweep.solver.eta: expected a list with at least one "
                                     "value, {linspace: {from: ..., to: ..., "
                                     "count: ...}} or the same with logspace\n"},
      {"sweep:\n  solver: {eta: [1, 2]}\n",
       "f.yaml:2:11: sweep.solver: expected a list of values; a key within another is written with a dot: "
       "'solver.eta'\n"},
      {"sweep: {solver.eta: {}}\n", "f.yaml:1:21: sweep.solver.eta: expected a list of values\n"},
      {"sweep: {eta: [1]}\n", "f.yaml:1:9: sweep.eta: unknown key 'eta'; did you mean 'solver.eta'?\n"},
      {"sweep: {solvr.eta: [1]}\n",
       "f.yaml:1:9: sweep.solvr.eta: unknown key 'solvr.eta'; did you mean 'solver.eta'?\n"},
      {"sweep: {xyzzy: [1]}\n", "f.yaml:1:9: sweep.xyzzy: unknown key 'xyzzy'\n"},
      {"sweep: {name: [a, b], resources.time_limit: [1]}\n",
       "f.yaml:1:9: sweep.name: 'name' holds for all runs alike\n"
       "f.yaml:1:23: sweep.resources.time_limit: 'resources' holds for all runs alike\n"},
      {"sweep:\n  solver: [{type: a, beta.value: 1}]\n",
       "f.yaml:2:22: sweep.solver: a key has no dots within a value; write 'beta: {value: ...}'\n"},
      {"sweep: {solver..eta: [1], .eta: [1], eta.: [1]}\n",
       "f.yaml:1:9: 'solver..eta' is not a key; expected words with dots between them\n"
       "f.yaml:1:27: '.eta' is not a key; expected words with dots between them\n"
       "f.yaml:1:38: 'eta.' is not a key; expected words with dots between them\n"},
      {"sweep: {solver.eta: *a}\n", "f.yaml:1:21: aliases (*a) are not supported; write the values out\n"},
      /* Dots are for these sections alone. */
      {"sweep: {solver.eta: [1]}\nseeds: {a.b: 1}\n",
       "f.yaml:2:8: seeds: expected a list of seeds or {count: ...}\n"
       "f.yaml:2:9: a key has no dots in a file; write 'a: {b: ...}'\n"},
      {"sweep: {solver.eta: [1]}\nsolver.eta: 3\n",
       "f.yaml:2:1: a key has no dots in a file; write 'solver: {eta: ...}'\n"},
      {"sweep.solver.eta: [1]\n",
       "f.yaml:1:1: a key has no dots in a file; write 'sweep: {solver.eta: ...}'\n"}};

  (void)state;
  ASSERT_ALL(cases);
}

static void Ranges(void **state)
{
#define RANGE(text) "sweep:\n  solver.eta:\n    " text "\n"
  static const Case cases[] = {
      {RANGE("linspace: 3"),
       "f.yaml:3:15: sweep.solver.eta.linspace: expected {from: ..., to: ..., count: ...}\n"},
      {RANGE("lnspace: {from: 1, to: 2, count: 3}"),
       "f.yaml:3:5: sweep.solver.eta.lnspace: unknown key 'lnspace'; did you mean 'linspace'?\n"},
      {RANGE("{linspace: {from: 1, to: 2, count: 3}, logspace: {from: 1, to: 2, count: 3}}"),
       "f.yaml:3:5: sweep.solver.eta: expected one of linspace and logspace, not both\n"},
      {RANGE("{linspace: {from: 1, to: 2, count: 3}, num: 3}"),
       "f.yaml:3:44: sweep.solver.eta.num: unknown key 'num'\n"},
      {RANGE("linspace: {form: 1, to: two, count: 1}"),
       "f.yaml:3:5: sweep.solver.eta.linspace.from: the key 'from' is required\n"
       "f.yaml:3:16: sweep.solver.eta.linspace.form: unknown key 'form'; did you mean 'from'?\n"
       "f.yaml:3:29: sweep.solver.eta.linspace.to: two is not a number; expected a real\n"
       "f.yaml:3:41: sweep.solver.eta.linspace.count: 1 is out of range; expected an integer in [2,inf)\n"},
      {RANGE("linspace: {from: [1], to: \"2\", count: }"),
       "f.yaml:3:22: sweep.solver.eta.linspace.from: expected a value, not a list\n"
       "f.yaml:3:31: sweep.solver.eta.linspace.to: \"2\" is not a number; expected a real\n"
       "f.yaml:3:43: sweep.solver.eta.linspace.count: the key has no value\n"},
      {RANGE("linspace: {from: 1, to: 1.0, count: 3}"),
       "f.yaml:3:29: sweep.solver.eta.linspace.to: 'from' and 'to' are the same number\n"},
      {RANGE("logspace: {from: -2, to: 1, count: 3}"), "f.yaml:3:22: sweep.solver.eta.logspace.from: -2 is "
                                                       "out of range; expected a number above 0, the value "
                                                       "itself and not its exponent\n"},
      {RANGE("logspace: {from: 1, to: 0, count: 3}"),
       "f.yaml:3:29: sweep.solver.eta.logspace.to: 0 is out of range; expected a number above 0, the value "
       "itself and not its exponent\n"}};
#undef RANGE

  (void)state;
  ASSERT_ALL(cases);
}

static void Groups(void **state)
{
  static const Case cases[] = {
      {"zip: {solver.eta: [1]}\n", "f.yaml:1:6: zip: expected a list of groups {key: [...], key: [...]}\n"},
      {"zip: [a]\n", "f.yaml:1:7: zip: expected a group, a mapping of dotted keys to lists of values\n"},
      {"zip: [{}]\n", "f.yaml:1:7: zip: expected a group, a mapping of dotted keys to lists of values\n"},
      {"zip:\n  - solver.eta: [1, 2]\n    game.size: [1, 2, 3]\n    game.discount: [1, 2]\n",
       "f.yaml:3:16: zip.game.size: 3 values beside 2 of 'solver.eta'; the lists of a group have the same "
       "length\n"},
      {"zip:\n  - solver.eta: [1, 2]\n    game.size: {linspace: {from: 1, to: 2, count: 5}}\n",
       "f.yaml:3:16: zip.game.size: 5 values beside 2 of 'solver.eta'; the lists of a group have the same "
       "length\n"},
      {"zip:\n  - solver.eta: 1\n    game.size: [1, 2]\n",
       "f.yaml:2:17: zip.solver.eta: expected a list with at least one value, {linspace: {from: ..., to: "
       "..., "
       "count: ...}} or the same with logspace\n"}};

  (void)state;
  ASSERT_ALL(cases);
}

static void Seeds(void **state)
{
  static const Case cases[] = {
      {"seeds: 5\n", "f.yaml:1:8: seeds: expected a list of seeds or {count: ...}\n"},
      {"seeds: []\n", "f.yaml:1:8: seeds: expected a list of seeds or {count: ...}\n"},
      {"seeds: {base: 3}\n", "f.yaml:1:1: seeds.count: the key 'count' is required\n"},
      {"seeds: {cuont: 3, count: 0, base: -1}\n",
       "f.yaml:1:9: seeds.cuont: unknown key 'cuont'; did you mean 'count'?\n"
       "f.yaml:1:26: seeds.count: 0 is out of range; expected an integer in [1,inf)\n"
       "f.yaml:1:35: seeds.base: -1 is out of range; expected an integer in [0,inf)\n"},
      {"seeds: {count: 2, base: 2147483647}\n",
       "f.yaml:1:8: seeds: the last seed would be above the largest integer, 2147483647\n"},
      {"seeds: [1, -2, 1.5, [3], '4']\n",
       "f.yaml:1:12: seeds: -2 is out of range; expected an integer in [0,inf)\n"
       "f.yaml:1:16: seeds: 1.5 is not an integer; expected an integer in [0,inf)\n"
       "f.yaml:1:21: seeds: expected a value, not a list\n"
       "f.yaml:1:26: seeds: \"4\" is not an integer; expected an integer in [0,inf)\n"},
      {"seeds: [3, 1, 3, 03, 1]\n", "f.yaml:1:15: seeds: the seed 3 is given twice\n"
                                    "f.yaml:1:18: seeds: the seed 03 is given twice\n"
                                    "f.yaml:1:22: seeds: the seed 1 is given twice\n"},
      {"seed: 4\nseeds: [1, 2]\n", "f.yaml:2:1: seeds: `seed` is given, too; expected one of them\n"},
      {"seeds: [1, 2]\nsweep: {seed: [3]}\n", "f.yaml:2:9: sweep.seed: `seeds` is the axis of this key\n"},
      {"seeds: [1, 2]\nwhen: [{match: {seed: 1}, sweep: {solver.eta: [1]}}]\n",
       "f.yaml:2:17: when.match.seed: the seeds come after `when`; expected another key\n"}};

  (void)state;
  if (PETSC_MAX_INT > 2147483647) skip();
  ASSERT_ALL(cases);
  TestAssertErrors("a: 1\n", (const char *[TEST_MOST_SETTINGS]){"seed=4", "seeds=[1]"},
                   "--set seeds=[1]: seeds: `seed` is given, too; expected one of them\n");
}

static void TwoAxesAtOneKey(void **state)
{
  static const Case cases[] = {
      {"sweep:\n  solver.eta: [1]\nzip:\n  - {game.size: [1], solver.eta: [1]}\n",
       "f.yaml:4:22: solver.eta: a run has this axis beside 'solver.eta' in line 2; expected one of them\n"},
      {"zip:\n  - {solver.eta: [1]}\nsweep:\n  solver: [{type: a}]\n",
       "f.yaml:4:3: solver: a run has this axis beside 'solver.eta' in line 2; expected one of them\n"},
      {"sweep: {solver.beta: [1], solver.beta.value: [2], solver.betas: [2]}\n",
       "f.yaml:1:27: solver.beta.value: a run has this axis beside 'solver.beta' in line 1; expected one of "
       "them\n"},
      {"sweep: {solver.betas: [1], solver.beta: [2], solver.bet: [3]}\n", ""},
      {"zip: [{solver.beta: [1], solver.beta.value: [2]}]\n",
       "f.yaml:1:26: solver.beta.value: a run has this axis beside 'solver.beta' in line 1; expected one of "
       "them\n"},
      {"sweep: {solver.eta: [1, 2], game.size: [1, 2]}\nwhen:\n  - match: {game.size: 2}\n"
       "    sweep: {solver.eta: [3]}\n",
       "f.yaml:4:13: solver.eta: a run has this axis beside 'solver.eta' in line 1; expected one of them\n"},
      /* The second and the third meet in runs of size 2, the first and the second never. */
      {"sweep: {game.size: [1, 2, 3]}\nwhen:\n"
       "  - {match: {game.size: 1}, sweep: {solver.eta: [3]}}\n"
       "  - {match: {game.size: 2}, sweep: {solver.eta: [4]}}\n"
       "  - {match: {game.size: [2, 3]}, zip: [{solver.eta: [5]}]}\n",
       "f.yaml:5:41: solver.eta: a run has this axis beside 'solver.eta' in line 4; expected one of them\n"}};

  (void)state;
  ASSERT_ALL(cases);
  TestAssertErrors(
      "sweep: {a: [1]}\nzip: [{solver.eta: [1]}]\n",
      (const char *[TEST_MOST_SETTINGS]){"sweep={}", "sweep.solver.eta=[1]"},
      "--set sweep.solver.eta=[1]: solver.eta: a run has this axis beside 'solver.eta' in line 2; "
      "expected one of them\n");
}

static void Entries(void **state)
{
  static const Case cases[] = {
      {"when: {}\noverrides: {match: {seed: 1}}\nexclude: 3\n",
       "f.yaml:2:12: overrides: expected a list of entries {match: ..., set: ...}\n"
       "f.yaml:3:10: exclude: expected a list of matches {key: value}\n"},
      {"when: {match: {seed: 1}}\n",
       "f.yaml:1:7: when: expected a list of entries {match: ..., sweep: ...}\n"},
      {"when: [a]\noverrides: [[]]\nexclude: [{}]\n",
       "f.yaml:1:8: when: expected an entry {match: ..., sweep: ...}\n"
       "f.yaml:2:13: overrides: expected an entry {match: ..., set: ...}\n"
       "f.yaml:3:11: exclude: expected a mapping of dotted keys to values\n"},
      {"when: [{mach: {seed: 1}, seep: {solver.eta: [1]}}]\n",
       "f.yaml:1:8: when.match: the key 'match' is required\n"
       "f.yaml:1:8: when: the key 'sweep' or 'zip' is required\n"
       "f.yaml:1:9: when.mach: unknown key 'mach'; did you mean 'match'?\n"
       "f.yaml:1:26: when.seep: unknown key 'seep'; did you mean 'sweep'?\n"},
      {"when: [{match: {seed: 1}, sweep: {}, zip: {}}]\n",
       "f.yaml:1:34: when.sweep: expected a mapping of dotted keys to lists of values\n"
       "f.yaml:1:43: when.zip: expected a list of groups {key: [...], key: [...]}\n"},
      {"when: [{match: {seed: 1}, sweep: {solver.eta: [], name: [a]}}]\n",
       "f.yaml:1:47: when.sweep.solver.eta: expected a list with at least one value, {linspace: {from: ..., "
       "to: "
       "..., count: ...}} or the same with logspace\n"
       "f.yaml:1:51: when.sweep.name: 'name' holds for all runs alike\n"},
      {"overrides: [{match: {}, set: {seed: 1}}, {match: 3}, {set: {seed: 1}, unless: 1}]\n",
       "f.yaml:1:21: overrides.match: expected a mapping of dotted keys to values\n"
       "f.yaml:1:42: overrides.set: the key 'set' is required\n"
       "f.yaml:1:50: overrides.match: expected a mapping of dotted keys to values\n"
       "f.yaml:1:54: overrides.match: the key 'match' is required\n"
       "f.yaml:1:71: overrides.unless: unknown key 'unless'\n"},
      {"overrides: [{match: {seed: 1}, set: {}}, {match: {seed: 1}, set: [a]}]\n",
       "f.yaml:1:37: overrides.set: expected a mapping of dotted keys to values\n"
       "f.yaml:1:66: overrides.set: expected a mapping of dotted keys to values\n"},
      {"overrides: [{match: {seed: 1}, set: {name: b, size: 3, resources.ranks_per_run: 2}}]\n",
       "f.yaml:1:38: overrides.set.name: 'name' holds for all runs alike\n"
       "f.yaml:1:47: overrides.set.size: unknown key 'size'; did you mean 'game.size'?\n"
       "f.yaml:1:56: overrides.set.resources.ranks_per_run: 'resources' holds for all runs alike\n"},
      {"overrides: [{match: {seed: 1}, set: {solver: {beta.value: 3}}}]\n",
       "f.yaml:1:47: overrides.set.solver: a key has no dots within a value; write 'beta: {value: ...}'\n"}};

  (void)state;
  ASSERT_ALL(cases);
}

static void Conditions(void **state)
{
  static const Case cases[] = {
      {"exclude: [{solver.eta: }, {solver.eta: []}, {solver: {eta: 1}}, {solver.eta: [1, {a: 1}]}]\n",
       "f.yaml:1:24: exclude.solver.eta: expected a value, or a list of values of which any is meant\n"
       "f.yaml:1:40: exclude.solver.eta: expected a value, or a list of values of which any is meant\n"
       "f.yaml:1:54: exclude.solver: expected a value, or a list of values of which any is meant; keys are "
       "written "
       "with dots\n"
       "f.yaml:1:78: exclude.solver.eta: expected a value, or a list of values of which any is meant\n"},
      {"exclude: [{solver.etaa: 1}, {solver.tpye: 1}, {slip: 1}, {xyzzy.a: 1}, {sede: 1}, {metrics.evry: "
       "1}]\n",
       "f.yaml:1:12: exclude.solver.etaa: unknown key 'solver.etaa'; did you mean 'solver.eta'?\n"
       "f.yaml:1:30: exclude.solver.tpye: unknown key 'solver.tpye'; did you mean 'solver.type'?\n"
       "f.yaml:1:48: exclude.slip: unknown key 'slip'; did you mean 'game.noise.slip'?\n"
       "f.yaml:1:59: exclude.xyzzy.a: unknown key 'xyzzy.a'\n"
       "f.yaml:1:73: exclude.sede: unknown key 'sede'; did you mean 'seed'?\n"
       "f.yaml:1:84: exclude.metrics.evry: unknown key 'metrics.evry'; did you mean 'metrics.every'?\n"},
      {"game: {type: four_rooms, point_of_interest: {bonus: 0}}\nexclude: [{game.point_of_interest: 0}, "
       "{solver: 1}]\n",
       "f.yaml:2:12: exclude.game.point_of_interest: 'game.point_of_interest' is a group of keys; expected "
       "one of "
       "them, such as 'game.point_of_interest.cell'\n"
       "f.yaml:2:41: exclude.solver: 'solver' is a group of keys; expected one of them, such as "
       "'solver.type'\n"},
      {"when: [{match: {solver.etaa: 1}, sweep: {game.size: [1]}}]\n"
       "overrides: [{match: {solver.etaa: 1}, set: {game.size: 1}}]\n"
       "resources: {overrides: [{match: {solver.etaa: 1}, set: {ranks_per_run: 1}}]}\n",
       "f.yaml:1:17: when.match.solver.etaa: unknown key 'solver.etaa'; did you mean 'solver.eta'?\n"
       "f.yaml:2:22: overrides.match.solver.etaa: unknown key 'solver.etaa'; did you mean 'solver.eta'?\n"
       "f.yaml:3:34: resources.overrides.match.solver.etaa: unknown key 'solver.etaa'; did you mean "
       "'solver.eta'?\n"},
      /* The key is in the file: who checks the runs complains of it, once. */
      {"solver: {etaa: 1}\nexclude: [{solver.etaa: 2}]\n", ""},
      /* The key may be one of the plugin, which cannot be loaded: complained of elsewhere. */
      {"game: {type: mine, plugin: ./none.so}\nexclude: [{game.speed: 2}]\n", ""}};

  (void)state;
  ASSERT_ALL(cases);
}

static void Resources(void **state)
{
  static const Case cases[] = {
      {"resources: 3\n",
       "f.yaml:1:12: resources: expected a mapping of ranks_per_run, time_limit and overrides\n"},
      {"resources: {ranks: 3, time_limt: 2, overides: 3}\n",
       "f.yaml:1:13: resources.ranks: unknown key 'ranks'\n"
       "f.yaml:1:23: resources.time_limt: unknown key 'time_limt'; did you mean 'time_limit'?\n"
       "f.yaml:1:37: resources.overides: unknown key 'overides'; did you mean 'overrides'?\n"},
      {"resources: {ranks_per_run: 0, time_limit: soon, overrides: 3}\n",
       "f.yaml:1:28: resources.ranks_per_run: 0 is out of range; expected an integer in [1,inf)\n"
       "f.yaml:1:43: resources.time_limit: 'soon' is no length of time; expected seconds, or such as '90 s', "
       "'30 "
       "min', '2 h', '1:30:00' or '1-00:00:00'\n"
       "f.yaml:1:60: resources.overrides: expected a list of entries {match: ..., set: ...}\n"},
      {"resources: {time_limit: 0, ranks_per_run: [1]}\n",
       "f.yaml:1:25: resources.time_limit: '0' is no length of time; expected seconds, or such as '90 s', "
       "'30 "
       "min', '2 h', '1:30:00' or '1-00:00:00'\n"
       "f.yaml:1:43: resources.ranks_per_run: expected a value, not a list\n"},
      {"resources:\n  overrides:\n    - {match: {seed: 1}}\n    - {match: {seed: 1}, set: {}}\n"
       "    - {match: {seed: 1}, set: {ranks: 3, time_limit: -1}}\n    - {set: {ranks_per_run: 1}}\n    - "
       "3\n",
       "f.yaml:3:7: resources.overrides.set: the key 'set' is required\n"
       "f.yaml:4:31: resources.overrides.set: expected a mapping of ranks_per_run and time_limit\n"
       "f.yaml:5:32: resources.overrides.set.ranks: unknown key 'ranks'\n"
       "f.yaml:5:54: resources.overrides.set.time_limit: '-1' is no length of time; expected seconds, or "
       "such as "
       "'90 s', '30 min', '2 h', '1:30:00' or '1-00:00:00'\n"
       "f.yaml:6:7: resources.overrides.match: the key 'match' is required\n"
       "f.yaml:7:7: resources.overrides: expected an entry {match: ..., set: ...}\n"}};

  (void)state;
  ASSERT_ALL(cases);
}

static void TooManyRuns(void **state)
{
  static const Case cases[] = {
      {"max_runs: 0\n", "f.yaml:1:11: max_runs: 0 is out of range; expected an integer in [1,inf)\n"},
      {"max_runs: many\n", "f.yaml:1:11: max_runs: many is not an integer; expected an integer in [1,inf)\n"},
      {"max_runs: 10\nseeds: {count: 11}\n",
       "f.yaml:2:1: seeds: 11 runs are more than max_runs, 10; expected fewer values, or max_runs: 11\n"},
      {"seeds: {count: 10001}\nexclude: [{seed: 1}]\n", /* counted before it is excluded */
       "f.yaml:1:1: seeds: 10001 runs are more than max_runs, 10000; expected fewer values, or max_runs: "
       "10001\n"},
      {"zip: [{game.size: {linspace: {from: 1, to: 9, count: 1000000}}}]\nseeds: {count: 1000000}\n"
       "sweep: {solver.eta: {linspace: {from: 1, to: 9, count: 1000000000}}}\n",
       "f.yaml:3:1: sweep: 1e+21 runs are more than max_runs, 10000; expected fewer values, or a larger "
       "max_runs\n"},
      /* 2 · 3 · (1 + 100 · 2) · 7 + 1 · 3 · 7, without a walk through the seeds and the sizes. */
      {"sweep: {solver.type: [mf_trpo, a, b], game.size: [1, 2, 3]}\nmax_runs: 8462\n"
       "when: [{match: {solver.type: [a, b]}, sweep: {solver.eta: [1, 2]}},\n"
       "  {match: {solver.eta: 2}, sweep: {solver.x: {linspace: {from: 1, to: 9, count: 200}}}}]\n"
       "seeds: {count: 7}\n",
       "f.yaml:1:1: sweep: 8463 runs are more than max_runs, 8462; expected fewer values, or max_runs: "
       "8463\n"},
      /* The match asks for a long axis, so that the number is not known. */
      {"sweep: {solver.eta: {linspace: {from: 1, to: 9, count: 1000000000}}}\n"
       "when: [{match: {solver.eta: 1}, sweep: {game.size: [1, 2]}}]\n",
       "f.yaml:1:1: sweep: at least 1000000000 runs are more than max_runs, 10000; expected fewer values, or "
       "a "
       "larger max_runs\n"},
      {"sweep: {solver.eta: [1, 2]}\nexclude: [{solver.eta: 1}, {solver.eta: 2}]\n",
       "f.yaml:2:1: exclude: no run is left of 2\n"}};

  (void)state;
  ASSERT_ALL(cases);
}

static void AllTogether(void **state)
{
  (void)state;
  TestAssertErrors(
      "sweep: {solver.eta: 3, eta: [1]}\nzip: [3]\nseeds: [a]\nwhen: [{}]\nexclude: [{x: 1}]\n"
      "overrides: [3]\nresources: 4\nmax_runs: 0\n",
      (const char *[TEST_MOST_SETTINGS]){"sweep.game.size=3"},
      "f.yaml:1:21: sweep.solver.eta: expected a list with at least one value, {linspace: {from: ..., "
      "to: ..., count: ...}} or the same with logspace\n"
      "f.yaml:1:24: sweep.eta: unknown key 'eta'; did you mean 'solver.eta'?\n"
      "f.yaml:2:7: zip: expected a group, a mapping of dotted keys to lists of values\n"
      "f.yaml:3:9: seeds: a is not an integer; expected an integer in [0,inf)\n"
      "f.yaml:4:8: when: expected an entry {match: ..., sweep: ...}\n"
      "f.yaml:5:12: exclude.x: unknown key 'x'\n"
      "f.yaml:6:13: overrides: expected an entry {match: ..., set: ...}\n"
      "f.yaml:7:12: resources: expected a mapping of ranks_per_run, time_limit and overrides\n"
      "f.yaml:8:11: max_runs: 0 is out of range; expected an integer in [1,inf)\n"
      "--set sweep.game.size=3: sweep.game.size: expected a list with at least one value, {linspace: "
      "{from: ..., to: ..., count: ...}} or the same with logspace\n");
}

static void EqualErrorsOnce(void **state)
{
  const MfgMark a = {0, 1, 2}, b = {0, 1, 3};
  MfgErrors     errors;
  PetscInt      count;

  (void)state;
  CHECK(MfgErrorsCreate("f", 0, NULL, &errors));
  for (int i = 0; i < 2; i++) {
    CHECK(MfgErrorsAdd(errors, a, "key", "bad\tvalue %d", 3));
    CHECK(MfgErrorsAdd(errors, b, "key", "bad\tvalue %d", 3));
    CHECK(MfgErrorsAdd(errors, a, "other", "bad\tvalue %d", 3));
    CHECK(MfgErrorsAdd(errors, a, NULL, "bad\tvalue %d", 3));
    CHECK(MfgErrorsAdd(errors, a, "key", "bad\tvalue %d", 4));
  }
  CHECK(MfgErrorsGetCount(errors, &count));
  assert_int_equal(count, 5);
  CHECK(MfgErrorsDestroy(&errors));
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(Axes),        cmocka_unit_test(Ranges),          cmocka_unit_test(Groups),
      cmocka_unit_test(Seeds),       cmocka_unit_test(TwoAxesAtOneKey), cmocka_unit_test(Entries),
      cmocka_unit_test(Conditions),  cmocka_unit_test(Resources),       cmocka_unit_test(TooManyRuns),
      cmocka_unit_test(AllTogether), cmocka_unit_test(EqualErrorsOnce)};

  return TestMain(argc, argv, "sweep_errors", tests, sizeof(tests) / sizeof(tests[0]));
}
