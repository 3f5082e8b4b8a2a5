/*
  throng/mdp.h: one game at one mean field on distributed memory.

  A MfgModel holds a game on a communicator: the states are split among the ranks in contiguous ranges, P^π is
  a sparse matrix whose pattern is built once and whose values are refreshed in place, and policies are
  evaluated by KSP. Vectors over states are Vecs of global length S (MfgModelCreateStateVec()); policies and Q
  are Vecs of length S·A, row-major [S, A], with every row on the rank that owns the state
  (MfgModelCreateStateActionVec()).

  Linear solvers have the option prefixes -eval_ (policy evaluation), -best_response_ and -population_; the
  eigenvalue solver has -spectrum_.

  A solve that does not reach its tolerance does not raise a PETSc error: it marks the model as failed, with
  the reason (MfgModelGetFailure()), and every later solve of that model returns at once until
  MfgModelClearFailure(). What a failed operation leaves in its output must not be used.

  All functions are collective on the model's communicator unless they say otherwise.
*/
#ifndef THRONG_MDP_H
#define THRONG_MDP_H

#include <petscvec.h>
#include <throng/game.h>

typedef struct _p_MfgModel *MfgModel;

/* What a solve cost and how exact it is. */
typedef struct {
  PetscReal residual;         /* evaluation: 2-norm over that of r; best response: sup-norm Bellman residual;
                                 population: ‖μP - μ‖_1 */
  PetscInt linear_iterations; /* of all linear solves together */
  PetscInt outer_iterations;  /* policy updates, or resolvent repeats; 0 for an evaluation */
} MfgSolve;

/*
  How large a model of a game will be, from a few states that the game was asked about; nothing is set up. The
  game must be built: MfgGameCheck() or MfgGameSetUp(). Not collective.
*/
typedef struct {
  PetscInt    states, actions;
  MfgCoupling transitions_coupling, rewards_coupling;
  PetscReal   entries; /* successors of a state, summed over its actions */
  PetscReal   row;     /* distinct ones over all actions, and the state itself */
  PetscReal   greedy;  /* of the action that has most, and the state itself */
  PetscReal   band; /* the largest distance between a state and a successor that was seen, in their numbers */
  PetscReal   game_bytes; /* that the game keeps for each state of a rank */
} MfgModelShape;
/* Bytes that this process has taken of the heap; 0 where nobody knows. */
PetscReal      MfgHeapBytes(void);
PetscErrorCode MfgModelSample(MfgGame game, MfgModelShape *shape);
/* What is done with a model, as far as it takes memory. */
typedef struct {
  PetscInt  state_vecs, pair_vecs; /* over states, over states and actions */
  PetscInt  repeated_pair_vecs;    /* of a solver, for each of what its class repeats */
  PetscInt  trails;
  PetscBool evaluation, best_response, soft_optimal;
  PetscBool population;         /* of linear chains */
  PetscBool induced_population; /* as the game has it */
} MfgModelUse;
/* Bytes of the rank that has most, at the peak; without what the program itself takes. Not collective. */
PetscReal MfgModelEstimateBytes(const MfgModelShape *shape, PetscInt direct_below, PetscInt ranks,
                                const MfgModelUse *use);

/* Messages go over a duplicate of `comm`. */
PetscErrorCode MfgModelCreate(MPI_Comm comm, MfgModel *model);
PetscErrorCode MfgModelDestroy(MfgModel *model);
/*
  The keys of `evaluation:` in an experiment file: tolerances, and which games are small enough for direct
  solves.
*/
PetscErrorCode MfgModelGetParameters(MfgModel model, MfgParameters *parameters);
/* Borrow the game, which must be set up and must outlive the model. */
PetscErrorCode MfgModelSetGame(MfgModel model, MfgGame game);
PetscErrorCode MfgModelGetGame(MfgModel model, MfgGame *game);
/*
  Partition, pattern of P^π, transitions, KSP objects (options are read here). Raises errors of the game's
  rows.
*/
PetscErrorCode MfgModelSetUp(MfgModel model);
/*
  Set the linear solvers up completely, those that are named, so that options for their inner solvers are read
  too and those nobody reads can be told. Costs a preconditioner each.
*/
PetscErrorCode MfgModelTouchSolvers(MfgModel model, PetscBool evaluation, PetscBool best_response,
                                    PetscBool population);

