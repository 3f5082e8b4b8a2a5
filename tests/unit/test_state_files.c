/*
  Files of states. A file that is missing, cut, damaged in any byte, or of another solver or size is
  complained of; a file that cannot be written is an error on every rank, after which all goes on. What was
  saved on all ranks can be restored on one, and the other way round: the runs differ by no more than the
  tolerances allow.
*/
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "folder.h"
#include "testing.h"

typedef struct {
  MfgGame   game;
  MfgModel  model;
  MfgSolver solver;
} Run;

/* 6 iterations on a grid, by Krylov methods; more keys of the solver and their values end with NULL. */
static Run MakeOn(MPI_Comm comm, const char *size, const char *type, va_list keys)
{
  Run           run;
  MfgParameters metrics, evaluation;
  const char   *key;

  run.game = TestGame("crowd_grid", "size", size, "initial", "concentrated", "initial.cell", "[0, 0]", NULL);
  CHECK(MfgModelCreate(comm, &run.model));
  CHECK(MfgModelGetParameters(run.model, &evaluation));
  CHECK(MfgParametersSet(evaluation, "direct_below", "0", NULL));
  CHECK(MfgModelSetGame(run.model, run.game));
  CHECK(MfgModelSetUp(run.model));
  CHECK(MfgSolverCreate(comm, &run.solver));
  CHECK(MfgSolverSetType(run.solver, type, NULL));
  CHECK(MfgSolverSetParameter(run.solver, "outer_iterations", "6"));
  while ((key = va_arg(keys, const char *)))
    CHECK(MfgSolverSetParameter(run.solver, key, va_arg(keys, const char *)));
  CHECK(MfgSolverGetMetricsParameters(run.solver, &metrics));
  CHECK(MfgParametersSet(metrics, "which", "[exploitability, quality]", NULL));
  CHECK(MfgSolverSetModel(run.solver, run.model));
  CHECK(MfgSolverSetUp(run.solver, NULL));
  return run;
}

static Run Make(MPI_Comm comm, const char *size, const char *type, ...)
{
  Run     run;
  va_list keys;

  va_start(keys, type);
  run = MakeOn(comm, size, type, keys);
  va_end(keys);
  return run;
}

static void Destroy(Run *run)
{
  CHECK(MfgSolverDestroy(&run->solver));
  TestDestroy(&run->model, &run->game);
}

static PetscErrorCode Interrupt(MfgSolver solver, const char **why, void *context)
{
  PetscInt iteration;

  PetscFunctionBeginUser;
  (void)context;
  PetscCall(MfgSolverGetIteration(solver, &iteration));
  if (iteration == 3) *why = "";
  PetscFunctionReturn(0);
}

/* Save the state of a run after 3 iterations as state.h5. */
static void SaveHalf(Run *run)
{
  CHECK(MfgSolverSetInterrupt(run->solver, Interrupt, NULL));
  CHECK(MfgSolverSolve(run->solver));
  CHECK(MfgSolverSave(run->solver, TestIn("state.h5")));
  CHECK(MfgSolverSetInterrupt(run->solver, NULL, NULL));
}

/* The problem with a file; empty: none. */
static const char *Problem(Run *run, const char *name)
{
  static char problem[512];

  CHECK(MfgSolverRestore(run->solver, TestIn(name), problem, sizeof(problem)));
  return problem;
}

static void AssertProblem(Run *run, const char *name, const char *fragment)
{
  const char *problem = Problem(run, name);

  if (!strstr(problem, fragment)) fail_msg("the problem is '%s'; expected '%s'", problem, fragment);
}

/* The same of a new solver. */
static void AssertProblemOf(Run run, const char *fragment)
{
  AssertProblem(&run, "state.h5", fragment);
  Destroy(&run);
}

static void AssertReason(Run *run, MfgSolverReason expected)
{
  MfgSolverReason reason;

  CHECK(MfgSolverGetReason(run->solver, &reason, NULL));
  assert_int_equal(reason, expected);
}

