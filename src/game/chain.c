#include "chain.h"

enum { STEPS = 3, NOISE_VALUES = 3 }; /* both -1, 0, 1 */

PetscErrorCode MfgChainCheck(MfgParameters parameters, const MfgComplaints *complaints)
{
  PetscReal noise[NOISE_VALUES], sum = 0;
  PetscInt  length, n;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetReals(parameters, "noise", NOISE_VALUES, &n, noise));
  for (PetscInt i = 0; i < n; i++) sum += noise[i];
  if (PetscAbsReal(sum - 1) > 1e-12)
    PetscCall(MfgComplain(complaints, "noise", "the probabilities sum to %.15g; expected 1", (double)sum));
  PetscCall(MfgParametersGetInteger(parameters, "length", &length));
  if (length > PETSC_MAX_INT / STEPS)
    PetscCall(MfgComplain(complaints, "length",
                          "%" PetscInt_FMT " states need a PETSc with 64-bit indices; expected at most "
                          "%" PetscInt_FMT,
                          length, PETSC_MAX_INT / STEPS));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgChainSetUp(MfgGame game, MfgParameters parameters)
{
  MfgChain *chain;
  PetscInt  n;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &chain));
  PetscCall(MfgParametersGetInteger(parameters, "length", &chain->length));
  PetscCall(MfgParametersGetReals(parameters, "noise", NOISE_VALUES, &n, chain->noise));
  PetscCall(MfgParametersGetReal(parameters, "move_cost", &chain->move_cost));
  PetscCall(MfgGameSetSizes(game, chain->length, STEPS, NOISE_VALUES));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgChainTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                   PetscInt *count, PetscInt next[], PetscReal p[])
{
  MfgChain *chain;

  PetscFunctionBegin;
  (void)mu;
  PetscCall(MfgGameGetData(game, &chain));
  for (PetscInt e = 0; e < NOISE_VALUES; e++) {
    next[e] = PetscMin(PetscMax(s + (a - 1) + (e - 1), 0), chain->length - 1);
    p[e] = chain->noise[e];
  }
  *count = NOISE_VALUES;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgChainRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  MfgChain *chain;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &chain));
  for (PetscInt i = 0; i < mu->end - mu->begin; i++) {
    const PetscReal here = (*chain->state_reward)(chain, mu->begin + i, mu->own[i]);

    for (PetscInt a = 0; a < STEPS; a++) r[i * STEPS + a] = here - chain->move_cost * (a == 1 ? 0 : 1);
  }
  PetscFunctionReturn(0);
}
