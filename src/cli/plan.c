#define _GNU_SOURCE /* sched_getaffinity() */
/* throng plan */
#include <sched.h>
#include <unistd.h>
#include "cli.h"

/* The cores that this process may use. */
static PetscInt CountCores(void)
{
  cpu_set_t  set;
  const long online = sysconf(_SC_NPROCESSORS_ONLN);

  if (sched_getaffinity(0, sizeof(set), &set) == 0) return (PetscInt)CPU_COUNT(&set);
  return online > 0 ? (PetscInt)online : 1;
}

PetscErrorCode MfgPlanCommand(const MfgArguments *arguments, int *code)
{
  MfgExperiment        experiment;
  MfgExperimentOutcome outcome;

  PetscFunctionBeginUser;
  PetscCall(MfgExperimentCreate(PETSC_COMM_WORLD, &experiment));
  PetscCall(MfgExperimentSetOutput(experiment, arguments->out));
  PetscCall(MfgExperimentSetRerun(experiment, arguments->rerun));
  PetscCall(MfgExperimentSetShard(experiment, arguments->shard_index, arguments->shard_count));
  PetscCall(MfgExperimentLoad(experiment, arguments->words[0], arguments->setting_count, arguments->settings,
                              &outcome));
  if (outcome == MFG_EXPERIMENT_DONE)
    PetscCall(MfgExperimentPlan(experiment, arguments->ranks ? arguments->ranks : CountCores(),
                                arguments->all, &outcome));
  PetscCall(MfgExperimentDestroy(&experiment));
  *code = MfgExitCode(outcome);
  PetscFunctionReturn(0);
}
