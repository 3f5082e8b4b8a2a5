/*
  What a launch is said to take: how ranks share runs, against schedules made by hand; and what runs cost,
  against results whose seconds are known.
*/
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "experiment/cost.h"
#include "experiment/packing.h"
#include "experiment/schedule.h"
#include "folder.h"
#include "testing.h"

enum { MOST = 16 };

typedef struct {
  PetscInt  ranks;
  PetscReal cost;
} Job;

/* Pack the jobs (ranks 0 ends the list). */
static MfgPacking Pack(const Job jobs[], PetscInt ranks)
{
  MfgPlannedRun runs[MOST] = {0};
  MfgPlan       plan = {.runs = runs};
  MfgPacking    packing;
  PetscInt      count, *order;

  for (; jobs[plan.count].ranks; plan.count++) {
    runs[plan.count].ranks = jobs[plan.count].ranks;
    runs[plan.count].cost = jobs[plan.count].cost;
    runs[plan.count].todo = PETSC_TRUE;
  }
  CHECK(MfgScheduleOrder(&plan, &count, &order));
  CHECK(MfgPackingSimulate(&plan, count, order, ranks, &packing));
  CHECK(PetscFree(order));
  return packing;
}

static void Check(const Job jobs[], PetscInt ranks, PetscReal length, PetscReal idle)
{
  MfgPacking packing = Pack(jobs, ranks);

  TestAssertNumber(packing.length, length, 1e-12, "cost or time");
  TestAssertNumber(packing.idle, idle, 1e-12, "cost or time");
  CHECK(MfgPackingFree(&packing));
}

static void TheLongestComesFirst(void **state)
{
  (void)state;
  Check((Job[]){{1, 5}, {0, 0}}, 1, 5, 0);
  Check((Job[]){{1, 5}, {0, 0}}, 2, 5, 0.5);
  Check((Job[]){{1, 1}, {1, 1}, {1, 2}, {0, 0}}, 2, 2, 0);           /* not 1 + 2 after 1 */
  Check((Job[]){{1, 1}, {1, 4}, {1, 2}, {1, 2}, {0, 0}}, 2, 5, 0.1); /* 4 + 1 beside 2 + 2 */
}

static void WideRunsComeFirst(void **state)
{
  (void)state;
  /* Two ranks for 3, then both take one of the runs of 1; the third rank begins with those of 1 at once. */
  Check((Job[]){{1, 1}, {2, 3}, {1, 3}, {1, 1}, {0, 0}}, 3, 4, 1 - 11. / 12);
  /* A rank is left over of the groups of 2. */
  Check((Job[]){{2, 1}, {2, 1}, {0, 0}}, 5, 1, 0.2);
  /* The group of 3 waits for both groups of 2 where it needs ranks of each: widths descend, so it goes first.
   */
  Check((Job[]){{2, 1}, {3, 2}, {2, 1}, {0, 0}}, 4, 3, 1 - 10. / 12);
}

static void WidthsAreCounted(void **state)
{
  MfgPacking packing = Pack((Job[]){{1, 1}, {2, 3}, {1, 3}, {0, 0}}, 5);

  (void)state;
  assert_int_equal(packing.width_count, 2);
  assert_int_equal(packing.widths[0].ranks, 2);
  assert_int_equal(packing.widths[0].groups, 2);
  assert_int_equal(packing.widths[0].runs, 1);
  assert_int_equal(packing.widths[1].groups, 5);
  assert_int_equal(packing.widths[1].runs, 2);
  CHECK(MfgPackingFree(&packing));
}

