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

/* 128 random bits. */
static inline philox4x32_ctr_t MfgRandomBits(PetscInt seed, MfgStream stream, PetscInt part, uint64_t index)
{
  const philox4x32_ctr_t counter = {
      {(uint32_t)(index & 0xffffffffu), (uint32_t)(index >> 32), (uint32_t)stream, (uint32_t)part}};
  const philox4x32_key_t key = {{(uint32_t)((uint64_t)seed & 0xffffffffu), (uint32_t)((uint64_t)seed >> 32)}};

  return philox4x32(counter, key);
}

/* The middles of 2^53 intervals of (0,1), but for rounding: the last of them becomes 1. Never 0. */
static inline PetscReal MfgUnitInterval(uint32_t high, uint32_t low)
{
  const uint64_t bits = ((uint64_t)high << 21) ^ (uint64_t)(low >> 11);

  return ((PetscReal)bits + 0.5) / 9007199254740992.0;
}

/* U(0,1) from 53 random bits. */
static inline PetscReal MfgRandomUniform(PetscInt seed, MfgStream stream, PetscInt part, uint64_t index)
{
  const philox4x32_ctr_t random = MfgRandomBits(seed, stream, part, index);

  return MfgUnitInterval(random.v[0], random.v[1]);
}

/* One of 0 .. count - 1, each as likely. */
static inline PetscInt MfgRandomInteger(PetscInt seed, MfgStream stream, PetscInt part, uint64_t index,
                                        PetscInt count)
{
  const PetscReal u = MfgRandomUniform(seed, stream, part, index);

  return PetscMin((PetscInt)(u * (PetscReal)count), count - 1);
}

/* N(0,1) by Box and Muller (1958): sqrt(-2 log u) cos(2πv). At most 8.7. */
static inline PetscReal MfgRandomNormal(PetscInt seed, MfgStream stream, PetscInt part, uint64_t index)
{
  const philox4x32_ctr_t random = MfgRandomBits(seed, stream, part, index);
  const PetscReal        u = MfgUnitInterval(random.v[0], random.v[1]);
  const PetscReal        v = MfgUnitInterval(random.v[2], random.v[3]);

  return PetscSqrtReal(-2 * PetscLogReal(u)) * PetscCosReal(2 * PETSC_PI * v);
}

/* Exponential with mean 1. */
static inline PetscReal MfgRandomExponential(PetscInt seed, MfgStream stream, PetscInt part, uint64_t index)
{
  return -PetscLogReal(MfgRandomUniform(seed, stream, part, index));
}

#endif
