/* Inside of an experiment: what its files share. */
#ifndef THRONG_EXPERIMENT_IMPL_H
#define THRONG_EXPERIMENT_IMPL_H

#include <throng/experiment.h>
#include "experiment/document.h"

enum { MFG_MESSAGE_SIZE = 1024 };

struct _p_MfgExperiment {
  MPI_Comm    comm;
  PetscMPIInt rank;
  char       *path; /* of the experiment file, as the user wrote it */
  MfgErrors   errors;
  MfgNode    *root; /* of the document, settings applied */

  MfgParameters run;    /* name, seed */
  MfgParameters output; /* of `output:` */
  MfgGame       game;
  MfgSolver     solver;
  MfgModel      model;

  char     *folder; /* where results go */
  PetscBool overwrite;
};

/* The sections of an experiment file, in the order in which they are recorded. */
typedef enum {
  MFG_SECTION_GAME,
  MFG_SECTION_SOLVER,
  MFG_SECTION_METRICS,
  MFG_SECTION_EVALUATION,
  MFG_SECTION_OUTPUT,
  MFG_SECTION_COUNT
} MfgSection;
extern const char *const MfgSectionNames[MFG_SECTION_COUNT];

/* The parameters of a section; NULL while its object has no type. */
PetscErrorCode MfgExperimentGetSection(MfgExperiment experiment, MfgSection section,
                                       MfgParameters *parameters);

/* Read rank 0's file (all ranks get the text), parse it and apply the settings. */
PetscErrorCode MfgExperimentRead(MfgExperiment experiment, PetscInt count, const char *const settings[]);
/* Put the document's values into the game, the solver, the model and the run; complain of what is wrong. */
PetscErrorCode MfgExperimentCheck(MfgExperiment experiment);
/*
  Complaints of a set-up, whose keys may belong to any section. `context` is the experiment; a PETSc error
  inside aborts the program, since a complaint has no way to return it.
*/
void MfgExperimentReport(void *experiment, const char *key, const char *message);

/*
  If there are errors on any rank, print those of the first such rank and set the outcome to bad input on all;
  else leave it. Collective.
*/
PetscErrorCode MfgExperimentConclude(MfgExperiment experiment, MfgExperimentOutcome *outcome);

/* Let all ranks know rank 0's message, which is empty if nothing went wrong there. */
PetscErrorCode MfgShareMessage(MPI_Comm comm, char message[MFG_MESSAGE_SIZE]);

#endif
