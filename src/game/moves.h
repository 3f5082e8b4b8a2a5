/* The five moves on a grid, in the order of the actions: up, right, down, left, stay; row 0 is at the bottom.
 */
#ifndef THRONG_MOVES_H
#define THRONG_MOVES_H

#include <throng/parameters.h>

enum { MFG_MOVES = 5, MFG_STAY = 4 };
static const PetscInt MfgMoves[MFG_MOVES][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {0, 0}}; /* (row, column) */

/* Complain of a size n whose n x n x 5 entries an index can't count. */
static inline PetscErrorCode MfgMovesCheckSize(PetscInt size, const MfgComplaints *complaints)
{
  PetscFunctionBegin;
  if ((double)size * (double)size * MFG_MOVES > (double)PETSC_MAX_INT)
    PetscCall(MfgComplain(complaints, "size",
                          "%" PetscInt_FMT " x %" PetscInt_FMT " cells need a PETSc with 64-bit indices",
                          size, size));
  PetscFunctionReturn(0);
}

#endif
