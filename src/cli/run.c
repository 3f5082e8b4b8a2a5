/* throng run */
#include "cli.h"

PetscErrorCode MfgRunCommand(const MfgArguments *arguments, int *code)
{
  MfgExperiment        experiment;
  MfgExperimentOutcome outcome;

  PetscFunctionBeginUser;
  PetscCall(MfgExperimentCreate(PETSC_COMM_WORLD, &experiment));
  PetscCall(MfgExperimentSetOutput(experiment, arguments->out, arguments->overwrite));
  PetscCall(MfgExperimentLoad(experiment, arguments->words[0], arguments->setting_count, arguments->settings,
                              &outcome));
  if (outcome == MFG_EXPERIMENT_DONE) PetscCall(MfgExperimentRun(experiment, &outcome));
  PetscCall(MfgExperimentDestroy(&experiment));
  *code = outcome == MFG_EXPERIMENT_DONE     ? MFG_EXIT_DONE
          : outcome == MFG_EXPERIMENT_FAILED ? MFG_EXIT_FAILED
                                             : MFG_EXIT_BAD_INPUT;
  PetscFunctionReturn(0);
}
