#define _GNU_SOURCE /* sched_getaffinity() */
/* What a launch would do, printed and not done; see MfgExperimentPlan() in throng/experiment.h. */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "experiment/choose.h"
#include "experiment/memory.h"
#include "experiment/packing.h"
#include "experiment/progress.h"
#include "experiment/rehearsal.h"
#include "experiment/schedule.h"

enum { COLUMNS = 6, CELL_SIZE = 600, FIRST = 12, LAST = 4, BESIDE = 5 };
enum { CHEAP = 1 << 28 }; /* bytes: runs that may be set up to try their options */

typedef enum { TO_DO, COMPLETE, FAILED, INTERRUPTED, STALE, DAMAGED, RUNNING, STATE_COUNT } State;

static const char *const state_names[STATE_COUNT] = {"to do", "complete", "failed", "interrupted",
                                                     "stale", "damaged",  "running"};

/* Of the runs that the shard asks for. */
typedef struct {
  PetscInt  asked, todo;
  PetscInt *runs;   /* [asked] their numbers in the plan */
  State    *states; /* [plan->count] */
  PetscInt  count[STATE_COUNT], todo_of[STATE_COUNT], checkpoints[STATE_COUNT];
  PetscInt  todo_by[MFG_COST_KNOWN + 1]; /* what their costs rest on */
} Preview;

typedef char             Cells[COLUMNS][CELL_SIZE];
static const char *const titles[COLUMNS] = {"run", "label", "ranks", "state", "memory", "time"};
static const PetscBool   right[COLUMNS] = {PETSC_TRUE,  PETSC_FALSE, PETSC_TRUE,
                                           PETSC_FALSE, PETSC_TRUE,  PETSC_TRUE};

static State StateOf(const MfgExperiment e, const MfgPlannedRun *run)
{
  char running[MFG_PATH_SIZE];

  switch (run->state) {
  case MFG_RESULT_COMPLETE:
    return run->damaged ? DAMAGED : run->stale ? STALE : COMPLETE;
  case MFG_RESULT_FAILED:
    return FAILED;
  case MFG_RESULT_UNFINISHED:
    (void)snprintf(running, sizeof(running), "%.3700s/%.255s.running", e->folder, run->run_id);
    return MfgFolderIsHeld(running) ? RUNNING : INTERRUPTED;
  default:
    return TO_DO;
  }
}

static PetscErrorCode FillCells(const MfgExperiment e, PetscInt i, State state, Cells cells)
{
  const MfgPlannedRun *run = &e->plan->runs[i];
  char                 time[32];

  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(cells[0], CELL_SIZE, "%" PetscInt_FMT, i));
  PetscCall(MfgPlanGetLabel(e->plan, i, CELL_SIZE, cells[1]));
  if (!cells[1][0]) PetscCall(PetscStrncpy(cells[1], run->run_id, CELL_SIZE));
  PetscCall(PetscSNPrintf(cells[2], CELL_SIZE, "%" PetscInt_FMT, run->ranks));
  PetscCall(PetscStrncpy(cells[3], state_names[state], CELL_SIZE));
  MfgFormatBytes(run->memory + MfgMemoryOfProcess(), CELL_SIZE, cells[4]);
  cells[5][0] = '\0';
  if (run->basis != MFG_COST_RELATIVE) {
    MfgFormatDuration((double)run->cost, sizeof(time), time);
    PetscCall(PetscSNPrintf(cells[5], CELL_SIZE, "%s%s", run->basis == MFG_COST_SCALED ? "~ " : "", time));
  }
  PetscFunctionReturn(0);
}

/* Columns that a text takes on a terminal: bytes that go on a UTF-8 sequence take none. */
static int Width(const char *text)
{
  int width = 0;

  for (; *text; text++) width += ((unsigned char)*text & 0xC0) != 0x80;
  return width;
}

/* A line of the table, without blanks at its end. */
static void PrintLine(const char *const cells[COLUMNS], const int widths[COLUMNS])
{
  int blanks = 0;

  for (int c = 0; c < COLUMNS; c++) {
    const int space = widths[c] - Width(cells[c]);

    if (cells[c][0]) (void)printf("%*s%s", blanks + (right[c] ? space : 0), "", cells[c]);
    blanks = (cells[c][0] ? (right[c] ? 0 : space) : blanks + widths[c]) + 2;
  }
  (void)printf("\n");
}

