#define _XOPEN_SOURCE 700 /* pthread_sigmask(), clock_gettime() */
/* A thread that gives results their names; see publisher.h. */
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include "experiment/publisher.h"

enum { MOST = 64, PAUSE = 100000000 /* nanoseconds between two turns */, SECOND = 1000000000 };

struct _p_MfgPublisher {
  MfgLaunch launch;
  PetscBool started; /* the thread is there */
  pthread_t thread;

  /* What both threads use, under the lock. `changed`: wake up, any of it is another now. */
  pthread_mutex_t lock;
  pthread_cond_t  changed;
  PetscInt        waiting, done, good, unwritten;
  MfgResults      queue[MOST];    /* [waiting] to get their names */
  MfgResults      finished[MOST]; /* [done] to be destroyed, which is not for the thread to do */
  PetscBool       hurry;          /* no pauses */
  PetscBool       end;            /* when the queue is empty */

  char messages[MOST][MFG_MESSAGE_SIZE]; /* of Publish() */
};

/* Give the results their names; *good: how many have got them. On one thread at a time, without the lock. */
static void Publish(MfgPublisher p, PetscInt count, const MfgResults batch[], PetscInt *good)
{
  MfgResultsFinishGood(count, batch, p->messages);
  *good = 0;
  for (PetscInt i = 0; i < count; i++) {
    if (p->messages[i][0])
      MfgResultsTellUnwritten(batch[i], p->messages[i]);
    else
      ++*good;
  }
}

/* With the lock. */
static void Count(MfgPublisher p, PetscInt count, PetscInt good)
{
  p->good += good;
  p->unwritten += count - good;
  if (good) MfgLaunchTellGood(p->launch, p->good);
}

static void Pause(MfgPublisher p, struct timespec until)
{
  until.tv_nsec += PAUSE;
  until.tv_sec += until.tv_nsec / SECOND;
  until.tv_nsec %= SECOND;
  while (!p->hurry && !pthread_cond_timedwait(&p->changed, &p->lock, &until)) continue;
}

/* Take what waits, as far as there is room for it afterwards. */
static PetscInt Take(MfgPublisher p, MfgResults batch[])
{
  const PetscInt count = p->waiting < MOST - p->done ? p->waiting : MOST - p->done;

  for (PetscInt i = 0; i < count; i++) batch[i] = p->queue[i];
  for (PetscInt i = count; i < p->waiting; i++) p->queue[i - count] = p->queue[i];
  p->waiting -= count;
  return count;
}

static void *Work(void *context)
{
  MfgPublisher    p = (MfgPublisher)context;
  MfgResults      batch[MOST];
  struct timespec begin;

  (void)pthread_mutex_lock(&p->lock);
  while (p->waiting || !p->end) {
    PetscInt count = Take(p, batch), good;

    if (!count) {
      (void)pthread_cond_wait(&p->changed, &p->lock);
      continue;
    }
    (void)clock_gettime(CLOCK_REALTIME, &begin);
    (void)pthread_mutex_unlock(&p->lock);
    Publish(p, count, batch, &good);
    (void)pthread_mutex_lock(&p->lock);
    Count(p, count, good);
    for (PetscInt i = 0; i < count; i++) p->finished[p->done++] = batch[i];
    (void)pthread_cond_broadcast(&p->changed);
    Pause(p, begin);
  }
  (void)pthread_mutex_unlock(&p->lock);
  return NULL;
}

PetscErrorCode MfgPublisherCreate(MfgLaunch launch, MfgPublisher *publisher)
{
  MfgPublisher p;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&p));
  p->launch = launch;
  (void)pthread_mutex_init(&p->lock, NULL);
  (void)pthread_cond_init(&p->changed, NULL);
  *publisher = p;
  PetscFunctionReturn(0);
}

/* Signals are for the thread that computes. */
static void Start(MfgPublisher p)
{
  sigset_t all, before;

  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  p->started = (PetscBool)!pthread_create(&p->thread, NULL, Work, p);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Where no thread is to be had. */
static PetscErrorCode PublishAtOnce(MfgPublisher p, MfgResults *results)
{
  PetscInt good;

  PetscFunctionBeginUser;
  Publish(p, 1, results, &good);
  Count(p, 1, good);
  PetscCall(MfgResultsDestroy(results));
  PetscFunctionReturn(0);
}

/* With the lock. */
static PetscErrorCode DestroyFinished(MfgPublisher p)
{
  PetscFunctionBeginUser;
  while (p->done) PetscCall(MfgResultsDestroy(&p->finished[--p->done]));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPublisherAdd(MfgPublisher p, MfgResults *results)
{
  PetscFunctionBeginUser;
  if (!p->started) Start(p);
  if (!p->started) {
    PetscCall(PublishAtOnce(p, results));
    PetscFunctionReturn(0);
  }
  (void)pthread_mutex_lock(&p->lock);
  PetscCall(DestroyFinished(p));
  while (p->waiting == MOST) { /* the disk is slower than the runs */
    p->hurry = PETSC_TRUE;
    (void)pthread_cond_broadcast(&p->changed);
    (void)pthread_cond_wait(&p->changed, &p->lock);
    PetscCall(DestroyFinished(p));
  }
  p->hurry = PETSC_FALSE;
  p->queue[p->waiting++] = *results;
  *results = NULL;
  (void)pthread_cond_broadcast(&p->changed);
  (void)pthread_mutex_unlock(&p->lock);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPublisherAddOther(MfgPublisher p)
{
  PetscFunctionBeginUser;
  (void)pthread_mutex_lock(&p->lock);
  Count(p, 1, 1);
  (void)pthread_mutex_unlock(&p->lock);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPublisherGetUnwritten(MfgPublisher p, PetscInt *unwritten)
{
  PetscFunctionBeginUser;
  (void)pthread_mutex_lock(&p->lock);
  *unwritten = p->unwritten;
  (void)pthread_mutex_unlock(&p->lock);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPublisherDestroy(MfgPublisher *publisher, PetscInt *good, PetscInt *unwritten)
{
  MfgPublisher p = *publisher;

  PetscFunctionBeginUser;
  *good = *unwritten = 0;
  if (!p) PetscFunctionReturn(0);
  (void)pthread_mutex_lock(&p->lock);
  p->hurry = p->end = PETSC_TRUE;
  PetscCall(DestroyFinished(p));
  (void)pthread_cond_broadcast(&p->changed);
  (void)pthread_mutex_unlock(&p->lock);
  if (p->started) (void)pthread_join(p->thread, NULL);
  PetscCall(DestroyFinished(p));
  *good = p->good;
  *unwritten = p->unwritten;
  (void)pthread_cond_destroy(&p->changed);
  (void)pthread_mutex_destroy(&p->lock);
  PetscCall(PetscFree(*publisher));
  PetscFunctionReturn(0);
}