PetscErrorCode MfgModelCreateStateVec(MfgModel model, Vec *v);
PetscErrorCode MfgModelCreateStateActionVec(MfgModel model, Vec *v);
/* The states begin <= s < end of this rank. Not collective. */
PetscErrorCode MfgModelGetOwnershipRange(MfgModel model, PetscInt *begin, PetscInt *end);

/*
  μ_0 of the game. A file that cannot be read, or is no law of S states, is complained of under
  "initial.path".
*/
PetscErrorCode MfgModelGetInitialMeanField(MfgModel model, Vec mu, const MfgComplaints *complaints);
/*
  Hold the model at the policy pi, rows of which sum to one: P^π, pushes and evaluations are those of pi from
  now on. Borrows pi, which must not change until this is called again.
*/
PetscErrorCode MfgModelSetPolicy(MfgModel model, Vec pi);
/*
  The same, but P^π and its factors stay where they were made from this vector and it has not changed since,
  as its PetscObjectState says. So whoever writes to its entries does it between VecGetArray() and
  VecRestoreArray(), on all ranks.
*/
PetscErrorCode MfgModelKeepPolicy(MfgModel model, Vec pi);
/*
  Hold the model at μ: rewards and transitions are those at μ from now on. Copies what it needs. Transitions
  that do not depend on μ are left alone; the others cost one call of the game per (s, a). Rewards that are
  not finite numbers mark the model as failed.
*/
PetscErrorCode MfgModelSetMeanField(MfgModel model, Vec mu);

/*
  J_μ^π, or J_{η,μ}^π for η > 0, of the policy held: (I - γ P^π) J = r^π + η H(π). J is also the first guess.
  Stops at ‖residual‖₂ <= tolerance ‖right-hand side without entropy‖₂ (key evaluation.tolerance).
*/
PetscErrorCode MfgModelEvaluate(MfgModel model, PetscReal eta, Vec J, MfgSolve *solve);
/*
  The last solutions of a sequence of slowly changing evaluations, such as those of one policy after another.
  The next first guess is J plus the combination of the last two differences that makes the residual smallest:
  two products with P^π, which save most of the iterations. Keeps five vectors over states. Small games,
  solved directly, need none.
*/
typedef struct _p_MfgTrail *MfgTrail;
PetscErrorCode              MfgTrailCreate(MfgModel model, MfgTrail *trail);
PetscErrorCode              MfgTrailDestroy(MfgTrail *trail);
/*
  What a trail holds, so that it can be saved and restored: the first *held of *room Vecs over states,
  borrowed; the rest are of no account. Not collective.
*/
enum { MFG_TRAIL_ROOM = 3, MFG_TRAIL_VECS = 5 };
PetscErrorCode MfgTrailGetVecs(MfgTrail trail, PetscInt *held, PetscInt *room, Vec vecs[MFG_TRAIL_ROOM]);
/* The first `held` Vecs have been given their content. Not collective. */
PetscErrorCode MfgTrailSetHeld(MfgTrail trail, PetscInt held);
/* MfgModelEvaluate() as the next of a sequence; J must hold the last solution of the sequence. */
PetscErrorCode MfgModelEvaluateNext(MfgModel model, PetscReal eta, MfgTrail trail, Vec J, MfgSolve *solve);
/* q(s,a) = r(s,a,μ) + γ Σ_{s'} P(s'|s,a) J(s'), into the S x A Vec q. */
PetscErrorCode MfgModelBackup(MfgModel model, Vec J, Vec q);
/*
  J after `horizon` - 1 backups J ← r^π + η H(π) + γ P^π J from J = 0: the value over the first horizon - 1
  rewards.
*/
PetscErrorCode MfgModelEvaluateHorizon(MfgModel model, PetscReal eta, PetscInt horizon, Vec J);
/* V after horizon - 1 backups V(s) ← max_a q(s,a), or η log Σ_a exp(q(s,a)/η) for η > 0, from V = 0. */
PetscErrorCode MfgModelOptimalHorizon(MfgModel model, PetscReal eta, PetscInt horizon, Vec V);
/* mu ← mu (P^π)^steps, with P^π that at the mean field held. */
PetscErrorCode MfgModelPush(MfgModel model, PetscInt steps, Vec mu);
/*
  mu ← mu P_mu^π, `steps` times: P follows the moving mu. It ends early where mu is no longer finite. Where P
  depends on μ the model is held at no mean field afterwards: call MfgModelSetMeanField() before the next
  evaluation.
*/
PetscErrorCode MfgModelFlow(MfgModel model, PetscInt steps, Vec mu);
/*
  λ_{π,μ}, the population of the linear chain P^π at the mean field held, from mu, in place: the repeated
  resolvent μ ← σ μ ((1+σ) I - P^π)^{-1} with σ = 1e-9, until ‖μP - μ‖_1 <= population_tolerance,
  10 repeats at most. A chain with deep traps may be too hard for the iterative solver: then the law is what
  was reached, its residual says so, and only one above 1e-6 counts as a failure.
*/
PetscErrorCode MfgModelLinearMeanField(MfgModel model, Vec mu, MfgSolve *solve);
/*
  μ^π, the population that the policy held induces from mu, in place. Where P does not depend on μ it is
  MfgModelLinearMeanField(). Where it does: pushes that follow the moving mu until ‖push(μ) - μ‖_1 <=
  population_tolerance, population_pushes at most; the residual, how far the last push moved mu, says whether
  it settled, and the model is held at no mean field afterwards, as by MfgModelFlow().
*/
PetscErrorCode MfgModelInducedMeanField(MfgModel model, Vec mu, MfgSolve *solve);
/*
  V*_μ by inexact policy iteration from the first guess V, until the sup-norm Bellman residual is at most
  best_response_tolerance. `policy`: NULL, or an S x A Vec for a greedy policy (ties to the lowest action).
*/
PetscErrorCode MfgModelBestResponse(MfgModel model, Vec V, Vec policy, MfgSolve *solve);
/* V*_{η,μ} by soft policy iteration from the first guess V, to the same tolerance. */
PetscErrorCode MfgModelSoftOptimal(MfgModel model, PetscReal eta, Vec V, MfgSolve *solve);

