/*
  mf_pso against a dense swarm: every rank moves all particles, with

    v ← w v + c1 u1 (b - x) + c2 u2 (g - x),   x ← clip(x + v),   fitness ⟨m, V*_m - J_m⟩

  and dense values, and the iterate of each row must be the same policy and mean field. Then: the swarm's best
  never gets worse; a game whose equilibrium is known is solved; what is wrong is complained of.
*/
#include <math.h>
#include <string.h>
#include "complaints.h"
#include "dense.h"
#include "game/random.h"
#include "solver/swarm.h"
#include "solving.h"
#include "table_game.h"
#include "testing.h"

enum { PARTICLES = 6, ITERATIONS = 8, SEED = 7, MOST = 45, STEPS = 3 };
static const PetscReal box = 1.5, spread = 1.25, w = 0.8, c1 = 1.3, c2 = 1.6, temperature = 0.4;

typedef struct {
  MfgGame   game;
  PetscBool pushes;
  PetscInt  S, A, leader, rows, clipped;
  PetscReal x[PARTICLES][MOST], v[PARTICLES][MOST], best[PARTICLES][MOST], fitness[PARTICLES];
  PetscReal start[MOST], pi[MOST], mu[MOST]; /* μ_start and the iterate */
} DenseSwarm;

static PetscReal Draw(const DenseSwarm *swarm, PetscInt particle, PetscInt step, PetscInt i, int which)
{
  const uint64_t index = (uint64_t)(step * swarm->S * swarm->A + i);

  return MfgRandomUniform(SEED, MFG_STREAM_PARTICLES, particle, 2 * index + (uint64_t)which);
}

static void Softmax(const DenseSwarm *swarm, const PetscReal x[], PetscReal pi[])
{
  for (PetscInt s = 0; s < swarm->S; s++) {
    PetscReal sum = 0;

    for (PetscInt a = 0; a < swarm->A; a++) sum += exp(x[s * swarm->A + a] / temperature);
    for (PetscInt a = 0; a < swarm->A; a++)
      pi[s * swarm->A + a] = exp(x[s * swarm->A + a] / temperature) / sum;
  }
}

/* The fitness of a particle; if it leads, the iterate is its policy and its population. */
static void Judge(DenseSwarm *swarm, PetscInt i)
{
  const PetscInt S = swarm->S;
  PetscReal      pi[MOST], *P, *m, *V, *J, fitness;

  Softmax(swarm, swarm->x[i], pi);
  P = DensePolicyMatrix(swarm->game, pi);
  m = DenseStationaryLaw(S, P);
  if (swarm->pushes) memcpy(m, swarm->start, (size_t)S * sizeof(*m));
  if (swarm->pushes) DensePush(S, P, STEPS, m);
  V = DenseOptimal(swarm->game, m, 0);
  J = DenseValue(swarm->game, pi, m, 0);
  fitness = DenseDot(S, m, V) - DenseDot(S, m, J);
  if (fitness < swarm->fitness[swarm->leader]) {
    swarm->leader = i;
    memcpy(swarm->pi, pi, sizeof(pi));
    memcpy(swarm->mu, m, (size_t)S * sizeof(*m));
  }
  if (fitness < swarm->fitness[i]) {
    swarm->fitness[i] = fitness;
    memcpy(swarm->best[i], swarm->x[i], sizeof(swarm->x[i]));
  }
  CHECK(PetscFree(J));
  CHECK(PetscFree(V));
  CHECK(PetscFree(m));
  CHECK(PetscFree(P));
}

static void Move(DenseSwarm *swarm, PetscInt step)
{
  for (PetscInt i = 0; i < PARTICLES; i++) {
    for (PetscInt k = 0; k < swarm->S * swarm->A; k++) {
      PetscReal *x = &swarm->x[i][k], *v = &swarm->v[i][k];
      PetscReal  to;

      *v = w * *v + c1 * Draw(swarm, i, step, k, 0) * (swarm->best[i][k] - *x) +
           c2 * Draw(swarm, i, step, k, 1) * (swarm->best[swarm->leader][k] - *x);
      to = *x + *v;
      *x = fmin(fmax(to, -box), box);
      if (fabs(to) > box) *v = 0;
      swarm->clipped += fabs(to) > box;
    }
  }
}

