#define _XOPEN_SOURCE 700 /* realpath() */
/* What is left of an experiment, and what to do about it; see status_tell.h. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/folders.h"
#include "experiment/json_read.h"
#include "experiment/progress.h"
#include "status_tell.h"

/* The runs of one game and solver. */
typedef struct {
  const char *run_id; /* of one of them */
  size_t      length; /* of "<game>-<solver>" there */
  PetscInt    count;  /* complete ones, and their wall time together: */
  double      seconds;
} Kind;

enum { MOST_KINDS = 32 };

/* The kind of a run, a new one where there is none yet; NULL: there are too many. */
static Kind *FindKind(Kind kinds[MOST_KINDS], const char *run_id)
{
  const size_t length = (size_t)(strstr(run_id, "-seed") - run_id);

  for (Kind *kind = kinds; kind < kinds + MOST_KINDS; kind++) {
    if (!kind->run_id) {
      kind->run_id = run_id;
      kind->length = length;
    }
    if (kind->length == length && !strncmp(kind->run_id, run_id, length)) return kind;
  }
  return NULL;
}

/*
  The seconds until the runs left are done on as many groups of ranks as are at work now, if they take as long
  as the complete ones of their kind did. NaN where that cannot be said: one has no such, or runs differ in
  their ranks.
*/
static double EstimateTimeLeft(const MfgStatus *status, PetscInt running)
{
  Kind   kinds[MOST_KINDS] = {{NULL, 0, 0, 0}};
  double work = 0, longest = 0;

  for (PetscInt i = 0; i < status->planned; i++) {
    const MfgStatusRun *run = &status->runs[i];
    Kind               *kind = FindKind(kinds, run->run_id);

    if (!kind || strcmp(run->ranks, status->runs[0].ranks) != 0) return (double)NAN;
    if (run->state > MFG_STATE_EVALUATED || isnan(run->seconds)) continue;
    kind->count++;
    kind->seconds += run->seconds;
  }
  for (PetscInt i = 0; i < status->planned; i++) {
    const MfgStatusRun *run = &status->runs[i];
    const Kind         *kind = FindKind(kinds, run->run_id);
    const double        spent = isnan(run->seconds) ? 0 : run->seconds;
    double              needed;

    if (run->state != MFG_STATE_RUNNING && run->state != MFG_STATE_INTERRUPTED &&
        run->state != MFG_STATE_MISSING)
      continue;
    if (!kind->count) return (double)NAN;
    needed = PetscMax(0, kind->seconds / (double)kind->count - spent);
    work += needed;
    longest = PetscMax(longest, needed);
  }
  return PetscMax(longest, work / (double)running);
}

/* Said while runs are at work, and not after a few that may have been the shortest. */
static void TellTimeLeft(const MfgStatus *status, const MfgStatusTally *tally)
{
  enum { FEWEST = 3 };
  const PetscInt running = tally->count[MFG_STATE_RUNNING];
  const PetscInt left = running + tally->count[MFG_STATE_INTERRUPTED] + tally->count[MFG_STATE_MISSING];
  double         seconds;
  char           duration[32];

  if (!running || tally->finished < PetscMax(FEWEST, running)) return;
  seconds = EstimateTimeLeft(status, running);
  if (isnan(seconds)) return;
  MfgFormatDuration(seconds, sizeof(duration), duration);
  (void)printf("\nabout %s left, if the %" PetscInt_FMT
               " runs that are not done take as long as the %" PetscInt_FMT
               " complete ones of their game and solver did, %" PetscInt_FMT " at a time\n",
               duration, left, tally->finished, running);
}

/* A word as the shell takes it. */
static void PrintWord(const char *word)
{
  const char *c = word;

  while (isalnum((unsigned char)*c) || (*c && strchr("_@%+=:,./-", *c))) c++;
  if (*word && !*c) {
    (void)printf(" %s", word);
    return;
  }
  (void)printf(" '");
  for (c = word; *c; c++) {
    if (*c == '\'')
      (void)printf("'\\''");
    else
      (void)putchar(*c);
  }
  (void)putchar('\'');
}

/* Where results go, so that they go on here. False: the folder does not have the experiment's name. */
static PetscBool FindOutput(const MfgStatus *status, char out[MFG_PATH_SIZE])
{
  const char *slash = strrchr(status->folder, '/'), *last = slash ? slash + 1 : status->folder;
  char       *whole, path[MFG_PATH_SIZE];

  (void)snprintf(path, sizeof(path), "%s", status->folder);
  if (!strcmp(last, ".") || !strcmp(last, "..")) {
    whole = realpath(status->folder, NULL);
    if (whole) (void)snprintf(path, sizeof(path), "%s", whole);
    free(whole);
  }
  slash = strrchr(path, '/');
  last = slash ? slash + 1 : path;
  (void)snprintf(out, MFG_PATH_SIZE, "%.*s",
                 slash == path ? 1
                 : slash       ? (int)(slash - path)
                               : 1,
                 slash ? path : ".");
  return (PetscBool)!strcmp(last, status->name);
}

/* Whether both files can be read and have the same content. */
static PetscBool AreEqual(const char *a, const char *b)
{
  PetscInt64      length = 0;
  char           *text = MfgFileRead(a, &length);
  const PetscBool equal = (PetscBool)(text && MfgFileHas(b, length, text));

  free(text);
  return equal;
}

