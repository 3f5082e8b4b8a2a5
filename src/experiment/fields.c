#define _GNU_SOURCE /* fallocate() */
/* fields.h5; see fields.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "experiment/fields.h"
#include "experiment/identity.h"
#include "experiment/json.h"

/* The unregularised J of the last policy at the last mean field. */
static PetscErrorCode Evaluate(MfgRun run, Vec value, const char **failure)
{
  Vec      mu, pi;
  MfgSolve solve;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetIterate(run->solver, &mu, &pi));
  PetscCall(MfgModelSetMeanField(run->model, mu));
  PetscCall(MfgModelSetPolicy(run->model, pi));
  PetscCall(MfgModelEvaluate(run->model, 0, value, &solve));
  PetscCall(MfgModelGetFailure(run->model, failure));
  PetscFunctionReturn(0);
}

/* The parameters of the game as JSON, for whoever opens the file without its record. */
static PetscErrorCode WriteAttributes(MfgRun run, MfgFieldsFile file)
{
  MfgParameters parameters;
  const char   *type;
  char         *text = NULL;
  size_t        size = 0;
  FILE         *stream = open_memstream(&text, &size);
  MfgJson       json = {stream, 0, PETSC_TRUE};
  PetscBool    *skip;
  PetscInt      rows, columns;

  PetscFunctionBeginUser;
  PetscCheck(stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscCall(MfgGameGetType(run->game, &type));
  PetscCall(MfgGameGetParameters(run->game, &parameters));
  PetscCall(MfgRunFindIdle(run, MFG_SECTION_GAME, &skip));
  PetscCall(MfgJsonOpen(&json, NULL, '{'));
  PetscCall(MfgJsonText(&json, "type", type));
  PetscCall(MfgJsonParameters(&json, parameters, skip));
  PetscCall(MfgJsonClose(&json, '}'));
  PetscCall(PetscFree(skip));
  PetscCheck(!fclose(stream), PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscCall(MfgFieldsWriteText(file, "game", type));
  PetscCall(MfgFieldsWriteText(file, "parameters", text));
  free(text);
  PetscCall(MfgGameGetGrid(run->game, &rows, &columns));
  if (rows) {
    PetscCall(MfgFieldsWriteInteger(file, "rows", rows));
    PetscCall(MfgFieldsWriteInteger(file, "columns", columns));
  }
  PetscFunctionReturn(0);
}

/*
  See that the disk has room for the file. HDF5 cannot be asked to: it does not get over a file that it could
  open and not write, and takes the program down with it at the end.
*/
static PetscErrorCode FindRoom(MfgRun run, const char *path)
{
  enum { ATTRIBUTES = 65536 }; /* bytes, more than they need */
  PetscInt   states, actions, rows, columns;
  PetscInt64 size;
  int        file, error = 0;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetSizes(run->game, &states, &actions));
  PetscCall(MfgGameGetGrid(run->game, &rows, &columns));
  size = (PetscInt64)states * (4 + actions) * (PetscInt64)sizeof(PetscScalar);
  if (rows) size += (PetscInt64)states * 2 * (PetscInt64)sizeof(PetscInt);
  if (run->rank == 0) {
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || fallocate(file, 0, 0, (off_t)size + ATTRIBUTES) != 0) error = errno;
    if (file >= 0) (void)close(file);
    if (error == EOPNOTSUPP || error == ENOSYS) error = 0; /* a file system that cannot tell */
  }
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, run->comm));
  PetscCheck(!error, run->comm, PETSC_ERR_FILE_WRITE, "Cannot write fields.h5 (%.1f MB): %s",
             (double)size / 1e6, strerror(error));
  PetscFunctionReturn(0);
}

/* J: NULL, or the value. */
static PetscErrorCode WriteArrays(MfgRun run, Vec J, MfgFieldsFile file)
{
  PetscBool mean_field, policy, population;
  Vec       mu, pi, m, law;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersHasChoice(run->output, "fields", "mean_field", &mean_field));
  PetscCall(MfgParametersHasChoice(run->output, "fields", "policy", &policy));
  PetscCall(MfgParametersHasChoice(run->output, "fields", "population", &population));
  PetscCall(MfgSolverGetIterate(run->solver, &mu, &pi));
  PetscCall(MfgSolverGetPopulation(run->solver, &m));
  if (mean_field) PetscCall(MfgFieldsWrite(file, "mean_field", mu));
  if (policy) PetscCall(MfgFieldsWrite(file, "policy", pi));
  if (J) PetscCall(MfgFieldsWrite(file, "value", J));
  if (population && m) PetscCall(MfgFieldsWrite(file, "population", m));
  PetscCall(MfgSolverGetStationaryLaw(run->solver, &law));
  if (law) PetscCall(MfgFieldsWrite(file, "stationary_law", law));
  PetscCall(MfgFieldsWriteCells(file));
  PetscCall(WriteAttributes(run, file));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgFieldsWriteAll(MfgRun run, const char *path, const char **failure)
{
  PetscBool      value;
  Vec            J = NULL;
  MfgFieldsFile  file;
  PetscErrorCode error;

  PetscFunctionBeginUser;
  *failure = NULL;
  PetscCall(MfgParametersHasChoice(run->output, "fields", "value", &value));
  if (value) {
    PetscCall(MfgModelCreateStateVec(run->model, &J));
    PetscCall(VecSet(J, 0));
    PetscCall(Evaluate(run, J, failure));
  }
  if (!*failure) {
    PetscCall(FindRoom(run, path));
    PetscCall(MfgFieldsCreate(run->model, path, &file));
    error = WriteArrays(run, J, file);
    /* A full disk is an error of every rank: the file can be closed all the same. */
    if (error == PETSC_ERR_FILE_WRITE) (void)MfgFieldsClose(&file);
    PetscCall(error);
    PetscCall(MfgFieldsClose(&file));
  }
  PetscCall(VecDestroy(&J));
  PetscFunctionReturn(0);
}
