/*
  Arrays in HDF5 files: what is written is read back bit for bit on every number of ranks, and what can't be
  read, or is no law or policy, is complained of on every rank under the key of the path.
*/
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "complaints.h"
#include "folder.h"
#include "testing.h"

enum { S = 25, A = 5 }; /* of crowd_grid */

static void WriteGoodFile(MfgModel model, Vec mu, Vec pi)
{
  MfgFieldsFile file;

  CHECK(MfgFieldsCreate(model, TestIn("good.h5"), &file));
  CHECK(MfgFieldsWrite(file, "mean_field", mu));
  CHECK(MfgFieldsWrite(file, "policy", pi));
  CHECK(MfgFieldsWriteCells(file));
  CHECK(MfgFieldsWriteText(file, "game", "crowd_grid, μ"));
  CHECK(MfgFieldsWriteInteger(file, "rows", 5));
  CHECK(MfgFieldsClose(&file));
  assert_null(file);
}

static void RoundTrip(void **state)
{
  MfgGame        game = TestGame("crowd_grid", NULL), second;
  MfgModel       model = TestModel(game, NULL), reader;
  Vec            mu = TestReferenceMeanField(model), pi = TestReferencePolicy(model);
  Vec            mu_read, pi_read = NULL;
  TestComplaints collected;
  PetscInt       size;
  PetscReal     *expected;

  (void)state;
  TestComplaintsInit(&collected);
  WriteGoodFile(model, mu, pi);
  CHECK(VecDuplicate(pi, &pi_read));
  CHECK(MfgPolicySetFromFile(model, TestIn("good.h5"), "a.key", &collected.complaints, pi_read));
  TestAssertNoComplaint(&collected);
  expected = TestGather(pi, &size);
  TestAssertNear(pi_read, size, expected, 0, "a policy that was read");
  CHECK(PetscFree(expected));
  second = TestGame("crowd_grid", "initial", "file", "initial.path", TestIn("good.h5"), NULL);
  reader = TestModel(second, NULL);
  mu_read = TestStateVec(reader, 0);
  CHECK(MfgModelGetInitialMeanField(reader, mu_read, &collected.complaints));
  TestAssertNoComplaint(&collected);
  expected = TestGather(mu, &size);
  TestAssertNear(mu_read, size, expected, 0, "a mean field that was read");
  CHECK(PetscFree(expected));
  CHECK(VecDestroy(&mu_read));
  CHECK(VecDestroy(&pi_read));
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&pi));
  TestDestroy(&reader, &second);
  TestDestroy(&model, &game);
}

static void AssertSameBits(PetscInt n, const PetscReal x[], const PetscReal y[])
{
  if (memcmp(x, y, (size_t)n * sizeof(*x)) != 0) fail_msg("numbers that were read are others");
}

/* Infinite numbers, none, the smallest: as they were written, on all ranks; texts too. */
static void AnyNumbers(void **state)
{
  const uint64_t  payload = UINT64_C(0x7ff8000000abcdef); /* NaN with something to say */
  const PetscReal numbers[] = {INFINITY, -INFINITY, -0.0, 5e-324, 1e308, 0.1};
  MfgGame         game = TestGame("crowd_grid", NULL);
  MfgModel        model = TestModel(game, NULL);
  Vec             mu = TestStateVec(model, 0), read = TestStateVec(model, 1);
  PetscReal       again[6], *x, *y;
  PetscInt        size;
  MfgFieldsFile   file;
  char            problem[256], text[16];

  (void)state;
  for (PetscInt s = 0; s < S; s++) CHECK(VecSetValue(mu, s, numbers[s % 6], INSERT_VALUES));
  CHECK(VecAssemblyBegin(mu));
  CHECK(VecAssemblyEnd(mu));
  CHECK(VecGetArray(mu, &x));
  memcpy(x, &payload, sizeof(payload)); /* the first state of each rank */
  CHECK(VecRestoreArray(mu, &x));
  CHECK(MfgFieldsCreate(model, TestIn("good.h5"), &file));
  CHECK(MfgFieldsWrite(file, "any", mu));
  CHECK(MfgFieldsWriteNumbers(file, "six", 6, numbers));
  CHECK(MfgFieldsWriteText(file, "text", "μ and π"));
  CHECK(MfgFieldsClose(&file));
  CHECK(MfgFieldsOpen(model, TestIn("good.h5"), &file, problem, sizeof(problem)));
  assert_string_equal(problem, "");
  CHECK(MfgFieldsRead(file, "any", read, problem, sizeof(problem)));
  assert_string_equal(problem, "");
  x = TestGather(mu, &size);
  y = TestGather(read, &size);
  AssertSameBits(size, y, x);
  CHECK(MfgFieldsReadNumbers(file, "six", 6, again, problem, sizeof(problem)));
  assert_string_equal(problem, "");
  AssertSameBits(6, again, numbers);
  CHECK(MfgFieldsReadText(file, "text", text, sizeof(text), problem, sizeof(problem)));
  assert_string_equal(problem, "");
  assert_string_equal(text, "μ and π");
  CHECK(MfgFieldsReadText(file, "text", text, 9, problem, sizeof(problem))); /* it takes ten bytes */
  assert_non_null(strstr(problem, "has no text 'text'"));
  CHECK(MfgFieldsReadNumbers(file, "six", 5, again, problem, sizeof(problem)));
  assert_non_null(strstr(problem, "is [6]"));
  CHECK(MfgFieldsClose(&file));
  CHECK(PetscFree(x));
  CHECK(PetscFree(y));
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&read));
  TestDestroy(&model, &game);
}

