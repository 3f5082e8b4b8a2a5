/*
  Values of a game that are wrong, alone or together: each gives one complaint, under the key at fault, and
  MfgGameSetUp() raises it as PETSC_ERR_USER.
*/
#include "complaints.h"
#include "table_game.h"
#include "testing.h"

enum { MOST_VALUES = 4 };

typedef struct {
  const char *type;
  const char *values[MOST_VALUES][2]; /* keys and values */
  const char *key, *fragment;         /* of the complaint */
} BadGame;

static const BadGame together[] = {
    {"four_rooms", {{"size", "12"}}, "size", "12 is even; expected an odd size"},
    {"four_rooms", {{"size", "8"}}, "size", "is even"},
    {"four_rooms",
     {{"point_of_interest.cell", "[5, 5]"}},
     "point_of_interest.cell",
     "[5, 5] is a wall or outside the 11 x 11 grid; expected a free cell"},
    {"four_rooms",
     {{"point_of_interest.cell", "[0, 11]"}, {"point_of_interest.bonus", "1"}},
     "point_of_interest.cell",
     "[0, 11] is a wall or outside"},
    {"crowd_grid", {{"point_of_interest.cell", "[5, 0]"}}, "point_of_interest.cell", "outside the 5 x 5"},
    {"four_rooms",
     {{"point_of_interest.bonus", "1"}},
     "point_of_interest.bonus",
     "needs point_of_interest.cell"},
    {"four_rooms", {{"noise.additive", "[.2, .2, .2, .2, .1]"}}, "noise.additive", "sum to 0.9; expected 1"},
    {"crowd_grid", {{"noise.additive", "[.2, .2, .2, .2, .2000001]"}}, "noise.additive", "sum to 1.0000001"},
    {"four_rooms",
     {{"noise.additive", "[.2, .2, .2, .2, .2]"}, {"noise.slip", "0.1"}},
     "noise.additive",
     "either slip or additive"},
    {"four_rooms",
     {{"initial", "concentrated"}, {"initial.cell", "[5, 0]"}},
     "initial.cell",
     "[5, 0] is a wall or outside the 11 x 11 grid"},
    {"crowd_grid", {{"initial", "concentrated"}, {"initial.cell", "[0, 5]"}}, "initial.cell", "[0, 5]"},
    {"four_rooms",
     {{"initial", "concentrated"}, {"initial.state", "104"}},
     "initial.state",
     "no state 104; the last one is 103"},
    {"four_rooms", {{"initial", "concentrated"}}, "initial", "exactly one of initial.cell"},
    {"four_rooms",
     {{"initial", "concentrated"}, {"initial.cell", "[0, 0]"}, {"initial.state", "0"}},
     "initial",
     "exactly one of initial.cell"},
    {"four_rooms",
     {{"initial.cell", "[0, 0]"}},
     "initial.cell",
     "is used where initial.type is concentrated"},
    {"four_rooms", {{"initial.state", "0"}}, "initial.state", "is used where initial.type is concentrated"},
    {"four_rooms",
     {{"initial", "uniform"}, {"initial.weight", "0.5"}},
     "initial.weight",
     "is used where initial.type is concentrated; it is uniform here"},
    {"four_rooms", {{"initial.path", "law.h5"}}, "initial.path", "is used where initial.type is file"},
    {"four_rooms", {{"initial", "file"}}, "initial", "needs initial.path"},
    {"kinetic_congestion", {{"target", "[0, 5]"}}, "target", "[0, 5] is outside the 5 x 5 grid"},
    {"kinetic_congestion",
     {{"target", "[2, 0]"}, {"size", "2"}},
     "target",
     "[2, 0] is outside the 2 x 2 grid"},
    {"sis_epidemic", {{"initial", "concentrated"}, {"initial.cell", "[0, 0]"}}, "initial.cell", "no grid"},
#if !defined(PETSC_USE_64BIT_INDICES)
    {"kinetic_congestion", {{"size", "1000000"}}, "size", "64-bit indices"},
    {"sis_epidemic",
     {{"levels", "1500000000"}},
     "type",
     "2 states with 1500000000 actions need a PETSc with 64-bit indices"},
    {"mf_garnet", {{"states", "1000000000"}}, "states", "64-bit indices"},
    {"no_interaction_chain", {{"length", "2000000000"}}, "length", "64-bit indices"},
#endif
    {"mf_garnet", {{"states", "5"}}, "branching", "6 is more than the game has states; expected at most 5"},
    {"mf_garnet",
     {{"states", "50"}, {"branching", "51"}},
     "branching",
     "51 is more than the game has states; expected at most 50"},
    {"mf_garnet", {{"coupled_states", "101"}}, "coupled_states", "expected at most 100"},
    {"mf_garnet", {{"initial", "concentrated"}, {"initial.cell", "[0, 0]"}}, "initial.cell", "no grid"},
    {"lasry_lions_chain", {{"noise", "[.1, .9, .1]"}}, "noise", "the probabilities sum to 1.1; expected 1"},
    {"no_interaction_chain", {{"noise", "[0, 0, 0]"}}, "noise", "sum to 0; expected 1"},
    {"multiple_equilibria_chain", {{"noise", "[0, .9999999, 0]"}}, "noise", "sum to 0.9999999; expected 1"},
    {"multiple_equilibria_chain",
     {{"targets", "[0, 7, 2]"}},
     "targets",
     "7 is outside the chain; expected positions in 0..6"},
    {"multiple_equilibria_chain",
     {{"length", "4"}},
     "targets",
     "4 is outside the chain; expected positions in 0..3"},
    {"multiple_equilibria_chain", {{"targets", "[]"}}, "targets", "expected one position or more"},
    {"lasry_lions_chain",
     {{"initial", "concentrated"}, {"initial.state", "7"}},
     "initial.state",
     "no state 7; the last one is 6"},
    {"lasry_lions_chain",
     {{"initial", "concentrated"}, {"initial.cell", "[0, 3]"}},
     "initial.cell",
     "this game has no grid; use initial.state"}};

