/* How a launch of an experiment ended: told to people, and as the outcome for the program that called. */
#ifndef THRONG_EXPERIMENT_CONCLUDE_H
#define THRONG_EXPERIMENT_CONCLUDE_H

#include "experiment/choose.h"
#include "experiment/schedule.h"

/*
  After the runs: `survey` is what there was before them, `tally` how they ended, which becomes on rank 0 what
  other launches have done meanwhile, too. Collective.
*/
PetscErrorCode MfgExperimentConclude(MfgExperiment experiment, MfgLaunch launch, const MfgSurvey *survey,
                                     MfgTally *tally, MfgExperimentOutcome *outcome);
/* There was nothing to be done. */
PetscErrorCode MfgExperimentTellNothing(MfgExperiment experiment, const MfgSurvey *survey,
                                        MfgExperimentOutcome *outcome);

#endif
