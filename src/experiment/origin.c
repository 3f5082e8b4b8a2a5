#define _XOPEN_SOURCE 700 /* realpath(), open_memstream() */
/* Where the results of a folder come from; see origin.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/folders.h"
#include "experiment/json.h"
#include "experiment/json_read.h"
#include "experiment/origin.h"

static const char *LastPart(const char *path)
{
  const char *slash = strrchr(path, '/');

  return slash ? slash + 1 : path;
}

/* Whether the file at `path` can be read and has another content than `text`. */
static PetscBool Differs(const char *path, const char *text, PetscInt length)
{
  FILE     *file = fopen(path, "rb");
  PetscInt  i = 0;
  int       c = 0;
  PetscBool differs;

  if (!file) return PETSC_FALSE;
  while (i < length && (c = getc(file)) != EOF && c == (unsigned char)text[i]) i++;
  differs = (PetscBool)(i < length || getc(file) != EOF);
  (void)fclose(file);
  return differs;
}

/* The value of a text in experiment.json; empty if there is none. */
static void ReadText(const char *folder, const char *key, size_t size, char value[])
{
  char       path[MFG_PATH_SIZE], *text;
  PetscInt64 length;

  (void)snprintf(path, sizeof(path), "%.4000s/experiment.json", folder);
  text = MfgFileRead(path, &length);
  (void)MfgJsonReadText(text ? MfgJsonFind(text, 1, key) : NULL, size, value);
  free(text);
}

void MfgOriginCheck(const MfgOrigin *origin, const char *folder, char message[MFG_MESSAGE_SIZE])
{
  char file[MFG_PATH_SIZE], place[MFG_PATH_SIZE], mine[MFG_PATH_SIZE] = "", kept[MFG_PATH_SIZE];

  ReadText(folder, "file", sizeof(file), file);
  ReadText(folder, "path", sizeof(place), place);
  if (!file[0] || !realpath(origin->path, mine)) return;
  if (!strcmp(LastPart(file), LastPart(origin->path)) &&
      (!strcmp(place, mine) || !Differs(place, origin->text, origin->length)))
    return;
  (void)snprintf(kept, sizeof(kept), "%.4000s/experiment.yaml", folder);
  if (MfgPathExists(kept) && !Differs(kept, origin->text, origin->length)) return; /* a copy, renamed */
  (void)snprintf(message, MFG_MESSAGE_SIZE,
                 "%.300s holds results of another experiment, of the file %.300s; give this one another name "
                 "(--set name=...) or another folder (--out)",
                 folder, place);
}

static PetscErrorCode WriteJson(const MfgOrigin *origin, const MfgPlan *plan, FILE *stream)
{
  MfgJson            json = {stream, 0, PETSC_TRUE};
  const char *const *keys;
  char               place[MFG_PATH_SIZE] = "";
  PetscInt           count;

  PetscFunctionBeginUser;
  if (!realpath(origin->path, place)) place[0] = '\0';
  PetscCall(MfgJsonOpen(&json, NULL, '{'));
  PetscCall(MfgJsonText(&json, "name", origin->name));
  PetscCall(MfgJsonText(&json, "file", origin->path));
  PetscCall(MfgJsonText(&json, "path", place));
  PetscCall(MfgJsonOpen(&json, "settings", '['));
  for (PetscInt i = 0; i < origin->setting_count; i++)
    PetscCall(MfgJsonText(&json, NULL, origin->settings[i]));
  PetscCall(MfgJsonClose(&json, ']'));
  PetscCall(MfgJsonOpen(&json, "petsc_options", '['));
  for (PetscInt i = 0; i < origin->option_count; i++) PetscCall(MfgJsonText(&json, NULL, origin->options[i]));
  PetscCall(MfgJsonClose(&json, ']'));
  PetscCall(MfgJsonText(&json, "version", MfgVersion()));
  PetscCall(MfgJsonText(&json, "commit", MfgCommit()));
  PetscCall(MfgJsonInteger(&json, "runs", plan->count));
  PetscCall(MfgJsonOpen(&json, "axes", '['));
  PetscCall(MfgSweepGetAxes(plan->sweep, &count, &keys));
  for (PetscInt i = 0; i < count; i++) PetscCall(MfgJsonText(&json, NULL, keys[i]));
  PetscCall(MfgJsonClose(&json, ']'));
  PetscCall(MfgJsonClose(&json, '}'));
  PetscFunctionReturn(0);
}

/* Write one file of the folder: the text of a stream that was filled. */
static void Replace(const char *folder, const char *name, FILE *stream, size_t *length, char **text,
                    char message[MFG_MESSAGE_SIZE])
{
  char path[MFG_PATH_SIZE];

  (void)snprintf(path, sizeof(path), "%.3900s/%.100s", folder, name);
  if (fclose(stream))
    (void)snprintf(message, MFG_MESSAGE_SIZE, "no memory for %.800s", path);
  else if (!message[0])
    MfgFileReplace(path, *length, *text, message);
  free(*text);
}

PetscErrorCode MfgOriginWrite(const MfgOrigin *origin, const MfgPlan *plan, const char *folder,
                              char message[MFG_MESSAGE_SIZE])
{
  char   path[MFG_PATH_SIZE], *text = NULL;
  size_t length = 0;
  FILE  *stream;

  PetscFunctionBeginUser;
  MfgFolderMake(folder, message);
  if (!message[0]) MfgFolderSyncAbove(folder, message);
  (void)snprintf(path, sizeof(path), "%.3900s/experiment.yaml", folder);
  if (!message[0]) MfgFileReplace(path, (size_t)origin->length, origin->text, message);
  stream = open_memstream(&text, &length);
  PetscCheck(stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscCall(MfgPlanWrite(plan, stream));
  Replace(folder, "plan.csv", stream, &length, &text, message);
  text = NULL;
  stream = open_memstream(&text, &length);
  PetscCheck(stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscCall(WriteJson(origin, plan, stream));
  Replace(folder, "experiment.json", stream, &length, &text, message);
  PetscFunctionReturn(0);
}
