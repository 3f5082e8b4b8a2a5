/* The last rows of a metrics.csv; see tail.h. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <throng/solver.h>
#include <unistd.h>
#include "experiment/tail.h"

/* Read up to `size` - 1 bytes from `offset` on, and put a zero behind them. */
static PetscBool ReadPart(int file, off_t offset, size_t size, char text[])
{
  const ssize_t got = pread(file, text, size - 1, offset);

  text[got < 0 ? 0 : got] = '\0';
  return (PetscBool)(got >= 0);
}

/* The cells of a line, which is cut into pieces. What is missing is empty. */
static PetscInt Split(char *line, const char *cells[MFG_TAIL_COLUMNS])
{
  PetscInt count = 0;

  for (char *c = line; c && count < MFG_TAIL_COLUMNS; count++) {
    cells[count] = c;
    c = strchr(c, ',');
    if (c) *c++ = '\0';
  }
  for (PetscInt i = count; i < MFG_TAIL_COLUMNS; i++) cells[i] = "";
  return count;
}

/* The first line in `bytes` is no row: it is the head, or its beginning is missing. */
static void SplitRows(MfgTail *tail)
{
  char *end = strrchr(tail->bytes, '\n'), *lines[MFG_TAIL_ROWS];

  if (!end) return;
  *end = '\0'; /* what follows is a row that is being written */
  for (; tail->row_count < MFG_TAIL_ROWS && (end = strrchr(tail->bytes, '\n')); *end = '\0')
    lines[tail->row_count++] = end + 1;
  for (PetscInt i = 0; i < tail->row_count; i++) (void)Split(lines[tail->row_count - 1 - i], tail->cells[i]);
}

PetscBool MfgTailRead(const char *path, MfgTail *tail)
{
  const int   file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  PetscBool   read;
  char       *end;

  tail->column_count = tail->row_count = 0;
  if (file < 0) return PETSC_FALSE;
  read = (PetscBool)(fstat(file, &status) == 0 && ReadPart(file, 0, sizeof(tail->head), tail->head) &&
                     ReadPart(file, PetscMax(0, status.st_size - (MFG_TAIL_BYTES - 1)), sizeof(tail->bytes),
                              tail->bytes));
  (void)close(file);
  end = read ? strchr(tail->head, '\n') : NULL;
  if (!end) return PETSC_FALSE;
  *end = '\0';
  tail->written = status.st_mtime;
  tail->column_count = Split(tail->head, tail->columns);
  SplitRows(tail);
  return PETSC_TRUE;
}

static const char *GetCell(const MfgTail *tail, PetscInt row, const char *column)
{
  const PetscInt place = row < 0 ? tail->row_count + row : row;

  for (PetscInt c = 0; place >= 0 && place < tail->row_count && c < tail->column_count; c++)
    if (!strcmp(tail->columns[c], column)) return tail->cells[place][c];
  return "";
}

double MfgTailGet(const MfgTail *tail, PetscInt row, const char *column)
{
  const char *cell = GetCell(tail, row, column);

  return *cell ? strtod(cell, NULL) : (double)NAN;
}

const char *MfgTailGetGap(const MfgTail *tail, PetscInt row)
{
  for (int m = MFG_METRIC_EXPLOITABILITY; m < MFG_METRIC_POPULATION_RESIDUAL; m++)
    if (*GetCell(tail, row, MfgMetricNames[m])) return MfgMetricNames[m];
  return NULL;
}
