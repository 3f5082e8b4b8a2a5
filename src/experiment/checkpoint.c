/* Checkpoints; see checkpoint.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "experiment/checkpoint.h"
#include "experiment/checksums.h"
#include "experiment/folders.h"

enum { LONGEST_TEXT = 4096 };

static void GetPaths(MfgResults results, PetscInt slot, char state[MFG_PATH_SIZE], char record[MFG_PATH_SIZE])
{
  char name[32];

  (void)snprintf(name, sizeof(name), "checkpoint-%d.h5", (int)slot);
  (void)MfgResultsGetPath(results, name, state);
  (void)snprintf(name, sizeof(name), "checkpoint-%d.json", (int)slot);
  (void)MfgResultsGetPath(results, name, record);
}

PetscErrorCode MfgCheckpointGetPath(MfgResults results, PetscInt slot, char path[MFG_PATH_SIZE])
{
  char record[MFG_PATH_SIZE];

  PetscFunctionBeginUser;
  GetPaths(results, slot, path, record);
  PetscFunctionReturn(0);
}

/* The text of checkpoint-<k>.json. */
static const char record_format[] = "{\n"
                                    "  \"iteration\": %lld,\n"
                                    "  \"launches\": %lld,\n"
                                    "  \"seconds\": %.17g,\n"
                                    "  \"version\": \"%s\",\n"
                                    "  \"commit\": \"%s\",\n"
                                    "  \"state\": {\"size\": %lld, \"crc32\": \"%08lx\"},\n"
                                    "  \"metrics\": {\"size\": %lld, \"crc32\": \"%08lx\"}\n"
                                    "}\n";

/* What checkpoint-<k>.json says. */
typedef struct {
  MfgCheckpoint checkpoint;
  MfgChecksum   state, metrics;
  char          version[256], commit[256]; /* of the program */
} Record;

static int Format(const Record *record, size_t size, char text[])
{
  const MfgCheckpoint *c = &record->checkpoint;

  return snprintf(text, size, record_format, (long long)c->iteration, (long long)c->launches,
                  (double)c->seconds, record->version, record->commit, (long long)record->state.size,
                  record->state.crc, (long long)record->metrics.size, record->metrics.crc);
}

/*
  Whether the file at `path` is a record. What was read is written again and compared, so that no byte can
  differ.
*/
static PetscBool ReadRecord(const char *path, Record *record)
{
  char      text[LONGEST_TEXT], again[LONGEST_TEXT];
  FILE     *file = fopen(path, "rb");
  size_t    length;
  long long iteration, launches, state_size, metrics_size;
  double    seconds;

  if (!file) return PETSC_FALSE;
  length = fread(text, 1, sizeof(text) - 1, file);
  (void)fclose(file);
  text[length] = '\0';
  if (sscanf(text,
             "{ \"iteration\": %lld, \"launches\": %lld, \"seconds\": %lf, \"version\": \"%255[^\"]\", "
             "\"commit\": \"%255[^\"]\", \"state\": {\"size\": %lld, \"crc32\": \"%8lx\"}, "
             "\"metrics\": {\"size\": %lld, \"crc32\": \"%8lx\"} }",
             &iteration, &launches, &seconds, record->version, record->commit, &state_size,
             &record->state.crc, &metrics_size, &record->metrics.crc) != 9)
    return PETSC_FALSE;
  record->checkpoint.iteration = (PetscInt)iteration;
  record->checkpoint.launches = (PetscInt)launches;
  record->checkpoint.seconds = (PetscReal)seconds;
  record->checkpoint.metrics_size = metrics_size;
  record->state.size = state_size;
  record->metrics.size = metrics_size;
  return (PetscBool)(Format(record, sizeof(again), again) > 0 && !strcmp(text, again));
}

static PetscBool FileIs(const char *path, const MfgChecksum *expected)
{
  MfgChecksum sum;

  return (PetscBool)(MfgChecksumOfFile(path, expected->size, &sum) && sum.size == expected->size &&
                     sum.crc == expected->crc);
}

/* Whether the file has at least `size` bytes; exactly: no more. */
static PetscBool HasSize(const char *path, PetscInt64 size, PetscBool exactly)
{
  struct stat status;

  return (PetscBool)(stat(path, &status) == 0 && (exactly ? status.st_size == size : status.st_size >= size));
}

