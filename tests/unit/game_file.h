/* Files of tabular games, written with HDF5 alone: good ones, and ones with a thing wrong in their layout. */
#ifndef THRONG_TEST_GAME_FILE_H
#define THRONG_TEST_GAME_FILE_H

#include <hdf5.h>
#include <petscsys.h>
#include <stdint.h>
#include "folder.h"

/* What is wrong with a data set. */
typedef enum {
  TEST_GOOD,
  TEST_MISSING,
  TEST_SHORTER, /* by its last entry */
  TEST_FOLDED,  /* [n, 1] in place of [n] */
  TEST_FLOATS,  /* other types */
  TEST_SINGLES,
  TEST_INTEGERS,
  TEST_TEXTS,
  TEST_COMPLEX,
  TEST_LINK, /* to a data set of another file */
  TEST_STORED_APART
} TestFlaw;

typedef struct {
  hsize_t  rows, columns, entries, w_entries; /* shapes: S, A, successors, entries of W (0: no interaction) */
  int64_t *start, *next, *w_start, *w_next;
  double  *probability, *reward, *weight;

  int64_t states, actions;               /* the attributes */
  double  crowd_aversion, density_floor; /* 0: no such attribute */

  TestFlaw    flaw;
  const char *at;          /* the data set that has it, by its full name */
  const char *interaction; /* another name of this group */
  const char *attribute;   /* one more attribute */
  PetscBool   without_states, states_as_real;
} TestGameFile;

/* The path of a new file; the buffer is used again by the next call. */
const char *TestNewFile(void);

/* For one rank. */
void TestWriteGameFile(const char *path, const TestGameFile *content);
/* The first rank writes a new file; all know its path, as of TestNewFile(). */
const char *TestWriteGame(const TestGameFile *content);

/*
  A small table that is good, with κ = 0.5 and ε₀ = 0.25: four successors of (1, 0), one of them twice; W has
  an empty row. Made anew by each call.
*/
enum { TEST_SMALL_STATES = 3, TEST_SMALL_ACTIONS = 2, TEST_SMALL_ENTRIES = 10, TEST_SMALL_WEIGHTS = 4 };
typedef struct {
  int64_t      start[TEST_SMALL_STATES * TEST_SMALL_ACTIONS + 1], next[TEST_SMALL_ENTRIES];
  double       probability[TEST_SMALL_ENTRIES], reward[TEST_SMALL_STATES * TEST_SMALL_ACTIONS];
  int64_t      w_start[TEST_SMALL_STATES + 1], w_next[TEST_SMALL_WEIGHTS];
  double       weight[TEST_SMALL_WEIGHTS];
  TestGameFile file;
} TestSmallGame;
TestSmallGame *TestMakeSmallGame(void);

#endif
