/*
  four_rooms and crowd_grid against a construction by brute force: the wall map drawn cell by cell, the free
  cells numbered row-major from row 0, and for every (s, a)

    slip:      P(s'|s,a) = (1-p) [s' = s + a] + p/5 Σ_e [s' = s + e],  a blocked move stays;
    additive:  P(s'|s,a) = Σ_e w(e) [s' = s + a + e] in one jump,      a blocked jump stays, and one of two
                                                                       cells passes over a wall;
    reward:    r(s,a,μ) = -κ log max(μ(s), ε₀) + Γ(a) + bonus at one cell.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "dense.h"
#include "testing.h"

enum { MOST_CELLS = 21 * 21, MOVES = 5 };
static const int moves[MOVES][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {0, 0}};

typedef struct {
  int       n, states;
  int       number[MOST_CELLS]; /* [n, n] state of a cell, -1: wall */
  int       cell[MOST_CELLS];   /* [states] row · n + column */
  PetscReal slip;               /* negative: additive noise w */
  PetscReal w[MOVES];
} Map;

static Map DrawMap(int n, PetscBool rooms, PetscReal slip)
{
  const int mid = n / 2;
  char      drawing[MOST_CELLS];
  Map       map = {.n = n, .slip = slip, .w = {.1, .15, .2, .25, .3}};

  memset(drawing, '.', sizeof(drawing));
  for (int i = 0; i < n && rooms; i++) drawing[mid * n + i] = drawing[i * n + mid] = '#';
  if (rooms)
    drawing[2 * n + mid] = drawing[(n - 3) * n + mid] = drawing[mid * n + n - 3] = drawing[mid * n + 2] = '.';
  for (int c = 0; c < n * n; c++) {
    map.number[c] = -1;
    if (drawing[c] == '#') continue;
    map.cell[map.states] = c;
    map.number[c] = map.states++;
  }
  return map;
}

static int NumberAt(const Map *map, int row, int column)
{
  if (row < 0 || column < 0 || row >= map->n || column >= map->n) return -1;
  return map->number[row * map->n + column];
}

/* Where a jump by (rows, columns) from state s ends. */
static int Land(const Map *map, int s, int rows, int columns)
{
  const int to = NumberAt(map, map->cell[s] / map->n + rows, map->cell[s] % map->n + columns);

  return to < 0 ? s : to;
}

static void Expect(const Map *map, int s, int a, PetscReal p[])
{
  for (int t = 0; t < map->states; t++) p[t] = 0;
  if (map->slip >= 0) p[Land(map, s, moves[a][0], moves[a][1])] += 1 - map->slip;
  for (int e = 0; e < MOVES; e++) {
    if (map->slip >= 0)
      p[Land(map, s, moves[e][0], moves[e][1])] += map->slip / MOVES;
    else
      p[Land(map, s, moves[a][0] + moves[e][0], moves[a][1] + moves[e][1])] += map->w[e];
  }
}

static void CompareTransitions(MfgGame game, const Map *map)
{
  PetscReal *P = DenseTransitions(game), expected[MOST_CELLS];

  for (int i = 0; i < map->states * MOVES; i++) {
    PetscReal sum = 0;

    Expect(map, i / MOVES, i % MOVES, expected);
    for (int t = 0; t < map->states; t++) {
      TestAssertNumber(P[i * map->states + t], expected[t], 1e-15, "a transition probability");
      sum += P[i * map->states + t];
    }
    TestAssertNumber(sum, 1, 1e-14, "the sum of transition probabilities");
  }
  CHECK(PetscFree(P));
}

static void CompareCells(MfgGame game, const Map *map)
{
  PetscInt cell[2], s, rows, columns;

  CHECK(MfgGameGetGrid(game, &rows, &columns));
  assert_int_equal(rows, map->n);
  assert_int_equal(columns, map->n);
  for (int t = 0; t < map->states; t++) {
    CHECK(MfgGameGetCell(game, t, cell));
    assert_int_equal(cell[0] * map->n + cell[1], map->cell[t]);
  }
  for (int row = -2; row < map->n + 2; row++) {
    for (int column = -2; column < map->n + 2; column++) {
      cell[0] = row;
      cell[1] = column;
      CHECK(MfgGameFindState(game, cell, &s));
      assert_int_equal(s, NumberAt(map, row, column));
    }
  }
}

/* A game of the size, with slip (as text) or, for NULL, additive noise; the same as the map. */
static void CompareGame(const char *type, int n, const char *slip)
{
  Map      map = DrawMap(n, (PetscBool)!strcmp(type, "four_rooms"), slip ? atof(slip) : -1);
  char     size[8];
  PetscInt states, actions;
  MfgGame  game;

  snprintf(size, sizeof(size), "%d", n);
  game = TestGame(type, "size", size, slip ? "noise.slip" : "noise.additive",
                  slip ? slip : "[.1, .15, .2, .25, .3]", NULL);
  CHECK(MfgGameGetSizes(game, &states, &actions));
  assert_int_equal(states, map.states);
  assert_int_equal(actions, MOVES);
  CompareCells(game, &map);
  CompareTransitions(game, &map);
  CHECK(MfgGameDestroy(&game));
}