static void FilesOfOthers(void **state)
{
  const MPI_Comm world = PETSC_COMM_WORLD;
  Run            run = Make(world, "4", "mf_pso", "particles", "3", NULL), missing;
  FILE          *text;
  MfgFieldsFile  fields;

  (void)state;
  SaveHalf(&run);
  AssertProblemOf(Make(world, "4", "mf_trpo", NULL), "is of the solver mf_pso; expected mf_trpo");
  AssertProblemOf(Make(world, "5", "mf_pso", "particles", "3", NULL), "with states = 16; here it is 25");
  AssertProblemOf(Make(world, "4", "mf_pso", "particles", "4", NULL), "with particles = 3; here it is 4");
  AssertProblemOf(Make(world, "4", "mf_pso", "particles", "3", "outer_iterations", "2", NULL),
                  "is the state after 3 iterations");
  AssertProblemOf(Make(world, "4", "mf_pso", "particles", "3", "stop.exploitability", "1", NULL), "");
  missing = Make(world, "4", "mf_pso", "particles", "3", NULL);
  AssertProblem(&missing, "missing.h5", "can't read");
  if (TestIsFirstRank()) {
    text = fopen(TestIn("text.h5"), "w");
    assert_non_null(text);
    fputs("no HDF5\n", text);
    fclose(text);
  }
  TestWait();
  AssertProblem(&missing, "text.h5", "as an HDF5 file");
  CHECK(MfgFieldsCreate(missing.model, TestIn("fields.h5"), &fields));
  CHECK(MfgFieldsWriteText(fields, "format", "something else"));
  CHECK(MfgFieldsClose(&fields));
  AssertProblem(&missing, "fields.h5", "is no 'throng solver state");
  CHECK(MfgSolverSolve(missing.solver)); /* as if nobody had asked */
  AssertReason(&missing, MFG_STOPPED_ITERATION_LIMIT);
  Destroy(&missing);
  Destroy(&run);
}

/* The bytes of state.h5, on the first rank. */
static unsigned char *ReadBytes(long *size)
{
  unsigned char *bytes = NULL;
  FILE          *file;

  *size = 0;
  if (TestIsFirstRank()) {
    file = fopen(TestIn("state.h5"), "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = ftell(file);
    rewind(file);
    bytes = malloc((size_t)*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)*size, file), *size);
    fclose(file);
  }
  assert_int_equal(MPI_Bcast(size, 1, MPI_LONG, 0, PETSC_COMM_WORLD), MPI_SUCCESS);
  return bytes;
}

/* The first rank writes bad.h5. */
static void WriteBytes(const unsigned char *bytes, long size)
{
  TestWait();
  if (TestIsFirstRank()) {
    FILE *file = fopen(TestIn("bad.h5"), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, (size_t)size, file), size);
    assert_int_equal(fclose(file), 0);
  }
  TestWait();
}

/*
  A file that is cut anywhere is refused. So is one with a byte changed, but for bytes that hold nothing,
  which are few. A solver that was given half a state does not solve until it gets a whole one.
*/
static void DamagedFiles(void **state)
{
  Run            run = Make(PETSC_COMM_WORLD, "4", "fictitious_play", NULL);
  Run            other = Make(PETSC_COMM_WORLD, "4", "fictitious_play", NULL);
  PetscErrorCode error;
  PetscInt       tried = 0, accepted = 0;
  long           size;
  unsigned char *bytes;

  (void)state;
  SaveHalf(&run);
  bytes = ReadBytes(&size);
  for (long cut = 0; cut < size; cut += 701) {
    WriteBytes(bytes, cut);
    if (!Problem(&other, "bad.h5")[0]) fail_msg("a file cut to %ld of %ld bytes is accepted", cut, size);
  }
  for (long at = 0; at < size; at += 61, tried++) {
    if (bytes) bytes[at] ^= 16;
    WriteBytes(bytes, size);
    if (!Problem(&other, "bad.h5")[0]) accepted++;
    if (bytes) bytes[at] ^= 16;
  }
  if (20 * accepted > 3 * tried)
    fail_msg("%d of %d files with a wrong byte are accepted", (int)accepted, (int)tried);
  if (bytes) memset(bytes + size / 2, 0, 2000);
  WriteBytes(bytes, size);
  assert_true(Problem(&other, "bad.h5")[0] != 0);
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  error = MfgSolverSolve(other.solver);
  CHECK(PetscPopErrorHandler());
  assert_int_equal(error, PETSC_ERR_ARG_WRONGSTATE);
  AssertProblem(&other, "state.h5", "");
  CHECK(MfgSolverSolve(other.solver));
  AssertReason(&other, MFG_STOPPED_ITERATION_LIMIT);
  free(bytes);
  Destroy(&other);
  Destroy(&run);
}

static off_t room = -1; /* bytes of a file that the disk of the test's folder takes; negative: any number */

/* In place of those of the C library, for the HDF5 library too. */
ssize_t pwrite(int handle, const void *bytes, size_t count, off_t offset)
{
  struct stat file, here;

  if (room >= 0 && offset + (off_t)count > room && !fstat(handle, &file) && !stat(TestFolder(), &here) &&
      file.st_dev == here.st_dev) {
    errno = ENOSPC;
    return -1;
  }
  return (ssize_t)syscall(SYS_pwrite64, handle, bytes, count, offset);
}

int fallocate(int handle, int mode, off_t offset, off_t length)
{
  if (room >= 0 && offset + length > room) {
    errno = ENOSPC;
    return -1;
  }
  return (int)syscall(SYS_fallocate, handle, mode, offset, length);
}

