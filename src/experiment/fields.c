/* fields.h5; see fields.h. */
#include <stdio.h>
#include <stdlib.h>
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
  MfgParameters    parameters;
  const char      *type;
  char            *text = NULL;
  size_t           size = 0;
  FILE            *stream = open_memstream(&text, &size);
  MfgJson          json = {stream, 0, PETSC_TRUE};
  const PetscBool *skip;
  PetscInt         rows, columns;

  PetscFunctionBeginUser;
  PetscCheck(stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "No memory for a text");
  PetscCall(MfgGameGetType(run->game, &type));
  PetscCall(MfgGameGetParameters(run->game, &parameters));
  PetscCall(MfgRunFindIdle(run, MFG_SECTION_GAME, &skip));
  PetscCall(MfgJsonOpen(&json, NULL, '{'));
  PetscCall(MfgJsonText(&json, "type", type));
  PetscCall(MfgJsonParameters(&json, parameters, skip));
  PetscCall(MfgJsonClose(&json, '}'));
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
    PetscCall(MfgFieldsCreate(run->model, path, &file));
    PetscCall(MfgFieldsSetSync(file, PETSC_FALSE)); /* it goes to the disk with the other files of the run */
    error = WriteArrays(run, J, file);
    /* A full disk is an error of every rank: the file can be closed all the same. */
    if (error == PETSC_ERR_FILE_WRITE) (void)MfgFieldsClose(&file);
    PetscCall(error);
    PetscCall(MfgFieldsClose(&file));
  }
  PetscCall(VecDestroy(&J));
  PetscFunctionReturn(0);
}
