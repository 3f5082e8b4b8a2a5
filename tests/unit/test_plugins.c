/*
  Games of a shared library through MfgGameLoadPlugin(): the library, which is not linked to this program,
  finds the functions that it calls here. The game goes to and fro between two states, 0 → 1 → 0.
*/
#include <string.h>
#include "complaints.h"
#include "testing.h"

static PetscInt CountClasses(void)
{
  const MfgGameClass *const *classes;
  PetscInt                   count;

  CHECK(MfgGameGetClasses(&count, &classes));
  return count;
}

static void Load(const char *name, TestComplaints *collected)
{
  char path[PETSC_MAX_PATH_LEN];

  TestComplaintsInit(collected);
  snprintf(path, sizeof(path), "%s/%s", TEST_PLUGINS, name);
  CHECK(MfgGameLoadPlugin(path, &collected->complaints));
}

static void LoadedTwice(void **state)
{
  const PetscInt before = CountClasses();
  TestComplaints collected;
  MfgGame        game;
  PetscInt       states, actions, count, next[1];
  PetscReal      p[1];

  (void)state;
  for (int i = 0; i < 2; i++) {
    Load("plugin_good.so", &collected);
    TestAssertNoComplaint(&collected);
    assert_int_equal(CountClasses(), before + 1);
  }
  game = TestGame("to_and_fro", NULL);
  CHECK(MfgGameGetSizes(game, &states, &actions));
  assert_true(states == 2 && actions == 1);
  for (PetscInt s = 0; s < 2; s++) {
    CHECK(MfgGameTransitions(game, s, 0, NULL, &count, next, p));
    assert_true(count == 1 && next[0] == 1 - s && p[0] == 1);
  }
  CHECK(MfgGameDestroy(&game));
}

/* Another library with a game of the same name; comes after LoadedTwice(). */
static void NameTaken(void **state)
{
  const PetscInt before = CountClasses();
  TestComplaints collected;

  (void)state;
  Load("plugin_no_symbol.so", &collected);
  TestAssertComplaint(&collected, "plugin", "has no symbol 'mfg_plugin'");
  Load("plugin_twice.so", &collected);
  TestAssertComplaint(&collected, "plugin", "has a game named 'to_and_fro', and there is another one");
  assert_int_equal(CountClasses(), before);
}

/* Without a place for complaints they are errors. */
static void Raised(void **state)
{
  (void)state;
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  assert_int_equal(MfgGameLoadPlugin("no/such/plugin.so", NULL), PETSC_ERR_USER);
  CHECK(PetscPopErrorHandler());
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(LoadedTwice), cmocka_unit_test(NameTaken),
                                          cmocka_unit_test(Raised)};

TEST_MAIN("plugins", tests)