/* Particles 1, 2, ... at random; particle 0 at the uniform policy. */
static void Place(DenseSwarm *swarm, MfgGame game)
{
  PetscReal *P, pi[MOST];

  CHECK(MfgGameGetSizes(game, &swarm->S, &swarm->A));
  assert_true(swarm->S * swarm->A <= MOST);
  swarm->game = game;
  for (PetscInt i = 0; i < PARTICLES; i++) {
    swarm->fitness[i] = INFINITY;
    for (PetscInt k = 0; i > 0 && k < swarm->S * swarm->A; k++)
      swarm->x[i][k] = spread * (2 * Draw(swarm, i, 0, k, 0) - 1);
  }
  Softmax(swarm, swarm->x[0], pi);
  P = DensePolicyMatrix(game, pi);
  swarm->start[0] = 1; /* the initial law */
  DensePush(swarm->S, P, STEPS, swarm->start);
  CHECK(PetscFree(P));
  memcpy(swarm->mu, swarm->start, sizeof(swarm->mu));
  memcpy(swarm->pi, pi, sizeof(pi));
}

static PetscErrorCode CompareIterate(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  DenseSwarm *swarm = (DenseSwarm *)context;
  Vec         mu, pi;

  PetscFunctionBeginUser;
  if (swarm->rows > 1) Move(swarm, swarm->rows - 1);
  if (swarm->rows > 0)
    for (PetscInt i = 0; i < PARTICLES; i++) Judge(swarm, i);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  TestAssertNear(pi, swarm->S * swarm->A, swarm->pi, 1e-9, "the policy");
  TestAssertNear(mu, swarm->S, swarm->mu, 1e-9, "the mean field");
  if (swarm->rows > 0)
    TestAssertNumber(row->value[MFG_METRIC_QUALITY], swarm->fitness[swarm->leader], 1e-8, "the fitness");
  swarm->rows++;
  PetscFunctionReturn(0);
}

