/* The runs of a folder: those of its plan, and what else is there; see status.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/folders.h"
#include "experiment/json_read.h"
#include "experiment/status_impl.h"

const char *const MfgFolderEndings[MFG_FOLDER_COUNT] = {"", ".failed", ".running", ".replaced"};

/* The folders of one run that are there. */
typedef struct {
  char    *run_id; /* NULL: it belongs to a run of the status now */
  unsigned seen;
} Entry;

typedef struct {
  PetscInt count, room;
  Entry   *entries;
} Listing;

void *MfgAllocate(size_t size)
{
  void *memory = calloc(size ? size : 1, 1);

  if (memory) return memory;
  (void)fprintf(stderr, "throng: no memory\n");
  exit(1);
}

/* "<game>-<solver>-seed<seed>-<12 hexadecimal digits>" */
static PetscBool IsRunId(const char *text, size_t length)
{
  enum { HASH = 12 };
  const char *seed = strstr(text, "-seed");

  return (PetscBool)(length > HASH && text[length - HASH - 1] == '-' &&
                     strspn(text + length - HASH, "0123456789abcdef") >= HASH && seed &&
                     seed < text + length && !memchr(text, '/', length));
}

size_t MfgFolderNameRead(const char *name, int *kind)
{
  size_t length = strlen(name);

  for (*kind = MFG_FOLDER_COUNT - 1; *kind > MFG_FOLDER_FINAL; --*kind) {
    const size_t ending = strlen(MfgFolderEndings[*kind]);

    if (length < ending || strcmp(name + length - ending, MfgFolderEndings[*kind]) != 0) continue;
    length -= ending;
    break;
  }
  return IsRunId(name, length) ? length : 0;
}

static int CompareEntries(const void *a, const void *b)
{
  return strcmp(((const Entry *)a)->run_id, ((const Entry *)b)->run_id);
}

static void Append(Listing *listing, char *run_id, int kind)
{
  if (listing->count == listing->room) {
    Entry *more = MfgAllocate((size_t)(2 * listing->room + 256) * sizeof(*more));

    if (listing->count) memcpy(more, listing->entries, (size_t)listing->count * sizeof(*more));
    free(listing->entries);
    listing->entries = more;
    listing->room = 2 * listing->room + 256;
  }
  listing->entries[listing->count].run_id = run_id;
  listing->entries[listing->count++].seen = 1U << kind;
}

/* Sort by run, one entry each. */
static void Unite(Listing *listing)
{
  PetscInt kept = 0;

  if (listing->count)
    qsort(listing->entries, (size_t)listing->count, sizeof(*listing->entries), CompareEntries);
  for (PetscInt i = 0; i < listing->count; i++) {
    Entry *entry = &listing->entries[i];

    if (kept && !strcmp(listing->entries[kept - 1].run_id, entry->run_id)) {
      listing->entries[kept - 1].seen |= entry->seen;
      free(entry->run_id);
    } else
      listing->entries[kept++] = *entry;
  }
  listing->count = kept;
}

/* Add what the folder holds. False, with errno: it cannot be read. */
static PetscBool List(const char *path, Listing *listing)
{
  DIR           *folder = opendir(path);
  struct dirent *entry;
  int            kind;

  if (!folder) return PETSC_FALSE;
  while ((entry = readdir(folder))) {
    const size_t length = MfgFolderNameRead(entry->d_name, &kind);
    char        *run_id;

    if (!length) continue;
    run_id = memcpy(MfgAllocate(length + 1), entry->d_name, length);
    Append(listing, run_id, kind);
  }
  (void)closedir(folder);
  Unite(listing);
  return PETSC_TRUE;
}

static int CompareRuns(const void *a, const void *b)
{
  return strcmp((*(MfgStatusRun *const *)a)->run_id, (*(MfgStatusRun *const *)b)->run_id);
}

