#define _XOPEN_SOURCE 700 /* pwrite() */
/*
  The life of a result folder; see results.h.

    <run id>.running    a run is writing it, and holds a lock on the file `lock` in it, whose text says who
                        does; or it was interrupted
    <run id>            complete and good
    <run id>.failed     complete, of a run that failed
    <run id>.replaced   the earlier result, for the moment in which a new one takes its name
*/
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "experiment/checksums.h"
#include "experiment/folders.h"

/*
  Files that are of use only while the run is at work, or to go on with it: the first of them its checkpoints,
  the last the lock. They go when the folder has its name, so that until then nothing is lost.
*/
static const char *const traces[] = {"checkpoint-0.json", "checkpoint-0.h5", "checkpoint-1.json",
                                     "checkpoint-1.h5",   "abandoned",       "lock"};
enum { CHECKPOINT_TRACES = 4, TRACES = sizeof(traces) / sizeof(traces[0]) };

struct _p_MfgResults {
  MPI_Comm    comm;
  PetscMPIInt rank;
  char        parent[MFG_PATH_SIZE], final[MFG_PATH_SIZE], running[MFG_PATH_SIZE], replaced[MFG_PATH_SIZE];
  char        failed[MFG_PATH_SIZE], lock_path[MFG_PATH_SIZE];
  int         lock; /* file descriptor on rank 0; -1: none */
};

PetscErrorCode MfgResultsCreate(MPI_Comm comm, const char *folder, const char *run_id, MfgResults *results)
{
  MfgResults r;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&r));
  r->comm = comm;
  r->lock = -1;
  PetscCallMPI(MPI_Comm_rank(comm, &r->rank));
  PetscCheck(strlen(folder) + strlen(run_id) < MFG_PATH_SIZE - 64, comm, PETSC_ERR_ARG_SIZ,
             "The path of the results is too long");
  PetscCall(PetscStrncpy(r->parent, folder, MFG_PATH_SIZE));
  PetscCall(PetscSNPrintf(r->final, MFG_PATH_SIZE, "%s/%s", folder, run_id));
  PetscCall(PetscSNPrintf(r->running, MFG_PATH_SIZE, "%s/%s.running", folder, run_id));
  PetscCall(PetscSNPrintf(r->replaced, MFG_PATH_SIZE, "%s/%s.replaced", folder, run_id));
  PetscCall(PetscSNPrintf(r->failed, MFG_PATH_SIZE, "%s/%s.failed", folder, run_id));
  PetscCall(PetscSNPrintf(r->lock_path, MFG_PATH_SIZE, "%s/%s.running/lock", folder, run_id));
  *results = r;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgResultsDestroy(MfgResults *results)
{
  PetscFunctionBeginUser;
  if (!*results) PetscFunctionReturn(0);
  if ((*results)->lock >= 0) (void)close((*results)->lock);
  PetscCall(PetscFree(*results));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgResultsGetPath(MfgResults r, const char *file, char path[MFG_PATH_SIZE])
{
  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(path, MFG_PATH_SIZE, "%.3800s/%.255s", r->running, file));
  PetscFunctionReturn(0);
}

