/*
  Games whose transitions are wrong: a row that does not sum to one, a negative probability, a state that does
  not exist. The row is owned by one rank only, the error is raised on all of them.
*/
#include <math.h>
#include "table_game.h"
#include "testing.h"

enum { STATES = 6, ACTIONS = 2 };

/* Each state goes to itself, or to the next one. */
static void FillGood(PetscReal p[])
{
  for (int i = 0; i < STATES * ACTIONS * STATES; i++) p[i] = 0;
  for (int s = 0; s < STATES; s++) {
    p[(s * ACTIONS + 0) * STATES + s] = 1;
    p[(s * ACTIONS + 1) * STATES + (s + 1) % STATES] = 1;
  }
}

/* The error code of setting the model up; the model is destroyed. */
static PetscErrorCode SetUp(MfgGame game, const char *direct_below)
{
  MfgModel       model;
  MfgParameters  parameters;
  PetscErrorCode error;

  CHECK(MfgModelCreate(PETSC_COMM_WORLD, &model));
  CHECK(MfgModelGetParameters(model, &parameters));
  CHECK(MfgParametersSet(parameters, "direct_below", direct_below, NULL));
  CHECK(MfgModelSetGame(model, game));
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  error = MfgModelSetUp(model);
  CHECK(PetscPopErrorHandler());
  CHECK(MfgModelDestroy(&model));
  return error;
}

/* On every rank; barriers see to it that none is left behind. */
static void AssertSetUp(const TestTable *table, PetscErrorCode expected)
{
  static const char *const modes[] = {"3000", "0"};

  for (int i = 0; i < 2; i++) {
    MfgGame game = TestTableGame(table, NULL);

    assert_int_equal(SetUp(game, modes[i]), expected);
    assert_int_equal(MPI_Barrier(PETSC_COMM_WORLD), MPI_SUCCESS);
    CHECK(MfgGameDestroy(&game));
  }
}

static void GoodRows(void **state)
{
  PetscReal       p[STATES * ACTIONS * STATES];
  const TestTable table = {.states = STATES, .actions = ACTIONS, .p = p};

  (void)state;
  FillGood(p);
  AssertSetUp(&table, 0);
  p[1 * STATES + 1] += 1e-12; /* rounding is allowed */
  AssertSetUp(&table, 0);
}

/* The wrong row is that of each state in turn: the first rank's, the last rank's. */
static void SumsBelowOne(void **state)
{
  PetscReal       p[STATES * ACTIONS * STATES];
  const TestTable table = {.states = STATES, .actions = ACTIONS, .p = p};

  (void)state;
  for (int s = 0; s < STATES; s++) {
    FillGood(p);
    p[(s * ACTIONS + 1) * STATES + (s + 1) % STATES] = 0.9;
    AssertSetUp(&table, PETSC_ERR_USER);
  }
}

static void SumsAboveOne(void **state)
{
  PetscReal       p[STATES * ACTIONS * STATES];
  const TestTable table = {.states = STATES, .actions = ACTIONS, .p = p};

  (void)state;
  FillGood(p);
  p[(STATES - 1) * ACTIONS * STATES] = 1e-6; /* the last state also goes to the first */
  AssertSetUp(&table, PETSC_ERR_USER);
}

static void NegativeProbability(void **state)
{
  PetscReal       p[STATES * ACTIONS * STATES];
  const TestTable table = {.states = STATES, .actions = ACTIONS, .p = p};

  (void)state;
  for (int s = 0; s < STATES; s++) { /* the sum is right */
    FillGood(p);
    p[(s * ACTIONS + 0) * STATES + s] = 1.25;
    p[(s * ACTIONS + 0) * STATES + (s + 2) % STATES] = -0.25;
    AssertSetUp(&table, PETSC_ERR_USER);
  }
}

static void NotANumber(void **state)
{
  PetscReal       p[STATES * ACTIONS * STATES];
  const TestTable table = {.states = STATES, .actions = ACTIONS, .p = p};

  (void)state;
  FillGood(p);
  p[(STATES - 1) * ACTIONS * STATES] = NAN;
  AssertSetUp(&table, PETSC_ERR_USER);
}

static void LeavesTheStates(void **state)
{
  PetscReal p[STATES * ACTIONS * STATES];
  TestTable table = {.states = STATES, .actions = ACTIONS, .p = p, .leaves = PETSC_TRUE};

  (void)state;
  FillGood(p);
  AssertSetUp(&table, 0); /* state 0 does not use the number that is wrong */
  p[0] = 0.5;
  p[STATES - 1] = 0.5;
  AssertSetUp(&table, PETSC_ERR_USER);
}

/* One action of one state pays no number: a maximum over actions would pass over it. */
static void RewardIsNotANumber(void **state)
{
  static const PetscReal values[] = {NAN, INFINITY, -INFINITY};
  PetscReal              p[STATES * ACTIONS * STATES], r[STATES * ACTIONS] = {0};
  const TestTable        table = {.states = STATES, .actions = ACTIONS, .p = p, .r = r};

  (void)state;
  FillGood(p);
  for (int i = 0; i < 3; i++) {
    MfgGame    game;
    MfgModel   model;
    MfgFailure kind;
    Vec        mu;

    r[STATES * ACTIONS - 1] = values[i];
    game = TestTableGame(&table, NULL);
    model = TestModel(game, NULL);
    mu = TestStateVec(model, 1.0 / STATES);
    CHECK(MfgModelSetMeanField(model, mu));
    CHECK(MfgModelGetFailureKind(model, &kind));
    assert_int_equal(kind, MFG_FAILURE_NOT_FINITE);
    CHECK(VecDestroy(&mu));
    TestDestroy(&model, &game);
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(GoodRows),          cmocka_unit_test(SumsBelowOne),
    cmocka_unit_test(SumsAboveOne),      cmocka_unit_test(NegativeProbability),
    cmocka_unit_test(NotANumber),        cmocka_unit_test(LeavesTheStates),
    cmocka_unit_test(RewardIsNotANumber)};

TEST_MAIN("bad rows", tests)
