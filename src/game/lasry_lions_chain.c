/*
  lasry_lions_chain: members of a crowd are drawn to the middle of a chain and shun one another,
  r(x,a,μ) = -c_m|a| - c_a (x - (S-1)/2)² - α μ(x). The reward is monotone in the sense of Lasry and Lions:
  the equilibrium is unique.

  Source: the game of that name in the public benchmark BenchMFG.
*/
#include "chain.h"

static const MfgParameterSpec parameters[] = {MFG_CHAIN_PARAMETERS("2.0", "c_m"),
                                              {.key = "crowd",
                                               .type = MFG_PARAMETER_REAL,
                                               .preset = "40.0",
                                               .range = "[0,inf)",
                                               .unit = "reward",
                                               .help = "α of the reward -α μ(x)"},
                                              {.key = "center_pull",
                                               .type = MFG_PARAMETER_REAL,
                                               .preset = "3.0",
                                               .range = "[0,inf)",
                                               .unit = "reward",
                                               .help = "c_a of the reward -c_a (x - (S-1)/2)²"},
                                              {.key = NULL}};

typedef struct {
  MfgChain  chain;
  PetscReal crowd, center_pull;
} LasryLions;

static PetscReal StateReward(const MfgChain *chain, PetscInt x, PetscReal density)
{
  const LasryLions *data = (const LasryLions *)chain;
  const PetscReal   offset = (PetscReal)x - (PetscReal)(chain->length - 1) / 2;

  return -data->center_pull * offset * offset - data->crowd * density;
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  LasryLions *data;

  PetscFunctionBegin;
  PetscCall(PetscNew(&data));
  PetscCall(MfgGameSetData(game, data));
  data->chain.state_reward = StateReward;
  PetscCall(MfgChainSetUp(game, values));
  PetscCall(MfgParametersGetReal(values, "crowd", &data->crowd));
  PetscCall(MfgParametersGetReal(values, "center_pull", &data->center_pull));
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameLasryLionsChain = {.name = "lasry_lions_chain",
                                             .summary = "crowd aversion on a chain, drawn to the middle",
                                             .parameters = parameters,
                                             .check = MfgChainCheck,
                                             .setup = SetUp,
                                             .transitions = MfgChainTransitions,
                                             .rewards = MfgChainRewards};
