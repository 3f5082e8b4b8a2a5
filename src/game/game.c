/* The game object: parameters, checks, and the door to the callbacks of its class. */
#include <string.h>
#include "complaint_counter.h"
#include "game_impl.h"

/* Keys that every game has. */
static const MfgParameterSpec common_parameters[] = {
    {.key = "discount",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.9",
     .range = "(0,1)",
     .unit = "",
     .help = "discount factor γ"},
    {.key = "initial.type",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "uniform",
     .range = "uniform|concentrated|file",
     .shorthand = PETSC_TRUE,
     .unit = "",
     .help = "initial law μ_0"},
    {.key = "initial.cell",
     .type = MFG_PARAMETER_INTEGERS,
     .range = "[0,inf)",
     .length = 2,
     .unit = "[row, column]",
     .help = "concentrated, games on a grid: the cell that holds the weight"},
    {.key = "initial.state",
     .type = MFG_PARAMETER_INTEGER,
     .range = "[0,inf)",
     .unit = "",
     .help = "concentrated: the state that holds the weight"},
    {.key = "initial.weight",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.9",
     .range = "[0,1]",
     .unit = "probability",
     .help = "concentrated: weight there; the rest is uniform over all states"},
    {.key = "initial.path",
     .type = MFG_PARAMETER_TEXT,
     .unit = "",
     .help = "file: an HDF5 file with /mean_field [S]"},
    {.key = "plugin",
     .type = MFG_PARAMETER_TEXT,
     .unit = "",
     .help = "a game of your own: the shared library that has the type, ./libmygame.so"},
    {.key = NULL}};