PetscBool MfgCheckpointRead(const char *folder, PetscInt slot, PetscBool thorough, MfgCheckpoint *checkpoint,
                            char problem[MFG_MESSAGE_SIZE])
{
  char      state[MFG_PATH_SIZE], path[MFG_PATH_SIZE], metrics[MFG_PATH_SIZE];
  Record    record;
  PetscBool there;

  (void)snprintf(state, sizeof(state), "%.4000s/checkpoint-%d.h5", folder, (int)slot);
  (void)snprintf(path, sizeof(path), "%.4000s/checkpoint-%d.json", folder, (int)slot);
  (void)snprintf(metrics, sizeof(metrics), "%.4000s/metrics.csv", folder);
  there = (PetscBool)(access(path, F_OK) == 0);
  problem[0] = '\0';
  if (!ReadRecord(path, &record)) {
    if (there) (void)snprintf(problem, MFG_MESSAGE_SIZE, "its record is damaged");
    return PETSC_FALSE;
  }
  if (strcmp(record.version, MfgVersion()) || strcmp(record.commit, MfgCommit()))
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "it is of another version, throng %s (commit %s)",
                   record.version, record.commit);
  else if (thorough ? !FileIs(state, &record.state) : !HasSize(state, record.state.size, PETSC_TRUE))
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "its state is not what was written");
  else if (thorough ? !FileIs(metrics, &record.metrics) : !HasSize(metrics, record.metrics.size, PETSC_FALSE))
    (void)snprintf(problem, MFG_MESSAGE_SIZE, "metrics.csv is not what it was");
  if (problem[0]) return PETSC_FALSE;
  *checkpoint = record.checkpoint;
  checkpoint->slot = slot;
  return PETSC_TRUE;
}

PetscErrorCode MfgCheckpointFind(MPI_Comm comm, MfgResults results, MfgCheckpoint *checkpoint)
{
  const MfgCheckpoint none = {.slot = -1};
  char                folder[MFG_PATH_SIZE];
  char                problem[MFG_MESSAGE_SIZE];
  PetscMPIInt         rank;

  PetscFunctionBeginUser;
  *checkpoint = none;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCall(MfgResultsGetPath(results, ".", folder));
  for (PetscInt slot = 0; slot < MFG_CHECKPOINT_SLOTS && rank == 0; slot++) {
    MfgCheckpoint found;

    if (!MfgCheckpointRead(folder, slot, PETSC_TRUE, &found, problem)) continue;
    if (checkpoint->slot < 0 || found.iteration > checkpoint->iteration) *checkpoint = found;
  }
  PetscCallMPI(MPI_Bcast(checkpoint, (int)sizeof(*checkpoint), MPI_BYTE, 0, comm));
  PetscFunctionReturn(0);
}

/* The record of the state that was written just now; it makes it a checkpoint. */
static void Commit(MfgResults results, const char *state, const char *path, Record *record,
                   char message[MFG_MESSAGE_SIZE])
{
  char metrics[MFG_PATH_SIZE], folder[MFG_PATH_SIZE], text[LONGEST_TEXT];
  int  length;

  (void)MfgResultsGetPath(results, "metrics.csv", metrics);
  (void)MfgResultsGetPath(results, ".", folder);
  if (!MfgChecksumOfFile(state, -1, &record->state) || !MfgChecksumOfFile(metrics, -1, &record->metrics)) {
    (void)snprintf(message, MFG_MESSAGE_SIZE, "cannot read %.400s or %.400s", state, metrics);
    return;
  }
  record->checkpoint.metrics_size = record->metrics.size;
  length = Format(record, sizeof(text), text);
  MfgFileReplace(path, (size_t)length, text, message);
  if (!message[0]) MfgFolderSync(folder, 0, NULL, message);
}

PetscErrorCode MfgCheckpointWrite(MPI_Comm comm, MfgResults results, MfgSolver solver, PetscReal seconds,
                                  MfgCheckpoint *checkpoint)
{
  const PetscInt slot = checkpoint->slot == 0 ? 1 : 0;
  char           state[MFG_PATH_SIZE], path[MFG_PATH_SIZE], message[MFG_MESSAGE_SIZE] = "";
  Record         record = {.checkpoint = *checkpoint};
  PetscMPIInt    rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  GetPaths(results, slot, state, path);
  if (rank == 0) (void)unlink(path); /* from here on the slot holds no checkpoint */
  PetscCall(MfgSolverSave(solver, state));
  record.checkpoint.slot = slot;
  (void)snprintf(record.version, sizeof(record.version), "%s", MfgVersion());
  (void)snprintf(record.commit, sizeof(record.commit), "%s", MfgCommit());
  PetscCall(MfgSolverGetIteration(solver, &record.checkpoint.iteration));
  record.checkpoint.seconds = seconds;
  if (rank == 0) Commit(results, state, path, &record, message);
  PetscCall(MfgResultsGetPath(results, "..", path)); /* that the folder of the run is there */
  if (rank == 0 && !message[0] && checkpoint->slot < 0) MfgFolderSync(path, 0, NULL, message);
  PetscCall(MfgShareMessage(comm, message));
  PetscCheck(!message[0], comm, PETSC_ERR_FILE_WRITE, "%s", message);
  PetscCallMPI(MPI_Bcast(&record.checkpoint, (int)sizeof(record.checkpoint), MPI_BYTE, 0, comm));
  *checkpoint = record.checkpoint;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCheckpointRemove(MPI_Comm comm, MfgResults results)
{
  char        state[MFG_PATH_SIZE], path[MFG_PATH_SIZE];
  PetscMPIInt rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  for (PetscInt slot = 0; slot < MFG_CHECKPOINT_SLOTS && rank == 0; slot++) {
    GetPaths(results, slot, state, path);
    (void)unlink(path);
    (void)unlink(state);
  }
  PetscFunctionReturn(0);
}
