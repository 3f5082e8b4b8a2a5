/*
  Where a population goes under a policy.

    push:     μ ← μ P^π, against the same product with a dense matrix;
    induced:  μP = μ to 1e-12 in the 1-norm. One class: the stationary law, the left eigenvector of P^π for
              the eigenvalue one. A periodic chain: its Cesàro law lim 1/n Σ_k μ P^k. Several classes: each
              keeps the weight that the start gives it (closed forms in chains.h).

  Induced populations by direct solves and by Krylov solves. The weights of several classes rest on σ = 1e-9
  times their difference: a residual ρ of the solve shifts them by ρ/σ, which is 1e-7 for rounding, and 1e-6
  for what Krylov solves leave.
*/
#include <math.h>
#include "chains.h"
#include "dense.h"
#include "testing.h"

static Vec UniformPolicy(MfgModel model)
{
  Vec pi;

  CHECK(MfgModelCreateStateActionVec(model, &pi));
  CHECK(MfgPolicySetUniform(model, pi));
  return pi;
}

static void ComparePushes(MfgGame game)
{
  static const PetscInt steps[] = {0, 1, 2, 7, 100};
  MfgModel              model = TestModel(game, NULL);
  Vec                   pi = TestReferencePolicy(model), mu = TestReferenceMeanField(model), pushed;
  PetscInt              size, S;
  PetscReal            *policy = TestGather(pi, &size), *P = DensePolicyMatrix(game, policy);

  CHECK(VecDuplicate(mu, &pushed));
  CHECK(MfgModelSetPolicy(model, pi));
  for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
    PetscReal  *expected = TestGather(mu, &S);
    PetscScalar mass;

    DensePush(S, P, steps[i], expected);
    CHECK(VecCopy(mu, pushed));
    CHECK(MfgModelPush(model, steps[i], pushed));
    TestAssertNear(pushed, S, expected, 1e-14, "a pushed mean field");
    CHECK(VecSum(pushed, &mass));
    TestAssertNumber(PetscRealPart(mass), 1, 1e-13, "the mass after pushes");
    CHECK(PetscFree(expected));
  }
  CHECK(PetscFree(P));
  CHECK(PetscFree(policy));
  CHECK(VecDestroy(&pushed));
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

static void Pushes(void **state)
{
  (void)state;
  ComparePushes(TestGame("four_rooms", NULL));
  ComparePushes(TestGame("four_rooms", "noise.additive", "[.2, .2, .2, .2, .2]", NULL));
  ComparePushes(TestGame("crowd_grid", "size", "4", "noise.slip", "0", NULL));
  ComparePushes(TestTableGame(&ChainTwoClasses, NULL));
}

/* mu pushed once by the model, which holds pi, and by the dense matrix of pi. */
static void ComparePush(MfgGame game, MfgModel model, Vec pi, Vec mu)
{
  PetscInt   size, S;
  PetscReal *policy = TestGather(pi, &size), *P = DensePolicyMatrix(game, policy);
  PetscReal *expected = TestGather(mu, &S);
  Vec        pushed;

  CHECK(VecDuplicate(mu, &pushed));
  CHECK(VecCopy(mu, pushed));
  CHECK(MfgModelPush(model, 1, pushed));
  DensePush(S, P, 1, expected);
  TestAssertNear(pushed, S, expected, 1e-15, "a pushed mean field");
  CHECK(VecDestroy(&pushed));
  CHECK(PetscFree(expected));
  CHECK(PetscFree(P));
  CHECK(PetscFree(policy));
}

