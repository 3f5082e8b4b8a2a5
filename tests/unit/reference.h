/* Reference values from tests/data; JSON is read as the YAML that it is. */
#ifndef THRONG_REFERENCE_H
#define THRONG_REFERENCE_H

#include <petscsys.h>

typedef struct _p_Reference *Reference;

/* Fails the test if the file cannot be read. */
Reference ReferenceOpen(const char *name);
void      ReferenceClose(Reference *reference);
/*
  The numbers under a path such as "q" or "rows/3/exploitability", nested lists flattened; `count` of them.
  Fails the test if there is nothing there. Free with PetscFree().
*/
PetscReal *ReferenceArray(Reference reference, const char *path, PetscInt *count);
PetscReal  ReferenceNumber(Reference reference, const char *path);
/* How many items the list under the path has. */
PetscInt ReferenceLength(Reference reference, const char *path);

#endif
