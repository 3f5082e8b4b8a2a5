#include <math.h>
#include "measure.h"
#include "mdp/mdp_impl.h"

PetscErrorCode Clock(double *now)
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Barrier(PETSC_COMM_WORLD));
  *now = MPI_Wtime();
  PetscFunctionReturn(0);
}

static PetscErrorCode SetMeanField(Setting *setting)
{
  PetscInt     begin, end;
  PetscScalar *values, sum;

  PetscFunctionBeginUser;
  PetscCall(MfgModelCreateStateVec(setting->model, &setting->mu));
  PetscCall(MfgModelGetOwnershipRange(setting->model, &begin, &end));
  PetscCall(VecGetArrayWrite(setting->mu, &values));
  for (PetscInt s = begin; s < end; s++) {
    PetscInt cell[2];

    PetscCall(MfgGameGetCell(setting->game, s, cell));
    values[s - begin] = 1 + 0.8 * sin(6.0 * (double)cell[0] / (double)setting->size) *
                                cos(7.0 * (double)cell[1] / (double)setting->size);
  }
  PetscCall(VecRestoreArrayWrite(setting->mu, &values));
  PetscCall(VecSum(setting->mu, &sum));
  PetscCall(VecScale(setting->mu, 1 / sum));
  PetscFunctionReturn(0);
}

PetscErrorCode SettingCreate(PetscInt size, PetscReal discount, Setting *setting)
{
  char          text[64];
  MfgParameters evaluation;

  PetscFunctionBeginUser;
  setting->size = size;
  setting->discount = discount;
  PetscCall(MfgGameCreate(&setting->game));
  PetscCall(MfgGameSetType(setting->game, "four_rooms", NULL));
  PetscCall(PetscSNPrintf(text, sizeof(text), "%" PetscInt_FMT, size));
  PetscCall(MfgGameSetParameter(setting->game, "size", text));
  PetscCall(PetscSNPrintf(text, sizeof(text), "%.17g", (double)discount));
  PetscCall(MfgGameSetParameter(setting->game, "discount", text));
  PetscCall(MfgGameSetParameter(setting->game, "noise.additive", "[.2, .2, .2, .2, .2]"));
  PetscCall(MfgGameSetUp(setting->game));
  PetscCall(MfgModelCreate(PETSC_COMM_WORLD, &setting->model));
  PetscCall(MfgModelGetParameters(setting->model, &evaluation));
  PetscCall(MfgParametersSet(evaluation, "tolerance", "1e-8", NULL));
  PetscCall(MfgParametersSet(evaluation, "best_response_tolerance", "1e-8", NULL));
  PetscCall(MfgModelSetGame(setting->model, setting->game));
  PetscCall(MfgModelSetUp(setting->model));
  PetscCall(SetMeanField(setting));
  PetscFunctionReturn(0);
}

PetscErrorCode SettingDestroy(Setting *setting)
{
  PetscFunctionBeginUser;
  PetscCall(VecDestroy(&setting->mu));
  PetscCall(MfgModelDestroy(&setting->model));
  PetscCall(MfgGameDestroy(&setting->game));
  PetscFunctionReturn(0);
}

/* A copy between arrays much larger than a cache, on all ranks at once; the best of several. */
static PetscErrorCode MeasureCopy(double *bandwidth)
{
  enum { LENGTH = 1 << 25, REPEATS = 5 };
  PetscMPIInt      ranks;
  volatile double *a;
  double          *b, best = INFINITY;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &ranks));
  PetscCall(PetscMalloc1(LENGTH, (double **)&a));
  PetscCall(PetscMalloc1(LENGTH, &b));
  for (int i = 0; i < LENGTH; i++) a[i] = b[i] = i;
  for (int repeat = 0; repeat < REPEATS; repeat++) {
    double start, end;

    PetscCall(Clock(&start));
    for (int i = 0; i < LENGTH; i++) a[i] = b[i];
    PetscCall(Clock(&end));
    best = PetscMin(best, end - start);
  }
  *bandwidth = (double)ranks * LENGTH * 2 * sizeof(double) / best;
  PetscCall(PetscFree(b));
  PetscCall(PetscFree(*(double **)&a));
  PetscFunctionReturn(0);
}

/* Seconds of one product, mean of `repeats`, after a warm-up. */
static PetscErrorCode MeasureProduct(Mat mat, PetscBool transpose, Vec x, Vec y, double *seconds)
{
  const int repeats = 30;
  double    start = 0, end;

  PetscFunctionBeginUser;
  for (int i = -3; i < repeats; i++) {
    if (i == 0) PetscCall(Clock(&start));
    PetscCall(transpose ? MatMultTranspose(mat, x, y) : MatMult(mat, x, y));
  }
  PetscCall(Clock(&end));
  *seconds = (end - start) / repeats;
  PetscFunctionReturn(0);
}

PetscErrorCode MeasureUnits(const Setting *setting, Units *units)
{
  Mat     mat = setting->model->kernel.mat;
  MatInfo info;
  Vec     pi, y;

  PetscFunctionBeginUser;
  PetscCall(MeasureCopy(&units->copy_bandwidth));
  PetscCall(MfgModelCreateStateActionVec(setting->model, &pi));
  PetscCall(VecDuplicate(setting->mu, &y));
  PetscCall(MfgPolicySetUniform(setting->model, pi));
  PetscCall(MfgModelSetPolicy(setting->model, pi));
  PetscCall(MfgModelRefresh_Private(setting->model, 0, 1));
  PetscCall(MeasureProduct(mat, PETSC_FALSE, setting->mu, y, &units->product));
  PetscCall(MeasureProduct(mat, PETSC_TRUE, setting->mu, y, &units->transposed));
  PetscCall(MatGetInfo(mat, MAT_GLOBAL_SUM, &info));
  units->product_bytes = info.nz_used * (sizeof(PetscScalar) + sizeof(PetscInt)) +
                         (double)setting->model->states * (sizeof(PetscInt) + 2 * sizeof(PetscScalar));
  PetscCall(MfgModelSetPolicy(setting->model, NULL));
  PetscCall(VecDestroy(&pi));
  PetscCall(VecDestroy(&y));
  PetscFunctionReturn(0);
}