static void FourRooms(void **state)
{
  static const struct {
    int n, states;
  } sizes[] = {{7, 40}, {11, 104}, {13, 148}, {21, 404}};

  (void)state;
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    assert_int_equal(DrawMap(sizes[i].n, PETSC_TRUE, 0).states, sizes[i].states);
    CompareGame("four_rooms", sizes[i].n, "0.1");
    CompareGame("four_rooms", sizes[i].n, NULL);
  }
  CompareGame("four_rooms", 11, "0");
  CompareGame("four_rooms", 11, "1");
}

static void CrowdGrid(void **state)
{
  (void)state;
  for (int n = 2; n <= 5; n++) {
    CompareGame("crowd_grid", n, "0.1");
    CompareGame("crowd_grid", n, NULL);
  }
}

/* What is written down by hand, so that the brute force itself is checked: four_rooms 11, wall column 5. */
static void JumpsOverWalls(void **state)
{
  MfgGame        game = TestGame("four_rooms", "noise.additive", "[0, 1, 0, 0, 0]", NULL);
  const PetscInt from[2] = {4, 4}, beyond[2] = {4, 6}, door[2] = {2, 5};
  PetscInt       s, t, S, A;
  PetscReal     *P = DenseTransitions(game);

  (void)state;
  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(MfgGameFindState(game, from, &s));
  CHECK(MfgGameFindState(game, beyond, &t));
  assert_true(P[(s * 5 + 1) * S + t] == 1); /* right and right: over the wall [4, 5] */
  assert_true(P[(s * 5 + 4) * S + s] == 1); /* stay and right: into the wall, the whole move is lost */
  assert_true(P[(s * 5 + 0) * S + s] == 1); /* up and right: [5, 5] is a wall */
  assert_true(P[(s * 5 + 3) * S + s] == 1); /* left and right cancel */
  CHECK(MfgGameFindState(game, door, &t));
  assert_true(t >= 0);
  CHECK(PetscFree(P));
  CHECK(MfgGameDestroy(&game));
}

/* mu of a test: some above the floor, some below, one zero. */
static PetscReal Density(PetscInt s)
{
  return s % 3 == 0 ? 0 : (s % 3 == 1 ? 1e-4 : 0.01 * (PetscReal)(s + 1));
}

static void Rewards(void **state)
{
  const PetscReal kappa = 1.5, floor = 1e-3, gamma[MOVES] = {-.25, -.25, -.25, -.25, .5};
  const Map       map = DrawMap(7, PETSC_TRUE, .1);
  MfgGame         game = TestGame("four_rooms", "size", "7", "crowd_aversion", "1.5", "density_floor", "1e-3",
                                  "stay_reward", "0.5", "move_reward", "-0.25", "point_of_interest.cell", "[6, 4]",
                                  "point_of_interest.bonus", "2", NULL);
  PetscReal       mu[MOST_CELLS], r[MOST_CELLS * MOVES];

  (void)state;
  for (PetscInt begin = 0; begin < map.states; begin += 13) { /* the callback sees a range of states */
    const PetscInt     end = PetscMin(begin + 13, map.states);
    const MfgMeanField view = {.begin = begin, .end = end, .own = mu};

    for (PetscInt s = begin; s < end; s++) mu[s - begin] = Density(s);
    CHECK(MfgGameRewards(game, &view, r));
    for (PetscInt s = begin; s < end; s++) {
      const PetscReal bonus = map.cell[s] == 6 * 7 + 4 ? 2 : 0;

      for (PetscInt a = 0; a < MOVES; a++)
        TestAssertNumber(r[(s - begin) * MOVES + a], -kappa * log(fmax(Density(s), floor)) + gamma[a] + bonus,
                         1e-14, "a reward");
    }
  }
  CHECK(MfgGameDestroy(&game));
}

/* μ_0 = weight at the peak, (1 - weight)/S everywhere; destroys the game. */
static void CompareInitialLaw(MfgGame game, PetscInt peak, PetscReal weight)
{
  MfgModel   model = TestModel(game, NULL);
  Vec        mu = TestStateVec(model, 0);
  PetscInt   S;
  PetscReal *law;

  CHECK(MfgModelGetInitialMeanField(model, mu, NULL));
  law = TestGather(mu, &S);
  for (PetscInt s = 0; s < S; s++)
    TestAssertNumber(law[s], (1 - weight) / (PetscReal)S + (s == peak ? weight : 0), 1e-15, "μ_0");
  CHECK(PetscFree(law));
  CHECK(VecDestroy(&mu));
  TestDestroy(&model, &game);
}

static void InitialLaws(void **state)
{
  const Map map = DrawMap(11, PETSC_TRUE, .1);

  (void)state;
  CompareInitialLaw(TestGame("four_rooms", NULL), 0, 0);
  CompareInitialLaw(TestGame("four_rooms", "initial", "concentrated", "initial.cell", "[8, 5]", NULL),
                    NumberAt(&map, 8, 5), 0.9);
  CompareInitialLaw(
      TestGame("four_rooms", "initial", "concentrated", "initial.state", "103", "initial.weight", "1", NULL),
      103, 1);
  CompareInitialLaw(
      TestGame("crowd_grid", "initial", "concentrated", "initial.state", "7", "initial.weight", "0.25", NULL),
      7, 0.25);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(FourRooms), cmocka_unit_test(CrowdGrid),
                                          cmocka_unit_test(JumpsOverWalls), cmocka_unit_test(Rewards),
                                          cmocka_unit_test(InitialLaws)};

TEST_MAIN("games", tests)
