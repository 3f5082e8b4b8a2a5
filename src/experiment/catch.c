/* Catching PETSc errors; see catch.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "experiment/catch.h"

static const double patience = 5; /* seconds */

/*
  An error handler that keeps the first message. PETSc 3.18 reports memory that is not there with the line and
  the function that wanted it in the places of code and message.
*/
static PetscErrorCode Keep(MPI_Comm comm, int line, const char *function, const char *file,
                           PetscErrorCode code, PetscErrorType type, const char *message, void *context)
{
  MfgCatch   *caught = context;
  const char *general = NULL;

  (void)comm, (void)line, (void)file;
  if (function && !strcmp(function, "PetscMallocAlign")) {
    code = PETSC_ERR_MEM;
    message = NULL;
  }
  if (type != PETSC_ERROR_INITIAL || caught->text[0]) return code;
  (void)PetscErrorMessage(code, &general, NULL);
  (void)snprintf(caught->text, sizeof(caught->text), "%s%s%s", general ? general : "",
                 general && message && *message ? ": " : "", message ? message : "");
  for (char *c = caught->text; *c; c++)
    if (iscntrl((unsigned char)*c)) *c = ' ';
  return code;
}

/* The communicator of the votes is an attribute of those that share it. */
typedef struct {
  MPI_Comm comm;
  int      users;
} Votes;

static int votes_key = MPI_KEYVAL_INVALID;

static int Share(MPI_Comm comm, int key, void *state, void *votes, void *copy, int *found)
{
  (void)comm, (void)key, (void)state;
  ((Votes *)votes)->users++;
  *(void **)copy = votes;
  *found = 1;
  return MPI_SUCCESS;
}

static int Drop(MPI_Comm comm, int key, void *attribute, void *state)
{
  Votes *votes = (Votes *)attribute;

  (void)comm, (void)key, (void)state;
  if (--votes->users) return MPI_SUCCESS;
  (void)MPI_Comm_free(&votes->comm);
  free(votes);
  return MPI_SUCCESS;
}

PetscErrorCode MfgCatchPrepare(MPI_Comm comm)
{
  Votes *votes = malloc(sizeof(*votes));

  PetscFunctionBeginUser;
  PetscCheck(votes, PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a communicator");
  if (votes_key == MPI_KEYVAL_INVALID) PetscCallMPI(MPI_Comm_create_keyval(Share, Drop, &votes_key, NULL));
  PetscCallMPI(MPI_Comm_dup(comm, &votes->comm));
  votes->users = 1;
  PetscCallMPI(MPI_Comm_set_attr(comm, votes_key, votes));
  PetscFunctionReturn(0);
}

/* One that votes have for themselves; *shared: it is not the caller's. */
static PetscErrorCode GetVotes(MPI_Comm comm, MPI_Comm *own, PetscBool *shared)
{
  Votes *votes = NULL;
  int    found = 0;

  PetscFunctionBeginUser;
  if (votes_key != MPI_KEYVAL_INVALID) PetscCallMPI(MPI_Comm_get_attr(comm, votes_key, &votes, &found));
  *shared = (PetscBool)found;
  if (found)
    *own = votes->comm;
  else
    PetscCallMPI(MPI_Comm_dup(comm, own));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCatchBegin(MPI_Comm comm, const char *note, MfgCatch *caught)
{
  PetscFunctionBeginUser;
  caught->text[0] = '\0';
  caught->note = note;
  PetscCall(GetVotes(comm, &caught->comm, &caught->shared));
#if defined(PETSC_USE_DEBUG) && !defined(PETSC_HAVE_THREADSAFETY)
  caught->depth = petscstack.currentsize;
#endif
  PetscCall(PetscPushErrorHandler(Keep, caught));
  PetscFunctionReturn(0);
}

/* The others do not come: they wait for this rank elsewhere. */
static void GiveUp(const MfgCatch *caught, int rank)
{
  FILE *note = caught->note ? fopen(caught->note, "w") : NULL;

  if (note) (void)fprintf(note, "%s\n", caught->text);
  if (note) (void)fclose(note);
  (void)fprintf(stderr, "throng: error on rank %d: %s\n", rank, caught->text);
  (void)fflush(stderr);
  (void)MPI_Abort(MPI_COMM_WORLD, 1);
}

/* The first rank with an error; the number of ranks if there is none. */
static PetscErrorCode Vote(const MfgCatch *caught, PetscErrorCode error, PetscMPIInt *first)
{
  const struct timespec pause = {0, 1000000};
  const double          start = MPI_Wtime();
  PetscMPIInt           rank, size, mine;
  MPI_Request           request;
  int                   done = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(caught->comm, &rank));
  PetscCallMPI(MPI_Comm_size(caught->comm, &size));
  mine = error ? rank : size;
  PetscCallMPI(MPI_Iallreduce(&mine, first, 1, MPI_INT, MPI_MIN, caught->comm, &request));
  while (error && !done) {
    PetscCallMPI(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
    if (!done && MPI_Wtime() - start > patience) GiveUp(caught, (int)rank);
    if (!done) (void)nanosleep(&pause, NULL);
  }
  if (!done) PetscCallMPI(MPI_Wait(&request, MPI_STATUS_IGNORE));
  if (*first == size) *first = -1;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCatchEnd(MfgCatch *caught, PetscErrorCode error, PetscErrorCode *code,
                           char problem[MFG_MESSAGE_SIZE])
{
  PetscMPIInt first;

  PetscFunctionBeginUser;
#if defined(PETSC_USE_DEBUG) && !defined(PETSC_HAVE_THREADSAFETY)
  petscstack.currentsize = caught->depth; /* functions that were left by the error are still on it */
#endif
  PetscCall(PetscPopErrorHandler());
  PetscCall(Vote(caught, error, &first));
  *code = 0;
  problem[0] = '\0';
  if (first >= 0) {
    *code = error;
    PetscCall(PetscStrncpy(problem, caught->text[0] ? caught->text : "unknown error", MFG_MESSAGE_SIZE));
    PetscCallMPI(MPI_Bcast(code, (int)sizeof(*code), MPI_BYTE, first, caught->comm));
    PetscCallMPI(MPI_Bcast(problem, MFG_MESSAGE_SIZE, MPI_CHAR, first, caught->comm));
  }
  if (!caught->shared) PetscCallMPI(MPI_Comm_free(&caught->comm));
  PetscFunctionReturn(0);
}
