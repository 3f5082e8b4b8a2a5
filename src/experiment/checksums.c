/* Checksums of files; see checksums.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include "experiment/checksums.h"
#include "experiment/folders.h"

static const char *const list_name = "checksums";

PetscBool MfgChecksumOfFile(const char *path, PetscInt64 size, MfgChecksum *sum)
{
  unsigned char bytes[1 << 16];
  FILE         *file = fopen(path, "rb");
  size_t        length;
  int           error;

  if (!file) return PETSC_FALSE;
  sum->size = 0;
  sum->crc = crc32(0, NULL, 0);
  errno = 0;
  while (size < 0 || sum->size < size) {
    const PetscInt64 left = size < 0 ? (PetscInt64)sizeof(bytes) : size - sum->size;

    length = fread(bytes, 1, (size_t)PetscMin(left, (PetscInt64)sizeof(bytes)), file);
    if (!length) break;
    sum->crc = crc32(sum->crc, bytes, (uInt)length);
    sum->size += (PetscInt64)length;
  }
  error = ferror(file) ? (errno ? errno : EIO) : 0;
  (void)fclose(file);
  errno = error;
  return (PetscBool)!error;
}

static const char *const record_name = "run.json";

static void WriteLine(const char *folder, const char *name, FILE *list, char message[MFG_MESSAGE_SIZE])
{
  char        path[MFG_PATH_SIZE];
  MfgChecksum sum;

  (void)snprintf(path, sizeof(path), "%.3800s/%.255s", folder, name);
  if (MfgChecksumOfFile(path, -1, &sum))
    (void)fprintf(list, "%08lx %" PetscInt64_FMT " %s\n", sum.crc, sum.size, name);
  else
    (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot read %.800s: %s", path, strerror(errno));
}

/* The record comes last: without its line the list was cut off. */
static void WriteLines(const char *folder, PetscInt count, const char *const except[], FILE *list,
                       char message[MFG_MESSAGE_SIZE])
{
  DIR           *entries = opendir(folder);
  struct dirent *entry;

  if (!entries) (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot read %.800s: %s", folder, strerror(errno));
  while (entries && !message[0] && (entry = readdir(entries))) {
    if (entry->d_name[0] == '.' || MfgIsOneOf(entry->d_name, count, except) ||
        !strcmp(entry->d_name, list_name) || !strcmp(entry->d_name, record_name))
      continue;
    WriteLine(folder, entry->d_name, list, message);
  }
  if (entries) (void)closedir(entries);
  if (!message[0]) WriteLine(folder, record_name, list, message);
}

void MfgChecksumsWrite(const char *folder, PetscInt count, const char *const except[],
                       char message[MFG_MESSAGE_SIZE])
{
  char  path[MFG_PATH_SIZE];
  FILE *list;
  int   error;

  (void)snprintf(path, sizeof(path), "%.3900s/%s", folder, list_name);
  errno = 0;
  list = fopen(path, "w");
  if (list) WriteLines(folder, count, except, list, message);
  error = !list || ferror(list) ? (errno ? errno : EIO) : 0;
  if (list && fclose(list) && !error) error = errno;
  if (error && !message[0])
    (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot write %.800s: %s", path, strerror(error));
}

/* One line of the list against the file that it names. */
static PetscBool LineFits(const char *folder, const char *line, char problem[MFG_MESSAGE_SIZE])
{
  char        name[256], path[MFG_PATH_SIZE];
  long long   size;
  MfgChecksum was = {0, 0}, is;

  if (sscanf(line, "%8lx %lld %255[^\n]", &was.crc, &size, name) != 3) {
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "%.800s/%s is not readable", folder, list_name);
    return PETSC_FALSE;
  }
  was.size = size;
  (void)snprintf(path, sizeof(path), "%.3800s/%.255s", folder, name);
  if (!MfgChecksumOfFile(path, -1, &is))
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "cannot read %.800s: %s", path, strerror(errno));
  else if (is.size != was.size || is.crc != was.crc)
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "%.800s is not what was written", path);
  else
    return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscBool MfgChecksumsFit(const char *folder, char problem[MFG_MESSAGE_SIZE])
{
  char      path[MFG_PATH_SIZE], line[512];
  FILE     *list;
  PetscBool fits = PETSC_TRUE, record = PETSC_FALSE;

  (void)snprintf(path, sizeof(path), "%.3900s/%s", folder, list_name);
  list = fopen(path, "r");
  if (!list) {
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "cannot read %.800s: %s", path, strerror(errno));
    return PETSC_FALSE;
  }
  while (fits && fgets(line, sizeof(line), list)) {
    record = (PetscBool)(record || strstr(line, " run.json\n"));
    fits = LineFits(folder, line, problem);
  }
  (void)fclose(list);
  if (fits && !record) { /* cut off at the end of a line */
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "%.800s is incomplete", path);
    fits = PETSC_FALSE;
  }
  return fits;
}
