/* The inside of a model, for src/mdp only. */
#ifndef THRONG_MDP_IMPL_H
#define THRONG_MDP_IMPL_H

#include <petscksp.h>
#include <throng/mdp.h>

/* Position of a successor in its row of P^π; a row has at most 65,535 distinct successors. */
typedef unsigned short MfgSlot;

/*
  A sparse matrix αI + βP^π whose pattern holds every successor of every action, and the diagonal. One matrix
  serves policy evaluation (I - γP), pushes (P) and populations ((1+σ)I - P): its values are written anew from
  π for each. The arrays are the matrix's own, split as PETSc splits them: columns of this rank, then ghost
  columns.
*/
typedef struct {
  Mat             mat, own_block, ghost_block; /* ghost_block NULL on one rank; the blocks are borrowed */
  const PetscInt *own_i, *own_j, *ghost_i, *ghost_j;
  MfgSlot        *diagonal;                 /* [n] slot of the state itself in its row */
  PetscInt        max_row;                  /* longest row on this rank */
  PetscInt        greedy_own, greedy_ghost; /* most entries that one action a row can have in either block */
  PetscInt        ghost_count;              /* ghost states of this rank */
  const PetscInt *ghosts;                   /* [ghost_count] their global numbers, ascending; borrowed */
  /* what the values are now, so that nothing is written twice */
  PetscBool        fresh;   /* they are those of `alpha`, `beta` and the policy held */
  PetscBool        written; /* they are those of `alpha`, `beta` and the policy that was this object then: */
  PetscObjectId    policy_id;
  PetscObjectState policy_state;
  PetscReal        alpha, beta;
} MfgKernel;

/*
  The transitions of this rank's states: for each (s, a) `count` successors as slots into the row, ascending.
*/
typedef struct {
  PetscInt   entries;
  MfgSlot   *count; /* [n, A] */
  MfgSlot   *slot;  /* [entries] */
  PetscReal *p;     /* [entries] */
} MfgTransitions;

/*
  TV - V of a Bellman operator T, over this rank's states; MfgModelPolicyIteration_Private() sums up over the
  ranks.
*/
typedef struct {
  PetscReal sup, sum_of_squares;
} MfgBellman;

/* Where the stored transitions are those of the game; always at the mean field held where P is free of μ. */
typedef enum { MFG_AT_NO_MU, MFG_AT_HELD_MU, MFG_AT_ANOTHER_MU } MfgTransitionsAt;

struct _p_MfgModel {
  MPI_Comm      comm;
  MfgGame       game;
  MfgParameters parameters;
  PetscBool     set_up;
  PetscInt      states, actions, begin, end, local; /* local = end - begin */
  PetscReal     discount;
  /* evaluation: keys */
  PetscReal tolerance, best_response_tolerance, population_tolerance, tie_tolerance;
  PetscInt  population_pushes;
  PetscBool direct; /* the game is small enough for direct solves */

  MfgCoupling      transitions_coupling, rewards_coupling;
  MfgTransitions   transitions; /* at `transitions_at`, where they depend on μ */
  MfgTransitionsAt transitions_at;
  PetscBool        probed; /* the game's coupling, at the first mean field */
  MfgKernel        kernel;
  Vec              policy;  /* held; borrowed */
  PetscReal       *rewards; /* [n, A] at the current μ */

  Vec        ghost_values; /* at this rank's ghosts, for the sweep that runs */
  VecScatter ghost_scatter;
  Vec        all_values; /* [S] on every rank, where a coupling is GLOBAL; else NULL */
  VecScatter all_scatter;
  Vec        rhs, residual; /* work, over states */

  KSP evaluation, best_response, population;
  Mat greedy; /* of the best response, where that is solved directly; NULL before the first one */

  char      *failure;
  MfgFailure failure_kind;
};

/* linear_solvers.c: by default a direct solve when the game is small, else a preconditioned Krylov method. */
PetscErrorCode MfgModelCreateSolver_Private(MfgModel model, const char *prefix, PetscBool population,
                                            KSP *ksp);

/*
  Give back the memory of a solver's preconditioner and work vectors, if the game is large, before another
  solver that needs as much takes its place. They come back with the next solve, whose matrix has mostly
  changed anyway.
*/
PetscErrorCode MfgModelRelease_Private(MfgModel model, KSP ksp);