PetscBool MfgFolderIsHeld(const char *folder)
{
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  char         path[MFG_PATH_SIZE + 16];
  int          file;
  PetscBool    held;

  (void)snprintf(path, sizeof(path), "%s/lock", folder);
  file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return PETSC_FALSE; /* whoever writes there has made it */
  held = (PetscBool)(fcntl(file, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK);
  (void)close(file);
  return held;
}

static void DropLock(MfgResults r)
{
  if (r->lock >= 0) (void)close(r->lock);
  r->lock = -1;
}

/*
  Make the running folder, if it is not there, and take the lock in it. Its last holder may give the folder
  its name, or remove it, between any two steps here; so the lock counts only if the file locked is still the
  one at the path.
*/
static void TakeLock(MfgResults r, int *outcome, char message[MFG_MESSAGE_SIZE])
{
  enum { TRIES = 100 };

  for (int i = 0; i < TRIES; i++) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat  held, there;

    MfgFolderMake(r->running, message);
    *outcome = MFG_BEGIN_FAILED;
    if (message[0]) return;
    r->lock = open(r->lock_path, O_RDWR | O_CLOEXEC | O_CREAT, 0666);
    if (r->lock < 0 && errno == ENOENT) continue;
    if (r->lock < 0) {
      (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot make %.800s: %s", r->lock_path, strerror(errno));
      return;
    }
    if (fcntl(r->lock, F_SETLK, &whole) != 0 && (errno == EACCES || errno == EAGAIN)) {
      DropLock(r);
      break;
    }
    if (fstat(r->lock, &held) == 0 && stat(r->lock_path, &there) == 0 && held.st_ino == there.st_ino &&
        held.st_dev == there.st_dev) {
      *outcome = MFG_BEGIN_READY;
      return;
    }
    DropLock(r);
  }
  *outcome = MFG_BEGIN_BUSY;
  (void)snprintf(message, MFG_MESSAGE_SIZE, "another run is writing this result now, in %.800s", r->running);
}

/*
  A run that was killed while it gave its result the name left the earlier result in the way or alone.
*/
static void Recover(const char *replaced, const char *final, char message[MFG_MESSAGE_SIZE])
{
  if (!MfgPathExists(replaced)) return;
  if (MfgPathExists(final))
    MfgFolderRemove(replaced, message);
  else
    MfgFolderRename(replaced, final, message);
}

static void RemoveTraces(const char *folder, PetscInt first)
{
  char path[MFG_PATH_SIZE];

  for (PetscInt i = first; i < TRACES; i++) {
    (void)snprintf(path, sizeof(path), "%.3900s/%s", folder, traces[i]);
    (void)unlink(path);
  }
}

/* The path <folder>/<run id><ending>. */
static void GetFolder(const char *folder, const char *run_id, const char *ending, char path[MFG_PATH_SIZE])
{
  (void)snprintf(path, MFG_PATH_SIZE, "%.3700s/%.255s%s", folder, run_id, ending);
}

/* A run that was killed when its folder had got its name left in it the lock, and more that is of no use. */
static void Tidy(const char *folder, const char *run_id)
{
  char final[MFG_PATH_SIZE], path[MFG_PATH_SIZE], ignored[MFG_MESSAGE_SIZE] = "";

  GetFolder(folder, run_id, "/lock", path);
  GetFolder(folder, run_id, "", final);
  if (!MfgPathExists(path) || MfgFolderIsHeld(final)) return;
  GetFolder(folder, run_id, ".replaced", path);
  MfgFolderRemove(path, ignored);
  GetFolder(folder, run_id, ".failed", path);
  MfgFolderRemove(path, ignored);
  RemoveTraces(final, 0);
}

MfgResultState MfgResultsFind(const char *folder, const char *run_id)
{
  char path[MFG_PATH_SIZE], running[MFG_PATH_SIZE], replaced[MFG_PATH_SIZE], message[MFG_MESSAGE_SIZE] = "";

  GetFolder(folder, run_id, "", path);
  GetFolder(folder, run_id, ".running", running);
  GetFolder(folder, run_id, ".replaced", replaced);
  if (MfgPathExists(path)) {
    Tidy(folder, run_id);
    return MFG_RESULT_COMPLETE;
  }
  if (MfgPathExists(replaced) && !MfgFolderIsHeld(running)) {
    Recover(replaced, path, message);
    return MFG_RESULT_COMPLETE;
  }
  GetFolder(folder, run_id, ".failed", path);
  if (MfgPathExists(path)) return MFG_RESULT_FAILED;
  return MfgPathExists(running) ? MFG_RESULT_UNFINISHED : MFG_RESULT_MISSING;
}

/* Give the lock back. Its file stays, for those who ask who was at work, unless nothing else is there. */
static void Withdraw(MfgResults r)
{
  DIR           *folder = r->lock >= 0 ? opendir(r->running) : NULL;
  struct dirent *entry;
  PetscBool      empty = PETSC_TRUE;

  while (folder && (entry = readdir(folder)))
    if (entry->d_name[0] != '.' && strcmp(entry->d_name, "lock")) empty = PETSC_FALSE;
  if (folder) (void)closedir(folder);
  if (folder && empty) (void)unlink(r->lock_path);
  if (folder && empty) (void)rmdir(r->running);
  DropLock(r);
}

void MfgResultsSetOwner(MfgResults r, const char *text)
{
  const size_t length = strlen(text);

  if (r->lock < 0 || ftruncate(r->lock, 0)) return;
  (void)!pwrite(r->lock, text, length, 0);
}

/*
  What a failed run left to go on with, its checkpoints and metrics, comes into the running folder. A file
  that stays behind makes the checkpoint useless, which is found out when it is read.
*/
static void Adopt(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  static const char *const files[] = {"metrics.csv", "checkpoint-0.h5", "checkpoint-0.json",
                                      "checkpoint-1.h5", "checkpoint-1.json"};
  char                     from[MFG_PATH_SIZE], to[MFG_PATH_SIZE];

  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    (void)snprintf(from, sizeof(from), "%.3800s/%s", r->failed, files[i]);
    (void)snprintf(to, sizeof(to), "%.3800s/%s", r->running, files[i]);
    (void)rename(from, to);
  }
  MfgFolderRemove(r->failed, message);
}

