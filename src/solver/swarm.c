/* Particles; see swarm.h. Sources: Kennedy and Eberhart (1995); with inertia Shi and Eberhart (1998). */
#include <stdio.h>
#include "game/random.h"
#include "solver/swarm.h"

/* U(0,1), the first (0) or second (1) of a component. */
static inline PetscReal Draw(const MfgSwarm *swarm, PetscInt particle, PetscInt step, PetscInt size,
                             PetscInt component, uint64_t which)
{
  const uint64_t index = (uint64_t)step * (uint64_t)size + (uint64_t)component;

  return MfgRandomUniform(swarm->seed, MFG_STREAM_PARTICLES, particle, 2 * index + which);
}

static PetscErrorCode PlaceAtRandom(const MfgSwarm *swarm, PetscInt particle, Vec x)
{
  PetscScalar *values;
  PetscInt     begin, end, size;

  PetscFunctionBegin;
  PetscCall(VecGetOwnershipRange(x, &begin, &end));
  PetscCall(VecGetSize(x, &size));
  PetscCall(VecGetArrayWrite(x, &values));
  for (PetscInt i = begin; i < end; i++)
    values[i - begin] = swarm->spread * (2 * Draw(swarm, particle, 0, size, i, 0) - 1);
  PetscCall(VecRestoreArrayWrite(x, &values));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSwarmCreate_Private(MfgSwarm *swarm, Vec first)
{
  PetscFunctionBegin;
  swarm->leader = 0;
  PetscCall(PetscCalloc1(swarm->count, &swarm->particles));
  for (PetscInt i = 0; i < swarm->count; i++) {
    MfgParticle *particle = &swarm->particles[i];

    PetscCall(VecDuplicate(first, &particle->x));
    PetscCall(VecDuplicate(first, &particle->v));
    PetscCall(VecDuplicate(first, &particle->best));
    PetscCall(i == 0 ? VecCopy(first, particle->x) : PlaceAtRandom(swarm, i, particle->x));
    PetscCall(VecSet(particle->v, 0));
    PetscCall(VecCopy(particle->x, particle->best));
    particle->fitness = PETSC_INFINITY;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSwarmDestroy_Private(MfgSwarm *swarm)
{
  PetscFunctionBegin;
  for (PetscInt i = 0; swarm->particles && i < swarm->count; i++) {
    PetscCall(VecDestroy(&swarm->particles[i].x));
    PetscCall(VecDestroy(&swarm->particles[i].v));
    PetscCall(VecDestroy(&swarm->particles[i].best));
  }
  PetscCall(PetscFree(swarm->particles));
  PetscFunctionReturn(0);
}

/* x, v and best of one particle. */
static PetscErrorCode ParticleState(MfgParticle *particle, PetscInt i, MfgSolverState state)
{
  const char *const words[] = {"place", "velocity", "best"};
  const Vec         vecs[] = {particle->x, particle->v, particle->best};

  PetscFunctionBegin;
  for (int k = 0; k < 3; k++) {
    char name[64];

    (void)snprintf(name, sizeof(name), "particle_%" PetscInt_FMT "_%s", i, words[k]);
    PetscCall(MfgStateVec_Private(state, name, vecs[k]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSwarmState_Private(MfgSwarm *swarm, MfgSolverState state)
{
  PetscReal *fitness;

  PetscFunctionBegin;
  PetscCall(MfgStateSame_Private(state, "particles", swarm->count));
  PetscCall(MfgStateInteger_Private(state, "leader", 0, swarm->count - 1, &swarm->leader));
  PetscCall(PetscMalloc1(swarm->count, &fitness));
  for (PetscInt i = 0; i < swarm->count; i++) fitness[i] = swarm->particles[i].fitness;
  PetscCall(MfgStateNumbers_Private(state, "fitness", swarm->count, fitness));
  for (PetscInt i = 0; i < swarm->count; i++) swarm->particles[i].fitness = fitness[i];
  PetscCall(PetscFree(fitness));
  for (PetscInt i = 0; i < swarm->count; i++) PetscCall(ParticleState(&swarm->particles[i], i, state));
  PetscFunctionReturn(0);
}

static PetscErrorCode Move(const MfgSwarm *swarm, PetscInt i, PetscInt step)
{
  const MfgParticle *particle = &swarm->particles[i];
  const PetscScalar *own, *leading;
  PetscScalar       *x, *v;
  PetscInt           begin, end, size;

  PetscFunctionBegin;
  PetscCall(VecGetOwnershipRange(particle->x, &begin, &end));
  PetscCall(VecGetSize(particle->x, &size));
  PetscCall(VecGetArrayRead(particle->best, &own));
  PetscCall(VecGetArrayRead(swarm->particles[swarm->leader].best, &leading));
  PetscCall(VecGetArray(particle->x, &x));
  PetscCall(VecGetArray(particle->v, &v));
  for (PetscInt k = 0; k < end - begin; k++) {
    const PetscReal u1 = Draw(swarm, i, step, size, begin + k, 0);
    const PetscReal u2 = Draw(swarm, i, step, size, begin + k, 1);
    PetscScalar     to;

    v[k] = swarm->inertia * v[k] + swarm->own_pull * u1 * (own[k] - x[k]) +
           swarm->swarm_pull * u2 * (leading[k] - x[k]);
    to = x[k] + v[k];
    x[k] = PetscClipInterval(to, -swarm->box, swarm->box);
    if (x[k] != to) v[k] = 0;
  }
  PetscCall(VecRestoreArray(particle->v, &v));
  PetscCall(VecRestoreArray(particle->x, &x));
  PetscCall(VecRestoreArrayRead(swarm->particles[swarm->leader].best, &leading));
  PetscCall(VecRestoreArrayRead(particle->best, &own));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSwarmMove_Private(MfgSwarm *swarm, PetscInt step)
{
  PetscFunctionBegin;
  for (PetscInt i = 0; i < swarm->count; i++) PetscCall(Move(swarm, i, step));
  PetscFunctionReturn(0);
}

/* Whether it is so by more than rounding; NaN never is. (PETSC_INFINITY is a finite number.) */
static PetscBool IsBetter(const MfgSwarm *swarm, PetscReal fitness, PetscReal than)
{
  const PetscReal margin = than >= PETSC_INFINITY ? 0 : swarm->tie * (1 + PetscAbsReal(than));

  return fitness < than - margin ? PETSC_TRUE : PETSC_FALSE;
}

PetscErrorCode MfgSwarmTell_Private(MfgSwarm *swarm, PetscInt i, PetscReal fitness, PetscBool *leads)
{
  MfgParticle *particle = &swarm->particles[i];

  PetscFunctionBegin;
  *leads = IsBetter(swarm, fitness, swarm->particles[swarm->leader].fitness);
  if (*leads) swarm->leader = i;
  /* the leader's best place is that of the swarm, even where its own last best is within the tie */
  if (*leads || IsBetter(swarm, fitness, particle->fitness)) {
    particle->fitness = fitness;
    PetscCall(VecCopy(particle->x, particle->best));
  }
  PetscFunctionReturn(0);
}
