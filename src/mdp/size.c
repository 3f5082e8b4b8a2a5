/*
  What a model of a game will take, before there is one. A few of the game's states are asked about; the rest
  is what the files of this folder allocate.
*/
#include <malloc.h>
#include "mdp_impl.h"

enum { MOST_SAMPLES = 64, FEW = 1, MORE = 5 };

/* Sums over the states that were asked about. */
typedef struct {
  MfgGame    game;
  PetscInt  *next, *distinct;
  PetscReal *p;
  PetscReal  entries, row, greedy, band;
} Sampling;

/* The successors of state s; like RowFill() of pattern.c, which has a model. */
static PetscErrorCode SampleState(Sampling *sampling, PetscInt s, PetscInt actions, PetscBool coupled)
{
  PetscInt all = 0, most = 0;

  PetscFunctionBegin;
  for (PetscInt a = 0; a < actions; a++) {
    PetscInt count, kept = 0;

    PetscCall(MfgGameTransitions(sampling->game, s, a, NULL, &count, sampling->next, sampling->p));
    for (PetscInt k = 0; k < count; k++)
      if (coupled || sampling->p[k] > 0) sampling->next[kept++] = sampling->next[k];
    PetscCall(PetscSortRemoveDupsInt(&kept, sampling->next));
    for (PetscInt k = 0; k < kept; k++) sampling->distinct[all + k] = sampling->next[k];
    all += kept;
    most = PetscMax(most, kept);
  }
  sampling->entries += (PetscReal)all;
  sampling->greedy += (PetscReal)(most + 1);
  for (PetscInt k = 0; k < all; k++)
    sampling->band = PetscMax(sampling->band, PetscAbsReal((PetscReal)(sampling->distinct[k] - s)));
  sampling->distinct[all++] = s;
  PetscCall(PetscSortRemoveDupsInt(&all, sampling->distinct));
  sampling->row += (PetscReal)all;
  PetscFunctionReturn(0);
}

PetscReal MfgHeapBytes(void)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  const struct mallinfo2 info = mallinfo2();

  return (PetscReal)info.uordblks + (PetscReal)info.hblkhd;
#else
  return 0; /* games that keep tables for their states are taken for smaller than they are */
#endif
}

/* What the game keeps when it is prepared for the states 0 <= s < count. */
static PetscErrorCode PrepareFor(MfgGame game, PetscInt count, const PetscReal own[], const PetscReal all[],
                                 PetscReal *bytes)
{
  const MfgMeanField mu = {.end = count, .own = own, .all = all};

  PetscFunctionBegin;
  PetscCall(MfgGamePrepare(game, &mu));
  *bytes = MfgHeapBytes();
  PetscFunctionReturn(0);
}

