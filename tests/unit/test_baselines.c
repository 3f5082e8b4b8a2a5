/*
  Fictitious play, online mirror descent and policy iteration, iteration by iteration against a dense
  implementation of

    μ_0 ← M pushes of μ_0 under π_0;  π_k from (μ_{k-1}, π_{k-1});  m_k ← M pushes of μ_{k-1} under π_k;
    μ_k = (1-λ_k) μ_{k-1} + λ_k m_k,

  P following the moving μ. The averages of fictitious play are taken from all that was played: with λ_k =
  1/(k+1) they are the plain means

    μ_k = 1/(k+1) Σ_{j<=k} m_j,   π̄_k(a|s) ∝ Σ_{j<=k} m_j(s) π_j(a|s).
*/
#include <math.h>
#include <string.h>
#include "crowded_ring.h"
#include "dense.h"
#include "solving.h"
#include "table_game.h"
#include "testing.h"

enum { ROUNDS = 7, STEPS = 3 };
static const PetscReal tie_tolerance = 1e-9;

/* What is played, dense. Arrays over rounds hold all of them, so that averages can be taken directly. */
typedef struct Play Play;
typedef struct {
  const char *type;
  const char *keys[9]; /* and values */
  void (*improve)(Play *play, PetscReal pi[]);
  PetscReal number;                /* of `improve`: a temperature, or α/τ */
  PetscReal (*lambda)(PetscInt k); /* NULL: 1 */
  PetscBool averaged;              /* the policy is the average by occupation */
} Case;

struct Play {
  const Case *plan;
  MfgGame     game;
  PetscInt    S, A, round;
  PetscReal  *m[ROUNDS + 1], *played[ROUNDS + 1]; /* m_k and π_k; m_0 is μ_0 */
  PetscReal  *mu, *pi;                            /* the iterate */
  PetscReal  *y;
  PetscBool   exploitability; /* is in the rows */
  PetscInt    unvisited;      /* rows of the averages that were zero */
};

static PetscReal *Zeros(PetscInt n)
{
  PetscReal *x;

  CHECK(PetscCalloc1(n, &x));
  return x;
}

/* The row of π keeps its action, or gets the lowest one that ties with the best. */
static void Greedy(PetscInt A, const PetscReal q[], PetscBool keep, PetscReal pi[])
{
  PetscReal best = q[0], largest = 0;
  PetscInt  chosen = A;

  for (PetscInt a = 0; a < A; a++) {
    best = fmax(best, q[a]);
    largest = fmax(largest, fabs(q[a]));
  }
  for (PetscInt a = A - 1; a >= 0; a--)
    if (q[a] >= best - tie_tolerance * (1 + largest)) chosen = a;
  for (PetscInt a = 0; a < A && keep; a++)
    if (pi[a] == 1 && q[a] >= best - tie_tolerance * (1 + largest)) chosen = a;
  for (PetscInt a = 0; a < A; a++) pi[a] = a == chosen ? 1 : 0;
}

static void Softmax(PetscInt n, PetscInt A, const PetscReal y[], PetscReal scale, PetscReal pi[])
{
  for (PetscInt i = 0; i < n; i += A) {
    const PetscReal shift = DenseBellman(A, &y[i], 1 / scale); /* log Σ exp(scale y) / scale */

    for (PetscInt a = i; a < i + A; a++) pi[a] = exp(scale * (y[a] - shift));
  }
}

static void BestResponse(Play *play, PetscReal pi[])
{
  PetscReal *V = DenseOptimal(play->game, play->mu, 0), *q = DenseBackup(play->game, play->mu, V);

  for (PetscInt s = 0; s < play->S; s++) Greedy(play->A, &q[s * play->A], PETSC_FALSE, &pi[s * play->A]);
  CHECK(PetscFree(q));
  CHECK(PetscFree(V));
}

