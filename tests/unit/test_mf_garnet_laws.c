/*
  What mf_garnet draws is distributed as it says, and the same on every number of ranks:

    successors  b of S without replacement: χ² (S-1)/(S-b) over the counts of the states is χ²_{S-1}
    weights     Dirichlet(1): E P0² = 2/(b(b+1)), E P0³ = 6/(b(b+1)(b+2))
    scales      c_r, ρ_r, c_p/ρ_p over the seeds: U(0,1), U(0,1), a quotient of two of them
*/
#include <math.h>
#include <string.h>
#include "dense.h"
#include "testing.h"

static MfgGame Garnet(const char *states, const char *branching, const char *coupled, const char *dynamics,
                      const char *seed)
{
  return TestGame("mf_garnet", "states", states, "actions", "4", "branching", branching, "coupled_states",
                  coupled, "dynamics", dynamics, "seed", seed, NULL);
}

/* The successors are distinct, the same at every question, with probabilities that sum to one. */
static void CheckRow(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu, PetscInt next[],
                     PetscReal p[])
{
  PetscInt  states, actions, most, count, plain[64];
  PetscReal untouched[64], sum = 0;

  CHECK(MfgGameGetSizes(game, &states, &actions));
  CHECK(MfgGameGetMaxSuccessors(game, &most));
  CHECK(MfgGameTransitions(game, s, a, mu, &count, next, p));
  assert_int_equal(count, most);
  CHECK(MfgGameTransitions(game, s, a, NULL, &count, plain, untouched));
  assert_int_equal(count, most);
  for (PetscInt k = 0; k < count; k++) {
    assert_in_range(next[k], 0, states - 1);
    assert_int_equal(plain[k], next[k]);
    for (PetscInt l = 0; l < k; l++) assert_int_not_equal(next[k], next[l]);
    assert_true(p[k] >= 0);
    sum += p[k];
  }
  TestAssertNumber(sum, 1, 1e-14, "the sum of transition probabilities");
}

/* At μ = 0, where p = P0; also as a rank sees it that owns some of the states only. */
static void CompareSuccessors(PetscInt S, PetscInt b, PetscInt begin, PetscInt end, PetscReal moments[])
{
  char         states[16], branching[16];
  PetscInt    *seen, next[64];
  PetscReal   *zeros, p[64], chi = 0;
  MfgMeanField mu = {.begin = begin, .end = end};
  MfgGame      game;

  CHECK(PetscCalloc2(S, &zeros, S, &seen));
  snprintf(states, sizeof(states), "%d", (int)S);
  snprintf(branching, sizeof(branching), "%d", (int)b);
  game = Garnet(states, branching, "1", "additive", "1");
  mu.own = mu.all = zeros;
  CHECK(MfgGamePrepare(game, &mu));
  memset(moments, 0, 4 * sizeof(moments[0]));
  for (PetscInt i = begin * 4; i < end * 4; i++) {
    CheckRow(game, i / 4, i % 4, &mu, next, p);
    for (PetscInt k = 0; k < b; k++) {
      seen[next[k]]++;
      for (int power = 0; power < 4; power++) moments[power] += pow(p[k], power);
    }
  }
  for (PetscInt s = 0; s < S; s++) {
    const PetscReal expected = (PetscReal)((end - begin) * 4 * b) / (PetscReal)S;

    chi += (seen[s] - expected) * (seen[s] - expected) / expected;
  }
  if (b < S) chi *= (PetscReal)(S - 1) / (PetscReal)(S - b);
  assert_true(b < S ? fabs(chi - (PetscReal)(S - 1)) < 4 * sqrt(2 * (PetscReal)(S - 1)) : chi == 0);
  CHECK(PetscFree2(zeros, seen));
  CHECK(MfgGameDestroy(&game));
}

static void Successors(void **state)
{
  PetscReal moments[4];

  (void)state;
  CompareSuccessors(20, 6, 0, 20, moments);
  CompareSuccessors(20, 19, 0, 20, moments);
  CompareSuccessors(20, 20, 0, 20, moments);
  CompareSuccessors(1, 1, 0, 1, moments);
  CompareSuccessors(2000, 6, 700, 1400, moments);
  CompareSuccessors(2000, 6, 0, 2000, moments);
  for (int power = 1; power < 4; power++) moments[power] /= moments[0];
  TestAssertNumber(moments[1], 1.0 / 6, 1e-14, "the mean weight");
  TestAssertNumber(moments[2] * 21, 1, 0.02, "the second moment of the weights"); /* b(b+1)/2 = 21 */
  TestAssertNumber(moments[3] * 56, 1, 0.04, "the third moment of the weights");  /* b(b+1)(b+2)/6 = 56 */
}

