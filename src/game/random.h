/*
  Random numbers that are a function of where they are used: the same on every number of ranks, and in any
  order. Philox 4x32 (Random123), keyed by a seed, counts (index, stream, part); each use has a stream of its
  own, so that no two uses of one seed share numbers.
*/
#ifndef THRONG_RANDOM_H
#define THRONG_RANDOM_H

#include <Random123/philox.h>
#include <petscsys.h>

typedef enum {
  MFG_STREAM_POLICY = 0,
  MFG_STREAM_GARNET = 1, /* its `part` says which of its tables */
  MFG_STREAM_PARTICLES = 2
} MfgStream;

/* U(0,1) from 53 random bits; neither 0 nor 1. */
static inline PetscReal MfgRandomUniform(PetscInt seed, MfgStream stream, PetscInt part, uint64_t index)
{
  const philox4x32_ctr_t counter = {
      {(uint32_t)(index & 0xffffffffu), (uint32_t)(index >> 32), (uint32_t)stream, (uint32_t)part}};
  const philox4x32_key_t key = {{(uint32_t)((uint64_t)seed & 0xffffffffu), (uint32_t)((uint64_t)seed >> 32)}};
  const philox4x32_ctr_t random = philox4x32(counter, key);
  const uint64_t         bits = ((uint64_t)random.v[0] << 21) ^ (uint64_t)(random.v[1] >> 11);

  return ((PetscReal)bits + 0.5) / 9007199254740992.0;
}

#endif