/* The experiment file: as it was given if that is it from here, too; where it has gone, the copy of it. */
static void FindFile(const MfgStatus *status, char file[MFG_PATH_SIZE], char copy[MFG_PATH_SIZE])
{
  char *whole = realpath(status->file, NULL);

  (void)snprintf(copy, MFG_PATH_SIZE, "%.4000s/experiment.yaml", status->folder);
  if (whole && !strcmp(whole, status->path))
    (void)snprintf(file, MFG_PATH_SIZE, "%s", status->file);
  else
    (void)snprintf(file, MFG_PATH_SIZE, "%s", MfgPathExists(status->path) ? status->path : copy);
  free(whole);
}

/* The texts of an array in experiment.json: settings, or PETSc options, which are two words each or one. */
static void PrintItems(const MfgStatus *status, const char *key, PetscBool options)
{
  const size_t size = strlen(status->json) + 1;
  const char  *item = MfgJsonFind(status->json, 1, key);
  char        *text = malloc(size);

  if (options && text && item && !strncmp(item, "[\n", 2)) (void)printf(" --");
  while (text && MfgJsonReadItem(&item, size, text)) {
    char *blank = options ? strchr(text, ' ') : NULL;

    if (!options) (void)printf(" --set");
    if (blank) *blank = '\0';
    PrintWord(text);
    if (blank) PrintWord(blank + 1);
  }
  free(text);
}

PetscBool MfgTellCommand(const MfgStatus *status, const char *what, const char *more)
{
  char out[MFG_PATH_SIZE], file[MFG_PATH_SIZE], copy[MFG_PATH_SIZE];

  FindFile(status, file, copy);
  if (!FindOutput(status, out)) {
    (void)printf("its folder must be called %s again before it can go on\n", status->name);
    return PETSC_FALSE;
  }
  if (!status->json || !MfgPathExists(file)) {
    (void)printf("%s or %s/experiment.json is not there any more, so that no command is known\n", copy,
                 status->folder);
    return PETSC_FALSE;
  }
  (void)printf("%s:\n ", what);
  if (status->ranks > 1) (void)printf(" mpirun -n %.0f", status->ranks);
  PrintWord(status->program);
  (void)printf(" run");
  PrintWord(file);
  PrintItems(status, "settings", PETSC_FALSE);
  if (strcmp(out, "results")) {
    (void)printf(" --out");
    PrintWord(out);
  }
  (void)printf("%s", more);
  PrintItems(status, "petsc_options", PETSC_TRUE);
  (void)putchar('\n');
  if (!AreEqual(file, copy))
    (void)printf("(%s has changed since that launch; %s is as it was)\n", file, copy);
  return PETSC_TRUE;
}

/* Whether the time of a run that failed was over: as it is, it would be over again. */
static PetscBool WasTooLong(const MfgStatusRun *run)
{
  return (PetscBool)(run->state == MFG_STATE_FAILED && run->reason &&
                     !strncmp(run->reason, "its time limit of ", 18));
}

PetscBool MfgTellFailed(const MfgStatus *status, const char *what)
{
  PetscInt too_long = 0;

  for (PetscInt i = 0; i < status->count; i++) too_long += WasTooLong(&status->runs[i]);
  if (!MfgTellCommand(status, what, " --rerun failed")) return PETSC_FALSE;
  if (too_long)
    (void)printf("(first raise resources.time_limit, which was over for %" PetscInt_FMT
                 " of them; they go on from where they were)\n",
                 too_long);
  return PETSC_TRUE;
}

static void TellWhatToDo(const MfgStatus *status, const MfgStatusTally *tally)
{
  const PetscInt *n = tally->count, running = n[MFG_STATE_RUNNING];
  const PetscInt  left = n[MFG_STATE_INTERRUPTED] + n[MFG_STATE_MISSING] + n[MFG_STATE_DAMAGED];

  (void)putchar('\n');
  if (tally->doubtful)
    (void)printf(
        "%" PetscInt_FMT " of the interrupted runs were written to within the last two minutes on another "
        "host; if this file system keeps\nlocks to one host, they are at work there: look before you go on\n",
        tally->doubtful);
  if (left && !MfgTellCommand(status,
                              running ? "what the launch at work does not do, the same command does after it"
                                      : "the same command goes on from here",
                              ""))
    return;
  if (running && !left) (void)printf("all that is left is at work\n");
  if (n[MFG_STATE_FAILED] + n[MFG_STATE_DIVERGED] + tally->failed_again &&
      !MfgTellFailed(status, "to try the failed runs again"))
    return;
  if (tally->stale &&
      !MfgTellCommand(status, "to do the stale ones again with this version", " --rerun stale"))
    return;
  if (n[MFG_STATE_CONVERGED] + n[MFG_STATE_ITERATION_LIMIT] + n[MFG_STATE_EVALUATED] == status->planned)
    (void)printf("all runs are complete; throng-analysis report %s draws them\n", status->folder);
}

void MfgTellNext(const MfgStatus *status, const MfgStatusTally *tally)
{
  TellTimeLeft(status, tally);
  TellWhatToDo(status, tally);
}
