/*
  Optimal and soft-optimal values at a mean field that is held, against dense value iteration:

    V*(s) = max_a q*(s,a),  V*_η(s) = η log Σ_a exp(q*(s,a)/η),  q*(s,a) = r(s,a,μ) + γ Σ P(s'|s,a) V*(s');

  the residual that is reported is ‖TV - V‖_∞ of the V that is returned, and ‖V - V*‖_∞ is at most that over
  1-γ. Greedy policies take the lowest of the actions that tie. Direct and Krylov solves, γ .9 and .99.
*/
#include <math.h>
#include <stdlib.h>
#include "dense.h"
#include "table_game.h"
#include "testing.h"

/* ‖TV - V‖_∞, dense. */
static PetscReal BellmanResidual(MfgGame game, const PetscReal mu[], const PetscReal V[], PetscReal eta)
{
  PetscReal *q = DenseBackup(game, mu, V), residual = 0;
  PetscInt   S, A;

  CHECK(MfgGameGetSizes(game, &S, &A));
  for (PetscInt s = 0; s < S; s++) residual = fmax(residual, fabs(DenseBellman(A, &q[s * A], eta) - V[s]));
  CHECK(PetscFree(q));
  return residual;
}

/* A solve from the guess V = `guess` everywhere, to the tolerance that the model has. */
static void CompareValue(MfgGame game, MfgModel model, const PetscReal mu[], PetscReal eta, PetscReal guess,
                         PetscReal tolerance)
{
  Vec        V = TestStateVec(model, guess);
  MfgSolve   solve;
  PetscInt   S;
  PetscReal *optimal = DenseOptimal(game, mu, eta), *found, discount;

  CHECK(MfgGameGetDiscount(game, &discount));
  CHECK(eta > 0 ? MfgModelSoftOptimal(model, eta, V, &solve) : MfgModelBestResponse(model, V, NULL, &solve));
  TestAssertSound(model);
  found = TestGather(V, &S);
  assert_true(solve.residual <= tolerance);
  assert_true(solve.outer_iterations >= 1);
  TestAssertNumber(solve.residual, BellmanResidual(game, mu, found, eta), 1e-11, "the Bellman residual");
  for (PetscInt s = 0; s < S; s++)
    if (!(fabs(found[s] - optimal[s]) <= solve.residual / (1 - discount) + 1e-10))
      fail_msg("V(%d) is %.15g; expected %.15g", (int)s, (double)found[s], (double)optimal[s]);
  CHECK(PetscFree(found));
  CHECK(PetscFree(optimal));
  CHECK(VecDestroy(&V));
}

/* Values of a game at μ of the reference, from several guesses; loosely too. Destroys the game. */
static void CompareGame(MfgGame game, const char *direct_below)
{
  static const char *const tolerances[] = {"1e-10", "1e-2"};

  for (int i = 0; i < 2; i++) {
    MfgModel model =
        TestModel(game, "direct_below", direct_below, "best_response_tolerance", tolerances[i], NULL);
    Vec             held = TestReferenceMeanField(model), pi = TestReferencePolicy(model);
    PetscInt        S;
    PetscReal      *mu = TestGather(held, &S);
    const PetscReal tolerance = atof(tolerances[i]);

    CHECK(MfgModelSetMeanField(model, held));
    CHECK(MfgModelSetPolicy(model, pi));
    CompareValue(game, model, mu, 0, 0, tolerance);
    CompareValue(game, model, mu, 0, 100, tolerance);
    CompareValue(game, model, mu, 0.5, 0, tolerance);
    CompareValue(game, model, mu, 0.02, -50, tolerance);
    CHECK(PetscFree(mu));
    CHECK(VecDestroy(&pi));
    CHECK(VecDestroy(&held));
    CHECK(MfgModelDestroy(&model));
  }
  CHECK(MfgGameDestroy(&game));
}

enum { STATES = 13, ACTIONS = 4 };

