#include "ring_game.h"
#include "testing.h"

enum { ACTIONS = 2, MOST = 4 };

typedef struct {
  PetscInt             S;
  const TestRingFault *fault;
  PetscReal            centre; /* c, as prepared */
} Ring;

/* Of the next game that is set up: a class has no other way to hand its game an address. */
static Ring next_ring;

static PetscErrorCode SetUp(MfgGame game, MfgParameters parameters)
{
  Ring *ring;

  PetscFunctionBeginUser;
  (void)parameters;
  PetscCall(PetscNew(&ring));
  *ring = next_ring;
  PetscCall(MfgGameSetData(game, ring));
  PetscCall(MfgGameSetSizes(game, ring->S, ACTIONS, MOST));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_GLOBAL, MFG_COUPLING_GLOBAL));
  PetscFunctionReturn(0);
}

/* Whether this rank owns the state of the fault, and μ is one at which it goes wrong. */
static PetscBool Errs(const Ring *ring, const MfgMeanField *mu)
{
  const PetscInt s = ring->fault ? ring->fault->state : -1;

  return (PetscBool)(s >= mu->begin && s < mu->end && MfgMeanFieldAt(mu, s) > 0.5);
}

static PetscErrorCode Prepare(MfgGame game, const MfgMeanField *mu)
{
  Ring *ring;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetData(game, &ring));
  PetscCheck(!Errs(ring, mu) || ring->fault->fault != TEST_RING_PREPARE, PETSC_COMM_SELF, PETSC_ERR_USER,
             "as told");
  ring->centre = 0;
  for (PetscInt t = 0; t < ring->S; t++) ring->centre += (PetscReal)t * mu->all[t];
  ring->centre /= (PetscReal)(ring->S - 1);
  PetscFunctionReturn(0);
}

static PetscErrorCode Spoil(const Ring *ring, PetscInt s, PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBeginUser;
  switch (ring->fault->fault) {
  case TEST_RING_SUM:
    p[0] -= 0.1;
    break;
  case TEST_RING_NEGATIVE:
    p[0] += p[1] + 0.125;
    p[1] = -0.125;
    break;
  case TEST_RING_STRANGER:
    next[1] = (s + 3) % ring->S;
    break;
  case TEST_RING_FEWER:
    p[0] += p[--(*count)];
    break;
  case TEST_RING_MORE:
    next[*count] = (s + 3) % ring->S;
    p[(*count)++] = 0;
    break;
  case TEST_RING_BEYOND:
    *count = MOST + 1;
    break;
  case TEST_RING_ASK:
    SETERRQ(PETSC_COMM_SELF, PETSC_ERR_USER, "as told");
  default:
    break;
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  const Ring *ring;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetData(game, &ring));
  next[0] = s;
  next[1] = (a == 0 ? s + 1 : s + ring->S - 1) % ring->S;
  next[2] = (s + 2) % ring->S;
  *count = a == 0 ? 3 : 2;
  if (!mu) PetscFunctionReturn(0);
  p[0] = a == 0 ? 0.5 : 1 - ring->centre;
  p[1] = a == 0 ? ring->centre / 2 : ring->centre;
  if (a == 0) p[2] = (1 - ring->centre) / 2;
  if (a == 0 && ring->fault && s == ring->fault->state && Errs(ring, mu))
    PetscCall(Spoil(ring, s, count, next, p));
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  const Ring *ring;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetData(game, &ring));
  PetscCheck(!Errs(ring, mu) || ring->fault->fault != TEST_RING_REWARDS, PETSC_COMM_SELF, PETSC_ERR_USER,
             "as told");
  for (PetscInt s = mu->begin; s < mu->end; s++)
    for (PetscInt a = 0; a < ACTIONS; a++)
      r[(s - mu->begin) * ACTIONS + a] = ring->centre - (PetscReal)(s * a);
  PetscFunctionReturn(0);
}

static const MfgParameterSpec parameters[] = {{.key = NULL}};
static const MfgGameClass     klass = {.name = "ring",
                                       .summary = "a ring that looks at all of the mean field",
                                       .parameters = parameters,
                                       .setup = SetUp,
                                       .prepare = Prepare,
                                       .transitions = Transitions,
                                       .rewards = Rewards};

MfgGame TestRingGame(PetscInt S, const TestRingFault *fault)
{
  static PetscBool registered = PETSC_FALSE;

  if (!registered) CHECK(MfgGameRegister(&klass));
  registered = PETSC_TRUE;
  next_ring = (Ring){.S = S, .fault = fault};
  return TestGame("ring", NULL);
}
