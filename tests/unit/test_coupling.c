/*
  The operators of a model whose transitions depend on μ, against dense computations at the same μ:

    held:     P^π at the mean field held, refreshed in place when that changes; pushes μ P^π keep it;
    flow:     μ ← μ P_μ^π, P follows;  induced: the same until ‖push(μ) - μ‖_1 <= tolerance, or a cap;
    linear:   the stationary law of P^π at the mean field held;
    values:   J, V*, V*_η and q with direct and with Krylov solves; finite horizons by backups from zero.

  Local coupling: kinetic_congestion at a μ where some cells are full and others half full. Global coupling:
  sis_epidemic, and a ring of the test's own that looks at Σ_s s μ(s) through `prepare`.
*/
#include <math.h>
#include "dense.h"
#include "ring_game.h"
#include "testing.h"

/* A game at two mean fields; μ of whole states on every rank. */
typedef struct {
  MfgGame    game;
  MfgModel   model;
  PetscInt   S, A;
  Vec        pi, mu[2];
  PetscReal *policy, *law[2];
} Case;

/* μ(s) ∝ 1.1 + sin(3 s²): another mean field. */
static Vec OtherMeanField(MfgModel model)
{
  Vec         mu = TestStateVec(model, 0);
  PetscInt    begin, end;
  PetscScalar sum;

  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  for (PetscInt s = begin; s < end; s++)
    CHECK(VecSetValue(mu, s, 1.1 + sin(3 * (double)s * (double)s), INSERT_VALUES));
  CHECK(VecAssemblyBegin(mu));
  CHECK(VecAssemblyEnd(mu));
  CHECK(VecSum(mu, &sum));
  CHECK(VecScale(mu, 1 / sum));
  return mu;
}

static Case CaseCreate(MfgGame game, const char *direct_below, const char *population_pushes)
{
  Case     c = {.game = game};
  PetscInt size;

  c.model = TestModel(game, "direct_below", direct_below, "tolerance", "1e-13", "best_response_tolerance",
                      "1e-11", "population_pushes", population_pushes, NULL);
  CHECK(MfgGameGetSizes(game, &c.S, &c.A));
  c.pi = TestReferencePolicy(c.model);
  c.policy = TestGather(c.pi, &size);
  c.mu[0] = TestReferenceMeanField(c.model);
  c.mu[1] = OtherMeanField(c.model);
  for (int i = 0; i < 2; i++) c.law[i] = TestGather(c.mu[i], &size);
  CHECK(MfgModelSetPolicy(c.model, c.pi));
  return c;
}

static void CaseDestroy(Case *c)
{
  for (int i = 0; i < 2; i++) {
    CHECK(PetscFree(c->law[i]));
    CHECK(VecDestroy(&c->mu[i]));
  }
  CHECK(PetscFree(c->policy));
  CHECK(VecDestroy(&c->pi));
  TestDestroy(&c->model, &c->game);
}

enum { GAMES = 4 };

static MfgGame GameNumber(int i)
{
  if (i == 0) return TestGame("kinetic_congestion", "capacity", "0.05", NULL); /* some cells are full */
  if (i == 1)
    return TestGame("kinetic_congestion", "size", "4", "capacity", "0.15", "target", "[1, 2]", NULL);
  return i == 2 ? TestGame("sis_epidemic", NULL) : TestRingGame(7, NULL);
}

/* From game number `first` on. */
static void ForGames(int first, void (*compare)(Case *c), const char *direct_below)
{
  for (int i = first; i < GAMES; i++) {
    Case c = CaseCreate(GameNumber(i), direct_below, "10000");

    (*compare)(&c);
    CaseDestroy(&c);
  }
}

static void AssertMass(Vec mu)
{
  PetscScalar mass;

  CHECK(VecSum(mu, &mass));
  TestAssertNumber(PetscRealPart(mass), 1, 1e-12, "the mass");
}

/* mu ← mu P_mu^π, dense. */
static void DenseFlow(const Case *c, PetscInt steps, PetscReal mu[])
{
  for (PetscInt step = 0; step < steps; step++) {
    PetscReal *P = DensePolicyMatrixAt(c->game, c->policy, mu);

    DensePush(c->S, P, 1, mu);
    CHECK(PetscFree(P));
  }
}

/* Row by row, as pushes of unit laws. */
static void CompareMatrix(Case *c, int at)
{
  PetscReal *P = DensePolicyMatrixAt(c->game, c->policy, c->law[at]);
  Vec        unit = TestStateVec(c->model, 0);

  CHECK(MfgModelSetMeanField(c->model, c->mu[at]));
  for (PetscInt s = 0; s < c->S; s++) {
    PetscInt begin, end;

    CHECK(VecSet(unit, 0));
    CHECK(MfgModelGetOwnershipRange(c->model, &begin, &end));
    if (s >= begin && s < end) CHECK(VecSetValue(unit, s, 1, INSERT_VALUES));
    CHECK(VecAssemblyBegin(unit));
    CHECK(VecAssemblyEnd(unit));
    CHECK(MfgModelPush(c->model, 1, unit));
    TestAssertNear(unit, c->S, &P[s * c->S], 1e-15, "a row of P");
  }
  CHECK(VecDestroy(&unit));
  CHECK(PetscFree(P));
}

