/* run.json; see record.h. */
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "experiment/folders.h"
#include "experiment/identity.h"
#include "experiment/json.h"
#include "experiment/json_read.h"
#include "experiment/options.h"
#include "experiment/record.h"

/* What only all ranks together know. */
typedef struct {
  PetscMPIInt ranks;
  PetscReal   stage_seconds[MFG_STAGE_COUNT]; /* the largest over ranks */
  PetscReal   peak_bytes;                     /* summed over ranks */
  char       *hosts;                          /* on rank 0: [ranks] names of MPI_MAX_PROCESSOR_NAME bytes */
} Everywhere;

/* Give back what earlier runs have freed, unless it is little: the next run would ask for it again at once.
 */
static void GiveBack(void)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  const size_t little = (size_t)1 << 24;

  if (mallinfo2().fordblks > little) (void)malloc_trim(0);
#endif
}

void MfgRecordForgetPeak(void)
{
  FILE *file;

  GiveBack();
  file = fopen("/proc/self/clear_refs", "w");
  if (!file) return;
  (void)fputs("5\n", file); /* proc(5): the largest resident set is what it is now */
  (void)fclose(file);
}

/* The largest resident set of this process since it was forgotten. */
static PetscReal PeakBytes(void)
{
  FILE         *file = fopen("/proc/self/status", "r");
  char          line[256];
  double        kibibytes = -1;
  struct rusage usage;

  while (file && kibibytes < 0 && fgets(line, sizeof(line), file))
    if (!strncmp(line, "VmHWM:", 6)) kibibytes = strtod(line + 6, NULL);
  if (file) (void)fclose(file);
  if (kibibytes < 0) kibibytes = getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss;
  return 1024 * (PetscReal)kibibytes;
}

static PetscErrorCode Gather(MPI_Comm comm, PetscMPIInt rank, Everywhere *all)
{
  PetscReal seconds[MFG_STAGE_COUNT], peak = PeakBytes();
  char      host[MPI_MAX_PROCESSOR_NAME] = "";
  int       length;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &all->ranks));
  PetscCall(MfgStageGetSeconds(seconds));
  PetscCallMPI(MPI_Allreduce(seconds, all->stage_seconds, MFG_STAGE_COUNT, MPIU_REAL, MPI_MAX, comm));
  PetscCallMPI(MPI_Allreduce(&peak, &all->peak_bytes, 1, MPIU_REAL, MPI_SUM, comm));
  PetscCallMPI(MPI_Get_processor_name(host, &length));
  all->hosts = NULL;
  if (rank == 0) PetscCall(PetscCalloc1((size_t)all->ranks * MPI_MAX_PROCESSOR_NAME, &all->hosts));
  PetscCallMPI(MPI_Gather(host, MPI_MAX_PROCESSOR_NAME, MPI_CHAR, all->hosts, MPI_MAX_PROCESSOR_NAME,
                          MPI_CHAR, 0, comm));
  PetscFunctionReturn(0);
}

static int CompareHosts(const void *a, const void *b)
{
  return strncmp(a, b, MPI_MAX_PROCESSOR_NAME);
}

static PetscErrorCode WriteHosts(MfgJson *json, Everywhere *all)
{
  PetscFunctionBeginUser;
  qsort(all->hosts, (size_t)all->ranks, MPI_MAX_PROCESSOR_NAME, CompareHosts);
  PetscCall(MfgJsonOpen(json, "hosts", '['));
  for (PetscMPIInt i = 0; i < all->ranks; i++) {
    const char *host = all->hosts + (size_t)i * MPI_MAX_PROCESSOR_NAME;

    if (!i || strcmp(host, host - MPI_MAX_PROCESSOR_NAME)) PetscCall(MfgJsonText(json, NULL, host));
  }
  PetscCall(MfgJsonClose(json, ']'));
  PetscFunctionReturn(0);
}