/*
  One matrix serves evaluations and pushes, its values written when they are not at hand: pushes see a new
  policy at once, and are not fooled by an evaluation in between.
*/
static void PushFollowsThePolicy(void **state)
{
  MfgGame  game = TestGame("four_rooms", NULL);
  MfgModel model = TestModel(game, NULL);
  Vec      policies[2] = {UniformPolicy(model), TestReferencePolicy(model)};
  Vec      mu = TestReferenceMeanField(model), J = TestStateVec(model, 0);
  MfgSolve solve;

  (void)state;
  CHECK(MfgModelSetMeanField(model, mu));
  for (int i = 0; i < 6; i++) {
    CHECK(MfgModelSetPolicy(model, policies[i % 2]));
    if (i > 2) CHECK(MfgModelEvaluate(model, 0, J, &solve));
    ComparePush(game, model, policies[i % 2], mu);
  }
  for (int i = 0; i < 2; i++) CHECK(VecDestroy(&policies[i]));
  CHECK(VecDestroy(&J));
  CHECK(VecDestroy(&mu));
  TestDestroy(&model, &game);
}

/* ‖μP - μ‖_1, dense. */
static PetscReal Residual(MfgGame game, Vec pi, Vec mu)
{
  PetscInt   size, S;
  PetscReal *policy = TestGather(pi, &size), *P = DensePolicyMatrix(game, policy);
  PetscReal *law = TestGather(mu, &S), *pushed = TestGather(mu, &S), residual;

  DensePush(S, P, 1, pushed);
  residual = DenseDistance(S, law, pushed);
  CHECK(PetscFree(pushed));
  CHECK(PetscFree(law));
  CHECK(PetscFree(P));
  CHECK(PetscFree(policy));
  return residual;
}

/* What every induced population must fulfil. */
static void AssertStationary(MfgGame game, MfgModel model, Vec pi, Vec mu, const MfgSolve *solve)
{
  PetscScalar mass;
  PetscReal   least, residual;

  TestAssertSound(model);
  residual = Residual(game, pi, mu);
  if (!(residual <= 1e-12 && solve->residual <= 1e-12))
    fail_msg("‖μP - μ‖ is %g, reported %g", (double)residual, (double)solve->residual);
  assert_true(solve->outer_iterations >= 1 && solve->outer_iterations <= 10);
  CHECK(VecSum(mu, &mass));
  TestAssertNumber(PetscRealPart(mass), 1, 1e-14, "the mass of an induced population");
  CHECK(VecMin(mu, NULL, &least));
  assert_true(least >= 0);
}

/* One class: from any start the law of SLEPc. */
static void CompareWithSpectrum(MfgGame game, const char *direct_below)
{
  MfgModel    model = TestModel(game, "direct_below", direct_below, NULL);
  Vec         pi = TestReferencePolicy(model), law = TestStateVec(model, 0), mu;
  MfgSpectrum spectrum;
  MfgSolve    solve;
  PetscInt    S;
  PetscReal  *expected;

  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelSpectrum(model, law, &spectrum));
  TestAssertSound(model);
  assert_int_equal(spectrum.classes, 1);
  expected = TestGather(law, &S);
  for (int start = 0; start < 2; start++) {
    mu = start ? TestStateVec(model, 0) : TestReferenceMeanField(model);
    if (start) CHECK(VecSetValue(mu, S - 1, 1, INSERT_VALUES));
    CHECK(VecAssemblyBegin(mu));
    CHECK(VecAssemblyEnd(mu));
    CHECK(MfgModelInducedMeanField(model, mu, &solve));
    AssertStationary(game, model, pi, mu, &solve);
    TestAssertNear(mu, S, expected, 1e-9, "the induced population, and SLEPc's stationary law,");
    CHECK(VecDestroy(&mu));
  }
  CHECK(PetscFree(expected));
  CHECK(VecDestroy(&law));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

typedef struct {
  const char *direct_below, *ksp; /* ksp: NULL for the default */
  PetscReal   weights;            /* tolerance of the weights of several classes */
} Method;

static MfgModel ChainModel(MfgGame game, const Method *method)
{
  MfgModel model;

  if (method->ksp) CHECK(PetscOptionsSetValue(NULL, "-population_ksp_type", method->ksp));
  model = TestModel(game, "direct_below", method->direct_below, NULL);
  if (method->ksp) CHECK(PetscOptionsClearValue(NULL, "-population_ksp_type"));
  return model;
}

