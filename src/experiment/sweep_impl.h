/* Inside of a sweep: what the files sweep*.c share. */
#ifndef THRONG_EXPERIMENT_SWEEP_IMPL_H
#define THRONG_EXPERIMENT_SWEEP_IMPL_H

#include <throng/experiment.h>
#include "experiment/sweep.h"
#include "experiment/sweep_tables.h"

enum { MFG_LONGEST_KEY = 512 };

typedef enum { MFG_RANGE_NONE, MFG_RANGE_LINEAR, MFG_RANGE_LOGARITHMIC, MFG_RANGE_INTEGERS } MfgRangeKind;

/* Values that the user did not write one by one. */
typedef struct {
  MfgRangeKind   kind;
  const MfgNode *from, *to; /* of the ends; as the user wrote them they are values */
  double         low, high;
  PetscInt       first; /* of the integers, which may be too large for a double */
  MfgMark        mark;
} MfgSweepRange;

/* A dotted key and the values that it takes, one after the other. */
typedef struct {
  const char   *text;
  MfgMark       mark;
  PetscInt      count;
  MfgNode     **values; /* [count]; NULL: those of the range, not made yet */
  PetscBool     owned;  /* the values are not the document's */
  MfgSweepRange range;
  PetscBool     used; /* by a run */
} MfgSweepKey;

/* Keys that advance together: one key of `sweep`, or a group of `zip`. */
typedef struct {
  char         section[16]; /* where it stands: "sweep", "when.zip" */
  PetscInt     key_count;
  MfgSweepKey *keys;  /* [key_count] */
  PetscInt     count; /* values */
  PetscBool    asked; /* by a match of `when` */
} MfgSweepAxis;

typedef struct {
  PetscInt      count;
  MfgSweepAxis *list; /* [count] */
} MfgSweepAxes;

typedef struct {
  const char    *key;
  MfgMark        mark;
  const MfgNode *value; /* or a list of which any may be the run's */
  PetscBool      known; /* some run has the key, or it was complained of */
} MfgSweepCondition;

typedef struct {
  const char        *section; /* "when.match", for messages */
  MfgMark            mark;
  PetscBool          good;   /* read without complaint; else it holds for no run */
  PetscBool          pinned; /* looks at a key that a setting holds fixed */
  PetscBool          used;   /* some run matched */
  PetscInt           count;
  MfgSweepCondition *list; /* [count] */
} MfgSweepMatch;

/* A value at a key of a run. The value is NULL while runs are counted and nothing asks for it. */
typedef struct {
  MfgSweepKey   *key;
  const MfgNode *value;
} MfgPlaced;

/* A run as far as it goes: the document, and what was put over it, in order. */
typedef struct {
  const MfgNode   *root; /* may be NULL */
  PetscInt         count;
  const MfgPlaced *placed; /* [count] */
} MfgSweepView;

typedef struct {
  MfgSweepMatch match; /* unused for the axes of all runs */
  MfgSweepAxes  axes;
} MfgSweepStage;

typedef struct {
  MfgSweepMatch match;
  PetscInt      count;
  MfgSweepKey  *keys; /* [count], each with one value */
} MfgSweepOverride;

typedef struct {
  PetscInt  ranks; /* 0: not given */
  MfgMark   ranks_mark;
  PetscReal time_limit; /* PETSC_INFINITY: none */
} MfgSweepLimits;

typedef struct {
  MfgSweepMatch  match;
  MfgSweepLimits limits;
} MfgSweepLimitsOverride;

typedef struct {
  PetscInt       count, axis_count; /* the first axis_count values are those of axes */
  MfgPlaced     *placed;            /* [count] */
  MfgSweepLimits limits;
} MfgSweepRun;

struct _p_MfgSweep {
  MfgNode       *root;
  MfgErrors      errors; /* while it is expanded */
  MfgSweepTables tables;
  PetscInt       pinned_count;
  char         **pinned;
  PetscInt       max_runs;
  PetscBool      unknown_games; /* see MfgSweepLookForPlugins() */

  PetscInt                stage_count; /* the axes of all runs, `when`, the seeds */
  MfgSweepStage          *stages;
  PetscInt                override_count;
  MfgSweepOverride       *overrides;
  PetscInt                exclude_count;
  MfgSweepMatch          *excludes;
  MfgSweepLimits          limits;
  PetscBool               memory_unchecked; /* resources.memory_check: false */
  PetscInt                limits_count;
  MfgSweepLimitsOverride *limits_overrides;

  PetscInt     run_count, excluded;
  MfgSweepRun *runs; /* [run_count] */
  PetscInt     axis_count;
  const char **axes; /* [axis_count] */
  PetscInt     warning_count;
  char       **warnings;
  char        *axis_value; /* told last */
};

/* What stands below `linspace` and `logspace`, in `seeds` and in `resources`. */
extern const MfgParameterSpec MfgSweepRangeTable[], MfgSweepSeedsTable[], MfgSweepResourcesTable[];

