#define _XOPEN_SOURCE 700 /* open_memstream() */
/* throng status: which experiments and which run are meant. Neither MPI nor PETSc is there. */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "cli.h"
#include "status_find.h"
#include "status_tell.h"

/* The folders of experiments that are looked at, and the run, where one is named. */
typedef struct {
  PetscInt count;
  char   **folders;
  char     run[512]; /* empty: none */
} Scope;

static int ComparePaths(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void Add(Scope *scope, const char *folder)
{
  const size_t size = strlen(folder) + 1;
  char       **more = realloc(scope->folders, (size_t)(scope->count + 1) * sizeof(*more));

  if (!more) return;
  scope->folders = more;
  more[scope->count] = malloc(size);
  if (more[scope->count]) memcpy(more[scope->count++], folder, size);
}

/* The experiments one level below. */
static void AddBelow(Scope *scope, const char *path)
{
  DIR           *folder = opendir(path);
  struct dirent *entry;
  char           below[MFG_PATH_SIZE];

  while (folder && (entry = readdir(folder))) {
    if (entry->d_name[0] == '.') continue;
    (void)snprintf(below, sizeof(below), "%.3800s/%.255s", strcmp(path, "/") ? path : "", entry->d_name);
    if (MfgStatusIsExperiment(below)) Add(scope, below);
  }
  if (folder) (void)closedir(folder);
  if (scope->count) qsort(scope->folders, (size_t)scope->count, sizeof(*scope->folders), ComparePaths);
}

/* The folder of a run stands for the run. */
static void AddRun(Scope *scope, const char *path)
{
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  char        parent[MFG_PATH_SIZE];

  (void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash ? slash - path : 1), slash ? path : ".");
  if (!MfgIsRunFolder(name) || !MfgStatusIsExperiment(parent)) return;
  (void)snprintf(scope->run, sizeof(scope->run), "%.511s", name);
  Add(scope, parent);
}

/* What else stands beside a folder that there is not. */
static void TellNoFolder(const char *path, int error)
{
  const char    *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *near = NULL;
  char           parent[MFG_PATH_SIZE], best[256] = "";
  DIR           *folder;
  struct dirent *entry;

  (void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash ? slash - path + 1 : 1), slash ? path : ".");
  folder = error == ENOENT ? opendir(parent) : NULL;
  while (folder && (entry = readdir(folder))) {
    const char *const both[] = {entry->d_name, best};

    near = MfgNearestWord(name, best[0] ? 2 : 1, both);
    if (near && near != best) (void)snprintf(best, sizeof(best), "%.255s", near);
  }
  if (folder) (void)closedir(folder);
  (void)fprintf(stderr, "throng: %s: %s%s%s%s%s\n", path, strerror(error), best[0] ? "; did you mean '" : "",
                best[0] && slash ? parent : "", best, best[0] ? "'?" : "");
}

/* Find what the first word names. False, with a message on stderr: nothing. */
static PetscBool FindScope(const char *word, Scope *scope)
{
  char        path[MFG_PATH_SIZE];
  struct stat status;
  size_t      length = strlen(word);

  while (length > 1 && word[length - 1] == '/') length--;
  (void)snprintf(path, sizeof(path), "%.*s", (int)PetscMin(length, MFG_PATH_SIZE - 1), word);
  if (stat(path, &status) != 0) {
    TellNoFolder(path, errno);
    return PETSC_FALSE;
  }
  if (MfgStatusIsExperiment(path))
    Add(scope, path);
  else
    AddBelow(scope, path);
  if (!scope->count && !scope->run[0]) AddRun(scope, path);
  if (!scope->count)
    (void)fprintf(
        stderr,
        "throng: %s: no experiment there, nor one level below; expected the folder of results that was "
        "given with --out, or OUT/<name>\n",
        path);
  return (PetscBool)(scope->count > 0);
}

/* What the threads that look at the runs of an experiment share. */
typedef struct {
  MfgStatus      *status;
  PetscBool       verify;
  PetscInt        next; /* the run that nobody looks at yet */
  pthread_mutex_t mutex;
} Looking;

