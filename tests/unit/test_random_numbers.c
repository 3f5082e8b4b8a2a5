/*
  The laws of the counter-based random numbers: the largest distance of the empirical distribution from
  u, Φ(x) and 1 - exp(-x) (Kolmogorov-Smirnov), moments, and no correlation between neighbours, parts,
  streams and seeds. The numbers are fixed, so a bound at 4 standard errors holds for good or not at all.
*/
#include <math.h>
#include <stdlib.h>
#include "game/random.h"
#include "testing.h"

enum { COUNT = 40000 };

typedef PetscReal (*Draw)(PetscInt seed, MfgStream stream, PetscInt part, uint64_t index);

static int Ascending(const void *x, const void *y)
{
  const PetscReal a = *(const PetscReal *)x, b = *(const PetscReal *)y;

  return (a > b) - (a < b);
}

static PetscReal UniformLaw(PetscReal x)
{
  return x;
}
static PetscReal NormalLaw(PetscReal x)
{
  return 0.5 * erfc(-x / sqrt(2.0));
}
static PetscReal ExponentialLaw(PetscReal x)
{
  return 1 - exp(-x);
}

/* sqrt(n) times the distance exceeds 2 with probability 2 exp(-8) = 7e-4. */
static void CompareLaw(Draw draw, PetscReal (*law)(PetscReal), uint64_t first)
{
  static PetscReal x[COUNT];
  PetscReal        distance = 0;

  for (int i = 0; i < COUNT; i++) x[i] = draw(1, MFG_STREAM_GARNET, 3, first + (uint64_t)i);
  qsort(x, COUNT, sizeof(x[0]), Ascending);
  for (int i = 0; i < COUNT; i++) {
    distance = fmax(distance, fabs(law(x[i]) - (PetscReal)i / COUNT));
    distance = fmax(distance, fabs(law(x[i]) - (PetscReal)(i + 1) / COUNT));
    if (i) assert_true(x[i] > x[i - 1]); /* none comes twice: 53 bits, and all of the index counts */
  }
  if (distance * sqrt((PetscReal)COUNT) > 2)
    fail_msg("sqrt(n) times the distance is %g", distance * sqrt(COUNT));
}

static void Laws(void **state)
{
  static const uint64_t firsts[] = {0, 1000000, (uint64_t)7 << 33}; /* beyond 32 bits, too */

  (void)state;
  for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
    CompareLaw(MfgRandomUniform, UniformLaw, firsts[i]);
    CompareLaw(MfgRandomNormal, NormalLaw, firsts[i]);
    CompareLaw(MfgRandomExponential, ExponentialLaw, firsts[i]);
  }
}

/* E x^k, with the standard error sqrt((E x^{2k} - (E x^k)²)/n). */
static void CompareMoment(Draw draw, int power, PetscReal expected, PetscReal expected_of_square)
{
  PetscReal sum = 0;

  for (int i = 0; i < COUNT; i++) sum += pow(draw(2, MFG_STREAM_GARNET, 5, (uint64_t)i), power);
  TestAssertNumber(sum / COUNT, expected, 4 * sqrt((expected_of_square - expected * expected) / COUNT),
                   "a moment");
}

static void Moments(void **state)
{
  (void)state;
  CompareMoment(MfgRandomNormal, 1, 0, 1);
  CompareMoment(MfgRandomNormal, 2, 1, 3);
  CompareMoment(MfgRandomNormal, 3, 0, 15);
  CompareMoment(MfgRandomNormal, 4, 3, 105);
  CompareMoment(MfgRandomExponential, 1, 1, 2);
  CompareMoment(MfgRandomExponential, 2, 2, 24);
  CompareMoment(MfgRandomExponential, 3, 6, 720);
}

/* Normals that differ in one of index, part, stream and seed are independent: E xy = 0 ± 1/sqrt(n). */
static void Independent(void **state)
{
  PetscReal sum[5] = {0};

  (void)state;
  for (int i = 0; i < COUNT; i++) {
    const uint64_t  index = (uint64_t)i;
    const PetscReal x = MfgRandomNormal(1, MFG_STREAM_GARNET, 3, index);

    sum[0] += x * MfgRandomNormal(1, MFG_STREAM_GARNET, 3, index + 1);
    sum[1] += x * MfgRandomNormal(1, MFG_STREAM_GARNET, 4, index);
    sum[2] += x * MfgRandomNormal(1, MFG_STREAM_PARTICLES, 3, index);
    sum[3] += x * MfgRandomNormal(2, MFG_STREAM_GARNET, 3, index);
    sum[4] += x * MfgRandomNormal(1, MFG_STREAM_GARNET, 3, index + ((uint64_t)1 << 32));
  }
  for (int k = 0; k < 5; k++) TestAssertNumber(sum[k] / COUNT, 0, 4 / sqrt(COUNT), "a correlation");
}

/* Each of 0 .. count - 1 as often: χ² of count - 1 degrees of freedom. */
static void Integers(void **state)
{
  enum { MOST = 50 };
  (void)state;
  for (PetscInt count = 1; count <= MOST; count += 7) {
    PetscInt  seen[MOST] = {0};
    PetscReal chi = 0;

    for (int i = 0; i < COUNT; i++) {
      const PetscInt k = MfgRandomInteger(1, MFG_STREAM_GARNET, 1, (uint64_t)i, count);

      assert_in_range(k, 0, count - 1);
      seen[k]++;
    }
    for (PetscInt k = 0; k < count; k++) {
      const PetscReal expected = (PetscReal)COUNT / (PetscReal)count;

      chi += (seen[k] - expected) * (seen[k] - expected) / expected;
    }
    assert_true(fabs(chi - (PetscReal)(count - 1)) <= 4 * sqrt(2 * (PetscReal)(count - 1)));
  }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Laws), cmocka_unit_test(Moments),
                                          cmocka_unit_test(Independent), cmocka_unit_test(Integers)};

TEST_MAIN("random numbers", tests)
