/*
  Everything that can be wrong with the file of a tabular game is complained of under `path`, with its place,
  alike on every rank, and before anything is solved.
*/
#include <math.h>
#include <stdio.h>
#include <unistd.h>
#include "complaints.h"
#include "game_file.h"
#include "testing.h"

/* The file is complained of, with its path, once and on every rank. */
static void AssertRefusedFile(const char *path, const char *message)
{
  char           expected[PETSC_MAX_PATH_LEN + 512];
  TestComplaints collected;
  MfgGame        game;

  TestComplaintsInit(&collected);
  CHECK(MfgGameCreate(&game));
  CHECK(MfgGameSetType(game, "tabular", NULL));
  CHECK(MfgGameSetParameter(game, "path", path));
  CHECK(MfgGameCheck(game, &collected.complaints));
  snprintf(expected, sizeof(expected), "%s: %s", path, message);
  TestAssertComplaint(&collected, "path", expected);
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  assert_int_equal(MfgGameSetUp(game), PETSC_ERR_USER);
  CHECK(PetscPopErrorHandler());
  CHECK(MfgGameDestroy(&game));
}

static void AssertRefused(const TestSmallGame *small, const char *message)
{
  AssertRefusedFile(TestWriteGame(&small->file), message);
}

/* The small table with a bad value in one of its members. */
#define REFUSED(member, value, message)                                                                      \
  do {                                                                                                       \
    TestSmallGame *small_ = TestMakeSmallGame();                                                             \
    small_->member = (value);                                                                                \
    AssertRefused(small_, message);                                                                          \
  } while (0)

static void BadNumbers(void **state)
{
  (void)state;
  REFUSED(probability[6], 1 + 1e-6,
          "/transitions/probability sums to 1.000001 for s 1, a 1; expected 1 to within 1e-09");
  REFUSED(probability[7], -.25,
          "/transitions/probability[7], of s 2, a 0, is -0.25; expected a finite number >= 0");
  REFUSED(probability[9], NAN, "/transitions/probability[9], of s 2, a 1, is ");
  REFUSED(probability[0], INFINITY, "/transitions/probability[0], of s 0, a 0, is ");
  REFUSED(next[5], 3, "/transitions/next[5], of s 1, a 0, is 3; expected a state, 0 to 2");
  REFUSED(next[9], -1, "/transitions/next[9], of s 2, a 1, is -1; expected a state, 0 to 2");
  REFUSED(start[0], 1, "/transitions/start[0] is 1; expected 0");
  REFUSED(
      start[3], 1,
      "/transitions/start[3], the end of s 1, a 0, is 1; expected an ascending list, but the entry before "
      "it is 2");
  REFUSED(start[6], 11, "/transitions/start ends with 11; expected 10, the length of /transitions/next");
  REFUSED(start[1], 0, "/transitions/probability sums to 0 for s 0, a 0; expected 1 to within 1e-09");
  REFUSED(reward[3], NAN, "/reward[1, 1] is ");
  REFUSED(reward[5], -INFINITY, "/reward[2, 1] is -inf; expected a finite number");
  REFUSED(weight[2], NAN, "/interaction/weight[2], of s 2, is ");
  REFUSED(w_next[0], 3, "/interaction/next[0], of s 0, is 3; expected a state, 0 to 2");
  REFUSED(w_start[1], 3, "/interaction/start[2], the end of s 1, is 2; expected an ascending list");
  REFUSED(file.states, 0, "the attribute 'states' is 0; expected an integer >= 1");
  REFUSED(file.actions, -1, "the attribute 'actions' is -1; expected an integer >= 1");
  REFUSED(file.crowd_aversion, -1, "the attribute 'crowd_aversion' is -1; expected a finite number >= 0");
  REFUSED(file.crowd_aversion, NAN, "the attribute 'crowd_aversion' is ");
  REFUSED(file.density_floor, 1, "the attribute 'density_floor' is 1; expected a number in (0,1)");
}

/* They are sums of one then, which a model wants more exactly than a file. */
static void SumsWithinTheTolerance(void **state)
{
  TestSmallGame *small = TestMakeSmallGame();
  MfgGame        game;
  MfgModel       model;
  PetscInt       count, next[4];
  PetscReal      p[4];

  (void)state;
  small->probability[6] = 1 + 0.9e-9;
  small->probability[2] -= 0.9e-9;
  game = TestGame("tabular", "path", TestWriteGame(&small->file), NULL);
  CHECK(MfgGameTransitions(game, 1, 0, NULL, &count, next, p));
  assert_int_equal(count, 4);
  TestAssertNumber(p[0] + p[1] + p[2] + p[3], 1, 1e-15, "a sum");
  TestAssertNumber(p[3] / p[1], 2, 1e-14, "a ratio");
  model = TestModel(game, NULL);
  TestDestroy(&model, &game);
}

static void AssertFlaw(const char *at, TestFlaw flaw, const char *message)
{
  TestSmallGame *small = TestMakeSmallGame();

  small->file.at = at;
  small->file.flaw = flaw;
  AssertRefused(small, message);
}

