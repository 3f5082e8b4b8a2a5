#define _XOPEN_SOURCE 700 /* sigaction(), gethostname() */
/* One launch on an experiment; see launch.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "experiment/folders.h"
#include "experiment/launch.h"

struct _p_MfgLaunch {
  MPI_Comm    comm;
  PetscMPIInt rank;
  PetscInt    max_failures;
  double      deadline, looked; /* MPI_Wtime() */
  MfgStop     stop;             /* as far as this rank knows */
  PetscInt    claimed, failed;  /* runs, by this rank */
  char        name[256], folder[MFG_PATH_SIZE];
  PetscBool   open;
  int         lock;  /* on rank 0; -1: none */
  int         tally; /* file of this rank; -1: none yet */
};

/*
  A tally is a text of three numbers of runs, each of which is written where it stands when it changes: what
  this rank has claimed, what of it is complete, and what has failed.
*/
enum { TALLY_COUNTS = 3, TALLY_DIGITS = 12, TALLY_WIDTH = TALLY_DIGITS + 1 };
typedef enum { CLAIMED, GOOD, FAILED } Tally;

static volatile sig_atomic_t asked_to_stop = 0; /* the first signal */
static volatile sig_atomic_t interrupts = 0, terminations = 0;
static PetscBool             listens_to_all = PETSC_FALSE;

/* Who presses Ctrl-C twice, or sends TERM twice, does not want to wait for the end of an iteration. */
static void AskToStop(int number)
{
  static const char told[] =
      "throng: stops with a checkpoint after this iteration; once more ends it at once\n";
  const int before = number == SIGINT ? interrupts++ : number == SIGTERM ? terminations++ : 0;

  if (before) {
    (void)signal(number, SIG_DFL);
    (void)raise(number);
  }
  if (number == SIGINT) (void)!write(STDERR_FILENO, told, sizeof(told) - 1);
  if (!asked_to_stop) asked_to_stop = number;
}

static void ListenTo(int number)
{
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = AskToStop;
  action.sa_flags = SA_RESTART;
  (void)sigemptyset(&action.sa_mask);
  (void)sigaction(number, &action, NULL);
}

void MfgListen(void)
{
  listens_to_all = PETSC_TRUE;
  ListenTo(SIGUSR1);
  ListenTo(SIGINT);
  ListenTo(SIGTERM);
}

/* PETSc's handlers would take a signal such as TERM for an error of the program, and tell pages about it. */
PetscErrorCode MfgLaunchListen(void)
{
  PetscFunctionBeginUser;
  PetscCall(PetscPopSignalHandler());
  if (listens_to_all)
    MfgListen();
  else
    ListenTo(SIGUSR1);
  PetscFunctionReturn(0);
}

const char *MfgStopText(MfgStop stop)
{
  static const char *const texts[MFG_STOP_COUNT] = {"", "SIGUSR1", "the time limit of the launch is near",
                                                    "too many runs have failed", "results cannot be written"};

  if (stop == MFG_STOP_SIGNAL && asked_to_stop == SIGINT) return "SIGINT";
  if (stop == MFG_STOP_SIGNAL && asked_to_stop == SIGTERM) return "SIGTERM";
  return texts[stop];
}

/* The name of this host, as it stands in that of a launch. */
static void GetHost(size_t size, char host[])
{
  char whole[256] = "";

  (void)gethostname(whole, sizeof(whole) - 1);
  (void)snprintf(host, size, "%.*s", (int)strcspn(whole, "./"), whole);
}

PetscErrorCode MfgLaunchCreate(MPI_Comm comm, double deadline, PetscInt max_failures, MfgLaunch *launch)
{
  MfgLaunch l;
  char      host[128];
  time_t    now = time(NULL);
  struct tm utc;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&l));
  l->comm = comm;
  l->lock = l->tally = -1;
  l->max_failures = max_failures;
  l->deadline = deadline;
  PetscCallMPI(MPI_Comm_rank(comm, &l->rank));
  GetHost(sizeof(host), host);
  (void)gmtime_r(&now, &utc);
  (void)strftime(l->name, 32, "%Y%m%dT%H%M%S", &utc);
  (void)snprintf(l->name + strlen(l->name), sizeof(l->name) - 32, "-%s-%ld", host, (long)getpid());
  PetscCallMPI(MPI_Bcast(l->name, (int)sizeof(l->name), MPI_CHAR, 0, comm));
  *launch = l;
  PetscFunctionReturn(0);
}

const char *MfgLaunchGetName(MfgLaunch launch)
{
  return launch->name;
}

/* The path of an entry of the folder of claims. */
static void GetPath(MfgLaunch launch, const char *entry, char path[MFG_PATH_SIZE])
{
  (void)snprintf(path, MFG_PATH_SIZE, "%.3800s/%.255s", launch->folder, entry);
}

