/* What looks at a run between its outer iterations; see watch.h. */
#include <stdio.h>
#include "experiment/watch.h"

/* What a rank asks for; all ranks do what any asks for. A stop for the reason r is STOP << r. */
enum { TIME_LIMIT = 1, CHECKPOINT = 2, STOP = 4, ANY_STOP = STOP * ((1 << MFG_STOP_COUNT) - 1) };

/* Kept free before the end of a launch beside what the slowest iteration and checkpoint have taken. */
static const double margin = 2, caution = 1.5;

PetscErrorCode MfgWatchBegin(MfgWatch *watch, double begin)
{
  PetscFunctionBeginUser;
  watch->verdict = MFG_WATCH_GOES_ON;
  watch->why[0] = '\0';
  watch->start = begin;
  watch->last_checkpoint = watch->last_iteration = MPI_Wtime();
  watch->slowest_iteration = watch->slowest_checkpoint = 0;
  PetscFunctionReturn(0);
}

PetscReal MfgWatchGetSeconds(const MfgWatch *watch)
{
  return watch->earlier_seconds + (PetscReal)(MPI_Wtime() - watch->start);
}

/* What rank 0 of the run asks for. */
static int Decide(MfgWatch *watch, PetscInt iteration)
{
  const double now = MPI_Wtime();
  int          ask = 0;

  watch->slowest_iteration = PetscMax(watch->slowest_iteration, now - watch->last_iteration);
  watch->last_iteration = now;
  if (MfgWatchGetSeconds(watch) > watch->time_limit) ask |= TIME_LIMIT;
  if (watch->every_iterations && iteration && iteration % watch->every_iterations == 0) ask |= CHECKPOINT;
  if (watch->every_seconds > 0 && now - watch->last_checkpoint >= (double)watch->every_seconds)
    ask |= CHECKPOINT;
  return ask;
}

static PetscErrorCode Save(MfgWatch *watch, MfgSolver solver)
{
  const double start = MPI_Wtime();
  double       now;

  PetscFunctionBeginUser;
  PetscCall(MfgMetricsFileSync(watch->metrics));
  PetscCall(
      MfgCheckpointWrite(watch->comm, watch->results, solver, MfgWatchGetSeconds(watch), &watch->checkpoint));
  now = MPI_Wtime();
  watch->slowest_checkpoint = PetscMax(watch->slowest_checkpoint, now - start);
  watch->last_checkpoint = watch->last_iteration = now;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgWatchInterrupt(MfgSolver solver, const char **why, void *context)
{
  MfgWatch   *watch = (MfgWatch *)context;
  PetscMPIInt rank, size;
  PetscInt    iteration;
  MfgStop     stop;
  int         ask;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(watch->comm, &rank));
  PetscCallMPI(MPI_Comm_size(watch->comm, &size));
  PetscCall(MfgSolverGetIteration(solver, &iteration));
  ask = rank == 0 ? Decide(watch, iteration) : 0;
  stop = MfgLaunchGetStop(
      watch->launch, (PetscReal)(margin + caution * (watch->slowest_iteration + watch->slowest_checkpoint)));
  if (stop != MFG_STOP_NONE && stop != MFG_STOP_FAILURES) ask |= STOP << stop;
  if (size > 1) PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &ask, 1, MPI_INT, MPI_BOR, watch->comm));
  if (watch->idle) PetscCall((*watch->idle)(watch->idle_context));
  *why = NULL;
  if (!ask) PetscFunctionReturn(0);
  PetscCall(Save(watch, solver));
  if (ask & TIME_LIMIT) {
    watch->verdict = MFG_WATCH_TIME_LIMIT;
    (void)snprintf(watch->why, sizeof(watch->why),
                   "its time limit of %g s was over after %" PetscInt_FMT " iterations",
                   (double)watch->time_limit, iteration);
    *why = watch->why;
  } else if (ask & ANY_STOP) {
    watch->verdict = MFG_WATCH_LAUNCH_STOPS;
    for (int reason = 0; reason < MFG_STOP_COUNT; reason++) /* which another rank may know of */
      if (ask & STOP << reason) MfgLaunchStop(watch->launch, (MfgStop)reason);
    (void)snprintf(watch->why, sizeof(watch->why), "stopped after %" PetscInt_FMT " iterations", iteration);
    *why = watch->why;
  }
  PetscFunctionReturn(0);
}