/*
  The resolved parameters in the shape of the experiment file. skip: idle rows by section. A game whose plugin
  cannot be loaded has no type and no parameters.
*/
static PetscErrorCode WriteParameters(MfgRun run, MfgJson *json, const PetscBool *const skip[])
{
  const char *type, *name, *options;
  PetscInt    seed;
  PetscBool   own_options;

  PetscFunctionBeginUser;
  PetscCall(MfgJsonOpen(json, "parameters", '{'));
  PetscCall(MfgParametersGetText(run->keys, "name", &name));
  PetscCall(MfgJsonText(json, "name", name));
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++) {
    MfgParameters parameters;

    PetscCall(MfgRunGetSection(run, (MfgSection)i, &parameters));
    PetscCall(MfgJsonOpen(json, MfgSectionNames[i], '{'));
    if (i == MFG_SECTION_GAME) PetscCall(MfgGameGetType(run->game, &type));
    if (i == MFG_SECTION_SOLVER) PetscCall(MfgSolverGetType(run->solver, &type));
    if (i == MFG_SECTION_GAME || i == MFG_SECTION_SOLVER) PetscCall(MfgJsonText(json, "type", type));
    if (parameters) PetscCall(MfgJsonParameters(json, parameters, skip[i]));
    PetscCall(MfgJsonClose(json, '}'));
  }
  PetscCall(MfgParametersGetInteger(run->keys, "seed", &seed));
  PetscCall(MfgJsonInteger(json, "seed", seed));
  PetscCall(MfgParametersIsPresent(run->keys, "petsc_options", &own_options));
  if (own_options) PetscCall(MfgParametersGetText(run->keys, "petsc_options", &options));
  if (own_options) PetscCall(MfgJsonText(json, "petsc_options", options));
  PetscCall(MfgJsonClose(json, '}'));
  PetscFunctionReturn(0);
}

