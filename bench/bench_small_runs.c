/*
  What a small run costs: 150 iterations of online mirror descent on four_rooms 11×11 with the exploitability
  of each, beside 4000 factorisations. One of these is a numeric LU factorisation of I - γP^π with new values,
  by PETSc's own LU with its ordering and symbolic factorisation at hand, and one solve.

  From the uniform policy best responses never change, so a random one is measured, too; and no iteration at
  all, which is what it costs to make a run.

    mpirun -n 1 bench_small_runs [-repeats 11] [-runs 200]

  A run is everything from the game to the last row, made and destroyed in this process: no start of a
  program, no files. Runs and factorisations alternate, for the machine may change its pace.
*/
#include "mdp/mdp_impl.h"
#include "measure.h"

static const char help[] = "Costs of small runs, in LU factorisations of I - γP^π.\n";
enum { FACTORISATIONS = 4000, MAX_REPEATS = 101 };

/* What the runs are; the texts of parameters. */
typedef struct {
  const char *iterations, *policy;
} RunSetting;

/* One run, made and destroyed. */
typedef struct {
  MfgGame   game;
  MfgModel  model;
  MfgSolver solver;
} Run;

static PetscErrorCode RunSetUp(const RunSetting *setting, Run *run)
{
  MfgParameters metrics;

  PetscFunctionBeginUser;
  PetscCall(MfgGameCreate(&run->game));
  PetscCall(MfgGameSetType(run->game, "four_rooms", NULL));
  PetscCall(MfgGameSetUp(run->game));
  PetscCall(MfgModelCreate(PETSC_COMM_WORLD, &run->model));
  PetscCall(MfgModelSetGame(run->model, run->game));
  PetscCall(MfgModelSetUp(run->model));
  PetscCall(MfgSolverCreate(PETSC_COMM_WORLD, &run->solver));
  PetscCall(MfgSolverSetType(run->solver, "online_mirror_descent", NULL));
  PetscCall(MfgSolverSetParameter(run->solver, "outer_iterations", setting->iterations));
  PetscCall(MfgSolverSetParameter(run->solver, "initial_policy.type", setting->policy));
  PetscCall(MfgSolverGetMetricsParameters(run->solver, &metrics));
  PetscCall(MfgParametersSet(metrics, "which", "[exploitability]", NULL));
  PetscCall(MfgSolverSetModel(run->solver, run->model));
  PetscCall(MfgSolverSetUp(run->solver, NULL));
  PetscFunctionReturn(0);
}

static PetscErrorCode RunDestroy(Run *run)
{
  PetscFunctionBeginUser;
  PetscCall(MfgSolverDestroy(&run->solver));
  PetscCall(MfgModelDestroy(&run->model));
  PetscCall(MfgGameDestroy(&run->game));
  PetscFunctionReturn(0);
}

/* Seconds of a run, and how many of them before the first iteration and after the last. */
static PetscErrorCode TimeRun(const RunSetting *setting, double *seconds, double *around)
{
  MfgSolverReason reason;
  const char     *text;
  Run             run;
  double          start, ready, done, end;

  PetscFunctionBeginUser;
  PetscCall(Clock(&start));
  PetscCall(RunSetUp(setting, &run));
  PetscCall(Clock(&ready));
  PetscCall(MfgSolverSolve(run.solver));
  PetscCall(Clock(&done));
  PetscCall(MfgSolverGetReason(run.solver, &reason, &text));
  PetscCheck(reason > 0, PETSC_COMM_WORLD, PETSC_ERR_NOT_CONVERGED, "The solve failed: %s", text);
  PetscCall(RunDestroy(&run));
  PetscCall(Clock(&end));
  *seconds = end - start;
  *around = ready - start + end - done;
  PetscFunctionReturn(0);
}

/* The system that is factored over and over: two sets of values for one pattern, and its factors. */
typedef struct {
  Mat           mat, factors;
  IS            rows, columns;
  MatFactorInfo info;
  PetscScalar  *values[2]; /* [entries] each, of two random policies */
  PetscInt      entries;
  Vec           b, x;
} System;

