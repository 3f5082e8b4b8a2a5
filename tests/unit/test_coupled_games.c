/*
  Games whose transitions depend on μ, against constructions of the test's own, on parts of the states as
  ranks see them:

    kinetic_congestion:  from the cell x a move to y succeeds with 1 - min(1, μ(y)/κ), else one stays; a move
                         off the grid stays; r = -[x ≠ target] - c [a ≠ stay];
    sis_epidemic:        P(1|0,a,μ) = β a μ(1), P(0|1,a,μ) = ν, r = a - C [s = 1], a in {0, 1/(A-1), ..., 1}.
*/
#include <math.h>
#include <string.h>
#include "testing.h"

enum { MOST_CELLS = 36, MOVES = 5 };

/* Cells that are empty, half full, full, and beyond. Not a law: a game takes any numbers. */
static PetscReal Density(PetscInt s, PetscReal capacity)
{
  static const PetscReal filled[] = {0, 0.5, 1, 1.5, 0.01};

  return capacity * filled[(s * s + 2 * s) % 5];
}

/* The neighbour of cell [row, column] by the action, written out. */
static PetscInt Neighbour(PetscInt n, PetscInt s, PetscInt a)
{
  const PetscInt row = s / n, column = s % n;

  if (a == 0) return row + 1 < n ? s + n : s; /* up: rows are counted from the bottom */
  if (a == 1) return column + 1 < n ? s + 1 : s;
  if (a == 2) return row > 0 ? s - n : s;
  if (a == 3) return column > 0 ? s - 1 : s;
  return s;
}

/* P(·|s,a,μ) as [S], from what the game says; the successors must be those without μ. */
static void Spread(MfgGame game, PetscInt S, PetscInt s, PetscInt a, const MfgMeanField *view,
                   PetscReal row[])
{
  PetscInt  count, without, next[8], announced[8];
  PetscReal p[8];

  memset(row, 0, (size_t)S * sizeof(row[0]));
  CHECK(MfgGameTransitions(game, s, a, NULL, &without, announced, p));
  CHECK(MfgGameTransitions(game, s, a, view, &count, next, p));
  assert_int_equal(count, without);
  for (PetscInt i = 0; i < count; i++) {
    assert_int_equal(next[i], announced[i]);
    row[next[i]] += p[i];
  }
}

/* The view of a rank that owns begin <= s < end: its states, and the neighbours that it does not own. */
static MfgMeanField ViewOf(PetscInt n, PetscInt begin, PetscInt end, const PetscReal mu[], PetscInt ghosts[],
                           PetscReal values[])
{
  MfgMeanField view = {
      .begin = begin, .end = end, .own = &mu[begin], .ghosts = ghosts, .ghost_values = values};

  for (PetscInt t = 0; t < n * n; t++) {
    PetscBool near = PETSC_FALSE;

    for (PetscInt i = begin * MOVES; i < end * MOVES; i++)
      if (Neighbour(n, i / MOVES, i % MOVES) == t) near = PETSC_TRUE;
    if (!near || (t >= begin && t < end)) continue;
    ghosts[view.ghost_count] = t;
    values[view.ghost_count++] = mu[t];
  }
  return view;
}

/* The states begin <= s < end of a game of size n; `target` is a state. */
static void ComparePart(MfgGame game, PetscInt n, const MfgMeanField *view, PetscInt target, PetscReal cost,
                        PetscReal capacity)
{
  PetscReal row[MOST_CELLS], r[MOST_CELLS * MOVES];

  CHECK(MfgGameRewards(game, view, r));
  for (PetscInt s = view->begin; s < view->end; s++) {
    for (PetscInt a = 0; a < MOVES; a++) {
      const PetscInt  y = Neighbour(n, s, a);
      const PetscReal success = y == s ? 0 : 1 - fmin(1, Density(y, capacity) / capacity);

      Spread(game, n * n, s, a, view, row);
      for (PetscInt t = 0; t < n * n; t++)
        TestAssertNumber(row[t], t == s ? 1 - success : (t == y ? success : 0), 1e-15, "a probability");
      TestAssertNumber(r[(s - view->begin) * MOVES + a], (s == target ? 0. : -1.) - (a == 4 ? 0. : cost),
                       1e-15, "a reward");
    }
  }
}

/* Destroys the game. */
static void CompareCongestion(MfgGame game, PetscInt n, PetscInt target, PetscReal cost, PetscReal capacity)
{
  PetscReal   mu[MOST_CELLS], values[MOST_CELLS];
  PetscInt    ghosts[MOST_CELLS], S, A, rows, columns, cell[2], s;
  MfgCoupling transitions, rewards;

  CHECK(MfgGameGetSizes(game, &S, &A));
  assert_int_equal(S, n * n);
  assert_int_equal(A, MOVES);
  CHECK(MfgGameGetCoupling(game, &transitions, &rewards));
  assert_int_equal(transitions, MFG_COUPLING_LOCAL);
  assert_int_equal(rewards, MFG_COUPLING_NONE);
  CHECK(MfgGameGetGrid(game, &rows, &columns));
  assert_true(rows == n && columns == n);
  for (cell[0] = -1; cell[0] <= n; cell[0]++) {
    for (cell[1] = -1; cell[1] <= n; cell[1]++) {
      const PetscBool inside = (PetscBool)(fmin(cell[0], cell[1]) >= 0 && fmax(cell[0], cell[1]) < n);

      CHECK(MfgGameFindState(game, cell, &s));
      assert_int_equal(s, inside ? cell[0] * n + cell[1] : -1);
    }
  }
  for (s = 0; s < S; s++) {
    CHECK(MfgGameGetCell(game, s, cell));
    assert_int_equal(cell[0] * n + cell[1], s);
    mu[s] = Density(s, capacity);
  }
  for (PetscInt begin = 0; begin < S; begin += 7) {
    const MfgMeanField view = ViewOf(n, begin, PetscMin(begin + 7, S), mu, ghosts, values);

    ComparePart(game, n, &view, target, cost, capacity);
  }
  CHECK(MfgGameDestroy(&game));
}

