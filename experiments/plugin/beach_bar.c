/*
  beach_bar: a game of one's own as a plugin of throng; README.md says how to compile and run it.

  A beach of `places` places in a circle with a bar in the middle, place places/2. Everybody likes to be near
  the bar, and nobody likes a crowd:
      r(s, a, μ) = -‖s - bar‖/places - move_cost·1[a moves] - crowd_aversion·log max(μ(s), 1e-12),
  ‖·‖ along the circle. The actions are left, stay, right: s' = s + a - 1, but where there is a crowd nobody
  gets through: a step fails with probability min(1, jam·μ(s)), and then s' = s.

  Source: the beach bar of Perrin et al., Fictitious Play for Mean Field Games (2020), with jam = 0 and
  without its noise.
*/
#include <throng/game.h>

enum { ACTIONS = 3, STAY = 1 };

/* What a user may set in `game:`, beside the keys that every game has (discount, initial, plugin). */
static const MfgParameterSpec beach_parameters[] = {
    {.key = "places",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "21",
     .range = "[3,inf)",
     .unit = "places",
     .help = "how many there are in the circle"},
    {.key = "crowd_aversion",
     .type = MFG_PARAMETER_REAL,
     .preset = "1.0",
     .range = "[0,inf)",
     .unit = "reward",
     .help = "of the reward -crowd_aversion log μ(s)"},
    {.key = "move_cost", .type = MFG_PARAMETER_REAL, .preset = "0.05", .unit = "reward", .help = "of a step"},
    {.key = "jam",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.0",
     .range = "[0,inf)",
     .unit = "",
     .help = "a step fails with probability min(1, jam μ(s))"},
    {.key = NULL}};

/* One game. */
typedef struct {
  PetscInt  places;
  PetscReal crowd_aversion, move_cost, jam;
} Beach;

static PetscErrorCode SetUp(MfgGame game, MfgParameters parameters)
{
  Beach *beach;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&beach));
  PetscCall(MfgGameSetData(game, beach)); /* freed with the game */
  PetscCall(MfgParametersGetInteger(parameters, "places", &beach->places));
  PetscCall(MfgParametersGetReal(parameters, "crowd_aversion", &beach->crowd_aversion));
  PetscCall(MfgParametersGetReal(parameters, "move_cost", &beach->move_cost));
  PetscCall(MfgParametersGetReal(parameters, "jam", &beach->jam));
  PetscCall(MfgGameSetSizes(game, beach->places, ACTIONS, 2)); /* 2: successors of a pair (s, a) at most */
  /* With a jam the transitions look at μ(s). Rewards at s may look at μ(s) without saying so. */
  if (beach->jam > 0) PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_LOCAL, MFG_COUPLING_NONE));
  PetscFunctionReturn(0);
}

/* Asked for single pairs (s, a), on the rank that owns s. */
static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  Beach    *beach;
  PetscReal stuck;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetData(game, &beach));
  *count = a != STAY && beach->jam > 0 ? 2 : 1;
  next[0] = (s + a - STAY + beach->places) % beach->places;
  next[1] = s;
  if (*count == 1) p[0] = 1;
  if (*count == 1 || !mu) PetscFunctionReturn(0); /* without μ nothing but the successors is asked for */
  stuck = PetscMin(1, beach->jam * MfgMeanFieldAt(mu, s));
  p[0] = 1 - stuck;
  p[1] = stuck;
  PetscFunctionReturn(0);
}

/* Asked for all states that this rank owns. */
static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  Beach *beach;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetData(game, &beach));
  for (PetscInt s = mu->begin; s < mu->end; s++) {
    const PetscInt  straight = PetscAbsInt(s - beach->places / 2);
    const PetscReal away = (PetscReal)PetscMin(straight, beach->places - straight) / (PetscReal)beach->places;
    const PetscReal crowd = beach->crowd_aversion * PetscLogReal(PetscMax(MfgMeanFieldAt(mu, s), 1e-12));

    for (PetscInt a = 0; a < ACTIONS; a++)
      r[(s - mu->begin) * ACTIONS + a] = -away - crowd - (a == STAY ? 0 : beach->move_cost);
  }
  PetscFunctionReturn(0);
}

static const MfgGameClass beach_bar = {.name = "beach_bar",
                                       .summary = "a bar on a round beach, and nobody likes a crowd",
                                       .parameters = beach_parameters,
                                       .setup = SetUp,
                                       .transitions = Transitions,
                                       .rewards = Rewards};

MFG_PLUGIN(&beach_bar);
