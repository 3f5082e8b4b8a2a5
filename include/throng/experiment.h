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
  MFG_EXPERIMENT_DONE = 0,     /* the run did what was asked: converged, reached its limit, or evaluated */
  MFG_EXPERIMENT_FAILED = 1,   /* a run failed or diverged; its record says why */
  MFG_EXPERIMENT_BAD_INPUT = 2 /* nothing was written; stderr says what to change */
} MfgExperimentOutcome;

PetscErrorCode MfgExperimentCreate(MPI_Comm comm, MfgExperiment *experiment);
PetscErrorCode MfgExperimentDestroy(MfgExperiment *experiment);
/*
  Read and check the file; `settings` are "dotted.key=value" texts, the values in YAML, that replace or add
  keys. Once per experiment. Paths in the file (`game.plugin` and the keys that end in `path`) are relative to
  the current folder.
*/
PetscErrorCode MfgExperimentLoad(MfgExperiment experiment, const char *path, PetscInt count,
                                 const char *const settings[], MfgExperimentOutcome *outcome);
/* Where results go (default "results"), and whether an earlier result of the same run may be replaced. */
PetscErrorCode MfgExperimentSetOutput(MfgExperiment experiment, const char *folder, PetscBool overwrite);
/*
  Solve what was loaded and leave the results in FOLDER/<name>/<run id>/, which appears complete or not at
  all; while the run goes on they are in <run id>.running/. A failed or diverged run leaves a record and its
  metrics, too; where an earlier good result is to be replaced, these stand beside it in <run id>.failed/.
*/
PetscErrorCode MfgExperimentRun(MfgExperiment experiment, MfgExperimentOutcome *outcome);

/*
  The parameters of a section ("game", "solver", "metrics", "evaluation", "output"), or the keys at the top
  ("run"). NULL: unknown, or a game or solver without a type yet. Owned by the experiment. Not collective.
*/
PetscErrorCode MfgExperimentGetParameters(MfgExperiment experiment, const char *section,
                                          MfgParameters *parameters);

/* The program's version, "1.2.3", and the git commit it was built from ("unknown" outside a checkout). */
const char *MfgVersion(void);
const char *MfgCommit(void);
/* The libraries in use, with their versions at run time. The array is the library's. Not collective. */
typedef struct {
  const char *name;
  char        version[128];
} MfgLibrary;
PetscErrorCode MfgGetLibraries(PetscInt *count, const MfgLibrary *libraries[]);

#endif
