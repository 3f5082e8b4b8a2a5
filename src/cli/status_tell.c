/* What `throng status` says of an experiment; see status_tell.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "cli.h"
#include "experiment/progress.h"
#include "status_tell.h"

enum { MOST_NAMED = 20 };

static MfgStatusTally Count(const MfgStatus *status)
{
  MfgStatusTally tally;

  memset(&tally, 0, sizeof(tally));
  for (PetscInt i = 0; i < status->count; i++) {
    const MfgStatusRun *run = &status->runs[i];

    if (!run->planned) {
      tally.others[run->state]++;
      tally.other_count += run->state != MFG_STATE_MISSING; /* that one has gone meanwhile */
      continue;
    }
    tally.count[run->state]++;
    tally.checkpoints += run->checkpoint;
    tally.doubtful += run->doubtful;
    tally.stale += run->stale != NULL;
    tally.failed_again += run->failed_again;
    tally.begun_again += run->begun_again && run->state != MFG_STATE_RUNNING;
    tally.finished += run->state <= MFG_STATE_EVALUATED;
  }
  return tally;
}

void MfgFormatAge(time_t then, size_t size, char text[])
{
  const double seconds = difftime(time(NULL), then);
  char         duration[32];

  MfgFormatDuration(seconds > 0 ? seconds : 0, sizeof(duration), duration);
  (void)snprintf(text, size, "%s ago", duration);
}

static void TellHead(const MfgStatus *status)
{
  (void)printf("%s: %" PetscInt_FMT " run%s in %s\n", status->name, status->planned,
               status->planned == 1 ? "" : "s", status->folder);
  if (status->file[0])
    (void)printf("of %s, by throng %s (commit %s)\n", status->file, status->version, status->commit);
}

static void TellCounts(const MfgStatusTally *tally)
{
  enum { WIDTH = 16 };
  const char *separator = "  ";

  for (int state = 0; state < MFG_STATE_COUNT; state++) {
    if (!tally->count[state]) continue;
    (void)printf("  %-*s %6" PetscInt_FMT, WIDTH, MfgRunStateNames[state], tally->count[state]);
    if (state == MFG_STATE_INTERRUPTED)
      (void)printf("  %" PetscInt_FMT " with a checkpoint of this version, %" PetscInt_FMT " without",
                   tally->checkpoints, tally->count[state] - tally->checkpoints);
    (void)putchar('\n');
  }
  if (!tally->other_count) return;
  (void)printf("  %-*s %6" PetscInt_FMT, WIDTH, "not in the plan", tally->other_count);
  for (int state = 0; state < MFG_STATE_MISSING; state++) {
    if (!tally->others[state]) continue;
    (void)printf("%s%" PetscInt_FMT " %s", separator, tally->others[state], MfgRunStateNames[state]);
    separator = ", ";
  }
  (void)putchar('\n');
}

/* How many complete results of the plan are of the same version as run `i`; zero: an earlier one is. */
static PetscInt CountVersion(const MfgStatus *status, PetscInt i)
{
  const char *version = status->runs[i].stale;
  PetscInt    count = 0;

  for (PetscInt j = 0; j < status->planned; j++) {
    if (!status->runs[j].stale || strcmp(status->runs[j].stale, version) != 0) continue;
    if (j < i) return 0;
    count++;
  }
  return count;
}

/* Complete results that stand though they were to be replaced. */
static void TellAgain(const MfgStatusTally *tally)
{
  if (tally->failed_again)
    (void)printf("%" PetscInt_FMT
                 " of the complete results stand though a later attempt failed, see <run id>.failed\n",
                 tally->failed_again);
  if (tally->begun_again)
    (void)printf("%" PetscInt_FMT
                 " of the complete results were to be replaced, which was interrupted: the same --rerun "
                 "goes on\n",
                 tally->begun_again);
}

