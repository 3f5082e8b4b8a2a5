/*
  What goes wrong where transitions depend on μ.

  A model is evaluated only at the mean field that it is held at: after a flow, and before the first mean
  field, every operator refuses. A game that errs at some μ on one rank alone is an error on every rank, and
  the model works again at a mean field where the game is right. Barriers see to it that no rank is left
  behind.
*/
#include "ring_game.h"
#include "testing.h"

enum { STATES = 6 };

/* 0.9 on the state, the rest spread evenly. */
static Vec Peak(MfgModel model, PetscInt s)
{
  Vec      mu = TestStateVec(model, 0.1 / STATES);
  PetscInt begin, end;

  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  if (s >= begin && s < end) CHECK(VecSetValue(mu, s, 0.9, ADD_VALUES));
  CHECK(VecAssemblyBegin(mu));
  CHECK(VecAssemblyEnd(mu));
  return mu;
}

/* Each operator that needs the transitions at the mean field held, by number; *count says how many there are.
 */
static PetscErrorCode Operate(MfgModel model, int number, Vec J, Vec q, int *count)
{
  MfgSolve    solve;
  MfgSpectrum spectrum;

  *count = 9;
  switch (number) {
  case 0:
    return MfgModelEvaluate(model, 0, J, &solve);
  case 1:
    return MfgModelPush(model, 1, J);
  case 2:
    return MfgModelLinearMeanField(model, J, &solve);
  case 3:
    return MfgModelBestResponse(model, J, NULL, &solve);
  case 4:
    return MfgModelSoftOptimal(model, 0.1, J, &solve);
  case 5:
    return MfgModelEvaluateHorizon(model, 0, 2, J);
  case 6:
    return MfgModelOptimalHorizon(model, 0, 2, J);
  case 7:
    return MfgModelSpectrum(model, NULL, &spectrum);
  default:
    return MfgModelBackup(model, J, q);
  }
}

/* Every operator ends with `expected`, on every rank. */
static void AssertOperators(MfgModel model, PetscErrorCode expected)
{
  Vec J = TestStateVec(model, 0), q;
  int count = 1;

  CHECK(MfgModelCreateStateActionVec(model, &q));
  for (int number = 0; number < count; number++) {
    PetscErrorCode error;

    CHECK(VecSet(J, 1. / STATES)); /* a law, or a first guess */
    if (expected) CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
    error = Operate(model, number, J, q, &count);
    if (expected) CHECK(PetscPopErrorHandler());
    if (error != expected)
      fail_msg("operator %d ends with the code %d; expected %d", number, (int)error, (int)expected);
    assert_int_equal(MPI_Barrier(PETSC_COMM_WORLD), MPI_SUCCESS);
  }
  CHECK(VecDestroy(&q));
  CHECK(VecDestroy(&J));
}

