#define _XOPEN_SOURCE 700 /* nftw() */
/* Folders on one rank; see folders.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "experiment/folders.h"

static void Tell(const char *what, const char *path, int error, char message[MFG_MESSAGE_SIZE])
{
  (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot %s %.800s: %s", what, path, strerror(error));
}

PetscBool MfgPathExists(const char *path)
{
  struct stat status;

  return (PetscBool)(lstat(path, &status) == 0);
}

/* Cut the last part off. A path of one part becomes ".". */
static void GoUp(char path[MFG_PATH_SIZE])
{
  char *slash = strrchr(path, '/');

  while (slash && slash > path && !slash[1]) { /* "folder/" */
    *slash = '\0';
    slash = strrchr(path, '/');
  }
  if (!slash)
    (void)snprintf(path, MFG_PATH_SIZE, ".");
  else
    slash[slash == path] = '\0';
}

void MfgFolderCheckWritable(const char *path, char message[MFG_MESSAGE_SIZE])
{
  char        nearest[MFG_PATH_SIZE];
  struct stat status;

  (void)snprintf(nearest, sizeof(nearest), "%s", path);
  while (stat(nearest, &status) != 0) {
    if (errno != ENOENT || !strcmp(nearest, ".") || !strcmp(nearest, "/")) {
      Tell("write results in", path, errno, message);
      return;
    }
    GoUp(nearest);
  }
  if (!S_ISDIR(status.st_mode))
    Tell("write results in", path, ENOTDIR, message);
  else if (access(nearest, W_OK | X_OK) != 0)
    Tell("write results in", path, errno, message);
}

