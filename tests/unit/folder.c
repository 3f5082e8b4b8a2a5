#include <stdio.h>
#include <stdlib.h>
#include "folder.h"
#include "testing.h"

static char folder[PETSC_MAX_PATH_LEN];

PetscBool TestIsFirstRank(void)
{
  PetscMPIInt rank;

  assert_int_equal(MPI_Comm_rank(PETSC_COMM_WORLD, &rank), MPI_SUCCESS);
  return rank == 0 ? PETSC_TRUE : PETSC_FALSE;
}

void TestWait(void)
{
  assert_int_equal(MPI_Barrier(PETSC_COMM_WORLD), MPI_SUCCESS);
}

const char *TestFolder(void)
{
  return folder;
}

const char *TestIn(const char *name)
{
  static char path[PETSC_MAX_PATH_LEN + 64];

  snprintf(path, sizeof(path), "%s/%s", folder, name);
  return path;
}

int TestMakeFolder(void **state)
{
  const char *root = getenv("TMPDIR");

  (void)state;
  snprintf(folder, sizeof(folder), "%s/throng-test-XXXXXX", root ? root : "/tmp");
  if (TestIsFirstRank() && !mkdtemp(folder)) return 1;
  return MPI_Bcast(folder, sizeof(folder), MPI_CHAR, 0, PETSC_COMM_WORLD);
}

int TestRemoveFolder(void **state)
{
  char command[PETSC_MAX_PATH_LEN + 16];

  (void)state;
  TestWait();
  snprintf(command, sizeof(command), "rm -r '%s'", folder);
  return TestIsFirstRank() ? system(command) : 0;
}
