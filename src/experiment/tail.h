/* The last rows of a metrics.csv, which may still be written. Not collective. */
#ifndef THRONG_EXPERIMENT_TAIL_H
#define THRONG_EXPERIMENT_TAIL_H

#include <time.h>
#include <petscsys.h>

enum { MFG_TAIL_COLUMNS = 64, MFG_TAIL_ROWS = 5, MFG_TAIL_HEAD = 4096, MFG_TAIL_BYTES = 16384 };

typedef struct {
  PetscInt column_count, row_count;
  /* into `head` and `bytes` */
  const char *columns[MFG_TAIL_COLUMNS];
  const char *cells[MFG_TAIL_ROWS][MFG_TAIL_COLUMNS]; /* "": there is no value */
  time_t      written;                                /* when the file was written to last */
  char        head[MFG_TAIL_HEAD], bytes[MFG_TAIL_BYTES];
} MfgTail;

/* Read the last complete rows. False: the file cannot be read, or is none. It may have no rows. */
PetscBool MfgTailRead(const char *path, MfgTail *tail);
/* A number of row `row`, a negative one counted from the end (-1: the last); NaN: there is none. */
double MfgTailGet(const MfgTail *tail, PetscInt row, const char *column);
/* The first column with a value that says how near a row is to an equilibrium; NULL: none has. */
const char *MfgTailGetGap(const MfgTail *tail, PetscInt row);

#endif
