/*
  The leading eigenvalues of P^π: spectral gap 1 - |λ| of the largest eigenvalue off the unit circle, the
  number of recurrent classes (how often λ = 1), the period, and the stationary law. Against chains with known
  eigenvalues (chains.h), and against the repeated resolvent where the law is unique; small games with all
  eigenvalues (LAPACK), larger ones by Krylov-Schur.
*/
#include <math.h>
#include "chains.h"
#include "dense.h"
#include "testing.h"

/* The spectrum under the policy that is uniform (one action: no choice). */
static MfgSpectrum SpectrumOf(MfgGame game, Vec *law)
{
  MfgModel    model = TestModel(game, NULL);
  MfgSpectrum spectrum;
  Vec         pi;

  CHECK(MfgModelCreateStateActionVec(model, &pi));
  CHECK(MfgPolicySetUniform(model, pi));
  CHECK(MfgModelSetPolicy(model, pi));
  if (law) CHECK(MfgModelCreateStateVec(model, law));
  CHECK(MfgModelSpectrum(model, law ? *law : NULL, &spectrum));
  TestAssertSound(model);
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
  return spectrum;
}

static void CompareChain(const TestTable *chain, PetscReal gap, PetscInt classes, PetscInt period,
                         const PetscReal law[])
{
  Vec               stationary;
  const MfgSpectrum spectrum = SpectrumOf(TestTableGame(chain, NULL), &stationary);

  TestAssertNumber(spectrum.gap, gap, 1e-10, "the gap");
  assert_int_equal(spectrum.classes, classes);
  assert_int_equal(spectrum.period, period);
  assert_int_equal(spectrum.eigenvalues, chain->states);
  if (law) TestAssertNear(stationary, chain->states, law, 1e-12, "the stationary law");
  if (law) assert_true(spectrum.residual <= 1e-13);
  CHECK(VecDestroy(&stationary));
}

static void Chains(void **state)
{
  static const PetscReal swap[] = {0, 1, /**/ 1, 0};
  static const TestTable chain_of_swaps = {.states = 2, .actions = 1, .p = swap};

  (void)state;
  CompareChain(&ChainOfTwo, 0.5, 1, 1, (const PetscReal[]){.4, .6});
  CompareChain(&chain_of_swaps, 1, 1, 2, (const PetscReal[]){.5, .5});
  CompareChain(&ChainCycle, 1, 1, 3, (const PetscReal[]){1. / 3, 1. / 3, 1. / 3});
  CompareChain(&ChainTwoClasses, 0.5, 2, 3, NULL);
  CompareChain(&ChainAbsorbing, 1, 4, 1, NULL);
}

/* Eigenvalue zero is threefold and not simple, so it is known only to the cubic root of rounding. */
static void PeriodThree(void **state)
{
  Vec               law;
  const MfgSpectrum spectrum = SpectrumOf(TestTableGame(&ChainPeriodThree, NULL), &law);
  const PetscReal   expected[] = {.25, .25, .25, 1. / 12, 1. / 12, 1. / 12};

  (void)state;
  TestAssertNumber(spectrum.gap, 1, 1e-4, "the gap");
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, 3);
  TestAssertNear(law, 6, expected, 1e-12, "the stationary law");
  CHECK(VecDestroy(&law));
}

/*
  A lazy walk on a cycle of n states (stay 1/2, either neighbour 1/4): eigenvalues (1 + cos(2πk/n))/2, so the
  gap is (1 - cos(2π/n))/2; without laziness and for even n the period is two and the gap 1 - cos(2π/n).
*/
static MfgGame Walk(PetscInt n, PetscReal stay, PetscReal p[], TestTable *table)
{
  for (PetscInt s = 0; s < n; s++) {
    for (PetscInt t = 0; t < n; t++) p[s * n + t] = s == t ? stay : 0;
    p[s * n + (s + 1) % n] = (1 - stay) / 2;
    p[s * n + (s + n - 1) % n] = (1 - stay) / 2;
  }
  *table = (TestTable){.states = n, .actions = 1, .p = p};
  return TestTableGame(table, NULL);
}