/* Transitions and rewards without a structure: sines in place of random numbers, many of them zero. */
static TestTable Irregular(PetscReal p[], PetscReal r[])
{
  const TestTable table = {.states = STATES, .actions = ACTIONS, .p = p, .r = r, .crowd_aversion = 3};

  for (int i = 0; i < STATES * ACTIONS; i++) {
    PetscReal sum = 0;

    r[i] = sin(2.5 * i * i + 1);
    for (int t = 0; t < STATES; t++) {
      p[i * STATES + t] = fmax(0, sin(1.7 * i + 3.1 * t * t + 0.3 * i * t));
      sum += p[i * STATES + t];
    }
    for (int t = 0; t < STATES; t++) p[i * STATES + t] /= sum;
  }
  return table;
}

static void CompareIrregular(const char *discount, const char *direct_below)
{
  PetscReal       p[STATES * ACTIONS * STATES], r[STATES * ACTIONS];
  const TestTable table = Irregular(p, r);

  CompareGame(TestTableGame(&table, discount), direct_below);
}

static void Direct(void **state)
{
  (void)state;
  CompareGame(TestGame("four_rooms", NULL), "3000");
  CompareGame(TestGame("four_rooms", "discount", "0.99", NULL), "3000");
  CompareIrregular("0.9", "3000");
  CompareIrregular("0.99", "3000");
}

static void Krylov(void **state)
{
  (void)state;
  CompareGame(TestGame("four_rooms", NULL), "0");
  CompareGame(TestGame("four_rooms", "discount", "0.99", NULL), "0");
  CompareIrregular("0.9", "0");
  CompareIrregular("0.99", "0");
}

/* The greedy policy at the optimal value of the game: rows one-hot, the same as in `action` (NULL: all 0). */
static void CompareGreedy(MfgGame game, const PetscReal mu[], const char *direct_below,
                          const PetscInt action[])
{
  MfgModel     model = TestModel(game, "direct_below", direct_below, NULL);
  Vec          held = TestStateVec(model, 0), V = TestStateVec(model, 0), pi;
  PetscInt     S, A, size, begin, end;
  PetscScalar *values;
  PetscReal   *policy;
  MfgSolve     solve;

  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  CHECK(VecGetArray(held, &values));
  for (PetscInt s = begin; s < end; s++) values[s - begin] = mu[s];
  CHECK(VecRestoreArray(held, &values));
  CHECK(MfgModelCreateStateActionVec(model, &pi));
  CHECK(VecSet(pi, 7)); /* everything is overwritten */
  CHECK(MfgModelSetMeanField(model, held));
  CHECK(MfgModelBestResponse(model, V, pi, &solve));
  TestAssertSound(model);
  policy = TestGather(pi, &size);
  for (PetscInt i = 0; i < size; i++) {
    const PetscReal expected = i % A == (action ? action[i / A] : 0) ? 1 : 0;

    if (policy[i] != expected)
      fail_msg("the greedy policy of (%d, %d) is %g", (int)(i / A), (int)(i % A), (double)policy[i]);
  }
  CHECK(PetscFree(policy));
  CHECK(VecDestroy(&pi));
  CHECK(VecDestroy(&V));
  CHECK(VecDestroy(&held));
  CHECK(MfgModelDestroy(&model));
}

/* The lowest action that attains max_a q*(s,a) to 1e-6, which is far from the next best in these games. */
static void CompareWithDense(MfgGame game, const PetscReal mu[], const char *direct_below)
{
  PetscReal *V = DenseOptimal(game, mu, 0), *q = DenseBackup(game, mu, V);
  PetscInt  *action, S, A;

  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(PetscCalloc1(S, &action));
  for (PetscInt s = 0; s < S; s++)
    while (q[s * A + action[s]] < V[s] - 1e-6) action[s]++;
  CompareGreedy(game, mu, direct_below, action);
  CHECK(PetscFree(action));
  CHECK(PetscFree(q));
  CHECK(PetscFree(V));
}