/* The population that a chain induces from `start`, to the tolerance. */
static void CompareWithLaw(const TestTable *chain, const Method *method, PetscReal tolerance,
                           const PetscReal start[], const PetscReal law[])
{
  MfgGame  game = TestTableGame(chain, NULL);
  MfgModel model = ChainModel(game, method);
  Vec      pi = UniformPolicy(model), mu = TestStateVec(model, 0);
  PetscInt begin, end;
  MfgSolve solve;

  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  for (PetscInt s = begin; s < end; s++) CHECK(VecSetValue(mu, s, start[s], INSERT_VALUES));
  CHECK(VecAssemblyBegin(mu));
  CHECK(VecAssemblyEnd(mu));
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelInducedMeanField(model, mu, &solve));
  AssertStationary(game, model, pi, mu, &solve);
  TestAssertNear(mu, chain->states, law, tolerance, "the induced population of a chain");
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

static void CompareChains(const Method *method)
{
  static const PetscReal first[] = {1, 0, 0, 0, 0, 0}, last[] = {0, 0, 0, 0, 0, 1};
  static const PetscReal spread[] = {.1, .2, 0, .15, .05, .5}, four[] = {.1, .2, .3, .4}, half[] = {.5, .5};
  static const PetscReal third = 1. / 3;

  CompareWithLaw(&ChainOfTwo, method, 1e-10, first, (const PetscReal[]){.4, .6});
  CompareWithLaw(&ChainCycle, method, 1e-10, first, (const PetscReal[]){third, third, third});
  CompareWithLaw(&ChainPeriodThree, method, 1e-10, spread,
                 (const PetscReal[]){.25, .25, .25, 1. / 12, 1. / 12, 1. / 12});
  CompareWithLaw(&ChainTwoClasses, method, 1e-10, first, (const PetscReal[]){third, third, third, 0, 0, 0});
  CompareWithLaw(&ChainTwoClasses, method, method->weights, last,
                 (const PetscReal[]){.4 / 3, .4 / 3, .4 / 3, .6 * .4, .6 * .6, 0});
  CompareWithLaw(&ChainTwoClasses, method, method->weights, spread,
                 (const PetscReal[]){.5 / 3, .5 / 3, .5 / 3, .5 * .4, .5 * .6, 0});
  CompareWithLaw(&ChainAbsorbing, method, method->weights, four, four);
  CompareWithLaw(&ChainOfWeakLinks, method, 1e-6, first, (const PetscReal[]){.4, .6});
  CompareWithLaw(&ChainCut, method, 1e-3, half, half);
}

static void StationaryLawsDirect(void **state)
{
  (void)state;
  CompareWithSpectrum(TestGame("four_rooms", NULL), "3000");
  CompareWithSpectrum(TestGame("four_rooms", "size", "21", "noise.slip", "0.3", NULL), "3000");
}

static void StationaryLawsKrylov(void **state)
{
  (void)state;
  CompareWithSpectrum(TestGame("four_rooms", NULL), "0");
  CompareWithSpectrum(TestGame("four_rooms", "size", "21", "noise.slip", "0.3", NULL), "0");
}

static void ChainsDirect(void **state)
{
  const Method method = {"3000", NULL, 1e-7};

  (void)state;
  CompareChains(&method);
}

static void ChainsKrylov(void **state)
{
  const Method method = {"0", NULL, 1e-5};

  (void)state;
  CompareChains(&method);
}

static void ChainsFgmres(void **state)
{
  const Method method = {"0", "fgmres", 1e-5};

  (void)state;
  CompareChains(&method);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Pushes),
                                          cmocka_unit_test(PushFollowsThePolicy),
                                          cmocka_unit_test(StationaryLawsDirect),
                                          cmocka_unit_test(StationaryLawsKrylov),
                                          cmocka_unit_test(ChainsDirect),
                                          cmocka_unit_test(ChainsKrylov),
                                          cmocka_unit_test(ChainsFgmres)};

TEST_MAIN("populations", tests)