/* Results of other versions than this one. */
static void TellStale(const MfgStatus *status, const MfgStatusTally *tally)
{
  enum { MOST_VERSIONS = 5 };
  PetscInt told = 0;

  if (!tally->stale) return;
  (void)printf("%" PetscInt_FMT
               " of the complete results are stale: this is throng %s (commit %s), they are of",
               tally->stale, MfgVersion(), MfgCommit());
  for (PetscInt i = 0; i < status->planned && told <= MOST_VERSIONS; i++) {
    const PetscInt count = status->runs[i].stale ? CountVersion(status, i) : 0;

    if (!count) continue;
    if (++told <= MOST_VERSIONS)
      (void)printf("%s %s: %" PetscInt_FMT, told > 1 ? "," : "", status->runs[i].stale, count);
  }
  (void)printf("%s\n", told > MOST_VERSIONS ? ", ..." : "");
}

/* What a run at work is doing. */
static void FormatWork(const MfgStatusRun *run, size_t size, char text[])
{
  const MfgWork *work = run->work;
  char           age[40] = "", of[40] = "", gap[80] = "";

  if (work->owner.iteration_limit > 0)
    (void)snprintf(of, sizeof(of), " of %.0f", work->owner.iteration_limit);
  if (work->gap) (void)snprintf(gap, sizeof(gap), "  %s %.3e", work->gap, work->value);
  if (isnan(work->iteration))
    (void)snprintf(text, size, "no row yet  %s", work->owner.host);
  else {
    MfgFormatAge(work->written, sizeof(age), age);
    (void)snprintf(text, size, "iteration %.0f%s%s  %s  %s", work->iteration, of, gap, work->owner.host, age);
  }
}

/* A line about each run for which there is something to say, under a title. */
static void TellRuns(const MfgStatus *status, const char *title, MfgRunState first, MfgRunState last,
                     PetscBool all)
{
  const PetscInt most = all ? status->count : MOST_NAMED;
  PetscInt       told = 0;
  int            id_width = 0, label_width = 0;

  for (int pass = 0; pass < 2; pass++) {
    told = 0;
    for (PetscInt i = 0; i < status->count; i++) {
      const MfgStatusRun *run = &status->runs[i];
      const char         *label = run->planned ? run->label : "(not in the plan)";
      char                text[MFG_MESSAGE_SIZE] = "";

      if (run->state < first || run->state > last || told++ >= most) continue;
      id_width = PetscMax(id_width, (int)strlen(run->run_id));
      label_width = PetscMax(label_width, (int)strlen(label));
      if (!pass) continue;
      if (run->work) FormatWork(run, sizeof(text), text);
      if (run->reason) (void)snprintf(text, sizeof(text), "%.1000s", run->reason);
      for (char *c = text; *c; c++) *c = *c == '\n' ? ' ' : *c;
      if (told == 1) (void)printf("\n%s\n", title);
      (void)printf("  %-*s%s%-*s  %s\n", id_width, run->run_id, label_width ? "  " : "", label_width, label,
                   text);
    }
  }
  if (told > most) (void)printf("  and %" PetscInt_FMT " more, which --all names\n", told - most);
}

int MfgTellExperiment(const MfgStatus *status, PetscBool all)
{
  const MfgStatusTally tally = Count(status);

  TellHead(status);
  TellCounts(&tally);
  TellStale(status, &tally);
  TellAgain(&tally);
  TellRuns(status, "running", MFG_STATE_RUNNING, MFG_STATE_RUNNING, all);
  TellRuns(status, "failed", MFG_STATE_FAILED, MFG_STATE_DIVERGED, all);
  TellRuns(status, "damaged", MFG_STATE_DAMAGED, MFG_STATE_DAMAGED, all);
  MfgTellNext(status, &tally);
  if (tally.count[MFG_STATE_RUNNING] || tally.count[MFG_STATE_INTERRUPTED] || tally.count[MFG_STATE_MISSING])
    return MFG_EXIT_STOPPED;
  if (tally.count[MFG_STATE_FAILED] || tally.count[MFG_STATE_DIVERGED] || tally.count[MFG_STATE_DAMAGED])
    return MFG_EXIT_FAILED;
  return MFG_EXIT_DONE;
}