/*
  The leading eigenvalues of P^π of the policy held. A chain with hundreds of eigenvalues on the unit circle
  (a long deterministic cycle) is beyond an iterative eigenvalue solver: `eigenvalues` is then zero and
  nothing else is known.
*/
typedef struct {
  PetscReal gap; /* 1 - |λ|, λ the largest eigenvalue off the unit circle (1 where there is none found) */
  PetscInt  classes;     /* recurrent classes: how often λ = 1 */
  PetscInt  period;      /* the smallest d with λ^d = 1 for all λ on the unit circle */
  PetscInt  eigenvalues; /* how many were computed */
  PetscReal residual;    /* ‖μP - μ‖_1 of the stationary law */
} MfgSpectrum;
/* `stationary`: NULL, or a Vec over states for the stationary law (meaningful where classes = 1). */
PetscErrorCode MfgModelSpectrum(MfgModel model, Vec stationary, MfgSpectrum *spectrum);

/* Why the model failed, or NULL. Owned by the model. Not collective; the same on every rank. */
PetscErrorCode MfgModelGetFailure(MfgModel model, const char **reason);
typedef enum {
  MFG_NO_FAILURE,
  MFG_FAILURE_SOLVE,     /* a solve did not reach its tolerance */
  MFG_FAILURE_NOT_FINITE /* rewards or values are not finite numbers */
} MfgFailure;
PetscErrorCode MfgModelGetFailureKind(MfgModel model, MfgFailure *kind);
PetscErrorCode MfgModelClearFailure(MfgModel model);

/* Policies, into S x A Vecs. */
PetscErrorCode MfgPolicySetUniform(MfgModel model, Vec pi);
/*
  softmax(u / temperature), u(s,a) ~ U(-1,1) a counter-based function of (seed, s·A + a): the same on all
  ranks.
*/
PetscErrorCode MfgPolicySetRandom(MfgModel model, PetscInt seed, PetscReal temperature, Vec pi);
/* From `/policy` [S, A] of an HDF5 file; wrong shape, type or row sums are complained of under `key`. */
PetscErrorCode MfgPolicySetFromFile(MfgModel model, const char *path, const char *key,
                                    const MfgComplaints *complaints, Vec pi);

