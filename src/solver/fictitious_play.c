/*
  fictitious_play: fictitious play of a stationary game.

    μ_0 ← M pushes of μ_0 under π_0;  N_0 = diag(μ_0) π_0;  for k = 1, 2, ...:
      π^BR_k = best response at μ_{k-1};  m_k = M pushes of μ_{k-1} under π^BR_k
      μ_k = (1-λ_k) μ_{k-1} + λ_k m_k,  λ_k = 1/(k+1), constant, or 1
      N_k = (1-λ_k) N_{k-1} + λ_k diag(m_k) π^BR_k

  With λ_k = 1/(k+1) the policy is the average over the past, weighted by occupation: N_k over its row sums,
  and the last best response where nobody has been. With a constant λ or 1 it is the last best response.

  Source: Perrin, Pérolat, Laurière, Geist, Elie, Pietquin, Fictitious play for mean field games, 2020
  (arXiv 2007.03458), in discrete time and for stationary games.
*/
#include "baseline.h"

typedef struct {
  MfgBaseline baseline;
  Vec         V;                    /* of the last best response; the next first guess */
  Vec         response, occupation; /* π^BR and N, [S, A]; NULL where solver->pi is the best response */
} FictitiousPlay;

static const MfgParameterSpec parameters[] = {
    {.key = "lambda.schedule",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "harmonic",
     .range = "harmonic|constant|pure",
     .shorthand = PETSC_TRUE,
     .unit = "",
     .help = "harmonic: λ_k = 1/(k+1), the averaged policy; constant (λ), pure (1): the last best response"},
    MFG_LAMBDA_VALUE_KEY,
    MFG_POPULATION_STEPS_KEY,
    {.key = NULL}};

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscFunctionBegin;
  PetscCall(MfgParametersCheckBelongs(values, "lambda.value", "lambda.schedule", "constant", complaints));
  PetscFunctionReturn(0);
}

/* One state, `gain` = λ m(s). */
static inline void AverageRow(PetscInt A, PetscReal keep, PetscReal gain, const PetscScalar response[],
                              PetscScalar occupation[], PetscScalar pi[])
{
  PetscReal sum = 0;

  for (PetscInt a = 0; a < A; a++) {
    occupation[a] = keep * occupation[a] + gain * response[a];
    sum += PetscRealPart(occupation[a]);
  }
  for (PetscInt a = 0; a < A; a++) pi[a] = sum > 0 ? occupation[a] / sum : response[a];
}

/* N ← (1-λ) N + λ diag(m) π^BR, and the policy from it. */
static PetscErrorCode Average(MfgSolver solver, PetscReal lambda, Vec m)
{
  FictitiousPlay    *play = (FictitiousPlay *)solver->data;
  const PetscScalar *mass, *response;
  PetscScalar       *occupation, *pi;
  PetscInt           n, A;

  PetscFunctionBegin;
  PetscCall(MfgStageBegin(MFG_STAGE_IMPROVE));
  PetscCall(VecGetBlockSize(solver->pi, &A));
  PetscCall(VecGetLocalSize(m, &n));
  PetscCall(VecGetArrayRead(m, &mass));
  PetscCall(VecGetArrayRead(play->response, &response));
  PetscCall(VecGetArray(play->occupation, &occupation));
  PetscCall(VecGetArrayWrite(solver->pi, &pi));
  for (PetscInt i = 0; i < n; i++)
    AverageRow(A, 1 - lambda, lambda * PetscRealPart(mass[i]), &response[i * A], &occupation[i * A],
               &pi[i * A]);
  PetscCall(VecRestoreArrayWrite(solver->pi, &pi));
  PetscCall(VecRestoreArray(play->occupation, &occupation));
  PetscCall(VecRestoreArrayRead(play->response, &response));
  PetscCall(VecRestoreArrayRead(m, &mass));
  PetscCall(MfgStageEnd(MFG_STAGE_IMPROVE));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgSolver solver)
{
  FictitiousPlay *play;

  PetscFunctionBegin;
  PetscCall(PetscNew(&play));
  solver->data = play;
  PetscCall(MfgBaselineSetUp_Private(solver, &play->baseline));
  PetscCall(MfgBaselineReadDamping_Private(solver, &play->baseline));
  PetscCall(VecDuplicate(solver->mu, &play->V));
  PetscCall(VecSet(play->V, 0));
  if (play->baseline.damping != MFG_DAMPING_HARMONIC) PetscFunctionReturn(0);
  PetscCall(VecDuplicate(solver->pi, &play->response));
  PetscCall(VecDuplicate(solver->pi, &play->occupation));
  PetscCall(VecSet(play->occupation, 0));
  PetscCall(VecCopy(solver->pi, play->response));
  PetscCall(Average(solver, 1, solver->mu));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(MfgSolver solver)
{
  FictitiousPlay *play = (FictitiousPlay *)solver->data;

  PetscFunctionBegin;
  if (!play) PetscFunctionReturn(0);
  PetscCall(MfgBaselineDestroy_Private(&play->baseline));
  PetscCall(VecDestroy(&play->V));
  PetscCall(VecDestroy(&play->response));
  PetscCall(VecDestroy(&play->occupation));
  PetscCall(PetscFree(solver->data));
  PetscFunctionReturn(0);
}

static PetscErrorCode State(MfgSolver solver, MfgSolverState state)
{
  FictitiousPlay *play = (FictitiousPlay *)solver->data;

  PetscFunctionBegin;
  PetscCall(MfgStateVec_Private(state, "V", play->V));
  if (play->occupation) PetscCall(MfgStateVec_Private(state, "occupation", play->occupation));
  PetscFunctionReturn(0);
}

static PetscErrorCode Iterate(MfgSolver solver)
{
  FictitiousPlay *play = (FictitiousPlay *)solver->data;
  const Vec       response = play->response ? play->response : solver->pi;
  MfgSolve        solve;

  PetscFunctionBegin;
  PetscCall(MfgModelSetMeanField(solver->model, solver->mu));
  PetscCall(MfgModelBestResponse(solver->model, play->V, response, &solve));
  solver->linear_iterations += solve.linear_iterations;
  PetscCall(MfgBaselineAdvance_Private(solver, &play->baseline, response));
  if (play->occupation)
    PetscCall(Average(solver, MfgBaselineLambda_Private(&play->baseline, solver->iteration + 1),
                      play->baseline.pushed));
  PetscFunctionReturn(0);
}

const MfgSolverClass MfgSolverFictitiousPlay = {
    .name = "fictitious_play",
    .summary = "best responses to the average of the populations so far",
    .parameters = parameters,
    .use = {.state_vecs = 2, .pair_vecs = 2, .best_response = PETSC_TRUE},
    .check = Check,
    .setup = SetUp,
    .iterate = Iterate,
    .state = State,
    .destroy = Destroy};
