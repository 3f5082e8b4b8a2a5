/*
  The random numbers of mf_garnet. Each is a function of (seed, table, index), so a game is the same on every
  number of ranks and does not depend on which states were drawn before.

  coupled_states chooses which of the numbers C(s,a,s',y) and M(s,y) count, not what they are: C and M have
  an index for every y. Draws without replacement: Floyd's algorithm (Bentley and Floyd 1987).
*/
#include "mf_garnet.h"
#include "random.h"

/* The tables, as parts of the stream. The order is part of what a seed means. */
enum { PART_SCALES, PART_SUCCESSORS, PART_WEIGHTS, PART_C, PART_R0, PART_M, PART_COUPLED, PART_OFFSETS };

/* `count` distinct numbers of 0 .. bound - 1, bound <= S, from the counters first .. first + count - 1. */
static PetscErrorCode DrawDistinct(Garnet *garnet, PetscInt part, uint64_t first, PetscInt count,
                                   PetscInt bound, PetscInt drawn[])
{
  PetscFunctionBegin;
  for (PetscInt i = 0; i < count; i++) {
    const PetscInt last = bound - count + i;

    drawn[i] = MfgRandomInteger(garnet->seed, MFG_STREAM_GARNET, part, first + (uint64_t)i, last + 1);
    if (PetscBTLookup(garnet->chosen, drawn[i])) drawn[i] = last;
    PetscCall(PetscBTSet(garnet->chosen, drawn[i]));
  }
  for (PetscInt i = 0; i < count; i++) PetscCall(PetscBTClear(garnet->chosen, drawn[i]));
  PetscFunctionReturn(0);
}

/*
  c offsets, with each its negative (mod S), so that the pattern of M is symmetric: c/2 random pairs; where c
  is odd 0, too; where c = S is even the last two are 0 and S/2, and nothing is left out.
*/
static PetscErrorCode DrawOffsets(Garnet *garnet)
{
  const PetscInt S = garnet->states, c = garnet->coupled, pairs = c / 2;

  PetscFunctionBegin;
  if (c == S) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(c, &garnet->offsets));
  PetscCall(DrawDistinct(garnet, PART_OFFSETS, 0, pairs, (S - 1) / 2, garnet->offsets));
  for (PetscInt i = 0; i < pairs; i++) {
    garnet->offsets[i]++; /* 1 .. (S-1)/2 */
    garnet->offsets[pairs + i] = S - garnet->offsets[i];
  }
  if (c % 2) garnet->offsets[c - 1] = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGarnetDrawShared_Private(Garnet *garnet)
{
  PetscReal *const scales[] = {&garnet->c_p, &garnet->rho_p, &garnet->c_r, &garnet->rho_r};

  PetscFunctionBegin;
  for (int i = 0; i < 4; i++)
    *scales[i] = MfgRandomUniform(garnet->seed, MFG_STREAM_GARNET, PART_SCALES, (uint64_t)i);
  PetscCall(PetscBTCreate(garnet->states, &garnet->chosen));
  PetscCall(DrawOffsets(garnet));
  PetscFunctionReturn(0);
}

/* The number of transition (s, a, 0) among all S·A·b. */
static uint64_t FirstTransition(const Garnet *garnet, PetscInt s, PetscInt a)
{
  return ((uint64_t)s * (uint64_t)garnet->actions + (uint64_t)a) * (uint64_t)garnet->branching;
}

PetscErrorCode MfgGarnetDrawSuccessors_Private(Garnet *garnet, PetscInt s, PetscInt a, PetscInt next[])
{
  PetscFunctionBegin;
  PetscCall(DrawDistinct(garnet, PART_SUCCESSORS, FirstTransition(garnet, s, a), garnet->branching,
                         garnet->states, next));
  PetscFunctionReturn(0);
}

/* Dirichlet(1): exponentials over their sum. */
static void DrawWeights(const Garnet *garnet, PetscInt s, PetscInt a, PetscReal p0[])
{
  const uint64_t first = FirstTransition(garnet, s, a);
  PetscReal      sum = 0;

  for (PetscInt k = 0; k < garnet->branching; k++) {
    p0[k] = MfgRandomExponential(garnet->seed, MFG_STREAM_GARNET, PART_WEIGHTS, first + (uint64_t)k);
    sum += p0[k];
  }
  for (PetscInt k = 0; k < garnet->branching; k++) p0[k] /= sum;
}

