/*
  Reading back the JSON that this program writes: a member a line, two blanks a level, and no line break
  inside a text, so that a member is found by how its line begins. Nothing here needs MPI or PETSc.
*/
#ifndef THRONG_EXPERIMENT_JSON_READ_H
#define THRONG_EXPERIMENT_JSON_READ_H

#include <petscsys.h>

/*
  The value of the first member `key` at this depth (1: of the outermost object) after `text`; NULL: there is
  none. It is a place in the text.
*/
const char *MfgJsonFind(const char *text, PetscInt depth, const char *key);
/* The text that `value` is, cut off where it is too long; what follows it. NULL, with an empty text: it is
 * none. */
const char *MfgJsonReadText(const char *value, size_t size, char text[]);
/* The number that `value` is; false, with NaN: it is none. */
PetscBool MfgJsonReadReal(const char *value, double *real);
/*
  The next text of an array: *at is the array's value first and goes on. False: there are no more. `at` of
  NULL is an empty array.
*/
PetscBool MfgJsonReadItem(const char **at, size_t size, char text[]);

#endif
