/* Best response: V*_μ and a greedy policy, by inexact policy iteration with KSP. */
#include "greedy_matrix.h"
#include "sweep.h"
#include "ties.h"

typedef struct {
  PetscBool       started;
  PetscBool       changed; /* the policy, since the system was made */
  PetscInt       *action;  /* [n] */
  MfgGreedyMatrix system;
} BestResponse;

/*
  The greedy policy at V. An action changes only for a gain above the tie tolerance, so that rounding does not
  move ties; but a gain that the tolerance of the Bellman residual can see must not be passed over.
*/
static PetscErrorCode Improve(MfgModel model, void *context, Vec V, MfgBellman *bellman)
{
  BestResponse  *response = (BestResponse *)context;
  const PetscInt A = model->actions;
  PetscScalar   *reward;
  PetscInt       changes = 0, all_changes;
  MfgSweep       sweep;

  PetscFunctionBegin;
  PetscCall(MfgSweepBegin_Private(model, V, &sweep));
  PetscCall(VecGetArrayWrite(model->rhs, &reward));
  for (PetscInt i = 0; i < model->local; i++) {
    PetscReal best, largest, margin, gap;

    MfgSweepRow(&sweep, i);
    best = MfgBestOf(A, sweep.q, &largest);
    margin = PetscMin(model->tie_tolerance * (1 + largest), 0.5 * model->best_response_tolerance);
    if (!response->started || sweep.q[response->action[i]] < best - margin) {
      response->action[i] = MfgLowestBest(A, sweep.q, best, margin);
      changes++;
    }
    reward[i] = model->rewards[i * A + response->action[i]];
    gap = best - PetscRealPart(sweep.own[i]);
    bellman->sup = PetscMax(bellman->sup, PetscAbsReal(gap));
    bellman->sum_of_squares += gap * gap;
  }
  PetscCall(VecRestoreArrayWrite(model->rhs, &reward));
  PetscCall(MfgSweepEnd_Private(&sweep));
  PetscCallMPI(MPI_Allreduce(&changes, &all_changes, 1, MPIU_INT, MPI_SUM, model->comm));
  response->changed = (all_changes || !response->started) ? PETSC_TRUE : PETSC_FALSE;
  response->started = PETSC_TRUE;
  PetscFunctionReturn(0);
}

static PetscErrorCode Evaluate(MfgModel model, void *context, Vec V, PetscReal tolerance, MfgSolve *solve)
{
  BestResponse *response = (BestResponse *)context;
  PC            pc;

  PetscFunctionBegin;
  if (response->changed) {
    if (!model->direct) { /* the next preconditioner is of another pattern, and both need not be held */
      PetscCall(KSPGetPC(model->best_response, &pc));
      PetscCall(PCReset(pc));
    }
    PetscCall(MfgGreedyBuild_Private(model, response->action, &response->system));
    PetscCall(KSPSetOperators(model->best_response, response->system.mat, response->system.mat));
  }
  PetscCall(
      MfgModelSolve_Private(model, model->best_response, model->rhs, V, tolerance, "best response", solve));
  PetscFunctionReturn(0);
}

/*
  One-hot rows: the lowest action that ties with the best one at V. Actions nearer to each other than ten
  times what V may be off by, residual/(1-γ), can't be told apart.
*/
static PetscErrorCode GreedyPolicy(MfgModel model, Vec V, PetscReal residual, Vec policy)
{
  const PetscInt  A = model->actions;
  const PetscReal error = residual / (1 - model->discount);
  PetscScalar    *pi;
  MfgSweep        sweep;

  PetscFunctionBegin;
  PetscCall(VecSet(policy, 0));
  PetscCall(MfgSweepBegin_Private(model, V, &sweep));
  PetscCall(VecGetArray(policy, &pi));
  for (PetscInt i = 0; i < model->local; i++) {
    PetscReal best, largest;

    MfgSweepRow(&sweep, i);
    best = MfgBestOf(A, sweep.q, &largest);
    pi[i * A + MfgLowestBest(A, sweep.q, best, PetscMax(model->tie_tolerance * (1 + largest), 10 * error))] =
        1;
  }
  PetscCall(VecRestoreArray(policy, &pi));
  PetscCall(MfgSweepEnd_Private(&sweep));
  PetscFunctionReturn(0);
}

static const MfgImprover improver = {"best response", Improve, Evaluate};

PetscErrorCode MfgModelBestResponse(MfgModel model, Vec V, Vec policy, MfgSolve *solve)
{
  BestResponse response = {0};

  PetscFunctionBegin;
  PetscCall(MfgModelCheckHeld_Private(model));
  PetscCall(MfgStageBegin(MFG_STAGE_BEST_RESPONSE));
  PetscCall(MfgModelRelease_Private(model, model->evaluation));
  PetscCall(PetscMalloc1(model->local, &response.action));
  PetscCall(MfgGreedyCreate_Private(model, &response.system));
  PetscCall(MfgModelPolicyIteration_Private(model, &improver, &response, V, solve));
  PetscCall(MfgModelRelease_Private(model, model->best_response));
  PetscCall(MfgGreedyDestroy_Private(&response.system));
  PetscCall(PetscFree(response.action));
  if (policy && !model->failure) PetscCall(GreedyPolicy(model, V, solve->residual, policy));
  PetscCall(MfgStageEnd(MFG_STAGE_BEST_RESPONSE));
  PetscFunctionReturn(0);
}
