/* run.json: what was run, where, with which outcome. */
#ifndef THRONG_EXPERIMENT_RECORD_H
#define THRONG_EXPERIMENT_RECORD_H

#include <time.h>
#include "experiment/experiment_impl.h"

typedef struct {
  const char          *run_id;
  const char          *status; /* converged, iteration_limit, evaluated, diverged, failed */
  const char          *reason; /* one sentence */
  PetscBool            good;   /* the run did what was asked */
  time_t               start;
  PetscReal            wall_seconds;
  const MfgMetricsRow *row; /* the last that was recorded */
} MfgRecord;

/* Write it to `path` from rank 0. Collective. */
PetscErrorCode MfgRecordWrite(MfgExperiment experiment, const MfgRecord *record, const char *path);

#endif