/* Pairs, too, are drawn equally often: y and y + 1 (mod S) come together as any two do. */
static void Neighbours(void **state)
{
  const PetscInt  S = 200, b = 20, rows = S * 4;
  const PetscReal expected = (PetscReal)(rows * b * (b - 1)) / (PetscReal)(S - 1);
  MfgGame         game = Garnet("200", "20", "1", "additive", "1");
  PetscInt        next[64], count, together = 0;

  (void)state;
  for (PetscInt i = 0; i < rows; i++) {
    CHECK(MfgGameTransitions(game, i / 4, i % 4, NULL, &count, next, NULL));
    for (PetscInt k = 0; k < b; k++)
      for (PetscInt l = 0; l < b; l++) together += next[l] == (next[k] + 1) % S;
  }
  TestAssertNumber((PetscReal)together / expected, 1, 4 / sqrt(expected),
                   "how often neighbours come together");
  CHECK(MfgGameDestroy(&game));
}

/* The largest distance of the distribution of x, n values, from a law; n is small enough to count. */
static void CompareLaw(PetscInt n, const PetscReal x[], PetscReal (*law)(PetscReal), const char *what)
{
  PetscReal distance = 0;

  for (PetscInt i = 0; i < n; i++) {
    PetscInt below = 0;

    for (PetscInt j = 0; j < n; j++) below += x[j] < x[i];
    distance = fmax(distance, fabs(law(x[i]) - (PetscReal)below / (PetscReal)n));
  }
  if (distance * sqrt((PetscReal)n) > 2)
    fail_msg("%s: sqrt(n) times the distance is %g", what, distance * sqrt(n));
}

static PetscReal UniformLaw(PetscReal x)
{
  return fmin(1, fmax(0, x));
}

/* of U/V */
static PetscReal QuotientLaw(PetscReal x)
{
  return x < 1 ? x / 2 : 1 - 1 / (2 * x);
}

/* Standard deviation of all r at μ = t e_0; of the differences to `less` where that is given. */
static PetscReal Spread(MfgGame game, PetscReal t, const PetscReal less[], PetscReal r[])
{
  PetscReal    mu[40] = {0}, sum = 0;
  MfgMeanField view = {.begin = 0, .end = 40, .own = mu, .all = mu};
  PetscInt     count = 0;

  mu[0] = t;
  CHECK(MfgGamePrepare(game, &view));
  CHECK(MfgGameRewards(game, &view, r));
  for (PetscInt i = less ? 4 : 0; i < 160; i++) { /* without the diagonal of M */
    const PetscReal x = r[i] - (less ? less[i] : 0);

    sum += x * x;
    count++;
  }
  return sqrt(sum / (PetscReal)count);
}

/* ρ_p/c_p from the weights: to first order in t, Σ_k (dp_k/dt)² = (ρ_p/c_p)² (b - 2 + b Σ P0²) on average. */
static PetscReal Quotient(MfgGame game)
{
  const PetscReal t = 1e-7;
  PetscReal       mu[40] = {0}, slopes = 0, factors = 0;
  PetscReal      *p0 = DenseTransitionsAt(game, mu), *p;

  mu[0] = t;
  p = DenseTransitionsAt(game, mu);
  for (PetscInt row = 0; row < 160; row++) {
    factors += 6 - 2 + 6 * DenseDot(40, &p0[row * 40], &p0[row * 40]);
    for (PetscInt k = 0; k < 40; k++) {
      const PetscReal slope = (p[row * 40 + k] - p0[row * 40 + k]) / t;

      slopes += slope * slope;
    }
  }
  CHECK(PetscFree(p0));
  CHECK(PetscFree(p));
  return sqrt(slopes / factors);
}

static void Scales(void **state)
{
  enum { SEEDS = 100 };
  PetscReal c_r[SEEDS], rho_r[SEEDS], quotient[SEEDS], r0[160], r[160];

  (void)state;
  for (int seed = 0; seed < SEEDS; seed++) {
    char    text[16];
    MfgGame game;

    snprintf(text, sizeof(text), "%d", seed);
    game = Garnet("40", "6", "0", "additive", text);
    c_r[seed] = Spread(game, 0, NULL, r0);
    rho_r[seed] = Spread(game, 1, r0, r) * sqrt(2.0); /* ½(M + Mᵀ) has the variance ½ */
    quotient[seed] = Quotient(game);
    CHECK(MfgGameDestroy(&game));
  }
  CompareLaw(SEEDS, c_r, UniformLaw, "c_r");
  CompareLaw(SEEDS, rho_r, UniformLaw, "ρ_r");
  CompareLaw(SEEDS, quotient, QuotientLaw, "ρ_p/c_p");
  for (int i = 0; i < SEEDS; i++)
    for (int j = 0; j < i; j++) assert_true(c_r[i] != c_r[j] && quotient[i] != quotient[j]);
}

