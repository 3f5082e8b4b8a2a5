/*
  What looks at a run between its outer iterations: the time limits, signals, and checkpoints that are due.
*/
#ifndef THRONG_EXPERIMENT_WATCH_H
#define THRONG_EXPERIMENT_WATCH_H

#include "experiment/checkpoint.h"
#include "experiment/launch.h"
#include "experiment/metrics_csv.h"

/* Why a run was stopped. */
typedef enum { MFG_WATCH_GOES_ON, MFG_WATCH_LAUNCH_STOPS, MFG_WATCH_TIME_LIMIT } MfgWatchVerdict;

typedef struct {
  /* set these first */
  MPI_Comm        comm;
  MfgResults      results;
  MfgLaunch       launch;
  MfgMetricsFile *metrics;
  MfgCheckpoint   checkpoint;       /* the last; see checkpoint.h */
  PetscReal       time_limit;       /* of the run, seconds; PETSC_INFINITY: none */
  PetscReal       earlier_seconds;  /* of the run in earlier launches */
  PetscInt        every_iterations; /* 0: not by their number */
  PetscReal       every_seconds;    /* 0: not by time */
  PetscErrorCode (*idle)(void *);   /* NULL, or called on every rank each time; its context: */
  void *idle_context;

  MfgWatchVerdict verdict;
  char            why[MFG_MESSAGE_SIZE];
  /* MPI_Wtime() */
  double start, last_checkpoint, last_iteration;
  double slowest_iteration, slowest_checkpoint; /* seconds */
} MfgWatch;

/* `begin`: what MPI_Wtime() was when this launch began with the run. */
PetscErrorCode MfgWatchBegin(MfgWatch *watch, double begin);
/* A MfgSolverInterrupt; `context` is a MfgWatch. */
PetscErrorCode MfgWatchInterrupt(MfgSolver solver, const char **why, void *context);
/* Wall time of the run in all launches. Not collective. */
PetscReal MfgWatchGetSeconds(const MfgWatch *watch);

#endif
