/*
  Writing: distributed arrays into an HDF5 file. Rank 0 alone touches the file; the others send it their
  pieces one after another, so it never holds more than the largest piece. Every result of the file library is
  voted on before ranks go on.
*/
#include <errno.h>
#include <string.h>
#include "fields.h"

/* `ok` is rank 0's; on false, or after an error of the disk, every rank raises the error. */
static PetscErrorCode Agree(MfgFieldsFile file, PetscBool ok, const char *what)
{
  int error = file->disk.error ? file->disk.error : ok ? 0 : EIO;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, file->model->comm));
  if (error) file->failed = PETSC_TRUE;
  PetscCheck(!error, file->model->comm, PETSC_ERR_FILE_WRITE, "Can't write %s in %s: %s", what, file->path,
             strerror(error));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsCreate(MfgModel model, const char *path, MfgFieldsFile *file)
{
  int error = 0;

  PetscFunctionBegin;
  PetscCall(PetscNew(file));
  (*file)->model = model;
  (*file)->writing = PETSC_TRUE;
  (*file)->disk.sync = 1;
  PetscCall(PetscStrncpy((*file)->path, path, sizeof((*file)->path)));
  PetscCallMPI(MPI_Comm_rank(model->comm, &(*file)->rank));
  PetscCallMPI(MPI_Comm_size(model->comm, &(*file)->size));
  if ((*file)->rank == 0) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* we say ourselves what went wrong */
    (*file)->file = MfgDiskCreate_Private(path, &(*file)->disk);
    if ((*file)->file < 0) error = (*file)->disk.error;
  }
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, model->comm));
  if (error) PetscCall(PetscFree(*file));
  PetscCheck(!error, model->comm, PETSC_ERR_FILE_OPEN, "Can't create %s: %s", path, strerror(error));
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

/* How the entries of a data set are called in the file and between ranks. */
typedef struct {
  hid_t        in_file;
  MPI_Datatype in_message;
  size_t       size;
} EntryType;

/*
  Rank 0: receive the piece of `from`, slice after slice, and write it behind row `at`; `at` moves behind it.
*/
static PetscErrorCode WriteReceived(MfgFieldsFile file, hid_t set, EntryType type, PetscMPIInt from,
                                    PetscInt columns, void *buffer, hsize_t *at, PetscBool *ok)
{
  const PetscInt slice = MfgSliceRows(columns);
  PetscInt       rows = 0;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Recv(&rows, 1, MPIU_INT, from, 0, file->model->comm, MPI_STATUS_IGNORE));
  for (PetscInt done = 0; done < rows; done += slice) {
    const PetscInt count = PetscMin(slice, rows - done);

    PetscCallMPI(MPI_Recv(buffer, (PetscMPIInt)(count * columns), type.in_message, from, 1, file->model->comm,
                          MPI_STATUS_IGNORE));
    if (*ok) *ok = WriteRows(set, type.in_file, *at, (hsize_t)count, (hsize_t)columns, buffer);
    *at += (hsize_t)count;
  }
  PetscFunctionReturn(0);
}

/* Send this rank's piece, as WriteReceived() wants it. */
static PetscErrorCode SendPiece(MfgFieldsFile file, EntryType type, PetscInt rows, PetscInt columns,
                                const void *values)
{
  const PetscInt slice = MfgSliceRows(columns);

  PetscFunctionBegin;
  PetscCallMPI(MPI_Send(&rows, 1, MPIU_INT, 0, 0, file->model->comm));
  for (PetscInt done = 0; done < rows; done += slice)
    PetscCallMPI(MPI_Send((const char *)values + (size_t)done * (size_t)columns * type.size,
                          (PetscMPIInt)(PetscMin(slice, rows - done) * columns), type.in_message, 0, 1,
                          file->model->comm));
  PetscFunctionReturn(0);
}

/* Rank 0 */
static hid_t CreateDataset(hid_t file, const char *name, hid_t type, hid_t space)
{
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  hid_t set;

  H5Pset_obj_track_times(creation, 0); /* the same values are the same bytes, whenever they are written */
  set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  H5Pclose(creation);
  return set;
}