/* By how much the game grows with each state that a rank owns; most grow by nothing. */
static PetscErrorCode FindGrowth(MfgGame game, MfgModelShape *shape)
{
  const PetscInt  few = PetscMin(FEW, shape->states), more = PetscMin(MORE, shape->states);
  const PetscBool global = (PetscBool)(shape->transitions_coupling == MFG_COUPLING_GLOBAL ||
                                       shape->rewards_coupling == MFG_COUPLING_GLOBAL);
  PetscReal      *mu, small = 0, large = 0;

  PetscFunctionBegin;
  PetscCall(PetscMalloc1(global ? shape->states : more, &mu));
  for (PetscInt s = 0; s < (global ? shape->states : more); s++) mu[s] = 1 / (PetscReal)shape->states;
  PetscCall(PrepareFor(game, few, mu, global ? mu : NULL, &small));
  PetscCall(PrepareFor(game, more, mu, global ? mu : NULL, &large));
  PetscCall(PetscFree(mu));
  if (more > few) shape->game_bytes = PetscMax(large - small, 0) / (PetscReal)(more - few);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSample(MfgGame game, MfgModelShape *shape)
{
  Sampling  sampling = {.game = game};
  PetscInt  most, samples;
  PetscBool coupled;

  PetscFunctionBegin;
  PetscCall(PetscMemzero(shape, sizeof(*shape)));
  PetscCall(MfgGameGetSizes(game, &shape->states, &shape->actions));
  PetscCall(MfgGameGetCoupling(game, &shape->transitions_coupling, &shape->rewards_coupling));
  PetscCall(MfgGameGetMaxSuccessors(game, &most));
  coupled = (PetscBool)(shape->transitions_coupling != MFG_COUPLING_NONE);
  samples = PetscMin(MOST_SAMPLES, shape->states);
  PetscCall(
      PetscMalloc3(most, &sampling.next, most, &sampling.p, shape->actions * most + 1, &sampling.distinct));
  for (PetscInt i = 0; i < samples; i++) { /* a golden section apart, so that rows of a grid are all met */
    const PetscReal place = samples < MOST_SAMPLES ? (PetscReal)i / (PetscReal)samples
                                                   : PetscFmodReal((PetscReal)i * 0.6180339887498949, 1);

    PetscCall(SampleState(&sampling, (PetscInt)(place * (PetscReal)shape->states), shape->actions, coupled));
  }
  PetscCall(PetscFree3(sampling.next, sampling.p, sampling.distinct));
  shape->entries = sampling.entries / (PetscReal)samples;
  shape->row = sampling.row / (PetscReal)samples;
  shape->greedy = sampling.greedy / (PetscReal)samples;
  shape->band = sampling.band;
  PetscCall(FindGrowth(game, shape));
  PetscFunctionReturn(0);
}

/* Whether the linear solver of populations works: elsewhere P follows μ, and populations are pushes. */
static PetscBool UsesPopulation(const MfgModelShape *shape, const MfgModelUse *use)
{
  return (PetscBool)(use->population ||
                     (use->induced_population && shape->transitions_coupling == MFG_COUPLING_NONE));
}

static const PetscReal real = sizeof(PetscReal), index_size = sizeof(PetscInt), slot = sizeof(MfgSlot);

/* A sparse matrix of `rows` rows with so many entries each. */
static PetscReal MatrixBytes(PetscReal rows, PetscReal entries)
{
  return rows * (entries * (real + index_size) + 4 * index_size);
}

/* LU factors of the whole game: a band fills up, and one that is as wide as the game fills all of it. */
static PetscReal FactorBytes(const MfgModelShape *shape)
{
  const PetscReal S = (PetscReal)shape->states;

  return MatrixBytes(S, PetscMin(S, shape->row + shape->band));
}

/* Direct solvers keep their factors; on several ranks each has them, and a copy of the matrix. */
static PetscReal DirectBytes(const MfgModelShape *shape, PetscInt ranks, PetscReal rows,
                             const MfgModelUse *use)
{
  const PetscReal copy = ranks > 1 ? MatrixBytes((PetscReal)shape->states, shape->row) : 0;
  const int       solvers = use->evaluation + use->best_response + UsesPopulation(shape, use);

  return solvers * (FactorBytes(shape) + copy) + (use->best_response ? MatrixBytes(rows, shape->row) : 0);
}

/* The largest of what one Krylov solver needs while it works, for one gives way to the next. */
static PetscReal KrylovBytes(const MfgModelShape *shape, PetscReal rows, const MfgModelUse *use)
{
  enum { BCGS_VECS = 8, GMRES_VECS = 24 };
  const PetscReal vecs = rows * real, ilu = 2 * index_size * rows;
  /* of all levels of algebraic multigrid and their interpolation, in matrices */
  const PetscReal multigrid = 3;
  PetscReal       most = 0, soft = use->soft_optimal ? (PetscReal)shape->actions * vecs : 0;

  if (use->evaluation) most = BCGS_VECS * vecs + MatrixBytes(rows, shape->row) + ilu + soft;
  if (use->best_response)
    most = PetscMax(most, BCGS_VECS * vecs + 2 * MatrixBytes(rows, shape->greedy) + ilu);
  if (UsesPopulation(shape, use))
    most = PetscMax(most, GMRES_VECS * vecs + (1 + multigrid) * MatrixBytes(rows, shape->row));
  return most;
}

PetscReal MfgModelEstimateBytes(const MfgModelShape *shape, PetscInt direct_below, PetscInt ranks,
                                const MfgModelUse *use)
{
  enum { GHOST_BYTES = 64, OWN_VECS = 2 };
  const PetscBool direct = (PetscBool)(shape->states < direct_below);
  const PetscReal S = (PetscReal)shape->states, A = (PetscReal)shape->actions;
  const PetscReal rows = PetscCeilReal(S / (PetscReal)ranks);
  const PetscReal ghosts = ranks > 1 ? PetscMin(S - rows, PetscMin(2 * shape->band, rows * shape->row)) : 0;
  const PetscReal transitions = A * slot + shape->entries * (slot + real), rewards = A * real;
  const PetscInt  trail = direct ? 0 : use->trails * MFG_TRAIL_VECS;
  const PetscReal vecs =
      real * ((PetscReal)(use->state_vecs + trail + OWN_VECS) + A * (PetscReal)use->pair_vecs);
  const PetscBool global = (PetscBool)(shape->transitions_coupling == MFG_COUPLING_GLOBAL ||
                                       shape->rewards_coupling == MFG_COUPLING_GLOBAL);

  return rows * (transitions + rewards + vecs + slot + shape->game_bytes) + MatrixBytes(rows, shape->row) +
         ghosts * GHOST_BYTES + (global ? S * real : 0) +
         (direct ? DirectBytes(shape, ranks, rows, use) : KrylovBytes(shape, rows, use));
}
