#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "game_file.h"
#include "testing.h"

/* The type in the file of what is `memory` in memory. */
static hid_t MakeType(hid_t memory, TestFlaw flaw)
{
  hid_t type;

  if (flaw == TEST_FLOATS) return H5Tcopy(H5T_NATIVE_DOUBLE);
  if (flaw == TEST_SINGLES) return H5Tcopy(H5T_NATIVE_FLOAT);
  if (flaw == TEST_INTEGERS) return H5Tcopy(H5T_NATIVE_INT);
  if (flaw == TEST_TEXTS) return H5Tcreate(H5T_STRING, 8);
  if (flaw != TEST_COMPLEX) return H5Tcopy(memory);
  type = H5Tcreate(H5T_COMPOUND, 2 * sizeof(double));
  H5Tinsert(type, "r", 0, H5T_NATIVE_DOUBLE);
  H5Tinsert(type, "i", sizeof(double), H5T_NATIVE_DOUBLE);
  return type;
}

/* Make `name` a link to a new file beside this one, which is returned. */
static hid_t LinkElsewhere(hid_t file, const char *name)
{
  char path[PETSC_MAX_PATH_LEN];

  assert_true(H5Fget_name(file, path, sizeof(path) - 8) > 0);
  strcat(path, ".other");
  assert_true(H5Lcreate_external(path, name, file, name, H5P_DEFAULT, H5P_DEFAULT) >= 0);
  return H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

/* columns 0: one dimension. Texts and complex numbers are left unwritten. */
static void WriteArray(hid_t file, const TestGameFile *content, const char *group, const char *name,
                       hid_t memory, hsize_t rows, hsize_t columns, const void *values)
{
  TestFlaw flaw = TEST_GOOD;
  hsize_t  shape[2] = {rows, columns ? columns : 1};
  hid_t    space, set, type, creation;
  char     full[64];

  snprintf(full, sizeof(full), "%s/%s", group, name);
  if (content->at && !strcmp(content->at, full)) flaw = content->flaw;
  if (flaw == TEST_MISSING) return;
  if (flaw == TEST_SHORTER) shape[0]--;
  space = H5Screate_simple(columns || flaw == TEST_FOLDED ? 2 : 1, shape, NULL);
  type = MakeType(memory, flaw);
  creation = H5Pcreate(H5P_DATASET_CREATE);
  if (flaw == TEST_STORED_APART) H5Pset_external(creation, "/dev/null", 0, H5F_UNLIMITED);
  if (flaw == TEST_LINK) file = LinkElsewhere(file, full);
  set = H5Dcreate2(file, full, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  assert_true(set >= 0);
  if (flaw != TEST_TEXTS && flaw != TEST_COMPLEX)
    assert_true(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  if (flaw == TEST_LINK) H5Fclose(file);
  H5Pclose(creation);
  H5Dclose(set);
  H5Tclose(type);
  H5Sclose(space);
}

static void WriteAttribute(hid_t file, const char *name, hid_t type, const void *value)
{
  hid_t space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);

  assert_true(H5Awrite(attribute, type, value) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
}

static void WriteAttributes(hid_t file, const TestGameFile *content)
{
  const double real = 3;

  if (content->states_as_real)
    WriteAttribute(file, "states", H5T_NATIVE_DOUBLE, &real);
  else if (!content->without_states)
    WriteAttribute(file, "states", H5T_NATIVE_INT64, &content->states);
  WriteAttribute(file, "actions", H5T_NATIVE_INT64, &content->actions);
  if (content->crowd_aversion != 0)
    WriteAttribute(file, "crowd_aversion", H5T_NATIVE_DOUBLE, &content->crowd_aversion);
  if (content->density_floor != 0)
    WriteAttribute(file, "density_floor", H5T_NATIVE_DOUBLE, &content->density_floor);
  if (content->attribute) WriteAttribute(file, content->attribute, H5T_NATIVE_DOUBLE, &real);
}

static void MakeGroup(hid_t file, const char *name)
{
  H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

void TestWriteGameFile(const char *path, const TestGameFile *content)
{
  const char   *group = content->interaction ? content->interaction : "/interaction";
  const hid_t   file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t pairs = content->rows * content->columns;

  assert_true(file >= 0);
  WriteAttributes(file, content);
  WriteArray(file, content, "", "reward", H5T_NATIVE_DOUBLE, content->rows, content->columns,
             content->reward);
  MakeGroup(file, "/transitions");
  WriteArray(file, content, "/transitions", "start", H5T_NATIVE_INT64, pairs + 1, 0, content->start);
  WriteArray(file, content, "/transitions", "next", H5T_NATIVE_INT64, content->entries, 0, content->next);
  WriteArray(file, content, "/transitions", "probability", H5T_NATIVE_DOUBLE, content->entries, 0,
             content->probability);
  if (content->w_entries) {
    MakeGroup(file, group);
    WriteArray(file, content, group, "start", H5T_NATIVE_INT64, content->rows + 1, 0, content->w_start);
    WriteArray(file, content, group, "next", H5T_NATIVE_INT64, content->w_entries, 0, content->w_next);
    WriteArray(file, content, group, "weight", H5T_NATIVE_DOUBLE, content->w_entries, 0, content->weight);
  }
  assert_true(H5Fclose(file) >= 0);
}

const char *TestNewFile(void)
{
  static int count = 0;
  char       name[32];

  snprintf(name, sizeof(name), "game%d.h5", count++);
  return TestIn(name);
}

const char *TestWriteGame(const TestGameFile *content)
{
  const char *path = TestNewFile();

  if (TestIsFirstRank()) TestWriteGameFile(path, content);
  TestWait();
  return path;
}

TestSmallGame *TestMakeSmallGame(void)
{
  static const int64_t start[] = {0, 1, 2, 6, 7, 9, 10}, next[] = {1, 0, 0, 1, 2, 2, 2, 0, 1, 2};
  static const int64_t w_start[] = {0, 2, 2, 4}, w_next[] = {0, 2, 1, 2};
  static const double  probability[] = {1, 1, .1, .2, .3, .4, 1, .25, .75, 1};
  static const double  reward[] = {1, -2, 3, .5, 0, 7}, weight[] = {-1, 2, 3, -.5};
  static TestSmallGame small;

  memcpy(small.start, start, sizeof(start));
  memcpy(small.next, next, sizeof(next));
  memcpy(small.w_start, w_start, sizeof(w_start));
  memcpy(small.w_next, w_next, sizeof(w_next));
  memcpy(small.probability, probability, sizeof(probability));
  memcpy(small.reward, reward, sizeof(reward));
  memcpy(small.weight, weight, sizeof(weight));
  small.file = (TestGameFile){.rows = TEST_SMALL_STATES,
                              .columns = TEST_SMALL_ACTIONS,
                              .entries = TEST_SMALL_ENTRIES,
                              .w_entries = TEST_SMALL_WEIGHTS,
                              .states = TEST_SMALL_STATES,
                              .actions = TEST_SMALL_ACTIONS,
                              .start = small.start,
                              .next = small.next,
                              .probability = small.probability,
                              .reward = small.reward,
                              .crowd_aversion = 0.5,
                              .density_floor = 0.25,
                              .w_start = small.w_start,
                              .w_next = small.w_next,
                              .weight = small.weight};
  return &small;
}
