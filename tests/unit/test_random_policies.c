/*
  Random first policies: π(a|s) ∝ exp(u(s,a)/temperature), u ~ U(-1,1) from 53 bits of the counter-based
  generator Philox4x32-10 (Salmon et al., SC11) at the counter s·A + a with the seed as key. Every entry
  against a second implementation of the generator, on every number of ranks.
*/
#include <math.h>
#include "testing.h"

/* The first two words of Philox4x32-10 at (counter, 0, 0, 0) with the key (seed, 0). */
static void Philox(uint32_t counter, uint32_t seed, uint32_t words[2])
{
  uint32_t c[4] = {counter, 0, 0, 0}, key[2] = {seed, 0};

  for (int round = 0; round < 10; round++) {
    const uint64_t first = (uint64_t)0xD2511F53u * c[0], second = (uint64_t)0xCD9E8D57u * c[2];
    const uint32_t next[4] = {(uint32_t)(second >> 32) ^ c[1] ^ key[0], (uint32_t)second,
                              (uint32_t)(first >> 32) ^ c[3] ^ key[1], (uint32_t)first};

    for (int i = 0; i < 4; i++) c[i] = next[i];
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  words[0] = c[0];
  words[1] = c[1];
}

/* U(-1,1): the middles of 2^53 intervals. */
static PetscReal Uniform(PetscInt seed, PetscInt index)
{
  uint32_t words[2];

  Philox((uint32_t)index, (uint32_t)seed, words);
  return 2 * (ldexp(words[0], 21) + (words[1] >> 11) + 0.5) / 9007199254740992.0 - 1;
}

/* The known answer of the generator for counter and key zero (its authors' test vectors). */
static void KnownAnswer(void **state)
{
  uint32_t words[2];

  (void)state;
  Philox(0, 0, words);
  assert_int_equal(words[0], 0x6627e8d5u);
  assert_int_equal(words[1], 0xe169c58du);
}

/* All S·A entries of the model's random policy; free with PetscFree(). */
static PetscReal *RandomPolicy(MfgModel model, PetscInt seed, PetscReal temperature, PetscInt *size)
{
  PetscReal *policy;
  Vec        pi;

  CHECK(MfgModelCreateStateActionVec(model, &pi));
  CHECK(MfgPolicySetRandom(model, seed, temperature, pi));
  policy = TestGather(pi, size);
  CHECK(VecDestroy(&pi));
  return policy;
}

static void ComparePolicy(MfgModel model, PetscInt seed, PetscReal temperature)
{
  PetscInt   size;
  PetscReal *policy = RandomPolicy(model, seed, temperature, &size);

  for (PetscInt i = 0; i < size; i += 5) {
    PetscReal sum = 0, total = 0;

    for (PetscInt a = i; a < i + 5; a++) sum += exp(Uniform(seed, a) / temperature);
    for (PetscInt a = i; a < i + 5; a++) {
      TestAssertNumber(policy[a], exp(Uniform(seed, a) / temperature) / sum, 1e-14, "a random policy");
      total += policy[a];
    }
    TestAssertNumber(total, 1, 1e-15, "the sum of a row");
  }
  CHECK(PetscFree(policy));
}

static void EveryEntry(void **state)
{
  MfgGame  game = TestGame("four_rooms", NULL);
  MfgModel model = TestModel(game, NULL);

  (void)state;
  ComparePolicy(model, 1, 0.2);
  ComparePolicy(model, 2, 0.2);
  ComparePolicy(model, 1, 5);
  ComparePolicy(model, 123456789, 0.01); /* exp(±100) overflows nothing */
  TestDestroy(&model, &game);
}

/* The distance of the policies of two seeds is that of independent draws, and a seed gives the same again. */
static void Seeds(void **state)
{
  MfgGame    game = TestGame("four_rooms", NULL);
  MfgModel   model = TestModel(game, NULL);
  PetscInt   size;
  PetscReal *one = RandomPolicy(model, 1, 0.2, &size), *again = RandomPolicy(model, 1, 0.2, &size);
  PetscReal *two = RandomPolicy(model, 2, 0.2, &size), distance = 0;

  (void)state;
  for (PetscInt i = 0; i < size; i++) {
    assert_true(one[i] == again[i]);
    distance += fabs(one[i] - two[i]);
  }
  assert_true(distance / ((PetscReal)size / 5) > 0.5); /* of at most 2 per state */
  CHECK(PetscFree(one));
  CHECK(PetscFree(again));
  CHECK(PetscFree(two));
  TestDestroy(&model, &game);
}

/* The solver draws π_0 from its seed and temperature. */
static void OfTheSolver(void **state)
{
  MfgGame    game = TestGame("crowd_grid", NULL);
  MfgModel   model = TestModel(game, NULL);
  MfgSolver  solver;
  Vec        mu, pi;
  PetscInt   size;
  PetscReal *expected = RandomPolicy(model, 7, 0.3, &size);

  (void)state;
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "mf_trpo", NULL));
  CHECK(MfgSolverSetParameter(solver, "initial_policy", "random"));
  CHECK(MfgSolverSetParameter(solver, "initial_policy.temperature", "0.3"));
  CHECK(MfgSolverSetSeed(solver, 7));
  CHECK(MfgSolverSetModel(solver, model));
  CHECK(MfgSolverSetUp(solver, NULL));
  CHECK(MfgSolverGetIterate(solver, &mu, &pi));
  TestAssertNear(pi, size, expected, 0, "the first policy");
  CHECK(PetscFree(expected));
  CHECK(MfgSolverDestroy(&solver));
  TestDestroy(&model, &game);
}

static void Uniforms(void **state)
{
  MfgGame    game = TestGame("crowd_grid", NULL);
  MfgModel   model = TestModel(game, NULL);
  PetscReal *policy;
  PetscInt   size;
  Vec        pi;

  (void)state;
  CHECK(MfgModelCreateStateActionVec(model, &pi));
  CHECK(MfgPolicySetUniform(model, pi));
  policy = TestGather(pi, &size);
  assert_int_equal(size, 125);
  for (PetscInt i = 0; i < size; i++) assert_true(policy[i] == 0.2);
  CHECK(PetscFree(policy));
  CHECK(VecDestroy(&pi));
  TestDestroy(&model, &game);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(KnownAnswer), cmocka_unit_test(EveryEntry),
                                          cmocka_unit_test(Seeds), cmocka_unit_test(OfTheSolver),
                                          cmocka_unit_test(Uniforms)};

TEST_MAIN("random policies", tests)
