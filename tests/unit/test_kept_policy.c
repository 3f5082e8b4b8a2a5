/*
  A policy that is kept: J is that of a model of its own which is given the same policy and mean field anew,
  whatever happened before; and P^π is factored again only if the policy or the transitions have changed.

  On a game whose P is free of μ and on one whose P follows it, with direct and with Krylov solves.
*/
#include "testing.h"

typedef struct {
  MfgGame  game;
  MfgModel model, anew;
  Vec      pi, mu, J, expected;
} Case;

static Case CaseCreate(const char *type, const char *direct_below)
{
  Case c = {.game = TestGame(type, NULL)};

  c.model = TestModel(c.game, "direct_below", direct_below, NULL);
  c.anew = TestModel(c.game, "direct_below", direct_below, NULL);
  c.pi = TestReferencePolicy(c.model);
  c.mu = TestReferenceMeanField(c.model);
  c.J = TestStateVec(c.model, 0);
  c.expected = TestStateVec(c.model, 0);
  return c;
}

static void CaseDestroy(Case *c)
{
  CHECK(VecDestroy(&c->expected));
  CHECK(VecDestroy(&c->J));
  CHECK(VecDestroy(&c->mu));
  CHECK(VecDestroy(&c->pi));
  CHECK(MfgModelDestroy(&c->anew));
  TestDestroy(&c->model, &c->game);
}

static void Evaluate(MfgModel model, Vec J)
{
  MfgSolve solve;

  CHECK(VecSet(J, 0));
  CHECK(MfgModelEvaluate(model, 0, J, &solve));
  TestAssertSound(model);
}

/* How often P^π was factored on this rank, completely or not, to evaluate a policy. */
static int Factorisations(void)
{
  PetscLogStage      stage;
  PetscLogEvent      event;
  PetscEventPerfInfo info;

  CHECK(PetscLogStageGetId("throng evaluate", &stage));
  CHECK(PetscLogEventGetId("MatLUFactorNum", &event));
  CHECK(PetscLogEventGetPerfInfo(stage, event, &info));
  return info.count;
}

/* Keep `pi`; how many factorisations its values take. */
static int EvaluateKept(Case *c, Vec pi)
{
  PetscBool equal;
  int       before;

  CHECK(MfgModelSetMeanField(c->anew, c->mu));
  CHECK(MfgModelSetPolicy(c->anew, pi));
  Evaluate(c->anew, c->expected);
  CHECK(MfgModelKeepPolicy(c->model, pi));
  before = Factorisations();
  Evaluate(c->model, c->J);
  CHECK(VecEqual(c->J, c->expected, &equal));
  assert_true(equal);
  return Factorisations() - before;
}

/* Each state takes action a with the probability that action a - 1 had. */
static void Change(Vec pi)
{
  PetscScalar *values;
  PetscInt     n, A;

  CHECK(VecGetBlockSize(pi, &A));
  CHECK(VecGetLocalSize(pi, &n));
  CHECK(VecGetArray(pi, &values));
  for (PetscInt i = 0; i < n; i += A) {
    const PetscScalar last = values[i + A - 1];

    for (PetscInt a = A - 1; a > 0; a--) values[i + a] = values[i + a - 1];
    values[i] = last;
  }
  CHECK(VecRestoreArray(pi, &values));
}

/* What is done with other policies and matrices in between does not matter, and what changed is seen. */
static void Follow(Case *c, PetscBool coupled)
{
  MfgSolve solve;
  Vec      other, twin[2];

  CHECK(MfgModelSetMeanField(c->model, c->mu));
  assert_int_equal(EvaluateKept(c, c->pi), 1);
  assert_int_equal(EvaluateKept(c, c->pi), 0);
  CHECK(MfgModelSetMeanField(c->model, c->mu));
  assert_int_equal(EvaluateKept(c, c->pi), coupled ? 1 : 0);
  CHECK(MfgModelPush(c->model, 2, c->mu));
  CHECK(MfgModelSetMeanField(c->model, c->mu));
  assert_int_equal(EvaluateKept(c, c->pi), 1);
  Change(c->pi);
  assert_int_equal(EvaluateKept(c, c->pi), 1);
  CHECK(VecDuplicate(c->pi, &other));
  CHECK(MfgPolicySetUniform(c->model, other));
  assert_int_equal(EvaluateKept(c, other), 1);
  for (int i = 0; i < 2; i++) { /* their states have the same number */
    CHECK(VecDuplicate(c->pi, &twin[i]));
    CHECK(VecCopy(i ? other : c->pi, twin[i]));
  }
  for (int i = 0; i < 2; i++) assert_int_equal(EvaluateKept(c, twin[i]), 1);
  for (int i = 0; i < 2; i++) CHECK(VecDestroy(&twin[i]));
  CHECK(VecDestroy(&other));
  CHECK(MfgModelSoftOptimal(c->model, 0.5, c->J, &solve)); /* holds, in the end, what is destroyed */
  assert_int_equal(EvaluateKept(c, c->pi), 1);
  CHECK(MfgModelSetPolicy(c->model, c->pi)); /* promises nothing */
  assert_int_equal(EvaluateKept(c, c->pi), 0);
}

static void FollowBoth(const char *type, PetscBool coupled)
{
  static const char *const direct_below[] = {"2000", "0"};

  for (int i = 0; i < 2; i++) {
    Case c = CaseCreate(type, direct_below[i]);

    Follow(&c, coupled);
    CaseDestroy(&c);
  }
}

static void WherePIsFreeOfMu(void **state)
{
  (void)state;
  FollowBoth("four_rooms", PETSC_FALSE);
}

static void WherePFollowsMu(void **state)
{
  (void)state;
  FollowBoth("kinetic_congestion", PETSC_TRUE);
}

static int CountEvents(void **state)
{
  (void)state;
  return (int)PetscLogDefaultBegin();
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup(WherePIsFreeOfMu, CountEvents),
                                     cmocka_unit_test(WherePFollowsMu)};

  return TestMain(argc, argv, "kept_policy", tests, sizeof(tests) / sizeof(tests[0]));
}
