/*
  From sections to runs: one walk through all values of all axes, done twice. The first time runs are counted;
  axes whose values no match of `when` asks for are factors then and are not walked through, so that 1e12 runs
  are counted as fast as ten. The second time the runs are made.
*/
#include <string.h>
#include "experiment/sweep_impl.h"

typedef struct {
  MfgSweep   sweep;
  PetscBool  counting;
  double     factor, total; /* of axes that are not walked through; runs */
  double     steps, most_steps;
  PetscBool  incomplete; /* there are more runs than `total` */
  MfgPlaced *placed;     /* with room for all keys and overrides */
  PetscInt   count;      /* of the run as it is now */
} Walker;

static PetscErrorCode EnterStage(Walker *walker, PetscInt stage);

/* Whether a match of `when` may come out otherwise for another value of `key`. */
static PetscBool IsAskedFor(MfgSweep sweep, const char *key)
{
  for (PetscInt i = 1; i < sweep->stage_count - 1; i++) {
    const MfgSweepMatch *match = &sweep->stages[i].match;

    for (PetscInt j = 0; j < match->count; j++) {
      const char *asked = match->list[j].key;

      if (MfgKeysMeet(asked, key)) return PETSC_TRUE;
      /* Which defaults there are depends on the type. */
      if (!strncmp(asked, "game.", 5) && (MfgKeysMeet(key, "game.type") || MfgKeysMeet(key, "game.plugin")))
        return PETSC_TRUE;
      if (!strncmp(asked, "solver.", 7) && MfgKeysMeet(key, "solver.type")) return PETSC_TRUE;
    }
  }
  return PETSC_FALSE;
}

/* Two axes of a run at one key: complain at the one that comes later in the file. */
static PetscErrorCode CheckPair(MfgSweep sweep, const MfgSweepKey *a, const MfgSweepKey *b)
{
  const MfgMark      x = a->mark, y = b->mark;
  const PetscBool    swap = (PetscBool)(x.source != y.source ? x.source > y.source
                                        : x.line != y.line   ? x.line > y.line
                                                             : x.column > y.column);
  const MfgSweepKey *first = swap ? b : a, *later = swap ? a : b;
  char               place[48] = "of --set";

  PetscFunctionBeginUser;
  if (!MfgKeysMeet(a->text, b->text)) PetscFunctionReturn(0);
  if (!first->mark.source)
    PetscCall(PetscSNPrintf(place, sizeof(place), "in line %" PetscInt_FMT, first->mark.line));
  PetscCall(MfgSweepComplain(sweep, later->mark, "", later->text,
                             "a run has this axis beside '%s' %s; expected one of them", first->text, place));
  PetscFunctionReturn(0);
}

/* No key of a stage may meet another one of it, or one that the run has an axis for already. */
static PetscErrorCode CheckKeys(Walker *walker, const MfgSweepAxes *axes)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < axes->count; i++)
    for (PetscInt j = 0; j < axes->list[i].key_count; j++) {
      const MfgSweepKey *key = &axes->list[i].keys[j];

      for (PetscInt k = 0; k < walker->count; k++)
        PetscCall(CheckPair(walker->sweep, walker->placed[k].key, key));
      for (PetscInt k = 0; k <= i; k++)
        for (PetscInt l = 0; l < (k < i ? axes->list[k].key_count : j); l++)
          PetscCall(CheckPair(walker->sweep, &axes->list[k].keys[l], key));
    }
  PetscFunctionReturn(0);
}