static void GreedyPolicies(const char *discount, const char *direct_below)
{
  PetscReal       p[STATES * ACTIONS * STATES], r[STATES * ACTIONS], mu[49];
  const TestTable table = Irregular(p, r);
  MfgGame         game = TestTableGame(&table, discount);

  for (int s = 0; s < 49; s++) mu[s] = 1. / 49;
  CompareWithDense(game, mu, direct_below);
  CHECK(MfgGameDestroy(&game));
  /* every action pays the same in every state: all tie, but for rounding, which ranks do not share */
  game = TestGame("crowd_grid", "size", "7", "stay_reward", "0.3", "move_reward", "0.3", "discount", discount,
                  NULL);
  CompareGreedy(game, mu, direct_below, NULL);
  CHECK(MfgGameDestroy(&game));
  /* symmetric about the middle: up or right, down or left to the crowd's gap at the centre */
  for (int s = 0; s < 49; s++) mu[s] = (1 + abs(s / 7 - 3) + abs(s % 7 - 3)) / 217.;
  game = TestGame("crowd_grid", "size", "7", "noise.slip", "0", "discount", discount, NULL);
  CompareWithDense(game, mu, direct_below);
  CHECK(MfgGameDestroy(&game));
}

static void GreedyDirect(void **state)
{
  (void)state;
  GreedyPolicies("0.9", "3000");
  GreedyPolicies("0.99", "3000");
}

static void GreedyKrylov(void **state)
{
  (void)state;
  GreedyPolicies("0.9", "0");
  GreedyPolicies("0.99", "0");
}

/* Actions 1 and 2 of state 0 are best and tie, to 1e-12 of each other; state 1 prefers the last. */
static void TheLowestOfTheBest(void **state)
{
  static const PetscReal p[] = {1, 0, 1, 0, 1, 0, /**/ 0, 1, 0, 1, 0, 1};
  static const PetscReal r[] = {0, 1, 1 + 1e-12, /**/ 0, 1, 2};
  static const TestTable table = {.states = 2, .actions = 3, .p = p, .r = r};
  const PetscReal        mu[] = {.5, .5};
  const PetscInt         action[] = {1, 2};
  MfgGame                game = TestTableGame(&table, NULL);

  (void)state;
  CompareGreedy(game, mu, "3000", action);
  CompareGreedy(game, mu, "0", action);
  CHECK(MfgGameDestroy(&game));
}

/* Rewards of one state that are no numbers are a failure of the model that every rank knows, not an error.
 */
static void NotFinite(void **state)
{
  static const PetscReal p[] = {1, 0, 0, 1, /**/ 1, 0, 0, 1};
  static const PetscReal r[] = {0, 1, /**/ NAN, NAN};
  static const TestTable table = {.states = 2, .actions = 2, .p = p, .r = r};
  MfgGame                game = TestTableGame(&table, NULL);

  (void)state;
  for (int soft = 0; soft < 2; soft++) {
    MfgModel   model = TestModel(game, NULL);
    Vec        mu = TestStateVec(model, 0.5), V = TestStateVec(model, 0);
    MfgSolve   solve;
    MfgFailure kind;

    CHECK(MfgModelSetMeanField(model, mu));
    CHECK(soft ? MfgModelSoftOptimal(model, 0.1, V, &solve) : MfgModelBestResponse(model, V, NULL, &solve));
    CHECK(MfgModelGetFailureKind(model, &kind));
    assert_int_equal(kind, MFG_FAILURE_NOT_FINITE);
    CHECK(MfgModelClearFailure(model));
    CHECK(MfgModelOptimalHorizon(model, soft ? 0.1 : 0, 3, V));
    CHECK(MfgModelGetFailureKind(model, &kind));
    assert_int_equal(kind, MFG_FAILURE_NOT_FINITE);
    CHECK(VecDestroy(&V));
    CHECK(VecDestroy(&mu));
    CHECK(MfgModelDestroy(&model));
  }
  CHECK(MfgGameDestroy(&game));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Direct),
                                          cmocka_unit_test(Krylov),
                                          cmocka_unit_test(GreedyDirect),
                                          cmocka_unit_test(GreedyKrylov),
                                          cmocka_unit_test(TheLowestOfTheBest),
                                          cmocka_unit_test(NotFinite)};

TEST_MAIN("best response", tests)
