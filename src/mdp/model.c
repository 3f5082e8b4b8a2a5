/* The model object: its parameters, its parts, its vectors, and the mean field it is held at. */
#include <stdarg.h>
#include <stdio.h>
#include "mdp_impl.h"

static const MfgParameterSpec parameters[] = {
    {.key = "tolerance",
     .type = MFG_PARAMETER_REAL,
     .preset = "1.0e-10",
     .range = "(0,1)",
     .unit = "",
     .help = "of policy evaluation: 2-norm of the residual over that of the reward"},
    {.key = "best_response_tolerance",
     .type = MFG_PARAMETER_REAL,
     .preset = "1.0e-9",
     .range = "(0,1)",
     .unit = "reward",
     .help = "of best responses and soft-optimal values: sup-norm of the Bellman residual"},
    {.key = "population_tolerance",
     .type = MFG_PARAMETER_REAL,
     .preset = "1.0e-12",
     .range = "(0,1)",
     .unit = "probability",
     .help = "of the induced population: 1-norm of μP - μ"},
    {.key = "population_pushes",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "10000",
     .range = "[1,inf)",
     .unit = "steps",
     .help = "games whose dynamics depend on μ: the most pushes towards the induced population"},
    {.key = "tie_tolerance",
     .type = MFG_PARAMETER_REAL,
     .preset = "1.0e-9",
     .range = "[0,1)",
     .unit = "",
     .help = "actions within this much (relative) of the best are ties, won by the lowest"},
    {.key = "direct_below",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "2000",
     .range = "[0,inf)",
     .unit = "states",
     .help = "smaller games are solved by LU factors instead of iteration"},
    {.key = NULL}};

PetscErrorCode MfgModelCreate(MPI_Comm comm, MfgModel *model)
{
  PetscFunctionBegin;
  PetscCall(PetscNew(model));
  PetscCall(
      PetscCommDuplicate(comm, &(*model)->comm, NULL)); /* messages of ours must not meet the caller's */
  PetscCall(MfgParametersCreate(&(*model)->parameters));
  PetscCall(MfgParametersAddTable((*model)->parameters, parameters));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelDestroy(MfgModel *model)
{
  PetscFunctionBegin;
  if (!*model) PetscFunctionReturn(0);
  PetscCall(KSPDestroy(&(*model)->evaluation));
  PetscCall(KSPDestroy(&(*model)->best_response));
  PetscCall(KSPDestroy(&(*model)->population));
  PetscCall(MatDestroy(&(*model)->greedy));
  PetscCall(MfgModelDestroyCoupling_Private(*model));
  PetscCall(MfgModelDestroyPattern_Private(*model));
  PetscCall(PetscFree((*model)->rewards));
  PetscCall(PetscFree((*model)->failure));
  PetscCall(PetscCommDestroy(&(*model)->comm));
  PetscCall(MfgParametersDestroy(&(*model)->parameters));
  PetscCall(PetscFree(*model));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelGetParameters(MfgModel model, MfgParameters *values)
{
  PetscFunctionBegin;
  *values = model->parameters;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSetGame(MfgModel model, MfgGame game)
{
  PetscFunctionBegin;
  PetscCheck(!model->set_up, model->comm, PETSC_ERR_ARG_WRONGSTATE,
             "The game of a model can't change after set-up");
  model->game = game;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelGetGame(MfgModel model, MfgGame *game)
{
  PetscFunctionBegin;
  *game = model->game;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelGetOwnershipRange(MfgModel model, PetscInt *begin, PetscInt *end)
{
  PetscFunctionBegin;
  *begin = model->begin;
  *end = model->end;
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadParameters(MfgModel model)
{
  PetscInt direct_below;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetReal(model->parameters, "tolerance", &model->tolerance));
  PetscCall(
      MfgParametersGetReal(model->parameters, "best_response_tolerance", &model->best_response_tolerance));
  PetscCall(MfgParametersGetReal(model->parameters, "population_tolerance", &model->population_tolerance));
  PetscCall(MfgParametersGetInteger(model->parameters, "population_pushes", &model->population_pushes));
  PetscCall(MfgParametersGetReal(model->parameters, "tie_tolerance", &model->tie_tolerance));
  PetscCall(MfgParametersGetInteger(model->parameters, "direct_below", &direct_below));
  model->direct = model->states < direct_below ? PETSC_TRUE : PETSC_FALSE;
  PetscFunctionReturn(0);
}

/* Partition, pattern, transitions, solvers. */
static PetscErrorCode Build(MfgModel model)
{
  PetscFunctionBegin;
  PetscCall(MfgGameGetSizes(model->game, &model->states, &model->actions));
  PetscCall(MfgGameGetDiscount(model->game, &model->discount));
  PetscCall(ReadParameters(model));
  model->local = PETSC_DECIDE;
  PetscCall(PetscSplitOwnership(model->comm, &model->local, &model->states));
  model->end = 0;
  PetscCallMPI(MPI_Scan(&model->local, &model->end, 1, MPIU_INT, MPI_SUM, model->comm));
  model->begin = model->end - model->local;
  PetscCall(MfgGameGetCoupling(model->game, &model->transitions_coupling, &model->rewards_coupling));
  PetscCall(MfgModelBuildPattern_Private(model));
  PetscCall(MfgModelCreateCoupling_Private(model));
  PetscCall(PetscMalloc1(model->local * model->actions, &model->rewards));
  PetscCall(MfgModelCreateSolver_Private(model, "eval_", PETSC_FALSE, &model->evaluation));
  PetscCall(MfgModelCreateSolver_Private(model, "best_response_", PETSC_FALSE, &model->best_response));
  PetscCall(MfgModelCreateSolver_Private(model, "population_", PETSC_TRUE, &model->population));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelSetUp(MfgModel model)
{
  PetscErrorCode error;

  PetscFunctionBegin;
  if (model->set_up) PetscFunctionReturn(0);
  PetscCheck(model->game, model->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgModelSetGame() first");
  PetscCall(MfgStageBegin(MFG_STAGE_SETUP));
  error = Build(model);
  PetscCall(MfgStageEnd(MFG_STAGE_SETUP)); /* after an error, too: other models may go on */
  PetscCall(error);
  model->set_up = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelCreateStateVec(MfgModel model, Vec *v)
{
  PetscFunctionBegin;
  PetscCall(VecDuplicate(model->rhs, v));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelCreateStateActionVec(MfgModel model, Vec *v)
{
  PetscFunctionBegin;
  PetscCall(VecCreate(model->comm, v));
  PetscCall(VecSetSizes(*v, model->local * model->actions, model->states * model->actions));
  PetscCall(VecSetBlockSize(*v, model->actions));
  PetscCall(VecSetType(*v, VECSTANDARD));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelFail_Private(MfgModel model, MfgFailure kind, const char *format, ...)
{
  char    text[1024];
  va_list arguments;

  PetscFunctionBegin;
  if (model->failure) PetscFunctionReturn(0);
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof(text), format, arguments); /* PETSc's would write 0 as '0.' */
  va_end(arguments);
  PetscCall(PetscStrallocpy(text, &model->failure));
  model->failure_kind = kind;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelGetFailure(MfgModel model, const char **reason)
{
  PetscFunctionBegin;
  *reason = model->failure;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelGetFailureKind(MfgModel model, MfgFailure *kind)
{
  PetscFunctionBegin;
  *kind = model->failure_kind;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelClearFailure(MfgModel model)
{
  PetscFunctionBegin;
  PetscCall(PetscFree(model->failure));
  model->failure_kind = MFG_NO_FAILURE;
  PetscFunctionReturn(0);
}