static void AssertCannotSave(Run *run)
{
  PetscErrorCode error;

  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  error = MfgSolverSave(run->solver, TestIn("full.h5"));
  CHECK(PetscPopErrorHandler());
  if (error != PETSC_ERR_FILE_WRITE && error != PETSC_ERR_FILE_OPEN)
    fail_msg("error %d where there is room for %ld bytes", (int)error, (long)room);
}

/*
  A disk that is full, and a limit on sizes: an error on every rank, wherever it strikes; then the run goes
  on.
*/
static void FilesWithoutRoom(void **state)
{
  Run           run = Make(PETSC_COMM_WORLD, "4", "mf_trpo", NULL), other;
  struct rlimit limit, small;
  long          size;

  (void)state;
  SaveHalf(&run);
  free(ReadBytes(&size));
  for (room = 0; room < size; room += 501) AssertCannotSave(&run);
  room = -1;
  (void)signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  small = limit;
  for (small.rlim_cur = 0; small.rlim_cur < (rlim_t)size; small.rlim_cur += 2001) {
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    AssertCannotSave(&run);
  }
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  CHECK(MfgSolverSave(run.solver, TestIn("full.h5")));
  other = Make(PETSC_COMM_WORLD, "4", "mf_trpo", NULL);
  AssertProblem(&other, "full.h5", "");
  CHECK(MfgSolverSolve(other.solver));
  AssertReason(&other, MFG_STOPPED_ITERATION_LIMIT);
  Destroy(&other);
  Destroy(&run);
}

/* What a run ends with, on every rank of the world; the run itself may be on one. */
static void AssertSameEnd(Run *run, Run *whole)
{
  Vec        mu, pi;
  PetscInt   states, pairs;
  PetscReal *expected_mu, *expected_pi;

  CHECK(MfgSolverGetIterate(whole->solver, &mu, &pi));
  expected_mu = TestGather(mu, &states);
  expected_pi = TestGather(pi, &pairs);
  CHECK(MfgSolverGetIterate(run->solver, &mu, &pi));
  TestAssertNear(mu, states, expected_mu, 1e-8, "a mean field that went on on other ranks");
  TestAssertNear(pi, pairs, expected_pi, 1e-8, "a policy that went on on other ranks");
  CHECK(PetscFree(expected_pi));
  CHECK(PetscFree(expected_mu));
}

/* Saved on `from`, by its first rank where that is alone, restored on `to`. */
static void CheckRanks(const char *type, MPI_Comm from, MPI_Comm to)
{
  Run whole = Make(PETSC_COMM_WORLD, "5", type, NULL), run;

  CHECK(MfgSolverSolve(whole.solver));
  if (from == PETSC_COMM_WORLD || TestIsFirstRank()) {
    run = Make(from, "5", type, NULL);
    SaveHalf(&run);
    Destroy(&run);
  }
  TestWait();
  run = Make(to, "5", type, NULL);
  AssertProblem(&run, "state.h5", "");
  CHECK(MfgSolverSolve(run.solver));
  AssertReason(&run, MFG_STOPPED_ITERATION_LIMIT);
  AssertSameEnd(&run, &whole);
  Destroy(&run);
  TestWait();
  Destroy(&whole);
}

static void OtherRanks(void **state)
{
  static const char *const types[] = {"mf_trpo", "fictitious_play", "online_mirror_descent"};

  (void)state;
  for (int i = 0; i < 3; i++) {
    CheckRanks(types[i], PETSC_COMM_WORLD, PETSC_COMM_SELF);
    CheckRanks(types[i], PETSC_COMM_SELF, PETSC_COMM_WORLD);
  }
}

/* There is a state from row 0 on; a solver that has begun takes no other. */
static void WrongOrder(void **state)
{
  Run            run = Make(PETSC_COMM_WORLD, "4", "fictitious_play", NULL);
  char           problem[512];
  PetscErrorCode early, late;

  (void)state;
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  early = MfgSolverSave(run.solver, TestIn("state.h5"));
  CHECK(PetscPopErrorHandler());
  SaveHalf(&run);
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  late = MfgSolverRestore(run.solver, TestIn("state.h5"), problem, sizeof(problem));
  CHECK(PetscPopErrorHandler());
  assert_int_equal(early, PETSC_ERR_ARG_WRONGSTATE);
  assert_int_equal(late, PETSC_ERR_ARG_WRONGSTATE);
  Destroy(&run);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, TestMakeFolder, TestRemoveFolder)
static const struct CMUnitTest tests[] = {TEST(FilesOfOthers), TEST(DamagedFiles), TEST(FilesWithoutRoom),
                                          TEST(OtherRanks), TEST(WrongOrder)};

TEST_MAIN("state_files", tests)
