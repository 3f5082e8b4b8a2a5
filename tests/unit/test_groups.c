/*
  Groups of ranks: full groups inside nodes come first, then what is left over on the nodes is put together;
  no rank is in two groups, and as few as can be are left over.
*/
#include "experiment/groups.h"
#include "testing.h"

enum { MOST = 24 };

/* The groups of `width` on nodes that have so many ranks each, 0 ending the list; expected: group by rank. */
static void Check(const PetscInt ranks_on[], PetscInt width, PetscInt expected_count,
                  const PetscInt expected[])
{
  PetscInt node[MOST] = {0}, group[MOST], size = 0, count;

  for (PetscInt n = 0; ranks_on[n]; n++)
    for (PetscInt r = 0; r < ranks_on[n]; r++) node[size++] = n;
  CHECK(MfgGroupsAssign(size, node, width, group, &count));
  assert_int_equal(count, expected_count);
  for (PetscInt r = 0; r < size; r++) assert_int_equal(group[r], expected[r]);
}

static void GroupsInsideNodesComeFirst(void **state)
{
  (void)state;
  Check((PetscInt[]){4, 4, 0}, 1, 8, (PetscInt[]){0, 1, 2, 3, 4, 5, 6, 7});
  Check((PetscInt[]){4, 4, 0}, 2, 4, (PetscInt[]){0, 0, 1, 1, 2, 2, 3, 3});
  Check((PetscInt[]){3, 3, 0}, 2, 3, (PetscInt[]){0, 0, 2, 1, 1, 2});
  Check((PetscInt[]){3, 2, 0}, 2, 2, (PetscInt[]){0, 0, -1, 1, 1});
  Check((PetscInt[]){4, 3, 0}, 3, 2, (PetscInt[]){0, 0, 0, -1, 1, 1, 1});
}

static void AWideGroupSpansNodes(void **state)
{
  (void)state;
  Check((PetscInt[]){2, 2, 0}, 4, 1, (PetscInt[]){0, 0, 0, 0});
  Check((PetscInt[]){2, 2, 2, 0}, 3, 2, (PetscInt[]){0, 0, 0, 1, 1, 1});
  Check((PetscInt[]){2, 2, 0}, 5, 0, (PetscInt[]){-1, -1, -1, -1});
  Check((PetscInt[]){5, 1, 1, 1, 0}, 4, 2, (PetscInt[]){0, 0, 0, 0, 1, 1, 1, 1});
}

/* Ranks need not be in the order of their nodes (mpirun --map-by node). */
static void NodesMayAlternate(void **state)
{
  const PetscInt node[6] = {0, 1, 0, 1, 0, 1}, expected[6] = {0, 1, 0, 1, 2, 2};
  PetscInt       group[6], count;

  (void)state;
  CHECK(MfgGroupsAssign(6, node, 2, group, &count));
  assert_int_equal(count, 3);
  for (PetscInt r = 0; r < 6; r++) assert_int_equal(group[r], expected[r]);
}

/* On the communicator of all ranks: every group has its width, and no more ranks are left over than must be.
 */
static void CommunicatorsAreAsWideAsAsked(void **state)
{
  PetscMPIInt size, of_group = 0;
  PetscInt    count;
  MPI_Comm    group;
  int         placed, all;

  (void)state;
  CHECK(MPI_Comm_size(PETSC_COMM_WORLD, &size));
  for (PetscInt width = 1; width <= size + 1; width++) {
    CHECK(MfgGroupsSplit(PETSC_COMM_WORLD, width, &group, &count));
    assert_int_equal(count, size / width);
    placed = group != MPI_COMM_NULL;
    if (placed) CHECK(MPI_Comm_size(group, &of_group));
    if (placed) assert_int_equal(of_group, width);
    if (placed) CHECK(MPI_Comm_free(&group));
    CHECK(MPI_Allreduce(&placed, &all, 1, MPI_INT, MPI_SUM, PETSC_COMM_WORLD));
    assert_int_equal(all, size - size % width);
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(GroupsInsideNodesComeFirst), cmocka_unit_test(AWideGroupSpansNodes),
    cmocka_unit_test(NodesMayAlternate), cmocka_unit_test(CommunicatorsAreAsWideAsAsked)};

TEST_MAIN("groups", tests)
