/*
  Writing: distributed arrays into an HDF5 file. Rank 0 alone touches the file; the others send it their
  pieces one after another, so it never holds more than the largest piece. Every result of the file library is
  voted on before ranks go on.
*/
#include <fcntl.h>
#include <hdf5.h>
#include <string.h>
#include <unistd.h>
#include "fields.h"

struct _p_MfgFieldsFile {
  MfgModel    model;
  PetscMPIInt rank, size;
  char        path[PETSC_MAX_PATH_LEN];
  hid_t       file; /* on rank 0 */
};

/* `ok` is rank 0's; on false, every rank raises the error. */
static PetscErrorCode Agree(MfgFieldsFile file, PetscBool ok, const char *what)
{
  int good = ok;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Bcast(&good, 1, MPI_INT, 0, file->model->comm));
  PetscCheck(good, file->model->comm, PETSC_ERR_FILE_WRITE, "Can't %s in %s: is the disk full?", what,
             file->path);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsCreate(MfgModel model, const char *path, MfgFieldsFile *file)
{
  int ok = 1;

  PetscFunctionBegin;
  PetscCall(PetscNew(file));
  (*file)->model = model;
  PetscCall(PetscStrncpy((*file)->path, path, sizeof((*file)->path)));
  PetscCallMPI(MPI_Comm_rank(model->comm, &(*file)->rank));
  PetscCallMPI(MPI_Comm_size(model->comm, &(*file)->size));
  if ((*file)->rank == 0) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* we say ourselves what went wrong */
    (*file)->file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ok = (*file)->file >= 0;
  }
  PetscCallMPI(MPI_Bcast(&ok, 1, MPI_INT, 0, model->comm));
  if (!ok) PetscCall(PetscFree(*file));
  PetscCheck(ok, model->comm, PETSC_ERR_FILE_OPEN, "Can't create %s: may you write there?", path);
  PetscFunctionReturn(0);
}

/* Rank 0: rows [begin, begin + count) of a data set of `columns` columns. */
static PetscBool WriteRows(hid_t set, hid_t type, hsize_t begin, hsize_t count, hsize_t columns,
                           const void *values)
{
  const hsize_t offset[2] = {begin, 0}, extent[2] = {count, columns};
  hid_t         in_file = H5Dget_space(set);
  hid_t         in_memory = H5Screate_simple(2, extent, NULL);
  PetscBool     ok = PETSC_TRUE;

  if (count > 0) /* a one-dimensional set uses the first of offset and extent */
    ok = (H5Sselect_hyperslab(in_file, H5S_SELECT_SET, offset, NULL, extent, NULL) >= 0 &&
          H5Dwrite(set, type, in_memory, in_file, H5P_DEFAULT, values) >= 0)
             ? PETSC_TRUE
             : PETSC_FALSE;
  H5Sclose(in_memory);
  H5Sclose(in_file);
  return ok;
}

