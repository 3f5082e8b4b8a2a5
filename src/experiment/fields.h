/* fields.h5: the arrays a run ends with. */
#ifndef THRONG_EXPERIMENT_FIELDS_H
#define THRONG_EXPERIMENT_FIELDS_H

#include "experiment/run.h"

/*
  Write the arrays that output.fields names, the stationary law where there is a spectrum, the cells of a grid
  game and the attributes of the game.
  *failure: NULL, or why there is no value to write (a text of the model); the file is not written then.
  Collective.
*/
PetscErrorCode MfgFieldsWriteAll(MfgRun run, const char *path, const char **failure);

#endif