static void BadLayouts(void **state)
{
  (void)state;
  AssertFlaw("/reward", TEST_MISSING, "the data set /reward is missing");
  AssertFlaw("/transitions/start", TEST_MISSING, "the data set /transitions/start is missing");
  AssertFlaw("/transitions/next", TEST_MISSING, "the data set /transitions/next is missing");
  AssertFlaw("/interaction/weight", TEST_MISSING, "the data set /interaction/weight is missing");
  AssertFlaw("/reward", TEST_SHORTER, "/reward has the shape [2, 2]; expected [3, 2]");
  AssertFlaw("/transitions/start", TEST_SHORTER, "/transitions/start has the shape [6]; expected [7]");
  AssertFlaw("/transitions/probability", TEST_SHORTER,
             "/transitions/probability has the shape [9]; expected [10]");
  AssertFlaw("/interaction/start", TEST_SHORTER, "/interaction/start has the shape [3]; expected [4]");
  AssertFlaw("/transitions/next", TEST_FOLDED,
             "/transitions/next has the shape [10, 1]; expected one dimension");
  AssertFlaw("/transitions/start", TEST_FOLDED, "/transitions/start has the shape [7, 1]; expected [7]");
  AssertFlaw("/reward", TEST_LINK, "/reward has its numbers in another file; expected them in this one");
  AssertFlaw("/transitions/next", TEST_STORED_APART,
             "/transitions/next has its numbers in another file; expected them in this one");
  REFUSED(file.states, 4, "/reward has the shape [3, 2]; expected [4, 2]");
  REFUSED(file.without_states, PETSC_TRUE, "the attribute 'states' is missing; expected an integer >= 1");
  REFUSED(file.interaction, "/interactions", "unknown /interactions; did you mean /interaction?");
  REFUSED(file.interaction, "/xyzzy", "unknown /xyzzy");
  REFUSED(file.attribute, "crowd_aversoin",
          "unknown attribute crowd_aversoin; did you mean attribute crowd_aversion?");
}

static void BadTypes(void **state)
{
  (void)state;
  AssertFlaw("/transitions/next", TEST_FLOATS,
             "/transitions/next holds 64-bit floating-point numbers; expected integers");
  AssertFlaw("/interaction/start", TEST_FLOATS,
             "/interaction/start holds 64-bit floating-point numbers; expected integers");
  AssertFlaw("/transitions/probability", TEST_INTEGERS,
             "/transitions/probability holds integers; expected 64-bit floating-point numbers");
  AssertFlaw("/transitions/probability", TEST_SINGLES,
             "/transitions/probability holds 32-bit floating-point numbers; expected 64-bit");
  AssertFlaw("/reward", TEST_INTEGERS, "/reward holds integers; expected 64-bit floating-point numbers");
  AssertFlaw("/reward", TEST_TEXTS, "/reward holds texts; expected 64-bit floating-point numbers");
  AssertFlaw(
      "/reward", TEST_COMPLEX,
      "/reward holds compound values (such as complex numbers); expected 64-bit floating-point numbers");
  REFUSED(file.states_as_real, PETSC_TRUE,
          "the attribute 'states' is something else; expected a single integer");
}

static void FilesThatAreNone(void **state)
{
  TestSmallGame *small = TestMakeSmallGame();
  const char    *path = TestNewFile();

  (void)state;
  AssertRefusedFile(path, "cannot be opened: No such file or directory; expected the HDF5 file of a game");
  AssertRefusedFile(TestFolder(), "is not an HDF5 file; expected the HDF5 file of a game");
  TestWait();
  if (TestIsFirstRank()) {
    FILE *text = fopen(path, "w");

    assert_non_null(text);
    fputs("no HDF5\n", text);
    fclose(text);
  }
  TestWait();
  AssertRefusedFile(path, "is not an HDF5 file; expected the HDF5 file of a game");
  path = TestWriteGame(&small->file);
  if (TestIsFirstRank()) assert_int_equal(truncate(path, 3000), 0);
  TestWait();
  AssertRefusedFile(path, "is HDF5 but cannot be read: is it whole, and closed by");
}

/* A file that changes after the check is read again. */
static void ChangedFile(void **state)
{
  const char    *path = TestWriteGame(&TestMakeSmallGame()->file);
  TestSmallGame *small = TestMakeSmallGame();
  TestComplaints collected;
  MfgGame        game;

  (void)state;
  TestComplaintsInit(&collected);
  CHECK(MfgGameCreate(&game));
  CHECK(MfgGameSetType(game, "tabular", NULL));
  CHECK(MfgGameSetParameter(game, "path", path));
  CHECK(MfgGameCheck(game, &collected.complaints));
  TestAssertNoComplaint(&collected);
  TestWait();
  small->reward[0] = NAN;
  small->file.w_entries = 0; /* another size: the clock of a file system may be coarse */
  if (TestIsFirstRank()) TestWriteGameFile(path, &small->file);
  TestWait();
  CHECK(MfgGameCheck(game, &collected.complaints));
  TestAssertComplaint(&collected, "path", "/reward[0, 0] is ");
  CHECK(MfgGameDestroy(&game));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(BadNumbers, TestMakeFolder, NULL),
    cmocka_unit_test(SumsWithinTheTolerance),
    cmocka_unit_test(BadLayouts),
    cmocka_unit_test(BadTypes),
    cmocka_unit_test(FilesThatAreNone),
    cmocka_unit_test_setup_teardown(ChangedFile, NULL, TestRemoveFolder)};

TEST_MAIN("bad_tables", tests)
