/* How a launch shares its ranks among runs; see packing.h. */
#include "experiment/groups.h"
#include "experiment/packing.h"

typedef struct {
  PetscInt   ranks;
  PetscInt  *node;  /* [ranks] */
  PetscInt  *group; /* [ranks] of each rank; -1: none */
  PetscReal *free;  /* [ranks] when the rank has done with its runs so far */
  PetscReal *ready; /* [ranks] the same of the groups */
} Simulation;

/* Let the groups of one width take its runs, those order[begin .. end). */
static PetscErrorCode PackWidth(const MfgPlan *plan, const PetscInt order[], PetscInt begin, PetscInt end,
                                Simulation *s, MfgWidth *width)
{
  PetscFunctionBeginUser;
  width->ranks = plan->runs[order[begin]].ranks;
  width->runs = end - begin;
  PetscCall(MfgGroupsAssign(s->ranks, s->node, width->ranks, s->group, &width->groups));
  for (PetscInt g = 0; g < width->groups; g++) s->ready[g] = 0;
  for (PetscInt r = 0; r < s->ranks; r++)
    if (s->group[r] >= 0) s->ready[s->group[r]] = PetscMax(s->ready[s->group[r]], s->free[r]);
  for (PetscInt i = begin; i < end; i++) {
    PetscInt first = 0;

    for (PetscInt g = 1; g < width->groups; g++)
      if (s->ready[g] < s->ready[first]) first = g;
    s->ready[first] += plan->runs[order[i]].cost;
  }
  for (PetscInt r = 0; r < s->ranks; r++)
    if (s->group[r] >= 0) s->free[r] = s->ready[s->group[r]];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPackingSimulate(const MfgPlan *plan, PetscInt count, const PetscInt order[], PetscInt ranks,
                                  MfgPacking *packing)
{
  Simulation s = {.ranks = ranks};
  PetscReal  busy = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMemzero(packing, sizeof(*packing)));
  PetscCall(PetscMalloc1(count + 1, &packing->widths));
  PetscCall(PetscCalloc4(ranks, &s.node, ranks, &s.group, ranks, &s.free, ranks, &s.ready));
  for (PetscInt begin = 0, end; begin < count; begin = end) {
    for (end = begin; end < count && plan->runs[order[end]].ranks == plan->runs[order[begin]].ranks; end++)
      busy += plan->runs[order[end]].cost * (PetscReal)plan->runs[order[end]].ranks;
    PetscCall(PackWidth(plan, order, begin, end, &s, &packing->widths[packing->width_count++]));
  }
  for (PetscInt r = 0; r < ranks; r++) packing->length = PetscMax(packing->length, s.free[r]);
  if (packing->length > 0) packing->idle = 1 - busy / (packing->length * (PetscReal)ranks);
  PetscCall(PetscFree4(s.node, s.group, s.free, s.ready));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPackingFree(MfgPacking *packing)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(packing->widths));
  PetscFunctionReturn(0);
}