static const BadGame alone[] = {
    {"four_rooms", {{"size", "5"}}, "size", "[7,inf)"},
    {"four_rooms", {{"size", "11.5"}}, "size", "an integer"},
    {"crowd_grid", {{"size", "1"}}, "size", "[2,inf)"},
    {"four_rooms", {{"crowd_aversion", "-1"}}, "crowd_aversion", "[0,inf)"},
    {"four_rooms", {{"crowd_aversion", "nan"}}, "crowd_aversion", "real"},
    {"four_rooms", {{"density_floor", "0"}}, "density_floor", "(0,1)"},
    {"four_rooms", {{"noise.slip", "1.1"}}, "noise.slip", "[0,1]"},
    {"four_rooms", {{"noise.additive", "[.5, .5]"}}, "noise.additive", "a list of 5 reals"},
    {"four_rooms", {{"noise.additive", "[1.5, -.5, 0, 0, 0]"}}, "noise.additive", "[0,1]"},
    {"four_rooms", {{"point_of_interest.cell", "[-1, 0]"}}, "point_of_interest.cell", "[0,inf)"},
    {"four_rooms", {{"discount", "1"}}, "discount", "(0,1)"},
    {"four_rooms", {{"discount", "0"}}, "discount", "(0,1)"},
    {"four_rooms", {{"initial", "concentrate"}}, "initial", "uniform|concentrated|file"},
    {"four_rooms", {{"initial.weight", "1.5"}}, "initial.weight", "[0,1]"},
    {"four_rooms", {{"initial.sate", "1"}}, "initial.sate", "did you mean 'initial.state'?"},
    {"crowd_grid", {{"crowd_aversoin", "1"}}, "crowd_aversoin", "did you mean 'crowd_aversion'?"},
    {"crowd_grid", {{"noise", "0.1"}}, "noise", "slip, additive"},
    {"kinetic_congestion", {{"size", "1"}}, "size", "[2,inf)"},
    {"kinetic_congestion", {{"capacity", "0"}}, "capacity", "(0,inf)"},
    {"kinetic_congestion", {{"move_cost", "-0.1"}}, "move_cost", "[0,inf)"},
    {"kinetic_congestion", {{"target", "[1]"}}, "target", "a list of 2 integers"},
    {"kinetic_congestion", {{"target", "[-1, 0]"}}, "target", "[0,inf)"},
    {"sis_epidemic", {{"levels", "1"}}, "levels", "[2,inf)"},
    {"sis_epidemic", {{"infection", "1.01"}}, "infection", "[0,1]"},
    {"sis_epidemic", {{"recovery", "-0.1"}}, "recovery", "[0,1]"},
    {"sis_epidemic", {{"infection_cost", "-1"}}, "infection_cost", "[0,inf)"},
    {"mf_garnet", {{"states", "0"}}, "states", "[1,inf)"},
    {"mf_garnet", {{"branching", "0"}}, "branching", "[1,inf)"},
    {"mf_garnet", {{"coupled_states", "-1"}}, "coupled_states", "[0,inf)"},
    {"mf_garnet", {{"dynamics", "multiplicativ"}}, "dynamics", "did you mean 'multiplicative'?"},
    {"mf_garnet", {{"interaction", "symmetric"}}, "interaction", "potential|cyclic"},
    {"lasry_lions_chain", {{"length", "1"}}, "length", "1 is out of range; expected an integer in [2,inf)"},
    {"no_interaction_chain", {{"length", "1"}}, "length", "[2,inf)"},
    {"multiple_equilibria_chain", {{"length", "1"}}, "length", "[2,inf)"},
    {"lasry_lions_chain", {{"noise", "[.5, .5]"}}, "noise", "has 2 entries; expected a list of 3 reals"},
    {"no_interaction_chain", {{"noise", "[-.5, 1, .5]"}}, "noise", "[0,1]"},
    {"lasry_lions_chain", {{"center_pull", "-3"}}, "center_pull", "[0,inf)"},
    {"no_interaction_chain", {{"move_cost", "-1"}}, "move_cost", "[0,inf)"},
    {"no_interaction_chain", {{"crowd", "1"}}, "crowd", "unknown"},
    {"multiple_equilibria_chain", {{"targets", "[2, -1]"}}, "targets", "[0,inf)"},
    {"multiple_equilibria_chain", {{"targets", "3"}}, "targets", "not a list"},
    {"multiple_equilibria_chain", {{"targets", "[2.5]"}}, "targets", "not an integer"},
    {"contraction_game", {{"switch_cost", "-2"}}, "switch_cost", "[0,inf)"},
    {"contraction_game", {{"crowd", "-2"}}, "crowd", "[0,inf)"},
    {"rock_paper_scissors", {{"size", "3"}}, "size", "unknown"}};

