/*
  The operators of src/mdp against the reference values of tests/data, every array, to 1e-9; with direct
  solves and with Krylov solves.
*/
#include "reference.h"
#include "testing.h"

static const PetscReal eta = 0.1;

typedef struct {
  Reference reference;
  MfgGame   game;
  MfgModel  model;
  Vec       pi, mu;
} Case;

static void AssertArray(const Case *c, Vec x, const char *name)
{
  PetscInt   count;
  PetscReal *expected = ReferenceArray(c->reference, name, &count);

  TestAssertNear(x, count, expected, 1e-9, name);
  CHECK(PetscFree(expected));
}

/* ⟨m, V - J⟩ */
static PetscReal Gap(Vec m, Vec V, Vec J)
{
  PetscScalar optimal, value;

  CHECK(VecDot(m, V, &optimal));
  CHECK(VecDot(m, J, &value));
  return PetscRealPart(optimal - value);
}

/* Values and optimal values at the mean field m: J, V*, and those with entropy. */
static void Values(const Case *c, Vec m, Vec values[4])
{
  MfgSolve solve;

  for (int i = 0; i < 4; i++) values[i] = TestStateVec(c->model, 0);
  CHECK(MfgModelSetMeanField(c->model, m));
  CHECK(MfgModelEvaluate(c->model, 0, values[0], &solve));
  CHECK(MfgModelBestResponse(c->model, values[1], NULL, &solve));
  assert_true(solve.residual <= 1e-9);
  CHECK(MfgModelEvaluate(c->model, eta, values[2], &solve));
  CHECK(MfgModelSoftOptimal(c->model, eta, values[3], &solve));
  assert_true(solve.residual <= 1e-9);
  TestAssertSound(c->model);
}

static void AssertStatics(const Case *c)
{
  Vec values[4], q;

  Values(c, c->mu, values);
  AssertArray(c, values[0], "value");
  AssertArray(c, values[1], "value_optimal");
  AssertArray(c, values[2], "value_regularised");
  AssertArray(c, values[3], "value_soft_optimal");
  TestAssertNumber(Gap(c->mu, values[1], values[0]), ReferenceNumber(c->reference, "quality"), 1e-9,
                   "quality");
  TestAssertNumber(Gap(c->mu, values[3], values[2]), ReferenceNumber(c->reference, "regularised_quality"),
                   1e-9, "regularised quality");
  CHECK(VecDuplicate(c->pi, &q));
  CHECK(MfgModelBackup(c->model, values[0], q));
  AssertArray(c, q, "q");
  CHECK(VecDestroy(&q));
  for (int i = 0; i < 4; i++) CHECK(VecDestroy(&values[i]));
}

static void AssertPopulations(const Case *c)
{
  Vec      m, values[4];
  MfgSolve solve;

  CHECK(VecDuplicate(c->mu, &m));
  CHECK(VecCopy(c->mu, m));
  CHECK(MfgModelFlow(c->model, 3, m));
  AssertArray(c, m, "push_3");
  CHECK(VecCopy(c->mu, m));
  CHECK(MfgModelInducedMeanField(c->model, m, &solve));
  TestAssertSound(c->model);
  assert_true(solve.residual <= 1e-12);
  AssertArray(c, m, "induced_mean_field");
  Values(c, m, values);
  TestAssertNumber(Gap(m, values[1], values[0]), ReferenceNumber(c->reference, "exploitability"), 1e-9,
                   "exploitability");
  TestAssertNumber(Gap(m, values[3], values[2]), ReferenceNumber(c->reference, "regularised_exploitability"),
                   1e-9, "regularised exploitability");
  for (int i = 0; i < 4; i++) CHECK(VecDestroy(&values[i]));
  CHECK(VecDestroy(&m));
}

/* `direct_below`: "0" for Krylov solves. */
static void RunCase(const char *file, MfgGame game, const char *direct_below)
{
  Case c = {.reference = ReferenceOpen(file), .game = game};

  c.model = TestModel(game, "direct_below", direct_below, "tolerance", "1e-13", "best_response_tolerance",
                      "1e-11", NULL);
  c.pi = TestReferencePolicy(c.model);
  c.mu = TestReferenceMeanField(c.model);
  CHECK(MfgModelSetPolicy(c.model, c.pi));
  AssertStatics(&c);
  AssertPopulations(&c);
  CHECK(VecDestroy(&c.pi));
  CHECK(VecDestroy(&c.mu));
  TestDestroy(&c.model, &c.game);
  ReferenceClose(&c.reference);
}

static void FourRooms(const char *direct_below)
{
  RunCase("four_rooms_11.json", TestGame("four_rooms", NULL), direct_below);
}

static void FourRoomsBenchmark(const char *direct_below)
{
  RunCase("four_rooms_11_benchmark.json",
          TestGame("four_rooms", "noise.additive", "[.2, .2, .2, .2, .2]", "stay_reward", "0", "move_reward",
                   "0", NULL),
          direct_below);
}

static void CrowdGrid(const char *direct_below)
{
  RunCase("crowd_grid_5.json",
          TestGame("crowd_grid", "point_of_interest.cell", "[4, 4]", "point_of_interest.bonus", "1", NULL),
          direct_below);
}

static void SisEpidemic(const char *direct_below)
{
  RunCase("sis_5.json", TestGame("sis_epidemic", NULL), direct_below);
}

static void LasryLionsChain(const char *direct_below)
{
  RunCase("lasry_lions_7.json", TestGame("lasry_lions_chain", NULL), direct_below);
}

static void FourRoomsDirect(void **state)
{
  (void)state;
  FourRooms("3000");
}

static void FourRoomsKrylov(void **state)
{
  (void)state;
  FourRooms("0");
}

static void FourRoomsBenchmarkDirect(void **state)
{
  (void)state;
  FourRoomsBenchmark("3000");
}

static void FourRoomsBenchmarkKrylov(void **state)
{
  (void)state;
  FourRoomsBenchmark("0");
}

static void CrowdGridDirect(void **state)
{
  (void)state;
  CrowdGrid("3000");
}

static void CrowdGridKrylov(void **state)
{
  (void)state;
  CrowdGrid("0");
}

static void SisEpidemicDirect(void **state)
{
  (void)state;
  SisEpidemic("3000");
}

static void SisEpidemicKrylov(void **state)
{
  (void)state;
  SisEpidemic("0");
}

static void LasryLionsChainDirect(void **state)
{
  (void)state;
  LasryLionsChain("3000");
}

static void LasryLionsChainKrylov(void **state)
{
  (void)state;
  LasryLionsChain("0");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(FourRoomsDirect),          cmocka_unit_test(FourRoomsKrylov),
    cmocka_unit_test(FourRoomsBenchmarkDirect), cmocka_unit_test(FourRoomsBenchmarkKrylov),
    cmocka_unit_test(CrowdGridDirect),          cmocka_unit_test(CrowdGridKrylov),
    cmocka_unit_test(SisEpidemicDirect),        cmocka_unit_test(SisEpidemicKrylov),
    cmocka_unit_test(LasryLionsChainDirect),    cmocka_unit_test(LasryLionsChainKrylov)};

TEST_MAIN("reference values", tests)
