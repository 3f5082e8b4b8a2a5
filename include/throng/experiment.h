/*
  throng/experiment.h: from an experiment file to results on disk.

  An experiment file is strict YAML with the sections game, solver, metrics, evaluation, output, checkpoint
  and the keys name, seed and petsc_options, which say what a run is, and sections that make many runs of it:
  sweep, zip, seeds, when, exclude, overrides, resources. Every key of every run is checked against the tables
  of its game, solver and model; all errors are reported together as `file:line:column: section.key: message`.

  The results of an experiment stand in one folder, FOLDER/<name>, that of each run in a folder of its own,
  named after the run's parameters. A run is performed if that folder does not have it: the same command again
  goes on where the last one ended, however that was.

  All functions are collective on the communicator given at creation unless they say otherwise.
*/
#ifndef THRONG_EXPERIMENT_H
#define THRONG_EXPERIMENT_H

#include <throng/solver.h>

typedef struct _p_MfgExperiment *MfgExperiment;

typedef enum {
  MFG_EXPERIMENT_DONE = 0,   /* every run did what was asked: converged, reached its limit, or evaluated */
  MFG_EXPERIMENT_FAILED = 1, /* a run failed or diverged, its record says why; or results cannot be written */
  MFG_EXPERIMENT_BAD_INPUT = 2, /* nothing was written; stderr says what to change */
  MFG_EXPERIMENT_STOPPED = 3    /* ended early; the same again goes on from the checkpoints */
} MfgExperimentOutcome;

/*
  From here on SIGUSR1, SIGINT and SIGTERM ask this process to stop its experiments with checkpoints, also one
  that is loaded later; a second SIGINT or SIGTERM ends it at once. Not collective; may be called before MPI
  starts. Without it MfgExperimentLoad() listens to SIGUSR1 alone.
*/
void MfgListen(void);

PetscErrorCode MfgExperimentCreate(MPI_Comm comm, MfgExperiment *experiment);
PetscErrorCode MfgExperimentDestroy(MfgExperiment *experiment);
/*
  Read and check the file; `settings` are "dotted.key=value" texts, the values in YAML, that replace or add
  keys. Once per experiment. Paths in the file (`game.plugin` and the keys that end in `path`) are relative to
  the current folder.
*/
PetscErrorCode MfgExperimentLoad(MfgExperiment experiment, const char *path, PetscInt count,
                                 const char *const settings[], MfgExperimentOutcome *outcome);
/* Where results go; default "results". */
PetscErrorCode MfgExperimentSetOutput(MfgExperiment experiment, const char *folder);

/* Results that are replaced: those runs are performed again. Combine with |; default damaged ones alone. */
typedef enum {
  MFG_RERUN_DAMAGED = 1, /* files that are not what was written */
  MFG_RERUN_FAILED = 2,
  MFG_RERUN_STALE = 4, /* of another version of the program */
  MFG_RERUN_ALL = 15
} MfgRerun;
PetscErrorCode MfgExperimentSetRerun(MfgExperiment experiment, PetscInt which);
/* Perform only the runs whose number in the plan is `index` modulo `count`; 0 <= index < count. */
PetscErrorCode MfgExperimentSetShard(MfgExperiment experiment, PetscInt index, PetscInt count);
/*
  Stop with checkpoints before so many seconds from now have gone by; PETSC_INFINITY: no limit. `note` is told
  with the reason when that happens, and outlives the experiment; "": nothing to tell.
*/
PetscErrorCode MfgExperimentSetTimeLimit(MfgExperiment experiment, PetscReal seconds, const char *note);
/*
  Perform the runs of what was loaded and leave their results in FOLDER/<name>/<run id>/, which appears
  complete or not at all; while a run goes on they are in <run id>.running/. A run that fails or diverges
  leaves a record and its metrics in <run id>.failed/, and the others go on. SIGUSR1 stops all runs with
  checkpoints.
*/
PetscErrorCode MfgExperimentRun(MfgExperiment experiment, MfgExperimentOutcome *outcome);

/*
  Print what MfgExperimentRun() would do on so many ranks (0: one for each core of this machine, or as many as
  the widest run needs), from rank 0 to stdout: the runs with their states, `all` of them or the first and
  last few, and what they need. Nothing is written. The outcome is bad input where that of MfgExperimentRun()
  would be.
*/
PetscErrorCode MfgExperimentPlan(MfgExperiment experiment, PetscInt ranks, PetscBool all,
                                 MfgExperimentOutcome *outcome);

/*
  The parameters of a section that does not depend on a type ("metrics", "evaluation", "output",
  "checkpoint"), the keys at the top ("run"), or those there that are of no run ("limits"). NULL: unknown.
  Owned by the experiment. Not collective.
*/
PetscErrorCode MfgExperimentGetParameters(MfgExperiment experiment, const char *section,
                                          MfgParameters *parameters);

/* A section that makes many runs of one file. */
typedef struct {
  const char             *name, *form, *meaning;
  const MfgParameterSpec *table; /* of its plain keys; NULL: it has none */
} MfgSweepForm;
/* All of them. Not collective. */
PetscErrorCode MfgSweepGetForms(PetscInt *count, const MfgSweepForm **forms);

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
