/*
  What an inner iteration of MF-TRPO and a best response cost, in products with P^π measured in the same run.

    mpirun -n 2 bench_scale [-size 1001] [-discount 0.9] [-best_response 1] [-inner 1]

  An inner iteration is: values of P^π, evaluation to 1e-8 of the reward, backup, mirror step. Its cost is
  that of the iterations 2 to 10 of a solve: the time of one outer iteration with ten of them less the time
  with one, over nine.
*/
#include "measure.h"

static const char help[] = "Costs of an inner iteration and of a best response, in products with P^π.\n";

/* Seconds of one outer iteration of MF-TRPO with `inner` inner iterations, and by stage. */
static PetscErrorCode TimeOuterIteration(const Setting *setting, const char *inner, double *seconds,
                                         PetscReal stages[MFG_STAGE_COUNT], PetscInt *linear_iterations)
{
  MfgSolver       solver;
  MfgParameters   metrics;
  MfgMetricsRow   row;
  MfgSolverReason reason;
  const char     *text;
  Vec             mu, pi;
  double          start, end;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  PetscCall(MfgSolverSetType(solver, "mf_trpo", NULL));
  PetscCall(MfgSolverSetParameter(solver, "inner_iterations", inner));
  PetscCall(MfgSolverSetParameter(solver, "outer_iterations", "1"));
  PetscCall(MfgSolverGetMetricsParameters(solver, &metrics));
  PetscCall(MfgParametersSet(metrics, "which", "[mean_field_delta]", NULL));
  PetscCall(MfgSolverSetModel(solver, setting->model));
  PetscCall(MfgSolverSetUp(solver, NULL));
  PetscCall(MfgSolverGetIterate(solver, &mu, &pi));
  PetscCall(VecCopy(setting->mu, mu));
  PetscCall(MfgStageReset());
  PetscCall(Clock(&start));
  PetscCall(MfgSolverSolve(solver));
  PetscCall(Clock(&end));
  PetscCall(MfgStageGetSeconds(stages));
  PetscCall(MfgSolverGetReason(solver, &reason, &text));
  PetscCheck(reason > 0, PETSC_COMM_WORLD, PETSC_ERR_NOT_CONVERGED, "The solve failed: %s", text);
  PetscCall(MfgSolverGetRow(solver, &row));
  *linear_iterations = (PetscInt)row.value[MFG_METRIC_LINEAR_ITERATIONS];
  *seconds = end - start;
  PetscCall(MfgModelSetPolicy(setting->model, NULL));
  PetscCall(MfgSolverDestroy(&solver));
  PetscFunctionReturn(0);
}

static PetscErrorCode MeasureInner(const Setting *setting, const Units *units)
{
  double    one, ten;
  PetscReal stages_one[MFG_STAGE_COUNT], stages_ten[MFG_STAGE_COUNT];
  PetscInt  iterations_one, iterations_ten;

  PetscFunctionBeginUser;
  PetscCall(
      TimeOuterIteration(setting, "1", &one, stages_one, &iterations_one)); /* makes what is made only once */
  PetscCall(TimeOuterIteration(setting, "1", &one, stages_one, &iterations_one));
  PetscCall(TimeOuterIteration(setting, "10", &ten, stages_ten, &iterations_ten));
  PetscCall(PetscPrintf(
      PETSC_COMM_WORLD, "inner iteration     %8.4f s  %7.1f products (%.1f linear iterations)\n",
      (ten - one) / 9, (ten - one) / 9 / units->product, (double)(iterations_ten - iterations_one) / 9));
  for (int i = 0; i < MFG_STAGE_COUNT; i++) {
    const double seconds = (stages_ten[i] - stages_one[i]) / 9;

    if (seconds > 1e-5)
      PetscCall(PetscPrintf(PETSC_COMM_WORLD, "  %-17s %8.4f s  %7.1f products\n", MfgStageNames[i], seconds,
                            seconds / units->product));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode MeasureBestResponse(const Setting *setting, const Units *units)
{
  Vec         V;
  MfgSolve    solve;
  const char *failure;
  double      start, end;

  PetscFunctionBeginUser;
  PetscCall(VecDuplicate(setting->mu, &V));
  PetscCall(VecSet(V, 0));
  PetscCall(MfgModelSetMeanField(setting->model, setting->mu));
  PetscCall(Clock(&start));
  PetscCall(MfgModelBestResponse(setting->model, V, NULL, &solve));
  PetscCall(Clock(&end));
  PetscCall(MfgModelGetFailure(setting->model, &failure));
  PetscCheck(!failure, PETSC_COMM_WORLD, PETSC_ERR_NOT_CONVERGED, "%s", failure);
  PetscCall(PetscPrintf(PETSC_COMM_WORLD,
                        "best response       %8.4f s  %7.1f products (%" PetscInt_FMT
                        " policies, %" PetscInt_FMT " linear iterations, Bellman residual %.1e)\n",
                        end - start, (end - start) / units->product, solve.outer_iterations,
                        solve.linear_iterations, (double)solve.residual));
  PetscCall(VecDestroy(&V));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  PetscInt    size = 1001;
  PetscReal   discount = 0.9;
  PetscBool   inner = PETSC_TRUE, best_response = PETSC_TRUE;
  PetscMPIInt ranks;
  Setting     setting;
  Units       units;

  PetscFunctionBeginUser;
  PetscCall(SlepcInitialize(&argc, &argv, NULL, help));
  PetscCall(PetscOptionsGetInt(NULL, NULL, "-size", &size, NULL));
  PetscCall(PetscOptionsGetReal(NULL, NULL, "-discount", &discount, NULL));
  PetscCall(PetscOptionsGetBool(NULL, NULL, "-inner", &inner, NULL));
  PetscCall(PetscOptionsGetBool(NULL, NULL, "-best_response", &best_response, NULL));
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &ranks));
  PetscCall(SettingCreate(size, discount, &setting));
  PetscCall(MeasureUnits(&setting, &units));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "four_rooms %" PetscInt_FMT ", discount %g, %d ranks\n", size,
                        (double)discount, ranks));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "copy                %8.1f GB/s\n", units.copy_bandwidth / 1e9));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "product with P      %8.5f s  %.1f GB/s; transposed %.5f s\n",
                        units.product, units.product_bytes / units.product / 1e9, units.transposed));
  if (inner) PetscCall(MeasureInner(&setting, &units));
  if (best_response) PetscCall(MeasureBestResponse(&setting, &units));
  PetscCall(SettingDestroy(&setting));
  PetscCall(SlepcFinalize());
  return 0;
}
