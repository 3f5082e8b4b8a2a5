/*
  One run: the game, solver and model that a document of resolved parameters describes, on a communicator.

  Functions are collective on the run's communicator unless they say otherwise.
*/
#ifndef THRONG_EXPERIMENT_RUN_H
#define THRONG_EXPERIMENT_RUN_H

#include <throng/experiment.h>
#include "experiment/document.h"

enum { MFG_MESSAGE_SIZE = 1024 };

/* The sections of a run, in the order in which they are recorded. */
typedef enum {
  MFG_SECTION_GAME,
  MFG_SECTION_SOLVER,
  MFG_SECTION_METRICS,
  MFG_SECTION_EVALUATION,
  MFG_SECTION_OUTPUT,
  MFG_SECTION_CHECKPOINT,
  MFG_SECTION_COUNT
} MfgSection;
extern const char *const MfgSectionNames[MFG_SECTION_COUNT];

typedef struct _p_MfgRun *MfgRun;
struct _p_MfgRun {
  MPI_Comm    comm;
  PetscMPIInt rank;
  double      begin;  /* MPI_Wtime() when it was created */
  MfgErrors   errors; /* borrowed */
  MfgNode    *root;   /* of the document */
  PetscOptions
      options; /* those of the program and of `petsc_options`; the default ones while the run lives */

  MfgParameters keys;               /* at the top: name, seed, petsc_options */
  MfgParameters output, checkpoint; /* of `output:` and `checkpoint:` */
  MfgGame       game;
  MfgSolver     solver;
  MfgModel      model;
  PetscBool    *idle[MFG_SECTION_COUNT]; /* see MfgRunFindIdle(); NULL: not asked for yet */
};

/*
  A run of the document `root`, which becomes the run's; NULL: an empty one. `errors` stays the caller's.
*/
PetscErrorCode MfgRunCreate(MPI_Comm comm, MfgNode *root, MfgErrors errors, MfgRun *run);
PetscErrorCode MfgRunDestroy(MfgRun *run);
/*
  Put the document's values into the game, the solver, the model and the run; complain of what is wrong. From
  here on PETSc objects read the run's options. Once per run.
*/
PetscErrorCode MfgRunCheck(MfgRun run);
/*
  Game, model and solver, up to the first iteration; what is wrong goes to the run's errors. PETSc errors are
  caught, for they come of PETSc options that name or combine what there is not; *no_memory: or of memory that
  is not there. `note`: as in catch.h.
*/
PetscErrorCode MfgRunSetUp(MfgRun run, const char *note, PetscBool *no_memory);

/*
  Game and model alone, to see whether somebody reads the PETSc options and whether they can be had; `message`
  says what is wrong with them. Nothing can be done with the run afterwards. Collective.
*/
PetscErrorCode MfgRunTryOptions(MfgRun run, char message[MFG_MESSAGE_SIZE]);

/* The parameters of a section; NULL while its object has no type. Not collective. */
PetscErrorCode MfgRunGetSection(MfgRun run, MfgSection section, MfgParameters *parameters);
/*
  Complaints of a set-up, whose keys may belong to any section. `context` is the run; a PETSc error
  inside aborts the program, since a complaint has no way to return it.
*/
void MfgRunReport(void *run, const char *key, const char *message);

/*
  If there are errors on any rank, print those of the first such rank and set the outcome to bad input on all;
  else leave it. Collective on `comm`.
*/
PetscErrorCode MfgErrorsConclude(MPI_Comm comm, MfgErrors errors, MfgExperimentOutcome *outcome);

/* Let all ranks know rank 0's message, which is empty if nothing went wrong there. */
PetscErrorCode MfgShareMessage(MPI_Comm comm, char message[MFG_MESSAGE_SIZE]);

#endif