static void CompareMatrices(Case *c)
{
  Vec J = TestStateVec(c->model, 0);

  CompareMatrix(c, 0);
  CompareMatrix(c, 1);
  CompareMatrix(c, 0);
  for (int at = 0; at < 2; at++) { /* with the values of I - γP in between */
    MfgSolve solve;

    CHECK(MfgModelEvaluate(c->model, 0, J, &solve));
    CompareMatrix(c, at);
  }
  CHECK(VecDestroy(&J));
}

static void ComparePushes(Case *c)
{
  static const PetscInt steps[] = {0, 1, 2, 7, 50};
  Vec                   m;

  CHECK(VecDuplicate(c->mu[0], &m));
  for (int i = 0; i < 5; i++) {
    PetscReal *P = DensePolicyMatrixAt(c->game, c->policy, c->law[1]), *held, *followed;
    PetscInt   S;

    held = TestGather(c->mu[0], &S);
    followed = TestGather(c->mu[0], &S);
    DensePush(S, P, steps[i], held);
    DenseFlow(c, steps[i], followed);
    if (steps[i])
      assert_true(DenseDistance(S, held, followed) > 1e-3); /* or the test could not tell them apart */
    CHECK(MfgModelSetMeanField(c->model, c->mu[1]));
    CHECK(VecCopy(c->mu[0], m));
    CHECK(MfgModelPush(c->model, steps[i], m));
    TestAssertNear(m, S, held, 1e-14, "a mean field pushed with P held");
    AssertMass(m);
    CHECK(VecCopy(c->mu[0], m));
    CHECK(MfgModelFlow(c->model, steps[i], m));
    TestAssertNear(m, S, followed, 1e-14, "a mean field that P follows");
    AssertMass(m);
    CHECK(PetscFree(held));
    CHECK(PetscFree(followed));
    CHECK(PetscFree(P));
  }
  CHECK(VecDestroy(&m));
}

static void CompareInduced(Case *c)
{
  Vec        m;
  MfgSolve   solve;
  PetscInt   S;
  PetscReal *found, *pushed, *expected = TestGather(c->mu[0], &S);

  CHECK(VecDuplicate(c->mu[0], &m));
  CHECK(VecCopy(c->mu[0], m));
  CHECK(MfgModelInducedMeanField(c->model, m, &solve));
  TestAssertSound(c->model);
  assert_true(solve.residual <= 1e-12 && solve.outer_iterations > 10);
  found = TestGather(m, &S);
  pushed = TestGather(m, &S);
  DenseFlow(c, 1, pushed);
  assert_true(DenseDistance(S, found, pushed) <= 1e-12);
  DenseFlow(c, 2 * solve.outer_iterations, expected);
  TestAssertNear(m, S, expected, 1e-10, "the induced population");
  AssertMass(m);
  CHECK(PetscFree(expected));
  CHECK(PetscFree(pushed));
  CHECK(PetscFree(found));
  CHECK(VecDestroy(&m));
}

/* No cell may be full: the chain would have several classes. */
static void CompareLinear(Case *c)
{
  for (int at = 0; at < 2; at++) {
    PetscReal *P = DensePolicyMatrixAt(c->game, c->policy, c->law[at]), *law = DenseStationaryLaw(c->S, P);
    Vec        m;
    MfgSolve   solve;

    CHECK(VecDuplicate(c->mu[0], &m));
    CHECK(VecCopy(c->mu[0], m));
    CHECK(MfgModelSetMeanField(c->model, c->mu[at]));
    CHECK(MfgModelLinearMeanField(c->model, m, &solve));
    TestAssertSound(c->model);
    assert_true(solve.residual <= 1e-12);
    TestAssertNear(m, c->S, law, 1e-9, "the population of the chain with μ held");
    AssertMass(m);
    CHECK(VecDestroy(&m));
    CHECK(PetscFree(law));
    CHECK(PetscFree(P));
  }
}

/* Destroys what is expected. */
static void AssertValue(Case *c, Vec found, PetscInt count, PetscReal *expected, const char *what)
{
  TestAssertSound(c->model);
  TestAssertNear(found, count, expected, 1e-9, what);
  CHECK(PetscFree(expected));
}

