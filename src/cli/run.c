/* throng run */
#include <stdlib.h>
#include <time.h>
#include "cli.h"

/*
  Seconds until SLURM ends the job, as SLURM tells its jobs; infinite outside of one. An environment that was
  kept from a job that is over gives no time at all, again and again.
*/
static PetscReal SecondsOfJob(const char **note)
{
  const char *end = getenv("SLURM_JOB_END_TIME");
  long long   seconds;

  if (!end || sscanf(end, "%lld", &seconds) != 1) return PETSC_INFINITY;
  seconds -= (long long)time(NULL);
  *note = seconds > 0
              ? ", that of SLURM_JOB_END_TIME"
              : ": SLURM_JOB_END_TIME was over before the launch began; unset it, or give --time-limit";
  return (PetscReal)seconds;
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
  const char          *note = "";
  const PetscReal      limit = arguments->time_limit < 0 ? SecondsOfJob(&note) : arguments->time_limit;

  PetscFunctionBeginUser;
  PetscCall(MfgExperimentCreate(PETSC_COMM_WORLD, &experiment));
  PetscCall(MfgExperimentSetOutput(experiment, arguments->out));
  PetscCall(MfgExperimentSetRerun(experiment, arguments->rerun));
  PetscCall(MfgExperimentSetShard(experiment, arguments->shard_index, arguments->shard_count));
  PetscCall(MfgExperimentSetTimeLimit(experiment, limit, note));
  PetscCall(MfgExperimentLoad(experiment, arguments->words[0], arguments->setting_count, arguments->settings,
                              &outcome));
  if (outcome == MFG_EXPERIMENT_DONE) PetscCall(MfgExperimentRun(experiment, &outcome));
  PetscCall(MfgExperimentDestroy(&experiment));
  *code = MfgExitCode(outcome);
  PetscFunctionReturn(0);
}
