/*
  From an experiment file to its runs: the sections sweep, zip, seeds, when, exclude, overrides and resources,
  and the key max_runs.

  The order of the runs: the axes of `sweep` in the order of the file, the first one slowest; then the groups
  of `zip`; then the axes of those entries of `when` that match; `seeds` last. Overrides work on the runs that
  this gives, in order, and `exclude` on what comes of them.

  A match compares with the value that a run has, defaults of its game and solver included: as numbers where
  both are numbers, else as texts, lists element by element.

  Not collective. Every rank expands, for the document of each run that it takes part in. They find the same
  runs unless a default that a match asks for is of a plugin that not all of them can load.
*/
#ifndef THRONG_EXPERIMENT_SWEEP_H
#define THRONG_EXPERIMENT_SWEEP_H

#include "experiment/document.h"

typedef struct _p_MfgSweep *MfgSweep;

/* The key `max_runs`. */
extern const MfgParameterSpec MfgMaxRunsTable[];

/*
  The keys at the top that belong to sweeps (MfgSweepGetDocument() leaves them out): "sweep", "zip", "seeds",
  "when", "exclude", "overrides", "resources", "max_runs".
*/
PetscErrorCode MfgSweepGetSections(PetscInt *count, const char *const **names);

/*
  Expand the document `root`, which may be NULL or no mapping (one run then, as it is) and of which the sweep
  keeps a copy. `pinned`: the dotted keys of the settings, as the user gave them; no axis and no override
  changes these.

  What is wrong with the sections goes to `errors`. The sweep is good to check the runs even then, so that all
  errors are told together: what could not be read stands in them as a broken node, and of more than max_runs
  runs there are none. After errors it is good for nothing else.
*/
PetscErrorCode MfgSweepExpand(const MfgNode *root, PetscInt pinned_count, const char *const pinned[],
                              MfgErrors errors, MfgSweep *sweep);
PetscErrorCode MfgSweepDestroy(MfgSweep *sweep);

PetscErrorCode MfgSweepGetCount(MfgSweep sweep, PetscInt *count);
/*
  A new tree of run i, which the caller destroys: the document without the sections of the sweep, with the
  values of the run in their places. Each node keeps the mark of where the user wrote it.
*/
PetscErrorCode MfgSweepGetDocument(MfgSweep sweep, PetscInt i, MfgNode **root);

/*
  The dotted keys in which runs differ, each once: those of `sweep`, `zip` and `when` that some run has, in
  the order of the file, and "seed" last where there is `seeds`.
*/
PetscErrorCode MfgSweepGetAxes(MfgSweep sweep, PetscInt *count, const char *const **keys);
/*
  What run i has at an axis, overrides done, in YAML's flow style and as the user wrote it; NULL: the run does
  not have this axis. The text is the sweep's and lives until the next call.
*/
PetscErrorCode MfgSweepGetAxisValue(MfgSweep sweep, PetscInt i, PetscInt axis, const char **text);

/* Where the user wrote the key of an axis, as the first run that has it does. */
PetscErrorCode MfgSweepGetAxisMark(MfgSweep sweep, PetscInt axis, MfgMark *mark);
/* How many runs `exclude` took away. */
PetscErrorCode MfgSweepGetExcluded(MfgSweep sweep, PetscInt *count);

/* ranks_per_run 0: not given. time_limit in seconds; PETSC_INFINITY: none. */
PetscErrorCode MfgSweepGetResources(MfgSweep sweep, PetscInt i, PetscInt *ranks_per_run,
                                    PetscReal *time_limit);
/* Whether resources.memory_check is on. */
PetscErrorCode MfgSweepGetMemoryCheck(MfgSweep sweep, PetscBool *check);
/* Where the ranks_per_run of run i was written, if it was. */
PetscErrorCode MfgSweepGetRanksMark(MfgSweep sweep, PetscInt i, MfgMark *mark);

/* Entries that match no run, as "file:line:column: key: message". */
PetscErrorCode MfgSweepGetWarnings(MfgSweep sweep, PetscInt *count, const char *const **warnings);

#endif
