/*
  multiple_equilibria_chain: members of a crowd are drawn to the nearest of some targets x_i and to one
  another, r(x,a,μ) = -c₁|a| - c₂ min_i |x - x_i| + α μ(x). Where all of them gather is a matter of
  convention: there are several equilibria.

  Source: the game of that name in the public benchmark BenchMFG.
*/
#include "chain.h"

static const MfgParameterSpec parameters[] = {MFG_CHAIN_PARAMETERS("4.0", "c₁"),
                                              {.key = "crowd",
                                               .type = MFG_PARAMETER_REAL,
                                               .preset = "5.0",
                                               .range = "[0,inf)",
                                               .unit = "reward",
                                               .help = "α of the reward α μ(x)"},
                                              {.key = "target_pull",
                                               .type = MFG_PARAMETER_REAL,
                                               .preset = "20.0",
                                               .range = "[0,inf)",
                                               .unit = "reward",
                                               .help = "c₂ of the reward -c₂ min_i |x - x_i|"},
                                              {.key = "targets",
                                               .type = MFG_PARAMETER_INTEGERS,
                                               .preset = "[2, 4]",
                                               .range = "[0,inf)",
                                               .unit = "positions",
                                               .help = "x_i, one or more positions of the chain"},
                                              {.key = NULL}};

typedef struct {
  MfgChain  chain;
  PetscReal crowd, target_pull;
  PetscInt  target_count;
  PetscInt *targets; /* [target_count] */
} MultipleEquilibria;

static PetscReal StateReward(const MfgChain *chain, PetscInt x, PetscReal density)
{
  const MultipleEquilibria *data = (const MultipleEquilibria *)chain;
  PetscInt                  nearest = chain->length;

  for (PetscInt i = 0; i < data->target_count; i++)
    nearest = PetscMin(nearest, PetscAbsInt(x - data->targets[i]));
  return -data->target_pull * (PetscReal)nearest + data->crowd * density;
}

/* *targets has *count numbers; free with PetscFree(). */
static PetscErrorCode GetTargets(MfgParameters values, PetscInt *count, PetscInt **targets)
{
  const char *text;
  PetscInt    capacity = 1;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetText(values, "targets", &text));
  for (; *text; text++) capacity += *text == ',';
  PetscCall(PetscMalloc1(capacity, targets));
  PetscCall(MfgParametersGetIntegers(values, "targets", capacity, count, *targets));
  PetscFunctionReturn(0);
}

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscInt length, count, farthest = 0, *targets;

  PetscFunctionBegin;
  PetscCall(MfgChainCheck(values, complaints));
  PetscCall(MfgParametersGetInteger(values, "length", &length));
  PetscCall(GetTargets(values, &count, &targets));
  for (PetscInt i = 0; i < count; i++) farthest = PetscMax(farthest, targets[i]);
  PetscCall(PetscFree(targets)); /* before a complaint, which may be raised */
  if (count == 0)
    PetscCall(MfgComplain(complaints, "targets", "there is none; expected one position or more"));
  else if (farthest >= length)
    PetscCall(MfgComplain(complaints, "targets",
                          "%" PetscInt_FMT " is outside the chain; expected positions in 0..%" PetscInt_FMT,
                          farthest, length - 1));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  MultipleEquilibria *data;

  PetscFunctionBegin;
  PetscCall(PetscNew(&data));
  PetscCall(MfgGameSetData(game, data));
  data->chain.state_reward = StateReward;
  PetscCall(MfgChainSetUp(game, values));
  PetscCall(MfgParametersGetReal(values, "crowd", &data->crowd));
  PetscCall(MfgParametersGetReal(values, "target_pull", &data->target_pull));
  PetscCall(GetTargets(values, &data->target_count, &data->targets));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(void *data)
{
  PetscFunctionBegin;
  if (data) PetscCall(PetscFree(((MultipleEquilibria *)data)->targets));
  PetscCall(PetscFree(data));
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameMultipleEquilibriaChain = {
    .name = "multiple_equilibria_chain",
    .summary = "a crowd on a chain that gathers at one of some targets",
    .parameters = parameters,
    .check = Check,
    .setup = SetUp,
    .transitions = MfgChainTransitions,
    .rewards = MfgChainRewards,
    .destroy = Destroy};