/* The runs, or the first and last of them. */
static PetscErrorCode PrintTable(const MfgExperiment e, const Preview *preview, PetscBool all)
{
  const PetscInt  count = preview->asked;
  const PetscBool cut = (PetscBool)(!all && count > FIRST + LAST + BESIDE);
  const PetscInt  shown = cut ? FIRST + LAST : count;
  const char     *line[COLUMNS];
  int             widths[COLUMNS];
  Cells          *cells;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(shown + 1, &cells));
  for (int c = 0; c < COLUMNS; c++) widths[c] = Width(titles[c]);
  for (PetscInt k = 0; k < shown; k++) {
    const PetscInt i = preview->runs[k < FIRST || !cut ? k : count - shown + k];

    PetscCall(FillCells(e, i, preview->states[i], cells[k]));
    for (int c = 0; c < COLUMNS; c++) widths[c] = PetscMax(widths[c], Width(cells[k][c]));
  }
  PrintLine(titles, widths);
  for (PetscInt k = 0; k < shown; k++) {
    if (cut && k == FIRST)
      (void)printf("%*s  (%" PetscInt_FMT " more; --all shows them)\n", widths[0], "...", count - shown);
    for (int c = 0; c < COLUMNS; c++) line[c] = cells[k][c];
    PrintLine(line, widths);
  }
  PetscCall(PetscFree(cells));
  PetscFunctionReturn(0);
}

/* "45 runs: 30 to do, 15 complete; left out: 3 that repeat another one, 4 excluded" */
static PetscErrorCode PrintCounts(const MfgExperiment e, const Preview *preview)
{
  const char *between = ": ";
  PetscInt    excluded;

  PetscFunctionBeginUser;
  (void)printf("\n%" PetscInt_FMT " run%s", preview->asked, preview->asked == 1 ? "" : "s");
  if (preview->asked < e->plan->count) (void)printf(" of %" PetscInt_FMT " in this shard", e->plan->count);
  for (int s = 0; s < STATE_COUNT; s++) {
    if (!preview->count[s]) continue;
    (void)printf("%s%" PetscInt_FMT " %s", between, preview->count[s], state_names[s]);
    between = ", ";
  }
  PetscCall(MfgSweepGetExcluded(e->sweep, &excluded));
  if (e->plan->duplicates || excluded)
    (void)printf("; left out: %" PetscInt_FMT " that repeat another one, %" PetscInt_FMT " excluded",
                 e->plan->duplicates, excluded);
  (void)printf("\n");
  PetscFunctionReturn(0);
}

/* Runs that an earlier launch has begun: with checkpoints and without. */
static void PrintGoingOn(PetscInt count, PetscInt checkpoints, const char *what)
{
  if (checkpoints)
    (void)printf("  %" PetscInt_FMT " of them %s: %s from %s\n", checkpoints, what,
                 checkpoints == 1 ? "it goes on" : "they go on",
                 checkpoints == 1 ? "its checkpoint" : "their checkpoints");
  if (count > checkpoints)
    (void)printf("  %" PetscInt_FMT " of them %s: no checkpoint is left, so that %s anew\n",
                 count - checkpoints, what, count - checkpoints == 1 ? "it begins" : "they begin");
}

/* What `throng run` would do with the folder as it is. */
static void PrintAction(const MfgExperiment e, const Preview *preview, PetscInt cores)
{
  const PetscInt *again = preview->todo_of;
  const PetscInt  failed = preview->count[FAILED] - again[FAILED];
  const PetscInt  stale = preview->count[STALE] - again[STALE];
  const PetscInt  replaced = again[COMPLETE] + again[STALE] + again[DAMAGED];

  if (!preview->todo)
    (void)printf("throng run would have nothing to do; results are in %s\n", e->folder);
  else
    (void)printf("throng run would perform %" PetscInt_FMT " run%s on %" PetscInt_FMT
                 " rank%s; results go to %s\n",
                 preview->todo, preview->todo == 1 ? "" : "s", e->ranks, e->ranks == 1 ? "" : "s", e->folder);
  if (preview->todo && e->ranks > cores)
    (void)printf("  this machine has %" PetscInt_FMT " cores; --ranks N plans for another\n", cores);
  PrintGoingOn(again[INTERRUPTED], preview->checkpoints[INTERRUPTED], "were interrupted");
  PrintGoingOn(again[FAILED], preview->checkpoints[FAILED], "failed and are tried again");
  if (again[RUNNING])
    (void)printf("  %" PetscInt_FMT " of them are left to the launch that works on them now\n",
                 again[RUNNING]);
  if (replaced) (void)printf("  %" PetscInt_FMT " of them replace an earlier result\n", replaced);
  if (failed)
    (void)printf("  %" PetscInt_FMT " have failed and stay so; --rerun failed tries them again\n", failed);
  if (stale)
    (void)printf("  %" PetscInt_FMT " are of another version of the program and stay so; --rerun stale "
                 "performs them again\n",
                 stale);
}

