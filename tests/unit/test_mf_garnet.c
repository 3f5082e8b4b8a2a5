/*
  mf_garnet by properties, for it has no closed form. At μ = 0 it shows P0 and c_r R0; at ±t e_y, t so small
  that nothing is clipped, how the weights and the field depend on μ(y):

    p_k(t) = (P0_k + t u_k) / (1 + t G), G = Σ_k u_k, so that from p_k(t) and p_k(-t)
    t G = (2 P0_k - p_k(t) - p_k(-t)) / (p_k(t) - p_k(-t)) and u_k = (p_k(t)(1+tG) - p_k(-t)(1-tG)) / 2t,

  with u = (ρ_p/c_p) C for additive and P0 (ρ_p/c_p) C for multiplicative dynamics. These u must then foretell
  p at every μ: max(0, P0 + uμ) over its sum, P0 where the sum is 0. For the rewards N(s,y) = ρ_r M(s,y).
  Every rank computes all of it; the model on the ranks is compared with that at the end.
*/
#include <math.h>
#include <string.h>
#include "dense.h"
#include "testing.h"

enum { S = 12, A = 2, B = 3, ROWS = S * A };

typedef struct {
  PetscReal p0[ROWS * S];    /* [S, A, S] */
  PetscReal u[ROWS * S * S]; /* [S, A, S, y] */
  PetscReal r0[ROWS];        /* [S, A] */
  PetscReal slope[ROWS * S]; /* [S, A, y]: r(e_y) - r0 */
} Picture;

static MfgGame Garnet(const char *form, const char *interaction, const char *coupled, const char *seed)
{
  return TestGame("mf_garnet", "states", "12", "actions", "2", "branching", "3", "dynamics", form, "reward",
                  form, "interaction", interaction, "coupled_states", coupled, "seed", seed, NULL);
}

/* r at μ, [S, A] */
static void RewardsAt(MfgGame game, const PetscReal mu[], PetscReal r[])
{
  MfgMeanField view = {.begin = 0, .own = mu, .all = mu};
  PetscInt     actions;

  CHECK(MfgGameGetSizes(game, &view.end, &actions));
  CHECK(MfgGamePrepare(game, &view));
  CHECK(MfgGameRewards(game, &view, r));
}

/* Whether two rows of probabilities are the same but for rounding. */
static PetscBool SameRow(const PetscReal p[], const PetscReal q[])
{
  return DenseDistance(S, p, q) < 1e-12 ? PETSC_TRUE : PETSC_FALSE;
}

/* u of one row (s, a) for μ(y), from p at t and -t; false where one of them is clipped. */
static PetscBool SlopeOfRow(const PetscReal p0[], const PetscReal plus[], const PetscReal minus[],
                            PetscReal t, PetscReal u[], PetscInt stride)
{
  PetscReal tG = 0, widest = 0;

  if (SameRow(plus, p0) != SameRow(minus, p0)) return PETSC_FALSE; /* all are clipped in one of them */
  for (int k = 0; k < S; k++) {
    if (p0[k] > 0 && (plus[k] == 0 || minus[k] == 0)) return PETSC_FALSE;
    if (!SameRow(plus, p0) && fabs(plus[k] - minus[k]) > widest) {
      widest = fabs(plus[k] - minus[k]);
      tG = (2 * p0[k] - plus[k] - minus[k]) / (plus[k] - minus[k]);
    }
  }
  for (int k = 0; k < S; k++) u[k * stride] = (plus[k] * (1 + tG) - minus[k] * (1 - tG)) / (2 * t);
  return PETSC_TRUE;
}