static void *Look(void *context)
{
  Looking *looking = context;

  for (;;) {
    PetscInt run;

    (void)pthread_mutex_lock(&looking->mutex);
    run = looking->next++;
    (void)pthread_mutex_unlock(&looking->mutex);
    if (run >= looking->status->count) return NULL;
    MfgStatusLook(looking->status, run, looking->verify);
  }
}

/* Several at a time: disks and the file systems of networks are slow to answer, but answer many at once. */
static void LookAtAll(MfgStatus *status, PetscBool verify)
{
  enum { MOST_THREADS = 16, RUNS_EACH = 16 };
  Looking   looking = {status, verify, 0, PTHREAD_MUTEX_INITIALIZER};
  pthread_t threads[MOST_THREADS];
  int       count = 0;

  while (count < MOST_THREADS && (PetscInt)count * RUNS_EACH < status->count - RUNS_EACH &&
         !pthread_create(&threads[count], NULL, Look, &looking))
    count++;
  (void)Look(&looking);
  for (int i = 0; i < count; i++) (void)pthread_join(threads[i], NULL);
}

static int TellAll(const MfgArguments *arguments, const Scope *scope)
{
  char      message[MFG_MESSAGE_SIZE];
  PetscBool unfinished = PETSC_FALSE, failed = PETSC_FALSE;
  MfgStatus status;

  for (PetscInt i = 0; i < scope->count; i++) {
    if (i) (void)putchar('\n');
    if (MfgStatusRead(scope->folders[i], &status, message)) {
      int code;

      status.program = arguments->program;
      LookAtAll(&status, arguments->verify);
      code = MfgTellExperiment(&status, arguments->all);
      unfinished = (PetscBool)(unfinished || code == MFG_EXIT_STOPPED);
      failed = (PetscBool)(failed || code == MFG_EXIT_FAILED);
    } else {
      failed = PETSC_TRUE;
      (void)fprintf(stderr, "throng: %s\n", message);
    }
    MfgStatusFree(&status);
  }
  return unfinished ? MFG_EXIT_STOPPED : failed ? MFG_EXIT_FAILED : MFG_EXIT_DONE;
}

/* A launch may give the run's folder another name while it is read; then it is read again. */
static int TellRun(MfgStatus *status, PetscInt run)
{
  enum { TRIES = 4 };
  PetscBool whole = PETSC_FALSE;

  for (int i = 0; i < TRIES && !whole; i++) {
    char  *text = NULL;
    size_t length = 0;
    FILE  *stream = open_memstream(&text, &length);

    if (!stream) return MFG_EXIT_FAILED;
    MfgStatusLook(status, run, PETSC_TRUE);
    whole = (PetscBool)(MfgTellRun(status, &status->runs[run], stream) || i + 1 == TRIES);
    if (!fclose(stream) && whole) (void)fputs(text, stdout);
    free(text);
  }
  return MfgTellRunNext(status, &status->runs[run]);
}

static int TellOne(const MfgArguments *arguments, const Scope *scope)
{
  MfgStatus *experiments = calloc((size_t)scope->count, sizeof(*experiments));
  char       message[MFG_MESSAGE_SIZE];
  int        code = MFG_EXIT_BAD_INPUT;
  PetscInt   experiment, run;

  if (!experiments) return MFG_EXIT_FAILED;
  for (PetscInt i = 0; i < scope->count; i++) {
    if (!MfgStatusRead(scope->folders[i], &experiments[i], message))
      (void)fprintf(stderr, "throng: %s\n", message);
    experiments[i].program = arguments->program;
  }
  if (MfgFindRun(scope->count, experiments, scope->run, &experiment, &run))
    code = TellRun(&experiments[experiment], run);
  for (PetscInt i = 0; i < scope->count; i++) MfgStatusFree(&experiments[i]);
  free(experiments);
  return code;
}

int MfgStatusCommand(const MfgArguments *arguments)
{
  Scope scope = {0, NULL, ""};
  int   code = MFG_EXIT_BAD_INPUT;

  if (arguments->word_count > 1) (void)snprintf(scope.run, sizeof(scope.run), "%.511s", arguments->words[1]);
  if (FindScope(arguments->words[0], &scope))
    code = scope.run[0] ? TellOne(arguments, &scope) : TellAll(arguments, &scope);
  for (PetscInt i = 0; i < scope.count; i++) free(scope.folders[i]);
  free(scope.folders);
  return code;
}
