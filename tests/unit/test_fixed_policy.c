/*
  fixed_policy: one row, at the policy and the mean field of a file, against values computed independently:
  the reference values of tests/data, and those of published policies in tests/data/benchmark, at the induced
  population and after 50 pushes.
*/
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "complaints.h"
#include "reference.h"
#include "solving.h"
#include "testing.h"

enum { MOST_KEYS = 4 };

/* A file of reference values, its game, and how well its exploitability at the induced population is known.
 */
typedef struct {
  const char *name, *game, *keys[MOST_KEYS][2];
  PetscReal   tolerance;
} Published;

#define BENCHMARK_ROOMS                                                                                      \
  "four_rooms",                                                                                              \
  {                                                                                                          \
    {"noise.additive", "[.2, .2, .2, .2, .2]"}, {"stay_reward", "0"},                                        \
    {                                                                                                        \
      "move_reward", "0"                                                                                     \
    }                                                                                                        \
  }

static const Published published[] = {
    {"benchmark/four_rooms_DampedFP_fictitious_play.json", BENCHMARK_ROOMS, 1e-7},
    {"benchmark/four_rooms_OMD.json", BENCHMARK_ROOMS, 1e-7},
    {"benchmark/four_rooms_PI_boltzmann_policy_iteration.json", BENCHMARK_ROOMS, 1e-6},
    {"benchmark/lasry_lions_chain_DampedFP_fictitious_play.json", "lasry_lions_chain", {{NULL}}, 1e-7},
    {"benchmark/lasry_lions_chain_OMD.json", "lasry_lions_chain", {{NULL}}, 1e-7},
    {"benchmark/lasry_lions_chain_PI_boltzmann_policy_iteration.json", "lasry_lions_chain", {{NULL}}, 1e-6},
    {"benchmark/rock_paper_scissors_DampedFP_fictitious_play.json", "rock_paper_scissors", {{NULL}}, 1e-3},
    {"benchmark/rock_paper_scissors_OMD.json", "rock_paper_scissors", {{NULL}}, 1e-7},
    {"benchmark/rock_paper_scissors_PI_boltzmann_policy_iteration.json",
     "rock_paper_scissors",
     {{NULL}},
     1e-7}};

static char path[PETSC_MAX_PATH_LEN];

static int MakePath(void **state)
{
  const char *root = getenv("TMPDIR");
  PetscMPIInt rank;
  int         file = 0;

  (void)state;
  snprintf(path, sizeof(path), "%s/throng-policy-XXXXXX", root ? root : "/tmp");
  if (MPI_Comm_rank(PETSC_COMM_WORLD, &rank)) return 1;
  if (rank == 0) file = mkstemp(path);
  if (rank == 0 && file >= 0) close(file);
  return file < 0 || MPI_Bcast(path, sizeof(path), MPI_CHAR, 0, PETSC_COMM_WORLD);
}

static int RemovePath(void **state)
{
  PetscMPIInt rank;

  (void)state;
  if (MPI_Barrier(PETSC_COMM_WORLD) || MPI_Comm_rank(PETSC_COMM_WORLD, &rank)) return 1;
  return rank == 0 ? unlink(path) : 0;
}

static MfgGame Game(const Published *from)
{
  MfgGame game;

  CHECK(MfgGameCreate(&game));
  CHECK(MfgGameSetType(game, from->game, NULL));
  for (int i = 0; i < MOST_KEYS && from->keys[i][0]; i++)
    CHECK(MfgGameSetParameter(game, from->keys[i][0], from->keys[i][1]));
  CHECK(MfgGameSetParameter(game, "initial", "file"));
  CHECK(MfgGameSetParameter(game, "initial.path", path));
  CHECK(MfgGameSetUp(game));
  return game;
}

static void WriteFile(MfgModel model, Vec mu, Vec pi)
{
  MfgFieldsFile file;

  CHECK(MfgFieldsCreate(model, path, &file));
  CHECK(MfgFieldsWrite(file, "mean_field", mu));
  CHECK(MfgFieldsWrite(file, "policy", pi));
  CHECK(MfgFieldsClose(&file));
}

/* The entries of this rank from those of all. */
static void Fill(Vec x, Reference reference, const char *name)
{
  PetscInt     begin, end, size, count;
  PetscReal   *all = ReferenceArray(reference, name, &count);
  PetscScalar *own;

  CHECK(VecGetSize(x, &size));
  assert_int_equal(size, count);
  CHECK(VecGetOwnershipRange(x, &begin, &end));
  CHECK(VecGetArrayWrite(x, &own));
  for (PetscInt i = begin; i < end; i++) own[i - begin] = all[i];
  CHECK(VecRestoreArrayWrite(x, &own));
  CHECK(PetscFree(all));
}

/*
  The one row of the policy in the file, at the population that it induces (pushes NULL) or after pushes; eta:
  NULL, or the temperature of regularised metrics.
*/
static MfgMetricsRow Evaluate(MfgModel model, const char *which, const char *pushes, const char *eta)
{
  MfgSolver     solver;
  MfgParameters metrics;
  TestRows      rows;
  const char   *text;
  PetscInt      limit;

  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "fixed_policy", NULL));
  CHECK(MfgSolverSetParameter(solver, "initial_policy", "file"));
  CHECK(MfgSolverSetParameter(solver, "initial_policy.path", path));
  if (eta) CHECK(MfgSolverSetParameter(solver, "eta", eta));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  if (which) CHECK(MfgParametersSet(metrics, "which", which, NULL));
  if (pushes) CHECK(MfgParametersSet(metrics, "population", "pushes", NULL));
  if (pushes) CHECK(MfgParametersSet(metrics, "population.pushes", pushes, NULL));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, NULL));
  assert_int_equal(TestSolve(solver, &rows, &text), MFG_STOPPED_EVALUATED);
  assert_non_null(strstr(text, "evaluated the given policy"));
  assert_int_equal(rows.count, 1);
  assert_true(rows.row[0].value[MFG_METRIC_ITERATION] == 0);
  CHECK(MfgSolverGetIterationLimit(solver, &limit));
  assert_int_equal(limit, 0);
  CHECK(MfgSolverDestroy(&solver));
  return rows.row[0];
}