/*
  Make a file that there must not be. False, with errno, if it cannot be made. One more name of the launch's
  lock costs less than a file of its own, where the file system has that, and as many.
*/
static PetscBool MakeFile(MfgLaunch launch, const char *entry)
{
  char path[MFG_PATH_SIZE], lock[MFG_PATH_SIZE];
  int  file;

  GetPath(launch, entry, path);
  GetPath(launch, "lock", lock);
  if (link(lock, path) == 0) return PETSC_TRUE;
  if (errno == EEXIST) return PETSC_FALSE;
  file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file >= 0) (void)close(file);
  return (PetscBool)(file >= 0);
}

/* The host in the name of a launch, "<time>-<host>-<process id>", which may have a '-' itself. */
static PetscBool ReadName(const char *name, size_t size, char host[], pid_t *pid)
{
  const char *first = strchr(name, '-'), *last = strrchr(name, '-');
  char       *end;

  if (!first || first == last || (size_t)(last - first) > size) return PETSC_FALSE;
  (void)snprintf(host, size, "%.*s", (int)(last - first - 1), first + 1);
  *pid = (pid_t)strtol(last + 1, &end, 10);
  return (PetscBool)(end > last + 1 && !*end);
}

/*
  Whether the launch whose folder this is was killed. Not every file system tells of locks on other hosts: the
  folder of a launch there counts only when nothing has changed in it for a day.
*/
static PetscBool IsLeft(const char *path, const char *name)
{
  enum { DAY = 86400 };
  char        host[128], here[128];
  struct stat status;
  pid_t       pid;

  if (MfgFolderIsHeld(path)) return PETSC_FALSE;
  GetHost(sizeof(here), here);
  if (ReadName(name, sizeof(host), host, &pid) && !strcmp(host, here))
    return (PetscBool)(kill(pid, 0) != 0 && errno == ESRCH);
  return (PetscBool)(stat(path, &status) == 0 && time(NULL) - status.st_mtime > DAY);
}

/* Remove the folders of launches that were killed; those that begin with '.' had not got their names. */
static void Tidy(const char *parent)
{
  DIR           *folder = opendir(parent);
  struct dirent *entry;
  char           path[MFG_PATH_SIZE], ignored[MFG_MESSAGE_SIZE];

  while (folder && (entry = readdir(folder))) {
    const char *name = entry->d_name;

    if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
    (void)snprintf(path, sizeof(path), "%.3800s/%.255s", parent, name);
    ignored[0] = '\0';
    if (IsLeft(path, name[0] == '.' ? name + 1 : name)) MfgFolderRemove(path, ignored);
  }
  if (folder) (void)closedir(folder);
}

void MfgLaunchTidy(const char *folder)
{
  char parent[MFG_PATH_SIZE];

  (void)snprintf(parent, sizeof(parent), "%.3600s/.launches", folder);
  Tidy(parent);
  (void)rmdir(parent);
}

