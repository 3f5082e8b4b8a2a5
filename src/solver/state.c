/*
  Saving and restoring a solver. The file is HDF5 with one data set a part, and a checksum over all of them:
  the sum of a hash of each entry's bits, part and place, so that it is the same on any number of ranks.
*/
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "state.h"

static const char format[] = "throng solver state 1";
enum { NAME_SIZE = 64 };

struct _p_MfgSolverState {
  MfgSolver     solver;
  const char   *path;
  PetscBool     saving;
  MfgFieldsFile file;
  uint64_t      sum;     /* of the hashes; of this rank's entries, and of numbers on rank 0 */
  char         *problem; /* restoring only */
  size_t        problem_size;
};

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014): any bit of x changes about half of the result. */
static inline uint64_t Mix(uint64_t x)
{
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* Add `count` entries of the part, of which the first has the number `begin`. */
static void AddEntries(MfgSolverState state, const char *name, PetscInt begin, PetscInt count,
                       const PetscReal values[])
{
  uint64_t part = 0;

  for (const char *c = name; *c; c++) part = Mix(part + (unsigned char)*c + 1);
  for (PetscInt i = 0; i < count; i++) {
    uint64_t bits;

    memcpy(&bits, &values[i], sizeof(bits));
    state->sum += Mix(bits ^ Mix(part + (uint64_t)(begin + i)));
  }
}

static PetscErrorCode AddVec(MfgSolverState state, const char *name, Vec values)
{
  const PetscScalar *array;
  PetscInt           begin, end;

  PetscFunctionBegin;
  PetscCall(VecGetOwnershipRange(values, &begin, &end));
  PetscCall(VecGetArrayRead(values, &array));
  AddEntries(state, name, begin, end - begin, array);
  PetscCall(VecRestoreArrayRead(values, &array));
  PetscFunctionReturn(0);
}

/* Over all ranks, as a number that a double holds. */
static PetscErrorCode Checksum(MfgSolverState state, PetscReal *checksum)
{
  uint64_t sum;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Allreduce(&state->sum, &sum, 1, MPI_UINT64_T, MPI_SUM, state->solver->comm));
  *checksum = (PetscReal)(sum >> 11);
  PetscFunctionReturn(0);
}

static PetscBool IsOver(MfgSolverState state)
{
  return (PetscBool)(!state->saving && state->problem[0]);
}

