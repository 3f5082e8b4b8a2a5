/* The inside of a solver, for src/solver only. */
#ifndef THRONG_SOLVER_IMPL_H
#define THRONG_SOLVER_IMPL_H

#include <throng/solver.h>

enum { MFG_MAX_MONITORS = 4 };

/* Optimal value and value of the policy at one mean field, kept as first guesses for the next row. */
typedef struct {
  Vec optimal, value;
} MfgGapGuess;

struct _p_MfgSolver {
  MPI_Comm              comm;
  const MfgSolverClass *klass;
  MfgParameters         parameters, metrics_parameters;
  PetscInt              seed;
  MfgModel              model;
  void                 *data; /* of the class */
  PetscReal             eta;  /* temperature of the class; 0: it has none */

  /* the iterate (μ_p, π_p), p = iteration, and the one before */
  PetscInt iteration, iteration_limit;
  Vec      mu, pi;
  Vec      previous_mu, previous_pi; /* the latter only if policy_delta is asked for */

  /* metrics */
  PetscBool     wanted[MFG_METRIC_COUNT];
  PetscBool     spectrum_wanted, spectrum_computed;
  MfgSpectrum   spectrum;
  Vec           stationary_law; /* of the last policy, where the spectrum was computed */
  PetscInt      every;
  PetscBool     pushed_population; /* m is that after `pushes` steps, not the induced one */
  PetscInt      pushes;
  Vec           population_start; /* μ_0; NULL: m starts from μ_p */
  PetscInt      horizon;          /* of values and best responses; 0: none */
  MfgGapGuess   at_population, at_population_regularised, at_linear, at_mu, at_previous_mu_regularised;
  Vec           population;          /* m */
  PetscInt      linear_iterations;   /* since the last row */
  PetscReal     evaluation_residual; /* the largest since the last row */
  MfgMetricsRow row;

  MfgSolverMonitor monitors[MFG_MAX_MONITORS];
  void            *monitor_contexts[MFG_MAX_MONITORS];
  PetscInt         monitor_count;

  MfgSolverInterrupt interrupt;
  void              *interrupt_context;

  PetscBool       begun;    /* there is a row */
  PetscBool       restored; /* from a state */
  PetscBool       spoiled;  /* by a file that was good for a part of the state only */
  double          elapsed;  /* seconds before the state that was restored */
  double          start;    /* MPI_Wtime() when the run had taken no second */
  MfgSolverReason reason;
  char            text[512];
};

/* Count what a solve of the algorithm cost towards the next row. */
void MfgSolverCount_Private(MfgSolver solver, const MfgSolve *solve);

/*
  softmax.c: π(a|s) = exp ℓ(s,a) / Σ_b exp ℓ(s,b), both [S, A]; the logits are shifted to ℓ = log π, at most
  0.
*/
PetscErrorCode MfgSoftmax_Private(Vec logits, Vec pi);

/* metrics.c */
extern const MfgParameterSpec MfgMetricsTable_Private[];
PetscErrorCode                MfgMetricsCheck_Private(MfgSolver solver, const MfgComplaints *complaints);
PetscErrorCode                MfgMetricsSetUp_Private(MfgSolver solver);
PetscErrorCode                MfgMetricsDestroy_Private(MfgSolver solver);
/* Fill solver->row for the present iterate. Leaves the model held at μ_p and π_p. */
PetscErrorCode MfgMetricsFillRow_Private(MfgSolver solver);
/* See state.h. */
PetscErrorCode MfgMetricsState_Private(MfgSolver solver, MfgSolverState state);

/* solver.c: whether the last row is that of the present iterate. */
PetscBool MfgSolverRowIsCurrent_Private(MfgSolver solver);

/* stop.c: sets reason and text if the model failed, or the iterate is not finite. */
PetscErrorCode MfgSolverCheckIterate_Private(MfgSolver solver);
/* stop.c: the rules common to all solvers; sets reason and text if one of them holds. */
PetscErrorCode MfgSolverCheckStop_Private(MfgSolver solver);
/* Whether a rule rests on this metric. */
PetscErrorCode MfgSolverStopNeeds_Private(MfgSolver solver, MfgMetric metric, PetscBool *needs);

#endif
