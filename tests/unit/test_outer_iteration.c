/*
  The outer iteration of MF-TRPO: μ_{p+1} = μ_p + β_p (μ_p (P^{π_{p+1}})^M - μ_p), so that

    ‖μ_{p+1} - μ_p‖_1 = β_p ‖push_M(μ_p) - μ_p‖_1,   β_p = β, β/(p+1) or β/(p+1)^κ;

  and what holds for every row: laws and policies sum to one, quality-type metrics are at least
  -(Bellman residual + evaluation residual)/(1-γ).
*/
#include <math.h>
#include <stdlib.h>
#include "dense.h"
#include "solving.h"
#include "testing.h"

enum { ROUNDS = 8, STEPS = 4 };

/* What the monitor compares each row with. */
typedef struct {
  MfgGame    game;
  PetscReal  beta, power; /* β_p = beta / (p+1)^power */
  PetscReal *mu;          /* of the row before */
  PetscInt   rows;
} Schedule;

static PetscErrorCode CompareDelta(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  Schedule  *schedule = (Schedule *)context;
  const int  p = (int)row->value[MFG_METRIC_ITERATION] - 1;
  PetscInt   S, size;
  PetscReal *mu, *policy, *chain, *pushed;
  Vec        mu_now, pi_now;

  PetscFunctionBeginUser;
  CHECK(MfgSolverGetIterate(solver, &mu_now, &pi_now));
  mu = TestGather(mu_now, &S);
  if (schedule->mu) {
    const PetscReal beta = schedule->beta / pow(p + 1, schedule->power);

    policy = TestGather(pi_now, &size);
    chain = DensePolicyMatrix(schedule->game, policy);
    pushed = TestGather(mu_now, &S);
    for (PetscInt s = 0; s < S; s++) pushed[s] = schedule->mu[s];
    DensePush(S, chain, STEPS, pushed);
    TestAssertNumber(row->value[MFG_METRIC_MEAN_FIELD_DELTA], beta * DenseDistance(S, pushed, schedule->mu),
                     1e-13, "the mean-field delta");
    for (PetscInt s = 0; s < S; s++)
      TestAssertNumber(mu[s], (1 - beta) * schedule->mu[s] + beta * pushed[s], 1e-14, "the mean field");
    CHECK(PetscFree(pushed));
    CHECK(PetscFree(chain));
    CHECK(PetscFree(policy));
  }
  CHECK(PetscFree(schedule->mu));
  schedule->mu = mu;
  schedule->rows++;
  PetscFunctionReturn(0);
}

