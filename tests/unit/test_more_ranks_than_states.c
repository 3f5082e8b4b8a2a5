/*
  crowd_grid of size 2 has 4 states: on 5 ranks one rank has none. A whole run of MF-TRPO with every metric,
  against the same recursion computed densely on each rank,

    J_k = (I - γP^{π_k})^{-1} r_η^{π_k};  ℓ_{k+1} = (k+1)/(k+2) ℓ_k + q_k/(η (k+2)), ℓ = log π;
    μ_{p+1} = μ_p + β_p (μ_p (P^{π_{p+1}})^M - μ_p),

  with direct and with Krylov solves.
*/
#include <math.h>
#include "dense.h"
#include "solving.h"
#include "testing.h"

enum { S = 4, A = 5, K = 5, M = 3, P = 6 };
static const PetscReal eta = 0.3, beta = 0.5;

static MfgGame SmallGame(void)
{
  return TestGame("crowd_grid", "size", "2", "point_of_interest.cell", "[1, 0]", "point_of_interest.bonus",
                  "0.7", "noise.slip", "0.3", "initial", "concentrated", "initial.cell", "[0, 1]",
                  "initial.weight", "0.6", NULL);
}

/* π_p and μ_p, and μ_{p-1} and π_{p-1} */
typedef struct {
  PetscReal pi[S * A], previous_pi[S * A], mu[S], previous_mu[S];
} Iterate;

static void InnerStep(MfgGame game, int k, Iterate *x)
{
  PetscReal *J = DenseValue(game, x->pi, x->mu, eta), *q = DenseBackup(game, x->mu, J);

  for (int s = 0; s < S; s++) {
    PetscReal sum = 0;

    for (int a = 0; a < A; a++) {
      const int i = s * A + a;

      x->pi[i] = exp((k + 1.) / (k + 2.) * log(x->pi[i]) + q[i] / (eta * (k + 2.)));
      sum += x->pi[i];
    }
    for (int a = 0; a < A; a++) x->pi[s * A + a] /= sum;
  }
  CHECK(PetscFree(q));
  CHECK(PetscFree(J));
}

static void Step(MfgGame game, int p, Iterate *x)
{
  PetscReal *chain, pushed[S];

  for (int i = 0; i < S * A; i++) x->previous_pi[i] = x->pi[i];
  for (int s = 0; s < S; s++) x->previous_mu[s] = pushed[s] = x->mu[s];
  for (int k = 0; k < K; k++) InnerStep(game, k, x);
  chain = DensePolicyMatrix(game, x->pi);
  DensePush(S, chain, M, pushed);
  for (int s = 0; s < S; s++) x->mu[s] += beta / (p + 1) * (pushed[s] - x->mu[s]);
  CHECK(PetscFree(chain));
}

/* ⟨m, V* - J^π⟩ at m, soft for temperature > 0. */
static PetscReal Gap(MfgGame game, const PetscReal pi[], const PetscReal m[], PetscReal temperature)
{
  PetscReal      *V = DenseOptimal(game, m, temperature), *J = DenseValue(game, pi, m, temperature);
  const PetscReal gap = DenseDot(S, m, V) - DenseDot(S, m, J);

  CHECK(PetscFree(J));
  CHECK(PetscFree(V));
  return gap;
}

static void Expect(MfgGame game, int p, const Iterate *x, PetscReal expected[MFG_METRIC_COUNT])
{
  PetscReal *chain = DensePolicyMatrix(game, x->pi), *m = DenseStationaryLaw(S, chain), policy_delta = 0;

  for (int s = 0; s < S; s++)
    policy_delta = fmax(policy_delta, DenseDistance(A, &x->pi[s * A], &x->previous_pi[s * A]));
  for (int i = 0; i < MFG_METRIC_COUNT; i++) expected[i] = NAN;
  expected[MFG_METRIC_EXPLOITABILITY] = Gap(game, x->pi, m, 0);
  expected[MFG_METRIC_REGULARISED_EXPLOITABILITY] = Gap(game, x->pi, m, eta);
  expected[MFG_METRIC_EXPLOITABILITY_AT_MU] = expected[MFG_METRIC_EXPLOITABILITY];
  expected[MFG_METRIC_QUALITY] = Gap(game, x->pi, x->mu, 0);
  expected[MFG_METRIC_MU_PI_DELTA] = DenseDistance(S, x->mu, m);
  if (p > 0) {
    expected[MFG_METRIC_REGULARISED_QUALITY] = Gap(game, x->pi, x->previous_mu, eta);
    expected[MFG_METRIC_MEAN_FIELD_DELTA] = DenseDistance(S, x->mu, x->previous_mu);
    expected[MFG_METRIC_POLICY_DELTA] = policy_delta;
  }
  CHECK(PetscFree(m));
  CHECK(PetscFree(chain));
}

