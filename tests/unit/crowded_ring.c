#include <math.h>
#include "crowded_ring.h"
#include "testing.h"

enum { RING = 7, RING_ACTIONS = 3 };

static PetscErrorCode RingSetUp(MfgGame game, MfgParameters parameters)
{
  PetscFunctionBeginUser;
  (void)parameters;
  PetscCall(MfgGameSetSizes(game, RING, RING_ACTIONS, 2));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_LOCAL, MFG_COUPLING_NONE));
  PetscFunctionReturn(0);
}

static PetscErrorCode RingTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                      PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBeginUser;
  (void)game;
  *count = 2;
  next[0] = s;
  next[1] = (s + (a == 0 ? 0 : a == 1 ? 1 : RING - 1)) % RING;
  if (!mu) PetscFunctionReturn(0);
  p[1] = 1 - 0.9 * MfgMeanFieldAt(mu, next[1]);
  p[0] = 1 - p[1];
  PetscFunctionReturn(0);
}

static PetscErrorCode RingRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  PetscFunctionBeginUser;
  (void)game;
  for (PetscInt s = mu->begin; s < mu->end; s++)
    for (PetscInt a = 0; a < RING_ACTIONS; a++)
      r[(s - mu->begin) * RING_ACTIONS + a] =
          sin((PetscReal)(s * s)) - 2 * mu->own[s - mu->begin] - 0.1 * (PetscReal)a;
  PetscFunctionReturn(0);
}

static const MfgParameterSpec ring_parameters[] = {{.key = NULL}};
static const MfgGameClass     ring = {.name = "crowded_ring",
                                      .summary = "a ring where steps into a crowd fail",
                                      .parameters = ring_parameters,
                                      .setup = RingSetUp,
                                      .transitions = RingTransitions,
                                      .rewards = RingRewards};

MfgGame TestCrowdedRing(void)
{
  static PetscBool registered = PETSC_FALSE;

  if (!registered) CHECK(MfgGameRegister(&ring));
  registered = PETSC_TRUE;
  return TestGame("crowded_ring", "initial", "concentrated", "initial.state", "2", "initial.weight", "0.7",
                  NULL);
}