/* q of the policy at the mean field. */
static PetscReal *Values(const Play *play)
{
  PetscReal *J = DenseValue(play->game, play->pi, play->mu, 0), *q = DenseBackup(play->game, play->mu, J);

  CHECK(PetscFree(J));
  return q;
}

static void GreedyStep(Play *play, PetscReal pi[])
{
  PetscReal *q = Values(play);

  for (PetscInt s = 0; s < play->S; s++) Greedy(play->A, &q[s * play->A], PETSC_TRUE, &pi[s * play->A]);
  CHECK(PetscFree(q));
}

static void BoltzmannStep(Play *play, PetscReal pi[])
{
  PetscReal *q = Values(play);

  Softmax(play->S * play->A, play->A, q, 1 / play->plan->number, pi);
  CHECK(PetscFree(q));
}

static void MirrorStep(Play *play, PetscReal pi[])
{
  PetscReal *q = Values(play);

  for (PetscInt i = 0; i < play->S * play->A; i++) play->y[i] += q[i];
  Softmax(play->S * play->A, play->A, play->y, play->plan->number, pi);
  CHECK(PetscFree(q));
}

static void Flow(const Play *play, const PetscReal pi[], PetscReal mu[])
{
  for (int step = 0; step < STEPS; step++) {
    PetscReal *P = DensePolicyMatrixAt(play->game, pi, mu);

    DensePush(play->S, P, 1, mu);
    CHECK(PetscFree(P));
  }
}

/* Σ_{j<=k} m_j(s) π_j(a|s) over its row sum; the last best response where that is zero. */
static void AveragePolicy(Play *play)
{
  const PetscInt A = play->A;

  for (PetscInt s = 0; s < play->S; s++) {
    PetscReal sum = 0;

    for (PetscInt j = 0; j <= play->round; j++) sum += play->m[j][s];
    for (PetscInt a = s * A; a < (s + 1) * A; a++) {
      play->pi[a] = 0;
      for (PetscInt j = 0; j <= play->round && sum > 0; j++)
        play->pi[a] += play->m[j][s] * play->played[j][a] / sum;
      if (!(sum > 0)) play->pi[a] = play->played[play->round][a];
    }
    if (!(sum > 0)) play->unvisited++;
  }
}

static void Step(Play *play)
{
  const PetscInt  S = play->S, n = S * play->A, k = ++play->round;
  const PetscReal lambda = play->plan->lambda ? (*play->plan->lambda)(k) : 1;

  play->m[k] = Zeros(S);
  play->played[k] = Zeros(n);
  CHECK(PetscArraycpy(play->played[k], play->pi, n));
  (*play->plan->improve)(play, play->played[k]);
  CHECK(PetscArraycpy(play->m[k], play->mu, S));
  Flow(play, play->played[k], play->m[k]);
  for (PetscInt s = 0; s < S; s++) play->mu[s] = (1 - lambda) * play->mu[s] + lambda * play->m[k][s];
  if (play->plan->averaged) {
    for (PetscInt s = 0; s < S; s++) {
      play->mu[s] = 0;
      for (PetscInt j = 0; j <= k; j++) play->mu[s] += play->m[j][s] / (PetscReal)(k + 1);
    }
    AveragePolicy(play);
  } else {
    CHECK(PetscArraycpy(play->pi, play->played[k], n));
  }
}

/* At the solver's first policy, and its game's μ_0 pushed. */
static void Start(Play *play, const Case *plan, MfgModel model, Vec pi)
{
  Vec      mu = TestStateVec(model, 0);
  PetscInt size;

  memset(play, 0, sizeof(*play));
  play->plan = plan;
  CHECK(MfgModelGetGame(model, &play->game));
  CHECK(MfgModelGetInitialMeanField(model, mu, NULL));
  play->mu = TestGather(mu, &play->S);
  play->pi = TestGather(pi, &size);
  play->A = size / play->S;
  play->y = Zeros(size);
  Flow(play, play->pi, play->mu);
  play->m[0] = Zeros(play->S);
  play->played[0] = Zeros(size);
  CHECK(PetscArraycpy(play->m[0], play->mu, play->S));
  CHECK(PetscArraycpy(play->played[0], play->pi, size));
  CHECK(VecDestroy(&mu));
}

