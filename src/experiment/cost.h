/*
  How long runs will take, learned from results that the folder of the experiment holds, of this plan or of an
  earlier one. On one rank; not collective.
*/
#ifndef THRONG_EXPERIMENT_COST_H
#define THRONG_EXPERIMENT_COST_H

#include "experiment/plan.h"

/*
  Fill `cost` and `basis` of all runs: seconds where the folder has any result, else S·A·iterations over
  ranks, with which runs can be compared. A run takes as many seconds per iteration and S·A as the results of
  the same game, solver, size and number of ranks did; where there are none, as those nearest in size, of the
  same solver if there are such. Runs that stop early do so for the same share of their iterations.
*/
PetscErrorCode MfgCostEstimate(MfgPlan *plan, const char *folder);

#endif
