/* throng plan */
#include "cli.h"

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
    PetscCall(MfgExperimentPlan(experiment, arguments->ranks, arguments->all, &outcome));
  PetscCall(MfgExperimentDestroy(&experiment));
  *code = MfgExitCode(outcome);
  PetscFunctionReturn(0);
}
