/*
  The leading eigenvalues of P^π by SLEPc: all of them for a small game, else the largest by Krylov-Schur,
  more and more until one lies inside the unit circle. Left eigenvectors, for the first of them is the
  stationary law.
*/
#include <slepceps.h>
#include "mdp_impl.h"

static const PetscReal on_circle = 1e-9; /* nearer to the unit circle than this counts as on it */
enum { ALL_BELOW = 500, FIRST_COUNT = 8, MAX_PERIOD = 10000 };

static PetscErrorCode SolveEigenproblem(MfgModel model, Mat transposed, PetscInt count, EPS *eps)
{
  PetscFunctionBegin;
  PetscCall(EPSCreate(model->comm, eps));
  PetscCall(EPSSetOptionsPrefix(*eps, "spectrum_"));
  PetscCall(EPSSetOperators(*eps, transposed, NULL));
  PetscCall(EPSSetProblemType(*eps, EPS_NHEP));
  PetscCall(EPSSetWhichEigenpairs(*eps, EPS_LARGEST_MAGNITUDE));
  PetscCall(EPSSetType(*eps, model->states <= ALL_BELOW ? EPSLAPACK : EPSKRYLOVSCHUR));
  PetscCall(EPSSetDimensions(*eps, count, PETSC_DEFAULT, PETSC_DEFAULT));
  PetscCall(EPSSetTolerances(*eps, 1e-11, 10000));
  PetscCall(EPSSetFromOptions(*eps));
  PetscCall(EPSSolve(*eps));
  PetscFunctionReturn(0);
}

/* The smallest d with λ^d = 1 for all `count` unit eigenvalues given by their arguments; 0 where none is
 * found. */
static PetscInt PeriodOf(PetscInt count, const PetscReal argument[])
{
  for (PetscInt d = 1; d <= MAX_PERIOD; d++) {
    PetscBool all = PETSC_TRUE;

    for (PetscInt i = 0; i < count && all; i++) {
      const PetscReal turns = d * argument[i] / (2 * PETSC_PI);

      all = PetscAbsReal(turns - PetscFloorReal(turns + 0.5)) < 1e-6 * d ? PETSC_TRUE : PETSC_FALSE;
    }
    if (all) return d;
  }
  return 0;
}

/* Read off what the eigenvalues say; `inside`: one was found off the unit circle. */
static PetscErrorCode ReadEigenvalues(EPS eps, MfgSpectrum *spectrum, PetscBool *inside)
{
  PetscInt   count, unit = 0;
  PetscReal *argument, largest = 0;

  PetscFunctionBegin;
  PetscCall(EPSGetConverged(eps, &count));
  PetscCall(PetscMalloc1(PetscMax(count, 1), &argument));
  spectrum->eigenvalues = count;
  spectrum->classes = 0;
  *inside = PETSC_FALSE;
  for (PetscInt i = 0; i < count; i++) {
    PetscScalar re, im;
    PetscReal   modulus;

    PetscCall(EPSGetEigenvalue(eps, i, &re, &im));
    modulus = PetscSqrtReal(PetscRealPart(re) * PetscRealPart(re) + PetscRealPart(im) * PetscRealPart(im));
    if (modulus < 1 - on_circle) {
      *inside = PETSC_TRUE;
      largest = PetscMax(largest, modulus);
    } else {
      argument[unit] = PetscAtan2Real(PetscRealPart(im), PetscRealPart(re));
      if (PetscAbsReal(argument[unit]) < 1e-6) spectrum->classes++;
      unit++;
    }
  }
  spectrum->gap = 1 - largest;
  spectrum->period = PeriodOf(unit, argument);
  PetscCall(PetscFree(argument));
  PetscFunctionReturn(0);
}

/* The eigenvector of λ = 1, as a law, and how stationary it is under P (held in the model's matrix). */
static PetscErrorCode ReadStationaryLaw(MfgModel model, EPS eps, Vec law, MfgSpectrum *spectrum)
{
  PetscInt    at = 0;
  PetscReal   nearest = PETSC_INFINITY;
  PetscScalar sum;

  PetscFunctionBegin;
  for (PetscInt i = 0; i < spectrum->eigenvalues; i++) {
    PetscScalar re, im;

    PetscCall(EPSGetEigenvalue(eps, i, &re, &im));
    if (PetscAbsScalar(re - 1) + PetscAbsScalar(im) < nearest) {
      nearest = PetscAbsScalar(re - 1) + PetscAbsScalar(im);
      at = i;
    }
  }
  PetscCall(EPSGetEigenvector(eps, at, law, NULL));
  PetscCall(VecSum(law, &sum));
  PetscCall(VecScale(law, 1 / sum));
  PetscCall(MatMultTranspose(model->kernel.mat, law, model->residual));
  PetscCall(VecAXPY(model->residual, -1, law));
  PetscCall(VecNorm(model->residual, NORM_1, &spectrum->residual));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSpectrum(MfgModel model, Vec stationary, MfgSpectrum *spectrum)
{
  PetscInt  count = model->states <= ALL_BELOW ? model->states : FIRST_COUNT;
  PetscBool inside = PETSC_FALSE;
  Mat       transposed;
  EPS       eps = NULL;
  Vec       law = stationary;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(spectrum, sizeof(*spectrum)));
  PetscCall(MfgModelRefresh_Private(model, 0, 1));
  PetscCall(MfgStageBegin(MFG_STAGE_SPECTRUM));
  PetscCall(MatTranspose(model->kernel.mat, MAT_INITIAL_MATRIX, &transposed));
  while (!inside) {
    PetscCall(EPSDestroy(&eps));
    PetscCall(SolveEigenproblem(model, transposed, count, &eps));
    PetscCall(ReadEigenvalues(eps, spectrum, &inside));
    if (count >= model->states || spectrum->eigenvalues < count) break;
    count = PetscMin(4 * count, model->states);
  }
  if (spectrum->eigenvalues == 0) {
    PetscCall(MfgModelFail_Private(model, "spectrum: the eigenvalue solver found none to its tolerance"));
  } else {
    if (!law) PetscCall(VecDuplicate(model->rhs, &law));
    PetscCall(ReadStationaryLaw(model, eps, law, spectrum));
    if (!stationary) PetscCall(VecDestroy(&law));
  }
  PetscCall(EPSDestroy(&eps));
  PetscCall(MatDestroy(&transposed));
  PetscCall(MfgStageEnd(MFG_STAGE_SPECTRUM));
  PetscFunctionReturn(0);
}