/* A result of S states and 5 actions on one rank. */
static void Write(const char *run_id, int states, int iterations, int limit, double seconds)
{
  char  name[256];
  FILE *file;

  assert_int_equal(mkdir(TestIn(run_id), 0777), 0);
  (void)snprintf(name, sizeof(name), "%s/run.json", run_id);
  file = fopen(TestIn(name), "w");
  assert_non_null(file);
  (void)fprintf(
      file,
      "{\n  \"run_id\": \"%s\",\n  \"parameters\": {\n    \"solver\": {\n      \"outer_iterations\": "
      "%d,\n      \"inner_iterations\": 10\n    }\n  },\n  \"metrics\": {\n    \"iteration\": %d\n  },\n  "
      "\"provenance\": {\n    \"states\": %d,\n    \"actions\": 5,\n    \"ranks\": 1,\n    "
      "\"wall_seconds\": %g\n  }\n}\n",
      run_id, limit, iterations, states, seconds);
  (void)fclose(file);
}

static MfgPlannedRun Planned(const char *run_id, PetscInt states, PetscInt iterations, PetscInt repeats)
{
  MfgPlannedRun run = {
      .states = states, .actions = 5, .iterations = iterations, .repeats = repeats, .ranks = 1};

  (void)snprintf(run.run_id, sizeof(run.run_id), "%s", run_id);
  return run;
}

static void CostsComeFromResults(void **state)
{
  MfgPlannedRun runs[] = {Planned("game-mf_trpo-seed1-000000000001", 100, 9, 10),
                          Planned("game-mf_trpo-seed2-000000000002", 100, 9, 10),
                          Planned("game-mf_trpo-seed2-000000000003", 100, 19, 20),
                          Planned("game-mf_trpo-seed2-000000000004", 300, 9, 10),
                          Planned("other-fictitious_play-seed1-000000000005", 100, 9, 1)};
  MfgPlan       plan = {.count = 5, .runs = runs};

  (void)state;
  CHECK(MfgCostEstimate(&plan, TestFolder()));
  for (int i = 0; i < 5; i++) assert_int_equal(runs[i].basis, MFG_COST_RELATIVE);
  TestAssertNumber(runs[2].cost / runs[0].cost, 4, 1e-12, "cost or time");
  TestAssertNumber(runs[3].cost / runs[0].cost, 3, 1e-12, "cost or time");
  Write(runs[0].run_id, 100, 9, 9, 2);
  Write("game-mf_trpo-seed9-000000000009", 100, 9, 9, 4);
  runs[0].state = MFG_RESULT_COMPLETE;
  CHECK(MfgCostEstimate(&plan, TestFolder()));
  assert_int_equal(runs[0].basis, MFG_COST_KNOWN);
  TestAssertNumber(runs[0].cost, 2, 1e-12, "cost or time");
  assert_int_equal(runs[1].basis, MFG_COST_MEASURED);
  TestAssertNumber(runs[1].cost, 3, 1e-12, "cost or time"); /* the mean */
  assert_int_equal(runs[2].basis, MFG_COST_MEASURED);
  TestAssertNumber(runs[2].cost, 12, 1e-12,
                   "cost or time"); /* twice the iterations, and each twice as long */
  assert_int_equal(runs[3].basis, MFG_COST_SCALED);
  TestAssertNumber(runs[3].cost, 9, 1e-12, "cost or time");
  assert_int_equal(runs[4].basis, MFG_COST_SCALED);
}

/* Runs that a stop rule ends do a share of their iterations. */
static void RunsThatStopEarlyAreShorter(void **state)
{
  MfgPlannedRun run = Planned("game-mf_trpo-seed2-000000000002", 100, 99, 10);
  MfgPlan       plan = {.count = 1, .runs = &run};

  (void)state;
  Write("game-mf_trpo-seed1-000000000001", 100, 33, 99, 34);
  CHECK(MfgCostEstimate(&plan, TestFolder()));
  TestAssertNumber(run.cost, 34, 1e-9, "cost or time");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(TheLongestComesFirst), cmocka_unit_test(WideRunsComeFirst),
    cmocka_unit_test(WidthsAreCounted),
    cmocka_unit_test_setup_teardown(CostsComeFromResults, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(RunsThatStopEarlyAreShorter, TestMakeFolder, TestRemoveFolder)};

TEST_MAIN("packing", tests)