/* The values of I - γP^π of the random policy of a seed. */
static PetscErrorCode ValuesOf(const Run *run, PetscInt seed, System *system, PetscScalar values[])
{
  const PetscScalar *source;
  Vec                pi;

  PetscFunctionBeginUser;
  PetscCall(MfgModelCreateStateActionVec(run->model, &pi));
  PetscCall(MfgPolicySetRandom(run->model, seed, 0.2, pi));
  PetscCall(MfgModelSetPolicy(run->model, pi));
  PetscCall(MfgModelRefresh_Private(run->model, 1, -run->model->discount));
  PetscCall(MatSeqAIJGetArrayRead(run->model->kernel.mat, &source));
  PetscCall(PetscArraycpy(values, source, system->entries));
  PetscCall(MatSeqAIJRestoreArrayRead(run->model->kernel.mat, &source));
  PetscCall(VecDestroy(&pi));
  PetscFunctionReturn(0);
}

static PetscErrorCode SystemCreate(System *system)
{
  Run     run;
  MatInfo info;

  PetscFunctionBeginUser;
  PetscCall(RunSetUp(&(RunSetting){"0", "uniform"}, &run));
  PetscCall(MatGetInfo(run.model->kernel.mat, MAT_LOCAL, &info));
  system->entries = (PetscInt)info.nz_used;
  for (int i = 0; i < 2; i++) {
    PetscCall(PetscMalloc1(system->entries, &system->values[i]));
    PetscCall(ValuesOf(&run, i + 1, system, system->values[i]));
  }
  PetscCall(MatDuplicate(run.model->kernel.mat, MAT_COPY_VALUES, &system->mat));
  PetscCall(RunDestroy(&run));
  PetscCall(MatCreateVecs(system->mat, &system->x, &system->b));
  PetscCall(VecSet(system->b, 1));
  PetscCall(MatFactorInfoInitialize(&system->info));
  PetscCall(MatGetFactor(system->mat, MATSOLVERPETSC, MAT_FACTOR_LU, &system->factors));
  PetscCall(MatGetOrdering(system->mat, MATORDERINGND, &system->rows, &system->columns));
  PetscCall(MatLUFactorSymbolic(system->factors, system->mat, system->rows, system->columns, &system->info));
  PetscFunctionReturn(0);
}

static PetscErrorCode SystemDestroy(System *system)
{
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++) PetscCall(PetscFree(system->values[i]));
  PetscCall(ISDestroy(&system->rows));
  PetscCall(ISDestroy(&system->columns));
  PetscCall(MatDestroy(&system->factors));
  PetscCall(MatDestroy(&system->mat));
  PetscCall(VecDestroy(&system->b));
  PetscCall(VecDestroy(&system->x));
  PetscFunctionReturn(0);
}

static PetscErrorCode TimeFactorisations(System *system, double *seconds)
{
  double start, end;

  PetscFunctionBeginUser;
  PetscCall(Clock(&start));
  for (int i = 0; i < FACTORISATIONS; i++) {
    PetscScalar *values;

    PetscCall(MatSeqAIJGetArrayWrite(system->mat, &values));
    PetscCall(PetscArraycpy(values, system->values[i % 2], system->entries));
    PetscCall(MatSeqAIJRestoreArrayWrite(system->mat, &values));
    PetscCall(MatLUFactorNumeric(system->factors, system->mat, &system->info));
    PetscCall(MatSolve(system->factors, system->b, system->x));
  }
  PetscCall(Clock(&end));
  *seconds = end - start;
  PetscFunctionReturn(0);
}

/* Sorts the sample. */
static PetscReal MedianOf(PetscInt n, PetscReal sample[])
{
  PetscCallContinue(PetscSortReal(n, sample));
  return 0.5 * (sample[(n - 1) / 2] + sample[n / 2]);
}