/* u for μ(y), of all rows; each with its own t. */
static void SlopesAt(MfgGame game, PetscInt y, Picture *picture)
{
  PetscBool done[ROWS] = {PETSC_FALSE};
  PetscInt  left = ROWS;

  for (PetscReal t = 0.1; left > 0; t /= 2) {
    PetscReal  mu[S] = {0};
    PetscReal *plus, *minus;

    assert_true(t > 1e-7);
    mu[y] = t;
    plus = DenseTransitionsAt(game, mu);
    mu[y] = -t;
    minus = DenseTransitionsAt(game, mu);
    for (int i = 0; i < ROWS; i++) {
      if (done[i]) continue;
      done[i] =
          SlopeOfRow(&picture->p0[i * S], &plus[i * S], &minus[i * S], t, &picture->u[i * S * S + y], S);
      if (done[i]) left--;
    }
    CHECK(PetscFree(plus));
    CHECK(PetscFree(minus));
  }
}

static void TakePicture(MfgGame game, Picture *picture)
{
  PetscReal  zero[S] = {0}, r[ROWS];
  PetscReal *p0 = DenseTransitionsAt(game, zero);

  memcpy(picture->p0, p0, sizeof(picture->p0));
  CHECK(PetscFree(p0));
  RewardsAt(game, zero, picture->r0);
  for (PetscInt y = 0; y < S; y++) {
    PetscReal mu[S] = {0};

    mu[y] = 1;
    RewardsAt(game, mu, r);
    for (int i = 0; i < ROWS; i++) picture->slope[i * S + y] = r[i] - picture->r0[i];
    SlopesAt(game, y, picture);
  }
}

/* p at μ as the picture foretells it; how many of its weights are clipped. */
static int Foretell(const Picture *picture, int row, const PetscReal mu[], PetscReal p[])
{
  PetscReal sum = 0;
  int       clipped = 0;

  for (int k = 0; k < S; k++) {
    p[k] = picture->p0[row * S + k];
    for (int y = 0; y < S; y++) p[k] += picture->u[(row * S + k) * S + y] * mu[y];
    if (p[k] < 0) clipped++;
    p[k] = fmax(0, p[k]);
    sum += p[k];
  }
  for (int k = 0; k < S; k++) p[k] = clipped == B ? picture->p0[row * S + k] : p[k] / sum;
  return clipped;
}

/* Laws of all kinds: e_y, halves, smooth ones. */
static void Law(int number, PetscReal mu[])
{
  PetscReal sum = 0;

  for (int y = 0; y < S; y++) {
    mu[y] = number < S       ? y == number
            : number < 2 * S ? (y == number % S) + (y == (number + 5) % S)
                             : 1 + 0.9 * sin(number + 2.3 * y);
    sum += mu[y];
  }
  for (int y = 0; y < S; y++) mu[y] /= sum;
}

/* Returns how many rows had all weights clipped, so that P0 stands for them. */
static int CompareAtLaws(MfgGame game, const Picture *picture)
{
  int all_clipped = 0, some_clipped = 0, none_clipped = 0;

  for (int number = 0; number < 3 * S; number++) {
    PetscReal  mu[S], r[ROWS], expected[S];
    PetscReal *P;

    Law(number, mu);
    P = DenseTransitionsAt(game, mu);
    RewardsAt(game, mu, r);
    for (int i = 0; i < ROWS; i++) {
      const int clipped = Foretell(picture, i, mu, expected);

      all_clipped += clipped == B;
      some_clipped += clipped > 0;
      none_clipped += clipped == 0;
      for (int k = 0; k < S; k++)
        TestAssertNumber(P[i * S + k], expected[k], 1e-7, "a transition probability");
      TestAssertNumber(r[i], picture->r0[i] + DenseDot(S, &picture->slope[i * S], mu), 1e-13, "a reward");
    }
    CHECK(PetscFree(P));
  }
  assert_true(some_clipped > 10 && none_clipped > 100);
  return all_clipped;
}

/* Independent draws are hardly ever this near to each other: of 864 numbers 0.2 pairs or so. */
static void CompareRepeats(PetscInt count, const PetscReal x[], PetscReal deviation)
{
  PetscInt repeats = 0;

  for (PetscInt i = 0; i < count; i++)
    for (PetscInt j = 0; j < i; j++) repeats += fabs(x[i] - x[j]) < 1e-6 * deviation;
  assert_in_range(repeats, 0, 5);
}

