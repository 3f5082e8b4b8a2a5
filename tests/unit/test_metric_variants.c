/*
  The variants of the metrics: exploitability φ = ⟨m, V - J⟩ at the population m after a number of pushes,
  from μ_p or from μ_0, with V and J of the infinite horizon or of horizon - 1 backups from zero; and that
  metrics which a solver cannot have are refused.
*/
#include <math.h>
#include <string.h>
#include "complaints.h"
#include "dense.h"
#include "solving.h"
#include "testing.h"

enum { ROUNDS = 3, PUSHES = 7, HORIZON = 12 };
static const PetscReal eta =
    2; /* policies are then mild, and no density so small that rounding shows in its logarithm */

/* mf_trpo on a small game that starts far from its equilibrium; `settings`: keys of `metrics:` and values,
 * then NULL. */
static MfgSolver Solver(MfgModel model, const char *const settings[])
{
  MfgSolver     solver;
  MfgParameters metrics;

  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_trpo", NULL));
  CHECK(MfgSolverSetParameter(solver, "outer_iterations", "3"));
  CHECK(MfgSolverSetParameter(solver, "eta", "2"));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  for (int i = 0; settings[i]; i += 2) CHECK(MfgParametersSet(metrics, settings[i], settings[i + 1], NULL));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, NULL));
  return solver;
}

/* ⟨m, V - J⟩ by dense algebra; horizon 0: none. */
static PetscReal DenseGap(MfgGame game, const PetscReal pi[], const PetscReal m[], PetscReal temperature,
                          PetscInt horizon)
{
  PetscInt   S, A;
  PetscReal *J, *V, gap;

  CHECK(MfgGameGetSizes(game, &S, &A));
  if (horizon) {
    CHECK(PetscCalloc1(S, &J));
    CHECK(PetscCalloc1(S, &V));
  } else {
    J = DenseValue(game, pi, m, temperature);
    V = DenseOptimal(game, m, temperature);
  }
  for (PetscInt step = 1; step < horizon; step++) {
    PetscReal *of_J = DenseBackup(game, m, J), *of_V = DenseBackup(game, m, V);

    for (PetscInt s = 0; s < S; s++) {
      V[s] = DenseBellman(A, &of_V[s * A], temperature);
      J[s] = 0;
      for (PetscInt a = 0; a < A; a++) {
        const PetscReal p = pi[s * A + a];

        J[s] += p * (of_J[s * A + a] - temperature * (p > 0 ? log(p) : 0));
      }
    }
    CHECK(PetscFree(of_J));
    CHECK(PetscFree(of_V));
  }
  gap = DenseDot(S, m, V) - DenseDot(S, m, J);
  CHECK(PetscFree(J));
  CHECK(PetscFree(V));
  return gap;
}

typedef struct {
  MfgGame    game;
  PetscBool  from_start;
  PetscInt   pushes, horizon; /* pushes 0: the induced population */
  PetscReal *start;           /* μ_0 */
  PetscInt   rows;
} Expected;

/* m by dense algebra. */
static PetscReal *Population(const Expected *expected, MfgSolver solver, const PetscReal pi[])
{
  PetscReal *chain = DensePolicyMatrix(expected->game, pi), *m;
  PetscInt   S;
  Vec        mu, policy;

  CHECK(MfgSolverGetIterate(solver, &mu, &policy));
  m = TestGather(mu, &S);
  for (PetscInt s = 0; expected->from_start && s < S; s++) m[s] = expected->start[s];
  if (expected->pushes) {
    DensePush(S, chain, expected->pushes, m);
  } else {
    CHECK(PetscFree(m));
    m = DenseStationaryLaw(S, chain);
  }
  CHECK(PetscFree(chain));
  return m;
}

static PetscErrorCode CompareRow(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  Expected        *expected = (Expected *)context;
  const PetscReal *value = row->value;
  PetscInt         S, size;
  PetscReal       *pi, *mu, *m, *chain, *next;
  Vec              mu_now, pi_now, population;

  PetscFunctionBeginUser;
  CHECK(MfgSolverGetIterate(solver, &mu_now, &pi_now));
  mu = TestGather(mu_now, &S);
  pi = TestGather(pi_now, &size);
  m = Population(expected, solver, pi);
  next = Population(expected, solver, pi);
  chain = DensePolicyMatrix(expected->game, pi);
  DensePush(S, chain, 1, next);
  TestAssertNumber(value[MFG_METRIC_EXPLOITABILITY], DenseGap(expected->game, pi, m, 0, expected->horizon),
                   1e-9, "exploitability");
  TestAssertNumber(value[MFG_METRIC_REGULARISED_EXPLOITABILITY],
                   DenseGap(expected->game, pi, m, eta, expected->horizon), 1e-9,
                   "regularised exploitability");
  TestAssertNumber(value[MFG_METRIC_QUALITY], DenseGap(expected->game, pi, mu, 0, expected->horizon), 1e-9,
                   "quality");
  TestAssertNumber(value[MFG_METRIC_MU_PI_DELTA], DenseDistance(S, mu, m), 1e-11, "mu-pi delta");
  TestAssertNumber(value[MFG_METRIC_POPULATION_RESIDUAL], DenseDistance(S, m, next), 1e-11, "residual");
  CHECK(MfgSolverGetPopulation(solver, &population));
  TestAssertNear(population, S, m, 1e-11, "the population");
  assert_true(value[MFG_METRIC_POPULATION_SETTLED] ==
              (expected->pushes ? 0 : (PetscReal)(value[MFG_METRIC_POPULATION_RESIDUAL] <= 1e-14)));
  CHECK(PetscFree(chain));
  CHECK(PetscFree(next));
  CHECK(PetscFree(m));
  CHECK(PetscFree(pi));
  CHECK(PetscFree(mu));
  expected->rows++;
  PetscFunctionReturn(0);
}

