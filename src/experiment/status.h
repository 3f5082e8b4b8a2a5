/*
  What the folder of an experiment holds, as its files say. Plain reading, without MPI and PETSc: nothing is
  written and no lock is taken, so that it works beside a launch, on a folder that may only be read, and by
  anybody. A launch may give a folder another name between two looks; then it is looked at again.
*/
#ifndef THRONG_EXPERIMENT_STATUS_H
#define THRONG_EXPERIMENT_STATUS_H

#include <time.h>
#include "experiment/results.h"

typedef enum {
  MFG_STATE_CONVERGED,
  MFG_STATE_ITERATION_LIMIT,
  MFG_STATE_EVALUATED,
  MFG_STATE_FAILED,
  MFG_STATE_DIVERGED,
  MFG_STATE_RUNNING,     /* a process holds its lock */
  MFG_STATE_INTERRUPTED, /* a folder <run id>.running that nobody holds */
  MFG_STATE_DAMAGED,     /* files that cannot be read, or are not those that were written */
  MFG_STATE_MISSING,
  MFG_STATE_COUNT
} MfgRunState;
extern const char *const MfgRunStateNames[MFG_STATE_COUNT];

/* Who works on a run, or did so last, as the text of its lock says. */
typedef struct {
  char   host[256], launch[256], start[32];     /* empty: unknown */
  double pid, ranks, launches, iteration_limit; /* NaN: unknown */
} MfgOwner;

/* How far a run is that is at work. */
typedef struct {
  MfgOwner    owner;
  time_t      written;   /* when its last row was written */
  double      iteration; /* of that row; NaN: there is none */
  const char *gap;       /* the metric that says how near it is to an equilibrium; NULL: none does */
  double      value;     /* of the gap */
} MfgWork;

/* A run of the plan, or one that is there and is not in the plan. */
typedef struct {
  const char *run_id;
  const char *label; /* empty: none */
  const char *ranks; /* ranks_per_run, as the plan has it */
  PetscBool   planned;
  unsigned    seen; /* the folders of it that were listed */
  /* once MfgStatusLook() has looked: */
  MfgRunState state;
  const char *ending;     /* of its folder, behind the run id; NULL: there is none */
  PetscBool   checkpoint; /* an interrupted run has one that this program can use */
  PetscBool   doubtful; /* it was written to a moment ago on another host, whose locks may not be seen here */
  double      seconds;  /* wall time of the run so far, where it is known; else NaN */
  PetscBool   failed_again; /* it is complete, and a later attempt failed, */
  PetscBool   begun_again;  /* or was interrupted */
  char       *stale;  /* the version that a complete result is of, unless it is this program's; else NULL */
  char       *reason; /* why it failed, or what is damaged; else NULL */
  MfgWork    *work;   /* of a running one; else NULL */
} MfgStatusRun;

typedef struct {
  const char *program; /* as it was called; the caller's */
  char        folder[MFG_PATH_SIZE];
  char name[256], file[MFG_PATH_SIZE], path[MFG_PATH_SIZE], version[64], commit[128]; /* of experiment.json */
  double        ranks;          /* of the latest launch; NaN: unknown */
  char         *json, *plan;    /* the texts */
  PetscInt      count, planned; /* runs; first those of the plan, in its order */
  MfgStatusRun *runs;
} MfgStatus;

/* Whether the folder is that of an experiment. */
PetscBool MfgStatusIsExperiment(const char *folder);
/*
  Read the plan and list the folder. False, with what is wrong in `message`: it is none of an experiment. Free
  with MfgStatusFree() in any case.
*/
PetscBool MfgStatusRead(const char *folder, MfgStatus *status, char message[MFG_MESSAGE_SIZE]);
void      MfgStatusFree(MfgStatus *status);
/*
  Look at run `i`. `verify`: read all files of a result through. A run that has gone meanwhile is missing.
  Several threads may look, each at other runs.
*/
void MfgStatusLook(MfgStatus *status, PetscInt i, PetscBool verify);
/* The path of the run's folder, as it was when it was looked at. */
void MfgStatusGetPath(const MfgStatus *status, const MfgStatusRun *run, char path[MFG_PATH_SIZE]);
/* False: no lock in the folder says it. */
PetscBool MfgOwnerRead(const char *folder, MfgOwner *owner);
/* Whether the host is the one that this process is on. */
PetscBool MfgHostIsHere(const char *host);

#endif
