/*
  Which Krylov method and preconditioner evaluates a policy fastest: (I - γ P^π) J = r^π from J = 0 to 1e-8 of
  the reward, for the policy after three inner iterations of MF-TRPO, in products with P^π.

    mpirun -n 2 bench_solvers [-size 1001] [-discount 0.9]

  The fastest one is the default of policy evaluation. Set-up is part of the cost: the policy is new each
  time.
*/
#include "mdp/mdp_impl.h"
#include "measure.h"

static const char help[] = "Policy evaluation by different linear solvers, in products with P^π.\n";

static const struct {
  const char *name, *options;
} candidates[] = {
    {"BiCGStab, block-Jacobi ILU(0)", "-try_ksp_type bcgs -try_pc_type bjacobi"},
    {"BiCGStab, block-Jacobi ILU(1)", "-try_ksp_type bcgs -try_pc_type bjacobi -try_sub_pc_factor_levels 1"},
    {"BiCGStab, local SOR", "-try_ksp_type bcgs -try_pc_type sor"},
    {"BiCGStab", "-try_ksp_type bcgs -try_pc_type none"},
    {"GMRES(30), block-Jacobi ILU(0)", "-try_ksp_type gmres -try_pc_type bjacobi"},
    {"GMRES(30), GAMG", "-try_ksp_type gmres -try_pc_type gamg"},
#if defined(PETSC_HAVE_HYPRE)
    {"GMRES(30), hypre BoomerAMG", "-try_ksp_type gmres -try_pc_type hypre"},
#endif
};

/* A policy on its way: three inner iterations from the uniform one. The solver owns it. */
static PetscErrorCode MakePolicy(const Setting *setting, MfgSolver *solver, Vec *pi)
{
  MfgParameters metrics;
  Vec           mu;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverCreate(PETSC_COMM_WORLD, solver));
  PetscCall(MfgSolverSetType(*solver, "mf_trpo", NULL));
  PetscCall(MfgSolverSetParameter(*solver, "inner_iterations", "3"));
  PetscCall(MfgSolverSetParameter(*solver, "outer_iterations", "1"));
  PetscCall(MfgSolverGetMetricsParameters(*solver, &metrics));
  PetscCall(MfgParametersSet(metrics, "which", "[mean_field_delta]", NULL));
  PetscCall(MfgSolverSetModel(*solver, setting->model));
  PetscCall(MfgSolverSetUp(*solver, NULL));
  PetscCall(MfgSolverGetIterate(*solver, &mu, pi));
  PetscCall(VecCopy(setting->mu, mu));
  PetscCall(MfgSolverSolve(*solver));
  PetscFunctionReturn(0);
}

/* r^π at the mean field of the setting. */
static PetscErrorCode MakeReward(const Setting *setting, Vec pi, Vec reward)
{
  const PetscInt     A = setting->model->actions;
  const PetscScalar *p;
  PetscScalar       *r;

  PetscFunctionBeginUser;
  PetscCall(MfgModelSetMeanField(setting->model, setting->mu));
  PetscCall(VecGetArrayRead(pi, &p));
  PetscCall(VecGetArrayWrite(reward, &r));
  for (PetscInt i = 0; i < setting->model->local; i++) {
    r[i] = 0;
    for (PetscInt a = 0; a < A; a++) r[i] += p[i * A + a] * setting->model->rewards[i * A + a];
  }
  PetscCall(VecRestoreArrayWrite(reward, &r));
  PetscCall(VecRestoreArrayRead(pi, &p));
  PetscFunctionReturn(0);
}

static PetscErrorCode Try(const Setting *setting, const Units *units, Vec reward, Vec J, const char *name,
                          const char *options)
{
  KSP                ksp;
  KSPConvergedReason reason;
  PetscInt           iterations;
  double             start, ready, end;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsInsertString(NULL, options));
  PetscCall(KSPCreate(PETSC_COMM_WORLD, &ksp));
  PetscCall(KSPSetOptionsPrefix(ksp, "try_"));
  PetscCall(KSPSetOperators(ksp, setting->model->kernel.mat, setting->model->kernel.mat));
  PetscCall(KSPSetPCSide(ksp, PC_RIGHT));
  PetscCall(KSPSetTolerances(ksp, 1e-8, 0, 1e10, 2000));
  PetscCall(KSPSetFromOptions(ksp));
  PetscCall(Clock(&start));
  PetscCall(KSPSetUp(ksp));
  PetscCall(KSPSetUpOnBlocks(ksp));
  PetscCall(Clock(&ready));
  PetscCall(KSPSolve(ksp, reward, J));
  PetscCall(Clock(&end));
  PetscCall(KSPGetConvergedReason(ksp, &reason));
  PetscCall(KSPGetIterationNumber(ksp, &iterations));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD,
                        "%-32s %7.1f + %7.1f = %7.1f products  %4" PetscInt_FMT " iterations%s\n", name,
                        (ready - start) / units->product, (end - ready) / units->product,
                        (end - start) / units->product, iterations, reason > 0 ? "" : "  NOT CONVERGED"));
  PetscCall(KSPDestroy(&ksp));
  PetscCall(PetscOptionsClearValue(NULL, "-try_sub_pc_factor_levels"));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  PetscInt    size = 1001;
  PetscReal   discount = 0.9;
  PetscMPIInt ranks;
  Setting     setting;
  Units       units;
  MfgSolver   solver;
  Vec         pi, reward, J;

  PetscFunctionBeginUser;
  PetscCall(SlepcInitialize(&argc, &argv, NULL, help));
  PetscCall(PetscOptionsGetInt(NULL, NULL, "-size", &size, NULL));
  PetscCall(PetscOptionsGetReal(NULL, NULL, "-discount", &discount, NULL));
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &ranks));
  PetscCall(SettingCreate(size, discount, &setting));
  PetscCall(MeasureUnits(&setting, &units));
  PetscCall(MakePolicy(&setting, &solver, &pi));
  PetscCall(VecDuplicate(setting.mu, &reward));
  PetscCall(VecDuplicate(setting.mu, &J));
  PetscCall(MakeReward(&setting, pi, reward));
  PetscCall(MfgModelSetPolicy(setting.model, pi));
  PetscCall(MfgModelRefresh_Private(setting.model, 1, -discount));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD,
                        "four_rooms %" PetscInt_FMT ", discount %g, %d ranks: set-up + solve\n", size,
                        (double)discount, ranks));
  for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
    PetscCall(Try(&setting, &units, reward, J, candidates[i].name, candidates[i].options));
  PetscCall(MfgModelSetPolicy(setting.model, NULL));
  PetscCall(VecDestroy(&reward));
  PetscCall(VecDestroy(&J));
  PetscCall(MfgSolverDestroy(&solver));
  PetscCall(SettingDestroy(&setting));
  PetscCall(SlepcFinalize());
  return 0;
}
