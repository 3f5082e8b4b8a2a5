/* Solvers from key-value pairs, and the rows that they give. */
#ifndef THRONG_SOLVING_H
#define THRONG_SOLVING_H

#include <throng/solver.h>

enum { TEST_MOST_ROWS = 100 };

/* What a monitor saw. */
typedef struct {
  PetscInt      count;
  MfgMetricsRow row[TEST_MOST_ROWS];
} TestRows;

/* mf_trpo that is set up, with `which` of the metrics; the solver's keys and values end with NULL. */
MfgSolver TestSolver(MfgModel model, const char *which, const char *every, ...);
/* The same for any type of solver. */
MfgSolver TestSolverOf(const char *type, MfgModel model, const char *which, const char *every, ...);
/* Solve, and keep the rows. Returns the reason; `text` as of MfgSolverGetReason(), or NULL. */
MfgSolverReason TestSolve(MfgSolver solver, TestRows *rows, const char **text);

#endif
