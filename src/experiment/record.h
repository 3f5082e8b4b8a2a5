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

/* The peak of memory in the next record is not that of earlier runs of this process, where Linux permits it.
 */
void MfgRecordForgetPeak(void);
/* Write it to `path` from rank 0. Collective. */
PetscErrorCode MfgRecordWrite(MfgRun run, const MfgRecord *record, const char *path);
/*
  The text at `key` in a section of the run.json of a folder, NULL: beside the sections. False, with an empty
  text: there is none. Not collective.
*/
PetscBool MfgRecordPeek(const char *folder, const char *section, const char *key, size_t size, char text[]);

#endif
