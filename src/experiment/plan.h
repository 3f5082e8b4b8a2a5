/* The runs of an experiment file, each with its name and what it needs. */
#ifndef THRONG_EXPERIMENT_PLAN_H
#define THRONG_EXPERIMENT_PLAN_H

#include <stdint.h>
#include "experiment/identity.h"
#include "experiment/results.h"
#include "experiment/sweep.h"

/* What a run's cost rests on. */
typedef enum {
  MFG_COST_RELATIVE, /* no seconds: S·A·iterations over ranks, to compare runs */
  MFG_COST_SCALED, /* seconds, scaled by that from results of another size, game, solver or number of ranks */
  MFG_COST_MEASURED, /* seconds, from results of the same game, solver, size and number of ranks */
  MFG_COST_KNOWN     /* the seconds that the run has taken */
} MfgCostBasis;

typedef struct {
  char           run_id[MFG_RUN_ID_SIZE];
  PetscInt       variant;                     /* its number in the sweep */
  PetscInt       ranks;                       /* that it is performed on; 0: all there are */
  PetscReal      time_limit;                  /* seconds; PETSC_INFINITY: none */
  PetscInt       states, actions, iterations; /* S, A; the most outer iterations */
  PetscInt       repeats;                     /* of the work within an iteration */
  PetscInt       game;                        /* which of the plan's games it plays */
  PetscInt       direct_below;                /* evaluation.direct_below */
  uint64_t       options;                     /* of PETSc, and what reads them; 0: none */
  MfgModelUse    use;
  PetscReal      memory;    /* bytes of its rank that has most, at the peak, without those of the program */
  PetscBool      uses_seed; /* something of the run draws random numbers from its seed */
  PetscReal      cost;      /* see cost.h; of equally wide runs the costliest come first */
  MfgCostBasis   basis;
  MfgResultState state;        /* what the folder holds, once MfgPlanLook() has looked */
  PetscBool      stale;        /* the result is of another version of the program */
  PetscBool      damaged;      /* the result is not what was written */
  PetscBool      checkpoint;   /* an unfinished or failed one has left a checkpoint */
  PetscBool      failed_again; /* the result is good, but a later attempt failed */
  PetscBool      asked;        /* in this shard */
  PetscBool      todo;         /* to be performed; where there is a result already, again */
} MfgPlannedRun;

/* A game that runs play, with its parameters; games of equal parameters are one. */
typedef struct {
  char         *key;  /* type and parameters */
  uint64_t      hash; /* of the key */
  MfgModelShape shape;
  PetscReal     bytes; /* that the game takes on every rank */
} MfgPlannedGame;

typedef struct {
  MfgSweep        sweep; /* borrowed */
  PetscInt        count;
  MfgPlannedRun  *runs; /* [count], in the order of the sweep */
  PetscInt        game_count;
  MfgPlannedGame *games;      /* [game_count], on rank 0 */
  PetscInt        duplicates; /* runs that were left out because an earlier one has the same parameters */
} MfgPlan;

/*
  Check every run of the sweep, on rank 0, and name it; what is wrong goes to `errors` there, and the plan is
  of use on no rank then. Otherwise it is the same on all. Collective.
*/
PetscErrorCode MfgPlanCreate(MPI_Comm comm, MfgSweep sweep, MfgErrors errors, MfgPlan **plan);
PetscErrorCode MfgPlanDestroy(MfgPlan **plan);
/*
  "mf_trpo eta=0.1 beta=0.05 seed=3" of a run: its values on the axes of the sweep, each behind the last word
  of its key, or behind more of them where two keys end alike. Not collective.
*/
PetscErrorCode MfgPlanGetLabel(const MfgPlan *plan, PetscInt i, size_t size, char label[]);
/*
  How many runs differ from an earlier one in their seed alone, though nothing of them depends on it: they
  give the same results. *mark: where the seeds were written. On one rank.
*/
PetscErrorCode MfgPlanFindIdleSeeds(const MfgPlan *plan, PetscInt *count, MfgMark *mark);
/* Write plan.csv: see the README of this folder. On one rank. */
PetscErrorCode MfgPlanWrite(const MfgPlan *plan, FILE *stream);
/*
  Look at what `folder`, that of the experiment, holds of each run. Reads every complete result through, and
  tells on stderr about those that are damaged. On one rank.
*/
PetscErrorCode MfgPlanLook(MfgPlan *plan, const char *folder);
/* Let all ranks know rank 0's runs. Collective. */
PetscErrorCode MfgPlanShare(MPI_Comm comm, MfgPlan *plan);

#endif
