/*
  throng/solver.h: algorithms that look for an equilibrium, and the numbers that say how near they are.

  A MfgSolver is chosen by name, takes a model, and repeats one outer iteration (μ_p, π_p) → (μ_{p+1},
  π_{p+1}) until a stop rule holds. After each iteration whose number is a multiple of metrics.every (and at
  the start and the end) it fills a row of metrics and hands it to the monitors.

  All functions are collective on the communicator unless they say otherwise.
*/
#ifndef THRONG_SOLVER_H
#define THRONG_SOLVER_H

#include <throng/mdp.h>

typedef struct _p_MfgSolver *MfgSolver;

/*
  The columns of a row of the record, in the order of metrics.csv. m is the population of π_p from μ_p as
  metrics.population says: the one that π_p induces, or that after a number of pushes.
*/
typedef enum {
  MFG_METRIC_ITERATION,                  /* p; row 0 is the start */
  MFG_METRIC_SECONDS,                    /* wall time in MfgSolverSolve(), metrics included */
  MFG_METRIC_EXPLOITABILITY,             /* φ(π_p) at m */
  MFG_METRIC_REGULARISED_EXPLOITABILITY, /* φ_η(π_p) at m */
  MFG_METRIC_EXPLOITABILITY_AT_MU, /* φ(π_p, μ_p): at λ_{π_p,μ_p}, that of the chain with μ_p held */
  MFG_METRIC_QUALITY,              /* T(π_p, μ_p) */
  MFG_METRIC_REGULARISED_QUALITY,  /* the planner's own gap at μ_{p-1}, before the push */
  MFG_METRIC_MEAN_FIELD_DELTA,     /* ‖μ_p - μ_{p-1}‖_1 */
  MFG_METRIC_MU_PI_DELTA,          /* ‖μ_p - m‖_1 */
  MFG_METRIC_POLICY_DELTA,         /* max_s ‖π_p(·|s) - π_{p-1}(·|s)‖_1 */
  MFG_METRIC_POPULATION_RESIDUAL, /* ‖push(m) - m‖_1, P taken at m; of an induced m where P depends on μ: the
                                     last push's */
  MFG_METRIC_POPULATION_SETTLED,     /* 1: that is at most population_tolerance; 0: not settled */
  MFG_METRIC_EVALUATION_RESIDUAL,    /* the largest ‖residual‖₂/‖r‖₂ since the last row */
  MFG_METRIC_BEST_RESPONSE_RESIDUAL, /* the largest sup-norm Bellman residual in this row; none with a horizon
                                      */
  MFG_METRIC_LINEAR_ITERATIONS,      /* of all linear solves since the last row, metrics included */
  MFG_METRIC_COUNT
} MfgMetric;
extern const char *const MfgMetricNames[MFG_METRIC_COUNT];

/* A row; NaN where a metric was not asked for or does not exist (such as a delta at the start). */
typedef struct {
  PetscReal value[MFG_METRIC_COUNT];
} MfgMetricsRow;

/* Why the solver stopped. Positive: as it should. Negative: no result. Zero: still running. */
typedef enum {
  MFG_CONVERGED_EXPLOITABILITY = 1,
  MFG_CONVERGED_REGULARISED_EXPLOITABILITY = 2,
  MFG_CONVERGED_MEAN_FIELD_DELTA = 3,
  MFG_STOPPED_ITERATION_LIMIT = 4, /* did all the iterations that were asked for */
  MFG_CONVERGED_MU_PI_DELTA = 6,
  MFG_STOPPED_EVALUATED = 5, /* recorded the policy it was given; the solver has no iterations */
  MFG_RUNNING = 0,
  MFG_INTERRUPTED = -3,         /* from outside; see MfgSolverSetInterrupt() */
  MFG_DIVERGED_NOT_FINITE = -1, /* a policy, mean field, reward or metric is not a finite number */
  MFG_FAILED_LINEAR_SOLVE = -2  /* a solve did not reach its tolerance; see the text */
} MfgSolverReason;

