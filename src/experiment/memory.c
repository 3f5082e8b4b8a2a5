/* How much memory runs take, and how much there is; see memory.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "experiment/memory.h"

enum { LINE_SIZE = 4096 };

/* Code, and buffers of MPI and HDF5: what a process takes in its first run beside the run's own arrays. */
static const PetscReal first_run_bytes = 12e6;

void MfgFormatBytes(PetscReal bytes, size_t size, char text[])
{
  static const char *const units[] = {"kB", "MB", "GB", "TB"};
  int                      unit = 0;

  for (bytes /= 1000; bytes >= 999.5 && unit < 3; unit++) bytes /= 1000;
  (void)snprintf(text, size, bytes < 99.95 ? "%.2g %s" : "%.0f %s", (double)bytes, units[unit]);
}

PetscErrorCode MfgMemoryEstimate(MfgPlan *plan)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < plan->count; i++) {
    MfgPlannedRun        *run = &plan->runs[i];
    const MfgPlannedGame *game = &plan->games[run->game];

    run->memory = first_run_bytes + game->bytes +
                  MfgModelEstimateBytes(&game->shape, run->direct_below, PetscMax(run->ranks, 1), &run->use);
  }
  PetscFunctionReturn(0);
}

PetscReal MfgMemoryOfProcess(void)
{
  FILE     *file = fopen("/proc/self/statm", "r");
  long long size, resident = 0;

  if (file && fscanf(file, "%lld %lld", &size, &resident) != 2) resident = 0;
  if (file) (void)fclose(file);
  return (PetscReal)resident * (PetscReal)sysconf(_SC_PAGESIZE);
}

/* The number in the line of a file that begins with `beginning`; negative: there is none. */
static PetscReal ReadNumber(const char *path, const char *beginning)
{
  FILE     *file = fopen(path, "r");
  char      line[LINE_SIZE];
  long long number = -1;

  while (file && number < 0 && fgets(line, sizeof(line), file))
    if (!strncmp(line, beginning, strlen(beginning)) &&
        sscanf(line + strlen(beginning), "%lld", &number) != 1)
      number = -1;
  if (file) (void)fclose(file);
  return (PetscReal)number;
}

/* Files of a kind of control groups: the limit, what is taken, and what of that can be given up. */
typedef struct {
  const char *mount, *limit, *taken, *inactive;
} Control;

static const Control controls[] = {
    {"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file "},
    {"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "}};

/* What one control group leaves; PETSC_INFINITY: it has no limit. */
static PetscReal LeftByGroup(const char *root, const Control *control, const char *group)
{
  char      path[LINE_SIZE];
  PetscReal limit, taken, inactive;

  (void)snprintf(path, sizeof(path), "%.1000s/%s%.2000s/%s", root, control->mount, group, control->limit);
  limit = ReadNumber(path, "");
  (void)snprintf(path, sizeof(path), "%.1000s/%s%.2000s/%s", root, control->mount, group, control->taken);
  taken = ReadNumber(path, "");
  (void)snprintf(path, sizeof(path), "%.1000s/%s%.2000s/memory.stat", root, control->mount, group);
  inactive = ReadNumber(path, control->inactive);
  if (limit < 0 || taken < 0) return PETSC_INFINITY;
  return PetscMax(limit - taken + PetscMax(inactive, 0), 0);
}

/* The least that the group and those above it leave. The last one is "", seen as / from inside a container.
 */
static PetscReal LeftByGroups(const char *root, const Control *control, char *group)
{
  PetscReal least = PETSC_INFINITY;
  char     *slash;

  for (;;) {
    const PetscReal left = LeftByGroup(root, control, group);

    least = PetscMin(least, left);
    slash = strrchr(group, '/');
    if (!slash) return least;
    *slash = '\0';
  }
}

PetscReal MfgMemoryAvailable(const char *root)
{
  char      path[LINE_SIZE], line[LINE_SIZE];
  PetscReal available, by_groups, left = PETSC_INFINITY;
  FILE     *file;

  (void)snprintf(path, sizeof(path), "%.3000s/proc/meminfo", root);
  available = 1024 * ReadNumber(path, "MemAvailable:");
  if (available < 0) available = PETSC_INFINITY;
  (void)snprintf(path, sizeof(path), "%.3000s/proc/self/cgroup", root);
  file = fopen(path, "r");
  while (file && fgets(line, sizeof(line), file)) { /* "0::/a/b" of version 2, "5:memory:/a/b" of version 1 */
    char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;

    line[strcspn(line, "\n")] = '\0';
    if (!group) continue;
    *group++ = '\0';
    if (names[1] && !strstr(names + 1, "memory")) continue;
    by_groups = LeftByGroups(root, &controls[names[1] != '\0'], group);
    left = PetscMin(left, by_groups);
  }
  if (file) (void)fclose(file);
  return PetscMin(available, left);
}