/* The folder gets its name when its lock is held, so that nobody takes it for one that was left. */
static void Open(MfgLaunch launch, const char *parent, char message[MFG_MESSAGE_SIZE])
{
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  char         hidden[MFG_PATH_SIZE], path[MFG_PATH_SIZE];

  Tidy(parent);
  (void)snprintf(hidden, sizeof(hidden), "%.3700s/.%.255s", parent, launch->name);
  (void)snprintf(path, sizeof(path), "%.4000s/lock", hidden);
  MfgFolderMake(hidden, message);
  if (message[0]) return;
  launch->lock = open(path, O_RDWR | O_CLOEXEC | O_CREAT, 0666);
  if (launch->lock < 0) {
    (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot make %.800s: %s", path, strerror(errno));
    return;
  }
  (void)fcntl(launch->lock, F_SETLK,
              &whole); /* without locks in the file system somebody may tidy up too early */
  MfgFolderRename(hidden, launch->folder, message);
}

PetscErrorCode MfgLaunchOpen(MfgLaunch launch, const char *folder, char message[MFG_MESSAGE_SIZE])
{
  char parent[MFG_PATH_SIZE];

  PetscFunctionBeginUser;
  message[0] = '\0';
  (void)snprintf(parent, sizeof(parent), "%.3600s/.launches", folder);
  (void)snprintf(launch->folder, sizeof(launch->folder), "%.3700s/%.255s", parent, launch->name);
  if (launch->rank == 0) Open(launch, parent, message);
  PetscCall(MfgShareMessage(launch->comm, message));
  launch->open = (PetscBool)!message[0];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgLaunchDestroy(MfgLaunch *launch)
{
  MfgLaunch l = *launch;
  char      ignored[MFG_MESSAGE_SIZE] = "";

  PetscFunctionBeginUser;
  if (!l) PetscFunctionReturn(0);
  PetscCallMPI(MPI_Barrier(l->comm)); /* nobody claims any more */
  if (l->rank == 0 && l->open) {
    MfgFolderRemove(l->folder, ignored);
    *strrchr(l->folder, '/') = '\0';
    (void)rmdir(l->folder); /* .launches, unless another launch is there */
  }
  if (l->tally >= 0) (void)close(l->tally);
  if (l->lock >= 0) (void)close(l->lock);
  PetscCall(PetscFree(*launch));
  PetscFunctionReturn(0);
}

static void OpenTally(MfgLaunch launch)
{
  char path[MFG_PATH_SIZE], entry[64];

  (void)snprintf(entry, sizeof(entry), "tally-%d", (int)launch->rank);
  GetPath(launch, entry, path);
  launch->tally = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
}

/* Nobody rests on the tallies but who shows them, and max_failures. */
static void WriteTally(MfgLaunch launch, Tally which, PetscInt count)
{
  char text[32];

  (void)snprintf(text, sizeof(text), "%*" PetscInt_FMT "\n", TALLY_DIGITS, count);
  if (launch->tally >= 0) (void)!pwrite(launch->tally, text, TALLY_WIDTH, (off_t)which * TALLY_WIDTH);
}

void MfgLaunchClaim(MfgLaunch launch, PetscInt number, PetscBool *mine, char message[MFG_MESSAGE_SIZE])
{
  char entry[64];

  (void)snprintf(entry, sizeof(entry), "claim-%" PetscInt_FMT, number);
  *mine = MakeFile(launch, entry);
  if (!*mine && errno != EEXIST)
    (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot make %.800s/%s: %s", launch->folder, entry,
                   strerror(errno));
  if (*mine && launch->tally < 0) OpenTally(launch);
  if (*mine) WriteTally(launch, CLAIMED, ++launch->claimed);
}

/* What was not written yet counts as zero. */
static void ReadTally(MfgLaunch launch, const char *entry, PetscInt sum[TALLY_COUNTS])
{
  char path[MFG_PATH_SIZE], text[TALLY_COUNTS * TALLY_WIDTH + 1] = "";
  int  file;

  GetPath(launch, entry, path);
  file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  if (read(file, text, sizeof(text) - 1) > 0)
    for (int i = 0; i < TALLY_COUNTS; i++) sum[i] += (PetscInt)strtol(&text[i * TALLY_WIDTH], NULL, 10);
  (void)close(file);
}

void MfgLaunchCount(MfgLaunch launch, PetscInt *good, PetscInt *failed, PetscInt *working)
{
  DIR           *folder = opendir(launch->folder);
  struct dirent *entry;
  PetscInt       sum[TALLY_COUNTS] = {0, 0, 0};

  while (folder && (entry = readdir(folder)))
    if (!strncmp(entry->d_name, "tally-", 6)) ReadTally(launch, entry->d_name, sum);
  if (folder) (void)closedir(folder);
  *good = sum[GOOD];
  *failed = sum[FAILED];
  *working = PetscMax(sum[CLAIMED] - sum[GOOD] - sum[FAILED], 0);
}

void MfgLaunchTellGood(MfgLaunch launch, PetscInt count)
{
  WriteTally(launch, GOOD, count);
}

void MfgLaunchTellFailed(MfgLaunch launch)
{
  PetscInt good, failed, working;

  WriteTally(launch, FAILED, ++launch->failed);
  if (launch->max_failures < 0) return;
  MfgLaunchCount(launch, &good, &failed, &working);
  if (failed >= launch->max_failures) MfgLaunchStop(launch, MFG_STOP_FAILURES);
}

void MfgLaunchStop(MfgLaunch launch, MfgStop why)
{
  char entry[64];

  if (launch->stop == MFG_STOP_NONE || launch->stop == MFG_STOP_FAILURES) launch->stop = why;
  (void)snprintf(entry, sizeof(entry), "stop-%d", (int)why);
  if (launch->open) (void)MakeFile(launch, entry);
}

/* A stop that runs at work must know of goes before one that they need not. */
static const MfgStop order[] = {MFG_STOP_WRITING, MFG_STOP_SIGNAL, MFG_STOP_DEADLINE, MFG_STOP_FAILURES};

/* What other ranks have said. */
static MfgStop ReadStop(MfgLaunch launch)
{
  char entry[64], path[MFG_PATH_SIZE];

  for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
    (void)snprintf(entry, sizeof(entry), "stop-%d", (int)order[i]);
    GetPath(launch, entry, path);
    if (access(path, F_OK) == 0) return order[i];
  }
  return MFG_STOP_NONE;
}

MfgStop MfgLaunchGetStop(MfgLaunch launch, PetscReal needed)
{
  const double now = MPI_Wtime();

  if (launch->stop != MFG_STOP_NONE && launch->stop != MFG_STOP_FAILURES) return launch->stop;
  if (asked_to_stop)
    MfgLaunchStop(launch, MFG_STOP_SIGNAL);
  else if (now + (double)needed >= launch->deadline)
    MfgLaunchStop(launch, MFG_STOP_DEADLINE);
  else if (launch->open && now >= launch->looked + 1) {
    const MfgStop stop = ReadStop(launch);

    if (stop != MFG_STOP_NONE) launch->stop = stop;
    launch->looked = now;
  }
  return launch->stop;
}

PetscErrorCode MfgLaunchAgree(MfgLaunch launch, MfgStop *stop)
{
  int known = 1 << MfgLaunchGetStop(launch, 0);

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &known, 1, MPI_INT, MPI_BOR, launch->comm));
  *stop = MFG_STOP_NONE;
  for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && *stop == MFG_STOP_NONE; i++)
    if (known & 1 << order[i]) *stop = order[i];
  PetscFunctionReturn(0);
}