/* u / C for additive, multiplicative dynamics is one number ρ_p/c_p: C = u or u/P0 must look N(0,1) scaled.
 */
static void CompareC(const Picture *picture, PetscBool multiplicative, PetscInt coupled)
{
  PetscReal sum[5] = {0}, chi = 0, found[ROWS * B * S];
  PetscInt  seen[S] = {0};

  for (int i = 0; i < ROWS * S; i++) {
    PetscInt nonzero = 0;

    if (picture->p0[i] == 0) continue;
    for (int y = 0; y < S; y++) {
      const PetscReal C = picture->u[i * S + y] / (multiplicative ? picture->p0[i] : 1);

      if (fabs(C) < 1e-6) continue;
      found[(PetscInt)sum[0]] = C;
      nonzero++;
      seen[y]++;
      for (int k = 0; k <= 4; k++) sum[k] += pow(C, k);
    }
    assert_int_equal(nonzero, coupled);
  }
  assert_int_equal(sum[0], ROWS * B * coupled);
  CompareRepeats((PetscInt)sum[0], found, sqrt(sum[2] / sum[0]));
  for (int y = 0; y < S; y++) chi += pow(seen[y] - sum[0] / S, 2) / (sum[0] / S);
  if (coupled < S) chi *= (PetscReal)(S - 1) / (PetscReal)(S - coupled);
  assert_true(coupled < S ? fabs(chi - (S - 1)) < 4 * sqrt(2.0 * (S - 1)) : chi == 0);
  for (int k = 1; k <= 4; k++) sum[k] /= sum[0];
  TestAssertNumber(sum[1] / sqrt(sum[2]), 0, 4 / sqrt(sum[0]), "the mean of C in its standard deviations");
  TestAssertNumber(sum[3] / pow(sum[2], 1.5), 0, 4 * sqrt(15 / sum[0]), "the skewness of C");
  TestAssertNumber(sum[4] / sum[2] / sum[2] / 3, 1, 4 * sqrt(96 / sum[0]) / 3, "the kurtosis of C over 3");
}

/* r = c_r R0 + ρ_r (Mμ)_s or R0 (c_r + ρ_r (Mμ)_s), and M as the interaction says, c of each row. */
static void CompareM(const Picture *picture, PetscBool multiplicative, PetscBool cyclic, PetscInt coupled)
{
  PetscReal N[S * S]; /* ρ_r M, or ρ_r/c_r M */

  for (int i = 0; i < S * S; i++) {
    const int first = i / S * A;

    N[i] = picture->slope[first * S + i % S] / (multiplicative ? picture->r0[first] : 1);
    for (int a = 1; a < A; a++)
      TestAssertNumber(picture->slope[(first + a) * S + i % S] /
                           (multiplicative ? picture->r0[first + a] : 1),
                       N[i], 1e-12, "the field under another action");
  }
  for (int s = 0; s < S; s++) {
    PetscInt nonzero = 0;

    for (int y = 0; y < S; y++) {
      nonzero += fabs(N[s * S + y]) > 1e-9;
      TestAssertNumber(N[s * S + y], cyclic ? -N[y * S + s] : N[y * S + s], 1e-12, "an entry of Mᵀ");
    }
    if (cyclic) nonzero += coupled % 2 || coupled == S; /* the diagonal, which is 0 */
    assert_int_equal(nonzero, coupled);
  }
}

