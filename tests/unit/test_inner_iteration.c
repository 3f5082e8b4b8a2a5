/*
  The inner iteration of MF-TRPO at a mean field that is held, four_rooms 11 and the reference mean field:

    π_{k+1}(a|s) ∝ π_k(a|s) exp((q_k(s,a) - η log π_k(a|s)) / (η (k+2))) → exp((q*(s,a) - V*_η(s))/η),

  and the regularised quality ⟨μ, V*_η - J_η^{π_K}⟩ falls with a log-log slope of at most -1.5 over K = 10 ..
  1000 (the slides bound it by C log K / K).
*/
#include <math.h>
#include <stdlib.h>
#include "dense.h"
#include "solving.h"
#include "testing.h"

static const int inner[] = {10, 20, 50, 100, 200, 500, 1000};
enum { RUNS = sizeof(inner) / sizeof(inner[0]) };

typedef struct {
  PetscReal quality;
  PetscReal distance; /* max_{s,a} |π_K - π*| */
} Outcome;

/* exp((q* - V*_η)/η), dense. */
static PetscReal *SoftOptimalPolicy(MfgGame game, const PetscReal mu[], PetscReal eta)
{
  PetscReal *V = DenseOptimal(game, mu, eta), *pi = DenseBackup(game, mu, V);
  PetscInt   S, A;

  CHECK(MfgGameGetSizes(game, &S, &A));
  for (PetscInt i = 0; i < S * A; i++) pi[i] = exp((pi[i] - V[i / A]) / eta);
  CHECK(PetscFree(V));
  return pi;
}

/* One outer iteration with K inner ones from the reference mean field. */
static Outcome Run(MfgModel model, const char *eta, int K, const PetscReal optimal[])
{
  Vec        reference = TestReferenceMeanField(model), mu, pi;
  Outcome    outcome = {0, 0};
  TestRows   rows;
  char       text[16];
  MfgSolver  solver;
  PetscInt   n;
  PetscReal *policy;

  snprintf(text, sizeof(text), "%d", K);
  solver = TestSolver(model, "[regularised_quality]", "1", "eta", eta, "outer_iterations", "1",
                      "inner_iterations", text, NULL);
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  CHECK(VecCopy(reference, mu));
  assert_int_equal(TestSolve(solver, &rows, NULL), MFG_STOPPED_ITERATION_LIMIT);
  outcome.quality = rows.row[1].value[MFG_METRIC_REGULARISED_QUALITY];
  policy = TestGather(pi, &n);
  for (PetscInt i = 0; i < n; i++) outcome.distance = fmax(outcome.distance, fabs(policy[i] - optimal[i]));
  CHECK(PetscFree(policy));
  CHECK(MfgSolverDestroy(&solver));
  CHECK(VecDestroy(&reference));
  return outcome;
}

/* Least squares of log y over log x. */
static PetscReal Slope(int n, const PetscReal x[], const PetscReal y[])
{
  PetscReal mean_x = 0, mean_y = 0, over = 0, under = 0;

  for (int i = 0; i < n; i++) {
    mean_x += log(x[i]) / n;
    mean_y += log(y[i]) / n;
  }
  for (int i = 0; i < n; i++) {
    over += (log(x[i]) - mean_x) * (log(y[i]) - mean_y);
    under += (log(x[i]) - mean_x) * (log(x[i]) - mean_x);
  }
  return over / under;
}

static void CheckConvergence(const char *eta)
{
  MfgGame    game = TestGame("four_rooms", NULL);
  MfgModel   model = TestModel(game, "tolerance", "1e-13", "best_response_tolerance", "1e-12", NULL);
  Vec        reference = TestReferenceMeanField(model);
  PetscInt   S;
  PetscReal *mu = TestGather(reference, &S), *optimal = SoftOptimalPolicy(game, mu, atof(eta));
  PetscReal  K[RUNS], quality[RUNS], distance[RUNS];
  int        used = 0;

  for (int i = 0; i < RUNS; i++) {
    const Outcome outcome = Run(model, eta, inner[i], optimal);

    CHECK(PetscPrintf(PETSC_COMM_WORLD, "eta %s, K %4d: regularised quality %.3e, distance %.3e\n", eta,
                      inner[i], (double)outcome.quality, (double)outcome.distance));
    assert_true(outcome.quality >= -1e-11);
    if (outcome.quality < 1e-11) break; /* rounding */
    K[used] = inner[i];
    quality[used] = outcome.quality;
    distance[used++] = outcome.distance;
  }
  CHECK(PetscPrintf(PETSC_COMM_WORLD, "log-log slopes: regularised quality %.3f, distance %.3f\n",
                    (double)Slope(used, K, quality), (double)Slope(used, K, distance)));
  assert_true(used >= 5);
  assert_true(Slope(used, K, quality) <= -1.5);
  assert_true(Slope(used, K, distance) <= -0.75); /* quality is of second order in it */
  assert_true(distance[used - 1] <= 0.02);
  CHECK(PetscFree(optimal));
  CHECK(PetscFree(mu));
  CHECK(VecDestroy(&reference));
  TestDestroy(&model, &game);
}

static void Convergence(void **state)
{
  (void)state;
  CheckConvergence("0.5");
}

static void ConvergenceAtLowTemperature(void **state)
{
  (void)state;
  CheckConvergence("0.1");
}

/* π* is a fixed point: q^{π*} - η log π* is the same for all actions of a state. */
static void FixedPoint(void **state)
{
  MfgGame      game = TestGame("four_rooms", NULL);
  MfgModel     model = TestModel(game, "tolerance", "1e-13", NULL);
  Vec          reference = TestReferenceMeanField(model), held = TestReferencePolicy(model), J, q;
  PetscInt     S, begin, end;
  PetscReal   *mu = TestGather(reference, &S), *optimal = SoftOptimalPolicy(game, mu, 0.5);
  PetscScalar *values;
  MfgSolve     solve;

  (void)state;
  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  CHECK(VecGetArray(held, &values));
  for (PetscInt i = 0; i < (end - begin) * 5; i++) values[i] = optimal[begin * 5 + i];
  CHECK(VecRestoreArray(held, &values));
  J = TestStateVec(model, 0);
  CHECK(VecDuplicate(held, &q));
  CHECK(MfgModelSetPolicy(model, held));
  CHECK(MfgModelSetMeanField(model, reference));
  CHECK(MfgModelEvaluate(model, 0.5, J, &solve));
  CHECK(MfgModelBackup(model, J, q));
  CHECK(VecGetArray(q, &values));
  for (PetscInt s = begin; s < end; s++) {
    const PetscScalar *row = &values[(s - begin) * 5];

    for (int a = 1; a < 5; a++)
      TestAssertNumber(PetscRealPart(row[a]) - 0.5 * log(optimal[s * 5 + a]),
                       PetscRealPart(row[0]) - 0.5 * log(optimal[s * 5]), 1e-9, "q - η log π*");
  }
  CHECK(VecRestoreArray(q, &values));
  CHECK(PetscFree(optimal));
  CHECK(PetscFree(mu));
  CHECK(VecDestroy(&q));
  CHECK(VecDestroy(&J));
  CHECK(VecDestroy(&held));
  CHECK(VecDestroy(&reference));
  TestDestroy(&model, &game);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Convergence),
                                          cmocka_unit_test(ConvergenceAtLowTemperature),
                                          cmocka_unit_test(FixedPoint)};

TEST_MAIN("inner iteration", tests)
