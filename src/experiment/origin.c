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
  if (!strcmp(place, mine)) return; /* edited, perhaps */
  if (!strcmp(LastPart(file), LastPart(origin->path)) && MfgFileHas(place, origin->length, origin->text))
    return;
  (void)snprintf(kept, sizeof(kept), "%.4000s/experiment.yaml", folder);
  if (MfgFileHas(kept, origin->length, origin->text)) return; /* a copy, renamed or moved */
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
  PetscCall(MfgJsonInteger(&json, "ranks", origin->ranks));
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

/*
  The first file of a folder says whose it is: where two experiments come at once, one of them finds that of
  the other.
*/
static void Settle(const MfgOrigin *origin, const char *folder, size_t length, const char *text,
                   char message[MFG_MESSAGE_SIZE])
{
  char path[MFG_PATH_SIZE];

  (void)snprintf(path, sizeof(path), "%.3900s/experiment.json", folder);
  if (!MfgPathExists(path)) MfgFileCreate(path, length, text, message);
  if (!message[0]) MfgOriginCheck(origin, folder, message);
}

/* A text that plan or origin writes; free() it. */
static PetscErrorCode Format(const MfgOrigin *origin, const MfgPlan *plan, size_t *length, char **text)
{
  FILE *stream;

  PetscFunctionBeginUser;
  *text = NULL;
  stream = open_memstream(text, length);
  PetscCheck(stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  if (origin)
    PetscCall(WriteJson(origin, plan, stream));
  else
    PetscCall(MfgPlanWrite(plan, stream));
  PetscCheck(!fclose(stream), PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscFunctionReturn(0);
}

static void Replace(const char *folder, const char *name, size_t length, const char *text,
                    char message[MFG_MESSAGE_SIZE])
{
  char path[MFG_PATH_SIZE];

  (void)snprintf(path, sizeof(path), "%.3900s/%.100s", folder, name);
  if (!message[0]) MfgFileReplace(path, length, text, message);
}

PetscErrorCode MfgOriginWrite(const MfgOrigin *origin, const MfgPlan *plan, const char *folder,
                              char message[MFG_MESSAGE_SIZE])
{
  char  *json, *csv;
  size_t json_length, csv_length;

  PetscFunctionBeginUser;
  PetscCall(Format(origin, plan, &json_length, &json));
  PetscCall(Format(NULL, plan, &csv_length, &csv));
  MfgFolderMake(folder, message);
  if (!message[0]) MfgFolderSyncAbove(folder, message);
  if (!message[0]) Settle(origin, folder, json_length, json, message);
  Replace(folder, "experiment.yaml", (size_t)origin->length, origin->text, message);
  Replace(folder, "plan.csv", csv_length, csv, message);
  Replace(folder, "experiment.json", json_length, json, message);
  free(csv);
  free(json);
  PetscFunctionReturn(0);
}
