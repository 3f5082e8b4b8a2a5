/* How a launch shares its ranks among runs, simulated. Not collective. */
#ifndef THRONG_EXPERIMENT_PACKING_H
#define THRONG_EXPERIMENT_PACKING_H

#include "experiment/plan.h"

/* Runs that need equally many ranks. */
typedef struct {
  PetscInt ranks, groups, runs;
} MfgWidth;

typedef struct {
  PetscInt  width_count;
  MfgWidth *widths; /* [width_count], the widest first */
  PetscReal length; /* from the first run's begin to the last one's end, in units of the runs' cost */
  PetscReal idle;   /* share of length × ranks in which ranks have no run */
} MfgPacking;

/*
  The runs order[0 .. count) of a plan, as MfgScheduleOrder() puts them, on `ranks` ranks of one node: the
  groups that MfgGroupsAssign() makes for each width, each of which takes the next run of its width when it is
  free, and begins when all of its ranks have done with the wider runs. MfgPackingFree() frees what it holds.
*/
PetscErrorCode MfgPackingSimulate(const MfgPlan *plan, PetscInt count, const PetscInt order[], PetscInt ranks,
                                  MfgPacking *packing);
PetscErrorCode MfgPackingFree(MfgPacking *packing);

#endif