static void CompareRow(MfgGame game, int p, const Iterate *x, const MfgMetricsRow *row)
{
  PetscReal expected[MFG_METRIC_COUNT];

  Expect(game, p, x, expected);
  assert_true(row->value[MFG_METRIC_ITERATION] == p);
  for (int i = MFG_METRIC_EXPLOITABILITY; i <= MFG_METRIC_POLICY_DELTA; i++) {
    if (isnan(expected[i]))
      assert_true(isnan(row->value[i]));
    else
      TestAssertNumber(row->value[i], expected[i], 1e-9, MfgMetricNames[i]);
  }
  assert_true(row->value[MFG_METRIC_POPULATION_RESIDUAL] <= 1e-12);
  assert_true(row->value[MFG_METRIC_EVALUATION_RESIDUAL] <= 1e-12);
  assert_true(row->value[MFG_METRIC_BEST_RESPONSE_RESIDUAL] <= 1e-11);
}

static void CompareSpectrum(MfgGame game, MfgSolver solver, const Iterate *x)
{
  PetscReal  *chain = DensePolicyMatrix(game, x->pi), *m = DenseStationaryLaw(S, chain);
  MfgSpectrum spectrum;
  PetscBool   computed;

  CHECK(MfgSolverGetSpectrum(solver, &computed, &spectrum));
  assert_true(computed);
  assert_int_equal(spectrum.classes, 1);
  assert_int_equal(spectrum.period, 1);
  assert_int_equal(spectrum.eigenvalues, S);
  TestAssertNumber(spectrum.gap, 1 - DenseSecondEigenvalue(S, chain, m), 1e-9, "the spectral gap");
  CHECK(PetscFree(m));
  CHECK(PetscFree(chain));
}

static void CompareRun(const char *direct_below)
{
  MfgGame   game = SmallGame();
  MfgModel  model = TestModel(game, "direct_below", direct_below, "tolerance", "1e-13",
                              "best_response_tolerance", "1e-11", NULL);
  MfgSolver solver =
      TestSolver(model,
                 "[exploitability, regularised_exploitability, exploitability_at_mu, quality, "
                 "regularised_quality, mean_field_delta, mu_pi_delta, policy_delta, spectrum]",
                 "1", "eta", "0.3", "beta", "0.5", "beta.schedule", "harmonic", "inner_iterations", "5",
                 "population_steps", "3", "outer_iterations", "6", NULL);
  Iterate  x;
  TestRows rows;
  Vec      mu, pi;

  for (int i = 0; i < S * A; i++) x.pi[i] = 1. / A;
  for (int s = 0; s < S; s++) x.mu[s] = 0.4 / S + (s == 1 ? 0.6 : 0);
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  assert_int_equal(rows.count, P + 1);
  for (int p = 0; p <= P; p++) {
    if (p > 0) Step(game, p - 1, &x);
    CompareRow(game, p, &x, &rows.row[p]);
  }
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  TestAssertNear(mu, S, x.mu, 1e-11, "the last mean field");
  TestAssertNear(pi, S * A, x.pi, 1e-11, "the last policy");
  CompareSpectrum(game, solver, &x);
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void Direct(void **state)
{
  (void)state;
  CompareRun("3000");
}

static void Krylov(void **state)
{
  (void)state;
  CompareRun("0");
}

/* The ranges of states are contiguous and complete, whoever has none. */
static void Ranges(void **state)
{
  MfgGame  game = SmallGame();
  MfgModel model = TestModel(game, NULL);
  PetscInt begin, end, before = 0, count, all;

  (void)state;
  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  count = end - begin;
  assert_true(count >= 0);
  assert_int_equal(MPI_Scan(&count, &before, 1, MPIU_INT, MPI_SUM, PETSC_COMM_WORLD), MPI_SUCCESS);
  assert_int_equal(before, end);
  assert_int_equal(MPI_Allreduce(&count, &all, 1, MPIU_INT, MPI_SUM, PETSC_COMM_WORLD), MPI_SUCCESS);
  assert_int_equal(all, S);
  TestDestroy(&model, &game);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Ranges), cmocka_unit_test(Direct),
                                          cmocka_unit_test(Krylov)};

TEST_MAIN("more ranks than states", tests)
