/*
  One value of a parameter: text as a user gives it, checked against the parameter's row, and its canonical
  text.
*/
#ifndef THRONG_GAME_PARAMETER_VALUES_H
#define THRONG_GAME_PARAMETER_VALUES_H

#include <throng/parameters.h>

enum { MFG_VALUE_MESSAGE_SIZE = 2048 };

typedef struct {
  char      *text;     /* canonical: the same value always reads the same */
  PetscInt   length;   /* how many numbers or words */
  PetscInt  *integers; /* [length], of INTEGER and INTEGERS */
  PetscReal *reals;    /* [length], of REAL and REALS */
  char     **words;    /* [length], of CHOICES */
  PetscBool  boolean;
} MfgValue;

/* Read `text` as the type of `spec`. What is wrong goes to `message`, which is empty if all is well. */
PetscErrorCode MfgValueParse(const MfgParameterSpec *spec, const char *text, MfgValue *value,
                             char message[MFG_VALUE_MESSAGE_SIZE]);
PetscErrorCode MfgValueFree(MfgValue *value);

/* What `spec` wants, in words: "a real in (0,1]". */
PetscErrorCode MfgValueDescribe(const MfgParameterSpec *spec, size_t size, char description[]);

#endif