/* The pieces of all ranks, in rank order, as one data set of S rows with `columns` values each. */
static PetscErrorCode WriteDataset(MfgFieldsFile file, const char *name, PetscInt columns, int dimensions,
                                   EntryType type, const void *values)
{
  const PetscInt rows = file->model->local;
  const hsize_t  shape[2] = {(hsize_t)file->model->states, (hsize_t)columns};
  PetscBool      ok = PETSC_TRUE;

  PetscFunctionBegin;
  if (file->rank == 0) {
    hsize_t at = (hsize_t)rows;
    void   *buffer = NULL;
    hid_t   space = H5Screate_simple(dimensions, shape, NULL);
    hid_t   set = CreateDataset(file->file, name, type.in_file, space);

    ok = (set >= 0 && WriteRows(set, type.in_file, 0, (hsize_t)rows, (hsize_t)columns, values)) ? PETSC_TRUE
                                                                                                : PETSC_FALSE;
    /* PetscSplitOwnership() gives rank 0 the largest piece */
    PetscCall(PetscMalloc((size_t)(PetscMin(rows, MfgSliceRows(columns)) * columns) * type.size, &buffer));
    for (PetscMPIInt from = 1; from < file->size; from++)
      PetscCall(WriteReceived(file, set, type, from, columns, buffer, &at, &ok));
    PetscCall(PetscFree(buffer));
    if (set >= 0) ok = (H5Dclose(set) >= 0 && ok) ? PETSC_TRUE : PETSC_FALSE;
    H5Sclose(space);
  } else {
    PetscCall(SendPiece(file, type, rows, columns, values));
  }
  PetscCall(Agree(file, ok, name));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsWrite(MfgFieldsFile file, const char *name, Vec values)
{
  const EntryType    numbers = {H5T_NATIVE_DOUBLE, MPIU_SCALAR, sizeof(PetscScalar)};
  const PetscScalar *array;
  PetscInt           size, columns;

  PetscFunctionBegin;
  PetscCall(VecGetSize(values, &size));
  columns = size / file->model->states;
  PetscCall(VecGetArrayRead(values, &array));
  PetscCall(WriteDataset(file, name, columns, size == file->model->states ? 1 : 2, numbers, array));
  PetscCall(VecRestoreArrayRead(values, &array));
  PetscFunctionReturn(0);
}

/* Rank 0: a data set of its own numbers. */
static PetscBool WriteSmallDataset(hid_t file, const char *name, hsize_t count, const PetscReal values[])
{
  hid_t     space = H5Screate_simple(1, &count, NULL);
  hid_t     set = CreateDataset(file, name, H5T_NATIVE_DOUBLE, space);
  PetscBool ok =
      (PetscBool)(set >= 0 && H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);

  if (set >= 0) ok = (PetscBool)(H5Dclose(set) >= 0 && ok);
  H5Sclose(space);
  return ok;
}

PetscErrorCode MfgFieldsWriteNumbers(MfgFieldsFile file, const char *name, PetscInt count,
                                     const PetscReal values[])
{
  PetscBool ok = PETSC_TRUE;

  PetscFunctionBegin;
  if (file->rank == 0) ok = WriteSmallDataset(file->file, name, (hsize_t)count, values);
  PetscCall(Agree(file, ok, name));
  PetscFunctionReturn(0);
}

static PetscErrorCode FillCells(MfgModel model, PetscInt cells[])
{
  PetscFunctionBegin;
  for (PetscInt i = 0; i < model->local; i++)
    PetscCall(MfgGameGetCell(model->game, model->begin + i, &cells[2 * i]));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsWriteCells(MfgFieldsFile file)
{
  const MfgModel  model = file->model;
  const EntryType indices = {sizeof(PetscInt) == 8 ? H5T_NATIVE_INT64 : H5T_NATIVE_INT32, MPIU_INT,
                             sizeof(PetscInt)};
  PetscInt        rows, columns, *cells;

  PetscFunctionBegin;
  PetscCall(MfgGameGetGrid(model->game, &rows, &columns));
  if (!rows) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(2 * model->local, &cells));
  PetscCall(MfgModelVote_Private(model, FillCells(model, cells), "cells"));
  PetscCall(WriteDataset(file, "cells", 2, 2, indices, cells));
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

PetscErrorCode MfgFieldsSetSync(MfgFieldsFile file, PetscBool sync)
{
  PetscFunctionBegin;
  file->disk.sync = (int)sync;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsClose(MfgFieldsFile *file)
{
  PetscErrorCode error = 0;
  PetscBool      ok = PETSC_TRUE;

  PetscFunctionBegin;
  if ((*file)->rank == 0) ok = (PetscBool)(H5Fclose((*file)->file) >= 0);
  if ((*file)->writing && !(*file)->failed) error = Agree(*file, ok, "the end of the data");
  PetscCall(PetscFree(*file));
  PetscCall(error);
  PetscFunctionReturn(0);
}