static void CompareRun(Expected expected, const char *const settings[])
{
  PetscInt S;
  Vec      mu, pi;

  expected.game =
      TestGame("four_rooms", "size", "7", "initial", "concentrated", "initial.cell", "[0, 1]", NULL);
  for (int krylov = 0; krylov < 2; krylov++) {
    MfgModel  model = TestModel(expected.game, "direct_below", krylov ? "0" : "2000", "tolerance", "1e-13",
                                "best_response_tolerance", "1e-11", "population_tolerance", "1e-14", NULL);
    MfgSolver solver = Solver(model, settings);

    CHECK(MfgSolverGetIterate(solver, &mu, &pi));
    expected.start = TestGather(mu, &S);
    expected.rows = 0;
    CHECK(MfgSolverAddMonitor(solver, CompareRow, &expected));
    CHECK(MfgSolverSolve(solver));
    TestAssertSound(model);
    assert_int_equal(expected.rows, ROUNDS + 1);
    CHECK(PetscFree(expected.start));
    CHECK(MfgSolverDestroy(&solver));
    CHECK(MfgModelDestroy(&model));
  }
  CHECK(MfgGameDestroy(&expected.game));
}

static void Pushes(void **state)
{
  const char *const current[] = {"population", "pushes", "population.pushes", "7", NULL};
  const char *const initial[] = {"population.type", "pushes", "population.pushes", "7", "population.start",
                                 "initial",         NULL};

  (void)state;
  CompareRun((Expected){.pushes = PUSHES}, current);
  CompareRun((Expected){.pushes = PUSHES, .from_start = PETSC_TRUE}, initial);
}

static void Horizon(void **state)
{
  const char *const induced[] = {"horizon", "12", NULL};
  const char *const both[] = {"horizon", "12", "population", "pushes", "population.pushes", "7", NULL};

  (void)state;
  CompareRun((Expected){.horizon = HORIZON}, induced);
  CompareRun((Expected){.horizon = HORIZON, .pushes = PUSHES}, both);
}

/* The exploitability at μ is that of the chain with μ held, whatever the population of the others is. */
static void AtMu(void **state)
{
  const char *const alone[] = {"which", "[exploitability_at_mu]", NULL};
  const char *const beside[] = {
      "which", "[exploitability, exploitability_at_mu]", "population", "pushes", "population.pushes", "1",
      NULL};
  const char *const        same[] = {"which", "[exploitability, exploitability_at_mu]", NULL};
  const char *const *const settings[] = {alone, beside, same};
  MfgGame                  game =
      TestGame("four_rooms", "size", "7", "initial", "concentrated", "initial.cell", "[0, 1]", NULL);
  TestRows  rows;
  PetscReal first = 0;

  (void)state;
  for (int i = 0; i < 3; i++) {
    MfgModel  model = TestModel(game, NULL);
    MfgSolver solver = Solver(model, settings[i]);
    PetscReal at_mu;

    assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
    at_mu = rows.row[ROUNDS].value[MFG_METRIC_EXPLOITABILITY_AT_MU];
    if (i == 0) first = at_mu;
    TestAssertNumber(at_mu, first, 1e-9, "exploitability at μ");
    if (i == 1) assert_true(fabs(rows.row[ROUNDS].value[MFG_METRIC_EXPLOITABILITY] - at_mu) > 1e-3);
    CHECK(MfgSolverDestroy(&solver));
    CHECK(MfgModelDestroy(&model));
  }
  CHECK(MfgGameDestroy(&game));
}

/* The number of pushes without pushes. */
static void IdlePushes(void **state)
{
  TestComplaints collected;
  MfgParameters  metrics;
  MfgSolver      solver;

  (void)state;
  TestComplaintsInit(&collected);
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_trpo", NULL));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  CHECK(MfgParametersSet(metrics, "population.pushes", "7", NULL));
  CHECK(MfgSolverCheck(solver, &collected.complaints));
  TestAssertComplaint(&collected, "population.pushes", "pushes");
  CHECK(MfgSolverDestroy(&solver));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Pushes), cmocka_unit_test(Horizon),
                                          cmocka_unit_test(AtMu), cmocka_unit_test(IdlePushes)};

TEST_MAIN("metric variants", tests)
