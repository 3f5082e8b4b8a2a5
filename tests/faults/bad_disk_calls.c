/* Which calls change files, the filter for them, and what a call would change; see bad_disk_calls.h. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "bad_disk_calls.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0 /* not allowed at run time */
#endif

/* What an argument of a call is; arguments of kind PATH_AT follow on the file descriptor of a folder. */
typedef enum { NOTHING, DESCRIPTOR, PATH, PATH_AT } What;

/* The calls that change files. `from` and `to`: which arguments name what is changed. */
typedef struct {
  int         number;
  const char *kind;
  What        what;
  int         from, to; /* -1: there is no second path */
} Call;

static const Call calls[] = {
#ifdef SYS_open /* not on newer architectures */
    {SYS_open, "create", PATH, 0, -1},
    {SYS_creat, "create", PATH, 0, -1},
    {SYS_mkdir, "mkdir", PATH, 0, -1},
    {SYS_rmdir, "rmdir", PATH, 0, -1},
    {SYS_unlink, "unlink", PATH, 0, -1},
    {SYS_rename, "rename", PATH, 0, 1},
    {SYS_link, "link", PATH, 0, 1},
#endif
    {SYS_openat, "create", PATH_AT, 0, -1},
    {SYS_mkdirat, "mkdir", PATH_AT, 0, -1},
    {SYS_unlinkat, "unlink", PATH_AT, 0, -1},
    {SYS_renameat2, "rename", PATH_AT, 0, 2},
#ifdef SYS_renameat
    {SYS_renameat, "rename", PATH_AT, 0, 2},
#endif
    {SYS_linkat, "link", PATH_AT, 0, 2},
    {SYS_write, "write", DESCRIPTOR, 0, -1},
    {SYS_pwrite64, "write", DESCRIPTOR, 0, -1},
    {SYS_writev, "write", DESCRIPTOR, 0, -1},
    {SYS_pwritev, "write", DESCRIPTOR, 0, -1},
    {SYS_pwritev2, "write", DESCRIPTOR, 0, -1},
    {SYS_fallocate, "fallocate", DESCRIPTOR, 0, -1},
    {SYS_ftruncate, "truncate", DESCRIPTOR, 0, -1},
    {SYS_truncate, "truncate", PATH, 0, -1},
    {SYS_fsync, "fsync", DESCRIPTOR, 0, -1},
    {SYS_fdatasync, "fsync", DESCRIPTOR, 0, -1},
    {SYS_close, "close", DESCRIPTOR, 0, -1},
};
enum { CALL_COUNT = sizeof(calls) / sizeof(calls[0]) };

int ListenToCalls(int with_close)
{
  struct sock_filter code[2 * CALL_COUNT + 5];
  struct sock_fprog  program = {0, code};
  long               listener;

#define ADD(...) code[program.len++] = (struct sock_filter)__VA_ARGS__
  ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
  ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
  for (int i = 0; i < CALL_COUNT; i++) {
    if (!strcmp(calls[i].kind, "close") && !with_close) continue;
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (__u32)calls[i].number, 0, 1));
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  }
  ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
#undef ADD
  if (!ARCHITECTURE || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                     SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
  if (listener < 0) /* before Linux 5.19 a signal may make a call be seen twice */
    listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  return (int)listener;
}

/* Where a link in /proc leads. */
static int Follow(pid_t pid, const char *link, char path[PATH_MAX])
{
  char    at[64];
  ssize_t size;

  (void)snprintf(at, sizeof(at), "/proc/%d/%s", (int)pid, link);
  size = readlink(at, path, PATH_MAX - 1);
  path[size < 0 ? 0 : size] = '\0';
  return size > 0;
}

static int FollowDescriptor(pid_t pid, int descriptor, char path[PATH_MAX])
{
  char link[32];

  (void)snprintf(link, sizeof(link), descriptor == AT_FDCWD ? "cwd" : "fd/%d", descriptor);
  return Follow(pid, link, path);
}

/* Copy a string out of the program's memory, page by page, for the page behind it may not be there. */
static int CopyText(pid_t pid, __u64 address, char text[PATH_MAX])
{
  enum { PAGE = 4096 };
  size_t size = 0;

  while (size < PATH_MAX) {
    const size_t piece = PAGE - (address + size) % PAGE;
    struct iovec here = {text + size, piece < PATH_MAX - size ? piece : PATH_MAX - size};
    struct iovec there = {(void *)(uintptr_t)(address + size), here.iov_len};

    if (process_vm_readv(pid, &here, 1, &there, 1, 0) <= 0) return 0;
    if (memchr(here.iov_base, '\0', here.iov_len)) return 1;
    size += here.iov_len;
  }
  return 0;
}

/* The path that argument `i` names, absolute; false if there is none. */
static int GetPath(const struct seccomp_notif *call, What what, int i, char path[PATH_MAX])
{
  const pid_t pid = (pid_t)call->pid;
  char        text[PATH_MAX], folder[PATH_MAX];

  if (what == DESCRIPTOR) return FollowDescriptor(pid, (int)call->data.args[i], path);
  if (!CopyText(pid, call->data.args[what == PATH_AT ? i + 1 : i], text)) return 0;
  if (text[0] == '/') return snprintf(path, PATH_MAX, "%s", text) < PATH_MAX;
  if (!FollowDescriptor(pid, what == PATH_AT ? (int)call->data.args[i] : AT_FDCWD, folder)) return 0;
  return snprintf(path, PATH_MAX, "%s/%s", folder, text) < PATH_MAX;
}

static const Call *Find(int number)
{
  for (int i = 0; i < CALL_COUNT; i++)
    if (calls[i].number == number) return &calls[i];
  return NULL;
}

/* The flags of a call that opens a file; else 0. */
static int GetFlags(const struct seccomp_data *data)
{
#ifdef SYS_open
  if (data->nr == SYS_open) return (int)data->args[1];
  if (data->nr == SYS_creat) return O_CREAT | O_WRONLY | O_TRUNC;
#endif
  return data->nr == SYS_openat ? (int)data->args[2] : 0;
}

/* What a call does to `path`, and the size of the file there; NULL: nothing. */
static const char *GetKind(const Call *call, const struct seccomp_data *data, const char *path,
                           long long *size)
{
  struct stat status;
  const int   is_there = lstat(path, &status) == 0, flags = GetFlags(data);

  *size = is_there && S_ISREG(status.st_mode) ? (long long)status.st_size : 0;
  if (!strcmp(call->kind, "create")) {
    if (is_there) return flags & O_TRUNC ? "truncate" : NULL;
    return flags & O_CREAT ? "create" : NULL;
  }
  return is_there == !strcmp(call->kind, "mkdir") ? NULL : call->kind;
}

int GetChange(const struct seccomp_notif *notice, Change *change)
{
  const Call *call = Find(notice->data.nr);

  change->second[0] = '\0';
  if (!call || !GetPath(notice, call->what, call->from, change->path)) return 0;
  if (call->to > 0 && !GetPath(notice, call->what, call->to, change->second)) return 0;
  change->kind = GetKind(call, &notice->data, change->path, &change->size);
  return change->kind != NULL;
}
