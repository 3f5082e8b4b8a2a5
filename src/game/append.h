/* One text at the end of another. */
#ifndef THRONG_GAME_APPEND_H
#define THRONG_GAME_APPEND_H

#include <stdio.h>
#include <string.h>

/*
  Append `more` to `text`, which has room for `size` letters; what does not fit is cut. PetscStrlcat() of
  PETSc 3.18 cuts texts longer than half the room, and writes past its end.
*/
static inline void MfgAppend(char text[], const char *more, size_t size)
{
  const size_t length = strlen(text);

  (void)snprintf(text + length, size - length, "%s", more);
}

#endif