static void Forms(void **state)
{
  static const char *const forms[] = {"additive", "multiplicative"}, *const interactions[] = {"potential",
                                                                                              "cyclic"};
  static const struct {
    const char *text;
    PetscInt    count;
  } coupled[] = {{"0", S}, {"12", S}, {"5", 5}, {"4", 4}, {"11", 11}};
  static Picture picture;
  int            all_clipped = 0;

  (void)state;
  for (int c = 0; c < 5; c++) {
    for (int variant = 0; variant < 4; variant++) {
      MfgGame game = Garnet(forms[variant % 2], interactions[variant / 2], coupled[c].text, "3");

      TakePicture(game, &picture);
      all_clipped += CompareAtLaws(game, &picture);
      CompareC(&picture, (PetscBool)(variant % 2), coupled[c].count);
      CompareM(&picture, (PetscBool)(variant % 2), (PetscBool)(variant / 2), coupled[c].count);
      CHECK(MfgGameDestroy(&game));
    }
  }
  assert_true(all_clipped > 100); /* P0 where Σ w = 0 */
}

/* coupled_states leaves numbers out and changes none of the others. */
static void FewerCoupledStates(void **state)
{
  static Picture all, few;
  MfgGame        game = Garnet("additive", "potential", "0", "1");

  (void)state;
  TakePicture(game, &all);
  CHECK(MfgGameDestroy(&game));
  game = Garnet("additive", "potential", "5", "1");
  TakePicture(game, &few);
  CHECK(MfgGameDestroy(&game));
  for (int i = 0; i < ROWS * S; i++) {
    assert_true(all.p0[i] == few.p0[i]);
    if (few.slope[i] != 0) assert_true(all.slope[i] == few.slope[i]);
  }
  for (int i = 0; i < ROWS * S * S; i++)
    if (fabs(few.u[i]) > 1e-6) TestAssertNumber(few.u[i], all.u[i], 1e-6, "a coupling that is left");
}

/* Over many seeds each of the pairs of offsets ±1 .. ±5 is one of the two of c = 4 equally often. */
static void Offsets(void **state)
{
  enum { SEEDS = 100, PAIRS = (S - 1) / 2 };
  PetscInt seen[PAIRS + 1] = {0};

  (void)state;
  for (int seed = 0; seed < SEEDS; seed++) {
    PetscReal zero[S] = {0}, mu[S] = {1}, r0[ROWS], r[ROWS];
    char      text[16];
    MfgGame   game;

    snprintf(text, sizeof(text), "%d", seed);
    game = Garnet("additive", "potential", "4", text);
    RewardsAt(game, zero, r0);
    RewardsAt(game, mu, r);
    for (int d = 1; d <= PAIRS; d++) seen[d] += r[d * A] != r0[d * A];
    CHECK(MfgGameDestroy(&game));
  }
  for (int d = 1; d <= PAIRS; d++) /* mean 2/5, 4 standard errors */
    TestAssertNumber((PetscReal)seen[d] / SEEDS, 0.4, 4 * sqrt(0.24 / SEEDS), "how often an offset is drawn");
}

/* With one successor all weights can vanish, and the one probability is 1 all the same. */
static void OneSuccessor(void **state)
{
  (void)state;
  for (int dynamics = 0; dynamics < 2; dynamics++) {
    MfgGame game = TestGame("mf_garnet", "states", "12", "branching", "1", "dynamics",
                            dynamics ? "additive" : "multiplicative", NULL);

    for (int number = 0; number < 3 * S; number++) {
      PetscReal  mu[S];
      PetscReal *P;

      Law(number, mu);
      P = DenseTransitionsAt(game, mu);
      for (int i = 0; i < S * 6; i++) {
        PetscReal largest = 0;

        for (int k = 0; k < S; k++) largest = fmax(largest, P[i * S + k]);
        assert_true(largest == 1 && DenseDot(S, &P[i * S], &P[i * S]) == 1);
      }
      CHECK(PetscFree(P));
    }
    CHECK(MfgGameDestroy(&game));
  }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Forms), cmocka_unit_test(FewerCoupledStates),
                                          cmocka_unit_test(Offsets), cmocka_unit_test(OneSuccessor)};

TEST_MAIN("mf_garnet", tests)
