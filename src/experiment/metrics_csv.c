#define _XOPEN_SOURCE 700 /* truncate(), fileno() */
/* metrics.csv; see metrics_csv.h. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "experiment/metrics_csv.h"

/* Whether rank 0's file is well; if not, an error on every rank, with the reason that rank 0 gives. */
static PetscErrorCode Vote(MfgMetricsFile *metrics, int error)
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, metrics->comm));
  PetscCheck(!error, metrics->comm, PETSC_ERR_FILE_WRITE, "Cannot write metrics.csv: %s", strerror(error));
  PetscFunctionReturn(0);
}

/* Seconds in which rows may be kept back; not the first ones, which may be before a long iteration. */
static const double patience = 0.05;
enum { FIRST_ROWS = 8 };

static int Flush(MfgMetricsFile *metrics)
{
  errno = 0;
  metrics->flushed = MPI_Wtime();
  return fflush(metrics->file) || ferror(metrics->file) ? (errno ? errno : EIO) : 0;
}

static void WriteHead(FILE *file)
{
  for (int i = 0; i < MFG_METRIC_COUNT; i++)
    (void)fprintf(file, "%s%s", MfgMetricNames[i], i + 1 < MFG_METRIC_COUNT ? "," : "\n");
}

PetscErrorCode MfgMetricsFileOpen(MPI_Comm comm, const char *path, PetscInt64 size, MfgMetricsFile *metrics)
{
  PetscMPIInt rank;
  int         error = 0;

  PetscFunctionBeginUser;
  metrics->comm = comm;
  metrics->file = NULL;
  metrics->rows = 0;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  if (rank == 0) {
    if (size && truncate(path, (off_t)size)) error = errno; /* rows after the checkpoint */
    if (!error) metrics->file = fopen(path, size ? "a" : "w");
    if (!metrics->file && !error) error = errno;
    if (metrics->file && !size) WriteHead(metrics->file);
    if (metrics->file) error = Flush(metrics);
  }
  PetscCall(Vote(metrics, error));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsFileSync(MfgMetricsFile *metrics)
{
  int error = 0;

  PetscFunctionBeginUser;
  if (metrics->file) error = Flush(metrics);
  if (metrics->file && !error && fsync(fileno(metrics->file))) error = errno;
  PetscCall(Vote(metrics, error));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsFileMonitor(MfgSolver solver, const MfgMetricsRow *row, void *context)
{
  MfgMetricsFile *metrics = (MfgMetricsFile *)context;
  int             error = 0;

  PetscFunctionBeginUser;
  (void)solver;
  if (metrics->file) {
    for (int i = 0; i < MFG_METRIC_COUNT; i++) {
      const double    x = (double)row->value[i];
      const PetscBool is_count = (PetscBool)(i == MFG_METRIC_ITERATION || i == MFG_METRIC_LINEAR_ITERATIONS);

      if (i) (void)fputc(',', metrics->file);
      if (isfinite(x)) (void)fprintf(metrics->file, is_count ? "%.0f" : "%.17g", x);
    }
    (void)fputc('\n', metrics->file);
    if (++metrics->rows <= FIRST_ROWS || MPI_Wtime() - metrics->flushed > patience) error = Flush(metrics);
  }
  PetscCall(Vote(metrics, error));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgMetricsFileClose(MfgMetricsFile *metrics)
{
  int error = 0;

  PetscFunctionBeginUser;
  if (metrics->file && fclose(metrics->file)) error = errno;
  metrics->file = NULL;
  PetscCall(Vote(metrics, error));
  PetscFunctionReturn(0);
}