/* Give the runs of the plan what was listed of them. How many have nothing. */
static PetscInt Match(Listing *listing, PetscInt count, MfgStatusRun *const sorted[])
{
  PetscInt missing = 0;

  for (PetscInt i = 0, e = 0; i < count; i++) {
    while (e < listing->count && strcmp(listing->entries[e].run_id, sorted[i]->run_id) < 0) e++;
    if (e < listing->count && !strcmp(listing->entries[e].run_id, sorted[i]->run_id))
      sorted[i]->seen = listing->entries[e].seen;
    else
      missing++;
  }
  return missing;
}

/* Append the runs that are there and not in the plan. */
static void AppendOthers(MfgStatus *status, Listing *listing, MfgStatusRun *const sorted[])
{
  MfgStatusRun *runs = MfgAllocate((size_t)(status->planned + listing->count) * sizeof(*runs));

  for (PetscInt i = 0, e = 0; e < listing->count; e++) {
    while (i < status->planned && strcmp(sorted[i]->run_id, listing->entries[e].run_id) < 0) i++;
    if (i < status->planned && !strcmp(sorted[i]->run_id, listing->entries[e].run_id)) continue;
    runs[status->count].run_id = listing->entries[e].run_id;
    runs[status->count].label = runs[status->count].ranks = "";
    runs[status->count++].seen = listing->entries[e].seen;
    listing->entries[e].run_id = NULL;
  }
  if (status->planned) memcpy(runs, status->runs, (size_t)status->planned * sizeof(*runs));
  free(status->runs);
  status->runs = runs;
}