void MfgFolderMake(const char *path, char message[MFG_MESSAGE_SIZE])
{
  enum { TRIES = 100 };
  char        above[MFG_PATH_SIZE];
  struct stat status;
  int         error = 0;

  for (int i = 0; i < TRIES; i++) { /* another launch may remove the empty folder above at any time */
    if (mkdir(path, 0777) == 0) return;
    error = errno;
    if (error == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return;
    if (error != ENOENT) break;
    (void)snprintf(above, sizeof(above), "%s", path);
    GoUp(above);
    MfgFolderMake(above, message);
    if (!message[0]) MfgFolderSyncAbove(above, message);
    if (message[0]) return;
  }
  Tell("make the folder", path, error, message);
}

/* What is gone already was removed by another run. */
static int RemoveEntry(const char *path, const struct stat *status, int type, struct FTW *place)
{
  (void)status, (void)type, (void)place;
  return remove(path) != 0 && errno != ENOENT ? -1 : 0;
}

void MfgFolderRemove(const char *path, char message[MFG_MESSAGE_SIZE])
{
  enum { OPEN_FILES = 16 };

  if (!MfgPathExists(path)) return;
  if (nftw(path, RemoveEntry, OPEN_FILES, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
    Tell("remove", path, errno, message);
}

void MfgFolderClear(const char *path, const char *keep, PetscInt *removed, char message[MFG_MESSAGE_SIZE])
{
  DIR           *folder = opendir(path);
  struct dirent *entry;
  char           inside[MFG_PATH_SIZE];

  *removed = 0;
  if (!folder) Tell("read", path, errno, message);
  while (folder && !message[0] && (entry = readdir(folder))) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || !strcmp(entry->d_name, keep)) continue;
    (void)snprintf(inside, sizeof(inside), "%.3800s/%.255s", path, entry->d_name);
    MfgFolderRemove(inside, message);
    ++*removed;
  }
  if (folder) (void)closedir(folder);
}

void MfgFolderRename(const char *from, const char *to, char message[MFG_MESSAGE_SIZE])
{
  if (rename(from, to) != 0) Tell("rename to", to, errno, message);
}

static int WriteAll(int file, size_t length, const char *text)
{
  while (length) {
    const ssize_t written = write(file, text, length);

    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text += written;
    length -= (size_t)written;
  }
  return fsync(file) ? errno : 0;
}

/* The content in a file beside `path`, on the disk; 0 or errno. */
static int WriteBeside(const char *path, size_t length, const char *text, char beside[MFG_PATH_SIZE])
{
  char host[64] = "";
  int  file, error;

  (void)gethostname(host, sizeof(host) - 1);
  (void)snprintf(beside, MFG_PATH_SIZE, "%.3900s.%.64s-%ld.new", path, host, (long)getpid());
  file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  error = file < 0 ? errno : WriteAll(file, length, text);
  if (file >= 0 && close(file) && !error) error = errno;
  return error;
}

void MfgFileReplace(const char *path, size_t length, const char *text, char message[MFG_MESSAGE_SIZE])
{
  char beside[MFG_PATH_SIZE];
  int  error = WriteBeside(path, length, text, beside);

  if (!error && rename(beside, path)) error = errno;
  if (!error) return;
  (void)unlink(beside);
  Tell("write", path, error, message);
}

void MfgFileCreate(const char *path, size_t length, const char *text, char message[MFG_MESSAGE_SIZE])
{
  char beside[MFG_PATH_SIZE];
  int  error = WriteBeside(path, length, text, beside);

  if (!error && link(beside, path) && errno != EEXIST) error = rename(beside, path) ? errno : 0;
  (void)unlink(beside);
  if (error) Tell("write", path, error, message);
}

void MfgFolderTidy(const char *path)
{
  DIR           *folder = opendir(path);
  struct dirent *entry;
  char           inside[MFG_PATH_SIZE];

  while (folder && (entry = readdir(folder))) {
    const size_t length = strlen(entry->d_name);

    if (length < 4 || strcmp(entry->d_name + length - 4, ".new")) continue;
    (void)snprintf(inside, sizeof(inside), "%.3800s/%.255s", path, entry->d_name);
    (void)unlink(inside);
  }
  if (folder) (void)closedir(folder);
}

/* Up to `size` bytes; how many, or -1 with errno. */
static ssize_t ReadAll(int file, size_t size, char *text)
{
  size_t  length = 0;
  ssize_t got = 1;

  while (length < size && got) {
    got = read(file, text + length, size - length);
    if (got < 0 && errno != EINTR) return -1;
    if (got > 0) length += (size_t)got;
  }
  return (ssize_t)length;
}

char *MfgFileRead(const char *path, PetscInt64 *length)
{
  const int   file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  char       *text = NULL;
  ssize_t     got = -1;
  int         error;

  if (file < 0) return NULL;
  if (fstat(file, &status) == 0 && (text = malloc((size_t)status.st_size + 1)))
    got = ReadAll(file, (size_t)status.st_size, text);
  error = errno;
  (void)close(file);
  errno = error;
  if (got < 0) {
    free(text);
    return NULL;
  }
  text[got] = '\0';
  *length = (PetscInt64)got;
  return text;
}

PetscBool MfgFileHas(const char *path, PetscInt64 length, const char *text)
{
  PetscInt64      there;
  char           *content = MfgFileRead(path, &there);
  const PetscBool same = (PetscBool)(content && there == length && !memcmp(content, text, (size_t)length));

  free(content);
  return same;
}

/* Bring one file or folder to the disk. Some file systems have no fsync() of folders and need none. */
static void SyncOne(const char *path, char message[MFG_MESSAGE_SIZE])
{
  const int file = open(path, O_RDONLY);

  if (file < 0 || (fsync(file) != 0 && errno != EINVAL && errno != ENOTSUP))
    Tell("bring to the disk", path, errno, message);
  if (file >= 0) (void)close(file);
}

PetscBool MfgIsOneOf(const char *name, PetscInt count, const char *const names[])
{
  for (PetscInt i = 0; i < count; i++)
    if (!strcmp(name, names[i])) return PETSC_TRUE;
  return PETSC_FALSE;
}

void MfgFolderSync(const char *path, PetscInt count, const char *const except[],
                   char message[MFG_MESSAGE_SIZE])
{
  DIR           *folder = except ? opendir(path) : NULL;
  struct dirent *entry;
  char           file[MFG_PATH_SIZE];

  if (except && !folder) Tell("read", path, errno, message);
  while (folder && (entry = readdir(folder))) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
        MfgIsOneOf(entry->d_name, count, except))
      continue;
    (void)snprintf(file, sizeof(file), "%.3800s/%.255s", path, entry->d_name);
    SyncOne(file, message);
  }
  if (folder) (void)closedir(folder);
  SyncOne(path, message);
}

void MfgFolderSyncAbove(const char *path, char message[MFG_MESSAGE_SIZE])
{
  char above[MFG_PATH_SIZE];

  (void)snprintf(above, sizeof(above), "%s", path);
  GoUp(above);
  SyncOne(above, message);
}
