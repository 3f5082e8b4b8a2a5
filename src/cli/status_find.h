/* The run that a word of the user means. */
#ifndef THRONG_CLI_STATUS_FIND_H
#define THRONG_CLI_STATUS_FIND_H

#include "experiment/status.h"

/* Whether this is the name of a run's folder. */
PetscBool MfgIsRunFolder(const char *name);
/*
  Find the run: by its id, or the folder of it, by the hash at the end of the id, by its label, by words of
  that, by a part of the id or the label. False, with a message on stderr: there is none, or several.
*/
PetscBool MfgFindRun(PetscInt count, const MfgStatus experiments[], const char *text, PetscInt *experiment,
                     PetscInt *run);

#endif