static void WalksOnACycle(void **state)
{
  enum { N = 40 };
  const PetscReal turn = cos(2 * PETSC_PI / N);
  PetscReal       p[N * N];
  TestTable       table;
  MfgSpectrum     spectrum = SpectrumOf(Walk(N, 0.5, p, &table), NULL);

  (void)state;
  TestAssertNumber(spectrum.gap, (1 - turn) / 2, 1e-11, "the gap of a lazy walk");
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, 1);
  spectrum = SpectrumOf(Walk(N, 0, p, &table), NULL);
  TestAssertNumber(spectrum.gap, 1 - turn, 1e-11, "the gap of a walk");
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, 2);
}

/* One class: SLEPc's law is that of the resolvent from any start. `all`: there are few states. */
static MfgSpectrum CompareWithResolvent(const char *size, PetscInt states, PetscBool all)
{
  MfgGame     game = TestGame("four_rooms", "size", size, NULL);
  MfgModel    model = TestModel(game, NULL);
  Vec         pi = TestReferencePolicy(model), law = TestStateVec(model, 0);
  Vec         mu = TestReferenceMeanField(model);
  MfgSpectrum spectrum;
  MfgSolve    solve;
  PetscInt    S, SA;
  PetscReal  *expected, *policy, *P;

  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelInducedMeanField(model, mu, &solve));
  CHECK(MfgModelSpectrum(model, law, &spectrum));
  TestAssertSound(model);
  expected = TestGather(mu, &S);
  assert_int_equal(S, states);
  TestAssertNear(law, S, expected, 1e-9, "the stationary law, against the resolvent,");
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, 1);
  assert_true(spectrum.residual <= 1e-9);
  assert_true(all ? spectrum.eigenvalues == S : spectrum.eigenvalues < S);
  if (all) {
    policy = TestGather(pi, &SA);
    P = DensePolicyMatrix(game, policy);
    TestAssertNumber(spectrum.gap, 1 - DenseSecondEigenvalue(S, P, expected), 1e-11, "the gap");
    CHECK(PetscFree(P));
    CHECK(PetscFree(policy));
  }
  CHECK(PetscFree(expected));
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&law));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
  return spectrum;
}

static void FourRooms(void **state)
{
  (void)state;
  (void)CompareWithResolvent("11", 104, PETSC_TRUE);
}

static void LargerFourRooms(void **state)
{
  (void)state;
  (void)CompareWithResolvent("29", 788, PETSC_FALSE);
}

/*
  The open grid under the uniform policy: each of the five moves with 1/5, so the eigenvalues are
  1/5 + 2/5 cos(πi/n) + 2/5 cos(πj/n), 0 <= i, j < n, the law is uniform and the gap 2/5 (1 - cos(π/n)).
*/
static void LargerOpenGrid(void **state)
{
  enum { N = 25 };
  Vec               law;
  const MfgSpectrum spectrum = SpectrumOf(TestGame("crowd_grid", "size", "25", NULL), &law);
  PetscReal         uniform[N * N];

  (void)state;
  TestAssertNumber(spectrum.gap, 0.4 * (1 - cos(PETSC_PI / N)), 1e-10, "the gap of the open grid");
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, 1);
  assert_true(spectrum.eigenvalues < N * N);
  for (int s = 0; s < N * N; s++) uniform[s] = 1. / (N * N);
  TestAssertNear(law, N * N, uniform, 1e-10, "the stationary law of the open grid");
  CHECK(VecDestroy(&law));
}

/* A walk on a cycle of 600 states, where Krylov-Schur must find both 1 and -1. */
static void LargerWalk(void **state)
{
  enum { N = 600 };
  PetscReal  *p;
  TestTable   table;
  MfgSpectrum spectrum;

  (void)state;
  CHECK(PetscMalloc1(N * N, &p));
  spectrum = SpectrumOf(Walk(N, 0, p, &table), NULL); /* eigenvalues cos(2πk/n), 1 and -1 among them */
  TestAssertNumber(spectrum.gap, 1 - cos(2 * PETSC_PI / N), 1e-10, "the gap of a long walk");
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, 2);
  CHECK(PetscFree(p));
}

