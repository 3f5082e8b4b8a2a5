/*
  Games on a chain: what lasry_lions_chain, no_interaction_chain and multiple_equilibria_chain share.

  States are the positions x = 0..S-1. Actions are the steps -1, 0, 1, in this order. Dynamics:
  x' = clip(x + a + ε) into 0..S-1, with ε in {-1, 0, 1} drawn from the noise. Reward:
  r(x,a,μ) = -c|a| + f(x, μ(x)), where f is the game's own.
*/
#ifndef THRONG_CHAIN_H
#define THRONG_CHAIN_H

#include <throng/game.h>

/*
  Rows of the parameter table that the chain games share; the default of the cost of a step differs, and so
  does its symbol in the sources.
*/
#define MFG_CHAIN_PARAMETERS(move_cost_preset, move_cost_symbol)                                             \
  {.key = "length",                                                                                          \
   .type = MFG_PARAMETER_INTEGER,                                                                            \
   .preset = "7",                                                                                            \
   .range = "[2,inf)",                                                                                       \
   .unit = "states",                                                                                         \
   .help = "S: the positions are 0..S-1"},                                                                   \
      {.key = "noise",                                                                                       \
       .type = MFG_PARAMETER_REALS,                                                                          \
       .preset = "[0.025, 0.95, 0.025]",                                                                     \
       .range = "[0,1]",                                                                                     \
       .length = 3,                                                                                          \
       .unit = "probability",                                                                                \
       .help = "law of ε = -1, 0, 1 in x' = clip(x + a + ε); sums to 1"},                                    \
  {                                                                                                          \
    .key = "move_cost", .type = MFG_PARAMETER_REAL, .preset = (move_cost_preset), .range = "[0,inf)",        \
    .unit = "reward", .help = move_cost_symbol " of the reward -" move_cost_symbol "|a|"                     \
  }

/* The data of a chain game begins with this. */
typedef struct _MfgChain {
  PetscInt  length;
  PetscReal noise[3];
  PetscReal move_cost;
  /* f(x, μ(x)) */
  PetscReal (*state_reward)(const struct _MfgChain *chain, PetscInt x, PetscReal density);
} MfgChain;

/* The callbacks. MfgChainSetUp() wants state_reward filled in, and data that the game holds already. */
PetscErrorCode MfgChainCheck(MfgParameters parameters, const MfgComplaints *complaints);
PetscErrorCode MfgChainSetUp(MfgGame game, MfgParameters parameters);
PetscErrorCode MfgChainTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                   PetscInt *count, PetscInt next[], PetscReal p[]);
PetscErrorCode MfgChainRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[]);

#endif
