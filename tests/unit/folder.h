/* A folder of the test's own for the files that it writes; where only the first rank does something. */
#ifndef THRONG_TEST_FOLDER_H
#define THRONG_TEST_FOLDER_H

#include <petscsys.h>

/* For setup and teardown. */
int         TestMakeFolder(void **state);
int         TestRemoveFolder(void **state);
const char *TestFolder(void);
/* The path of a file in it; the buffer is used again by the next call. */
const char *TestIn(const char *name);

PetscBool TestIsFirstRank(void);
void      TestWait(void);

#endif