/*
  successors.c: the successors of (s, a) at μ (NULL: see MfgGameClass), checked: distinct, those that this
  rank owns first, then the others, each part ascending. Where transitions do not depend on μ those of
  probability zero are left out. Not collective.
*/
PetscErrorCode MfgModelGetSuccessors_Private(MfgModel model, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                             PetscInt *count, PetscInt next[], PetscReal p[]);

/* mean_field.c: what transitions and rewards that look at all of μ need. */
PetscErrorCode MfgModelCreateCoupling_Private(MfgModel model);
PetscErrorCode MfgModelDestroyCoupling_Private(MfgModel model);
/* Transitions at mu, which is not the mean field held; rewards stay. Nothing where P is free of μ. */
PetscErrorCode MfgModelMoveTransitions_Private(MfgModel model, Vec mu);
/* The global number of the state in a slot of row i. */
PetscInt MfgModelStateInSlot_Private(MfgModel model, PetscInt i, MfgSlot slot);
/*
  probe.c: an error if the game looks at more of μ than it says, found on some states of this rank. Rewards at
  `view` must be there. Not collective.
*/
PetscErrorCode MfgModelProbeCoupling_Private(MfgModel model, const MfgMeanField *view);
/* An error of the caller where transitions are not those at the mean field held. */
PetscErrorCode MfgModelCheckHeld_Private(MfgModel model);

/* pattern.c */
PetscErrorCode MfgModelBuildPattern_Private(MfgModel model);
PetscErrorCode MfgModelDestroyPattern_Private(MfgModel model);

/* kernel.c: mat = αI + βP^π of the policy held, values in place; nothing is done if it is so already. */
PetscErrorCode MfgModelRefresh_Private(MfgModel model, PetscReal alpha, PetscReal beta);

/*
  linear_solvers.c: solve A x = b (Aᵀ x = b if `transpose`) from the guess x until the residual's 2-norm is at
  most `tolerance` (absolute), and see that it is so. Adds to solve->linear_iterations; solve->residual is
  that norm. `reason`: positive where it was reached, zero where it stays above, negative where the method
  gave up. Uses model->residual.
*/
PetscErrorCode MfgModelTrySolve_Private(MfgModel model, KSP ksp, PetscBool transpose, Vec b, Vec x,
                                        PetscReal tolerance, MfgSolve *solve, KSPConvergedReason *reason);
/*
  The same for A x = b, where anything short of the tolerance marks the model as failed; `what` says in what.
*/
PetscErrorCode MfgModelSolve_Private(MfgModel model, KSP ksp, Vec b, Vec x, PetscReal tolerance,
                                     const char *what, MfgSolve *solve);

/*
  policy_iteration.c: inexact policy iteration, hard or soft. `improve` takes V to the policy that is greedy
  (soft) at V, readies the linear system of that policy, and gives the Bellman residual; `evaluate` solves the
  system from V.
*/
typedef struct {
  const char *what;
  PetscErrorCode (*improve)(MfgModel model, void *context, Vec V, MfgBellman *bellman);
  PetscErrorCode (*evaluate)(MfgModel model, void *context, Vec V, PetscReal tolerance, MfgSolve *solve);
} MfgImprover;
PetscErrorCode MfgModelPolicyIteration_Private(MfgModel model, const MfgImprover *improver, void *context,
                                               Vec V, MfgSolve *solve);

/* Mark the model as failed because a solve ended with `reason` <= 0. */
PetscErrorCode MfgModelFailSolve_Private(MfgModel model, const char *what, KSPConvergedReason reason,
                                         const MfgSolve *solve);

/* trail.c: move the guess x for A x = b along the trail; put a new solution on it. */
PetscErrorCode MfgTrailExtrapolate_Private(MfgTrail trail, Mat A, Vec b, Vec x);
PetscErrorCode MfgTrailAppend_Private(MfgTrail trail, Vec x);

/* model.c: mark the model as failed, unless it is already. */
PetscErrorCode MfgModelFail_Private(MfgModel model, MfgFailure kind, const char *format, ...)
    PETSC_ATTRIBUTE_FORMAT(3, 4);
/*
  An error that one rank may have alone (in a callback of the game): raised on all ranks if any has it, for
  the others would wait for it in the next collective call. `what` says whose fault it is.
*/
PetscErrorCode MfgModelVote_Private(MfgModel model, PetscErrorCode local, const char *what);

#endif