/*
  The pieces of all ranks, in rank order, as one data set: `rows` of this rank with `columns` values each, of
  an HDF5 and an MPI type that mean the same.
*/
static PetscErrorCode WriteDataset(MfgFieldsFile file, const char *name, PetscInt rows, PetscInt columns,
                                   int dimensions, hid_t type, MPI_Datatype mpi_type, size_t type_size,
                                   const void *values)
{
  MPI_Comm      comm = file->model->comm;
  const hsize_t shape[2] = {(hsize_t)file->model->states, (hsize_t)columns};
  hid_t         space = -1, set = -1;
  PetscBool     ok = PETSC_TRUE;

  PetscFunctionBegin;
  if (file->rank == 0) {
    hsize_t  at = (hsize_t)rows;
    PetscInt most = 0;
    void    *buffer = NULL;

    space = H5Screate_simple(dimensions, shape, NULL);
    set = H5Dcreate2(file->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ok = (set >= 0 && WriteRows(set, type, 0, (hsize_t)rows, (hsize_t)columns, values)) ? PETSC_TRUE
                                                                                        : PETSC_FALSE;
    most = rows; /* PetscSplitOwnership() gives rank 0 the largest piece */
    if (file->size > 1) PetscCall(PetscMalloc(PetscMax(most * columns, 1) * type_size, &buffer));
    for (PetscMPIInt from = 1; from < file->size; from++) {
      PetscInt count = 0;

      PetscCallMPI(MPI_Recv(&count, 1, MPIU_INT, from, 0, comm, MPI_STATUS_IGNORE));
      PetscCallMPI(
          MPI_Recv(buffer, (PetscMPIInt)(count * columns), mpi_type, from, 1, comm, MPI_STATUS_IGNORE));
      if (ok) ok = WriteRows(set, type, at, (hsize_t)count, (hsize_t)columns, buffer);
      at += (hsize_t)count;
    }
    PetscCall(PetscFree(buffer));
    if (set >= 0) ok = (H5Dclose(set) >= 0 && ok) ? PETSC_TRUE : PETSC_FALSE;
    H5Sclose(space);
  } else {
    PetscCallMPI(MPI_Send(&rows, 1, MPIU_INT, 0, 0, comm));
    PetscCallMPI(MPI_Send(values, (PetscMPIInt)(rows * columns), mpi_type, 0, 1, comm));
  }
  PetscCall(Agree(file, ok, name));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsWrite(MfgFieldsFile file, const char *name, Vec values)
{
  const PetscScalar *array;
  PetscInt           size, columns;

  PetscFunctionBegin;
  PetscCall(VecGetSize(values, &size));
  columns = size / file->model->states;
  PetscCall(VecGetArrayRead(values, &array));
  PetscCall(WriteDataset(file, name, file->model->local, columns, size == file->model->states ? 1 : 2,
                         H5T_NATIVE_DOUBLE, MPIU_SCALAR, sizeof(PetscScalar), array));
  PetscCall(VecRestoreArrayRead(values, &array));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsWriteCells(MfgFieldsFile file)
{
  const MfgModel model = file->model;
  PetscInt       rows, columns, *cells;

  PetscFunctionBegin;
  PetscCall(MfgGameGetGrid(model->game, &rows, &columns));
  if (!rows) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(2 * model->local, &cells));
  for (PetscInt i = 0; i < model->local; i++)
    PetscCall(MfgGameGetCell(model->game, model->begin + i, &cells[2 * i]));
  PetscCall(WriteDataset(file, "cells", model->local, 2, 2,
                         sizeof(PetscInt) == 8 ? H5T_NATIVE_INT64 : H5T_NATIVE_INT32, MPIU_INT,
                         sizeof(PetscInt), cells));
  PetscCall(PetscFree(cells));
  PetscFunctionReturn(0);
}

/* Rank 0: one attribute of the root group. */
static PetscBool WriteAttribute(hid_t file, const char *name, hid_t type, const void *value)
{
  hid_t     space = H5Screate(H5S_SCALAR);
  hid_t     attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  PetscBool ok = (attribute >= 0 && H5Awrite(attribute, type, value) >= 0) ? PETSC_TRUE : PETSC_FALSE;

  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return ok;
}

PetscErrorCode MfgFieldsWriteText(MfgFieldsFile file, const char *name, const char *text)
{
  PetscBool ok = PETSC_TRUE;

  PetscFunctionBegin;
  if (file->rank == 0) {
    hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, strlen(text) + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    ok = WriteAttribute(file->file, name, type, text);
    H5Tclose(type);
  }
  PetscCall(Agree(file, ok, name));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsWriteInteger(MfgFieldsFile file, const char *name, PetscInt value)
{
  const int64_t wide = value;
  PetscBool     ok = PETSC_TRUE;

  PetscFunctionBegin;
  if (file->rank == 0) ok = WriteAttribute(file->file, name, H5T_NATIVE_INT64, &wide);
  PetscCall(Agree(file, ok, name));
  PetscFunctionReturn(0);
}

/* Rank 0: what the library has closed is on the disk only after fsync. */
static PetscBool SyncFile(const char *path)
{
  const int handle = open(path, O_RDONLY);
  PetscBool ok = (handle >= 0 && fsync(handle) == 0) ? PETSC_TRUE : PETSC_FALSE;

  if (handle >= 0) close(handle);
  return ok;
}

PetscErrorCode MfgFieldsClose(MfgFieldsFile *file)
{
  PetscErrorCode error;
  PetscBool      ok = PETSC_TRUE;

  PetscFunctionBegin;
  if ((*file)->rank == 0) {
    ok = H5Fclose((*file)->file) >= 0 ? PETSC_TRUE : PETSC_FALSE;
    ok = (SyncFile((*file)->path) && ok) ? PETSC_TRUE : PETSC_FALSE;
  }
  error = Agree(*file, ok, "finish writing");
  PetscCall(PetscFree(*file));
  PetscCall(error);
  PetscFunctionReturn(0);
}
