/*
  What the folder of an experiment says of where its results come from: experiment.yaml, experiment.json and
  plan.csv. On one rank.
*/
#ifndef THRONG_EXPERIMENT_ORIGIN_H
#define THRONG_EXPERIMENT_ORIGIN_H

#include "experiment/plan.h"

/* The experiment file. */
typedef struct {
  const char *path; /* as the user gave it */
  const char *text;
  PetscInt    length; /* of the text */
  const char *name;   /* of the experiment */
  PetscInt    ranks;  /* of the launch */
  PetscInt    setting_count;
  char      **settings; /* texts of --set */
  PetscInt    option_count;
  char      **options; /* PETSc options of the program, "-name value" */
} MfgOrigin;

/*
  Whether the folder belongs to this experiment, or to none yet; if not, `message` says to which. It belongs
  to a file of another name, and to one of the same name elsewhere that still exists with another text.
*/
void MfgOriginCheck(const MfgOrigin *origin, const char *folder, char message[MFG_MESSAGE_SIZE]);
/* Write the three files, each so that it is old or new and never a mix. */
PetscErrorCode MfgOriginWrite(const MfgOrigin *origin, const MfgPlan *plan, const char *folder,
                              char message[MFG_MESSAGE_SIZE]);

#endif
