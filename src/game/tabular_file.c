/*
  Reading the HDF5 file of a tabular game: names, types and shapes; see tabular.h. Every rank reads for
  itself, with plain serial calls, so that nothing is sent between ranks.
*/
#include <errno.h>
#include <hdf5.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "tabular.h"

enum { ANY_LENGTH = 0, LONGEST_NAME = 64 };

typedef enum { INDICES, NUMBERS } Kind;

typedef struct {
  const char *path;
  hid_t       file;
  char       *problem; /* [MFG_TABLE_PROBLEM_SIZE]: the first one; empty so far if there is none */
} Reader;

static void Tell(Reader *reader, const char *format, ...) PETSC_ATTRIBUTE_FORMAT(2, 3);
static void Tell(Reader *reader, const char *format, ...)
{
  va_list values;
  int     used;

  if (reader->problem[0]) return;
  used = snprintf(reader->problem, MFG_TABLE_PROBLEM_SIZE, "%s: ", reader->path);
  if (used < 0 || used >= MFG_TABLE_PROBLEM_SIZE) return;
  va_start(values, format);
  (void)vsnprintf(reader->problem + used, (size_t)(MFG_TABLE_PROBLEM_SIZE - used), format, values);
  va_end(values);
}

static void Open(Reader *reader)
{
  FILE *file = fopen(reader->path, "rb");

  reader->file = -1;
  if (!file) {
    Tell(reader, "cannot be opened: %s; expected the HDF5 file of a game", strerror(errno));
    return;
  }
  (void)fclose(file);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* we say ourselves what went wrong */
  if (H5Fis_hdf5(reader->path) <= 0) {
    Tell(reader, "is not an HDF5 file; expected the HDF5 file of a game");
    return;
  }
  reader->file = H5Fopen(reader->path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (reader->file < 0)
    Tell(reader, "is HDF5 but cannot be read: is it whole, and closed by what writes it?");
}

/* What a type holds, in words. */
static void DescribeType(hid_t type, size_t size, char text[])
{
  const H5T_class_t klass = H5Tget_class(type);

  if (klass == H5T_INTEGER)
    (void)snprintf(text, size, "integers");
  else if (klass == H5T_FLOAT)
    (void)snprintf(text, size, "%d-bit floating-point numbers", 8 * (int)H5Tget_size(type));
  else
    (void)snprintf(text, size, "%s",
                   klass == H5T_STRING     ? "texts"
                   : klass == H5T_COMPOUND ? "compound values (such as complex numbers)"
                   : klass == H5T_ENUM     ? "words of an enumeration (such as true and false)"
                                           : "something else than numbers");
}

/* A number that stands as an attribute of the root group; *present is false, and no problem, without it. */
static void ReadAttribute(Reader *reader, const char *name, PetscBool integer, void *value,
                          PetscBool *present)
{
  const char *expected = integer ? "a single integer" : "a single number";
  hid_t       attribute, type, space;
  H5T_class_t klass;

  *present = PETSC_FALSE;
  if (reader->problem[0] || H5Aexists(reader->file, name) <= 0) return;
  *present = PETSC_TRUE;
  attribute = H5Aopen(reader->file, name, H5P_DEFAULT);
  type = H5Aget_type(attribute);
  space = H5Aget_space(attribute);
  klass = H5Tget_class(type);
  if (H5Sget_simple_extent_npoints(space) != 1 || (klass != H5T_INTEGER && (integer || klass != H5T_FLOAT)))
    Tell(reader, "the attribute '%s' is something else; expected %s", name, expected);
  else if (H5Aread(attribute, integer ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE, value) < 0)
    Tell(reader, "the attribute '%s' cannot be read: is the file whole?", name);
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
}

/* S or A. */
static PetscInt ReadSize(Reader *reader, const char *name)
{
  int64_t   value = 0;
  PetscBool present;

  ReadAttribute(reader, name, PETSC_TRUE, &value, &present);
  if (!present)
    Tell(reader, "the attribute '%s' is missing; expected an integer >= 1", name);
  else if (value < 1)
    Tell(reader, "the attribute '%s' is %lld; expected an integer >= 1", name, (long long)value);
  else if (value > PETSC_MAX_INT)
    Tell(reader, "the attribute '%s' is %lld, which needs a PETSc with 64-bit indices", name,
         (long long)value);
  return reader->problem[0] ? 0 : (PetscInt)value;
}

static void DescribeShape(int dimensions, const hsize_t shape[], size_t size, char text[])
{
  int used = snprintf(text, size, "[");

  for (int d = 0; d < dimensions && used > 0 && (size_t)used < size; d++)
    used += snprintf(text + used, size - (size_t)used, d ? ", %llu" : "%llu", (unsigned long long)shape[d]);
  if (used > 0 && (size_t)used < size) (void)snprintf(text + used, size - (size_t)used, "]");
}

/* shape[0] ANY_LENGTH takes the length that the file has. */
static void CheckShape(Reader *reader, const char *name, hid_t set, int dimensions, hsize_t shape[2])
{
  hsize_t   found[H5S_MAX_RANK] = {0};
  hid_t     space = H5Dget_space(set);
  const int n = H5Sget_simple_extent_dims(space, found, NULL);
  char      is[LONGEST_NAME], expected[LONGEST_NAME];

  H5Sclose(space);
  if (n == dimensions && shape[0] == ANY_LENGTH) shape[0] = found[0];
  DescribeShape(n, found, sizeof(is), is);
  DescribeShape(dimensions, shape, sizeof(expected), expected);
  if (n != dimensions && shape[0] == ANY_LENGTH)
    Tell(reader, "%s has the shape %s; expected one dimension", name, is);
  else if (n != dimensions || found[0] != shape[0] || (n == 2 && found[1] != shape[1]))
    Tell(reader, "%s has the shape %s; expected %s", name, is, expected);
  else if (found[0] > (hsize_t)PETSC_MAX_INT - 1)
    Tell(reader, "%s has the shape %s, which needs a PETSc with 64-bit indices", name, is);
}

static void CheckType(Reader *reader, const char *name, hid_t set, Kind kind)
{
  hid_t           type = H5Dget_type(set);
  const PetscBool good =
      kind == INDICES ? (PetscBool)(H5Tget_class(type) == H5T_INTEGER)
                      : (PetscBool)(H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == sizeof(double));
  char found[LONGEST_NAME];

  DescribeType(type, sizeof(found), found);
  if (!good)
    Tell(reader, "%s holds %s; expected %s", name, found,
         kind == INDICES ? "integers" : "64-bit floating-point numbers");
  H5Tclose(type);
}

/*
  Numbers in another file (an external link, external storage, a virtual data set) could change without this
  file, whose content tells runs apart.
*/
static void CheckPlace(Reader *reader, const char *name, hid_t set)
{
  char            own[PETSC_MAX_PATH_LEN] = "", found[PETSC_MAX_PATH_LEN] = "";
  const hid_t     creation = H5Dget_create_plist(set);
  const PetscBool spread =
      (PetscBool)(H5Pget_external_count(creation) > 0 || H5Pget_layout(creation) == H5D_VIRTUAL);

  H5Pclose(creation);
  (void)H5Fget_name(reader->file, own, sizeof(own));
  (void)H5Fget_name(set, found, sizeof(found));
  if (spread || strcmp(own, found))
    Tell(reader, "%s has its numbers in another file; expected them in this one", name);
}

/* The data set `name` of the given shape, into an array of PetscInt or PetscReal that the caller frees. */
static PetscErrorCode ReadArray(Reader *reader, const char *name, Kind kind, int dimensions, hsize_t shape[2],
                                void *array_pointer)
{
  const hid_t  native = kind == NUMBERS                         ? H5T_NATIVE_DOUBLE
                        : sizeof(PetscInt) == sizeof(long long) ? H5T_NATIVE_LLONG
                                                                : H5T_NATIVE_INT;
  const size_t size = kind == NUMBERS ? sizeof(PetscReal) : sizeof(PetscInt);
  void        *values;
  hid_t        set;

  PetscFunctionBegin;
  if (reader->problem[0]) PetscFunctionReturn(0);
  set = H5Dopen2(reader->file, name, H5P_DEFAULT);
  if (set < 0) {
    Tell(reader, "the data set %s is missing", name);
    PetscFunctionReturn(0);
  }
  CheckPlace(reader, name, set);
  CheckType(reader, name, set, kind);
  CheckShape(reader, name, set, dimensions, shape);
  if (!reader->problem[0]) {
    PetscCall(PetscMalloc((size_t)shape[0] * (size_t)(dimensions == 2 ? shape[1] : 1) * size, &values));
    *(void **)array_pointer = values;
    if (shape[0] && H5Dread(set, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
      Tell(reader, "%s cannot be read: is the file whole, and compressed by nothing but gzip?", name);
  }
  H5Dclose(set);
  PetscFunctionReturn(0);
}

/* The data sets start, next and `value_name` of a group, with one row for each of `rows`. */
static PetscErrorCode ReadSparseRows(Reader *reader, const char *group, const char *value_name, PetscInt rows,
                                     MfgSparseRows *sparse)
{
  hsize_t of_start[2] = {(hsize_t)rows + 1, 0}, of_entries[2] = {ANY_LENGTH, 0};
  char    name[LONGEST_NAME];

  PetscFunctionBegin;
  sparse->rows = rows;
  (void)snprintf(name, sizeof(name), "/%s/start", group);
  PetscCall(ReadArray(reader, name, INDICES, 1, of_start, &sparse->start));
  (void)snprintf(name, sizeof(name), "/%s/next", group);
  PetscCall(ReadArray(reader, name, INDICES, 1, of_entries, &sparse->next));
  (void)snprintf(name, sizeof(name), "/%s/%s", group, value_name);
  if (of_entries[0] == ANY_LENGTH) Tell(reader, "/%s/next is empty; expected at least one state", group);
  PetscCall(ReadArray(reader, name, NUMBERS, 1, of_entries, &sparse->value));
  sparse->entries = (PetscInt)of_entries[0];
  PetscFunctionReturn(0);
}

/* A name that the layout does not have may be a slip, which would change the game in silence. */
static void CheckName(Reader *reader, const char *prefix, const char *name, PetscInt count,
                      const char *const known[])
{
  const char *near;

  for (PetscInt i = 0; i < count; i++)
    if (!strcmp(name, known[i])) return;
  near = MfgNearestWord(name, count, known);
  if (near)
    Tell(reader, "unknown %s%s; did you mean %s%s?", prefix, name, prefix, near);
  else
    Tell(reader, "unknown %s%s", prefix, name);
}

/* `group` ends in a slash. */
static void CheckNamesOfGroup(Reader *reader, const char *group, PetscInt count, const char *const known[])
{
  char name[LONGEST_NAME];

  for (hsize_t i = 0; !reader->problem[0]; i++) {
    if (H5Lget_name_by_idx(reader->file, group, H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof(name),
                           H5P_DEFAULT) < 0)
      return;
    CheckName(reader, group, name, count, known);
  }
}

static void CheckNamesOfAttributes(Reader *reader)
{
  static const char *const known[] = {"states", "actions", "crowd_aversion", "density_floor"};
  char                     name[LONGEST_NAME];

  for (hsize_t i = 0; !reader->problem[0]; i++) {
    if (H5Aget_name_by_idx(reader->file, "/", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof(name),
                           H5P_DEFAULT) < 0)
      return;
    CheckName(reader, "attribute ", name, 4, known);
  }
}

static PetscBool HasInteraction(Reader *reader)
{
  return (PetscBool)(H5Lexists(reader->file, "interaction", H5P_DEFAULT) > 0);
}

static void CheckNames(Reader *reader)
{
  static const char *const root[] = {"transitions", "reward", "interaction"};
  static const char *const transitions[] = {"start", "next", "probability"};
  static const char *const interaction[] = {"start", "next", "weight"};

  CheckNamesOfAttributes(reader);
  CheckNamesOfGroup(reader, "/", 3, root);
  CheckNamesOfGroup(reader, "/transitions/", 3, transitions);
  if (HasInteraction(reader)) CheckNamesOfGroup(reader, "/interaction/", 3, interaction);
}

/* κ and ε₀, which have defaults. */
static void ReadCrowdAversion(Reader *reader, MfgTable *table)
{
  PetscBool present;

  table->crowd_aversion = 0;
  table->density_floor = 1.0e-12;
  ReadAttribute(reader, "crowd_aversion", PETSC_FALSE, &table->crowd_aversion, &present);
  if (present && (PetscIsInfOrNanReal(table->crowd_aversion) || table->crowd_aversion < 0))
    Tell(reader, "the attribute 'crowd_aversion' is %.15g; expected a finite number >= 0",
         (double)table->crowd_aversion);
  ReadAttribute(reader, "density_floor", PETSC_FALSE, &table->density_floor, &present);
  if (present && !(table->density_floor > 0 && table->density_floor < 1))
    Tell(reader, "the attribute 'density_floor' is %.15g; expected a number in (0,1)",
         (double)table->density_floor);
}

static PetscErrorCode ReadAll(Reader *reader, MfgTable *table)
{
  hsize_t shape[2];

  PetscFunctionBegin;
  CheckNames(reader);
  table->states = ReadSize(reader, "states");
  table->actions = ReadSize(reader, "actions");
  if ((double)table->states * (double)table->actions >= (double)PETSC_MAX_INT)
    Tell(reader, "%" PetscInt_FMT " states with %" PetscInt_FMT " actions need a PETSc with 64-bit indices",
         table->states, table->actions);
  if (reader->problem[0]) PetscFunctionReturn(0);
  ReadCrowdAversion(reader, table);
  shape[0] = (hsize_t)table->states;
  shape[1] = (hsize_t)table->actions;
  PetscCall(ReadArray(reader, "/reward", NUMBERS, 2, shape, &table->reward));
  PetscCall(ReadSparseRows(reader, "transitions", "probability", table->states * table->actions,
                           &table->transitions));
  if (HasInteraction(reader))
    PetscCall(ReadSparseRows(reader, "interaction", "weight", table->states, &table->interaction));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTableRead_Private(const char *path, MfgTable *table, char problem[MFG_TABLE_PROBLEM_SIZE])
{
  Reader reader = {path, -1, problem};

  PetscFunctionBegin;
  problem[0] = '\0';
  Open(&reader);
  if (!problem[0]) PetscCall(ReadAll(&reader, table));
  if (reader.file >= 0) H5Fclose(reader.file);
  PetscFunctionReturn(0);
}
