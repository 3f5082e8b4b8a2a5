/* The calls that change files: how the kernel hands them over, and what each would change. */
#ifndef THRONG_BAD_DISK_CALLS_H
#define THRONG_BAD_DISK_CALLS_H

#include <limits.h>
#include <linux/seccomp.h>

/* What a call would change. */
typedef struct {
  const char *kind;             /* create, truncate, ...: see bad_disk.c */
  char        path[PATH_MAX];   /* absolute */
  char        second[PATH_MAX]; /* the new path of rename and link; else "" */
  long long   size;             /* bytes of the file at `path` */
} Change;

/*
  From here on the calls of this process wait for answers; those of close(), which are many, only if they are
  wanted. Returns the file descriptor at which the answers are given; -1: not allowed, errno may say why.
*/
int ListenToCalls(int with_close);
/* False if the call would change nothing. */
int GetChange(const struct seccomp_notif *notice, Change *change);

#endif