/*
  Distributed arrays in an HDF5 file, through rank 0 in slices. A writer is created, given arrays, and closed;
  errors of the file system are raised on every rank (PETSC_ERR_FILE_OPEN, PETSC_ERR_FILE_WRITE). After such
  an error the writer can only be closed.
*/
typedef struct _p_MfgFieldsFile *MfgFieldsFile;
PetscErrorCode                   MfgFieldsCreate(MfgModel model, const char *path, MfgFieldsFile *file);
/* `values` is a Vec over states ([S]) or over states and actions ([S, A]). */
PetscErrorCode MfgFieldsWrite(MfgFieldsFile file, const char *name, Vec values);
/* A data set [count] of rank 0's `values`. */
PetscErrorCode MfgFieldsWriteNumbers(MfgFieldsFile file, const char *name, PetscInt count,
                                     const PetscReal values[]);
/* The cells [S, 2] of a grid game as `/cells`; nothing for other games. */
PetscErrorCode MfgFieldsWriteCells(MfgFieldsFile file);
/* An attribute of the root group. */
PetscErrorCode MfgFieldsWriteText(MfgFieldsFile file, const char *name, const char *text);
PetscErrorCode MfgFieldsWriteInteger(MfgFieldsFile file, const char *name, PetscInt value);
/* Whether closing waits until the disk has the file; preset: it does. */
PetscErrorCode MfgFieldsSetSync(MfgFieldsFile file, PetscBool sync);
/* Flush to the disk and close; after an error, and for a reader, close alone. */
PetscErrorCode MfgFieldsClose(MfgFieldsFile *file);

/*
  A reader of such a file, written on any number of ranks. What is wrong (no such file, no such data set,
  wrong shape, not numbers) comes back as text in `problem`, which is empty otherwise and the same on every
  rank; `problem_size` must be so, too. Numbers come as they were written, bit for bit, finite or not.
*/
PetscErrorCode MfgFieldsOpen(MfgModel model, const char *path, MfgFieldsFile *file, char problem[],
                             size_t problem_size); /* `file`: NULL where there is a problem */
PetscErrorCode MfgFieldsRead(MfgFieldsFile file, const char *name, Vec values, char problem[],
                             size_t problem_size);
PetscErrorCode MfgFieldsReadNumbers(MfgFieldsFile file, const char *name, PetscInt count, PetscReal values[],
                                    char problem[], size_t problem_size);
/* `text` has room for `size` bytes. */
PetscErrorCode MfgFieldsReadText(MfgFieldsFile file, const char *name, char text[], size_t size,
                                 char problem[], size_t problem_size);

/*
  Where the time goes. The stages are PETSc log stages, so -log_view shows them, and they are timed whether or
  not logging is on. A stage inside another stops the outer one's clock: seconds add up to the whole. Not
  collective.
*/
typedef enum {
  MFG_STAGE_SETUP,
  MFG_STAGE_REFRESH,       /* values of P^π from π */
  MFG_STAGE_EVALUATE,      /* policy evaluation */
  MFG_STAGE_BACKUP,        /* J → q */
  MFG_STAGE_IMPROVE,       /* q → π */
  MFG_STAGE_PUSH,          /* μ → μ P */
  MFG_STAGE_POPULATION,    /* μ^π */
  MFG_STAGE_BEST_RESPONSE, /* V* */
  MFG_STAGE_SOFT_OPTIMAL,  /* V*_η */
  MFG_STAGE_SPECTRUM,
  MFG_STAGE_OUTPUT,
  MFG_STAGE_OTHER, /* whatever runs outside the stages above */
  MFG_STAGE_COUNT
} MfgStage;
PetscErrorCode MfgStageBegin(MfgStage stage);
PetscErrorCode MfgStageEnd(MfgStage stage);
/* Seconds on this rank since the program's first stage, or since MfgStageReset(). */
PetscErrorCode           MfgStageGetSeconds(PetscReal seconds[MFG_STAGE_COUNT]);
PetscErrorCode           MfgStageReset(void);
extern const char *const MfgStageNames[MFG_STAGE_COUNT];

#endif