static void Finish(Play *play)
{
  for (PetscInt k = 0; k <= play->round; k++) {
    CHECK(PetscFree(play->m[k]));
    CHECK(PetscFree(play->played[k]));
  }
  CHECK(PetscFree(play->y));
  CHECK(PetscFree(play->pi));
  CHECK(PetscFree(play->mu));
}

/* A row of the solver against the dense iterate, and what holds for every row. */
static PetscErrorCode CompareRow(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  Play      *play = (Play *)context;
  PetscReal *before, sum = 0;
  Vec        mu, pi;

  PetscFunctionBeginUser;
  before = Zeros(play->S);
  while ((PetscReal)play->round < row->value[MFG_METRIC_ITERATION]) {
    CHECK(PetscArraycpy(before, play->mu, play->S));
    Step(play);
  }
  if (play->round)
    TestAssertNumber(row->value[MFG_METRIC_MEAN_FIELD_DELTA], DenseDistance(play->S, before, play->mu), 1e-9,
                     "the mean-field delta");
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  TestAssertNear(mu, play->S, play->mu, 1e-10, "the mean field");
  TestAssertNear(pi, play->S * play->A, play->pi, 1e-9, "the policy");
  if (play->exploitability) assert_true(row->value[MFG_METRIC_EXPLOITABILITY] >= -1e-9);
  CHECK(VecSum(mu, &sum));
  TestAssertNumber(sum, 1, 1e-13, "the sum of the mean field");
  CHECK(VecSum(pi, &sum));
  TestAssertNumber(sum, (PetscReal)play->S, 1e-13, "the sum of all rows of the policy");
  CHECK(PetscFree(before));
  PetscFunctionReturn(0);
}

/*
  Plays a case; returns how many rows of averages were zero. With Krylov solves only some rows are measured,
  so that nothing but the solver itself holds the model at a mean field in between.
*/
static PetscInt Compare(MfgGame game, const Case *plan, PetscBool direct)
{
  MfgModel  model = TestModel(game, "direct_below", direct ? "3000" : "0", "tolerance", "1e-13",
                              "best_response_tolerance", "1e-12", NULL);
  MfgSolver solver;
  TestRows  rows;
  Play      play;
  Vec       mu, pi;

  solver =
      TestSolverOf(plan->type, model, direct ? "[exploitability, mean_field_delta]" : "[mean_field_delta]",
                   direct ? "1" : "3", "outer_iterations", "7", "population_steps", "3", "initial_policy",
                   "random", plan->keys[0], plan->keys[1], plan->keys[2], plan->keys[3], plan->keys[4],
                   plan->keys[5], plan->keys[6], plan->keys[7], NULL);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  Start(&play, plan, model, pi);
  play.exploitability = direct;
  CHECK(MfgSolverAddMonitor(solver, CompareRow, &play));
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(play.round, ROUNDS);
  Finish(&play);
  CHECK(MfgSolverDestroy(&solver));
  CHECK(MfgModelDestroy(&model));
  return play.unvisited;
}

static PetscReal Harmonic(PetscInt k)
{
  return 1.0 / (PetscReal)(k + 1);
}

static PetscReal ATenth(PetscInt k)
{
  (void)k;
  return 0.1;
}

static PetscReal Third(PetscInt k)
{
  (void)k;
  return 0.3;
}