/* The game with the values of the case, not set up; complaints about single values are collected. */
static MfgGame MakeGame(const BadGame *bad, TestComplaints *collected)
{
  MfgGame       game;
  MfgParameters parameters;

  TestComplaintsInit(collected);
  CHECK(MfgGameCreate(&game));
  CHECK(MfgGameSetType(game, bad->type, NULL));
  CHECK(MfgGameGetParameters(game, &parameters));
  for (int i = 0; i < MOST_VALUES && bad->values[i][0]; i++)
    CHECK(MfgParametersSet(parameters, bad->values[i][0], bad->values[i][1], &collected->complaints));
  return game;
}

static void ValuesThatAreWrongAlone(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
    TestComplaints collected;
    MfgGame        game = MakeGame(&alone[i], &collected);

    TestAssertComplaint(&collected, alone[i].key, alone[i].fragment);
    TestComplaintsInit(&collected); /* nothing has changed: the defaults are a good game */
    CHECK(MfgGameCheck(game, &collected.complaints));
    TestAssertNoComplaint(&collected);
    CHECK(MfgGameDestroy(&game));
  }
}

static void ValuesThatAreWrongTogether(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
    TestComplaints collected;
    MfgGame        game = MakeGame(&together[i], &collected);

    TestAssertNoComplaint(&collected);
    CHECK(MfgGameCheck(game, &collected.complaints));
    TestAssertComplaint(&collected, together[i].key, together[i].fragment);
    CHECK(MfgGameDestroy(&game));
  }
}

static void SetUpRaises(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
    TestComplaints collected;
    MfgGame        game = MakeGame(&together[i], &collected);

    CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
    assert_int_equal(MfgGameSetUp(game), PETSC_ERR_USER);
    CHECK(PetscPopErrorHandler());
    CHECK(MfgGameDestroy(&game));
  }
}

/* Two faults, two complaints. */
static void AllAreReported(void **state)
{
  static const BadGame two = {
      "four_rooms", {{"noise.additive", "[1, 1, 0, 0, 0]"}, {"point_of_interest.cell", "[5, 5]"}}, "", ""};
  TestComplaints collected;
  MfgGame        game = MakeGame(&two, &collected);

  (void)state;
  CHECK(MfgGameCheck(game, &collected.complaints));
  assert_int_equal(collected.count, 2);
  CHECK(MfgGameDestroy(&game));
}

static void UnknownType(void **state)
{
  TestComplaints collected;
  MfgGame        game;

  (void)state;
  TestComplaintsInit(&collected);
  CHECK(MfgGameCreate(&game));
  CHECK(MfgGameSetType(game, "four_room", &collected.complaints));
  TestAssertComplaint(&collected, "type", "did you mean 'four_rooms'?");
  CHECK(MfgGameDestroy(&game));
}

/* A cell makes no sense for a game without a grid. */
static void CellWithoutGrid(void **state)
{
  static const PetscReal p[1] = {1};
  static const TestTable table = {.states = 1, .actions = 1, .p = p};
  static const BadGame   bad = {
        "table", {{"initial", "concentrated"}, {"initial.cell", "[0, 0]"}}, "initial.cell", "no grid"};
  TestComplaints collected;
  MfgGame        game = TestTableGame(&table, NULL);

  (void)state;
  CHECK(MfgGameDestroy(&game));
  game = MakeGame(&bad, &collected);
  CHECK(MfgGameCheck(game, &collected.complaints));
  TestAssertComplaint(&collected, bad.key, bad.fragment);
  CHECK(MfgGameDestroy(&game));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(ValuesThatAreWrongAlone),
                                          cmocka_unit_test(ValuesThatAreWrongTogether),
                                          cmocka_unit_test(SetUpRaises),
                                          cmocka_unit_test(AllAreReported),
                                          cmocka_unit_test(UnknownType),
                                          cmocka_unit_test(CellWithoutGrid)};

TEST_MAIN("bad games", tests)
