/*
  contraction_game: two states, and a crowd that one would rather be away from. Actions: 0 stays, 1 switches
  to the other state, for certain. r(x,a,μ) = -C [a = 1] - α μ(x). For C > α/(1-γ) it never pays to switch,
  and the map from μ to its best response is a contraction.

  Source: the game of that name in the public benchmark BenchMFG.
*/
#include <throng/game.h>

enum { STATES = 2, ACTIONS = 2, SWITCH = 1 };

static const MfgParameterSpec parameters[] = {
    {.key = "switch_cost",
     .type = MFG_PARAMETER_REAL,
     .preset = "2.0",
     .range = "[0,inf)",
     .unit = "reward",
     .help = "C of the reward -C [switch]; a contraction for C > α/(1-γ)"},
    {.key = "crowd",
     .type = MFG_PARAMETER_REAL,
     .preset = "2.0",
     .range = "[0,inf)",
     .unit = "reward",
     .help = "α of the reward -α μ(x)"},
    {.key = NULL}};

typedef struct {
  PetscReal switch_cost, crowd;
} Contraction;

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  Contraction *data;

  PetscFunctionBegin;
  PetscCall(PetscNew(&data));
  PetscCall(MfgGameSetData(game, data));
  PetscCall(MfgParametersGetReal(values, "switch_cost", &data->switch_cost));
  PetscCall(MfgParametersGetReal(values, "crowd", &data->crowd));
  PetscCall(MfgGameSetSizes(game, STATES, ACTIONS, 1));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBegin;
  (void)game;
  (void)mu;
  *count = 1;
  next[0] = a == SWITCH ? 1 - s : s;
  p[0] = 1;
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  Contraction *data;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &data));
  for (PetscInt i = 0; i < mu->end - mu->begin; i++)
    for (PetscInt a = 0; a < ACTIONS; a++)
      r[i * ACTIONS + a] = -data->crowd * mu->own[i] - (a == SWITCH ? data->switch_cost : 0);
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameContractionGame = {.name = "contraction_game",
                                             .summary =
                                                 "two states; a high cost to switch makes a contraction",
                                             .parameters = parameters,
                                             .setup = SetUp,
                                             .transitions = Transitions,
                                             .rewards = Rewards};