static const Case cases[] = {
    {"fictitious_play", {NULL}, BestResponse, 0, Harmonic, PETSC_TRUE},
    {"fictitious_play", {"lambda", "harmonic"}, BestResponse, 0, Harmonic, PETSC_TRUE},
    {"fictitious_play", {"lambda", "constant"}, BestResponse, 0, ATenth, PETSC_FALSE},
    {"fictitious_play",
     {"lambda.schedule", "constant", "lambda.value", "0.3"},
     BestResponse,
     0,
     Third,
     PETSC_FALSE},
    {"fictitious_play", {"lambda", "pure"}, BestResponse, 0, NULL, PETSC_FALSE},
    {"online_mirror_descent", {NULL}, MirrorStep, 0.1, NULL, PETSC_FALSE},
    {"online_mirror_descent",
     {"learning_rate", "0.6", "temperature", "0.8"},
     MirrorStep,
     0.75,
     NULL,
     PETSC_FALSE},
    {"policy_iteration", {NULL}, GreedyStep, 0, NULL, PETSC_FALSE},
    {"policy_iteration", {"variant", "smooth"}, GreedyStep, 0, ATenth, PETSC_FALSE},
    {"policy_iteration",
     {"variant", "smooth", "lambda.schedule", "constant", "lambda.value", "0.3"},
     GreedyStep,
     0,
     Third,
     PETSC_FALSE},
    {"policy_iteration", {"variant", "smooth", "lambda", "harmonic"}, GreedyStep, 0, Harmonic, PETSC_FALSE},
    {"policy_iteration", {"variant", "boltzmann"}, BoltzmannStep, 0.2, NULL, PETSC_FALSE},
    {"policy_iteration",
     {"variant", "boltzmann", "temperature", "1.5"},
     BoltzmannStep,
     1.5,
     NULL,
     PETSC_FALSE}};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void CompareAll(MfgGame game)
{
  for (int i = 0; i < CASES; i++) {
    (void)Compare(game, &cases[i], PETSC_TRUE);
    if (i % 3 == 0) (void)Compare(game, &cases[i], PETSC_FALSE); /* one or two of each solver */
  }
  CHECK(MfgGameDestroy(&game));
}

static void FourRooms(void **state)
{
  (void)state;
  CompareAll(TestGame("four_rooms", "size", "7", "initial", "concentrated", "initial.cell", "[0, 0]", NULL));
}

static void CrowdGrid(void **state)
{
  (void)state;
  CompareAll(TestGame("crowd_grid", "size", "4", "point_of_interest.cell", "[3, 1]", NULL));
}

/* Transitions and rewards without a structure. */
static void Table(void **state)
{
  enum { STATES = 9, ACTIONS = 4 };
  PetscReal       p[STATES * ACTIONS * STATES], r[STATES * ACTIONS];
  const TestTable table = {.states = STATES, .actions = ACTIONS, .p = p, .r = r, .crowd_aversion = 3};

  (void)state;
  for (int i = 0; i < STATES * ACTIONS; i++) {
    PetscReal sum = 0;

    r[i] = sin(2.5 * i * i + 1);
    for (int t = 0; t < STATES; t++)
      sum += p[i * STATES + t] = fmax(0, sin(1.7 * i + 3.1 * t * t + 0.3 * i * t));
    for (int t = 0; t < STATES; t++) p[i * STATES + t] /= sum;
  }
  CompareAll(TestTableGame(&table, NULL));
}

static void Coupled(void **state)
{
  (void)state;
  CompareAll(TestCrowdedRing());
}

/* Without noise and from one cell, much of a grid is not reached in a few iterations. */
static void UnvisitedStates(void **state)
{
  MfgGame game = TestGame("crowd_grid", "size", "8", "noise.slip", "0", "initial", "concentrated",
                          "initial.cell", "[0, 0]", "initial.weight", "1", NULL);

  (void)state;
  assert_true(Compare(game, &cases[0], PETSC_TRUE) > 0);
  CHECK(MfgGameDestroy(&game));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(FourRooms), cmocka_unit_test(CrowdGrid),
                                          cmocka_unit_test(Table), cmocka_unit_test(Coupled),
                                          cmocka_unit_test(UnvisitedStates)};

TEST_MAIN("baselines", tests)
