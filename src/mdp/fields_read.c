/*
  Reading: arrays of an HDF5 file into distributed vectors, and the laws and policies made from them. Rank 0
  alone touches the file and sends each rank its piece.
*/
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "fields.h"

/* "[104, 5]" of the first two dimensions, in `text`. */
static const char *ShapeText(int dimensions, const hsize_t shape[], char text[64])
{
  if (dimensions == 1)
    (void)snprintf(text, 64, "[%lld]", (long long)shape[0]);
  else if (dimensions == 2)
    (void)snprintf(text, 64, "[%lld, %lld]", (long long)shape[0], (long long)shape[1]);
  else
    (void)snprintf(text, 64, "of %d dimensions", dimensions);
  return text;
}

/*
  Rank 0: open the data set and see that it has the shape. Returns a negative number and a text if it has not.
*/
static hid_t OpenDataset(MfgFieldsFile file, const char *name, int dimensions, const hsize_t shape[2],
                         char problem[], size_t problem_size)
{
  hsize_t found[H5S_MAX_RANK] = {0};
  char    is[64], needed[64];
  int     n = 0;
  hid_t   set;

  set = H5Dopen2(file->file, name, H5P_DEFAULT);
  if (set < 0) {
    (void)PetscSNPrintf(problem, problem_size, "%s has no data set /%s", file->path, name);
    return -1;
  }
  hid_t space = H5Dget_space(set), type = H5Dget_type(set);
  n = H5Sget_simple_extent_ndims(space);
  if (n >= 0) (void)H5Sget_simple_extent_dims(space, found, NULL);
  if (n != dimensions || found[0] != shape[0] || (n == 2 && found[1] != shape[1]))
    (void)PetscSNPrintf(problem, problem_size, "/%s of %s is %s; this game needs %s", name, file->path,
                        ShapeText(n, found, is), ShapeText(dimensions, shape, needed));
  else if (H5Tget_class(type) != H5T_FLOAT && H5Tget_class(type) != H5T_INTEGER)
    (void)PetscSNPrintf(problem, problem_size, "/%s of %s does not hold numbers", name, file->path);
  H5Tclose(type);
  H5Sclose(space);
  return set;
}

/* Rank 0: rows [begin, begin + count). */
static PetscBool ReadRows(hid_t set, hsize_t begin, hsize_t count, hsize_t columns, PetscReal values[])
{
  const hsize_t offset[2] = {begin, 0}, extent[2] = {count, columns};
  hid_t         in_file = H5Dget_space(set);
  hid_t         in_memory = H5Screate_simple(2, extent, NULL);
  PetscBool     ok = PETSC_TRUE;

  if (count > 0)
    ok = (H5Sselect_hyperslab(in_file, H5S_SELECT_SET, offset, NULL, extent, NULL) >= 0 &&
          H5Dread(set, H5T_NATIVE_DOUBLE, in_memory, in_file, H5P_DEFAULT, values) >= 0)
             ? PETSC_TRUE
             : PETSC_FALSE;
  H5Sclose(in_memory);
  H5Sclose(in_file);
  return ok;
}

/* Rank 0: read the piece of `to`, slice after slice, from row `at` on, and send it; `at` moves behind it. */
static PetscErrorCode SendRead(MfgModel model, hid_t set, PetscMPIInt to, PetscInt columns,
                               PetscScalar buffer[], hsize_t *at, PetscBool *ok)
{
  const PetscInt slice = MfgSliceRows(columns);
  PetscInt       rows = 0;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Recv(&rows, 1, MPIU_INT, to, 0, model->comm, MPI_STATUS_IGNORE));
  for (PetscInt done = 0; done < rows; done += slice) {
    const PetscInt count = PetscMin(slice, rows - done);

    if (*ok) *ok = ReadRows(set, *at, (hsize_t)count, (hsize_t)columns, buffer);
    PetscCallMPI(MPI_Send(buffer, (PetscMPIInt)(count * columns), MPIU_SCALAR, to, 1, model->comm));
    *at += (hsize_t)count;
  }
  PetscFunctionReturn(0);
}