/*
  List the folder. A run that gets another name meanwhile may show under none; so what is missing is looked
  for once more.
*/
static PetscBool ListRuns(MfgStatus *status, char message[MFG_MESSAGE_SIZE])
{
  Listing        listing = {0, 0, NULL};
  MfgStatusRun **sorted = MfgAllocate((size_t)status->planned * sizeof(*sorted));
  PetscBool      listed = List(status->folder, &listing);

  for (PetscInt i = 0; i < status->planned; i++) sorted[i] = &status->runs[i];
  if (status->planned) qsort(sorted, (size_t)status->planned, sizeof(*sorted), CompareRuns);
  if (listed && Match(&listing, status->planned, sorted)) {
    listed = List(status->folder, &listing);
    (void)Match(&listing, status->planned, sorted);
  }
  if (listed)
    AppendOthers(status, &listing, sorted);
  else
    (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot read %.800s: %s", status->folder, strerror(errno));
  for (PetscInt i = 0; i < listing.count; i++) free(listing.entries[i].run_id);
  free(listing.entries);
  free(sorted);
  return listed;
}

/*
  The field of a CSV text at *at, as RFC 4180 has it, without its quotes. *at goes on to the next; *last: it
  was the last of its line.
*/
static char *TakeField(char **at, PetscBool *last)
{
  char     *field = *at, *from = *at, *to = *at, end;
  PetscBool quoted = PETSC_FALSE;

  for (; *from && (quoted || (*from != ',' && *from != '\n')); from++) {
    if (*from != '"')
      *to++ = *from;
    else if (quoted && from[1] == '"')
      *to++ = *from++;
    else
      quoted = (PetscBool)!quoted;
  }
  end = *from;
  *to = '\0';
  *last = (PetscBool)(end != ',');
  *at = from + (end != '\0');
  return field;
}

enum { RUN_ID, LABEL, RANKS, TIME_LIMIT, KNOWN };

/* Take one line apart. How many fields it has; the first are kept. */
static int TakeLine(char **at, char *fields[KNOWN])
{
  int       count = 0;
  PetscBool last = PETSC_FALSE;

  for (int i = 0; i < KNOWN; i++) fields[i] = NULL;
  while (!last) {
    char *field = TakeField(at, &last);

    if (count < KNOWN) fields[count] = field;
    count++;
  }
  return count;
}

/* The runs of plan.csv. False: the text is no plan, or no whole one. */
static PetscBool ParsePlan(MfgStatus *status, PetscInt64 length)
{
  static const char *const titles[KNOWN] = {"run_id", "label", "ranks_per_run", "time_limit"};
  char                    *at = status->plan, *fields[KNOWN];
  PetscInt                 lines = 0;
  int                      columns;

  if ((PetscInt64)strlen(at) != length || !length || at[length - 1] != '\n') return PETSC_FALSE;
  for (const char *c = at; *c; c++) lines += *c == '\n';
  status->runs = MfgAllocate((size_t)lines * sizeof(*status->runs));
  columns = TakeLine(&at, fields);
  for (int i = 0; i < KNOWN; i++)
    if (!fields[i] || strcmp(fields[i], titles[i])) return PETSC_FALSE;
  while (*at) {
    MfgStatusRun *run = &status->runs[status->planned];

    if (TakeLine(&at, fields) != columns || !IsRunId(fields[RUN_ID], strlen(fields[RUN_ID])))
      return PETSC_FALSE;
    run->run_id = fields[RUN_ID];
    run->label = fields[LABEL];
    run->ranks = fields[RANKS];
    run->planned = PETSC_TRUE;
    status->count = ++status->planned;
  }
  return PETSC_TRUE;
}

static void ReadOrigin(MfgStatus *status)
{
  const char *slash = strrchr(status->folder, '/');
  char        path[MFG_PATH_SIZE];
  PetscInt64  length;

  (void)snprintf(path, sizeof(path), "%.4000s/experiment.json", status->folder);
  status->json = MfgFileRead(path, &length);
  if (status->json) {
    (void)MfgJsonReadText(MfgJsonFind(status->json, 1, "name"), sizeof(status->name), status->name);
    (void)MfgJsonReadText(MfgJsonFind(status->json, 1, "file"), sizeof(status->file), status->file);
    (void)MfgJsonReadText(MfgJsonFind(status->json, 1, "path"), sizeof(status->path), status->path);
    (void)MfgJsonReadReal(MfgJsonFind(status->json, 1, "ranks"), &status->ranks);
    (void)MfgJsonReadText(MfgJsonFind(status->json, 1, "version"), sizeof(status->version), status->version);
    (void)MfgJsonReadText(MfgJsonFind(status->json, 1, "commit"), sizeof(status->commit), status->commit);
  }
  if (!status->name[0])
    (void)snprintf(status->name, sizeof(status->name), "%.255s", slash ? slash + 1 : status->folder);
}

PetscBool MfgStatusIsExperiment(const char *folder)
{
  char plan[MFG_PATH_SIZE], json[MFG_PATH_SIZE];

  (void)snprintf(plan, sizeof(plan), "%.4000s/plan.csv", folder);
  (void)snprintf(json, sizeof(json), "%.4000s/experiment.json", folder);
  return (PetscBool)(MfgPathExists(plan) || MfgPathExists(json));
}

PetscBool MfgStatusRead(const char *folder, MfgStatus *status, char message[MFG_MESSAGE_SIZE])
{
  char       path[MFG_PATH_SIZE];
  PetscInt64 length;

  memset(status, 0, sizeof(*status));
  (void)snprintf(status->folder, sizeof(status->folder), "%.4000s", folder);
  (void)snprintf(path, sizeof(path), "%.4000s/plan.csv", folder);
  ReadOrigin(status);
  status->plan = MfgFileRead(path, &length);
  if (!status->plan)
    (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot read %.800s: %s", path, strerror(errno));
  else if (!ParsePlan(status, length))
    (void)snprintf(message, MFG_MESSAGE_SIZE,
                   "%.800s is no plan of this program; the next launch of the experiment writes it again",
                   path);
  else
    return ListRuns(status, message);
  return PETSC_FALSE;
}

void MfgStatusFree(MfgStatus *status)
{
  for (PetscInt i = 0; i < status->count; i++) {
    free(status->runs[i].reason);
    free(status->runs[i].stale);
    free(status->runs[i].work);
    if (i >= status->planned) free((char *)status->runs[i].run_id);
  }
  free(status->runs);
  free(status->plan);
  free(status->json);
}
