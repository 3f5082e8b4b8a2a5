/* What a game says about one (s, a), checked and put in order. */
#include "mdp_impl.h"

/* Every rule a class has to keep, with the (s, a) that breaks it. */
static PetscErrorCode Check(MfgModel model, PetscInt s, PetscInt a, PetscInt count, const PetscInt next[],
                            const PetscReal p[])
{
  /* what is easily forgotten about couplings */
  const char *const hint =
      model->transitions_coupling == MFG_COUPLING_NONE
          ? " (asked without a mean field, for the game does not say that they depend on it)"
      : model->transitions_coupling == MFG_COUPLING_LOCAL
          ? " (the game is shown μ at the state and its successors alone)"
          : "";
  PetscReal sum = 0;

  PetscFunctionBegin;
  for (PetscInt i = 0; i < count; i++) {
    PetscCheck(next[i] >= 0 && next[i] < model->states, PETSC_COMM_SELF, PETSC_ERR_USER,
               "Transition from state %" PetscInt_FMT " by action %" PetscInt_FMT " to state %" PetscInt_FMT
               ", which does not exist",
               s, a, next[i]);
    PetscCheck(p[i] >= 0, PETSC_COMM_SELF, PETSC_ERR_USER,
               "Transition from state %" PetscInt_FMT " by action %" PetscInt_FMT " to state %" PetscInt_FMT
               " has probability %g%s",
               s, a, next[i], (double)p[i], hint);
    sum += p[i];
  }
  PetscCheck(PetscAbsReal(sum - 1) <= 1e-10, PETSC_COMM_SELF, PETSC_ERR_USER,
             "Transitions from state %" PetscInt_FMT " by action %" PetscInt_FMT " sum to %.15g, not 1%s", s,
             a, (double)sum, hint);
  PetscFunctionReturn(0);
}

/* Merge equal neighbours of a sorted list; drop probabilities of zero unless they are to be kept. */
static void Merge(PetscBool keep_zeros, PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscInt kept = 0;

  for (PetscInt i = 0; i < *count; i++) {
    if (p[i] == 0 && !keep_zeros) continue;
    if (kept && next[kept - 1] == next[i]) {
      p[kept - 1] += p[i];
    } else {
      next[kept] = next[i];
      p[kept++] = p[i];
    }
  }
  *count = kept;
}

static void Reverse(PetscInt begin, PetscInt end, PetscInt next[], PetscReal p[])
{
  for (end--; begin < end; begin++, end--) {
    const PetscInt  state = next[begin];
    const PetscReal chance = p[begin];

    next[begin] = next[end];
    next[end] = state;
    p[begin] = p[end];
    p[end] = chance;
  }
}

/* From ascending order to that of a row of P^π: this rank's states before those below them. */
static void OwnFirst(MfgModel model, PetscInt count, PetscInt next[], PetscReal p[])
{
  PetscInt below = 0, own = 0;

  while (below < count && next[below] < model->begin) below++;
  while (below + own < count && next[below + own] < model->end) own++;
  if (!below || !own) return;
  Reverse(0, below, next, p);
  Reverse(below, below + own, next, p);
  Reverse(0, below + own, next, p);
}

PetscErrorCode MfgModelGetSuccessors_Private(MfgModel model, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                             PetscInt *count, PetscInt next[], PetscReal p[])
{
  const PetscBool coupled = (PetscBool)(model->transitions_coupling != MFG_COUPLING_NONE);
  PetscInt        most;

  PetscFunctionBegin;
  PetscCall(MfgGameGetMaxSuccessors(model->game, &most));
  PetscCall(MfgGameTransitions(model->game, s, a, mu, count, next, p));
  PetscCheck(*count >= 0 && *count <= most, PETSC_COMM_SELF, PETSC_ERR_USER,
             "State %" PetscInt_FMT " has %" PetscInt_FMT " successors by action %" PetscInt_FMT
             "; the game said at most %" PetscInt_FMT,
             s, *count, a, most);
  for (PetscInt i = 0; coupled && !mu && i < *count; i++)
    p[i] = 1 / (PetscReal)*count; /* none were asked for */
  PetscCall(Check(model, s, a, *count, next, p));
  PetscCall(PetscSortIntWithScalarArray(*count, next, p));
  Merge(coupled, count, next, p);
  OwnFirst(model, *count, next, p);
  PetscFunctionReturn(0);
}
