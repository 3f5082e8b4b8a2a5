/*
  rock_paper_scissors: state and action are one of rock, paper, scissors (0, 1, 2). What is chosen is played
  next, x' = a, against the crowd: r(x,a,μ) = (Aμ)_x, which looks at all of μ. The mean field of every
  equilibrium is uniform; best responses go in circles around it.

  Source: the game of that name in the public benchmark BenchMFG.
*/
#include <throng/game.h>

enum { HANDS = 3 };
static const PetscReal payoff[HANDS][HANDS] = {
    {0, -1, 1}, {1, 0, -1}, {-1, 1, 0}}; /* A: row against column */

static const MfgParameterSpec parameters[] = {{.key = NULL}};

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  PetscFunctionBegin;
  (void)values;
  PetscCall(MfgGameSetSizes(game, HANDS, HANDS, 1));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_NONE, MFG_COUPLING_GLOBAL));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBegin;
  (void)game;
  (void)s;
  (void)mu;
  *count = 1;
  next[0] = a;
  p[0] = 1;
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  PetscFunctionBegin;
  (void)game;
  for (PetscInt s = mu->begin; s < mu->end; s++) {
    PetscReal here = 0;

    for (PetscInt t = 0; t < HANDS; t++) here += payoff[s][t] * mu->all[t];
    for (PetscInt a = 0; a < HANDS; a++) r[(s - mu->begin) * HANDS + a] = here;
  }
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameRockPaperScissors = {.name = "rock_paper_scissors",
                                               .summary = "rock, paper, scissors against the crowd",
                                               .parameters = parameters,
                                               .setup = SetUp,
                                               .transitions = Transitions,
                                               .rewards = Rewards};
