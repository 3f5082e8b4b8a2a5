#define _XOPEN_SOURCE 700 /* st_mtim */
/* What --rerun asked for; see rerun.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "experiment/folders.h"
#include "experiment/rerun.h"

/* Of the program whose results are wanted. */
static int Format(size_t size, char text[])
{
  return snprintf(text, size, "%s %s\n", MfgVersion(), MfgCommit());
}

void MfgRerunLook(const char *folder, PetscInt which, PetscInt shard_index, PetscInt shard_count,
                  MfgRerunWish *wish)
{
  char        mine[256], shard[64] = "", *kept;
  PetscInt64  length;
  struct stat status;

  memset(wish, 0, sizeof(*wish));
  wish->asked = (PetscBool)((which & ~MFG_RERUN_DAMAGED) != 0);
  if (!wish->asked) return;
  (void)snprintf(wish->what, sizeof(wish->what), "%s%s%s", which == MFG_RERUN_ALL ? "all" : "",
                 which != MFG_RERUN_ALL && which & MFG_RERUN_FAILED ? "failed" : "",
                 which != MFG_RERUN_ALL && which & MFG_RERUN_STALE ? "stale" : "");
  if (shard_count > 1)
    (void)snprintf(shard, sizeof(shard), "-%" PetscInt_FMT "-%" PetscInt_FMT, shard_index, shard_count);
  (void)snprintf(wish->path, sizeof(wish->path), "%.3800s/.rerun-%s%s", folder, wish->what, shard);
  kept = MfgFileRead(wish->path, &length);
  (void)Format(sizeof(mine), mine);
  wish->goes_on = (PetscBool)(kept && !strcmp(kept, mine) && stat(wish->path, &status) == 0);
  if (wish->goes_on) wish->since = status.st_mtim;
  free(kept);
}

PetscBool MfgRerunIsDone(const MfgRerunWish *wish, const char *folder, const char *run_id, const char *ending)
{
  char        path[MFG_PATH_SIZE];
  struct stat status;

  (void)snprintf(path, sizeof(path), "%.3700s/%.255s%s/run.json", folder, run_id, ending);
  if (!wish->goes_on || stat(path, &status) != 0) return PETSC_FALSE;
  if (status.st_mtim.tv_sec != wish->since.tv_sec)
    return (PetscBool)(status.st_mtim.tv_sec > wish->since.tv_sec);
  return (PetscBool)(status.st_mtim.tv_nsec > wish->since.tv_nsec);
}

void MfgRerunKeep(const MfgRerunWish *wish, char message[MFG_MESSAGE_SIZE])
{
  char text[256];

  if (wish->asked && !wish->goes_on)
    MfgFileReplace(wish->path, (size_t)Format(sizeof(text), text), text, message);
}

void MfgRerunForget(const MfgRerunWish *wish)
{
  if (wish->asked) (void)unlink(wish->path);
}
