/* run.json: what was run, where, with which outcome. */
#ifndef THRONG_EXPERIMENT_RECORD_H
#define THRONG_EXPERIMENT_RECORD_H

#include <time.h>
#include "experiment/run.h"

typedef struct {
  const char          *run_id;
  const char          *status; /* converged, iteration_limit, evaluated, diverged, failed */
  const char          *reason; /* one sentence */
  PetscBool            good;   /* the run did what was asked */
  time_t               start;
  PetscReal            wall_seconds, solve_seconds; /* of all launches that worked on the run */
  PetscInt             launches;
  PetscInt             resumed_from; /* iteration of the last checkpoint that was used; -1: none */
  const MfgMetricsRow *row;          /* the last that was recorded */
} MfgRecord;

/* Write it to `path` from rank 0. Collective. */
PetscErrorCode MfgRecordWrite(MfgRun run, const MfgRecord *record, const char *path);
/*
  The text at `key` in the run.json of a folder, the first there is, wherever; false if there is none. Reads
  lines, so it knows nothing of JSON but what MfgRecordWrite() writes. Not collective.
*/
PetscBool MfgRecordPeek(const char *folder, const char *key, size_t size, char text[]);

#endif