static void KineticCongestion(void **state)
{
  (void)state;
  CompareCongestion(TestGame("kinetic_congestion", NULL), 5, 24, .1, .18);
  CompareCongestion(TestGame("kinetic_congestion", "size", "2", "capacity", "1e-3", NULL), 2, 3, .1, 1e-3);
  CompareCongestion(TestGame("kinetic_congestion", "size", "6", "target", "[4, 1]", "move_cost", "0.25",
                             "capacity", "2", NULL),
                    6, 25, .25, 2);
  CompareCongestion(TestGame("kinetic_congestion", "target", "[0, 0]", "move_cost", "0", NULL), 5, 0, 0, .18);
}

/* A state that the view does not show is not a number, and neither is what rests on it. */
static void UnseenStates(void **state)
{
  const PetscReal    mu[] = {.2, .3}, values[] = {.4};
  const PetscInt     ghosts[] = {7};
  const MfgMeanField view = {
      .begin = 5, .end = 7, .own = mu, .ghost_count = 1, .ghosts = ghosts, .ghost_values = values};

  (void)state;
  assert_true(MfgMeanFieldAt(&view, 5) == .2 && MfgMeanFieldAt(&view, 6) == .3 &&
              MfgMeanFieldAt(&view, 7) == .4);
  assert_true(isnan(MfgMeanFieldAt(&view, 4)) && isnan(MfgMeanFieldAt(&view, 8)));
}

/* The states begin <= s < end of a game with A levels. */
static void CompareEpidemic(MfgGame game, PetscInt begin, PetscInt end, PetscInt A,
                            const PetscReal constants[3])
{
  const PetscReal    mu[] = {.35, .65};
  const MfgMeanField view = {.begin = begin, .end = end, .own = &mu[begin], .all = mu};
  PetscReal          row[2], r[2 * 8];

  CHECK(MfgGameRewards(game, &view, r));
  for (PetscInt s = begin; s < end; s++) {
    for (PetscInt a = 0; a < A; a++) {
      const PetscReal level = (double)a / ((double)A - 1);

      Spread(game, 2, s, a, &view, row);
      TestAssertNumber(row[1 - s], s == 0 ? constants[0] * level * mu[1] : constants[1], 1e-15,
                       "a probability");
      TestAssertNumber(row[0] + row[1], 1, 1e-15, "the sum of probabilities");
      TestAssertNumber(r[(s - begin) * A + a], level - (s == 1 ? constants[2] : 0), 1e-15, "a reward");
    }
  }
}

/* What rounding makes of a law that is all infected is no negative probability of staying well. */
static void AllInfected(void **state)
{
  const PetscReal    mu[] = {0, 1 + 4e-16};
  const MfgMeanField view = {.end = 2, .own = mu, .all = mu};
  MfgGame            game = TestGame("sis_epidemic", "infection", "1", NULL);
  PetscReal          row[2];

  (void)state;
  Spread(game, 2, 0, 4, &view, row);
  assert_true(row[0] == 0 && row[1] == 1);
  CHECK(MfgGameDestroy(&game));
}

static void SisEpidemic(void **state)
{
  static const PetscReal presets[] = {.8, .1, 10}, others[] = {1, .25, .5};
  MfgGame                game = TestGame("sis_epidemic", NULL);
  MfgCoupling            transitions, rewards;

  (void)state;
  CHECK(MfgGameGetCoupling(game, &transitions, &rewards));
  assert_int_equal(transitions, MFG_COUPLING_GLOBAL);
  assert_int_equal(rewards, MFG_COUPLING_NONE);
  CompareEpidemic(game, 0, 2, 5, presets);
  CompareEpidemic(game, 0, 1, 5, presets);
  CompareEpidemic(game, 1, 2, 5, presets);
  CHECK(MfgGameDestroy(&game));
  game = TestGame("sis_epidemic", "levels", "2", "infection", "1", "recovery", "0.25", "infection_cost",
                  "0.5", NULL);
  CompareEpidemic(game, 0, 2, 2, others);
  CHECK(MfgGameDestroy(&game));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(KineticCongestion), cmocka_unit_test(UnseenStates),
                                          cmocka_unit_test(SisEpidemic), cmocka_unit_test(AllInfected)};

TEST_MAIN("games coupled to the mean field", tests)