/* A run beside as many factorisations as it may cost at most. */
static PetscErrorCode MeasureRun(const RunSetting *setting, PetscInt repeats)
{
  PetscReal runs[MAX_REPEATS], factorisations[MAX_REPEATS], ratios[MAX_REPEATS], ratio;
  System    system;

  PetscFunctionBeginUser;
  PetscCall(SystemCreate(&system));
  for (PetscInt i = -1; i < repeats; i++) { /* the first one warms up */
    const PetscInt k = PetscMax(i, 0);
    double         around;

    PetscCall(TimeRun(setting, &runs[k], &around));
    PetscCall(TimeFactorisations(&system, &factorisations[k]));
    ratios[k] = runs[k] / factorisations[k];
  }
  PetscCall(SystemDestroy(&system));
  ratio = MedianOf(repeats, ratios);
  PetscCall(PetscPrintf(
      PETSC_COMM_WORLD, "one run, %d factorisations  %9.6f s, %9.6f s, ratio %.3f (%.3f to %.3f)\n",
      FACTORISATIONS, (double)MedianOf(repeats, runs), (double)MedianOf(repeats, factorisations),
      (double)ratio, (double)ratios[0], (double)ratios[repeats - 1]));
  PetscFunctionReturn(0);
}

/* Many runs one after another: seconds of each, of making and destroying it, by stage; memory left behind. */
static PetscErrorCode MeasureMany(const RunSetting *setting, PetscInt runs)
{
  PetscReal      stages[MFG_STAGE_COUNT];
  PetscLogDouble before, after;
  double         seconds, around, sum = 0, sum_around = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < 10; i++) PetscCall(TimeRun(setting, &seconds, &around));
  PetscCall(MfgStageReset());
  PetscCall(PetscMemoryGetCurrentUsage(&before));
  for (PetscInt i = 0; i < runs; i++) {
    PetscCall(TimeRun(setting, &seconds, &around));
    sum += seconds;
    sum_around += around;
  }
  PetscCall(PetscMemoryGetCurrentUsage(&after));
  PetscCall(MfgStageGetSeconds(stages));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD,
                        "%" PetscInt_FMT " runs              %9.6f s each, %.6f s of it before the first "
                        "iteration and after the last, %.0f bytes left behind\n",
                        runs, sum / (double)runs, sum_around / (double)runs,
                        (after - before) / (double)runs));
  for (int i = 0; i < MFG_STAGE_COUNT; i++)
    if (stages[i] > 0)
      PetscCall(PetscPrintf(PETSC_COMM_WORLD, "  %-17s %9.6f s  %5.1f %%\n", MfgStageNames[i],
                            stages[i] / (double)runs, 100 * stages[i] / sum));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  static const RunSetting settings[] = {{"150", "uniform"}, {"150", "random"}, {"0", "uniform"}};
  PetscInt                repeats = 11, runs = 200;
  PetscMPIInt             ranks;

  PetscFunctionBeginUser;
  PetscCall(SlepcInitialize(&argc, &argv, NULL, help));
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &ranks));
  PetscCheck(ranks == 1, PETSC_COMM_WORLD, PETSC_ERR_ARG_SIZ, "The unit is a serial LU: use one rank");
  PetscCall(PetscOptionsGetInt(NULL, NULL, "-repeats", &repeats, NULL));
  PetscCall(PetscOptionsGetInt(NULL, NULL, "-runs", &runs, NULL));
  PetscCheck(repeats >= 1 && repeats <= MAX_REPEATS && runs >= 1, PETSC_COMM_WORLD, PETSC_ERR_ARG_OUTOFRANGE,
             "-repeats must be from 1 to %d, -runs 1 or more", MAX_REPEATS);
  for (int i = 0; i < (int)(sizeof(settings) / sizeof(settings[0])); i++) {
    PetscCall(PetscPrintf(PETSC_COMM_WORLD, "%s iterations from a %s policy\n", settings[i].iterations,
                          settings[i].policy));
    PetscCall(MeasureRun(&settings[i], repeats));
    PetscCall(MeasureMany(&settings[i], runs));
  }
  PetscCall(SlepcFinalize());
  return 0;
}
