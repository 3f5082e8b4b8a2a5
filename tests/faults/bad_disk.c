/*
  bad_disk [options] -- PROGRAM [ARGUMENTS]

  Runs a program on a disk that goes wrong at a moment of one's choice. The kernel hands every call that would
  change a file below one folder to this program first (seccomp user notification, Linux 5.5), whichever
  library makes it: stdio, HDF5 and MPI-IO alike. The program itself is neither linked nor loaded differently.
  Calls are numbered from 1.

    --folder PATH    only calls on paths below it are seen; they pass untouched unless one of the following
  says
    --log FILE       a line "<number> <kind> <size> <path>" for each call, and at the end "\t<new path>" for
  rename and link. Size: what the file has in bytes as the call comes
    --kinds A,B      count, log and disturb only these: create, truncate, write, fallocate, fsync, mkdir,
  rmdir, unlink, rename, link (the default), and close. A call whose path is not there, or there already, as
  in mkdir() of what exists, changes nothing and is none. To open a file to create or empty it is a call
    --match TEXT     count, log and disturb only calls whose paths contain TEXT
    --at N           the call to disturb; by default none is
    --fault WHAT     kill: SIGKILL instead of the call. tear: half of a write takes place, then SIGKILL.
                     Else the call does not take place and fails with ENOSPC, EIO, EDQUOT or EROFS
    --forever        with an error: all calls from N on
    --rank R         only in the process with OMPI_COMM_WORLD_RANK R; in others the program runs undisturbed

  A kill after call N is a kill before call N + 1. The exit code is that of the program; 77 if the kernel or
  the container does not allow such a thing, 125 if the options are wrong.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bad_disk_calls.h"

enum { EXIT_NOT_ALLOWED = 77, EXIT_BAD_OPTIONS = 125 };

static struct {
  char        folder[PATH_MAX];
  const char *kinds, *match, *rank;
  long        at;
  int         kill, tear, forever, error;
  int         log;     /* file descriptor, or -1 */
  pid_t       program; /* its process id */
} options = {.kinds = "create,truncate,write,fallocate,fsync,mkdir,rmdir,unlink,rename,link", .log = -1};

__attribute__((noreturn, format(printf, 2, 3))) static void Die(int code, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  (void)fputs("bad_disk: ", stderr);
  (void)vfprintf(stderr, format, arguments);
  (void)fputc('\n', stderr);
  va_end(arguments);
  exit(code);
}

/* Whether `word` is one of the words of a list with commas. */
static int IsListed(const char *list, const char *word)
{
  const size_t size = strlen(word);

  for (const char *at = list; (at = strstr(at, word)); at += size)
    if ((at == list || at[-1] == ',') && (at[size] == ',' || !at[size])) return 1;
  return 0;
}

/* --- options */

static void ReadFault(const char *text)
{
  static const struct {
    const char *name;
    int         code;
  } errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS}};

  options.tear = !strcmp(text, "tear");
  options.kill = options.tear || !strcmp(text, "kill");
  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
    if (!strcmp(text, errors[i].name)) options.error = errors[i].code;
  if (!options.kill && !options.error) Die(EXIT_BAD_OPTIONS, "no fault is called '%s'", text);
}

static void ReadOptions(int argc, char **argv)
{
  static const struct option known[] = {{"folder", required_argument, NULL, 'f'},
                                        {"log", required_argument, NULL, 'l'},
                                        {"kinds", required_argument, NULL, 'k'},
                                        {"match", required_argument, NULL, 'm'},
                                        {"at", required_argument, NULL, 'a'},
                                        {"fault", required_argument, NULL, 'w'},
                                        {"forever", no_argument, NULL, 'e'},
                                        {"rank", required_argument, NULL, 'r'},
                                        {NULL, 0, NULL, 0}};
  int                        option;

  while ((option = getopt_long(argc, argv, "+", known, NULL)) >= 0) {
    if (option == 'f' && !realpath(optarg, options.folder)) Die(EXIT_BAD_OPTIONS, "no folder %s", optarg);
    if (option == 'l') options.log = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (option == 'l' && options.log < 0) Die(EXIT_BAD_OPTIONS, "cannot write %s", optarg);
    if (option == 'k') options.kinds = optarg;
    if (option == 'm') options.match = optarg;
    if (option == 'a') options.at = strtol(optarg, NULL, 10);
    if (option == 'w') ReadFault(optarg);
    if (option == 'e') options.forever = 1;
    if (option == 'r') options.rank = optarg;
    if (option == '?') exit(EXIT_BAD_OPTIONS);
  }
  if (!options.folder[0] || optind == argc) Die(EXIT_BAD_OPTIONS, "--folder and a program are needed");
  if ((options.at > 0) != (options.kill || options.error)) Die(EXIT_BAD_OPTIONS, "--at goes with --fault");
}

/* --- what happens to a call */

static int IsBelow(const char *path)
{
  const size_t size = strlen(options.folder);

  return !strncmp(path, options.folder, size) && (path[size] == '/' || !path[size]);
}

