#define _XOPEN_SOURCE 700 /* gethostname(), strdup() */
/* What became of a run, by its folders; see status.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "experiment/checkpoint.h"
#include "experiment/checksums.h"
#include "experiment/folders.h"
#include "experiment/json_read.h"
#include "experiment/status_impl.h"
#include "experiment/tail.h"

enum { TRIES = 10, MOMENT = 120 /* seconds */ };

const char *const MfgRunStateNames[MFG_STATE_COUNT] = {"converged",   "iteration_limit", "evaluated",
                                                       "failed",      "diverged",        "running",
                                                       "interrupted", "damaged",         "missing"};

static PetscBool Saw(unsigned seen, int kind)
{
  return (PetscBool)((seen >> kind & 1) != 0);
}

static void FolderOf(const MfgStatus *status, const MfgStatusRun *run, const char *ending,
                     char path[MFG_PATH_SIZE])
{
  (void)snprintf(path, MFG_PATH_SIZE, "%.3700s/%.255s%s", status->folder, run->run_id, ending);
}

void MfgStatusGetPath(const MfgStatus *status, const MfgStatusRun *run, char path[MFG_PATH_SIZE])
{
  FolderOf(status, run, run->ending ? run->ending : "", path);
}

PetscBool MfgHostIsHere(const char *host)
{
  char here[256] = "";

  (void)gethostname(here, sizeof(here) - 1);
  return (PetscBool)(strcspn(here, ".") == strcspn(host, ".") && !strncmp(here, host, strcspn(here, ".")));
}

PetscBool MfgOwnerRead(const char *folder, MfgOwner *owner)
{
  char       path[MFG_PATH_SIZE], *text;
  PetscInt64 length;

  (void)snprintf(path, sizeof(path), "%.4000s/lock", folder);
  text = MfgFileRead(path, &length);
  (void)MfgJsonReadText(text ? MfgJsonFind(text, 1, "host") : NULL, sizeof(owner->host), owner->host);
  (void)MfgJsonReadText(text ? MfgJsonFind(text, 1, "launch") : NULL, sizeof(owner->launch), owner->launch);
  (void)MfgJsonReadText(text ? MfgJsonFind(text, 1, "start") : NULL, sizeof(owner->start), owner->start);
  (void)MfgJsonReadReal(text ? MfgJsonFind(text, 1, "pid") : NULL, &owner->pid);
  (void)MfgJsonReadReal(text ? MfgJsonFind(text, 1, "ranks") : NULL, &owner->ranks);
  (void)MfgJsonReadReal(text ? MfgJsonFind(text, 1, "launches") : NULL, &owner->launches);
  (void)MfgJsonReadReal(text ? MfgJsonFind(text, 1, "iteration_limit") : NULL, &owner->iteration_limit);
  free(text);
  return (PetscBool)(owner->host[0] != '\0');
}

static void SetReason(MfgStatusRun *run, const char *reason)
{
  free(run->reason);
  run->reason = strdup(reason);
}

/* The state that run.json names; MFG_STATE_COUNT: none that a run ends with. */
static MfgRunState StateOf(const char *name)
{
  MfgRunState state = MFG_STATE_CONVERGED;

  while (state <= MFG_STATE_DIVERGED && strcmp(name, MfgRunStateNames[state])) state++;
  return state <= MFG_STATE_DIVERGED ? state : MFG_STATE_COUNT;
}

