/*
  Folders on one rank. Not collective. Functions that can fail tell why in `message`, which they leave alone
  if all is well.
*/
#ifndef THRONG_EXPERIMENT_FOLDERS_H
#define THRONG_EXPERIMENT_FOLDERS_H

#include "experiment/results.h"

PetscBool MfgPathExists(const char *path);
/* Whether the folder `path` could be made, or be written in where it exists. Changes nothing. */
void MfgFolderCheckWritable(const char *path, char message[MFG_MESSAGE_SIZE]);
/* Make the folder, and those above it that are missing; these are brought to the disk. */
void MfgFolderMake(const char *path, char message[MFG_MESSAGE_SIZE]);
/* Remove the folder with all that is in it; nothing if there is none. */
void MfgFolderRemove(const char *path, char message[MFG_MESSAGE_SIZE]);
/* Remove all that is in the folder, except the entry `keep`. */
void MfgFolderClear(const char *path, const char *keep, PetscInt *removed, char message[MFG_MESSAGE_SIZE]);
/*
  Write `length` bytes to the file so that it holds the old content or the new, never a mix: beside it,
  synced, renamed. Several processes may do so at once.
*/
void MfgFileReplace(const char *path, size_t length, const char *text, char message[MFG_MESSAGE_SIZE]);
/*
  The same if there is no such file yet; one that there is stays as it is. (Where the file system has no
  links, one that comes at the same moment is replaced.)
*/
void MfgFileCreate(const char *path, size_t length, const char *text, char message[MFG_MESSAGE_SIZE]);
/* Remove what processes that were killed in these left in the folder. Errors are passed over. */
void MfgFolderTidy(const char *path);
void MfgFolderRename(const char *from, const char *to, char message[MFG_MESSAGE_SIZE]);
/*
  Bring the entries of the folder to the disk, and the files in it except the `count` named so. except NULL:
  the entries alone. (Opening and closing a file drops the locks that the process has on it.)
*/
void      MfgFolderSync(const char *path, PetscInt count, const char *const except[],
                        char message[MFG_MESSAGE_SIZE]);
PetscBool MfgIsOneOf(const char *name, PetscInt count, const char *const names[]);
/* Bring the entries of the folder above `path` to the disk: that there is something at `path`. */
void MfgFolderSyncAbove(const char *path, char message[MFG_MESSAGE_SIZE]);

/* Whether the file at `path` can be read and has this content. */
PetscBool MfgFileHas(const char *path, PetscInt64 length, const char *text);
/* The content of a file, with a zero after it; free with free(). NULL, with errno: it cannot be read. */
char *MfgFileRead(const char *path, PetscInt64 *length);

#endif
