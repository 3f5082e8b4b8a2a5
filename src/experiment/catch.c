/* Catching PETSc errors; see catch.h. */
#include <ctype.h>
#include <stdio.h>
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

PetscErrorCode MfgCatchBegin(MPI_Comm comm, const char *note, MfgCatch *caught)
{
  PetscFunctionBeginUser;
  caught->text[0] = '\0';
  caught->note = note;
  PetscCallMPI(MPI_Comm_dup(comm, &caught->comm));
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
  PetscCallMPI(MPI_Comm_free(&caught->comm));
  PetscFunctionReturn(0);
}
