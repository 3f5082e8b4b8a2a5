/*
  What is wrong with the input: messages with their places in the experiment file or in a --set argument,
  collected so that all of them are reported together. Not collective; every rank that checks the same input
  collects the same.
*/
#ifndef THRONG_EXPERIMENT_ERRORS_H
#define THRONG_EXPERIMENT_ERRORS_H

#include <stdio.h>
#include <petscsys.h>

/*
  A place in the input. source 0: the file; i > 0: the i-th setting, which has no lines and columns to tell.
*/
typedef struct {
  PetscInt source;
  PetscInt line, column; /* counted from 1; line 0: the source as a whole */
} MfgMark;

typedef struct _p_MfgErrors *MfgErrors;

/* `path` names the file in messages; the settings are texts "key=value". Both are copied. */
PetscErrorCode MfgErrorsCreate(const char *path, PetscInt count, const char *const settings[],
                               MfgErrors *errors);
PetscErrorCode MfgErrorsDestroy(MfgErrors *errors);
/*
  `key`: the dotted key at fault, with its section; NULL: none. Control characters in the text become blanks.
  An error that was told already, of the same place, key and text, is dropped.
*/
PetscErrorCode MfgErrorsAdd(MfgErrors errors, MfgMark mark, const char *key, const char *format, ...)
    PETSC_ATTRIBUTE_FORMAT(4, 5);
PetscErrorCode MfgErrorsGetCount(MfgErrors errors, PetscInt *count);
/*
  From here on another run is checked, and what was said of one before it has no bearing on what is said of
  this one.
*/
PetscErrorCode MfgErrorsBeginRun(MfgErrors errors);
/* How often something was wrong since then, repeats of what other runs have included. */
PetscErrorCode MfgErrorsGetCountOfRun(MfgErrors errors, PetscInt *count);
/* All messages as one text, "key: message; ..."; then forget them. */
PetscErrorCode MfgErrorsTake(MfgErrors errors, size_t size, char text[]);
/* Whether something was said about `key` since the check of the run began. */
PetscErrorCode MfgErrorsHasKey(MfgErrors errors, const char *key, PetscBool *has);
/* The same of the key `section` and those in it. */
PetscErrorCode MfgErrorsHasSection(MfgErrors errors, const char *section, PetscBool *has);
/*
  One line each: first what is in neither, then the file's by line and column, then those of the settings;
  then forget them.
*/
PetscErrorCode MfgErrorsPrint(MfgErrors errors, FILE *stream);
/* One such line, "file:line:column: key: message"; PetscFree() it. `key` may be NULL. */
PetscErrorCode MfgErrorsFormat(MfgErrors errors, MfgMark mark, const char *key, const char *message,
                               char **line);

#endif