static void CompareReference(const char *name, const Published *from)
{
  Reference     reference = ReferenceOpen(name);
  MfgGame       game = Game(from);
  MfgModel      model = TestModel(game, NULL);
  Vec           mu = TestReferenceMeanField(model), pi = TestReferencePolicy(model);
  PetscInt      S;
  PetscReal    *law, *start, distance = 0;
  MfgMetricsRow row;

  WriteFile(model, mu, pi);
  row = Evaluate(model, NULL, NULL, NULL);
  TestAssertNumber(row.value[MFG_METRIC_EXPLOITABILITY], ReferenceNumber(reference, "exploitability"), 1e-9,
                   "exploitability");
  TestAssertNumber(row.value[MFG_METRIC_QUALITY], ReferenceNumber(reference, "quality"), 1e-9, "quality");
  law = ReferenceArray(reference, "induced_mean_field", &S);
  start = TestGather(mu, &S);
  for (PetscInt s = 0; s < S; s++) distance += fabs(law[s] - start[s]);
  TestAssertNumber(row.value[MFG_METRIC_MU_PI_DELTA], distance, 1e-9, "the distance to the induced law");
  assert_true(isnan(row.value[MFG_METRIC_MEAN_FIELD_DELTA])); /* there is nothing before */
  assert_true(isnan(row.value[MFG_METRIC_REGULARISED_EXPLOITABILITY]));
  row = Evaluate(model, NULL, NULL, "0.1");
  TestAssertNumber(row.value[MFG_METRIC_REGULARISED_EXPLOITABILITY],
                   ReferenceNumber(reference, "regularised_exploitability"), 1e-9,
                   "regularised exploitability");
  CHECK(PetscFree(start));
  CHECK(PetscFree(law));
  CHECK(VecDestroy(&pi));
  CHECK(VecDestroy(&mu));
  TestDestroy(&model, &game);
  ReferenceClose(&reference);
}

static void ReferenceValues(void **state)
{
  static const Published rooms = {NULL, "four_rooms", {{NULL}}, 0}, benchmark = {NULL, BENCHMARK_ROOMS, 0};

  (void)state;
  CompareReference("four_rooms_11.json", &rooms);
  CompareReference("four_rooms_11_benchmark.json", &benchmark);
}

/* Relative, but for what best responses leave. The smallest published exploitability is 3e-7. */
static void AssertRelative(const MfgMetricsRow *row, Reference reference, const char *name,
                           PetscReal tolerance)
{
  const PetscReal x = row->value[MFG_METRIC_EXPLOITABILITY], y = ReferenceNumber(reference, name);

  if (!(fabs(x - y) <= tolerance * fabs(y) + 1e-11))
    fail_msg("%s is %.17g; expected %.17g", name, (double)x, (double)y);
}

static void PublishedPolicies(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
    Reference     reference = ReferenceOpen(published[i].name);
    MfgGame       game = Game(&published[i]);
    MfgModel      model = TestModel(game, NULL);
    Vec           mu = TestStateVec(model, 0), pi;
    MfgMetricsRow row;

    CHECK(MfgModelCreateStateActionVec(model, &pi));
    Fill(mu, reference, "mean_field");
    Fill(pi, reference, "policy");
    WriteFile(model, mu, pi);
    row = Evaluate(model, "[exploitability]", NULL, NULL);
    AssertRelative(&row, reference, "exploitability", published[i].tolerance);
    row = Evaluate(model, "[exploitability]", "50", NULL);
    AssertRelative(&row, reference, "exploitability_50_pushes", 1e-9);
    CHECK(VecDestroy(&pi));
    CHECK(VecDestroy(&mu));
    TestDestroy(&model, &game);
    ReferenceClose(&reference);
  }
}

/* What only solvers that iterate have is unknown here, and the policy is checked as everywhere. */
static void BadInput(void **state)
{
  static const char *const unknown[] = {"outer_iterations", "stop.exploitability", "population_steps"};
  MfgSolver                solver;
  MfgParameters            parameters;
  TestComplaints           collected;

  (void)state;
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "fixed_policy", NULL));
  CHECK(MfgSolverGetParameters(solver, &parameters));
  for (int i = 0; i < 3; i++) {
    TestComplaintsInit(&collected);
    CHECK(MfgParametersSet(parameters, unknown[i], "1", &collected.complaints));
    TestAssertComplaint(&collected, unknown[i], "unknown key");
  }
  TestComplaintsInit(&collected);
  CHECK(MfgParametersSet(parameters, "initial_policy", "file", &collected.complaints));
  CHECK(MfgSolverCheck(solver, &collected.complaints));
  TestAssertComplaint(&collected, "initial_policy", "needs initial_policy.path");
  CHECK(MfgSolverDestroy(&solver));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(ReferenceValues, MakePath, RemovePath),
    cmocka_unit_test_setup_teardown(PublishedPolicies, MakePath, RemovePath), cmocka_unit_test(BadInput)};

TEST_MAIN("a policy that is given", tests)
