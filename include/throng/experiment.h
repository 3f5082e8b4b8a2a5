/*
  throng/experiment.h: from an experiment file to results on disk.

  An experiment file is strict YAML with the sections game, solver, metrics, evaluation, output and the keys
  name and seed. Every key is checked against the tables of the game, the solver and the model; all errors are
  reported together as `file:line:column: section.key: message`.

  All functions are collective on the communicator given at creation unless they say otherwise.
*/
#ifndef THRONG_EXPERIMENT_H
#define THRONG_EXPERIMENT_H

#include <throng/solver.h>

typedef struct _p_MfgExperiment *MfgExperiment;

typedef enum {
  MFG_EXPERIMENT_DONE = 0,     /* the run did what was asked: converged, or reached its iteration limit */
  MFG_EXPERIMENT_FAILED = 1,   /* a run failed or diverged; its record says why */
  MFG_EXPERIMENT_BAD_INPUT = 2 /* nothing was written; stderr says what to change */
} MfgExperimentOutcome;

PetscErrorCode MfgExperimentCreate(MPI_Comm comm, MfgExperiment *experiment);
PetscErrorCode MfgExperimentDestroy(MfgExperiment *experiment);
/* Read and check the file; `settings` are "dotted.key=value" texts that replace or add keys. */
PetscErrorCode MfgExperimentLoad(MfgExperiment experiment, const char *path, PetscInt count,
                                 const char *const settings[], MfgExperimentOutcome *outcome);
/* Where results go (default "results"), and whether an earlier result of the same run may be replaced. */
PetscErrorCode MfgExperimentSetOutput(MfgExperiment experiment, const char *folder, PetscBool overwrite);
PetscErrorCode MfgExperimentRun(MfgExperiment experiment, MfgExperimentOutcome *outcome);

/* The program's version, "1.2.3", and the git commit it was built from ("unknown" outside a checkout). */
const char *MfgVersion(void);
const char *MfgCommit(void);

#endif