PetscBool MfgGameIsCommonKey_Private(const char *key)
{
  for (const MfgParameterSpec *row = common_parameters; row->key; row++)
    if (!strcmp(row->key, key)) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscErrorCode MfgGameCreate(MfgGame *game)
{
  PetscFunctionBegin;
  PetscCall(PetscNew(game));
  PetscCall(MfgParametersCreate(&(*game)->parameters));
  PetscFunctionReturn(0);
}

/* What the set-up callback left, which may be nothing. */
static PetscErrorCode FreeData(MfgGame game)
{
  PetscFunctionBegin;
  if (game->data && game->klass->destroy)
    PetscCall((*game->klass->destroy)(game->data));
  else
    PetscCall(PetscFree(game->data));
  game->data = NULL;
  game->built = PETSC_FALSE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameDestroy(MfgGame *game)
{
  PetscFunctionBegin;
  if (!*game) PetscFunctionReturn(0);
  PetscCall(FreeData(*game));
  PetscCall(MfgParametersDestroy(&(*game)->parameters));
  PetscCall(PetscFree(*game));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameSetType(MfgGame game, const char *name, const MfgComplaints *complaints)
{
  const MfgGameClass *const *classes;
  const char               **names;
  PetscInt                   count, index;

  PetscFunctionBegin;
  PetscCheck(!game->klass, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE,
             "The type of a game can be set only once");
  PetscCall(MfgGameGetClasses(&count, &classes));
  PetscCall(PetscMalloc1(count, &names));
  for (PetscInt i = 0; i < count; i++) names[i] = classes[i]->name;
  PetscCall(MfgFindType("game", name, count, names, complaints, &index));
  PetscCall(PetscFree(names));
  if (index < 0) PetscFunctionReturn(0);
  game->klass = classes[index];
  PetscCall(MfgParametersAddTable(game->parameters, game->klass->parameters));
  PetscCall(MfgParametersAddTable(game->parameters, common_parameters));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetType(MfgGame game, const char **name)
{
  PetscFunctionBegin;
  *name = game->klass ? game->klass->name : NULL;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetParameters(MfgGame game, MfgParameters *parameters)
{
  PetscFunctionBegin;
  *parameters = game->parameters;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameSetParameter(MfgGame game, const char *key, const char *text)
{
  PetscFunctionBegin;
  PetscCheck(!game->set_up, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE,
             "Parameters of a game can't change after MfgGameSetUp()");
  PetscCall(MfgParametersSet(game->parameters, key, text, NULL));
  PetscFunctionReturn(0);
}

/* The state of a concentrated law: exactly one of initial.cell (games on a grid) and initial.state. */
static PetscErrorCode FindPeak(MfgGame game, const MfgComplaints *complaints)
{
  PetscBool cell_given, state_given;
  PetscInt  cell[2], n;

  PetscFunctionBegin;
  PetscCall(MfgParametersIsGiven(game->parameters, "initial.cell", &cell_given));
  PetscCall(MfgParametersIsGiven(game->parameters, "initial.state", &state_given));
  if (cell_given == state_given) {
    PetscCall(MfgComplain(
        complaints, "initial",
        "a concentrated law needs exactly one of initial.cell (games on a grid) and initial.state"));
  } else if (state_given) {
    PetscCall(MfgParametersGetInteger(game->parameters, "initial.state", &game->peak));
    if (game->peak >= game->states)
      PetscCall(MfgComplain(complaints, "initial.state",
                            "no state %" PetscInt_FMT "; the last one is %" PetscInt_FMT, game->peak,
                            game->states - 1));
  } else if (!game->rows) {
    PetscCall(MfgComplain(complaints, "initial.cell", "this game has no grid; use initial.state"));
  } else {
    PetscCall(MfgParametersGetIntegers(game->parameters, "initial.cell", 2, &n, cell));
    PetscCall(MfgGameFindState(game, cell, &game->peak));
    if (game->peak < 0)
      PetscCall(MfgComplain(complaints, "initial.cell",
                            "[%" PetscInt_FMT ", %" PetscInt_FMT "] is a wall or outside the %" PetscInt_FMT
                            " x %" PetscInt_FMT " grid; expected a free cell",
                            cell[0], cell[1], game->rows, game->columns));
  }
  PetscCall(MfgParametersGetReal(game->parameters, "initial.weight", &game->peak_weight));
  PetscFunctionReturn(0);
}

static PetscErrorCode CheckInitialLaw(MfgGame game, const MfgComplaints *complaints)
{
  const char *type;
  PetscBool   concentrated, file, given;

  PetscFunctionBegin;
  game->peak = 0;
  game->peak_weight = 0;
  PetscCall(MfgParametersGetText(game->parameters, "initial.type", &type));
  PetscCall(MfgParametersCheckBelongs(game->parameters, "initial.cell", "initial.type", "concentrated",
                                      complaints));
  PetscCall(MfgParametersCheckBelongs(game->parameters, "initial.state", "initial.type", "concentrated",
                                      complaints));
  PetscCall(MfgParametersCheckBelongs(game->parameters, "initial.weight", "initial.type", "concentrated",
                                      complaints));
  PetscCall(MfgParametersCheckBelongs(game->parameters, "initial.path", "initial.type", "file", complaints));
  PetscCall(PetscStrcmp(type, "concentrated", &concentrated));
  PetscCall(PetscStrcmp(type, "file", &file));
  if (concentrated) PetscCall(FindPeak(game, complaints));
  if (file) {
    PetscCall(MfgParametersIsGiven(game->parameters, "initial.path", &given));
    if (!given) PetscCall(MfgComplain(complaints, "initial", "initial.type file needs initial.path"));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Build(MfgGame game)
{
  PetscFunctionBegin;
  if (game->set_up) PetscFunctionReturn(0);
  PetscCall(FreeData(game)); /* of an earlier check, after which parameters may have changed */
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_NONE, MFG_COUPLING_NONE));
  PetscCall(MfgParametersGetReal(game->parameters, "discount", &game->discount));
  PetscCall((*game->klass->setup)(game, game->parameters));
  PetscCheck(game->states > 0 && game->actions > 0 && game->max_successors > 0, PETSC_COMM_SELF,
             PETSC_ERR_ARG_WRONGSTATE, "The game '%s' set no sizes", game->klass->name);
  PetscCheck(!game->rows || (game->klass->cell && game->klass->find_state), PETSC_COMM_SELF,
             PETSC_ERR_ARG_WRONGSTATE, "The game '%s' has a grid but lacks `cell` or `find_state`",
             game->klass->name);
  game->built = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Classes whose own check knows the key at fault have complained before. */
static PetscErrorCode CheckSizes(MfgGame game, const MfgComplaints *complaints)
{
  PetscFunctionBegin;
  if ((double)game->states * (double)game->actions > (double)PETSC_MAX_INT)
    PetscCall(MfgComplain(complaints, "type",
                          "%" PetscInt_FMT " states with %" PetscInt_FMT
                          " actions need a PETSc with 64-bit indices",
                          game->states, game->actions));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameCheck(MfgGame game, const MfgComplaints *complaints)
{
  MfgComplaintCounter  counter;
  const MfgComplaints *used = MfgCountComplaints(complaints, &counter);

  PetscFunctionBegin;
  PetscCheck(game->klass, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE, "Call MfgGameSetType() first");
  PetscCall(MfgParametersCheckRequired(game->parameters, used));
  if (game->klass->check && !counter.count) PetscCall((*game->klass->check)(game->parameters, used));
  if (!counter.count) {
    PetscCall(Build(game)); /* only the built game knows its states, which the initial law names */
    PetscCall(CheckSizes(game, used));
    PetscCall(CheckInitialLaw(game, used));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameSetUp(MfgGame game)
{
  PetscFunctionBegin;
  PetscCall(MfgGameCheck(game, NULL));
  game->set_up = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameSetSizes(MfgGame game, PetscInt states, PetscInt actions, PetscInt max_successors)
{
  PetscFunctionBegin;
  game->states = states;
  game->actions = actions;
  game->max_successors = max_successors;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameSetGrid(MfgGame game, PetscInt rows, PetscInt columns)
{
  PetscFunctionBegin;
  game->rows = rows;
  game->columns = columns;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameSetCoupling(MfgGame game, MfgCoupling transitions, MfgCoupling rewards)
{
  PetscFunctionBegin;
  game->transitions_coupling = transitions;
  game->rewards_coupling = rewards;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameSetData(MfgGame game, void *data)
{
  PetscFunctionBegin;
  game->data = data;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetData(MfgGame game, void *data_pointer)
{
  PetscFunctionBegin;
  *(void **)data_pointer = game->data;
  PetscFunctionReturn(0);
}

static PetscErrorCode RequireBuilt(MfgGame game)
{
  PetscFunctionBegin;
  PetscCheck(game->built, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE, "Call MfgGameSetUp() first");
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameIsBuilt(MfgGame game, PetscBool *built)
{
  PetscFunctionBegin;
  *built = game->built;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetSizes(MfgGame game, PetscInt *states, PetscInt *actions)
{
  PetscFunctionBegin;
  PetscCall(RequireBuilt(game));
  *states = game->states;
  *actions = game->actions;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetMaxSuccessors(MfgGame game, PetscInt *max_successors)
{
  PetscFunctionBegin;
  PetscCall(RequireBuilt(game));
  *max_successors = game->max_successors;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetCoupling(MfgGame game, MfgCoupling *transitions, MfgCoupling *rewards)
{
  PetscFunctionBegin;
  PetscCall(RequireBuilt(game));
  *transitions = game->transitions_coupling;
  *rewards = game->rewards_coupling;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetDiscount(MfgGame game, PetscReal *discount)
{
  PetscFunctionBegin;
  PetscCall(RequireBuilt(game));
  *discount = game->discount;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetGrid(MfgGame game, PetscInt *rows, PetscInt *columns)
{
  PetscFunctionBegin;
  PetscCall(RequireBuilt(game));
  *rows = game->rows;
  *columns = game->columns;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetCell(MfgGame game, PetscInt s, PetscInt cell[2])
{
  PetscFunctionBegin;
  PetscCheck(game->rows, PETSC_COMM_SELF, PETSC_ERR_SUP, "The game '%s' has no grid", game->klass->name);
  PetscCall((*game->klass->cell)(game, s, cell));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameFindState(MfgGame game, const PetscInt cell[2], PetscInt *s)
{
  PetscFunctionBegin;
  PetscCheck(game->rows, PETSC_COMM_SELF, PETSC_ERR_SUP, "The game '%s' has no grid", game->klass->name);
  PetscCall((*game->klass->find_state)(game, cell, s));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGamePrepare(MfgGame game, const MfgMeanField *mu)
{
  PetscFunctionBegin;
  if (game->klass->prepare) PetscCall((*game->klass->prepare)(game, mu));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBegin;
  PetscCall((*game->klass->transitions)(game, s, a, mu, count, next, p));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  PetscFunctionBegin;
  PetscCall((*game->klass->rewards)(game, mu, r));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetInitialLaw(MfgGame game, PetscInt *peak, PetscReal *weight, const char **path)
{
  const char *type;
  PetscBool   file;

  PetscFunctionBegin;
  PetscCall(RequireBuilt(game));
  *peak = game->peak;
  *weight = game->peak_weight;
  *path = NULL;
  PetscCall(MfgParametersGetText(game->parameters, "initial.type", &type));
  PetscCall(PetscStrcmp(type, "file", &file));
  if (file) PetscCall(MfgParametersGetText(game->parameters, "initial.path", path));
  PetscFunctionReturn(0);
}