/*
  Twelve groups of 50 on a ring: (g, i) moves to (g+1, i) or (g+1, i+1), each with 1/2. Eigenvalues are the
  12th roots of ((1 + ω)/2)^12, ω^50 = 1: twelve on the circle, more than are asked for at first, and next to
  them those of modulus cos(π/50).
*/
static void LargerPeriod(void **state)
{
  enum { GROUPS = 12, SIZE = 50, N = GROUPS * SIZE };
  PetscReal  *p;
  TestTable   table;
  MfgSpectrum spectrum;

  (void)state;
  CHECK(PetscCalloc1(N * N, &p));
  for (int s = 0; s < N; s++) {
    const int next = (s / SIZE + 1) % GROUPS * SIZE, i = s % SIZE;

    p[s * N + next + i] = 0.5;
    p[s * N + next + (i + 1) % SIZE] = 0.5;
  }
  table = (TestTable){.states = N, .actions = 1, .p = p};
  spectrum = SpectrumOf(TestTableGame(&table, NULL), NULL);
  TestAssertNumber(spectrum.gap, 1 - cos(PETSC_PI / SIZE), 1e-9, "the gap of a ring of groups");
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, GROUPS);
  CHECK(PetscFree(p));
}

/*
  Lazy walks on rings of SIZE states, side by side, nothing between them: λ = 1 as often as there are rings,
  which a search from one vector does not see. The gap is 1 - (1 + cos(2π/SIZE))/2.
*/
static void LargerClasses(void **state)
{
  enum { RINGS = 6, SIZE = 100, N = RINGS * SIZE };
  PetscReal  *p;
  TestTable   table;
  MfgSpectrum spectrum;

  (void)state;
  CHECK(PetscCalloc1(N * N, &p));
  for (int s = 0; s < N; s++) {
    const int ring = s / SIZE * SIZE, i = s % SIZE;

    p[s * N + s] += 0.5;
    p[s * N + ring + (i + 1) % SIZE] += 0.25;
    p[s * N + ring + (i + SIZE - 1) % SIZE] += 0.25;
  }
  table = (TestTable){.states = N, .actions = 1, .p = p};
  spectrum = SpectrumOf(TestTableGame(&table, NULL), NULL);
  TestAssertNumber(spectrum.gap, (1 - cos(2 * PETSC_PI / SIZE)) / 2, 1e-9, "the gap of rings side by side");
  assert_int_equal(spectrum.classes, RINGS);
  assert_int_equal(spectrum.period, 1);
  CHECK(PetscFree(p));
}

/* No law asked for: the same numbers. And the model is then still good for other work. */
static void LeavesTheModelInOrder(void **state)
{
  MfgGame     game = TestGame("four_rooms", NULL);
  MfgModel    model = TestModel(game, NULL);
  Vec         pi = TestReferencePolicy(model), law = TestStateVec(model, 0);
  Vec         before = TestReferenceMeanField(model), after = TestReferenceMeanField(model);
  MfgSpectrum spectra[2];
  PetscInt    S;
  PetscReal  *expected;

  (void)state;
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelPush(model, 3, before));
  CHECK(MfgModelSpectrum(model, NULL, &spectra[0]));
  CHECK(MfgModelSpectrum(model, law, &spectra[1]));
  CHECK(MfgModelPush(model, 3, after));
  expected = TestGather(before, &S);
  TestAssertNear(after, S, expected, 0, "a push after the spectrum");
  TestAssertNumber(spectra[0].gap, spectra[1].gap, 1e-14, "the gap");
  assert_int_equal(spectra[0].classes, spectra[1].classes);
  assert_int_equal(spectra[0].period, spectra[1].period);
  CHECK(PetscFree(expected));
  CHECK(VecDestroy(&after));
  CHECK(VecDestroy(&before));
  CHECK(VecDestroy(&law));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(Chains),          cmocka_unit_test(PeriodThree),
    cmocka_unit_test(WalksOnACycle),   cmocka_unit_test(FourRooms),
    cmocka_unit_test(LargerFourRooms), cmocka_unit_test(LargerOpenGrid),
    cmocka_unit_test(LargerWalk),      cmocka_unit_test(LargerPeriod),
    cmocka_unit_test(LargerClasses),   cmocka_unit_test(LeavesTheModelInOrder)};

TEST_MAIN("spectrum", tests)