/* The spectrum, where it was asked for: null with a reason if it could not be computed. */
static PetscErrorCode WriteSpectrum(MfgRun run, const MfgRecord *record, MfgJson *json)
{
  MfgSpectrum   spectrum;
  MfgParameters parameters;
  PetscBool     wanted, computed;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetMetricsParameters(run->solver, &parameters));
  PetscCall(MfgParametersHasChoice(parameters, "which", "spectrum", &wanted));
  if (!wanted) PetscFunctionReturn(0);
  PetscCall(MfgSolverGetSpectrum(run->solver, &computed, &spectrum));
  if (!computed || !spectrum.eigenvalues) {
    PetscCall(MfgJsonText(json, "spectrum", NULL));
    PetscCall(MfgJsonText(json, "spectrum_problem",
                          record->good ? "too many eigenvalues on the unit circle, or none to the tolerance "
                                         "of the eigenvalue solver"
                                       : "the run failed"));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgJsonOpen(json, "spectrum", '{'));
  PetscCall(MfgJsonReal(json, "gap", spectrum.gap));
  PetscCall(MfgJsonInteger(json, "classes", spectrum.classes));
  PetscCall(MfgJsonInteger(json, "period", spectrum.period));
  PetscCall(MfgJsonInteger(json, "eigenvalues", spectrum.eigenvalues));
  PetscCall(MfgJsonReal(json, "residual", spectrum.residual));
  PetscCall(MfgJsonClose(json, '}'));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteMetrics(const MfgMetricsRow *row, MfgJson *json)
{
  PetscFunctionBeginUser;
  PetscCall(MfgJsonOpen(json, "metrics", '{'));
  for (int m = 0; m < MFG_METRIC_COUNT; m++) {
    const PetscBool is_count = (PetscBool)(m == MFG_METRIC_ITERATION || m == MFG_METRIC_LINEAR_ITERATIONS);

    if (is_count && isfinite((double)row->value[m]))
      PetscCall(MfgJsonInteger(json, MfgMetricNames[m], (PetscInt64)row->value[m]));
    else
      PetscCall(MfgJsonReal(json, MfgMetricNames[m], row->value[m]));
  }
  PetscCall(MfgJsonClose(json, '}'));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteOptions(MfgJson *json)
{
  char   **options;
  PetscInt count;

  PetscFunctionBeginUser;
  PetscCall(MfgOptionsGet(&count, &options));
  PetscCall(MfgJsonOpen(json, "petsc_options", '['));
  for (PetscInt i = 0; i < count; i++) PetscCall(MfgJsonText(json, NULL, options[i]));
  PetscCall(MfgJsonClose(json, ']'));
  PetscCall(MfgOptionsFree(count, &options));
  PetscFunctionReturn(0);
}

/* A game that cannot be built does not know its sizes. */
static PetscErrorCode WriteSizes(MfgRun run, MfgJson *json)
{
  PetscInt  states, actions;
  PetscBool built;

  PetscFunctionBeginUser;
  PetscCall(MfgGameIsBuilt(run->game, &built));
  if (built) {
    PetscCall(MfgGameGetSizes(run->game, &states, &actions));
    PetscCall(MfgJsonInteger(json, "states", states));
    PetscCall(MfgJsonInteger(json, "actions", actions));
  } else {
    PetscCall(MfgJsonText(json, "states", NULL));
    PetscCall(MfgJsonText(json, "actions", NULL));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteProvenance(MfgRun run, const MfgRecord *record, Everywhere *all, MfgJson *json)
{
  const MfgLibrary *libraries;
  PetscInt          count;
  char              start[32];
  struct tm         utc;

  PetscFunctionBeginUser;
  PetscCall(MfgJsonOpen(json, "provenance", '{'));
  PetscCall(MfgJsonText(json, "version", MfgVersion()));
  PetscCall(MfgJsonText(json, "commit", MfgCommit()));
  PetscCall(MfgGetLibraries(&count, &libraries));
  PetscCall(MfgJsonOpen(json, "libraries", '{'));
  for (PetscInt i = 0; i < count; i++) PetscCall(MfgJsonText(json, libraries[i].name, libraries[i].version));
  PetscCall(MfgJsonClose(json, '}'));
  PetscCall(WriteSizes(run, json));
  PetscCall(MfgJsonInteger(json, "ranks", all->ranks));
  PetscCall(WriteHosts(json, all));
  (void)gmtime_r(&record->start, &utc);
  (void)strftime(start, sizeof(start), "%Y-%m-%dT%H:%M:%SZ", &utc);
  PetscCall(MfgJsonText(json, "start", start));
  PetscCall(MfgJsonReal(json, "wall_seconds", record->wall_seconds));
  PetscCall(MfgJsonReal(json, "solve_seconds", record->solve_seconds));
  PetscCall(MfgJsonInteger(json, "launches", record->launches));
  if (record->resumed_from >= 0)
    PetscCall(MfgJsonInteger(json, "resumed_from", record->resumed_from));
  else
    PetscCall(MfgJsonText(json, "resumed_from", NULL));
  PetscCall(MfgJsonOpen(json, "stage_seconds", '{'));
  for (int i = 0; i < MFG_STAGE_COUNT; i++)
    PetscCall(MfgJsonReal(json, MfgStageNames[i], all->stage_seconds[i]));
  PetscCall(MfgJsonClose(json, '}'));
  PetscCall(MfgJsonInteger(json, "peak_memory_bytes", (PetscInt64)all->peak_bytes));
  PetscCall(WriteOptions(json));
  PetscCall(MfgJsonClose(json, '}'));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteAll(MfgRun run, const MfgRecord *record, Everywhere *all, FILE *stream)
{
  MfgJson          json = {stream, 0, PETSC_TRUE};
  const char      *name;
  const PetscBool *skip[MFG_SECTION_COUNT] = {NULL};

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++) {
    MfgParameters parameters;

    PetscCall(MfgRunGetSection(run, (MfgSection)i, &parameters));
    if (parameters) PetscCall(MfgRunFindIdle(run, (MfgSection)i, &skip[i]));
  }
  PetscCall(MfgParametersGetText(run->keys, "name", &name));
  PetscCall(MfgJsonOpen(&json, NULL, '{'));
  PetscCall(MfgJsonText(&json, "name", name));
  PetscCall(MfgJsonText(&json, "run_id", record->run_id));
  PetscCall(MfgJsonText(&json, "status", record->status));
  PetscCall(MfgJsonText(&json, "stop_reason", record->reason));
  PetscCall(WriteParameters(run, &json, skip));
  PetscCall(WriteMetrics(record->row, &json));
  PetscCall(WriteSpectrum(run, record, &json));
  PetscCall(WriteProvenance(run, record, all, &json));
  PetscCall(MfgJsonClose(&json, '}'));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRecordWrite(MfgRun run, const MfgRecord *record, const char *path)
{
  Everywhere     all;
  PetscErrorCode code = 0;
  int            error = 0;

  PetscFunctionBeginUser;
  PetscCall(Gather(run->comm, run->rank, &all));
  if (run->rank == 0) {
    FILE *file = fopen(path, "w");

    if (!file) error = errno;
    if (file) code = WriteAll(run, record, &all, file);
    if (file && ferror(file)) error = EIO;
    if (file && fclose(file)) error = errno;
  }
  PetscCallMPI(MPI_Bcast(&code, (int)sizeof(code), MPI_BYTE, 0, run->comm));
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, run->comm));
  PetscCheck(!code, run->comm, code, "Cannot make %s", path);
  PetscCheck(!error, run->comm, PETSC_ERR_FILE_WRITE, "Cannot write %s: %s", path, strerror(error));
  PetscCall(PetscFree(all.hosts));
  PetscFunctionReturn(0);
}

PetscBool MfgRecordPeek(const char *folder, const char *section, const char *key, size_t size, char text[])
{
  char        path[4096], *record;
  const char *place;
  PetscInt64  length;
  PetscBool   found;

  (void)snprintf(path, sizeof(path), "%.4000s/run.json", folder);
  record = MfgFileRead(path, &length);
  place = record && section ? MfgJsonFind(record, 1, section) : record;
  found = (PetscBool)(MfgJsonReadText(place ? MfgJsonFind(place, section ? 2 : 1, key) : NULL, size, text) !=
                      NULL);
  free(record);
  return found;
}