/* Let the first half of a write() or pwrite() take place. */
static void WriteHalf(const struct seccomp_notif *call)
{
  const size_t size = (size_t)call->data.args[2] / 2;
  char         path[64], line[64], *bytes = malloc(size + 1);
  struct iovec here = {bytes, size}, there = {(void *)(uintptr_t)call->data.args[1], size};
  long long    position = (long long)call->data.args[3];
  FILE        *info;
  int          file;

  if (call->data.nr != SYS_write && call->data.nr != SYS_pwrite64) Die(1, "cannot tear this kind of call");
  (void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)call->pid, (int)call->data.args[0]);
  info = fopen(path, "r");
  if (call->data.nr == SYS_write &&
      (!info || !fgets(line, sizeof(line), info) || sscanf(line, "pos: %lld", &position) != 1))
    Die(1, "cannot tell where a write goes");
  if (info) (void)fclose(info);
  (void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)call->pid, (int)call->data.args[0]);
  file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0) != (ssize_t)size ||
      pwrite(file, bytes, size, (off_t)position) != (ssize_t)size)
    Die(1, "cannot write half");
  (void)close(file);
  free(bytes);
}

static int Concerns(const Change *change)
{
  if (!IsListed(options.kinds, change->kind)) return 0;
  if (!IsBelow(change->path) && !IsBelow(change->second)) return 0;
  return !options.match || strstr(change->path, options.match) || strstr(change->second, options.match);
}

/* Count and log a call. 0: it shall take place; an error code: it shall fail; -1: the program has been
 * killed. */
static int Judge(const struct seccomp_notif *notice)
{
  static long number;
  Change      change;

  if (!GetChange(notice, &change) || !Concerns(&change)) return 0;
  number++;
  if (options.log >= 0)
    (void)dprintf(options.log, "%ld %s %lld %s%s%s\n", number, change.kind, change.size, change.path,
                  change.second[0] ? "\t" : "", change.second);
  if (!options.at || number < options.at || (number > options.at && !options.forever)) return 0;
  if (!options.kill) return options.error;
  if (options.tear && !strcmp(change.kind, "write")) WriteHalf(notice);
  (void)kill(options.program, SIGKILL);
  return -1;
}

/* Answer calls until the last process that makes them has ended. */
static void Supervise(int listener)
{
  struct seccomp_notif_sizes sizes;
  struct seccomp_notif      *call;
  struct seccomp_notif_resp *answer;
  struct pollfd              event = {.fd = listener, .events = POLLIN};
  int                        verdict;

  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) Die(1, "no sizes");
  call = malloc(sizes.seccomp_notif);
  answer = malloc(sizes.seccomp_notif_resp);
  while (call && answer) {
    if (poll(&event, 1, -1) < 0 && errno != EINTR) break;
    if (event.revents & POLLHUP) break;
    memset(call, 0, sizes.seccomp_notif);
    if (!(event.revents & POLLIN) || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call) != 0) continue;
    verdict = Judge(call);
    memset(answer, 0, sizes.seccomp_notif_resp);
    answer->id = call->id;
    answer->error = verdict > 0 ? -verdict : 0;
    answer->flags = verdict ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (verdict >= 0)
      (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, answer); /* fails if it was killed meanwhile */
  }
  exit(0);
}

/* --- between the two processes */

/* Hand a file descriptor through a socket; `descriptor` -1: receive it. */
static int Pass(int socket, int descriptor)
{
  char                          byte = 0;
  struct iovec                  data = {&byte, 1};
  _Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {0};
  struct msghdr                 message = {
                      .msg_iov = &data, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);

  if (descriptor < 0) {
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message)) return -1;
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    return descriptor;
  }
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  return sendmsg(socket, &message, 0) == 1 ? descriptor : -1;
}

/* The supervisor is no child of the program, which might wait for all it has, and no signal to its group ends
 * it. */
static void StartSupervisor(int sockets[2])
{
  pid_t child;
  int   listener;

  child = fork();
  if (child < 0) Die(1, "cannot fork");
  if (child > 0) {
    (void)waitpid(child, NULL, 0);
    (void)close(sockets[1]);
    return;
  }
  if (fork() != 0) _exit(0);
  (void)setsid();
  (void)close(sockets[0]);
  listener = Pass(sockets[1], -1);
  if (listener < 0) exit(EXIT_NOT_ALLOWED); /* the other process says why */
  (void)close(sockets[1]);
  Supervise(listener);
}

int main(int argc, char **argv)
{
  const char *rank = getenv("OMPI_COMM_WORLD_RANK");
  int         sockets[2], listener;

  ReadOptions(argc, argv);
  if (!options.rank || strcmp(options.rank, rank ? rank : "0") == 0) {
    options.program = getpid();
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* where only parents may look into a process */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) Die(1, "no sockets");
    StartSupervisor(sockets);
    listener = ListenToCalls(IsListed(options.kinds, "close"));
    if (listener < 0) Die(EXIT_NOT_ALLOWED, "not allowed here: %s", strerror(errno));
    if (Pass(sockets[0], listener) < 0) _exit(1);
    /* close() is a call like others: leave the rest to exec() */
  }
  (void)execvp(argv[optind], argv + optind);
  Die(EXIT_BAD_OPTIONS, "cannot run %s: %s", argv[optind], strerror(errno));
}
