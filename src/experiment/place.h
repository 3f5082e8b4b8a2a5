/* One section of the document beside the parameters that it sets. */
#ifndef THRONG_EXPERIMENT_PLACE_H
#define THRONG_EXPERIMENT_PLACE_H

#include "experiment/run.h"

typedef struct {
  MfgRun        run;
  const char   *section; /* "" at the top */
  MfgNode      *node;    /* of the section; NULL: the file does not have it */
  MfgParameters parameters;
} MfgPlace;

/* The row that `key` sets: its own, or the shorthand row of the group it names. NULL: none. */
PetscErrorCode MfgFindSpec(MfgParameters parameters, const char *key, const MfgParameterSpec **spec);
/* A complaint about `key` of the section, unless there is one already. */
PetscErrorCode MfgPlaceComplain(const MfgPlace *place, const char *key, const char *message);
/* The same in the form that MfgComplaints wants; `context` is a MfgPlace. */
void MfgPlaceReport(void *context, const char *key, const char *message);
/* Set everything under `node`, whose dotted key in the section is `key`. */
PetscErrorCode MfgPlaceSet(const MfgPlace *place, const char *key, const MfgNode *node);

#endif
