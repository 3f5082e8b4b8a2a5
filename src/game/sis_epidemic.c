/*
  sis_epidemic: a disease that passes between those who meet, without immunity. States: 0 susceptible, 1
  infected. The action is how much one goes out, a in {0, 1/(A-1), ..., 1}.

    P(1|0,a,μ) = β a μ(1),  P(0|1,a,μ) = ν,  r(s,a,μ) = a - C [s = 1]

  The population may die out or settle at an endemic level; which of them depends on where it starts.

  Source: the SIS example of Laurière, mean-field reinforcement learning (2021); BenchMFG has it as a
  benchmark.
*/
#include <throng/game.h>

enum { SUSCEPTIBLE, INFECTED, STATES };

typedef struct {
  PetscInt  levels; /* A */
  PetscReal infection, recovery, infection_cost;
} Epidemic;

static const MfgParameterSpec parameters[] = {
    {.key = "levels",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "5",
     .range = "[2,inf)",
     .unit = "actions",
     .help = "A: levels of going out, evenly spaced from 0 to 1"},
    {.key = "infection",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.8",
     .range = "[0,1]",
     .unit = "probability",
     .help = "β: infection of one who goes out fully, all infected"},
    {.key = "recovery",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.1",
     .range = "[0,1]",
     .unit = "probability",
     .help = "ν of recovering in a step"},
    {.key = "infection_cost",
     .type = MFG_PARAMETER_REAL,
     .preset = "10.0",
     .range = "[0,inf)",
     .unit = "reward",
     .help = "C, the cost of a step spent infected"},
    {.key = NULL}};

static PetscReal Level(const Epidemic *epidemic, PetscInt a)
{
  return (PetscReal)a / (PetscReal)(epidemic->levels - 1);
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  Epidemic *epidemic;

  PetscFunctionBegin;
  PetscCall(PetscNew(&epidemic));
  PetscCall(MfgGameSetData(game, epidemic));
  PetscCall(MfgParametersGetInteger(values, "levels", &epidemic->levels));
  PetscCall(MfgParametersGetReal(values, "infection", &epidemic->infection));
  PetscCall(MfgParametersGetReal(values, "recovery", &epidemic->recovery));
  PetscCall(MfgParametersGetReal(values, "infection_cost", &epidemic->infection_cost));
  PetscCall(MfgGameSetSizes(game, STATES, epidemic->levels, STATES));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_GLOBAL, MFG_COUPLING_NONE));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  const Epidemic *epidemic;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &epidemic));
  *count = STATES;
  next[0] = s;
  next[1] = s == SUSCEPTIBLE ? INFECTED : SUSCEPTIBLE;
  if (!mu) PetscFunctionReturn(0);
  p[1] = s == SUSCEPTIBLE
             ? PetscMin(1, epidemic->infection * Level(epidemic, a) * MfgMeanFieldAt(mu, INFECTED))
             : epidemic->recovery; /* at most 1: rounding may take μ(1) beyond */
  p[0] = 1 - p[1];
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  const Epidemic *epidemic;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &epidemic));
  for (PetscInt s = mu->begin; s < mu->end; s++)
    for (PetscInt a = 0; a < epidemic->levels; a++)
      r[(s - mu->begin) * epidemic->levels + a] =
          Level(epidemic, a) - (s == INFECTED ? epidemic->infection_cost : 0);
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameSisEpidemic = {.name = "sis_epidemic",
                                         .summary = "going out while a disease spreads (SIS)",
                                         .parameters = parameters,
                                         .setup = SetUp,
                                         .transitions = Transitions,
                                         .rewards = Rewards};