static int CompareMemory(const void *first, const void *second)
{
  const MfgPlannedRun *a = *(MfgPlannedRun *const *)first, *b = *(MfgPlannedRun *const *)second;

  if (a->memory != b->memory) return a->memory > b->memory ? -1 : 1;
  return a < b ? -1 : 1;
}

PetscErrorCode MfgMemoryNeeded(const MfgPlan *plan, PetscInt ranks, PetscReal *bytes, PetscInt *hungriest)
{
  MfgPlannedRun **runs;
  PetscInt        count = 0;

  PetscFunctionBeginUser;
  *bytes = 0;
  *hungriest = -1;
  PetscCall(PetscMalloc1(plan->count + 1, &runs));
  for (PetscInt i = 0; i < plan->count; i++)
    if (plan->runs[i].todo) runs[count++] = &plan->runs[i];
  if (count) qsort(runs, (size_t)count, sizeof(*runs), CompareMemory);
  if (count) *hungriest = (PetscInt)(runs[0] - plan->runs);
  for (PetscInt i = 0; i < count && ranks > 0; i++) {
    const PetscInt here = PetscMin(runs[i]->ranks, ranks); /* the others are on another node */

    *bytes += (PetscReal)here * runs[i]->memory;
    ranks -= here;
  }
  PetscCall(PetscFree(runs));
  PetscFunctionReturn(0);
}

/* By how much the runs exceed what this node has, 1: not at all; and what to say of it. */
static PetscErrorCode CheckNode(const MfgPlan *plan, PetscInt ranks, PetscReal started, PetscReal *excess,
                                char message[MFG_MESSAGE_SIZE])
{
  const PetscReal available = MfgMemoryAvailable("");
  PetscReal       needed;
  PetscInt        hungriest;
  PetscMPIInt     length;
  char            label[200], wanted[32], together[32], there[32], host[MPI_MAX_PROCESSOR_NAME] = "";

  PetscFunctionBeginUser;
  *excess = 1;
  message[0] = '\0';
  PetscCall(MfgMemoryNeeded(plan, ranks, &needed, &hungriest));
  needed += started;
  if (hungriest < 0 || available >= PETSC_INFINITY || needed <= available) PetscFunctionReturn(0);
  *excess = needed / PetscMax(available, 1);
  PetscCall(MfgPlanGetLabel(plan, hungriest, sizeof(label), label));
  MfgFormatBytes(plan->runs[hungriest].memory, sizeof(wanted), wanted);
  MfgFormatBytes(needed, sizeof(together), together);
  MfgFormatBytes(available, sizeof(there), there);
  PetscCallMPI(MPI_Get_processor_name(host, &length));
  (void)snprintf(
      message, MFG_MESSAGE_SIZE,
      "not enough memory on %.100s: the run %.200s wants about %s on each of its %" PetscInt_FMT
      " ranks, the %" PetscInt_FMT " ranks of this node together %s, and there are %s; expected fewer "
      "ranks on a node, more of them for a run (resources.ranks_per_run), or resources.memory_check: "
      "false to try it all the same",
      host, label[0] ? label : plan->runs[hungriest].run_id, wanted, plan->runs[hungriest].ranks, ranks,
      together, there);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMemoryCheck(MPI_Comm comm, const MfgPlan *plan, PetscInt ranks,
                              char message[MFG_MESSAGE_SIZE])
{
  const PetscReal started = ranks ? (PetscReal)(ranks - 1) * MfgMemoryOfProcess() : 0;
  MPI_Comm        node;
  PetscMPIInt     on_node, rank;
  struct {
    double excess;
    int    rank;
  } mine, worst;
  PetscReal excess;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  PetscCallMPI(MPI_Comm_size(node, &on_node));
  PetscCallMPI(MPI_Comm_free(&node));
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCall(CheckNode(plan, ranks ? ranks : on_node, started, &excess, message));
  mine.excess = (double)excess;
  mine.rank = rank;
  PetscCallMPI(MPI_Allreduce(&mine, &worst, 1, MPI_DOUBLE_INT, MPI_MAXLOC, comm));
  PetscCallMPI(MPI_Bcast(message, MFG_MESSAGE_SIZE, MPI_CHAR, worst.rank, comm));
  PetscFunctionReturn(0);
}