PetscErrorCode MfgStateVec_Private(MfgSolverState state, const char *name, Vec values)
{
  PetscFunctionBegin;
  if (IsOver(state)) PetscFunctionReturn(0);
  if (state->saving) {
    PetscCall(MfgFieldsWrite(state->file, name, values));
  } else {
    PetscCall(MfgFieldsRead(state->file, name, values, state->problem, state->problem_size));
  }
  PetscCall(AddVec(state, name, values));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStateNumbers_Private(MfgSolverState state, const char *name, PetscInt count,
                                       PetscReal values[])
{
  PetscMPIInt rank;

  PetscFunctionBegin;
  if (IsOver(state)) PetscFunctionReturn(0);
  if (state->saving)
    PetscCall(MfgFieldsWriteNumbers(state->file, name, count, values));
  else
    PetscCall(MfgFieldsReadNumbers(state->file, name, count, values, state->problem, state->problem_size));
  PetscCallMPI(MPI_Comm_rank(state->solver->comm, &rank));
  if (rank == 0) AddEntries(state, name, 0, count, values);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStateInteger_Private(MfgSolverState state, const char *name, PetscInt low, PetscInt high,
                                       PetscInt *value)
{
  PetscReal number = (PetscReal)*value;

  PetscFunctionBegin;
  PetscCall(MfgStateNumbers_Private(state, name, 1, &number));
  if (state->saving || IsOver(state)) PetscFunctionReturn(0);
  if (number >= (PetscReal)low && number <= (PetscReal)high && number == PetscFloorReal(number))
    *value = (PetscInt)number;
  else
    (void)snprintf(state->problem, state->problem_size,
                   "/%s of %s is %.17g; expected an integer from %" PetscInt_FMT " to %" PetscInt_FMT, name,
                   state->path, (double)number, low, high);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStateSame_Private(MfgSolverState state, const char *name, PetscInt value)
{
  PetscReal number = (PetscReal)value;

  PetscFunctionBegin;
  PetscCall(MfgStateNumbers_Private(state, name, 1, &number));
  if (state->saving || IsOver(state) || number == (PetscReal)value) PetscFunctionReturn(0);
  (void)snprintf(state->problem, state->problem_size,
                 "%s is of a run with %s = %.17g; here it is %" PetscInt_FMT, state->path, name,
                 (double)number, value);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStateOptionalVec_Private(MfgSolverState state, const char *name, Vec like, Vec *values)
{
  char     flag[NAME_SIZE];
  PetscInt held = *values ? 1 : 0;

  PetscFunctionBegin;
  (void)snprintf(flag, sizeof(flag), "has_%s", name);
  PetscCall(MfgStateInteger_Private(state, flag, 0, 1, &held));
  if (IsOver(state)) PetscFunctionReturn(0);
  if (!held) PetscCall(VecDestroy(values));
  if (held && !*values) PetscCall(VecDuplicate(like, values));
  if (held) PetscCall(MfgStateVec_Private(state, name, *values));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStateTrail_Private(MfgSolverState state, MfgTrail trail)
{
  Vec      vecs[MFG_TRAIL_ROOM];
  PetscInt held, room;

  PetscFunctionBegin;
  PetscCall(MfgTrailGetVecs(trail, &held, &room, vecs));
  PetscCall(MfgStateInteger_Private(state, "trail_length", 0, room, &held));
  for (PetscInt i = 0; i < held; i++) {
    char name[NAME_SIZE];

    (void)snprintf(name, sizeof(name), "trail_%" PetscInt_FMT, i);
    PetscCall(MfgStateVec_Private(state, name, vecs[i]));
  }
  if (!state->saving) PetscCall(MfgTrailSetHeld(trail, held));
  PetscFunctionReturn(0);
}

/* What must be the same in both solvers. */
static PetscErrorCode VisitKind(MfgSolver solver, MfgSolverState state)
{
  PetscInt states, actions, metrics = 0; /* a bit for each metric */

  PetscFunctionBegin;
  PetscCall(VecGetSize(solver->mu, &states));
  PetscCall(VecGetBlockSize(solver->pi, &actions));
  for (int i = 0; i < MFG_METRIC_COUNT; i++)
    if (solver->wanted[i]) metrics |= 1 << i;
  PetscCall(MfgStateSame_Private(state, "states", states));
  PetscCall(MfgStateSame_Private(state, "actions", actions));
  PetscCall(MfgStateSame_Private(state, "seed", solver->seed));
  PetscCall(MfgStateSame_Private(state, "metrics", metrics));
  PetscFunctionReturn(0);
}

/* `seconds`: in the solver so far. */
static PetscErrorCode VisitParts(MfgSolver solver, MfgSolverState state, PetscReal *seconds)
{
  PetscFunctionBegin;
  PetscCall(MfgStateInteger_Private(state, "iteration", 0, PETSC_MAX_INT, &solver->iteration));
  PetscCall(MfgStateNumbers_Private(state, "seconds", 1, seconds));
  PetscCall(MfgStateVec_Private(state, "mean_field", solver->mu));
  PetscCall(MfgStateVec_Private(state, "policy", solver->pi));
  PetscCall(MfgMetricsState_Private(solver, state));
  if (solver->klass->state) PetscCall((*solver->klass->state)(solver, state));
  PetscFunctionReturn(0);
}

static PetscErrorCode Write(MfgSolver solver, MfgSolverState state)
{
  PetscReal seconds = MPI_Wtime() - solver->start, checksum;

  PetscFunctionBegin;
  PetscCall(MfgFieldsWriteText(state->file, "format", format));
  PetscCall(MfgFieldsWriteText(state->file, "solver", solver->klass->name));
  PetscCall(VisitKind(solver, state));
  PetscCall(VisitParts(solver, state, &seconds));
  PetscCall(Checksum(state, &checksum));
  PetscCall(MfgFieldsWriteNumbers(state->file, "checksum", 1, &checksum));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverSave(MfgSolver solver, const char *path)
{
  struct _p_MfgSolverState state = {.solver = solver, .path = path, .saving = PETSC_TRUE};
  PetscErrorCode           error, of_close;

  PetscFunctionBegin;
  PetscCheck(solver->begun, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgSolverSolve() first");
  PetscCheck(solver->reason >= 0 || solver->reason == MFG_INTERRUPTED, solver->comm, PETSC_ERR_ARG_WRONGSTATE,
             "A run that failed has no state to go on from");
  PetscCall(MfgStageBegin(MFG_STAGE_OUTPUT));
  error = MfgFieldsCreate(solver->model, path, &state.file);
  if (!error) {
    error = Write(solver, &state);
    of_close = MfgFieldsClose(&state.file);
    if (!error) error = of_close;
  }
  PetscCall(MfgStageEnd(MFG_STAGE_OUTPUT)); /* after an error, too: the run may go on */
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Whether the file is a state of such a solver at all. */
static PetscErrorCode CheckKind(MfgSolverState state)
{
  const char *type = state->solver->klass->name;
  char        text[128];

  PetscFunctionBegin;
  PetscCall(
      MfgFieldsReadText(state->file, "format", text, sizeof(text), state->problem, state->problem_size));
  if (state->problem[0] || strcmp(text, format) != 0) {
    (void)snprintf(state->problem, state->problem_size, "%s is no '%s'", state->path, format);
    PetscFunctionReturn(0);
  }
  PetscCall(
      MfgFieldsReadText(state->file, "solver", text, sizeof(text), state->problem, state->problem_size));
  if (!state->problem[0] && strcmp(text, type) != 0)
    (void)snprintf(state->problem, state->problem_size, "%s is of the solver %s; expected %s", state->path,
                   text, type);
  PetscFunctionReturn(0);
}

/*
  A state that this solver could not have come to: its limit would have ended it before, or at another row.
*/
static void CheckLimit(MfgSolverState state)
{
  const MfgSolver solver = state->solver;

  if (IsOver(state) || solver->iteration < solver->iteration_limit ||
      (solver->iteration == solver->iteration_limit && MfgSolverRowIsCurrent_Private(solver)))
    return;
  (void)snprintf(state->problem, state->problem_size,
                 "%s is the state after %" PetscInt_FMT
                 " iterations of a run with another limit; here it is %" PetscInt_FMT,
                 state->path, solver->iteration, solver->iteration_limit);
}

static PetscErrorCode Read(MfgSolver solver, MfgSolverState state)
{
  PetscReal seconds = 0, checksum, expected = 0;

  PetscFunctionBegin;
  PetscCall(CheckKind(state));
  if (!IsOver(state)) PetscCall(VisitKind(solver, state));
  if (IsOver(state)) PetscFunctionReturn(0);
  solver->spoiled = PETSC_TRUE;
  PetscCall(VisitParts(solver, state, &seconds));
  PetscCall(Checksum(state, &checksum));
  PetscCall(MfgStateNumbers_Private(state, "checksum", 1, &expected));
  if (!IsOver(state) && checksum != expected)
    (void)snprintf(state->problem, state->problem_size, "%s is damaged: its checksum does not fit",
                   state->path);
  CheckLimit(state);
  if (IsOver(state)) PetscFunctionReturn(0);
  solver->elapsed = seconds;
  solver->restored = PETSC_TRUE;
  solver->spoiled = PETSC_FALSE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSolverRestore(MfgSolver solver, const char *path, char problem[], size_t size)
{
  struct _p_MfgSolverState state = {.solver = solver, .path = path, .problem = problem, .problem_size = size};

  PetscFunctionBegin;
  PetscCheck(solver->previous_mu, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgSolverSetUp() first");
  PetscCheck(!solver->begun, solver->comm, PETSC_ERR_ARG_WRONGSTATE, "The solver has begun already");
  PetscCall(MfgFieldsOpen(solver->model, path, &state.file, problem, size));
  if (problem[0]) PetscFunctionReturn(0);
  PetscCall(Read(solver, &state));
  PetscCall(MfgFieldsClose(&state.file));
  if (problem[0]) PetscFunctionReturn(0);
  /* as the last row left the model, for whoever asks about the iterate where there is no iteration to come */
  PetscCall(MfgModelSetPolicy(solver->model, solver->pi));
  PetscCall(MfgModelSetMeanField(solver->model, solver->mu));
  PetscFunctionReturn(0);
}