/* Take what run.json says. False: it is none, and `problem` says why. */
static PetscBool TakeRecord(MfgStatusRun *run, const char *text, char problem[MFG_MESSAGE_SIZE])
{
  char        run_id[256], name[64], reason[MFG_MESSAGE_SIZE], version[64], commit[128];
  const char *end = text + strlen(text), *provenance = MfgJsonFind(text, 1, "provenance");

  (void)MfgJsonReadText(MfgJsonFind(text, 1, "run_id"), sizeof(run_id), run_id);
  (void)MfgJsonReadText(MfgJsonFind(text, 1, "status"), sizeof(name), name);
  (void)MfgJsonReadText(MfgJsonFind(text, 1, "stop_reason"), sizeof(reason), reason);
  if (StateOf(name) == MFG_STATE_COUNT || !provenance || end < text + 3 || strcmp(end - 3, "\n}\n")) {
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "run.json is not what was written");
    return PETSC_FALSE;
  }
  if (strcmp(run_id, run->run_id)) {
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "run.json is that of the run %.255s", run_id);
    return PETSC_FALSE;
  }
  (void)MfgJsonReadText(MfgJsonFind(provenance, 2, "version"), sizeof(version), version);
  (void)MfgJsonReadText(MfgJsonFind(provenance, 2, "commit"), sizeof(commit), commit);
  (void)MfgJsonReadReal(MfgJsonFind(provenance, 2, "wall_seconds"), &run->seconds);
  run->state = StateOf(name);
  if (run->state == MFG_STATE_FAILED || run->state == MFG_STATE_DIVERGED) {
    SetReason(run, reason);
    return PETSC_TRUE;
  }
  if (!strcmp(version, MfgVersion()) && !strcmp(commit, MfgCommit())) return PETSC_TRUE;
  (void)snprintf(reason, sizeof(reason), "%s (commit %s)", version, commit);
  run->stale = strdup(reason);
  return PETSC_TRUE;
}

/* Read a result. False: it is damaged, and `problem` says how, or it has another name now. */
static PetscBool ReadResult(MfgStatusRun *run, const char *folder, PetscBool verify,
                            char problem[MFG_MESSAGE_SIZE])
{
  char       path[MFG_PATH_SIZE], *text;
  PetscInt64 length;
  PetscBool  read;

  if (verify && !MfgChecksumsFit(folder, problem)) return PETSC_FALSE;
  (void)snprintf(path, sizeof(path), "%.4000s/run.json", folder);
  text = MfgFileRead(path, &length);
  if (!text) {
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "cannot read run.json: %s", strerror(errno));
    return PETSC_FALSE;
  }
  read = TakeRecord(run, text, problem);
  free(text);
  return read;
}

/*
  Look at a result. False: it got another name while it was read, or a launch takes it apart to do the run
  again, which it does with the lock of `running`.
*/
static PetscBool LookAtResult(const MfgStatus *status, MfgStatusRun *run, PetscBool verify,
                              const char *running)
{
  char        folder[MFG_PATH_SIZE], problem[MFG_MESSAGE_SIZE] = "";
  struct stat before, after;

  MfgStatusGetPath(status, run, folder);
  if (stat(folder, &before) != 0) return PETSC_FALSE;
  if (ReadResult(run, folder, verify, problem)) return PETSC_TRUE;
  if (MfgFolderIsHeld(running) || stat(folder, &after) != 0 || before.st_ino != after.st_ino)
    return PETSC_FALSE;
  run->state = MFG_STATE_DAMAGED;
  SetReason(run, problem);
  return PETSC_TRUE;
}

/* Look at a run that is at work. False: it has ended meanwhile. */
static PetscBool LookAtWork(MfgStatusRun *run, const char *folder)
{
  char      path[MFG_PATH_SIZE];
  MfgTail   tail;
  MfgWork  *work;
  PetscBool rows;

  (void)snprintf(path, sizeof(path), "%.4000s/metrics.csv", folder);
  rows = MfgTailRead(path, &tail);
  run->work = work = MfgAllocate(sizeof(*work));
  (void)MfgOwnerRead(folder, &work->owner);
  work->iteration = work->value = (double)NAN;
  if (rows && tail.row_count) {
    work->written = tail.written;
    work->iteration = MfgTailGet(&tail, -1, "iteration");
    work->gap = MfgTailGetGap(&tail, -1);
    if (work->gap) work->value = MfgTailGet(&tail, -1, work->gap);
    run->seconds = MfgTailGet(&tail, -1, "seconds");
  }
  run->state = MFG_STATE_RUNNING;
  return MfgFolderIsHeld(folder);
}

