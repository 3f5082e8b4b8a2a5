/*
  The leading eigenvalues of P^π by SLEPc: all of them for a small game, else the largest by Krylov-Schur.
  Left eigenvectors, for the first of them is the stationary law.

  A Krylov method sees one direction of a multiple eigenvalue, and λ = 1 is as multiple as there are classes.
  So what was found is deflated and the search repeated until it finds nothing more on the unit circle.
*/
#include <slepceps.h>
#include "mdp_impl.h"

static const PetscReal on_circle = 1e-9; /* nearer to the unit circle than this counts as on it */
enum { ALL_BELOW = 500, AT_A_TIME = 8, MAX_FOUND = 512, MAX_PERIOD = 10000 };

/* Invariant subspace found so far, and what its eigenvalues say. */
typedef struct {
  PetscInt  count;
  Vec       basis[MAX_FOUND];
  PetscInt  unit; /* eigenvalues on the unit circle */
  PetscReal argument[MAX_FOUND];
  PetscReal largest_inside;
} Found;

static PetscErrorCode SolveEigenproblem(MfgModel model, Mat transposed, Found *found, EPS *eps,
                                        PetscBool *solved)
{
  const PetscBool all = model->states <= ALL_BELOW ? PETSC_TRUE : PETSC_FALSE;

  PetscFunctionBegin;
  PetscCall(EPSCreate(model->comm, eps));
  PetscCall(EPSSetOptionsPrefix(*eps, "spectrum_"));
  PetscCall(EPSSetOperators(*eps, transposed, NULL));
  PetscCall(EPSSetProblemType(*eps, EPS_NHEP));
  PetscCall(EPSSetWhichEigenpairs(*eps, EPS_LARGEST_MAGNITUDE));
  PetscCall(EPSSetType(*eps, all ? EPSLAPACK : EPSKRYLOVSCHUR));
  PetscCall(EPSSetDimensions(*eps, all ? model->states : AT_A_TIME, PETSC_DEFAULT, PETSC_DEFAULT));
  PetscCall(EPSSetTolerances(*eps, 1e-11, 10000));
  PetscCall(EPSSetDeflationSpace(*eps, found->count, found->basis));
  PetscCall(EPSSetFromOptions(*eps));
  /*
    where what was found spans all but the kernel of P there is no vector left to start from: SLEPc's word for
    the end
  */
  PetscCall(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  *solved = EPSSolve(*eps) ? PETSC_FALSE : PETSC_TRUE;
  PetscCall(PetscPopErrorHandler());
  PetscFunctionReturn(0);
}

/*
  The smallest d with λ^d = 1 for all `count` unit eigenvalues given by their arguments; 0 where none is
  found.
*/
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

/* Read the eigenvalues of one search; `on`: how many of them lie on the unit circle. */
static PetscErrorCode ReadEigenvalues(EPS eps, Found *found, MfgSpectrum *spectrum, PetscInt *on)
{
  PetscInt count;

  PetscFunctionBegin;
  *on = 0;
  PetscCall(EPSGetConverged(eps, &count));
  for (PetscInt i = 0; i < count && found->unit < MAX_FOUND; i++) {
    PetscScalar re, im;
    PetscReal   modulus;

    PetscCall(EPSGetEigenvalue(eps, i, &re, &im));
    modulus = PetscSqrtReal(PetscRealPart(re) * PetscRealPart(re) + PetscRealPart(im) * PetscRealPart(im));
    if (modulus < 1 - on_circle) {
      found->largest_inside = PetscMax(found->largest_inside, modulus);
    } else {
      found->argument[found->unit] = PetscAtan2Real(PetscRealPart(im), PetscRealPart(re));
      if (PetscAbsReal(found->argument[found->unit]) < 1e-6) spectrum->classes++;
      found->unit++;
      ++*on;
    }
  }
  spectrum->eigenvalues += count;
  PetscFunctionReturn(0);
}

/* Add the invariant subspace of one search; `full`: there is no room for it. */
static PetscErrorCode Deflate(MfgModel model, EPS eps, Found *found, PetscBool *full)
{
  PetscInt count;

  PetscFunctionBegin;
  PetscCall(EPSGetConverged(eps, &count));
  *full = found->count + count > MAX_FOUND ? PETSC_TRUE : PETSC_FALSE;
  if (*full) PetscFunctionReturn(0);
  for (PetscInt i = found->count; i < found->count + count; i++)
    PetscCall(VecDuplicate(model->rhs, &found->basis[i]));
  PetscCall(EPSGetInvariantSubspace(eps, &found->basis[found->count]));
  found->count += count;
  PetscFunctionReturn(0);
}

/* The eigenvector of λ = 1, as a law, and how stationary it is under P (held in the model's matrix). */
static PetscErrorCode ReadStationaryLaw(MfgModel model, EPS eps, Vec law, MfgSpectrum *spectrum)
{
  PetscInt    at = 0, count;
  PetscReal   nearest = PETSC_INFINITY;
  PetscScalar sum;

  PetscFunctionBegin;
  PetscCall(EPSGetConverged(eps, &count));
  for (PetscInt i = 0; i < count; i++) {
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

/* Search until nothing new lies on the unit circle. The law comes from the first search. */
static PetscErrorCode Search(MfgModel model, Mat transposed, Found *found, Vec law, MfgSpectrum *spectrum)
{
  PetscInt  on = 1;
  PetscBool full = PETSC_FALSE, first = PETSC_TRUE, solved = PETSC_FALSE;

  PetscFunctionBegin;
  while (on && !full) {
    EPS eps;

    on = 0;
    PetscCall(SolveEigenproblem(model, transposed, found, &eps, &solved));
    if (solved) PetscCall(ReadEigenvalues(eps, found, spectrum, &on));
    if (model->states <= ALL_BELOW) on = 0; /* all are found */
    /* before an eigenvector is asked for, or SLEPc has the subspace no longer */
    if (on) PetscCall(Deflate(model, eps, found, &full));
    if (first && spectrum->eigenvalues) PetscCall(ReadStationaryLaw(model, eps, law, spectrum));
    first = PETSC_FALSE;
    PetscCall(EPSDestroy(&eps));
  }
  if (full) PetscCall(PetscMemzero(spectrum, sizeof(*spectrum))); /* there are more than can be counted */
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSpectrum(MfgModel model, Vec stationary, MfgSpectrum *spectrum)
{
  Mat    transposed;
  Vec    law = stationary;
  Found *found;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(spectrum, sizeof(*spectrum)));
  if (model->failure) PetscFunctionReturn(0);
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgModelRefresh_Private(model, 0, 1));
  PetscCall(MfgStageBegin(MFG_STAGE_SPECTRUM));
  PetscCall(PetscNew(&found));
  PetscCall(MatTranspose(model->kernel.mat, MAT_INITIAL_MATRIX, &transposed));
  if (!stationary) PetscCall(VecDuplicate(model->rhs, &law));
  PetscCall(Search(model, transposed, found, law, spectrum));
  if (spectrum->eigenvalues) {
    spectrum->gap = 1 - found->largest_inside;
    spectrum->period = PeriodOf(found->unit, found->argument);
  }
  if (!stationary) PetscCall(VecDestroy(&law));
  for (PetscInt i = 0; i < found->count; i++) PetscCall(VecDestroy(&found->basis[i]));
  PetscCall(PetscFree(found));
  PetscCall(MatDestroy(&transposed));
  PetscCall(MfgStageEnd(MFG_STAGE_SPECTRUM));
  PetscFunctionReturn(0);
}