/* r at μ and P^π at the moving μ, on the ranks and on each of them alone, of a second game of the same seed.
 */
static void CompareRanks(const char *coupled, const char *dynamics)
{
  MfgGame game = Garnet("37", "6", coupled, dynamics, "5"), alone = Garnet("37", "6", coupled, dynamics, "5");
  MfgModel model = TestModel(game, NULL);
  Vec      pi = TestReferencePolicy(model), mu = TestReferenceMeanField(model), V = TestStateVec(model, 0), q;
  PetscInt size;
  PetscReal *policy = TestGather(pi, &size), *law = TestGather(mu, &size), *zero, *expected;

  CHECK(MfgModelCreateStateActionVec(model, &q));
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelSetMeanField(model, mu));
  CHECK(MfgModelBackup(model, V, q)); /* of V = 0: the rewards */
  zero = TestGather(V, &size);
  expected = DenseBackup(alone, law, zero);
  TestAssertNear(q, 37 * 4, expected, 0, "a reward on the ranks");
  CHECK(PetscFree(expected));
  CHECK(MfgModelBackup(model, mu, q));
  expected = DenseBackup(alone, law, law);
  TestAssertNear(q, 37 * 4, expected, 1e-14, "a backup on the ranks");
  CHECK(PetscFree(expected));
  CHECK(MfgModelFlow(model, 3, mu));
  for (int step = 0; step < 3; step++) {
    PetscReal *P = DensePolicyMatrixAt(alone, policy, law);

    DensePush(37, P, 1, law);
    CHECK(PetscFree(P));
  }
  TestAssertNear(mu, 37, law, 1e-14, "three steps of the population");
  CHECK(PetscFree(zero));
  CHECK(PetscFree(law));
  CHECK(PetscFree(policy));
  CHECK(VecDestroy(&q));
  CHECK(VecDestroy(&V));
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
  CHECK(MfgGameDestroy(&alone));
}

/* A state answers the same in whichever range it is, and whatever was asked before. */
static void Ranges(void **state)
{
  static const PetscInt ranges[][2] = {{0, 10}, {10, 20}, {27, 37}, {0, 37}, {36, 37}, {5, 5}, {10, 20}};
  MfgGame               game = Garnet("37", "6", "8", "additive", "5");
  PetscReal             law[37], whole_r[37 * 4], r[37 * 4], p[64], *whole_p;
  const MfgMeanField    whole = {.begin = 0, .end = 37, .own = law, .all = law};
  PetscInt              next[64], count;

  (void)state;
  for (int s = 0; s < 37; s++) law[s] = (1 + 0.9 * sin(2.3 * s)) / 37;
  whole_p = DenseTransitionsAt(game, law);
  CHECK(MfgGameRewards(game, &whole, whole_r));
  for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
    const PetscInt     begin = ranges[i][0], end = ranges[i][1];
    const MfgMeanField part = {.begin = begin, .end = end, .own = law + begin, .all = law};

    CHECK(MfgGamePrepare(game, &part));
    CHECK(MfgGameRewards(game, &part, r));
    for (PetscInt row = begin * 4; row < end * 4; row++) {
      CHECK(MfgGameTransitions(game, row / 4, row % 4, &part, &count, next, p));
      for (PetscInt k = 0; k < count; k++) assert_true(p[k] == whole_p[row * 37 + next[k]]);
      assert_true(r[row - begin * 4] == whole_r[row]);
    }
  }
  CHECK(PetscFree(whole_p));
  CHECK(MfgGameDestroy(&game));
}

static void SameOnAllRanks(void **state)
{
  (void)state;
  CompareRanks("0", "additive");
  CompareRanks("0", "multiplicative");
  CompareRanks("8", "additive");
  CompareRanks("9", "multiplicative");
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Successors), cmocka_unit_test(Neighbours),
                                          cmocka_unit_test(Ranges), cmocka_unit_test(Scales),
                                          cmocka_unit_test(SameOnAllRanks)};

TEST_MAIN("laws of mf_garnet", tests)