/* How the ranks share the runs, how long that takes, and how one knows. */
static PetscErrorCode PrintPacking(const MfgExperiment e, const Preview *preview)
{
  const PetscInt  measured = preview->todo_by[MFG_COST_MEASURED] + preview->todo_by[MFG_COST_KNOWN];
  const PetscInt  scaled = preview->todo_by[MFG_COST_SCALED];
  const PetscBool known = (PetscBool)(measured + scaled > 0);
  PetscInt        count, *order;
  MfgPacking      packing;
  double          idle;
  char            time[32];

  PetscFunctionBeginUser;
  PetscCall(MfgScheduleOrder(e->plan, &count, &order));
  PetscCall(MfgPackingSimulate(e->plan, count, order, e->ranks, &packing));
  for (PetscInt i = 0; i < packing.width_count; i++) {
    const MfgWidth *width = &packing.widths[i];

    (void)printf("  %" PetscInt_FMT " group%s of %" PetscInt_FMT " rank%s for %" PetscInt_FMT " run%s\n",
                 width->groups, width->groups == 1 ? "" : "s", width->ranks, width->ranks == 1 ? "" : "s",
                 width->runs, width->runs == 1 ? "" : "s");
  }
  MfgFormatDuration((double)packing.length, sizeof(time), time);
  idle = 100 * PetscMax((double)packing.idle, 0); /* rounding */
  if (known)
    (void)printf("  about %s in all, ranks idle for %.0f %% of it\n", time, idle);
  else
    (void)printf(
        "  how long it takes is unknown, for the folder has no results yet; by S·A·iterations, ranks "
        "are idle for %.0f %%\n",
        idle);
  if (measured)
    (void)printf("  times of %" PetscInt_FMT " runs are from results of the same game, solver and size\n",
                 measured);
  if (scaled)
    (void)printf("  times of %" PetscInt_FMT
                 " runs (~) are scaled by S·A·iterations from the nearest result\n",
                 scaled);
  PetscCall(MfgPackingFree(&packing));
  PetscCall(PetscFree(order));
  PetscFunctionReturn(0);
}

static PetscErrorCode Print(const MfgExperiment e, PetscBool all, PetscInt cores)
{
  Preview preview = {0};

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(e->plan->count, &preview.runs, e->plan->count, &preview.states));
  for (PetscInt i = 0; i < e->plan->count; i++) {
    const MfgPlannedRun *run = &e->plan->runs[i];
    const State          state = StateOf(e, run);

    if (!run->asked) continue;
    preview.runs[preview.asked++] = i;
    preview.states[i] = state;
    preview.count[state]++;
    preview.todo += run->todo;
    preview.todo_of[state] += run->todo;
    preview.checkpoints[state] += run->todo && run->checkpoint;
    preview.todo_by[run->basis] += run->todo;
  }
  PetscCall(PrintTable(e, &preview, all));
  PetscCall(PrintCounts(e, &preview));
  PrintAction(e, &preview, cores);
  if (preview.todo) PetscCall(PrintPacking(e, &preview));
  PetscCall(PetscFree2(preview.runs, preview.states));
  PetscFunctionReturn(0);
}

/* The cores that this process may use. */
static PetscInt CountCores(void)
{
  cpu_set_t  set;
  const long online = sysconf(_SC_NPROCESSORS_ONLN);

  if (sched_getaffinity(0, sizeof(set), &set) == 0) return (PetscInt)CPU_COUNT(&set);
  return online > 0 ? (PetscInt)online : 1;
}

/* The check that MfgExperimentRun() makes, against this machine, which need not be the one that will run. */
static PetscErrorCode WarnOfMemory(const MfgExperiment e, PetscInt cores)
{
  char      message[MFG_MESSAGE_SIZE] = "";
  PetscBool wanted;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepGetMemoryCheck(e->sweep, &wanted));
  if (wanted) PetscCall(MfgMemoryCheck(e->comm, e->plan, PetscMin(e->ranks, cores), message));
  if (message[0] && e->rank == 0) (void)fprintf(stderr, "throng: warning: %s\n", message);
  PetscFunctionReturn(0);
}

/* The most ranks that a run asks for. */
static PetscInt Widest(const MfgPlan *plan)
{
  PetscInt ranks = 1;

  for (PetscInt i = 0; i < plan->count; i++) ranks = PetscMax(ranks, plan->runs[i].ranks);
  return ranks;
}

PetscErrorCode MfgExperimentPlan(MfgExperiment e, PetscInt ranks, PetscBool all,
                                 MfgExperimentOutcome *outcome)
{
  const PetscInt cores = CountCores();

  PetscFunctionBeginUser;
  PetscCheck(e->plan, e->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgExperimentLoad() first");
  *outcome = MFG_EXPERIMENT_DONE;
  e->ranks = ranks ? ranks : PetscMax(cores, Widest(e->plan));
  PetscCall(MfgExperimentCheckFolder(e, outcome));
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  PetscCall(MfgExperimentChoose(e, outcome));
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  PetscCall(MfgRehearse(e->comm, e->plan, CHEAP, e->errors));
  PetscCall(MfgErrorsConclude(e->comm, e->errors, outcome));
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  if (e->rank == 0) PetscCall(Print(e, all, cores));
  PetscCall(WarnOfMemory(e, cores));
  PetscFunctionReturn(0);
}
