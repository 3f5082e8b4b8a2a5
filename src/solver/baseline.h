/*
  What the baselines share. Before the first iteration μ_0 is pushed M times under the first policy. Iteration
  k = 1, 2, ... finds a new policy at μ_{k-1}, and then

    m_k = M pushes of μ_{k-1} under it, P following the moving μ;   μ_k = (1-λ_k) μ_{k-1} + λ_k m_k.
*/
#ifndef THRONG_BASELINE_H
#define THRONG_BASELINE_H

#include "state.h"

/* In the order of the words of lambda.schedule. */
typedef enum { MFG_DAMPING_HARMONIC, MFG_DAMPING_CONSTANT, MFG_DAMPING_NONE } MfgDamping;

/* Set up by MfgBaselineSetUp_Private(), with no damping. */
typedef struct {
  PetscInt   steps; /* M */
  MfgDamping damping;
  PetscReal  lambda; /* of MFG_DAMPING_CONSTANT */
  Vec        pushed; /* m_k */
} MfgBaseline;

/* Rows of the tables of keys. */
#define MFG_POPULATION_STEPS_KEY                                                                              \
  {                                                                                                           \
    .key = "population_steps", .type = MFG_PARAMETER_INTEGER, .preset = "20", .range = "[1,inf)",             \
    .unit = "steps", .help = "M, pushes of μ under the first policy at the start, and under each new policy" \
  }
#define MFG_LAMBDA_VALUE_KEY                                                                                 \
  {                                                                                                          \
    .key = "lambda.value", .type = MFG_PARAMETER_REAL, .preset = "0.1", .range = "(0,1]", .unit = "",        \
    .help = "constant: λ, the weight of the pushed population in the update of μ"                          \
  }

/* Reads population_steps, and pushes solver->mu for the start. */
PetscErrorCode MfgBaselineSetUp_Private(MfgSolver solver, MfgBaseline *baseline);
/* Reads lambda.schedule and lambda.value. */
PetscErrorCode MfgBaselineReadDamping_Private(MfgSolver solver, MfgBaseline *baseline);
PetscErrorCode MfgBaselineDestroy_Private(MfgBaseline *baseline);
/* λ_k: 1/(k+1), λ or 1. */
PetscReal MfgBaselineLambda_Private(const MfgBaseline *baseline, PetscInt k);
/*
  The end of the iteration that solver->iteration counts as the next one: m_k and μ_k. Leaves all as it is
  where the model has failed, for a game shall not be asked about what a failed solve left.
*/
PetscErrorCode MfgBaselineAdvance_Private(MfgSolver solver, MfgBaseline *baseline, Vec policy);

/* Evaluations of one policy after another. */
typedef struct {
  Vec      J, q; /* [S], [S, A] */
  MfgTrail trail;
} MfgPolicyValues;

PetscErrorCode MfgPolicyValuesCreate_Private(MfgSolver solver, MfgPolicyValues *values);
PetscErrorCode MfgPolicyValuesDestroy_Private(MfgPolicyValues *values);
/* See state.h. */
PetscErrorCode MfgPolicyValuesState_Private(MfgSolverState state, MfgPolicyValues *values);
/* J and q of the policy solver->pi at solver->mu. */
PetscErrorCode MfgPolicyValuesUpdate_Private(MfgSolver solver, MfgPolicyValues *values);

#endif
