/* Distributed arrays in HDF5 files, for src/mdp only. */
#ifndef THRONG_FIELDS_H
#define THRONG_FIELDS_H

#include <hdf5.h>
#include "fields_disk.h"
#include "mdp_impl.h"

/*
  Rows of `columns` values that travel in one message: bounded, whatever the size of a piece (MPI counts in
  int).
*/
static inline PetscInt MfgSliceRows(PetscInt columns)
{
  return PetscMax((1 << 22) / columns, 1);
}

struct _p_MfgFieldsFile {
  MfgModel    model;
  PetscMPIInt rank, size;
  char        path[PETSC_MAX_PATH_LEN];
  PetscBool   writing, failed; /* failed: something could not be written, as all ranks know */
  MfgDisk     disk;            /* on rank 0 */
  hid_t       file;            /* on rank 0 */
};

#endif
