/*
  PETSc errors that end a run and not the program.

  Between MfgCatchBegin() and MfgCatchEnd() an error is kept instead of printed. The end is a vote: every rank
  must come there, with the error code of its work. An error that all ranks raise, as PETSc does for a solver
  it does not have, is so known to all of them. A rank that raised one alone finds the others waiting for it
  in some exchange of messages that it has left; after five seconds it tells its error and ends the program.
*/
#ifndef THRONG_EXPERIMENT_CATCH_H
#define THRONG_EXPERIMENT_CATCH_H

#include "experiment/run.h"

typedef struct {
  MPI_Comm    comm;   /* of votes alone */
  PetscBool   shared; /* by MfgCatchPrepare() */
  const char *note;
  char        text[MFG_MESSAGE_SIZE]; /* of the first error on this rank */
#if defined(PETSC_USE_DEBUG) && !defined(PETSC_HAVE_THREADSAFETY)
  int depth;
#endif
} MfgCatch;

/*
  Communicators that are made of `comm` by MPI_Comm_dup() from here on share one for their votes, which goes
  with the last of them. Without it each catch makes one. Collective.
*/
PetscErrorCode MfgCatchPrepare(MPI_Comm comm);
/*
  `note`: NULL, or the path of a file that gets the error if it has to end the program. Collective. Not to be
  nested.
*/
PetscErrorCode MfgCatchBegin(MPI_Comm comm, const char *note, MfgCatch *caught);
/*
  `error`: what the work returned on this rank. *code: zero if all is well on every rank, else the error of
  the first rank that has one, and `problem` is its text in one line; the same on every rank. Collective.
*/
PetscErrorCode MfgCatchEnd(MfgCatch *caught, PetscErrorCode error, PetscErrorCode *code,
                           char problem[MFG_MESSAGE_SIZE]);

#endif
