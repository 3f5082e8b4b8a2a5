/* Distributed arrays from an HDF5 file, for src/mdp only. */
#ifndef THRONG_FIELDS_H
#define THRONG_FIELDS_H

#include "mdp_impl.h"

/*
  Rows of `columns` values that travel in one message: bounded, whatever the size of a piece (MPI counts in
  int).
*/
static inline PetscInt MfgSliceRows(PetscInt columns)
{
  return PetscMax((1 << 22) / columns, 1);
}

/*
  Read the data set `name` of the file at `path` into a Vec over states ([S]) or over states and actions ([S,
  A]). What is wrong (no such file, no such data set, wrong shape, not numbers, not finite) comes back as text
  in `problem`, which is empty otherwise and the same on every rank. Collective.
*/
PetscErrorCode MfgFieldsRead_Private(MfgModel model, const char *path, const char *name, Vec values,
                                     char problem[], size_t problem_size);

#endif
