/*
  Games from tables: four_rooms, written state by state into a file, is solved as the built-in game is; and
  the reward of a table with a crowd term and an interaction is
    r(s,a,μ) = r_0(s,a) - κ log max(μ(s), ε₀) + Σ_y W(s,y) μ(y).
*/
#include <math.h>
#include <stdlib.h>
#include "game_file.h"
#include "solving.h"
#include "testing.h"

/* The built-in game with μ = 1 everywhere, where the logarithm is zero, gives r_0. */
static TestGameFile TableOf(MfgGame game, PetscReal crowd_aversion)
{
  TestGameFile file = {.crowd_aversion = crowd_aversion};
  PetscInt     S, A, most, n = 0;
  PetscReal   *ones;
  MfgMeanField mu = {.begin = 0};

  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(MfgGameGetMaxSuccessors(game, &most));
  file.states = S;
  file.actions = A;
  file.rows = (hsize_t)S;
  file.columns = (hsize_t)A;
  file.start = calloc((size_t)(S * A + 1), sizeof(*file.start));
  file.next = calloc((size_t)(S * A * most), sizeof(*file.next));
  file.probability = calloc((size_t)(S * A * most), sizeof(*file.probability));
  file.reward = calloc((size_t)(S * A), sizeof(*file.reward));
  ones = calloc((size_t)S, sizeof(*ones));
  for (PetscInt row = 0; row < S * A; row++) {
    PetscInt count, next[16];

    CHECK(MfgGameTransitions(game, row / A, row % A, NULL, &count, next, file.probability + n));
    for (PetscInt k = 0; k < count; k++) file.next[n + k] = next[k];
    n += count;
    file.start[row + 1] = n;
  }
  file.entries = (hsize_t)n;
  for (PetscInt s = 0; s < S; s++) ones[s] = 1;
  mu.end = S;
  mu.own = ones;
  CHECK(MfgGameRewards(game, &mu, file.reward));
  free(ones);
  return file;
}

static void FreeTable(TestGameFile *file)
{
  free(file->start);
  free(file->next);
  free(file->probability);
  free(file->reward);
}

static void Solve(MfgGame game, TestRows *rows, PetscReal **mu, PetscReal **pi)
{
  MfgModel  model = TestModel(game, NULL);
  MfgSolver solver =
      TestSolver(model, "[exploitability, regularised_exploitability, quality, regularised_quality]", "1",
                 "eta", "0.5", "outer_iterations", "30", NULL);
  Vec      mean_field, policy;
  PetscInt size;

  (void)TestSolve(solver, rows, NULL);
  CHECK(MfgSolverGetIterate(solver, &mean_field, &policy));
  *mu = TestGather(mean_field, &size);
  *pi = TestGather(policy, &size);
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void FourRoomsAsATable(void **state)
{
  static const MfgMetric metrics[] = {MFG_METRIC_EXPLOITABILITY, MFG_METRIC_REGULARISED_EXPLOITABILITY,
                                      MFG_METRIC_QUALITY, MFG_METRIC_REGULARISED_QUALITY};
  static TestRows        built_in_rows, table_rows;
  MfgGame                built_in =
      TestGame("four_rooms", "crowd_aversion", "0.7", "initial", "concentrated", "initial.state", "3", NULL);
  TestGameFile file = TableOf(built_in, 0.7);
  const char  *path = TestWriteGame(&file);
  PetscReal   *mu[2], *pi[2];

  (void)state;
  Solve(built_in, &built_in_rows, &mu[0], &pi[0]);
  Solve(TestGame("tabular", "path", path, "initial", "concentrated", "initial.state", "3", NULL), &table_rows,
        &mu[1], &pi[1]);
  assert_int_equal(table_rows.count, 31);
  for (PetscInt i = 1; i < 31; i++) /* row 0 has no regularised quality */
    for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++)
      TestAssertNumber(table_rows.row[i].value[metrics[m]], built_in_rows.row[i].value[metrics[m]], 1e-10,
                       "a metric");
  for (PetscInt s = 0; s < file.states; s++) TestAssertNumber(mu[1][s], mu[0][s], 1e-12, "the mean field");
  for (PetscInt i = 0; i < file.states * file.actions; i++)
    TestAssertNumber(pi[1][i], pi[0][i], 1e-10, "the policy");
  for (int i = 0; i < 2; i++) {
    CHECK(PetscFree(mu[i]));
    CHECK(PetscFree(pi[i]));
  }
  FreeTable(&file);
}

/* Without values to come, q(s,a) is r(s,a,μ). */
static void RewardsWithInteraction(void **state)
{
  enum { S = TEST_SMALL_STATES, A = TEST_SMALL_ACTIONS };
  const double         mu[S] = {.1, .3, .6};
  const TestSmallGame *small = TestMakeSmallGame();
  const double         w_mu[S] = {-.1 + 1.2, 0, .9 - .3}, floored[S] = {.25, .3, .6}; /* by hand */
  MfgGame              game = TestGame("tabular", "path", TestWriteGame(&small->file), NULL);
  MfgModel             model = TestModel(game, NULL);
  Vec                  mean_field = TestStateVec(model, 0), J = TestStateVec(model, 0), q;
  PetscInt             begin, end;
  double               expected[S * A];

  (void)state;
  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  for (PetscInt s = begin; s < end; s++) CHECK(VecSetValue(mean_field, s, mu[s], INSERT_VALUES));
  CHECK(VecAssemblyBegin(mean_field));
  CHECK(VecAssemblyEnd(mean_field));
  CHECK(MfgModelCreateStateActionVec(model, &q));
  CHECK(MfgModelSetMeanField(model, mean_field));
  CHECK(MfgModelBackup(model, J, q));
  for (int i = 0; i < S * A; i++) expected[i] = small->reward[i] - 0.5 * log(floored[i / A]) + w_mu[i / A];
  TestAssertNear(q, S * A, expected, 1e-15, "the reward");
  CHECK(VecDestroy(&q));
  CHECK(VecDestroy(&J));
  CHECK(VecDestroy(&mean_field));
  TestDestroy(&model, &game);
}

static void Coupling(void **state)
{
  MfgGame        game = TestGame("tabular", "path", TestWriteGame(&TestMakeSmallGame()->file), NULL);
  TestSmallGame *small = TestMakeSmallGame();
  MfgCoupling    transitions, rewards;

  (void)state;
  CHECK(MfgGameGetCoupling(game, &transitions, &rewards));
  assert_true(transitions == MFG_COUPLING_NONE && rewards == MFG_COUPLING_GLOBAL);
  CHECK(MfgGameDestroy(&game));
  small->file.w_entries = 0;
  game = TestGame("tabular", "path", TestWriteGame(&small->file), NULL);
  CHECK(MfgGameGetCoupling(game, &transitions, &rewards));
  assert_true(transitions == MFG_COUPLING_NONE && rewards == MFG_COUPLING_NONE);
  CHECK(MfgGameDestroy(&game));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(FourRoomsAsATable, TestMakeFolder, NULL),
    cmocka_unit_test(RewardsWithInteraction),
    cmocka_unit_test_setup_teardown(Coupling, NULL, TestRemoveFolder)};

TEST_MAIN("tabular", tests)