static void CompareSwarms(const char *population)
{
  static DenseSwarm swarm;
  MfgGame         game = TestGame("crowd_grid", "size", "3", "initial", "concentrated", "initial.state", "0",
                                  "initial.weight", "1", NULL);
  MfgModel        model = TestModel(game, NULL);
  MfgSolver       solver;
  MfgParameters   metrics;
  MfgSolverReason reason;

  memset(&swarm, 0, sizeof(swarm));
  swarm.pushes = (PetscBool)!strcmp(population, "pushes");
  Place(&swarm, game);
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_pso", NULL));
  CHECK(MfgSolverSetSeed(solver, SEED));
  CHECK(MfgSolverSetParameter(solver, "particles", "6"));
  CHECK(MfgSolverSetParameter(solver, "box", "1.5"));
  CHECK(MfgSolverSetParameter(solver, "spread", "1.25"));
  CHECK(MfgSolverSetParameter(solver, "inertia", "0.8"));
  CHECK(MfgSolverSetParameter(solver, "own_pull", "1.3"));
  CHECK(MfgSolverSetParameter(solver, "swarm_pull", "1.6"));
  CHECK(MfgSolverSetParameter(solver, "temperature", "0.4"));
  CHECK(MfgSolverSetParameter(solver, "population", population));
  CHECK(MfgSolverSetParameter(solver, "population_steps", "3"));
  CHECK(MfgSolverSetParameter(solver, "outer_iterations", "8"));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  CHECK(MfgParametersSet(metrics, "which", "[quality]", NULL));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, NULL));
  CHECK(MfgSolverAddMonitor(solver, CompareIterate, &swarm));
  CHECK(MfgSolverSolve(solver));
  CHECK(MfgSolverGetReason(solver, &reason, NULL));
  assert_int_equal(reason, MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(swarm.rows, ITERATIONS + 1);
  assert_true(swarm.clipped > 0);
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void SameAsDense(void **state)
{
  (void)state;
  CompareSwarms("induced");
  CompareSwarms("pushes");
}

/* What the swarm minimises never grows: exploitability at the induced population, quality after pushes. */
static void NeverWorse(void **state)
{
  (void)state;
  for (int pushes = 0; pushes < 2; pushes++) {
    MfgGame game =
        TestGame("four_rooms", "size", "7", "initial", "concentrated", "initial.cell", "[0, 0]", NULL);
    MfgModel  model = TestModel(game, NULL);
    MfgSolver solver =
        TestSolverOf("mf_pso", model, "[exploitability, quality]", "1", "particles", "8", "initial_policy",
                     "random", "outer_iterations", "12", "population", pushes ? "pushes" : "induced", NULL);
    const MfgMetric metric = pushes ? MFG_METRIC_QUALITY : MFG_METRIC_EXPLOITABILITY;
    TestRows        rows;

    assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
    for (PetscInt i = 2; i < rows.count; i++)
      assert_true(rows.row[i].value[metric] <= rows.row[i - 1].value[metric] + 1e-9);
    assert_true(rows.row[12].value[metric] < 0.9 * rows.row[1].value[metric]);
    if (!pushes) /* the mean field is the induced population */
      for (PetscInt i = 1; i < rows.count; i++)
        TestAssertNumber(rows.row[i].value[MFG_METRIC_QUALITY], rows.row[i].value[metric], 1e-8, "quality");
    CHECK(MfgSolverDestroy(&solver));
    TestDestroy(&model, &game);
  }
}

/*
  Two states, action a goes to state a, reward 1{s=0} - 4 μ(s): at equilibrium both states are worth the same,
  1 - 4 μ(0) = -4 μ(1), so that μ(0) = 5/8.
*/
static void KnownEquilibrium(void **state)
{
  static const PetscReal p[] = {1, 0, 0, 1, 1, 0, 0, 1}, r[] = {1, 1, 0, 0};
  const TestTable        table = {2, 2, p, r, 4, PETSC_FALSE};
  MfgGame                game = TestTableGame(&table, NULL);
  MfgModel               model = TestModel(game, NULL);
  MfgSolver              solver = TestSolverOf("mf_pso", model, "[exploitability]", "5", "particles", "10",
                                               "stop.exploitability", "1e-4", "outer_iterations", "200", NULL);
  TestRows               rows;
  Vec                    mu, pi;
  PetscReal             *law;
  PetscInt               S;

  (void)state;
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_CONVERGED_EXPLOITABILITY);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  law = TestGather(mu, &S);
  TestAssertNumber(law[0], 0.625, 1e-4, "μ(0)");
  CHECK(PetscFree(law));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

/* A swarm of one: after one iteration it still is at the initial policy, whose logits lie in the box. */
static void FirstParticle(void **state)
{
  MfgGame    game = TestGame("crowd_grid", NULL);
  MfgModel   model = TestModel(game, NULL);
  MfgSolver  solver = TestSolverOf("mf_pso", model, "[quality]", "1", "particles", "1", "outer_iterations",
                                   "1", "initial_policy", "random", NULL);
  TestRows   rows;
  Vec        mu, pi;
  PetscReal *first;
  PetscInt   size;

  (void)state;
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  first = TestGather(pi, &size);
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_true(rows.row[1].value[MFG_METRIC_QUALITY] != rows.row[0].value[MFG_METRIC_QUALITY]); /* another μ */
  TestAssertNear(pi, size, first, 1e-13, "the policy");
  CHECK(PetscFree(first));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

/* Put particle i at x, and say how good that is. */
static PetscBool Tell(MfgSwarm *swarm, PetscInt i, PetscReal x, PetscReal fitness)
{
  PetscBool leads;

  CHECK(VecSet(swarm->particles[i].x, x));
  CHECK(MfgSwarmTell_Private(swarm, i, fitness, &leads));
  return leads;
}

/* A new leader by more than the tie, but not by more than the tie over its own best, moves its best place. */
static void BestPlaceOfTheLeader(void **state)
{
  MfgSwarm  swarm = {.seed = 1, .count = 2, .box = 5, .spread = 1, .tie = 0.1};
  Vec       first;
  PetscReal place;

  (void)state;
  CHECK(VecCreateMPI(PETSC_COMM_WORLD, PETSC_DECIDE, 2, &first));
  CHECK(VecSet(first, 0));
  CHECK(MfgSwarmCreate_Private(&swarm, first));
  assert_true(Tell(&swarm, 0, 1, 1.0));
  assert_false(Tell(&swarm, 1, 2, 0.85)); /* 1 - 0.1 (1 + 1) = 0.8 is what it takes */
  assert_true(Tell(&swarm, 1, 3, 0.75));
  assert_int_equal(swarm.leader, 1);
  assert_true(swarm.particles[1].fitness == 0.75);
  CHECK(VecMax(swarm.particles[1].best, NULL, &place));
  assert_true(place == 3);
  CHECK(VecDestroy(&first));
  CHECK(MfgSwarmDestroy_Private(&swarm));
}

static void BadInput(void **state)
{
  static const char *const alone[][3] = {
      {"particles", "0", "0 is out of range; expected an integer in [1,inf)"},
      {"box", "0", "expected a real in (0,inf)"},
      {"spread", "0", "expected a real in (0,inf)"},
      {"inertia", "1.1", "expected a real in [0,1]"},
      {"inertia", "-0.1", "expected a real in [0,1]"},
      {"own_pull", "-1", "expected a real in [0,inf)"},
      {"swarm_pull", "-1", "expected a real in [0,inf)"},
      {"temperature", "0", "expected a real in (0,inf)"},
      {"population", "pushed", "induced|pushes"},
      {"population_steps", "0", "expected an integer in [1,inf)"},
      {"stop.regularised_exploitability", "-1", "expected a real in (0,inf)"}};
  static const char *const together[][5] = {
      {"spread", "2", "box", "1.5", "2 is larger than the box, 1.5; expected at most that"},
      {"swarm_pull", "0", "own_pull", "0", "no particle would move"},
      {"stop.mean_field_delta", "1e-3", "particles", "3", "expected stop.exploitability"},
      {"stop.mu_pi_delta", "1e-3", "particles", "3", "expected stop.exploitability"}};
  MfgParameters  parameters;
  MfgSolver      solver;
  TestComplaints collected;

  (void)state;
  for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
    CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
    CHECK(MfgSolverSetType(solver, "mf_pso", NULL));
    CHECK(MfgSolverGetParameters(solver, &parameters));
    TestComplaintsInit(&collected);
    CHECK(MfgParametersSet(parameters, alone[i][0], alone[i][1], &collected.complaints));
    TestAssertComplaint(&collected, alone[i][0], alone[i][2]);
    CHECK(MfgSolverDestroy(&solver));
  }
  for (size_t i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
    CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
    CHECK(MfgSolverSetType(solver, "mf_pso", NULL));
    CHECK(MfgSolverSetParameter(solver, together[i][0], together[i][1]));
    CHECK(MfgSolverSetParameter(solver, together[i][2], together[i][3]));
    TestComplaintsInit(&collected);
    CHECK(MfgSolverCheck(solver, &collected.complaints));
    TestAssertComplaint(&collected, together[i][0], together[i][4]);
    CHECK(MfgSolverDestroy(&solver));
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(SameAsDense),          cmocka_unit_test(NeverWorse),
    cmocka_unit_test(KnownEquilibrium),     cmocka_unit_test(FirstParticle),
    cmocka_unit_test(BestPlaceOfTheLeader), cmocka_unit_test(BadInput)};

TEST_MAIN("particle swarm", tests)
