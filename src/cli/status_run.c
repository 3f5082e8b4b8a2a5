/* What `throng status` says of one run; see status_tell.h. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <throng/solver.h>
#include "cli.h"
#include "experiment/checkpoint.h"
#include "experiment/folders.h"
#include "experiment/json_read.h"
#include "experiment/progress.h"
#include "experiment/tail.h"
#include "status_tell.h"

enum { WIDTH = 12 };

static void TellLine(FILE *stream, const char *title, const char *text)
{
  if (text[0]) (void)fprintf(stream, "%-*s %s\n", WIDTH, title, text);
}

static void TellState(FILE *stream, const MfgStatusRun *run)
{
  const char *problem = run->state == MFG_STATE_DAMAGED ? run->reason : NULL;

  (void)fprintf(stream, "%-*s %s%s%s%s%s\n", WIDTH, "state", MfgRunStateNames[run->state],
                run->stale ? ", stale" : "", run->planned ? "" : ", not in the plan", problem ? ": " : "",
                problem ? problem : "");
}

/* Who made the result, from the provenance in run.json. */
static void TellMaker(FILE *stream, const char *provenance)
{
  char        version[64], commit[128], host[256], another[256], start[32], text[MFG_MESSAGE_SIZE];
  double      ranks;
  const char *hosts = MfgJsonFind(provenance, 2, "hosts");

  (void)MfgJsonReadText(MfgJsonFind(provenance, 2, "version"), sizeof(version), version);
  (void)MfgJsonReadText(MfgJsonFind(provenance, 2, "commit"), sizeof(commit), commit);
  (void)MfgJsonReadText(MfgJsonFind(provenance, 2, "start"), sizeof(start), start);
  (void)MfgJsonReadReal(MfgJsonFind(provenance, 2, "ranks"), &ranks);
  (void)MfgJsonReadItem(&hosts, sizeof(host), host);
  (void)MfgJsonReadItem(&hosts, sizeof(another), another);
  (void)snprintf(text, sizeof(text), "throng %s (commit %s) on %s%s, %.0f rank%s, last begun %s", version,
                 commit, host, another[0] ? " and others" : "", ranks, ranks == 1 ? "" : "s", start);
  TellLine(stream, "made by", text);
}

/* How long it took. */
static void TellTime(FILE *stream, const char *provenance)
{
  char   duration[32], resumed[64] = "", text[256];
  double seconds, launches, iteration;

  (void)MfgJsonReadReal(MfgJsonFind(provenance, 2, "wall_seconds"), &seconds);
  (void)MfgJsonReadReal(MfgJsonFind(provenance, 2, "launches"), &launches);
  if (MfgJsonReadReal(MfgJsonFind(provenance, 2, "resumed_from"), &iteration))
    (void)snprintf(resumed, sizeof(resumed), ", resumed from iteration %.0f", iteration);
  MfgFormatDuration(seconds, sizeof(duration), duration);
  (void)snprintf(text, sizeof(text), "%s in %.0f launch%s%s", duration, launches, launches == 1 ? "" : "es",
                 resumed);
  TellLine(stream, "took", text);
}

/* What run.json says. */
static void TellRecord(FILE *stream, const char *folder)
{
  char        path[MFG_PATH_SIZE], reason[MFG_MESSAGE_SIZE], *record;
  const char *provenance;
  PetscInt64  length;

  (void)snprintf(path, sizeof(path), "%.4000s/run.json", folder);
  record = MfgFileRead(path, &length);
  provenance = record ? MfgJsonFind(record, 1, "provenance") : NULL;
  if (provenance) {
    (void)MfgJsonReadText(MfgJsonFind(record, 1, "stop_reason"), sizeof(reason), reason);
    TellLine(stream, "ended", reason);
    TellMaker(stream, provenance);
    TellTime(stream, provenance);
  }
  free(record);
}

/* Who works on the run, or did. */
static void TellOwner(FILE *stream, const MfgStatusRun *run, const char *folder)
{
  char     path[MFG_PATH_SIZE], text[MFG_MESSAGE_SIZE], *note;
  MfgOwner owner;

  if (MfgOwnerRead(folder, &owner)) {
    (void)snprintf(text, sizeof(text), "%s, process %.0f, %.0f rank%s, since %s, launch %.0f of the run (%s)",
                   owner.host, owner.pid, owner.ranks, owner.ranks == 1 ? "" : "s", owner.start,
                   owner.launches, owner.launch);
    TellLine(stream, run->state == MFG_STATE_RUNNING ? "worker" : "last worker", text);
  }
  (void)snprintf(path, sizeof(path), "%.4000s/abandoned", folder);
  note = MfgFileRead(path, &(PetscInt64){0});
  if (note) {
    note[strcspn(note, "\n")] = '\0';
    TellLine(stream, "ended by", note);
  }
  free(note);
}