/* A section at the top, NULL where it is not there or says nothing. */
const MfgNode *MfgSweepSection(MfgSweep sweep, const char *name);
/* Whether the keys are the same, or one lies below the other. */
PetscBool MfgKeysMeet(const char *a, const char *b);
/* Whether settings give `key`, or one above or below it. */
PetscBool MfgSweepIsPinned(MfgSweep sweep, const char *key);
/* Whether settings give exactly `key`. */
PetscBool MfgSweepIsSet(MfgSweep sweep, const char *key);

/* A complaint about `key` ("": none) of `section`. */
PetscErrorCode MfgSweepComplain(MfgSweep sweep, MfgMark mark, const char *section, const char *key,
                                const char *format, ...) PETSC_ATTRIBUTE_FORMAT(5, 6);
/* Whether `node` is a mapping (a list) with something in it; complain that `wanted` is expected if not. */
PetscErrorCode MfgSweepExpect(MfgSweep sweep, const MfgNode *node, MfgNodeKind kind, const char *section,
                              const char *wanted, PetscBool *good);
/* Complain of the keys of a mapping that are none of `words`. */
PetscErrorCode MfgSweepCheckWords(MfgSweep sweep, const MfgNode *mapping, const char *section, PetscInt count,
                                  const char *const words[]);
/*
  Read the plain values of a mapping as the rows of `table` say. `other`: a key that is read elsewhere; NULL:
  none. *good: there was nothing to complain of. The caller destroys the parameters.
*/
PetscErrorCode MfgSweepReadTable(MfgSweep sweep, const MfgNode *mapping, const char *section,
                                 const MfgParameterSpec table[], const char *other, MfgParameters *parameters,
                                 PetscBool *good);
/* A plain integer, as the first row of `table` says, whose key names it. */
PetscErrorCode MfgSweepReadInteger(MfgSweep sweep, const MfgNode *node, const MfgParameterSpec table[],
                                   PetscInt *value, PetscBool *good);
/* Whether runs may differ in `key`, which stands at `mark` in `section`; complain if not. */
PetscErrorCode MfgSweepCheckRunKey(MfgSweep sweep, const char *key, MfgMark mark, const char *section,
                                   PetscBool *good);
/* Complain of keys with dots within a value. */
PetscErrorCode MfgSweepCheckValue(MfgSweep sweep, const MfgNode *value, const char *section, const char *key);

/* The axes of a mapping `sweep` and a list `zip`, each of which may be NULL; `above`: "" or "when.". */
PetscErrorCode MfgSweepReadAxes(MfgSweep sweep, const MfgNode *node, const MfgNode *zip, const char *above,
                                MfgSweepAxes *axes);
PetscErrorCode MfgSweepReadSeeds(MfgSweep sweep, MfgSweepAxes *axes);
PetscErrorCode MfgSweepAxesDestroy(MfgSweepAxes *axes);
/* The i-th value of a key; values of a range are made at the first call. */
PetscErrorCode MfgSweepKeyGetValue(MfgSweepKey *key, PetscInt i, const MfgNode **value);
PetscErrorCode MfgSweepKeyDestroy(MfgSweepKey *key);

PetscErrorCode MfgSweepReadMatch(MfgSweep sweep, const MfgNode *node, const char *section,
                                 MfgSweepMatch *match);
PetscErrorCode MfgSweepMatches(MfgSweep sweep, const MfgSweepView *view, MfgSweepMatch *match,
                               PetscBool *matches);
/* The table of a section of the run, by its type; NULL: there is none. */
PetscErrorCode MfgSweepFindTable(MfgSweep sweep, const MfgSweepView *view, const char *section,
                                 MfgSweepTable **table);
/* What the run has at a key: its own value or the default; NULL: none. */
PetscErrorCode MfgSweepLookUp(MfgSweep sweep, const MfgSweepView *view, const char *key,
                              const MfgNode **value);
/* Complain of the keys that nothing knows; warn if it is good and matched nothing. */
PetscErrorCode MfgSweepConcludeMatch(MfgSweep sweep, MfgSweepMatch *match);

/*
  sweep_unused.c: load the plugin of the document, and see whether there is one that stays unknown: a bad one,
  or one of an axis or an override, which perhaps no run has. Then not all games and their keys are known.
*/
PetscErrorCode MfgSweepLookForPlugins(MfgSweep sweep);
/* Whether `key` may be one of a game that is not known. */
PetscBool MfgSweepIsUnknown(MfgSweep sweep, const char *key);
/*
  Complain of unknown keys and of bad values that no run has, so that no check of a run looks
  at them. Comes after the matches are concluded. Values are looked at only once runs are there.
*/
PetscErrorCode MfgSweepCheckUnused(MfgSweep sweep);

/* Read all sections. */
PetscErrorCode MfgSweepRead(MfgSweep sweep);
/* Count the runs, then make them. */
PetscErrorCode MfgSweepBuild(MfgSweep sweep);

#endif
