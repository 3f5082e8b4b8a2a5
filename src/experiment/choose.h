/* Which runs of an experiment a launch is to perform, and what the folder holds already. */
#ifndef THRONG_EXPERIMENT_CHOOSE_H
#define THRONG_EXPERIMENT_CHOOSE_H

#include "experiment/experiment_impl.h"

/* Of the runs that are asked for; what is counted of results is of those that stay. */
typedef struct {
  PetscInt asked, todo, good, failed, stale;
  PetscInt failed_again; /* good, and a later attempt failed */
  PetscInt going_on;     /* to do, from the checkpoints of an earlier launch */
  PetscInt again;        /* to do, in place of an earlier result */
} MfgSurvey;

/*
  Which runs are to be performed, as rank 0 sees the folder; bad input if they are too wide for the ranks.
  Collective.
*/
PetscErrorCode MfgExperimentChoose(MfgExperiment experiment, MfgExperimentOutcome *outcome);
/* Not collective. */
void MfgSurveyTake(const MfgPlan *plan, MfgSurvey *survey);
/* In a line or two on stderr, from rank 0. */
void MfgSurveyTell(const MfgExperiment experiment, const MfgSurvey *survey);

#endif