/* C of one transition, and the states that it is coupled to. */
static PetscErrorCode DrawC(Garnet *garnet, uint64_t transition, PetscReal C[], PetscInt columns[])
{
  const uint64_t S = (uint64_t)garnet->states;

  PetscFunctionBegin;
  if (columns)
    PetscCall(DrawDistinct(garnet, PART_COUPLED, transition * (uint64_t)garnet->coupled, garnet->coupled,
                           garnet->states, columns));
  for (PetscInt j = 0; j < garnet->coupled; j++) {
    const uint64_t y = (uint64_t)(columns ? columns[j] : j);

    C[j] = MfgRandomNormal(garnet->seed, MFG_STREAM_GARNET, PART_C, transition * S + y);
  }
  PetscFunctionReturn(0);
}

/* Row s of ½(M + Mᵀ) or ½(M - Mᵀ); exactly (anti)symmetric, for floating-point sums commute. */
static void DrawM(const Garnet *garnet, PetscInt s, PetscReal row[])
{
  const uint64_t  S = (uint64_t)garnet->states;
  const PetscReal sign = garnet->interaction == GARNET_POTENTIAL ? 1 : -1;

  for (PetscInt j = 0; j < garnet->coupled; j++) {
    const uint64_t x = (uint64_t)s,
                   y = garnet->offsets ? (x + (uint64_t)garnet->offsets[j]) % S : (uint64_t)j;
    const PetscReal here = MfgRandomNormal(garnet->seed, MFG_STREAM_GARNET, PART_M, x * S + y);
    const PetscReal there = MfgRandomNormal(garnet->seed, MFG_STREAM_GARNET, PART_M, y * S + x);

    row[j] = (here + sign * there) / 2;
  }
}

static PetscErrorCode Allocate(Garnet *garnet, PetscInt begin, PetscInt end)
{
  const size_t n = (size_t)(end - begin), c = (size_t)garnet->coupled;
  const size_t transitions = n * (size_t)garnet->actions * (size_t)garnet->branching;

  PetscFunctionBegin;
  PetscCall(PetscMalloc1(transitions, &garnet->next));
  PetscCall(PetscMalloc1(transitions, &garnet->p0));
  PetscCall(PetscMalloc1(transitions, &garnet->drift));
  PetscCall(PetscMalloc1(transitions * c, &garnet->C));
  if (garnet->coupled < garnet->states) PetscCall(PetscMalloc1(transitions * c, &garnet->columns));
  PetscCall(PetscMalloc1(n * (size_t)garnet->actions, &garnet->R0));
  PetscCall(PetscMalloc1(n * c, &garnet->M));
  PetscCall(PetscMalloc1(n, &garnet->field));
  PetscFunctionReturn(0);
}

static PetscErrorCode DrawState(Garnet *garnet, PetscInt s)
{
  const PetscInt A = garnet->actions, b = garnet->branching;
  const size_t   i = (size_t)(s - garnet->begin), c = (size_t)garnet->coupled;

  PetscFunctionBegin;
  for (PetscInt a = 0; a < A; a++) {
    const uint64_t first = FirstTransition(garnet, s, a);
    const size_t   here = (i * (size_t)A + (size_t)a) * (size_t)b;

    garnet->R0[i * (size_t)A + (size_t)a] =
        MfgRandomNormal(garnet->seed, MFG_STREAM_GARNET, PART_R0, (uint64_t)s * (uint64_t)A + (uint64_t)a);
    PetscCall(MfgGarnetDrawSuccessors_Private(garnet, s, a, garnet->next + here));
    DrawWeights(garnet, s, a, garnet->p0 + here);
    for (size_t k = 0; k < (size_t)b; k++)
      PetscCall(DrawC(garnet, first + k, garnet->C + (here + k) * c,
                      garnet->columns ? garnet->columns + (here + k) * c : NULL));
  }
  DrawM(garnet, s, garnet->M + i * c);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGarnetDrawTables_Private(Garnet *garnet, PetscInt begin, PetscInt end)
{
  PetscFunctionBegin;
  if (garnet->begin == begin && garnet->end == end) PetscFunctionReturn(0);
  PetscCall(MfgGarnetFreeTables_Private(garnet));
  PetscCall(Allocate(garnet, begin, end));
  garnet->begin = begin;
  garnet->end = end;
  for (PetscInt s = begin; s < end; s++) PetscCall(DrawState(garnet, s));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGarnetFreeTables_Private(Garnet *garnet)
{
  PetscFunctionBegin;
  garnet->begin = garnet->end = 0;
  PetscCall(PetscFree(garnet->next));
  PetscCall(PetscFree(garnet->p0));
  PetscCall(PetscFree(garnet->drift));
  PetscCall(PetscFree(garnet->C));
  PetscCall(PetscFree(garnet->columns));
  PetscCall(PetscFree(garnet->R0));
  PetscCall(PetscFree(garnet->M));
  PetscCall(PetscFree(garnet->field));
  PetscFunctionReturn(0);
}
