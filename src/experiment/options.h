/* PETSc options of a run: which there are, and which nobody reads. */
#ifndef THRONG_EXPERIMENT_OPTIONS_H
#define THRONG_EXPERIMENT_OPTIONS_H

#include "experiment/experiment_impl.h"

/*
  All options that are set, wherever (command line, PETSC_OPTIONS, .petscrc), as texts "-name value" in
  alphabetical order. Free with MfgOptionsFree(). Not collective.
*/
PetscErrorCode MfgOptionsGet(PetscInt *count, char ***options);
PetscErrorCode MfgOptionsFree(PetscInt count, char ***options);
/* Whether an option ("name" or "-name value") only logs or monitors, so that it changes no number. */
PetscBool MfgOptionIsSilent(const char *option);
/* Complain of every option that no rank of the run, which is set up, reads, and of tolerances. Collective. */
PetscErrorCode MfgOptionsCheck(MfgExperiment experiment);

#endif
