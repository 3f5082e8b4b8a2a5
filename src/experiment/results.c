/*
  The life of a result folder; see results.h.

    <run id>.running    a run is writing it, and holds a lock on the file `lock` in it
    <run id>            complete
    <run id>.replaced   the earlier result, for the moment in which a new one takes its name
    <run id>.failed     a run that failed where a good result stood already
*/
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "experiment/folders.h"

struct _p_MfgResults {
  MPI_Comm    comm;
  PetscMPIInt rank;
  PetscBool   overwrite;
  char        parent[MFG_PATH_SIZE], final[MFG_PATH_SIZE], running[MFG_PATH_SIZE], replaced[MFG_PATH_SIZE];
  char        failed[MFG_PATH_SIZE], lock_path[MFG_PATH_SIZE];
  int         lock; /* file descriptor on rank 0; -1: none */
};

PetscErrorCode MfgResultsCreate(MPI_Comm comm, const char *folder, const char *name, const char *run_id,
                                PetscBool overwrite, MfgResults *results)
{
  MfgResults r;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&r));
  r->comm = comm;
  r->overwrite = overwrite;
  r->lock = -1;
  PetscCallMPI(MPI_Comm_rank(comm, &r->rank));
  PetscCheck(strlen(folder) + strlen(name) + strlen(run_id) < MFG_PATH_SIZE - 32, comm, PETSC_ERR_ARG_SIZ,
             "The path of the results is too long");
  PetscCall(PetscSNPrintf(r->parent, MFG_PATH_SIZE, "%s/%s", folder, name));
  PetscCall(PetscSNPrintf(r->final, MFG_PATH_SIZE, "%s/%s/%s", folder, name, run_id));
  PetscCall(PetscSNPrintf(r->running, MFG_PATH_SIZE, "%s/%s/%s.running", folder, name, run_id));
  PetscCall(PetscSNPrintf(r->replaced, MFG_PATH_SIZE, "%s/%s/%s.replaced", folder, name, run_id));
  PetscCall(PetscSNPrintf(r->failed, MFG_PATH_SIZE, "%s/%s/%s.failed", folder, name, run_id));
  PetscCall(PetscSNPrintf(r->lock_path, MFG_PATH_SIZE, "%s/%s/%s.running/lock", folder, name, run_id));
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
  PetscCall(PetscSNPrintf(path, MFG_PATH_SIZE, "%s/%s", r->running, file));
  PetscFunctionReturn(0);
}

/*
  Whether a process holds a lock on the file `lock` in the folder. A file system without locks counts as free.
*/
static PetscBool IsHeld(const char *folder)
{
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  char         path[MFG_PATH_SIZE + 16];
  int          file;
  PetscBool    held;

  (void)snprintf(path, sizeof(path), "%s/lock", folder);
  file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return PETSC_FALSE; /* whoever writes there has made it */
  held = (PetscBool)(fcntl(file, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK);
  (void)close(file);
  return held;
}

static void TellBusy(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  (void)snprintf(message, MFG_MESSAGE_SIZE, "another run is writing this result now, in %.800s", r->running);
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
static void TakeLock(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  enum { TRIES = 100 };

  for (int i = 0; i < TRIES; i++) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat  held, there;

    MfgFolderMake(r->running, message);
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
        held.st_dev == there.st_dev)
      return;
    DropLock(r);
  }
  TellBusy(r, message);
}

/* Whether the complete result at `path` came of a run that did what was asked. In doubt it did. */
static PetscBool IsGood(const char *path)
{
  char      file_path[MFG_PATH_SIZE + 16], line[256];
  FILE     *file;
  PetscBool good = PETSC_TRUE;

  (void)snprintf(file_path, sizeof(file_path), "%s/run.json", path);
  file = fopen(file_path, "r");
  while (file && fgets(line, sizeof(line), file))
    if (!strcmp(line, "  \"status\": \"failed\",\n") || !strcmp(line, "  \"status\": \"diverged\",\n"))
      good = PETSC_FALSE;
  if (file) (void)fclose(file);
  return good;
}