/* What is being saved or restored; see MfgSolverSave(). */
typedef struct _p_MfgSolverState *MfgSolverState;

/* A kind of solver. */
typedef struct {
  const char             *name;
  const char             *summary;
  const MfgParameterSpec *parameters; /* its own keys; those common to all solvers are added */
  PetscBool regularised; /* may have a temperature η, its key `eta`; then regularised metrics exist */
  const char
      *repeats;    /* its integer key that says how often an iteration repeats its work; NULL: it has none */
  MfgModelUse use; /* what it takes of the model and keeps in Vecs, beside the iterate and the metrics */
  PetscBool   random; /* draws random numbers from the run's seed, whatever its first policy is */
  /* Complain of combinations of values that are each in range but wrong together. NULL: none can be. */
  PetscErrorCode (*check)(MfgParameters parameters, const MfgComplaints *complaints);
  /* Read parameters, make work space. NULL: there is nothing to do. */
  PetscErrorCode (*setup)(MfgSolver solver);
  /*
    One outer iteration on the iterate (MfgSolverGetIterate()), in place. NULL: the solver only measures the
    start; it then has no `outer_iterations` and no `stop` rules.
  */
  PetscErrorCode (*iterate)(MfgSolver solver);
  /*
    Visit whatever of its own lives from one iteration to the next, by the functions of src/solver/state.h.
    NULL: nothing does. The iterate and the metrics are none of its business.
  */
  PetscErrorCode (*state)(MfgSolver solver, MfgSolverState state);
  PetscErrorCode (*destroy)(MfgSolver solver);
} MfgSolverClass;

/* The solvers there are; the array is the library's. Not collective. */
PetscErrorCode MfgSolverGetClasses(PetscInt *count, const MfgSolverClass *const **classes);

PetscErrorCode MfgSolverCreate(MPI_Comm comm, MfgSolver *solver);
PetscErrorCode MfgSolverDestroy(MfgSolver *solver);
PetscErrorCode MfgSolverSetType(MfgSolver solver, const char *name, const MfgComplaints *complaints);
PetscErrorCode MfgSolverGetType(MfgSolver solver, const char **name);
/* The keys of `solver:` and of `metrics:` in an experiment file. Owned by the solver. */
PetscErrorCode MfgSolverGetParameters(MfgSolver solver, MfgParameters *parameters);
PetscErrorCode MfgSolverGetMetricsParameters(MfgSolver solver, MfgParameters *parameters);
/* Shorthand for MfgParametersSet(parameters of the solver, key, text, NULL). */
PetscErrorCode MfgSolverSetParameter(MfgSolver solver, const char *key, const char *text);
/* Seed of every random number of the run; default 1. */
PetscErrorCode MfgSolverSetSeed(MfgSolver solver, PetscInt seed);
/*
  Whether anything that the solver does depends on the seed: its class draws random numbers, or the first
  policy is random. After MfgSolverSetType(). Not collective.
*/
PetscErrorCode MfgSolverUsesSeed(MfgSolver solver, PetscBool *uses);
/* What it will take of its model, with its metrics. After MfgSolverCheck(). Not collective. */
PetscErrorCode MfgSolverGetUse(MfgSolver solver, MfgModelUse *use);
/* Check what can be checked without a model. */
PetscErrorCode MfgSolverCheck(MfgSolver solver, const MfgComplaints *complaints);
/* Borrow the model, which must be set up and must outlive the solver. */
PetscErrorCode MfgSolverSetModel(MfgSolver solver, MfgModel model);
/*
  μ_0 and π_0, work space. Files that are wrong are complained of under "initial_policy.path" (of the solver)
  or "initial.path" (of the game); the solver is then not usable.
*/
PetscErrorCode MfgSolverSetUp(MfgSolver solver, const MfgComplaints *complaints);

