/* What the unit tests share: games from key-value pairs, whole vectors on every rank, comparisons. */
#ifndef THRONG_TESTING_H
#define THRONG_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <slepc.h>
#include <throng/throng.h>

/* Fails the test on a PETSc error. */
#define CHECK(...) assert_int_equal((int)(__VA_ARGS__), 0)

/* A game that is set up; the keys and values end with NULL. */
MfgGame TestGame(const char *type, ...);
/* A model of it that is set up, with evaluation keys and values that end with NULL. */
MfgModel TestModel(MfgGame game, ...);
void     TestDestroy(MfgModel *model, MfgGame *game);

/*
  The policy and the mean field of the reference values: softmax_a sin(1 + s + 2a), normalised 1 + 0.5 sin(0.7
  s).
*/
Vec TestReferencePolicy(MfgModel model);
Vec TestReferenceMeanField(MfgModel model);
/* A new Vec over states with every entry `value`. */
Vec TestStateVec(MfgModel model, PetscReal value);

/* All entries, on every rank; free with PetscFree(). */
PetscReal *TestGather(Vec v, PetscInt *size);
/* |x - y| <= tolerance · max(1, |y|) for all entries, y of the same length on every rank. */
void TestAssertNear(Vec x, PetscInt count, const PetscReal y[], PetscReal tolerance, const char *what);
void TestAssertNumber(PetscReal x, PetscReal y, PetscReal tolerance, const char *what);
/* The model must not have failed. */
void TestAssertSound(MfgModel model);

/* Runs the tests between SlepcInitialize() and SlepcFinalize(); for main(). */
int TestMain(int argc, char **argv, const char *name, const struct CMUnitTest tests[], size_t count);
#define TEST_MAIN(name, tests)                                                                               \
  int main(int argc, char **argv)                                                                            \
  {                                                                                                          \
    return TestMain(argc, argv, name, tests, sizeof(tests) / sizeof((tests)[0]));                            \
  }

#endif