static void RefusedWhereNotHeld(void **state)
{
  MfgGame  game = TestRingGame(STATES, NULL);
  MfgModel model = TestModel(game, NULL);
  Vec      pi = TestReferencePolicy(model), mu = Peak(model, 2);
  MfgSolve solve;

  (void)state;
  CHECK(MfgModelSetPolicy(model, pi));
  AssertOperators(model, PETSC_ERR_ARG_WRONGSTATE); /* there is no mean field yet */
  CHECK(MfgModelSetMeanField(model, mu));
  AssertOperators(model, 0);
  CHECK(MfgModelFlow(model, 0, mu)); /* no step, nothing moved */
  AssertOperators(model, 0);
  CHECK(MfgModelFlow(model, 1, mu));
  AssertOperators(model, PETSC_ERR_ARG_WRONGSTATE);
  CHECK(MfgModelSetMeanField(model, mu));
  CHECK(MfgModelInducedMeanField(model, mu, &solve));
  AssertOperators(model, PETSC_ERR_ARG_WRONGSTATE);
  CHECK(MfgModelSetMeanField(model, mu));
  AssertOperators(model, 0);
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

/* Where P does not depend on μ, a flow is a push, and leaves the model where it was. */
static void FlowOfAFreeGame(void **state)
{
  MfgGame    game = TestGame("crowd_grid", "size", "4", NULL);
  MfgModel   model = TestModel(game, NULL);
  Vec        pi = TestReferencePolicy(model), mu = TestReferenceMeanField(model), pushed;
  PetscInt   S;
  PetscReal *followed;

  (void)state;
  CHECK(VecDuplicate(mu, &pushed));
  CHECK(VecCopy(mu, pushed));
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelSetMeanField(model, mu));
  CHECK(MfgModelFlow(model, 7, mu));
  followed = TestGather(mu, &S);
  CHECK(MfgModelPush(model, 7, pushed));
  TestAssertNear(pushed, S, followed, 1e-15, "a push, and a flow,");
  AssertOperators(model, 0);
  CHECK(PetscFree(followed));
  CHECK(VecDestroy(&pushed));
  CHECK(VecDestroy(&mu));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

typedef PetscErrorCode (*Mover)(MfgModel model, Vec mu);

static PetscErrorCode FlowOnce(MfgModel model, Vec mu)
{
  return MfgModelFlow(model, 1, mu);
}

static PetscErrorCode Induce(MfgModel model, Vec mu)
{
  MfgSolve solve;

  return MfgModelInducedMeanField(model, mu, &solve);
}

/* The fault is reported by every rank, and nothing of it is left when the mean field is another one. */
static void AssertFault(const TestRingFault *fault, Mover move)
{
  const PetscInt elsewhere = (fault->state + 3) % STATES;
  MfgGame        game = TestRingGame(STATES, fault);
  MfgModel       model = TestModel(game, NULL);
  Vec        pi = TestReferencePolicy(model), good = Peak(model, elsewhere), bad = Peak(model, fault->state);
  Vec        J = TestStateVec(model, 0);
  PetscInt   S;
  PetscReal *before;
  MfgSolve   solve;
  PetscErrorCode error;

  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelSetMeanField(model, good));
  CHECK(MfgModelEvaluate(model, 0, J, &solve));
  before = TestGather(J, &S);
  CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  error = (*move)(model, bad);
  CHECK(PetscPopErrorHandler());
  if (error != PETSC_ERR_USER) fail_msg("fault %d gave the code %d", (int)fault->fault, (int)error);
  assert_int_equal(MPI_Barrier(PETSC_COMM_WORLD), MPI_SUCCESS);
  AssertOperators(model, PETSC_ERR_ARG_WRONGSTATE);
  CHECK(MfgModelSetMeanField(model, good));
  CHECK(MfgModelEvaluate(model, 0, J, &solve));
  TestAssertSound(model);
  TestAssertNear(J, S, before, 1e-12, "the value after an error");
  CHECK(PetscFree(before));
  CHECK(VecDestroy(&J));
  CHECK(VecDestroy(&bad));
  CHECK(VecDestroy(&good));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

static void FaultsAtAMeanField(void **state)
{
  (void)state;
  for (int fault = 0; fault < TEST_RING_FAULTS; fault++) {
    for (PetscInt s = 0; s < STATES; s++) { /* of the first rank, of the last one */
      const TestRingFault told = {.state = s, .fault = fault};

      AssertFault(&told, MfgModelSetMeanField);
    }
  }
}

static void FaultsOnTheWay(void **state)
{
  (void)state;
  for (int fault = 0; fault < TEST_RING_FAULTS; fault++) {
    const TestRingFault told = {.state = STATES - 1, .fault = fault};

    if (fault == TEST_RING_REWARDS) continue; /* a flow asks for no rewards */
    AssertFault(&told, FlowOnce);
    AssertFault(&told, Induce);
  }
}

/* One steps round a ring of 12; the reward looks `reach` states ahead. */
typedef struct {
  MfgCoupling rewards;
  PetscInt    reach;
} Peeping;
static Peeping peeping;
enum { RING = 12 };

static PetscErrorCode PeepingSetUp(MfgGame game, MfgParameters parameters)
{
  PetscFunctionBeginUser;
  (void)parameters;
  PetscCall(MfgGameSetSizes(game, RING, 1, 1));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_NONE, peeping.rewards));
  PetscFunctionReturn(0);
}

static PetscErrorCode PeepingTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                         PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBeginUser;
  (void)game;
  (void)a;
  (void)mu;
  *count = 1;
  next[0] = (s + 1) % RING;
  p[0] = 1;
  PetscFunctionReturn(0);
}

static PetscErrorCode PeepingRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  PetscFunctionBeginUser;
  (void)game;
  for (PetscInt s = mu->begin; s < mu->end; s++)
    r[s - mu->begin] = -MfgMeanFieldAt(mu, (s + peeping.reach) % RING);
  PetscFunctionReturn(0);
}

static const MfgParameterSpec no_parameters[] = {{.key = NULL}};
static const MfgGameClass     peeping_class = {.name = "peeping",
                                               .summary = "rewards that look ahead",
                                               .parameters = no_parameters,
                                               .setup = PeepingSetUp,
                                               .transitions = PeepingTransitions,
                                               .rewards = PeepingRewards};

/* A game that looks at more of μ than it says is refused on any number of ranks, one of them included. */
static void LooksAtMoreThanItSays(void **state)
{
  static const struct {
    Peeping        game;
    PetscErrorCode expected;
  } cases[] = {{{MFG_COUPLING_NONE, 0}, 0},
               {{MFG_COUPLING_NONE, 1}, PETSC_ERR_USER},
               {{MFG_COUPLING_LOCAL, 1}, 0},
               {{MFG_COUPLING_LOCAL, 2}, PETSC_ERR_USER},
               {{MFG_COUPLING_GLOBAL, 5}, 0}};

  (void)state;
  CHECK(MfgGameRegister(&peeping_class));
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    MfgGame        game;
    MfgModel       model;
    PetscErrorCode error;
    Vec            mu;

    peeping = cases[i].game;
    game = TestGame("peeping", NULL);
    model = TestModel(game, NULL);
    mu = TestStateVec(model, 1.0 / RING);
    CHECK(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
    error = MfgModelSetMeanField(model, mu);
    CHECK(PetscPopErrorHandler());
    assert_int_equal(error, cases[i].expected);
    assert_int_equal(MPI_Barrier(PETSC_COMM_WORLD), MPI_SUCCESS);
    CHECK(VecDestroy(&mu));
    TestDestroy(&model, &game);
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(RefusedWhereNotHeld), cmocka_unit_test(FlowOfAFreeGame),
    cmocka_unit_test(FaultsAtAMeanField), cmocka_unit_test(FaultsOnTheWay),
    cmocka_unit_test(LooksAtMoreThanItSays)};

TEST_MAIN("bad couplings", tests)