static void TellCheckpoints(FILE *stream, const MfgStatusRun *run, const char *folder)
{
  char        path[MFG_PATH_SIZE], text[MFG_MESSAGE_SIZE + 64], age[40], duration[32];
  struct stat status;

  for (PetscInt slot = 0; slot < MFG_CHECKPOINT_SLOTS; slot++) {
    MfgCheckpoint checkpoint;
    char          problem[MFG_MESSAGE_SIZE];

    (void)snprintf(path, sizeof(path), "%.4000s/checkpoint-%d.json", folder, (int)slot);
    if (MfgCheckpointRead(folder, slot, PETSC_TRUE, &checkpoint, problem) && stat(path, &status) == 0) {
      MfgFormatAge(status.st_mtime, sizeof(age), age);
      MfgFormatDuration((double)checkpoint.seconds, sizeof(duration), duration);
      (void)snprintf(text, sizeof(text),
                     "after iteration %" PetscInt_FMT " and %s, written %s, in launch %" PetscInt_FMT
                     " of the run",
                     checkpoint.iteration, duration, age, checkpoint.launches);
      TellLine(stream, "checkpoint", text);
    } else if (problem[0] && run->state != MFG_STATE_RUNNING) { /* else it is being written */
      (void)snprintf(text, sizeof(text), "%d is of no use: %s", (int)slot, problem);
      TellLine(stream, "checkpoint", text);
    }
  }
}

static int CompareNames(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int IsShown(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

static void TellFiles(FILE *stream, const char *folder)
{
  struct dirent **entries;
  const int       count = scandir(folder, &entries, IsShown, CompareNames);
  char            path[MFG_PATH_SIZE];
  struct stat     status;

  for (int i = 0; i < count; i++) {
    (void)snprintf(path, sizeof(path), "%.3800s/%.255s", folder, entries[i]->d_name);
    if (stat(path, &status) == 0)
      (void)fprintf(stream, "%-*s %-18s %12lld bytes\n", WIDTH, i ? "" : "files", entries[i]->d_name,
                    (long long)status.st_size);
    free(entries[i]);
  }
  if (count >= 0) free(entries);
}

/* The row with this number, -1: the titles. Columns without values are left out. */
static void TellRow(FILE *stream, const MfgTail *tail, PetscInt row)
{
  enum { NARROWEST = 10 };

  for (int m = 0; m < MFG_METRIC_POPULATION_RESIDUAL; m++) {
    const int    width = PetscMax((int)strlen(MfgMetricNames[m]), NARROWEST);
    const double value = row < 0 ? 0 : MfgTailGet(tail, row, MfgMetricNames[m]);
    PetscBool    used = PETSC_FALSE;

    for (PetscInt r = 0; r < tail->row_count; r++)
      used = (PetscBool)(used || !isnan(MfgTailGet(tail, r, MfgMetricNames[m])));
    if (!used) continue;
    if (row < 0)
      (void)fprintf(stream, "  %*s", width, MfgMetricNames[m]);
    else if (isnan(value))
      (void)fprintf(stream, "  %*s", width, "");
    else
      (void)fprintf(stream, m == MFG_METRIC_ITERATION ? "  %*.0f" : "  %*.4g", width, value);
  }
  (void)fputc('\n', stream);
}

static void TellRows(FILE *stream, const char *folder)
{
  char    path[MFG_PATH_SIZE], age[40];
  MfgTail tail;

  (void)snprintf(path, sizeof(path), "%.4000s/metrics.csv", folder);
  if (!MfgTailRead(path, &tail) || !tail.row_count) {
    (void)fprintf(stream, "\nno row in metrics.csv\n");
    return;
  }
  MfgFormatAge(tail.written, sizeof(age), age);
  (void)fprintf(stream, "\nlast rows of metrics.csv, written %s\n", age);
  for (PetscInt row = -1; row < tail.row_count; row++) TellRow(stream, &tail, row);
}

PetscBool MfgTellRun(const MfgStatus *status, const MfgStatusRun *run, FILE *stream)
{
  char folder[MFG_PATH_SIZE];

  TellLine(stream, "run", run->run_id);
  TellLine(stream, "label", run->label);
  TellLine(stream, "experiment", status->name);
  TellState(stream, run);
  if (!run->ending) return PETSC_TRUE;
  MfgStatusGetPath(status, run, folder);
  TellLine(stream, "folder", folder);
  if (run->state == MFG_STATE_RUNNING || run->state == MFG_STATE_INTERRUPTED)
    TellOwner(stream, run, folder);
  else
    TellRecord(stream, folder);
  TellCheckpoints(stream, run, folder);
  if (run->state <= MFG_STATE_DIVERGED) TellLine(stream, "checksums", "every file is what was written");
  TellFiles(stream, folder);
  TellRows(stream, folder);
  return MfgPathExists(folder);
}

int MfgTellRunNext(const MfgStatus *status, const MfgStatusRun *run)
{
  if (run->state > MFG_STATE_EVALUATED && run->state != MFG_STATE_RUNNING) (void)putchar('\n');
  switch (run->state) {
  case MFG_STATE_RUNNING:
    return MFG_EXIT_STOPPED;
  case MFG_STATE_INTERRUPTED:
  case MFG_STATE_MISSING:
    (void)MfgTellCommand(status,
                         run->state == MFG_STATE_MISSING ? "the same command does it"
                         : run->checkpoint ? "the same command goes on with it from the checkpoint"
                                           : "the same command begins it again",
                         "");
    return MFG_EXIT_STOPPED;
  case MFG_STATE_DAMAGED:
    (void)MfgTellCommand(status, "the same command does it again", "");
    return MFG_EXIT_FAILED;
  case MFG_STATE_FAILED:
  case MFG_STATE_DIVERGED:
    (void)MfgTellFailed(status, "to try all failed runs again");
    return MFG_EXIT_FAILED;
  default:
    return MFG_EXIT_DONE;
  }
}
