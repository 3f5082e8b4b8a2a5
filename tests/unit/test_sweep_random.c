/* The runs of many experiment files made at random, and of a large one, against counts that know nothing of
 * them. */
#include <stdlib.h>
#include <string.h>
#include "sweeping.h"

/*
  Random products, entries of `when` and exclusions beside a count that knows nothing of them: every tuple of
  values of all keys (0: the run has no such axis), in order, that is one of a run.
*/
enum { BASE = 3, WHEN = 3, KEYS = BASE + WHEN, EXCLUDES = 3 };

static const char *const names[KEYS] = {"size",        "discount",    "density_floor",
                                        "stay_reward", "move_reward", "crowd_aversion"};

typedef struct {
  int sizes[KEYS];                      /* values 1, 2, ..., size */
  int when_key[WHEN], when_value[WHEN]; /* the axis BASE + i is there for runs with this value or the next */
  int excludes[EXCLUDES][2][2];         /* two keys with their values */
  int seeds;
} Random;

static int Draw(unsigned *state, int below)
{
  *state = *state * 1664525u + 1013904223u;
  return (int)((*state >> 16) % (unsigned)below);
}

static void DrawAll(unsigned *state, Random *r)
{
  for (int k = 0; k < KEYS; k++) r->sizes[k] = 1 + Draw(state, 4);
  for (int i = 0; i < WHEN; i++) {
    r->when_key[i] = Draw(state, BASE + i);
    r->when_value[i] = 1 + Draw(state, 3);
  }
  for (int i = 0; i < EXCLUDES; i++)
    for (int j = 0; j < 2; j++) {
      r->excludes[i][j][0] = Draw(state, BASE) + (j ? BASE : 0);
      r->excludes[i][j][1] = 1 + Draw(state, 4);
    }
  r->seeds = 1 + Draw(state, 3);
}

static void WriteList(FILE *stream, const char *name, int size)
{
  fprintf(stream, "game.%s: [", name);
  for (int v = 1; v <= size; v++) fprintf(stream, v > 1 ? ", %d" : "%d", v);
  fputs("]", stream);
}

static void WriteFile(FILE *stream, const Random *r)
{
  fputs("sweep:\n", stream);
  for (int k = 0; k < BASE; k++) {
    fputs("  ", stream);
    WriteList(stream, names[k], r->sizes[k]);
    fputs("\n", stream);
  }
  fputs("when:\n", stream);
  for (int i = 0; i < WHEN; i++) {
    fprintf(stream, "  - {match: {game.%s: [%d, %d.0]}, sweep: {", names[r->when_key[i]], r->when_value[i],
            r->when_value[i] + 1);
    WriteList(stream, names[BASE + i], r->sizes[BASE + i]);
    fputs("}}\n", stream);
  }
  fputs("exclude:\n", stream);
  for (int i = 0; i < EXCLUDES; i++)
    fprintf(stream, "  - {game.%s: %d, game.%s: [7, %d]}\n", names[r->excludes[i][0][0]],
            r->excludes[i][0][1], names[r->excludes[i][1][0]], r->excludes[i][1][1]);
  fprintf(stream, "seeds: {count: %d}\n", r->seeds);
}

static PetscBool IsRun(const Random *r, const int values[KEYS])
{
  for (int i = 0; i < WHEN; i++) {
    const int       v = values[r->when_key[i]];
    const PetscBool matches = (PetscBool)(v == r->when_value[i] || v == r->when_value[i] + 1);

    if (matches != (values[BASE + i] > 0)) return PETSC_FALSE;
  }
  for (int i = 0; i < EXCLUDES; i++)
    if (values[r->excludes[i][0][0]] == r->excludes[i][0][1] &&
        values[r->excludes[i][1][0]] == r->excludes[i][1][1])
      return PETSC_FALSE;
  return PETSC_TRUE;
}

/* The documents of all tuples that are runs. */
static void WriteRuns(FILE *stream, const Random *r)
{
  int values[KEYS] = {1, 1, 1}, k;

  do {
    for (int seed = 1; IsRun(r, values) && seed <= r->seeds; seed++) {
      fputs("{game: {", stream);
      for (k = 0; k < KEYS; k++)
        if (values[k]) fprintf(stream, k ? ", %s: %d" : "%s: %d", names[k], values[k]);
      fprintf(stream, "}, seed: %d}\n", seed);
    }
    for (k = KEYS - 1; k >= 0 && values[k] == r->sizes[k]; k--) values[k] = k < BASE;
    if (k >= 0) values[k]++;
  } while (k >= 0);
}

static void RandomSweeps(void **state)
{
  unsigned generator = 7;

  (void)state;
  for (int trial = 0; trial < 50; trial++) {
    Random r;
    char  *text = NULL, *lines = NULL;
    size_t size;
    FILE  *stream = open_memstream(&text, &size);

    DrawAll(&generator, &r);
    WriteFile(stream, &r);
    fclose(stream);
    stream = open_memstream(&lines, &size);
    WriteRuns(stream, &r);
    fclose(stream);
    if (size) TestAssertRuns(text, NULL, lines); /* else it is an error */
    free(text);
    free(lines);
  }
}

/* The largest sweep that needs no max_runs, with matches that look at defaults. */
static void TenThousandRuns(void **state)
{
  TestSweep t;
  PetscInt  count;
  char     *document;

  (void)state;
  TestSweepOpen(
      &t,
      "game: {type: four_rooms}\n"
      "solver: {type: mf_trpo}\n"
      "sweep:\n"
      "  solver.eta: {linspace: {from: 0.1, to: 1, count: 10}}\n"
      "  solver.beta: {linspace: {from: 0.1, to: 1, count: 10}}\n"
      "  game.size: {linspace: {from: 7, to: 16, count: 10}}\n"
      "seeds: {count: 10}\n"
      "overrides:\n"
      "  - {match: {solver.beta.value: 0.3, game.discount: 0.9}, set: {solver.inner_iterations: 4}}\n"
      "  - {match: {solver.beta.schedule: constant, seed: 10}, set: {solver.outer_iterations: 4}}\n",
      NULL);
  CHECK(MfgSweepGetCount(t.sweep, &count));
  assert_int_equal(count, 10000);
  document = TestSweepDocument(&t, 9299);
  assert_string_equal(document,
                      "{game: {type: four_rooms, size: 16}, solver: {type: mf_trpo, eta: 1, beta: 0.3, "
                      "inner_iterations: 4, outer_iterations: 4}, seed: 10}");
  CHECK(PetscFree(document));
  TestSweepClose(&t);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(RandomSweeps), cmocka_unit_test(TenThousandRuns)};

  return TestMain(argc, argv, "sweep_random", tests, sizeof(tests) / sizeof(tests[0]));
}
