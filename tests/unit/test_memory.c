/* What runs need on a node against packings made by hand, and what there is against files written by hand. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "experiment/memory.h"
#include "folder.h"
#include "testing.h"

/* The need of runs of so many ranks and bytes a rank, on a node of `ranks`. */
static void CheckNeed(PetscInt count, const PetscInt widths[], const PetscReal memory[], PetscInt ranks,
                      PetscReal expected)
{
  MfgPlannedRun runs[8] = {0};
  MfgPlan       plan = {.count = count, .runs = runs};
  PetscReal     bytes;
  PetscInt      hungriest;

  for (PetscInt i = 0; i < count; i++) {
    runs[i].ranks = widths[i];
    runs[i].memory = memory[i];
    runs[i].todo = PETSC_TRUE;
  }
  CHECK(MfgMemoryNeeded(&plan, ranks, &bytes, &hungriest));
  TestAssertNumber(bytes, expected, 1e-12, "bytes");
}

static void TheHungriestThatFitCount(void **state)
{
  (void)state;
  CheckNeed(3, (PetscInt[]){1, 1, 1}, (PetscReal[]){5, 1, 7}, 1, 7);
  CheckNeed(3, (PetscInt[]){1, 1, 1}, (PetscReal[]){5, 1, 7}, 2, 12);
  CheckNeed(3, (PetscInt[]){1, 1, 1}, (PetscReal[]){5, 1, 7}, 8, 13);
  CheckNeed(2, (PetscInt[]){2, 1}, (PetscReal[]){5, 4}, 3, 14);
  CheckNeed(2, (PetscInt[]){8, 1}, (PetscReal[]){5, 4}, 4, 20); /* the other half is on another node */
}

static void RunsThatAreDoneDoNotCount(void **state)
{
  MfgPlannedRun runs[2] = {{.ranks = 1, .memory = 9}, {.ranks = 1, .memory = 2, .todo = PETSC_TRUE}};
  MfgPlan       plan = {.count = 2, .runs = runs};
  PetscReal     bytes;
  PetscInt      hungriest;

  (void)state;
  CHECK(MfgMemoryNeeded(&plan, 2, &bytes, &hungriest));
  TestAssertNumber(bytes, 2, 1e-12, "bytes");
  assert_int_equal(hungriest, 1);
}

/* Write a file of the test's folder, and the folders that it is in. */
static void Write(const char *name, const char *text)
{
  char  path[256];
  FILE *file;

  for (const char *c = strchr(name, '/'); c; c = strchr(c + 1, '/')) {
    (void)snprintf(path, sizeof(path), "%.*s", (int)(c - name), name);
    (void)mkdir(TestIn(path), 0777);
  }
  file = fopen(TestIn(name), "w");
  assert_non_null(file);
  (void)fputs(text, file);
  (void)fclose(file);
}

static void CheckAvailable(PetscReal expected)
{
  TestAssertNumber(MfgMemoryAvailable(TestFolder()), expected, 1e-12, "bytes");
}

static void LimitsOfGroupsCount(void **state)
{
  (void)state;
  assert_true(MfgMemoryAvailable(TestFolder()) >= PETSC_INFINITY);
  Write("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  10 kB\nMemAvailable:  4000 kB\n");
  CheckAvailable(4096000);
  Write("proc/self/cgroup", "0::/job/step\n");
  CheckAvailable(4096000);
  Write("sys/fs/cgroup/job/step/memory.max", "max\n");
  Write("sys/fs/cgroup/job/step/memory.current", "100\n");
  CheckAvailable(4096000);
  Write("sys/fs/cgroup/job/memory.max", "3000000\n"); /* of a group above */
  Write("sys/fs/cgroup/job/memory.current", "2500000\n");
  CheckAvailable(500000);
  Write("sys/fs/cgroup/job/memory.stat", "anon 1\nfile 500\ninactive_file 200000\n"); /* can be given up */
  CheckAvailable(700000);
  Write("sys/fs/cgroup/memory.max", "50000\n"); /* as a container sees its own */
  Write("sys/fs/cgroup/memory.current", "20000\n");
  CheckAvailable(30000);
}

static void LimitsOfOldGroupsCount(void **state)
{
  (void)state;
  Write("proc/meminfo", "MemAvailable:  4000 kB\n");
  Write("proc/self/cgroup", "3:cpu,cpuacct:/a\n2:memory:/slurm/job\n");
  Write("sys/fs/cgroup/memory/slurm/job/memory.limit_in_bytes", "9223372036854771712\n");
  Write("sys/fs/cgroup/memory/slurm/job/memory.usage_in_bytes", "100\n");
  CheckAvailable(4096000);
  Write("sys/fs/cgroup/memory/slurm/memory.limit_in_bytes", "1000\n");
  Write("sys/fs/cgroup/memory/slurm/memory.usage_in_bytes", "400\n");
  CheckAvailable(600);
}

/* What the shape of a game says is what its rows are. */
static void ShapesAreThoseOfTheGame(void **state)
{
  MfgGame       game = TestGame("four_rooms", "size", "101", "noise.slip", "0.1", NULL);
  MfgModelShape shape;

  (void)state;
  CHECK(MfgModelSample(game, &shape));
  assert_int_equal(shape.actions, 5);
  assert_true(shape.row > 4.5 && shape.row <= 5); /* the cell and its four neighbours, fewer beside walls */
  assert_true(shape.greedy <= shape.row + 1 && shape.greedy >= 2);
  assert_true(shape.entries >= 5 && shape.entries <= 25);
  assert_true(shape.band >= 90 && shape.band <= 101);
  assert_true(shape.game_bytes == 0);
  CHECK(MfgGameDestroy(&game));
}

/* Twice the ranks: half the memory for each, and a little for what the neighbours have. */
static void MoreRanksNeedLessEach(void **state)
{
  const MfgModelUse   use = {.state_vecs = 5, .pair_vecs = 3, .evaluation = PETSC_TRUE};
  const MfgModelShape shape = {
      .states = 1000000, .actions = 5, .entries = 25, .row = 5, .greedy = 6, .band = 1000};
  const PetscReal one = MfgModelEstimateBytes(&shape, 2000, 1, &use);
  const PetscReal two = MfgModelEstimateBytes(&shape, 2000, 2, &use);

  (void)state;
  assert_true(one > 1e6 * (25 * 10 + 5 * 12 + 5 * 8 + 3 * 40)); /* what nobody can do without */
  assert_true(two > one / 2 && two < 0.51 * one);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(TheHungriestThatFitCount),
    cmocka_unit_test(RunsThatAreDoneDoNotCount),
    cmocka_unit_test_setup_teardown(LimitsOfGroupsCount, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test_setup_teardown(LimitsOfOldGroupsCount, TestMakeFolder, TestRemoveFolder),
    cmocka_unit_test(ShapesAreThoseOfTheGame),
    cmocka_unit_test(MoreRanksNeedLessEach)};

TEST_MAIN("memory", tests)