PetscErrorCode MfgResultsBegin(MfgResults r, PetscBool again, MfgBegin *begin, char message[MFG_MESSAGE_SIZE])
{
  int outcome = MFG_BEGIN_READY;

  PetscFunctionBeginUser;
  message[0] = '\0';
  if (r->rank == 0) {
    TakeLock(r, &outcome, message);
    if (outcome == MFG_BEGIN_READY && !again && MfgPathExists(r->final)) outcome = MFG_BEGIN_GOOD;
    if (outcome == MFG_BEGIN_READY && !again && MfgPathExists(r->failed)) outcome = MFG_BEGIN_BAD;
    if (outcome == MFG_BEGIN_READY) Recover(r->replaced, r->final, message);
    if (outcome == MFG_BEGIN_READY) MfgFolderTidy(r->running);
    if (outcome == MFG_BEGIN_READY && MfgPathExists(r->failed) && !MfgPathExists(r->final)) Adopt(r, message);
    if (outcome == MFG_BEGIN_READY && message[0]) outcome = MFG_BEGIN_FAILED;
    if (outcome != MFG_BEGIN_READY) Withdraw(r);
  }
  PetscCallMPI(MPI_Bcast(&outcome, 1, MPI_INT, 0, r->comm));
  PetscCall(MfgShareMessage(r->comm, message));
  *begin = (MfgBegin)outcome;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgResultsClear(MfgResults r, PetscInt *removed, char message[MFG_MESSAGE_SIZE])
{
  PetscFunctionBeginUser;
  message[0] = '\0';
  *removed = 0;
  if (r->rank == 0) MfgFolderClear(r->running, "lock", removed, message);
  PetscCallMPI(MPI_Bcast(removed, 1, MPIU_INT, 0, r->comm));
  PetscCall(MfgShareMessage(r->comm, message));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgResultsLeave(MfgResults r)
{
  PetscFunctionBeginUser;
  Withdraw(r);
  PetscFunctionReturn(0);
}

/* All that comes before the name: the checksums, and every file on the disk. */
static void Seal(MfgResults r, PetscBool good, PetscInt first, char message[MFG_MESSAGE_SIZE])
{
  MfgChecksumsWrite(r->running, TRACES - first, traces + first, message);
  if (!message[0]) MfgFolderSync(r->running, TRACES - first, traces + first, message);
  if (!message[0] && !good) MfgFolderRemove(r->failed, message); /* of an earlier failure */
}

/*
  Give the running folder the name `target`, in place of what has it now. The lock goes with the folder:
  without it somebody could take the folder for one that a killed run left.
*/
static void TakeName(MfgResults r, const char *target, char message[MFG_MESSAGE_SIZE])
{
  if (MfgPathExists(target)) MfgFolderRename(target, r->replaced, message);
  if (!message[0]) MfgFolderRename(r->running, target, message);
  if (message[0]) (void)rename(r->replaced, target); /* it stays where it was */
}

/* When the name is on the disk. */
static void CleanUp(MfgResults r, PetscBool good, PetscInt first, char message[MFG_MESSAGE_SIZE])
{
  MfgFolderRemove(r->replaced, message);
  if (!message[0] && good) MfgFolderRemove(r->failed, message); /* what failed then has succeeded now */
  if (!message[0]) RemoveTraces(good ? r->final : r->failed, first);
}

/* Everything in one order for results of one parent folder; see MfgResultsFinish(). */
static void Finish(PetscInt count, const MfgResults results[], PetscBool good, PetscInt first,
                   char messages[][MFG_MESSAGE_SIZE])
{
  char parent[MFG_MESSAGE_SIZE] = "";

  for (PetscInt i = 0; i < count; i++) {
    messages[i][0] = '\0';
    Seal(results[i], good, first, messages[i]);
  }
  for (PetscInt i = 0; i < count; i++)
    if (!messages[i][0]) TakeName(results[i], good ? results[i]->final : results[i]->failed, messages[i]);
  if (count) MfgFolderSync(results[0]->parent, 0, NULL, parent);
  for (PetscInt i = 0; i < count; i++) {
    if (!messages[i][0]) memcpy(messages[i], parent, sizeof(parent));
    if (!messages[i][0]) CleanUp(results[i], good, first, messages[i]);
    DropLock(results[i]);
  }
}

PetscErrorCode MfgResultsFinish(MfgResults r, PetscBool good, PetscBool keep, char path[MFG_PATH_SIZE])
{
  char message[1][MFG_MESSAGE_SIZE] = {""};

  PetscFunctionBeginUser;
  if (r->rank == 0) Finish(1, &r, good, keep ? CHECKPOINT_TRACES : 0, message);
  PetscCall(MfgShareMessage(r->comm, message[0]));
  PetscCheck(!message[0][0], r->comm, PETSC_ERR_FILE_WRITE, "%s", message[0]);
  PetscCall(PetscStrncpy(path, good ? r->final : r->failed, MFG_PATH_SIZE));
  PetscFunctionReturn(0);
}

void MfgResultsFinishGood(PetscInt count, const MfgResults results[], char messages[][MFG_MESSAGE_SIZE])
{
  Finish(count, results, PETSC_TRUE, 0, messages);
}

void MfgResultsTellUnwritten(MfgResults r, const char *problem)
{
  (void)fprintf(
      stderr,
      "throng: %s\nthrong: the run is not complete, see %s; when results can be written there, run the "
      "same command again\n",
      problem, r->running);
}
