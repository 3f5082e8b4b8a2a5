#include <math.h>
#include "testing.h"

MfgGame TestGame(const char *type, ...)
{
  MfgGame     game;
  va_list     arguments;
  const char *key;

  CHECK(MfgGameCreate(&game));
  CHECK(MfgGameSetType(game, type, NULL));
  va_start(arguments, type);
  while ((key = va_arg(arguments, const char *)))
    CHECK(MfgGameSetParameter(game, key, va_arg(arguments, const char *)));
  va_end(arguments);
  CHECK(MfgGameSetUp(game));
  return game;
}

MfgModel TestModel(MfgGame game, ...)
{
  MfgModel      model;
  MfgParameters parameters;
  va_list       arguments;
  const char   *key;

  CHECK(MfgModelCreate(PETSC_COMM_WORLD, &model));
  CHECK(MfgModelGetParameters(model, &parameters));
  va_start(arguments, game);
  while ((key = va_arg(arguments, const char *)))
    CHECK(MfgParametersSet(parameters, key, va_arg(arguments, const char *), NULL));
  va_end(arguments);
  CHECK(MfgModelSetGame(model, game));
  CHECK(MfgModelSetUp(model));
  return model;
}

void TestDestroy(MfgModel *model, MfgGame *game)
{
  CHECK(MfgModelDestroy(model));
  CHECK(MfgGameDestroy(game));
}

Vec TestReferencePolicy(MfgModel model)
{
  MfgGame      game;
  PetscInt     begin, end, states, actions;
  PetscScalar *values;
  Vec          pi;

  CHECK(MfgModelGetGame(model, &game));
  CHECK(MfgGameGetSizes(game, &states, &actions));
  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  CHECK(MfgModelCreateStateActionVec(model, &pi));
  CHECK(VecGetArrayWrite(pi, &values));
  for (PetscInt s = begin; s < end; s++) {
    PetscReal sum = 0;

    for (PetscInt a = 0; a < actions; a++) sum += exp(sin(1.0 + (double)s + 2.0 * (double)a));
    for (PetscInt a = 0; a < actions; a++)
      values[(s - begin) * actions + a] = exp(sin(1.0 + (double)s + 2.0 * (double)a)) / sum;
  }
  CHECK(VecRestoreArrayWrite(pi, &values));
  return pi;
}

Vec TestReferenceMeanField(MfgModel model)
{
  PetscInt     begin, end;
  PetscScalar *values, sum;
  Vec          mu = TestStateVec(model, 0);

  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  CHECK(VecGetArrayWrite(mu, &values));
  for (PetscInt s = begin; s < end; s++) values[s - begin] = 1 + 0.5 * sin(0.7 * (double)s);
  CHECK(VecRestoreArrayWrite(mu, &values));
  CHECK(VecSum(mu, &sum));
  CHECK(VecScale(mu, 1 / sum));
  return mu;
}

Vec TestStateVec(MfgModel model, PetscReal value)
{
  Vec v;

  CHECK(MfgModelCreateStateVec(model, &v));
  CHECK(VecSet(v, value));
  return v;
}

PetscReal *TestGather(Vec v, PetscInt *size)
{
  Vec                all;
  VecScatter         scatter;
  const PetscScalar *values;
  PetscReal         *copy;

  CHECK(VecScatterCreateToAll(v, &scatter, &all));
  CHECK(VecScatterBegin(scatter, v, all, INSERT_VALUES, SCATTER_FORWARD));
  CHECK(VecScatterEnd(scatter, v, all, INSERT_VALUES, SCATTER_FORWARD));
  CHECK(VecGetSize(v, size));
  CHECK(PetscMalloc1(*size, &copy));
  CHECK(VecGetArrayRead(all, &values));
  for (PetscInt i = 0; i < *size; i++) copy[i] = PetscRealPart(values[i]);
  CHECK(VecRestoreArrayRead(all, &values));
  CHECK(VecScatterDestroy(&scatter));
  CHECK(VecDestroy(&all));
  return copy;
}

void TestAssertNumber(PetscReal x, PetscReal y, PetscReal tolerance, const char *what)
{
  if (!(fabs(x - y) <= tolerance * fmax(1, fabs(y))))
    fail_msg("%s is %.17g; expected %.17g to %g", what, (double)x, (double)y, (double)tolerance);
}

void TestAssertNear(Vec x, PetscInt count, const PetscReal y[], PetscReal tolerance, const char *what)
{
  PetscInt   size;
  PetscReal *all = TestGather(x, &size);

  assert_int_equal(size, count);
  for (PetscInt i = 0; i < size; i++) TestAssertNumber(all[i], y[i], tolerance, what);
  CHECK(PetscFree(all));
}

void TestAssertSound(MfgModel model)
{
  const char *failure;

  CHECK(MfgModelGetFailure(model, &failure));
  if (failure) fail_msg("the model failed: %s", failure);
}

int TestMain(int argc, char **argv, const char *name, const struct CMUnitTest tests[], size_t count)
{
  PetscMPIInt rank;
  int         failed;

  if (SlepcInitialize(&argc, &argv, NULL, NULL)) return 1;
  if (MPI_Comm_rank(PETSC_COMM_WORLD, &rank)) return 1;
  if (rank > 0) cmocka_set_message_output(CM_OUTPUT_TAP); /* shorter; rank 0 tells the story */
  failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
  if (SlepcFinalize()) return 1;
  return failed ? 1 : 0;
}
