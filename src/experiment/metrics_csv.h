/*
  metrics.csv: one line a row of metrics, in the file as soon as the row is known; but of rows that follow
  each other fast, only some times a second.
*/
#ifndef THRONG_EXPERIMENT_METRICS_CSV_H
#define THRONG_EXPERIMENT_METRICS_CSV_H

#include <stdio.h>
#include <throng/solver.h>

typedef struct {
  MPI_Comm comm;
  FILE    *file;    /* on rank 0 */
  PetscInt rows;    /* since it was opened */
  double   flushed; /* MPI_Wtime() when all rows were in it */
} MfgMetricsFile;

/*
  `size`: how many bytes of the file to keep and go on after; 0: begin it anew. Collective. An error of rank
  0's file is raised on every rank.
*/
PetscErrorCode MfgMetricsFileOpen(MPI_Comm comm, const char *path, PetscInt64 size, MfgMetricsFile *metrics);
/* Bring what was written to the disk. Collective. */
PetscErrorCode MfgMetricsFileSync(MfgMetricsFile *metrics);
/* A MfgSolverMonitor; `context` is a MfgMetricsFile. */
PetscErrorCode MfgMetricsFileMonitor(MfgSolver solver, const MfgMetricsRow *row, void *context);
PetscErrorCode MfgMetricsFileClose(MfgMetricsFile *metrics);

#endif
