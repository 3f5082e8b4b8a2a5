/* Writing JSON, two blanks a level. Errors of the stream are the caller's to ask for (ferror). */
#ifndef THRONG_EXPERIMENT_JSON_H
#define THRONG_EXPERIMENT_JSON_H

#include <stdio.h>
#include <throng/parameters.h>

typedef struct {
  FILE     *stream;
  PetscInt  depth;
  PetscBool empty; /* nothing was written in the object or array that is open */
} MfgJson;

/* `key` is NULL inside an array and for the outermost object. */
PetscErrorCode MfgJsonOpen(MfgJson *json, const char *key, char bracket);
PetscErrorCode MfgJsonClose(MfgJson *json, char bracket);
/* text NULL: null. Bytes that are no UTF-8 become U+FFFD. */
PetscErrorCode MfgJsonText(MfgJson *json, const char *key, const char *text);
PetscErrorCode MfgJsonInteger(MfgJson *json, const char *key, PetscInt64 value);
/* 17 digits; null where the value is not a finite number. */
PetscErrorCode MfgJsonReal(MfgJson *json, const char *key, PetscReal value);
/*
  The members of an object that holds the parameters' values, nested as the dotted keys say. `skip`: NULL, or
  whether row i is left out. Absent values are left out.
*/
PetscErrorCode MfgJsonParameters(MfgJson *json, MfgParameters parameters, const PetscBool skip[]);

#endif