/* `keys`: schedule and, for polynomial, power; NULL for the shorthand `beta: value`. */
static void CompareSchedule(const char *name, const char *beta, const char *power, PetscReal exponent)
{
  MfgGame   game = TestGame("crowd_grid", "size", "4", "initial", "concentrated", "initial.state", "3", NULL);
  MfgModel  model = TestModel(game, NULL);
  Schedule  schedule = {.game = game, .beta = atof(beta), .power = exponent};
  MfgSolver solver;

  if (power)
    solver = TestSolver(model, "[mean_field_delta]", "1", "population_steps", "4", "outer_iterations", "8",
                        "beta.value", beta, "beta.schedule", name, "beta.power", power, NULL);
  else if (name)
    solver = TestSolver(model, "[mean_field_delta]", "1", "population_steps", "4", "outer_iterations", "8",
                        "beta.value", beta, "beta.schedule", name, NULL);
  else
    solver = TestSolver(model, "[mean_field_delta]", "1", "population_steps", "4", "outer_iterations", "8",
                        "beta", beta, NULL);
  CHECK(MfgSolverAddMonitor(solver, CompareDelta, &schedule));
  CHECK(MfgSolverSolve(solver));
  assert_int_equal(schedule.rows, ROUNDS + 1);
  CHECK(PetscFree(schedule.mu));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void Schedules(void **state)
{
  (void)state;
  CompareSchedule(NULL, "0.25", NULL, 0);
  CompareSchedule("constant", "0.1", NULL, 0);
  CompareSchedule("constant", "1", NULL, 0);
  CompareSchedule("harmonic", "1", NULL, 1);
  CompareSchedule("harmonic", "0.5", NULL, 1);
  CompareSchedule("polynomial", "0.8", NULL, 0.5);
  CompareSchedule("polynomial", "0.8", "0.75", 0.75);
}

/* Sums of μ and of the rows of π, and signs. */
static PetscErrorCode CheckLaws(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  PetscInt  *rows = (PetscInt *)context, S, size;
  PetscReal *mu, *pi, sum = 0;
  Vec        mu_now, pi_now;

  PetscFunctionBeginUser;
  (void)row;
  CHECK(MfgSolverGetIterate(solver, &mu_now, &pi_now));
  mu = TestGather(mu_now, &S);
  pi = TestGather(pi_now, &size);
  for (PetscInt s = 0; s < S; s++) {
    PetscReal total = 0;

    assert_true(mu[s] >= 0);
    sum += mu[s];
    for (PetscInt a = 0; a < size / S; a++) {
      assert_true(pi[s * (size / S) + a] >= 0);
      total += pi[s * (size / S) + a];
    }
    TestAssertNumber(total, 1, 1e-14, "the sum of a row of the policy");
  }
  TestAssertNumber(sum, 1, 1e-13, "the sum of the mean field");
  CHECK(PetscFree(pi));
  CHECK(PetscFree(mu));
  (*rows)++;
  PetscFunctionReturn(0);
}

static const MfgMetric gaps[] = {MFG_METRIC_EXPLOITABILITY, MFG_METRIC_REGULARISED_EXPLOITABILITY,
                                 MFG_METRIC_EXPLOITABILITY_AT_MU, MFG_METRIC_QUALITY,
                                 MFG_METRIC_REGULARISED_QUALITY};
enum { GAPS = sizeof(gaps) / sizeof(gaps[0]) };
static const char *const all_gaps = "[exploitability, regularised_exploitability, exploitability_at_mu, "
                                    "quality, regularised_quality]";

/* Metrics that are gaps are not negative, but for what the solves leave. `reward_norm`: at least ‖r‖₂. */
static void AssertGaps(const MfgMetricsRow *row, PetscReal reward_norm)
{
  const PetscReal residuals = row->value[MFG_METRIC_BEST_RESPONSE_RESIDUAL] +
                              row->value[MFG_METRIC_EVALUATION_RESIDUAL] * reward_norm;

  assert_true(isfinite(residuals));
  for (int i = 0; i < GAPS; i++) {
    const PetscReal gap = row->value[gaps[i]];
    const PetscBool known = row->value[MFG_METRIC_ITERATION] > 0 || gaps[i] != MFG_METRIC_REGULARISED_QUALITY;

    if (known) assert_false(isnan(gap));
    if (!isnan(gap)) assert_true(gap >= -residuals / (1 - 0.9) - 1e-12);
  }
}

static void CheckRun(const char *direct_below, const char *tolerance, const char *bellman, const char *eta)
{
  MfgGame   game = TestGame("four_rooms", "initial", "concentrated", "initial.cell", "[0, 0]", NULL);
  MfgModel  model = TestModel(game, "direct_below", direct_below, "tolerance", tolerance,
                              "best_response_tolerance", bellman, NULL);
  MfgSolver solver =
      TestSolver(model, all_gaps, "1", "outer_iterations", "30", "beta", "0.3", "eta", eta, NULL);
  TestRows    rows;
  PetscInt    checked = 0;
  const char *text;

  CHECK(MfgSolverAddMonitor(solver, CheckLaws, &checked));
  if (TestSolve(solver, &rows, &text) != MFG_STOPPED_ITERATION_LIMIT) fail_msg("the run ended: %s", text);
  assert_int_equal(checked, 31);
  assert_int_equal(rows.count, 31);
  /* the rewards of 104 states are at most 12 log 10 + 0.2 */
  for (PetscInt i = 0; i < rows.count; i++) AssertGaps(&rows.row[i], 28 * sqrt(104));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void RunDirect(void **state)
{
  (void)state;
  CheckRun("3000", "1e-10", "1e-9", "0.5");
  CheckRun("3000", "1e-10", "1e-9", "0.05");
}

static void RunKrylov(void **state)
{
  (void)state;
  CheckRun("0", "1e-10", "1e-9", "0.5");
  CheckRun("0", "1e-10", "1e-9", "0.05");
  CheckRun("0", "1e-6", "1e-4", "0.05"); /* loose: below zero at times, but not further than it says */
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Schedules), cmocka_unit_test(RunDirect),
                                          cmocka_unit_test(RunKrylov)};

TEST_MAIN("outer iteration", tests)