/* Rank 0 reads and sends the pieces, in rank order; every rank gets its own in `mine`. */
static PetscErrorCode Distribute(MfgFieldsFile file, hid_t set, PetscInt columns, PetscScalar mine[],
                                 PetscBool *ok)
{
  const MfgModel model = file->model;
  const PetscInt rows = model->local, slice = MfgSliceRows(columns);

  PetscFunctionBegin;
  if (file->rank == 0) {
    hsize_t      at = (hsize_t)rows;
    PetscScalar *buffer;

    *ok = ReadRows(set, 0, (hsize_t)rows, (hsize_t)columns, mine);
    PetscCall(PetscMalloc1(PetscMin(rows, slice) * columns, &buffer)); /* rank 0 has the largest piece */
    for (PetscMPIInt to = 1; to < file->size; to++)
      PetscCall(SendRead(model, set, to, columns, buffer, &at, ok));
    PetscCall(PetscFree(buffer));
  } else {
    PetscCallMPI(MPI_Send(&rows, 1, MPIU_INT, 0, 0, model->comm));
    for (PetscInt done = 0; done < rows; done += slice)
      PetscCallMPI(MPI_Recv(mine + done * columns, (PetscMPIInt)(PetscMin(slice, rows - done) * columns),
                            MPIU_SCALAR, 0, 1, model->comm, MPI_STATUS_IGNORE));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsOpen(MfgModel model, const char *path, MfgFieldsFile *file, char problem[],
                             size_t problem_size)
{
  PetscFunctionBegin;
  problem[0] = 0;
  PetscCall(PetscNew(file));
  (*file)->model = model;
  PetscCall(PetscStrncpy((*file)->path, path, sizeof((*file)->path)));
  PetscCallMPI(MPI_Comm_rank(model->comm, &(*file)->rank));
  PetscCallMPI(MPI_Comm_size(model->comm, &(*file)->size));
  if ((*file)->rank == 0) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    (*file)->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if ((*file)->file < 0)
      (void)snprintf(problem, problem_size, "can't read %s as an HDF5 file%s%s", path,
                     access(path, R_OK) ? ": " : "", access(path, R_OK) ? strerror(errno) : "");
  }
  PetscCallMPI(MPI_Bcast(problem, (PetscMPIInt)problem_size, MPI_CHAR, 0, model->comm));
  if (problem[0]) PetscCall(PetscFree(*file));
  PetscFunctionReturn(0);
}

/* `ok` is rank 0's: whether the data could be read. */
static PetscErrorCode TellUnreadable(MfgFieldsFile file, const char *name, PetscBool ok, char problem[],
                                     size_t problem_size)
{
  PetscFunctionBegin;
  if (file->rank == 0 && !ok)
    (void)snprintf(problem, problem_size, "/%s of %s can't be read: is the file whole?", name, file->path);
  PetscCallMPI(MPI_Bcast(problem, (PetscMPIInt)problem_size, MPI_CHAR, 0, file->model->comm));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsRead(MfgFieldsFile file, const char *name, Vec values, char problem[],
                             size_t problem_size)
{
  const PetscInt states = file->model->states;
  PetscInt       size, columns;
  PetscScalar   *array;
  PetscBool      ok = PETSC_TRUE;
  hid_t          set = -1;

  PetscFunctionBegin;
  PetscCall(VecGetSize(values, &size));
  columns = size / states;
  problem[0] = 0;
  if (file->rank == 0) {
    const hsize_t shape[2] = {(hsize_t)states, (hsize_t)columns};

    set = OpenDataset(file, name, size == states ? 1 : 2, shape, problem, problem_size);
  }
  PetscCallMPI(MPI_Bcast(problem, (PetscMPIInt)problem_size, MPI_CHAR, 0, file->model->comm));
  if (!problem[0]) {
    PetscCall(VecGetArrayWrite(values, &array));
    PetscCall(Distribute(file, set, columns, array, &ok));
    PetscCall(VecRestoreArrayWrite(values, &array));
    PetscCall(TellUnreadable(file, name, ok, problem, problem_size));
  }
  if (set >= 0) H5Dclose(set);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsReadNumbers(MfgFieldsFile file, const char *name, PetscInt count, PetscReal values[],
                                    char problem[], size_t problem_size)
{
  PetscBool ok = PETSC_TRUE;

  PetscFunctionBegin;
  problem[0] = 0;
  if (file->rank == 0) {
    const hsize_t shape[2] = {(hsize_t)count, 1};
    const hid_t   set = OpenDataset(file, name, 1, shape, problem, problem_size);

    if (!problem[0])
      ok = (PetscBool)(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    if (set >= 0) H5Dclose(set);
  }
  PetscCall(TellUnreadable(file, name, ok, problem, problem_size));
  if (!problem[0]) PetscCallMPI(MPI_Bcast(values, (PetscMPIInt)count, MPIU_REAL, 0, file->model->comm));
  PetscFunctionReturn(0);
}

/* Rank 0: a text of less than `size` bytes. */
static PetscBool ReadAttribute(hid_t file, const char *name, char text[], size_t size)
{
  const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
  PetscBool   ok = PETSC_FALSE;

  memset(text, 0, size);
  if (attribute < 0) return PETSC_FALSE;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Tget_size(type) < size &&
      H5Sget_simple_extent_npoints(space) == 1)
    ok = (PetscBool)(H5Aread(attribute, type, text) >= 0);
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return ok;
}

PetscErrorCode MfgFieldsReadText(MfgFieldsFile file, const char *name, char text[], size_t size,
                                 char problem[], size_t problem_size)
{
  PetscFunctionBegin;
  problem[0] = 0;
  if (file->rank == 0 && !ReadAttribute(file->file, name, text, size))
    (void)snprintf(problem, problem_size, "%s has no text '%s'", file->path, name);
  PetscCallMPI(MPI_Bcast(problem, (PetscMPIInt)problem_size, MPI_CHAR, 0, file->model->comm));
  PetscCallMPI(MPI_Bcast(text, (PetscMPIInt)size, MPI_CHAR, 0, file->model->comm));
  PetscFunctionReturn(0);
}

/* One data set of a file. */
static PetscErrorCode ReadOne(MfgModel model, const char *path, const char *name, Vec values, char problem[],
                              size_t problem_size)
{
  MfgFieldsFile file;

  PetscFunctionBegin;
  PetscCall(MfgFieldsOpen(model, path, &file, problem, problem_size));
  if (problem[0]) PetscFunctionReturn(0);
  PetscCall(MfgFieldsRead(file, name, values, problem, problem_size));
  PetscCall(MfgFieldsClose(&file));
  PetscFunctionReturn(0);
}

/*
  The first row whose entries are not all in [0, 1] or do not sum to one, over all ranks; -1 if there is none.
  `columns` entries a row. `sum`: of that row, on every rank.
*/
static PetscErrorCode FindBadRow(MfgModel model, Vec values, PetscInt columns, PetscInt *bad, PetscReal *sum)
{
  struct {
    double value;
    int    rank;
  } mine = {PETSC_MAX_REAL, 0}, first;
  const PetscScalar *array;
  PetscMPIInt        rank;
  PetscReal          bad_sum = 0;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Comm_rank(model->comm, &rank));
  mine.rank = rank;
  PetscCall(VecGetArrayRead(values, &array));
  for (PetscInt i = 0; i < model->local && mine.value == PETSC_MAX_REAL; i++) {
    PetscReal total = 0;
    PetscBool good = PETSC_TRUE;

    for (PetscInt a = 0; a < columns; a++) {
      if (!(PetscRealPart(array[i * columns + a]) >= 0))
        good = PETSC_FALSE; /* catches what is not a number, too */
      total += PetscRealPart(array[i * columns + a]);
    }
    if (!good || !(PetscAbsReal(total - 1) <= 1e-9)) {
      mine.value = (double)(model->begin + i);
      bad_sum = total;
    }
  }
  PetscCall(VecRestoreArrayRead(values, &array));
  PetscCallMPI(MPI_Allreduce(&mine, &first, 1, MPI_DOUBLE_INT, MPI_MINLOC, model->comm));
  PetscCallMPI(MPI_Bcast(&bad_sum, 1, MPIU_REAL, first.rank, model->comm));
  *bad = first.value == PETSC_MAX_REAL ? -1 : (PetscInt)first.value;
  *sum = bad_sum;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPolicySetFromFile(MfgModel model, const char *path, const char *key,
                                    const MfgComplaints *complaints, Vec pi)
{
  char      problem[PETSC_MAX_PATH_LEN + 256];
  PetscInt  bad = -1;
  PetscReal sum = 0;

  PetscFunctionBegin;
  PetscCall(ReadOne(model, path, "policy", pi, problem, sizeof(problem)));
  if (problem[0]) {
    PetscCall(MfgComplain(complaints, key, "%s", problem));
    PetscFunctionReturn(0);
  }
  PetscCall(FindBadRow(model, pi, model->actions, &bad, &sum));
  if (bad >= 0)
    PetscCall(MfgComplain(complaints, key,
                          "row %" PetscInt_FMT " of /policy of %s is no law: it sums to %.15g, or an entry "
                          "is negative; expected entries >= 0 that sum to 1",
                          bad, path, (double)sum));
  PetscFunctionReturn(0);
}

/* μ_0 from /mean_field of a file. */
static PetscErrorCode ReadInitialLaw(MfgModel model, const char *path, Vec mu,
                                     const MfgComplaints *complaints)
{
  char      problem[PETSC_MAX_PATH_LEN + 256];
  PetscReal least, sum;

  PetscFunctionBegin;
  PetscCall(ReadOne(model, path, "mean_field", mu, problem, sizeof(problem)));
  if (problem[0]) {
    PetscCall(MfgComplain(complaints, "initial.path", "%s", problem));
    PetscFunctionReturn(0);
  }
  PetscCall(VecMin(mu, NULL, &least));
  PetscCall(VecSum(mu, &sum));
  if (!(least >= 0) || !(PetscAbsReal(sum - 1) <= 1e-9))
    PetscCall(MfgComplain(complaints, "initial.path",
                          "/mean_field of %s is no law: it sums to %.15g and its least entry is %g; expected "
                          "entries >= 0 that sum to 1",
                          path, (double)sum, (double)least));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelGetInitialMeanField(MfgModel model, Vec mu, const MfgComplaints *complaints)
{
  const char *path;
  PetscInt    peak;
  PetscReal   weight;

  PetscFunctionBegin;
  PetscCall(MfgGameGetInitialLaw(model->game, &peak, &weight, &path));
  if (path) {
    PetscCall(ReadInitialLaw(model, path, mu, complaints));
    PetscFunctionReturn(0);
  }
  PetscCall(VecSet(mu, (1 - weight) / (PetscReal)model->states));
  if (peak >= model->begin && peak < model->end) PetscCall(VecSetValue(mu, peak, weight, ADD_VALUES));
  PetscCall(VecAssemblyBegin(mu));
  PetscCall(VecAssemblyEnd(mu));
  PetscFunctionReturn(0);
}
