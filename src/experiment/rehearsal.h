/*
  PETSc options of many runs, tried before anything is written: an option that no part of a run reads is bad
  input, and which are read shows only when the run is set up.
*/
#ifndef THRONG_EXPERIMENT_REHEARSAL_H
#define THRONG_EXPERIMENT_REHEARSAL_H

#include "experiment/plan.h"

/*
  Set up the smallest run to be done for each set of options that there is among them, up to its solver, on as
  many ranks as it will have, and add to `errors` what is wrong, with the run's label. Runs without options
  cost nothing. Runs that take more than `most_bytes` are passed over. Collective.
*/
PetscErrorCode MfgRehearse(MPI_Comm comm, const MfgPlan *plan, PetscReal most_bytes, MfgErrors errors);

#endif