/* What stands in the way of a run; no message where nothing does. */
static void FindObstacle(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  if (IsHeld(r->final) || IsHeld(r->failed)) /* named a moment ago; its holder tidies up */
    TellBusy(r, message);
  else if (!r->overwrite && (MfgPathExists(r->final) || MfgPathExists(r->replaced)))
    (void)snprintf(message, MFG_MESSAGE_SIZE, "the result %.800s exists already%s; --overwrite replaces it",
                   r->final, IsGood(r->final) ? "" : " (of a run that failed)");
}

PetscErrorCode MfgResultsCheck(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  PetscFunctionBeginUser;
  message[0] = '\0';
  if (r->rank == 0) {
    MfgFolderCheckWritable(r->parent, message);
    if (!message[0]) FindObstacle(r, message);
    if (!message[0] && IsHeld(r->running)) TellBusy(r, message);
  }
  PetscCall(MfgShareMessage(r->comm, message));
  PetscFunctionReturn(0);
}

/*
  What a run left that was killed while it gave its result the name: the earlier result, in the way or alone.
*/
static void Recover(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  if (!MfgPathExists(r->replaced)) return;
  if (MfgPathExists(r->final))
    MfgFolderRemove(r->replaced, message);
  else
    MfgFolderRename(r->replaced, r->final, message);
}

/* Empty the running folder, whose lock this run holds. */
static void Clear(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  PetscInt removed;

  MfgFolderClear(r->running, "lock", &removed, message);
  if (removed) (void)fprintf(stderr, "throng: replacing %s, which an unfinished run left\n", r->running);
}

/* Give the lock back. The folder goes too if there is nothing in it. */
static void Withdraw(MfgResults r)
{
  if (r->lock < 0) return;
  (void)unlink(r->lock_path);
  (void)rmdir(r->running);
  DropLock(r);
}

PetscErrorCode MfgResultsBegin(MfgResults r, char message[MFG_MESSAGE_SIZE])
{
  PetscFunctionBeginUser;
  message[0] = '\0';
  if (r->rank == 0) {
    TakeLock(r, message);
    if (!message[0]) FindObstacle(r, message); /* there may be more now than at MfgResultsCheck() */
    if (!message[0]) Clear(r, message);
    if (!message[0]) Recover(r, message);
    if (message[0]) Withdraw(r);
  }
  PetscCall(MfgShareMessage(r->comm, message));
  PetscFunctionReturn(0);
}

/*
  Give the running folder the name `target`, in place of what has it now. The lock goes with the folder:
  without it somebody could take the folder for one that a killed run left.
*/
static void TakeName(MfgResults r, const char *target, char message[MFG_MESSAGE_SIZE])
{
  if (MfgPathExists(target)) MfgFolderRename(target, r->replaced, message);
  if (!message[0]) MfgFolderRename(r->running, target, message);
  if (!message[0]) MfgFolderSync(r->parent, NULL, message);
  if (!message[0]) MfgFolderRemove(r->replaced, message);
}

PetscErrorCode MfgResultsFinish(MfgResults r, PetscBool good, char path[MFG_PATH_SIZE])
{
  char message[MFG_MESSAGE_SIZE] = "", lock_path[MFG_PATH_SIZE + 16];
  int  aside = 0;

  PetscFunctionBeginUser;
  if (r->rank == 0) {
    aside = !good && MfgPathExists(r->final) && IsGood(r->final);
    MfgFolderSync(r->running, "lock", message);
    if (!message[0] && aside) MfgFolderRemove(r->failed, message);
    if (!message[0]) TakeName(r, aside ? r->failed : r->final, message);
    if (!message[0] && good) MfgFolderRemove(r->failed, message); /* what failed then has succeeded now */
    (void)snprintf(lock_path, sizeof(lock_path), "%s/lock", aside ? r->failed : r->final);
    if (!message[0]) (void)unlink(lock_path);
    DropLock(r);
  }
  PetscCall(MfgShareMessage(r->comm, message));
  PetscCallMPI(MPI_Bcast(&aside, 1, MPI_INT, 0, r->comm));
  PetscCheck(!message[0], r->comm, PETSC_ERR_FILE_WRITE, "%s", message);
  PetscCall(PetscStrncpy(path, aside ? r->failed : r->final, MFG_PATH_SIZE));
  PetscFunctionReturn(0);
}