/* Look at a run that was interrupted. False: its folder has gone meanwhile. */
static PetscBool LookAtRest(MfgStatusRun *run, const char *folder)
{
  char          path[MFG_PATH_SIZE];
  struct stat   metrics;
  char          problem[MFG_MESSAGE_SIZE];
  MfgCheckpoint checkpoint;
  MfgOwner      owner;

  for (PetscInt slot = 0; slot < MFG_CHECKPOINT_SLOTS; slot++) {
    if (!MfgCheckpointRead(folder, slot, PETSC_FALSE, &checkpoint, problem)) continue;
    run->checkpoint = PETSC_TRUE;
    if (!(run->seconds > (double)checkpoint.seconds)) run->seconds = (double)checkpoint.seconds;
  }
  (void)snprintf(path, sizeof(path), "%.4000s/metrics.csv", folder);
  if (stat(path, &metrics) == 0 && time(NULL) - metrics.st_mtime < MOMENT && MfgOwnerRead(folder, &owner))
    run->doubtful = (PetscBool)!MfgHostIsHere(owner.host);
  run->state = MFG_STATE_INTERRUPTED;
  return MfgPathExists(folder);
}

/*
  Look at the folders that were seen. A run at work comes before an earlier result that it is to replace; a
  result before what an interrupted attempt to replace it left. False: what was seen is not there any more.
*/
static PetscBool LookAt(const MfgStatus *status, MfgStatusRun *run, PetscBool verify)
{
  static const int results[] = {MFG_FOLDER_FINAL, MFG_FOLDER_REPLACED, MFG_FOLDER_FAILED};
  char             running[MFG_PATH_SIZE];

  free(run->work);
  run->work = NULL;
  free(run->stale);
  run->stale = NULL;
  run->checkpoint = run->doubtful = PETSC_FALSE;
  run->failed_again = (PetscBool)(Saw(run->seen, MFG_FOLDER_FINAL) && Saw(run->seen, MFG_FOLDER_FAILED));
  run->begun_again = (PetscBool)(Saw(run->seen, MFG_FOLDER_FINAL) && Saw(run->seen, MFG_FOLDER_RUNNING));
  run->seconds = (double)NAN;
  run->ending = MfgFolderEndings[MFG_FOLDER_RUNNING];
  FolderOf(status, run, run->ending, running);
  if (Saw(run->seen, MFG_FOLDER_RUNNING) && MfgFolderIsHeld(running)) return LookAtWork(run, running);
  for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
    if (!Saw(run->seen, results[i])) continue;
    run->ending = MfgFolderEndings[results[i]];
    return LookAtResult(status, run, verify, running);
  }
  if (Saw(run->seen, MFG_FOLDER_RUNNING)) return LookAtRest(run, running);
  run->ending = NULL;
  run->state = MFG_STATE_MISSING;
  return PETSC_TRUE;
}

/* See which folders of the run there are, in the order in which one becomes the other. */
static unsigned See(const MfgStatus *status, const MfgStatusRun *run)
{
  static const int order[] = {MFG_FOLDER_RUNNING, MFG_FOLDER_FINAL, MFG_FOLDER_FAILED, MFG_FOLDER_REPLACED};
  unsigned         seen = 0;
  char             path[MFG_PATH_SIZE];

  for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
    FolderOf(status, run, MfgFolderEndings[order[i]], path);
    if (MfgPathExists(path)) seen |= 1U << order[i];
  }
  return seen;
}

void MfgStatusLook(MfgStatus *status, PetscInt i, PetscBool verify)
{
  MfgStatusRun *run = &status->runs[i];

  for (int attempt = 0; attempt < TRIES; attempt++) {
    if (LookAt(status, run, verify)) return;
    run->seen = See(status, run);
  }
  run->state = MFG_STATE_DAMAGED;
  SetReason(run, "its folders get other names faster than they can be read");
}
