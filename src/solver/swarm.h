/*
  A swarm of particles that look for the smallest value of a function on the box [-box, box]^n. It knows how
  particles move and which places were the best; what they look for is the caller's.
*/
#ifndef THRONG_SWARM_H
#define THRONG_SWARM_H

#include "state.h"

typedef struct {
  Vec       x, v, best; /* place, velocity, the best place that it has seen */
  PetscReal fitness;    /* at `best`; infinite: nothing is known */
} MfgParticle;

typedef struct {
  /* set these before MfgSwarmCreate_Private() */
  PetscInt  seed, count;
  PetscReal box, spread, inertia, own_pull, swarm_pull; /* the last three: w, c1, c2 */
  PetscReal
      tie; /* a fitness is better only by tie (1 + |fitness|) at least, so that rounding decides nothing */

  MfgParticle *particles;
  PetscInt     leader; /* the particle whose best place is the best of the swarm */
} MfgSwarm;

/* Particle 0 starts at `first`, the others uniformly in [-spread, spread], all of them at rest. */
PetscErrorCode MfgSwarmCreate_Private(MfgSwarm *swarm, Vec first);
PetscErrorCode MfgSwarmDestroy_Private(MfgSwarm *swarm);
/* See state.h. */
PetscErrorCode MfgSwarmState_Private(MfgSwarm *swarm, MfgSolverState state);
/*
  Move every particle: v ← w v + c1 u1 (b - x) + c2 u2 (g - x), x ← clip(x + v), b its own best place and g
  that of the swarm; v ← 0 in the components that were clipped. u1, u2 ~ U(0,1) are functions of the seed, the
  particle, `step`, which must be above zero and another one each time, and the component's number: the same
  on any number of ranks.
*/
PetscErrorCode MfgSwarmMove_Private(MfgSwarm *swarm, PetscInt step);
/* The fitness of the place of particle i. `leads`: it is the best that the swarm has seen. */
PetscErrorCode MfgSwarmTell_Private(MfgSwarm *swarm, PetscInt i, PetscReal fitness, PetscBool *leads);

#endif