/* The overrides, in order, on the run as it is then. */
static PetscErrorCode Override(Walker *walker)
{
  MfgSweep sweep = walker->sweep;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < sweep->override_count; i++) {
    MfgSweepOverride  *override = &sweep->overrides[i];
    const MfgSweepView view = {sweep->root, walker->count, walker->placed};
    PetscBool          matches;

    PetscCall(MfgSweepMatches(sweep, &view, &override->match, &matches));
    for (PetscInt j = 0; matches && j < override->count; j++)
      walker->placed[walker->count++] =
          (MfgPlaced){.key = &override->keys[j], .value = override->keys[j].values[0]};
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode IsExcluded(Walker *walker, PetscBool *excluded)
{
  MfgSweep           sweep = walker->sweep;
  const MfgSweepView view = {sweep->root, walker->count, walker->placed};

  PetscFunctionBeginUser;
  *excluded = PETSC_FALSE;
  for (PetscInt i = 0; i < sweep->exclude_count; i++) {
    PetscBool matches;

    PetscCall(MfgSweepMatches(sweep, &view, &sweep->excludes[i], &matches));
    if (matches) *excluded = PETSC_TRUE;
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode FindLimits(Walker *walker, MfgSweepLimits *limits)
{
  MfgSweep           sweep = walker->sweep;
  const MfgSweepView view = {sweep->root, walker->count, walker->placed};

  PetscFunctionBeginUser;
  *limits = sweep->limits;
  for (PetscInt i = 0; i < sweep->limits_count; i++) {
    const MfgSweepLimits *more = &sweep->limits_overrides[i].limits;
    PetscBool             matches;

    PetscCall(MfgSweepMatches(sweep, &view, &sweep->limits_overrides[i].match, &matches));
    if (matches && more->ranks) limits->ranks = more->ranks, limits->ranks_mark = more->ranks_mark;
    if (matches && more->time_limit < PETSC_INFINITY) limits->time_limit = more->time_limit;
  }
  PetscFunctionReturn(0);
}

/* All axes have their values: the run is there, unless it is excluded. */
static PetscErrorCode AddRun(Walker *walker)
{
  MfgSweep       sweep = walker->sweep;
  const PetscInt axis_count = walker->count;
  MfgSweepRun   *run = &sweep->runs[sweep->run_count];
  PetscBool      excluded;

  PetscFunctionBeginUser;
  PetscCall(Override(walker));
  PetscCall(IsExcluded(walker, &excluded));
  PetscCheck(sweep->run_count + sweep->excluded < walker->total, PETSC_COMM_SELF, PETSC_ERR_PLIB,
             "more runs than were counted, %.0f", walker->total);
  sweep->excluded += excluded;
  if (!excluded) {
    run->count = walker->count;
    run->axis_count = axis_count;
    PetscCall(PetscMalloc1(run->count, &run->placed));
    PetscCall(PetscArraycpy(run->placed, walker->placed, run->count));
    for (PetscInt i = 0; i < axis_count; i++) run->placed[i].key->used = PETSC_TRUE;
    PetscCall(FindLimits(walker, &run->limits));
    sweep->run_count++;
  }
  walker->count = axis_count;
  PetscFunctionReturn(0);
}

/* Put value i of all keys of an axis; i < 0: that there are values, and no more. */
static PetscErrorCode PutValues(Walker *walker, MfgSweepAxis *axis, PetscInt i)
{
  PetscFunctionBeginUser;
  for (PetscInt j = 0; j < axis->key_count; j++) {
    MfgPlaced *placed = &walker->placed[walker->count++];

    placed->key = &axis->keys[j];
    placed->value = NULL;
    if (i >= 0) PetscCall(MfgSweepKeyGetValue(placed->key, i, &placed->value));
  }
  PetscFunctionReturn(0);
}

/* An axis of which only the number of values counts. */
static PetscBool IsFactor(const Walker *walker, const MfgSweepAxis *axis)
{
  return (PetscBool)(walker->counting && (!axis->asked || axis->count > walker->sweep->max_runs));
}

/* The values of one axis of a stage after the other, and for each of them all that follows. */
static PetscErrorCode WalkAxis(Walker *walker, PetscInt stage, PetscInt index)
{
  const MfgSweepAxes *axes = &walker->sweep->stages[stage].axes;
  MfgSweepAxis       *axis = &axes->list[index];
  const PetscInt      count = walker->count;
  const double        factor = walker->factor;

  PetscFunctionBeginUser;
  if (index == axes->count) {
    PetscCall(EnterStage(walker, stage + 1));
  } else if (IsFactor(walker, axis)) {
    if (axis->asked) walker->incomplete = PETSC_TRUE; /* no value, so that fewer entries of `when` match */
    walker->factor *= (double)axis->count;
    PetscCall(PutValues(walker, axis, -1));
    PetscCall(WalkAxis(walker, stage, index + 1));
  } else {
    for (PetscInt i = 0; i < axis->count; i++) {
      if (walker->counting && ++walker->steps > walker->most_steps) {
        walker->incomplete = PETSC_TRUE;
        break;
      }
      PetscCall(PutValues(walker, axis, i));
      PetscCall(WalkAxis(walker, stage, index + 1));
      walker->count = count;
    }
  }
  walker->count = count;
  walker->factor = factor;
  PetscFunctionReturn(0);
}

/* The axes of a stage, if the run as it is now has them; after the last stage it is a run. */
static PetscErrorCode EnterStage(Walker *walker, PetscInt stage)
{
  MfgSweep           sweep = walker->sweep;
  const MfgSweepView view = {sweep->root, walker->count, walker->placed};
  PetscBool          matches = PETSC_TRUE;

  PetscFunctionBeginUser;
  if (stage == sweep->stage_count) {
    if (walker->counting)
      walker->total += walker->factor;
    else
      PetscCall(AddRun(walker));
    PetscFunctionReturn(0);
  }
  if (stage > 0 && stage < sweep->stage_count - 1)
    PetscCall(MfgSweepMatches(sweep, &view, &sweep->stages[stage].match, &matches));
  if (!matches) {
    PetscCall(EnterStage(walker, stage + 1));
    PetscFunctionReturn(0);
  }
  if (walker->counting) PetscCall(CheckKeys(walker, &sweep->stages[stage].axes));
  PetscCall(WalkAxis(walker, stage, 0));
  PetscFunctionReturn(0);
}

static PetscErrorCode ComplainOfSize(Walker *walker)
{
  static const char *const names[] = {"sweep", "zip", "seeds", "when"};
  MfgSweep                 sweep = walker->sweep;
  const MfgNode           *node = NULL;
  char                     size[64], advice[96];

  PetscFunctionBeginUser;
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !node; i++)
    node = MfgSweepSection(sweep, names[i]);
  (void)snprintf(size, sizeof(size), walker->total < 1e15 ? "%s%.0f" : "%s%.3g",
                 walker->incomplete ? "at least " : "", walker->total);
  if (walker->incomplete || walker->total > (double)PETSC_MAX_INT)
    (void)snprintf(advice, sizeof(advice), "expected fewer values, or a larger max_runs");
  else
    (void)snprintf(advice, sizeof(advice), "expected fewer values, or max_runs: %.0f", walker->total);
  PetscCall(MfgSweepComplain(sweep, node->key_mark, node->key, "",
                             "%s runs are more than max_runs, %" PetscInt_FMT "; %s", size, sweep->max_runs,
                             advice));
  PetscFunctionReturn(0);
}

/* What matched nothing, and what is left. */
static PetscErrorCode Conclude(Walker *walker)
{
  MfgSweep       sweep = walker->sweep;
  const MfgNode *excludes = MfgSweepSection(sweep, "exclude");
  const PetscInt most =
      sweep->stage_count + sweep->override_count + sweep->exclude_count + sweep->limits_count;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(most, &sweep->warnings));
  PetscCall(MfgSweepLookForPlugins(sweep));
  for (PetscInt i = 1; i < sweep->stage_count - 1; i++)
    PetscCall(MfgSweepConcludeMatch(sweep, &sweep->stages[i].match));
  for (PetscInt i = 0; i < sweep->override_count; i++)
    PetscCall(MfgSweepConcludeMatch(sweep, &sweep->overrides[i].match));
  for (PetscInt i = 0; i < sweep->exclude_count; i++)
    PetscCall(MfgSweepConcludeMatch(sweep, &sweep->excludes[i]));
  for (PetscInt i = 0; i < sweep->limits_count; i++)
    PetscCall(MfgSweepConcludeMatch(sweep, &sweep->limits_overrides[i].match));
  PetscCall(MfgSweepCheckUnused(sweep));
  if (sweep->runs && !sweep->run_count)
    PetscCall(
        MfgSweepComplain(sweep, excludes->key_mark, "exclude", "", "no run is left of %.0f", walker->total));
  PetscFunctionReturn(0);
}

/* Room for the values of a run, and which axes a match asks for. */
static PetscErrorCode Prepare(Walker *walker)
{
  MfgSweep sweep = walker->sweep;
  PetscInt capacity = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < sweep->stage_count; i++)
    for (PetscInt j = 0; j < sweep->stages[i].axes.count; j++) {
      MfgSweepAxis *axis = &sweep->stages[i].axes.list[j];

      capacity += axis->key_count;
      for (PetscInt k = 0; k < axis->key_count; k++)
        if (IsAskedFor(sweep, axis->keys[k].text)) axis->asked = PETSC_TRUE;
    }
  for (PetscInt i = 0; i < sweep->override_count; i++) capacity += sweep->overrides[i].count;
  PetscCall(PetscCalloc1(capacity, &walker->placed));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepBuild(MfgSweep sweep)
{
  Walker walker = {
      .sweep = sweep, .counting = PETSC_TRUE, .factor = 1, .most_steps = 1e6 + 100 * (double)sweep->max_runs};

  PetscFunctionBeginUser;
  PetscCall(Prepare(&walker));
  PetscCall(EnterStage(&walker, 0));
  if (walker.incomplete || walker.total > (double)sweep->max_runs) {
    PetscCall(ComplainOfSize(&walker));
  } else {
    walker.counting = PETSC_FALSE;
    PetscCall(PetscCalloc1((PetscInt)walker.total, &sweep->runs));
    PetscCall(EnterStage(&walker, 0));
  }
  PetscCall(Conclude(&walker));
  PetscCall(PetscFree(walker.placed));
  PetscFunctionReturn(0);
}
