/* metrics.csv; see metrics_csv.h. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "experiment/metrics_csv.h"

/* Whether rank 0's file is well; if not, an error on every rank, with the reason that rank 0 gives. */
static PetscErrorCode Vote(MfgMetricsFile *metrics, int error)
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, metrics->comm));
  PetscCheck(!error, metrics->comm, PETSC_ERR_FILE_WRITE, "Cannot write metrics.csv: %s", strerror(error));
  PetscFunctionReturn(0);
}

static int Flush(FILE *file)
{
  errno = 0;
  return fflush(file) || ferror(file) ? (errno ? errno : EIO) : 0;
}

PetscErrorCode MfgMetricsFileOpen(MPI_Comm comm, const char *path, MfgMetricsFile *metrics)
{
  PetscMPIInt rank;
  int         error = 0;

  PetscFunctionBeginUser;
  metrics->comm = comm;
  metrics->file = NULL;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  if (rank == 0) {
    metrics->file = fopen(path, "w");
    if (!metrics->file) error = errno;
    for (int i = 0; i < MFG_METRIC_COUNT && metrics->file; i++)
      (void)fprintf(metrics->file, "%s%s", MfgMetricNames[i], i + 1 < MFG_METRIC_COUNT ? "," : "\n");
    if (metrics->file) error = Flush(metrics->file);
  }
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
    error = Flush(metrics->file);
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
