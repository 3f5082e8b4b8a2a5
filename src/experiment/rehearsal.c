/* Trying the PETSc options of many runs; see rehearsal.h. */
#include <stdlib.h>
#include "experiment/catch.h"
#include "experiment/rehearsal.h"

enum { ENOUGH_ERRORS = 10, LONGEST_LABEL = 256 };

static const MfgPlan *sorted_plan; /* for qsort() */

/* Runs of one width and set of options stand together, the smallest first. */
static int CompareRuns(const void *first, const void *second)
{
  const PetscInt       i = *(const PetscInt *)first, j = *(const PetscInt *)second;
  const MfgPlannedRun *a = &sorted_plan->runs[i], *b = &sorted_plan->runs[j];

  if (a->ranks != b->ranks) return a->ranks < b->ranks ? -1 : 1;
  if (a->options != b->options) return a->options < b->options ? -1 : 1;
  if (a->states != b->states) return a->states < b->states ? -1 : 1;
  return i < j ? -1 : 1;
}

/* The first run of each set; PetscFree() the list. */
static PetscErrorCode FindFirsts(const MfgPlan *plan, PetscReal most_bytes, PetscInt *count, PetscInt **list)
{
  PetscInt candidates = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(plan->count + 1, list));
  for (PetscInt i = 0; i < plan->count; i++)
    if (plan->runs[i].todo && plan->runs[i].options && plan->runs[i].memory <= most_bytes)
      (*list)[candidates++] = i;
  sorted_plan = plan;
  if (candidates) qsort(*list, (size_t)candidates, sizeof(**list), CompareRuns);
  *count = 0;
  for (PetscInt k = 0; k < candidates; k++) {
    const MfgPlannedRun *run = &plan->runs[(*list)[k]];
    const MfgPlannedRun *last = *count ? &plan->runs[(*list)[*count - 1]] : NULL;

    if (!last || last->ranks != run->ranks || last->options != run->options) (*list)[(*count)++] = (*list)[k];
  }
  PetscFunctionReturn(0);
}

/* What is wrong with the options of one run, as one message; empty: nothing, or nothing that they could
 * cause. */
static PetscErrorCode TryOne(MPI_Comm group, const MfgPlan *plan, PetscInt i, char message[MFG_MESSAGE_SIZE])
{
  MfgCatch       caught;
  MfgErrors      errors;
  PetscErrorCode code;
  PetscInt       wrong;
  char           problem[MFG_MESSAGE_SIZE];
  MfgNode       *root;
  MfgRun         run;

  PetscFunctionBeginUser;
  message[0] = '\0';
  PetscCall(MfgErrorsCreate("", 0, NULL, &errors));
  PetscCall(MfgSweepGetDocument(plan->sweep, plan->runs[i].variant, &root));
  PetscCall(MfgRunCreate(group, root, errors, &run));
  PetscCall(MfgRunCheck(run));
  PetscCall(MfgErrorsGetCount(errors, &wrong));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPIU_INT, MPI_MAX, run->comm));
  if (!wrong)
    PetscCall(MfgRunTryOptions(run, message)); /* else a rank lacks a file, which its run will tell */
  PetscCall(
      MfgCatchBegin(group, NULL, &caught)); /* after an error objects may not let themselves be destroyed */
  code = MfgRunDestroy(&run);
  PetscCall(MfgCatchEnd(&caught, code, &code, problem));
  PetscCall(MfgErrorsDestroy(&errors));
  PetscFunctionReturn(0);
}

/* The runs of `list`, which have one width, on the first ranks. Rank 0 is among them. */
static PetscErrorCode TryWidth(MPI_Comm comm, const MfgPlan *plan, PetscInt count, const PetscInt list[],
                               MfgErrors errors)
{
  const MfgMark nowhere = {-1, 0, 0};
  char          message[MFG_MESSAGE_SIZE], label[LONGEST_LABEL];
  PetscInt      told = 0;
  PetscMPIInt   rank;
  MPI_Comm      group;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_split(comm, rank < plan->runs[list[0]].ranks ? 0 : MPI_UNDEFINED, rank, &group));
  if (group == MPI_COMM_NULL) PetscFunctionReturn(0);
  for (PetscInt k = 0; k < count && told < ENOUGH_ERRORS; k++) {
    PetscCall(TryOne(group, plan, list[k], message));
    if (!message[0]) continue;
    PetscCall(MfgPlanGetLabel(plan, list[k], sizeof(label), label));
    PetscCall(MfgErrorsAdd(errors, nowhere, label[0] ? label : NULL, "%s", message));
    told++;
  }
  PetscCallMPI(MPI_Comm_free(&group));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRehearse(MPI_Comm comm, const MfgPlan *plan, PetscReal most_bytes, MfgErrors errors)
{
  PetscInt    count = 0, *list = NULL;
  PetscMPIInt size;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &size));
  PetscCall(FindFirsts(plan, most_bytes, &count, &list));
  for (PetscInt begin = 0, end; begin < count; begin = end) {
    const PetscInt ranks = plan->runs[list[begin]].ranks;

    for (end = begin; end < count && plan->runs[list[end]].ranks == ranks;) end++;
    if (ranks <= size) PetscCall(TryWidth(comm, plan, end - begin, &list[begin], errors));
  }
  PetscCall(PetscFree(list));
  PetscFunctionReturn(0);
}
