/* throng run */
#include <stdlib.h>
#include <time.h>
#include "cli.h"

/* Seconds until SLURM ends the job, as SLURM tells its jobs; infinite outside of one. */
static PetscReal SecondsOfJob(void)
{
  const char *end = getenv("SLURM_JOB_END_TIME");
  long long   seconds;

  if (!end || sscanf(end, "%lld", &seconds) != 1) return PETSC_INFINITY;
  return (PetscReal)(seconds - (long long)time(NULL));
}

int MfgExitCode(MfgExperimentOutcome outcome)
{
  switch (outcome) {
  case MFG_EXPERIMENT_DONE:
    return MFG_EXIT_DONE;
  case MFG_EXPERIMENT_BAD_INPUT:
    return MFG_EXIT_BAD_INPUT;
  case MFG_EXPERIMENT_STOPPED:
    return MFG_EXIT_STOPPED;
  default:
    return MFG_EXIT_FAILED;
  }
}

PetscErrorCode MfgRunCommand(const MfgArguments *arguments, int *code)
{
  MfgExperiment        experiment;
  MfgExperimentOutcome outcome;

  PetscFunctionBeginUser;
  PetscCall(MfgExperimentCreate(PETSC_COMM_WORLD, &experiment));
  PetscCall(MfgExperimentSetOutput(experiment, arguments->out));
  PetscCall(MfgExperimentSetRerun(experiment, arguments->rerun));
  PetscCall(MfgExperimentSetShard(experiment, arguments->shard_index, arguments->shard_count));
  PetscCall(MfgExperimentSetTimeLimit(experiment,
                                      arguments->time_limit < 0 ? SecondsOfJob() : arguments->time_limit));
  PetscCall(MfgExperimentLoad(experiment, arguments->words[0], arguments->setting_count, arguments->settings,
                              &outcome));
  if (outcome == MFG_EXPERIMENT_DONE) PetscCall(MfgExperimentRun(experiment, &outcome));
  PetscCall(MfgExperimentDestroy(&experiment));
  *code = MfgExitCode(outcome);
  PetscFunctionReturn(0);
}