/* Called with each row as it is ready, on every rank; `context` stays the caller's. At most 4 monitors. */
typedef PetscErrorCode (*MfgSolverMonitor)(MfgSolver solver, const MfgMetricsRow *row, void *context);
PetscErrorCode MfgSolverAddMonitor(MfgSolver solver, MfgSolverMonitor monitor, void *context);

/*
  Asked on every rank after row 0 and after each outer iteration with its row, as long as nothing else has
  ended the run. *why, NULL at the call, must be NULL on all ranks, and the run goes on, or the same text on
  all ranks: the run then stops with MFG_INTERRUPTED and this text. MfgSolverSave() may be called from here.
  `context` stays the caller's. One a solver; NULL: none.
*/
typedef PetscErrorCode (*MfgSolverInterrupt)(MfgSolver solver, const char **why, void *context);
PetscErrorCode MfgSolverSetInterrupt(MfgSolver solver, MfgSolverInterrupt interrupt, void *context);

/* Iterate until a stop rule holds. A failed or diverged run returns normally, with the reason. */
PetscErrorCode MfgSolverSolve(MfgSolver solver);
/*
  The whole state after the present iteration, into a new HDF5 file, which is on the disk and closed when this
  returns. May be called by a monitor or an interrupt, and after MfgSolverSolve(); a run that failed or
  diverged has no state. Changes nothing in the solver. Errors of the file system are raised on every rank
  (PETSC_ERR_FILE_OPEN, PETSC_ERR_FILE_WRITE), and the solver may go on after them; the file is then of no
  use.
*/
PetscErrorCode MfgSolverSave(MfgSolver solver, const char *path);
/*
  Between MfgSolverSetUp() and MfgSolverSolve(), which then goes on from that state, without a new row 0: on
  as many ranks as it was saved on all numbers but the seconds are, bit for bit, those of a run that was never
  interrupted; on another number of ranks they differ by rounding. If the state fulfils a stop rule, or is the
  last, the run ends with its reason at once. The seconds of the rows go on from the saved ones.

  `problem`: why the file is of no use (missing, damaged, of another solver, seed, set of metrics or size),
  empty if all is well; the same on every rank, and so must `size` be. A solver may then hold half a state:
  MfgSolverSolve() refuses it until another file has been restored. Parameters are not compared.
*/
PetscErrorCode MfgSolverRestore(MfgSolver solver, const char *path, char problem[], size_t size);
/* `text`: one sentence for people, owned by the solver. Not collective. */
PetscErrorCode MfgSolverGetReason(MfgSolver solver, MfgSolverReason *reason, const char **text);
/* The last row that was recorded, and the most iterations this solver will do. Not collective. */
PetscErrorCode MfgSolverGetRow(MfgSolver solver, MfgMetricsRow *row);
PetscErrorCode MfgSolverGetIterationLimit(MfgSolver solver, PetscInt *limit);
/* p, how many outer iterations are done. Not collective. */
PetscErrorCode MfgSolverGetIteration(MfgSolver solver, PetscInt *iteration);
/* μ_p and π_p; borrowed. Not collective. */
PetscErrorCode MfgSolverGetIterate(MfgSolver solver, Vec *mu, Vec *pi);
/*
  m of the last row, the population at which its exploitability was taken; NULL where no metric rests on it.
  Borrowed. Not collective.
*/
PetscErrorCode MfgSolverGetPopulation(MfgSolver solver, Vec *population);
/*
  What metrics.which: [spectrum] gave for the last policy. `computed` false: not asked for, or the run failed.
*/
PetscErrorCode MfgSolverGetSpectrum(MfgSolver solver, PetscBool *computed, MfgSpectrum *spectrum);
/*
  The stationary law that came with it, a Vec over states; NULL where the spectrum was not computed. Borrowed.
*/
PetscErrorCode MfgSolverGetStationaryLaw(MfgSolver solver, Vec *law);

#endif
