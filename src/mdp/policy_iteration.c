/*
  Inexact policy iteration for hard and soft Bellman operators T:

    repeat: π ← the policy that attains TV;  stop if ‖TV - V‖_∞ <= tolerance;
            V ← (I - γ P^π)^{-1} (its reward), to a fraction of the residual, from the guess V.

  TV - V is the residual of the new linear system at the old V, so the forcing term is relative to what is
  known. Source: inexact policy iteration, Gargiani et al., arXiv 2211.04299; it is Newton's method on V = TV.
*/
#include <math.h>
#include "mdp_impl.h"

enum { MAX_POLICIES = 1000 };
static const PetscReal forcing =
    0.02; /* of the residual is left by each evaluation; measured by bench_scale */

/*
  Over all ranks: sup-norm and 2-norm; sup is infinite where anything is not a number. PETSC_INFINITY would
  not do: it is a finite number.
*/
static PetscErrorCode Norms(MfgModel model, const MfgBellman *bellman, PetscReal *sup, PetscReal *two)
{
  PetscReal mine = PetscIsInfOrNanReal(bellman->sum_of_squares) ? (PetscReal)INFINITY : bellman->sup;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Allreduce(&mine, sup, 1, MPIU_REAL, MPIU_MAX, model->comm));
  PetscCallMPI(MPI_Allreduce(&bellman->sum_of_squares, two, 1, MPIU_REAL, MPIU_SUM, model->comm));
  *two = PetscSqrtReal(*two);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelPolicyIteration_Private(MfgModel model, const MfgImprover *improver, void *context,
                                               Vec V, MfgSolve *solve)
{
  const PetscReal tolerance = model->best_response_tolerance;
  PetscReal       sup, two;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(solve, sizeof(*solve)));
  while (!model->failure) {
    MfgBellman bellman = {0, 0};

    PetscCall((*improver->improve)(model, context, V, &bellman));
    PetscCall(Norms(model, &bellman, &sup, &two));
    solve->residual = sup;
    if (sup <= tolerance) break;
    if (PetscIsInfOrNanReal(sup)) {
      PetscCall(MfgModelFail_Private(model, MFG_FAILURE_NOT_FINITE,
                                     "%s: the Bellman residual is not a finite number", improver->what));
    } else if (solve->outer_iterations == MAX_POLICIES) {
      PetscCall(
          MfgModelFail_Private(model, MFG_FAILURE_SOLVE,
                               "%s: the Bellman residual is still %g after %d policies; the tolerance is %g",
                               improver->what, (double)sup, MAX_POLICIES, (double)tolerance));
    } else {
      /* no more than what the sup-norm tolerance asks for, if the residual keeps its shape */
      const PetscReal target = PetscMax(forcing * two, 0.5 * tolerance * two / sup);

      PetscCall((*improver->evaluate)(model, context, V, target, solve));
      solve->outer_iterations++;
    }
  }
  PetscFunctionReturn(0);
}