/* What stands in the file beside the two arrays, seen by the first rank through the file library alone. */
static void ContentsOfTheFile(void **state)
{
  char    text[64] = "";
  int64_t rows = 0;
  int32_t cells[S][2];
  hid_t   file, item;

  (void)state;
  if (!TestIsFirstRank()) return;
  file = H5Fopen(TestIn("good.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
  assert_true(file >= 0);
  item = H5Aopen(file, "game", H5P_DEFAULT);
  assert_true(H5Aread(item, H5Aget_type(item), text) >= 0);
  assert_string_equal(text, "crowd_grid, μ");
  H5Aclose(item);
  item = H5Aopen(file, "rows", H5P_DEFAULT);
  assert_true(H5Aread(item, H5T_NATIVE_INT64, &rows) >= 0);
  assert_int_equal(rows, 5);
  H5Aclose(item);
  item = H5Dopen2(file, "cells", H5P_DEFAULT);
  assert_true(H5Dread(item, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells) >= 0);
  for (int s = 0; s < S; s++) assert_true(cells[s][0] == s / 5 && cells[s][1] == s % 5);
  H5Dclose(item);
  H5Fclose(file);
}

/* The first rank writes bad.h5 with one data set of `dimensions` and doubles, or integers. */
static void WriteBadFile(const char *name, int dimensions, const hsize_t shape[2], const double values[])
{
  hid_t file, space, set;

  TestWait();
  if (TestIsFirstRank()) {
    file = H5Fcreate(TestIn("bad.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    space = H5Screate_simple(dimensions, shape, NULL);
    set = H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
  }
  TestWait();
}

/* Reading the policy of the file gives one complaint with the fragment, on every rank. */
static void AssertBadPolicy(const char *name, const char *fragment)
{
  MfgGame        game = TestGame("crowd_grid", NULL);
  MfgModel       model = TestModel(game, NULL);
  TestComplaints collected;
  Vec            pi;

  TestComplaintsInit(&collected);
  CHECK(MfgModelCreateStateActionVec(model, &pi));
  CHECK(MfgPolicySetFromFile(model, TestIn(name), "initial_policy.path", &collected.complaints, pi));
  TestAssertComplaint(&collected, "initial_policy.path", fragment);
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  assert_int_equal(MfgPolicySetFromFile(model, TestIn(name), "initial_policy.path", NULL, pi),
                   PETSC_ERR_USER);
  CHECK(PetscPopErrorHandler());
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

static void AssertBadLaw(const char *name, const char *fragment)
{
  MfgGame        game = TestGame("crowd_grid", "initial", "file", "initial.path", TestIn(name), NULL);
  MfgModel       model = TestModel(game, NULL);
  Vec            mu = TestStateVec(model, 0);
  TestComplaints collected;

  TestComplaintsInit(&collected);
  CHECK(MfgModelGetInitialMeanField(model, mu, &collected.complaints));
  TestAssertComplaint(&collected, "initial.path", fragment);
  CHECK(VecDestroy(&mu));
  TestDestroy(&model, &game);
}

static void FilesThatCannotBeRead(void **state)
{
  const double  values[S * A] = {0};
  const hsize_t shape[2] = {S, A};
  FILE         *text;

  (void)state;
  AssertBadPolicy("missing.h5", "can't read");
  AssertBadLaw("missing.h5", "can't read");
  if (TestIsFirstRank()) {
    text = fopen(TestIn("text.h5"), "w");
    assert_non_null(text);
    fputs("no HDF5\n", text);
    fclose(text);
  }
  TestWait();
  AssertBadPolicy("text.h5", "as an HDF5 file");
  AssertBadLaw("text.h5", "as an HDF5 file");
  WriteBadFile("polizy", 2, shape, values);
  AssertBadPolicy("bad.h5", "has no data set /policy");
  AssertBadLaw("bad.h5", "has no data set /mean_field");
}

static void WrongShapes(void **state)
{
  const double  values[(S + 1) * A] = {0};
  const hsize_t tall[2] = {S + 1, A}, narrow[2] = {S, A - 1}, flat[2] = {S * A, 1}, one[2] = {S, 1};

  (void)state;
  WriteBadFile("policy", 2, tall, values);
  AssertBadPolicy("bad.h5", "is [26, 5]; this game needs [25, 5]");
  WriteBadFile("policy", 2, narrow, values);
  AssertBadPolicy("bad.h5", "is [25, 4]; this game needs [25, 5]");
  WriteBadFile("policy", 1, flat, values);
  AssertBadPolicy("bad.h5", "is [125]; this game needs [25, 5]");
  WriteBadFile("mean_field", 1, tall, values);
  AssertBadLaw("bad.h5", "is [26]; this game needs [25]");
  WriteBadFile("mean_field", 2, one, values);
  AssertBadLaw("bad.h5", "is [25, 1]; this game needs [25]");
}

/* Fixed-length texts in place of numbers. */
static void WrongType(void **state)
{
  const hsize_t shape[2] = {S, A};
  static char   words[S * A][4];
  hid_t         file, space, set, type;

  (void)state;
  if (TestIsFirstRank()) {
    type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, sizeof(words[0]));
    file = H5Fcreate(TestIn("bad.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    space = H5Screate_simple(2, shape, NULL);
    set = H5Dcreate2(file, "policy", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
    H5Tclose(type);
  }
  TestWait();
  AssertBadPolicy("bad.h5", "does not hold numbers");
}

/* A policy that is good but for two entries of one row. */
static void AssertBadRow(int row, double first, double second, const char *fragment)
{
  const hsize_t shape[2] = {S, A};
  double        values[S * A];

  for (int i = 0; i < S * A; i++) values[i] = 1. / A;
  values[row * A] = first;
  values[row * A + 1] = second;
  WriteBadFile("policy", 2, shape, values);
  AssertBadPolicy("bad.h5", fragment);
}

static void BadRows(void **state)
{
  (void)state;
  AssertBadRow(0, 0.3, 0.2, "row 0 of /policy");
  AssertBadRow(0, 0.3, 0.2, "it sums to 1.1");
  AssertBadRow(12, 0.2, 0.2 - 1e-6, "row 12 of /policy");
  AssertBadRow(24, -0.1, 0.5, "row 24 of /policy");
  AssertBadRow(24, NAN, 0.2, "row 24 of /policy");
  AssertBadRow(3, INFINITY, 0.2, "row 3 of /policy");
}

static void AssertBadEntries(double first, double last, const char *fragment)
{
  const hsize_t shape[2] = {S, 1};
  double        values[S];

  for (int i = 0; i < S; i++) values[i] = 1. / S;
  values[0] = first;
  values[S - 1] = last;
  WriteBadFile("mean_field", 1, shape, values);
  AssertBadLaw("bad.h5", fragment);
}

static void BadLaws(void **state)
{
  (void)state;
  AssertBadEntries(0.04, 0.05, "it sums to 1.01");
  AssertBadEntries(0.09, -0.01, "its least entry is -0.01");
  AssertBadEntries(-0.01, 0.09, "its least entry is -0.01");
  AssertBadEntries(NAN, 0.04, "is no law");
  AssertBadEntries(0.04, NAN, "is no law");
  AssertBadEntries(0.04, INFINITY, "is no law");
}

/* A good solver reads its first policy; a bad file is complained of, under its key. */
static void OfTheSolver(void **state)
{
  MfgGame        game = TestGame("crowd_grid", NULL);
  MfgModel       model = TestModel(game, NULL);
  TestComplaints collected;
  MfgSolver      solver;

  (void)state;
  TestComplaintsInit(&collected);
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_trpo", NULL));
  CHECK(MfgSolverSetParameter(solver, "initial_policy", "file"));
  CHECK(MfgSolverCheck(solver, &collected.complaints));
  TestAssertComplaint(&collected, "initial_policy", "needs initial_policy.path");
  TestComplaintsInit(&collected);
  CHECK(MfgSolverSetParameter(solver, "initial_policy.path", TestIn("missing.h5")));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, &collected.complaints));
  TestAssertComplaint(&collected, "initial_policy.path", "can't read");
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

/* No folder, or a folder in place of a file: the error comes on every rank. */
static void UnwritablePath(void **state)
{
  static const char *const paths[] = {"no/such/folder/fields.h5", "."};
  MfgGame                  game = TestGame("crowd_grid", NULL);
  MfgModel                 model = TestModel(game, NULL);
  MfgFieldsFile            file = NULL;
  PetscErrorCode           error;

  (void)state;
  for (int i = 0; i < 2; i++) {
    CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
    error = MfgFieldsCreate(model, TestIn(paths[i]), &file);
    CHECK(PetscPopErrorHandler());
    assert_int_equal(error, PETSC_ERR_FILE_OPEN);
    assert_null(file);
    TestWait();
  }
  TestDestroy(&model, &game);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(RoundTrip, TestMakeFolder, NULL),
    cmocka_unit_test(ContentsOfTheFile),
    cmocka_unit_test(AnyNumbers),
    cmocka_unit_test(FilesThatCannotBeRead),
    cmocka_unit_test(WrongShapes),
    cmocka_unit_test(WrongType),
    cmocka_unit_test(BadRows),
    cmocka_unit_test(BadLaws),
    cmocka_unit_test(OfTheSolver),
    cmocka_unit_test_setup_teardown(UnwritablePath, NULL, TestRemoveFolder)};

TEST_MAIN("fields", tests)
