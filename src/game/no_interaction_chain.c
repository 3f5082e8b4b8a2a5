/*
  no_interaction_chain: r(x,a,μ) = x - c_m|a| does not look at μ, so that every best response is an
  equilibrium policy: a check of algorithms.

  Source: the game of that name in the public benchmark BenchMFG.
*/
#include "chain.h"

static const MfgParameterSpec parameters[] = {MFG_CHAIN_PARAMETERS("0.1", "c_m"), {.key = NULL}};

static PetscReal StateReward(const MfgChain *chain, PetscInt x, PetscReal density)
{
  (void)chain;
  (void)density;
  return (PetscReal)x;
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  MfgChain *chain;

  PetscFunctionBegin;
  PetscCall(PetscNew(&chain));
  PetscCall(MfgGameSetData(game, chain));
  chain->state_reward = StateReward;
  PetscCall(MfgChainSetUp(game, values));
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameNoInteractionChain = {.name = "no_interaction_chain",
                                                .summary = "a chain whose reward does not look at the crowd",
                                                .parameters = parameters,
                                                .check = MfgChainCheck,
                                                .setup = SetUp,
                                                .transitions = MfgChainTransitions,
                                                .rewards = MfgChainRewards};