static void CompareValues(Case *c)
{
  const PetscReal etas[] = {0, 0.3};
  Vec             J = TestStateVec(c->model, 0), V = TestStateVec(c->model, 0), q;
  MfgSolve        solve;

  CHECK(VecDuplicate(c->pi, &q));
  for (int i = 0; i < 4; i++) { /* both etas at the first μ, and at the other one */
    const PetscReal  eta = etas[i % 2], *mu = c->law[i / 2];
    const PetscReal *values;
    PetscReal       *all;
    PetscInt         S;

    CHECK(MfgModelSetMeanField(c->model, c->mu[i / 2]));
    CHECK(MfgModelEvaluate(c->model, eta, J, &solve));
    AssertValue(c, J, c->S, DenseValue(c->game, c->policy, mu, eta), "J");
    values = all = TestGather(J, &S);
    CHECK(MfgModelBackup(c->model, J, q));
    AssertValue(c, q, c->S * c->A, DenseBackup(c->game, mu, values), "q");
    CHECK(PetscFree(all));
    CHECK(eta > 0 ? MfgModelSoftOptimal(c->model, eta, V, &solve)
                  : MfgModelBestResponse(c->model, V, NULL, &solve));
    AssertValue(c, V, c->S, DenseOptimal(c->game, mu, eta), "V*");
  }
  CHECK(VecDestroy(&q));
  CHECK(VecDestroy(&V));
  CHECK(VecDestroy(&J));
}

/* horizon - 1 backups from zero at μ, of the policy (NULL: the best). */
static PetscReal *DenseHorizon(const Case *c, const PetscReal mu[], const PetscReal policy[], PetscReal eta,
                               PetscInt horizon)
{
  PetscReal *V;

  CHECK(PetscCalloc1(c->S, &V));
  for (PetscInt step = 0; step + 1 < horizon; step++) {
    PetscReal *q = DenseBackup(c->game, mu, V);

    for (PetscInt s = 0; s < c->S; s++) {
      V[s] = policy ? 0 : DenseBellman(c->A, &q[s * c->A], eta);
      for (PetscInt i = s * c->A; i < (s + 1) * c->A && policy; i++)
        V[s] += policy[i] * (q[i] - (policy[i] > 0 ? eta * log(policy[i]) : 0));
    }
    CHECK(PetscFree(q));
  }
  return V;
}

static void CompareHorizons(Case *c)
{
  static const PetscInt horizons[] = {1, 2, 50};
  Vec                   V = TestStateVec(c->model, 17); /* what stood there must not matter */

  for (int i = 0; i < 12; i++) {
    const PetscInt  horizon = horizons[i % 3];
    const PetscReal eta = i / 3 % 2 ? 0.3 : 0, *mu = c->law[i / 6];

    CHECK(MfgModelSetMeanField(c->model, c->mu[i / 6]));
    CHECK(MfgModelEvaluateHorizon(c->model, eta, horizon, V));
    AssertValue(c, V, c->S, DenseHorizon(c, mu, c->policy, eta, horizon), "the value over a horizon");
    CHECK(MfgModelOptimalHorizon(c->model, eta, horizon, V));
    AssertValue(c, V, c->S, DenseHorizon(c, mu, NULL, eta, horizon), "the best value over a horizon");
  }
  CHECK(VecDestroy(&V));
}

static void Matrices(void **state)
{
  (void)state;
  ForGames(0, CompareMatrices, "3000");
}

static void Pushes(void **state)
{
  (void)state;
  ForGames(0, ComparePushes, "3000");
}

static void Induced(void **state)
{
  (void)state;
  ForGames(0, CompareInduced, "3000");
}

/* Three pushes are too few: the residual says so, and nothing fails. */
static void InducedIsCapped(void **state)
{
  (void)state;
  for (int i = 0; i < GAMES; i++) {
    Case       c = CaseCreate(GameNumber(i), "3000", "3");
    PetscReal *before, *after;
    PetscInt   S;
    MfgSolve   solve;

    before = TestGather(c.mu[0], &S);
    after = TestGather(c.mu[0], &S);
    DenseFlow(&c, 2, before);
    DenseFlow(&c, 3, after);
    CHECK(MfgModelInducedMeanField(c.model, c.mu[0], &solve));
    TestAssertSound(c.model);
    assert_int_equal(solve.outer_iterations, 3);
    assert_true(solve.residual > 1e-12);
    TestAssertNumber(solve.residual, DenseDistance(S, before, after), 1e-14, "the residual");
    TestAssertNear(c.mu[0], S, after, 1e-14, "three pushes");
    CHECK(PetscFree(before));
    CHECK(PetscFree(after));
    CaseDestroy(&c);
  }
}

static void Linear(void **state)
{
  (void)state;
  ForGames(1, CompareLinear, "3000");
  ForGames(1, CompareLinear, "0");
}

static void Values(void **state)
{
  (void)state;
  ForGames(0, CompareValues, "3000");
  ForGames(0, CompareValues, "0");
}

static void Horizons(void **state)
{
  (void)state;
  ForGames(0, CompareHorizons, "3000");
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Matrices), cmocka_unit_test(Pushes),
                                          cmocka_unit_test(Induced),  cmocka_unit_test(InducedIsCapped),
                                          cmocka_unit_test(Linear),   cmocka_unit_test(Values),
                                          cmocka_unit_test(Horizons)};

TEST_MAIN("coupling", tests)
