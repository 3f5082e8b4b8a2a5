/* PETSc options of a run: which there are, and which nobody reads. */
#ifndef THRONG_EXPERIMENT_OPTIONS_H
#define THRONG_EXPERIMENT_OPTIONS_H

#include "experiment/run.h"

/*
  All options that are set, wherever (command line, PETSC_OPTIONS, .petscrc), as texts "-name value" in
  alphabetical order. Free with MfgOptionsFree(). Not collective.
*/
PetscErrorCode MfgOptionsGet(PetscInt *count, char ***options);
PetscErrorCode MfgOptionsFree(PetscInt count, char ***options);
/*
  Make the run's options, those of the program and those of its key `petsc_options`, the default ones until
  the run is destroyed. Not collective.
*/
PetscErrorCode MfgOptionsBegin(MfgRun run, const MfgComplaints *complaints);
/* The first of `count` words that is no PETSc option and no value of one; NULL: there is none. */
const char *MfgOptionsFindStray(PetscInt count, const char *const words[]);
/* Whether an option ("name" or "-name value") only logs or monitors, so that it changes no number. */
PetscBool MfgOptionIsSilent(const char *option);
/* Complain of every option that no rank of the run, which is set up, reads, and of tolerances. Collective. */
PetscErrorCode MfgOptionsCheck(MfgRun run);

#endif
