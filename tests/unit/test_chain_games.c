/*
  lasry_lions_chain, no_interaction_chain and multiple_equilibria_chain against a construction by brute force:
  x + a + ε is drawn on a longer line, and what falls beyond an end of the chain is laid onto that end. The
  rewards are

    lasry_lions_chain:          r(x,a,μ) = -c_m|a| - c_a (x - (S-1)/2)² - α μ(x)
    no_interaction_chain:       r(x,a,μ) = x - c_m|a|
    multiple_equilibria_chain:  r(x,a,μ) = -c₁|a| - c₂ min_i |x - x_i| + α μ(x)

  and the values of a policy, on all ranks together, those of a dense solve.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "dense.h"
#include "testing.h"

enum { MOST_STATES = 32, STEPS = 3 };
static const int steps[STEPS] = {-1, 0, 1};

/* A game, and the numbers that its values as text stand for. */
typedef struct {
  const char *type;
  const char *length, *noise, *move_cost, *crowd, *pull, *targets; /* NULL: no such key, or the default */
  int         S;
  double      law[3], move, alpha, pulled;
  int         target_count, target[4];
} Chain;

static const Chain chains[] = {
    {.type = "lasry_lions_chain", .S = 7, .law = {.025, .95, .025}, .move = 2, .alpha = 40, .pulled = 3},
    {"lasry_lions_chain", "2", "[.5, .25, .25]", "0", "0", ".5", NULL, 2, {.5, .25, .25}, 0, 0, .5, 0, {0}},
    {"lasry_lions_chain", "12", "[0, 1, 0]", ".25", "7.5", "0", NULL, 12, {0, 1, 0}, .25, 7.5, 0, 0, {0}},
    {"lasry_lions_chain", "31", "[.1, .2, .7]", "1", "3", ".5", NULL, 31, {.1, .2, .7}, 1, 3, .5, 0, {0}},
    {.type = "no_interaction_chain", .S = 7, .law = {.025, .95, .025}, .move = .1},
    {"no_interaction_chain", "2", "[0, 0, 1]", "3", NULL, NULL, NULL, 2, {0, 0, 1}, 3, 0, 0, 0, {0}},
    {"no_interaction_chain", "20", "[.3, .3, .4]", "0", NULL, NULL, NULL, 20, {.3, .3, .4}, 0, 0, 0, 0, {0}},
    {.type = "multiple_equilibria_chain",
     .S = 7,
     .law = {.025, .95, .025},
     .move = 4,
     .alpha = 5,
     .pulled = 20,
     .target_count = 2,
     .target = {2, 4}},
    {"multiple_equilibria_chain", "2", "[1, 0, 0]", "1", "2", "3", "[1]", 2, {1, 0, 0}, 1, 2, 3, 1, {1}},
    {"multiple_equilibria_chain",
     "30",
     "[.6, .3, .1]",
     "0",
     ".5",
     "2",
     "[29, 0, 13, 4]",
     30,
     {.6, .3, .1},
     0,
     .5,
     2,
     4,
     {29, 0, 13, 4}}};

static MfgGame MakeGame(const Chain *c)
{
  MfgGame           game;
  const char *const values[][2] = {
      {"length", c->length},
      {"noise", c->noise},
      {"move_cost", c->move_cost},
      {"crowd", c->crowd},
      {strcmp(c->type, "lasry_lions_chain") ? "target_pull" : "center_pull", c->pull},
      {"targets", c->targets}};

  CHECK(MfgGameCreate(&game));
  CHECK(MfgGameSetType(game, c->type, NULL));
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
    if (values[i][1]) CHECK(MfgGameSetParameter(game, values[i][0], values[i][1]));
  CHECK(MfgGameSetUp(game));
  return game;
}

/* p(x') on the line -2 .. S+1, folded onto 0 .. S-1 */
static void Expect(const Chain *c, int x, int a, double p[])
{
  double line[MOST_STATES + 4] = {0};

  for (int e = 0; e < 3; e++) line[2 + x + steps[a] + (e - 1)] += c->law[e];
  line[2] += line[0] + line[1];
  line[c->S + 1] += line[c->S + 2] + line[c->S + 3];
  for (int y = 0; y < c->S; y++) p[y] = line[2 + y];
}

static double ExpectReward(const Chain *c, int x, int a, double density)
{
  const double cost = a == 1 ? 0 : c->move, offset = x - (c->S - 1) / 2.;
  double       nearest = 1e9;

  if (!strcmp(c->type, "no_interaction_chain")) return x - cost;
  if (!strcmp(c->type, "lasry_lions_chain")) return -cost - c->pulled * offset * offset - c->alpha * density;
  for (int i = 0; i < c->target_count; i++) nearest = fmin(nearest, abs(x - c->target[i]));
  return -cost - c->pulled * nearest + c->alpha * density;
}

