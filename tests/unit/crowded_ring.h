/*
  A game with a coupled P for tests: seven states on a ring, actions stay, step up and step down. A step to y
  succeeds with probability 1 - 0.9 μ(y). The rewards fall with μ(s); the start is concentrated (0.7) in
  state 2.
*/
#ifndef THRONG_CROWDED_RING_H
#define THRONG_CROWDED_RING_H

#include <throng/game.h>

/* A game that is set up. */
MfgGame TestCrowdedRing(void);

#endif