static void CompareTransitions(MfgGame game, const Chain *c)
{
  PetscReal *P = DenseTransitions(game);
  double     expected[MOST_STATES];

  for (int x = 0; x < c->S; x++) {
    for (int a = 0; a < STEPS; a++) {
      Expect(c, x, a, expected);
      for (int y = 0; y < c->S; y++)
        TestAssertNumber(P[(x * STEPS + a) * c->S + y], expected[y], 1e-15, "a transition probability");
    }
  }
  CHECK(PetscFree(P));
}

static double Density(int x)
{
  return 0.01 * (x % 5) * (x + 1);
}

/* The callback sees ranges of five states. */
static void CompareRewards(MfgGame game, const Chain *c)
{
  for (int begin = 0; begin < c->S; begin += 5) {
    const int          end = PetscMin(begin + 5, c->S);
    PetscReal          own[5], r[5 * STEPS];
    const MfgMeanField view = {.begin = begin, .end = end, .own = own};

    for (int x = begin; x < end; x++) own[x - begin] = Density(x);
    CHECK(MfgGamePrepare(game, &view));
    CHECK(MfgGameRewards(game, &view, r));
    for (int x = begin; x < end; x++)
      for (int a = 0; a < STEPS; a++)
        TestAssertNumber(r[(x - begin) * STEPS + a], ExpectReward(c, x, a, Density(x)), 1e-14, "a reward");
  }
}

static void TransitionsAndRewards(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
    MfgGame     game = MakeGame(&chains[i]);
    PetscInt    S, A;
    MfgCoupling transitions, rewards;

    CHECK(MfgGameGetSizes(game, &S, &A));
    assert_int_equal(S, chains[i].S);
    assert_int_equal(A, STEPS);
    CHECK(MfgGameGetCoupling(game, &transitions, &rewards));
    assert_int_equal(transitions, MFG_COUPLING_NONE);
    assert_int_equal(rewards, MFG_COUPLING_NONE);
    CompareTransitions(game, &chains[i]);
    CompareRewards(game, &chains[i]);
    CHECK(MfgGameDestroy(&game));
  }
}

/* What is written down by hand, so that the brute force itself is checked: the sum is clipped, once. */
static void ByHand(void **state)
{
  MfgGame            game = TestGame("lasry_lions_chain", "length", "4", "noise", "[.1, .2, .7]", NULL);
  const PetscReal    own[2] = {.25, .5};
  const MfgMeanField view = {.begin = 0, .end = 2, .own = own};
  PetscReal         *P = DenseTransitions(game), r[2 * STEPS];

  (void)state;
  TestAssertNumber(P[(0 * STEPS + 0) * 4 + 0], 1, 1e-15, "0 - 1 + ε is never above 0");
  TestAssertNumber(P[(0 * STEPS + 1) * 4 + 0], .3, 1e-15, "0 + ε stays at 0");
  TestAssertNumber(P[(0 * STEPS + 2) * 4 + 2], .7, 1e-15, "0 + 1 + ε jumps to 2");
  TestAssertNumber(P[(3 * STEPS + 2) * 4 + 3], 1, 1e-15, "3 + 1 + ε is never below 3");
  CHECK(MfgGameRewards(game, &view, r));
  TestAssertNumber(r[0], -2 - 3 * 2.25 - 10, 1e-15, "the reward in state 0 of a step");
  TestAssertNumber(r[1], 0 - 3 * 2.25 - 10, 1e-15, "the reward in state 0 of no step");
  TestAssertNumber(r[STEPS + 2], -2 - 3 * .25 - 20, 1e-15, "the reward in state 1 of a step");
  CHECK(PetscFree(P));
  CHECK(MfgGameDestroy(&game));
}

/* Models on all ranks, among them more ranks than states. */
static void Values(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
    MfgGame  game = MakeGame(&chains[i]);
    MfgModel model = TestModel(game, "tolerance", "1e-13", NULL);
    Vec      pi = TestReferencePolicy(model), mu = TestReferenceMeanField(model), J = TestStateVec(model, 0);
    PetscInt S, size;
    PetscReal *all_pi = TestGather(pi, &size), *all_mu = TestGather(mu, &S);
    PetscReal *expected = DenseValue(game, all_pi, all_mu, 0.5);
    MfgSolve   solve;

    CHECK(MfgModelSetPolicy(model, pi));
    CHECK(MfgModelSetMeanField(model, mu));
    CHECK(MfgModelEvaluate(model, 0.5, J, &solve));
    TestAssertSound(model);
    TestAssertNear(J, S, expected, 1e-10, chains[i].type);
    CHECK(PetscFree(expected));
    CHECK(PetscFree(all_pi));
    CHECK(PetscFree(all_mu));
    CHECK(VecDestroy(&pi));
    CHECK(VecDestroy(&mu));
    CHECK(VecDestroy(&J));
    TestDestroy(&model, &game);
  }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(TransitionsAndRewards), cmocka_unit_test(ByHand),
                                          cmocka_unit_test(Values)};

TEST_MAIN("chain games", tests)
