/* throng list and throng describe: everything they say comes from the registered classes and their tables. */
#include <stdio.h>
#include <string.h>
#include "cli.h"

static const char *const elsewhere = "see right";

enum { COLUMNS = 5, DEFAULT = 2, RANGE = 3, CELL_SIZE = 512, WIDEST = 24 };

/* Collects one complaint, of an unknown name or of a plugin. */
static void KeepMessage(void *context, const char *key, const char *message)
{
  (void)key;
  (void)snprintf(context, MFG_ERROR_SIZE, "%s", message);
}

static PetscErrorCode LoadPlugin(const MfgArguments *arguments, char error[MFG_ERROR_SIZE])
{
  const MfgComplaints complaints = {KeepMessage, error};

  PetscFunctionBeginUser;
  if (arguments->plugin) PetscCall(MfgGameLoadPlugin(arguments->plugin, &complaints));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgListCommand(const MfgArguments *arguments, int *code)
{
  char                         error[MFG_ERROR_SIZE] = "";
  const MfgGameClass *const   *games;
  const MfgSolverClass *const *solvers;
  PetscInt                     game_count, solver_count;
  PetscMPIInt                  rank;
  int                          width = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(LoadPlugin(arguments, error));
  if (rank == 0 && error[0]) (void)fprintf(stderr, "throng: %s\n", error);
  *code = error[0] ? MFG_EXIT_BAD_INPUT : MFG_EXIT_DONE;
  if (error[0]) PetscFunctionReturn(0);
  PetscCall(MfgGameGetClasses(&game_count, &games));
  PetscCall(MfgSolverGetClasses(&solver_count, &solvers));
  if (rank != 0) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < game_count; i++) width = PetscMax(width, (int)strlen(games[i]->name));
  for (PetscInt i = 0; i < solver_count; i++) width = PetscMax(width, (int)strlen(solvers[i]->name));
  (void)printf("games\n");
  for (PetscInt i = 0; i < game_count; i++)
    (void)printf("  %-*s  %s\n", width, games[i]->name, games[i]->summary);
  (void)printf("\nsolvers\n");
  for (PetscInt i = 0; i < solver_count; i++)
    (void)printf("  %-*s  %s\n", width, solvers[i]->name, solvers[i]->summary);
  PetscFunctionReturn(0);
}

/* Columns that a text takes on a terminal: bytes that go on a UTF-8 sequence take none. */
static int Width(const char *text)
{
  int width = 0;

  for (; *text; text++) width += ((unsigned char)*text & 0xC0) != 0x80;
  return width;
}

static const char *TypeName(MfgParameterType type)
{
  static const char *const names[] = {"integer", "real",     "boolean", "word",
                                      "text",    "integers", "reals",   "words"};

  return names[type];
}

/* The cells of a row before the help: key, type, default, range, unit. */
static PetscErrorCode FillCells(const MfgParameterSpec *spec, char cells[COLUMNS][CELL_SIZE])
{
  const char *dot = strrchr(spec->key, '.');

  PetscFunctionBeginUser;
  if (spec->shorthand && dot)
    PetscCall(PetscSNPrintf(cells[0], CELL_SIZE, "%.*s[%s]", (int)(dot - spec->key), spec->key, dot));
  else
    PetscCall(PetscStrncpy(cells[0], spec->key, CELL_SIZE));
  if (spec->length)
    PetscCall(PetscSNPrintf(cells[1], CELL_SIZE, "%" PetscInt_FMT " %s", spec->length, TypeName(spec->type)));
  else
    PetscCall(PetscStrncpy(cells[1], TypeName(spec->type), CELL_SIZE));
  PetscCall(PetscStrncpy(cells[2],
                         spec->preset     ? spec->preset
                         : spec->required ? "required"
                                          : "none",
                         CELL_SIZE));
  PetscCall(PetscStrncpy(cells[3], spec->range ? spec->range : "", CELL_SIZE));
  PetscCall(PetscStrncpy(cells[4], spec->unit ? spec->unit : "", CELL_SIZE));
  PetscFunctionReturn(0);
}

/* Ranges and defaults that would make the table too wide go under the row's help. */
static PetscBool IsLong(char cells[COLUMNS][CELL_SIZE], int c)
{
  return (PetscBool)((c == DEFAULT || c == RANGE) && Width(cells[c]) > WIDEST);
}

static void PrintCell(const char *text, int width)
{
  (void)printf("%s%*s", text, width - Width(text) + 2, "");
}

static PetscErrorCode PrintTable(MfgParameters parameters)
{
  static const char *const titles[COLUMNS] = {"key", "type", "default", "range", "unit"};
  char                     cells[COLUMNS][CELL_SIZE];
  int                      widths[COLUMNS], indent = 0;
  PetscInt                 count;
  const MfgParameterSpec  *spec;
  const char              *text;

  PetscFunctionBeginUser;
  for (int c = 0; c < COLUMNS; c++) widths[c] = Width(titles[c]);
  PetscCall(MfgParametersGetCount(parameters, &count));
  for (PetscInt i = 0; i < count; i++) {
    PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
    PetscCall(FillCells(spec, cells));
    for (int c = 0; c < COLUMNS; c++)
      widths[c] = PetscMax(widths[c], Width(IsLong(cells, c) ? elsewhere : cells[c]));
  }
  for (int c = 0; c < COLUMNS; c++) {
    PrintCell(titles[c], widths[c]);
    indent += widths[c] + 2;
  }
  (void)printf("meaning\n");
  for (PetscInt i = 0; i < count; i++) {
    PetscCall(MfgParametersGetEntry(parameters, i, &spec, &text));
    PetscCall(FillCells(spec, cells));
    for (int c = 0; c < COLUMNS; c++) PrintCell(IsLong(cells, c) ? elsewhere : cells[c], widths[c]);
    (void)printf("%s\n", spec->help);
    if (IsLong(cells, RANGE)) (void)printf("%*s%s\n", indent, "", cells[RANGE]);
    if (IsLong(cells, DEFAULT)) (void)printf("%*sdefault %s\n", indent, "", cells[DEFAULT]);
  }
  PetscFunctionReturn(0);
}

/* "game" or "solver" if there is one of that name, else NULL. */
static PetscErrorCode KindOf(const char *name, const char **kind)
{
  const MfgGameClass *const   *games;
  const MfgSolverClass *const *solvers;
  PetscInt                     count;

  PetscFunctionBeginUser;
  *kind = NULL;
  PetscCall(MfgGameGetClasses(&count, &games));
  for (PetscInt i = 0; i < count; i++)
    if (!strcmp(games[i]->name, name)) *kind = "game";
  PetscCall(MfgSolverGetClasses(&count, &solvers));
  for (PetscInt i = 0; i < count; i++)
    if (!strcmp(solvers[i]->name, name)) *kind = "solver";
  PetscFunctionReturn(0);
}

/* Say what could have been meant by `throng describe kind`, of which there is nothing. */
static PetscErrorCode Suggest(const char *kind, char error[MFG_ERROR_SIZE])
{
  static const char *const kinds[] = {"game",   "solver",     "metrics", "evaluation",
                                      "output", "checkpoint", "run"};
  const char              *near = MfgNearestWord(kind, 7, kinds), *of;

  PetscFunctionBeginUser;
  PetscCall(KindOf(kind, &of));
  if (of)
    (void)snprintf(error, MFG_ERROR_SIZE, "cannot describe '%.200s'; did you mean '%s %.200s'?", kind, of,
                   kind);
  else if (near)
    (void)snprintf(error, MFG_ERROR_SIZE, "cannot describe '%.200s'; did you mean '%s'?", kind, near);
  else
    (void)snprintf(
        error, MFG_ERROR_SIZE,
        "cannot describe '%.200s'; expected game, solver, metrics, evaluation, output, checkpoint or run",
        kind);
  PetscFunctionReturn(0);
}

/* Create the object that is described; *parameters is NULL, with an error, if there is no such thing. */
static PetscErrorCode Find(const MfgArguments *arguments, MfgGame game, MfgSolver solver,
                           MfgExperiment experiment, MfgParameters *parameters, char error[MFG_ERROR_SIZE])
{
  const MfgComplaints complaints = {KeepMessage, error};
  const char         *kind = arguments->word_count ? arguments->words[0] : "", *name;
  const PetscBool is_game = (PetscBool)!strcmp(kind, "game"), is_solver = (PetscBool)!strcmp(kind, "solver");

  PetscFunctionBeginUser;
  *parameters = NULL;
  name = arguments->word_count > 1 ? arguments->words[1] : NULL;
  if ((is_game || is_solver) && !name) {
    (void)snprintf(error, MFG_ERROR_SIZE, "the name is missing; expected throng describe %s NAME", kind);
  } else if (is_game) {
    PetscCall(MfgGameSetType(game, name, &complaints));
    if (!error[0]) PetscCall(MfgGameGetParameters(game, parameters));
  } else if (is_solver) {
    PetscCall(MfgSolverSetType(solver, name, &complaints));
    if (!error[0]) PetscCall(MfgSolverGetParameters(solver, parameters));
  } else {
    PetscCall(MfgExperimentGetParameters(experiment, kind, parameters));
    if (!*parameters)
      PetscCall(Suggest(kind, error));
    else if (name)
      (void)snprintf(error, MFG_ERROR_SIZE, "'%.200s' is one argument too many", name);
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode PrintSummary(const MfgArguments *arguments)
{
  const MfgGameClass *const   *games;
  const MfgSolverClass *const *solvers;
  PetscInt                     count;

  PetscFunctionBeginUser;
  if (arguments->word_count < 2) PetscFunctionReturn(0);
  PetscCall(MfgGameGetClasses(&count, &games));
  for (PetscInt i = 0; i < count; i++)
    if (!strcmp(arguments->words[0], "game") && !strcmp(arguments->words[1], games[i]->name))
      (void)printf("%s: %s\n\n", games[i]->name, games[i]->summary);
  PetscCall(MfgSolverGetClasses(&count, &solvers));
  for (PetscInt i = 0; i < count; i++)
    if (!strcmp(arguments->words[0], "solver") && !strcmp(arguments->words[1], solvers[i]->name))
      (void)printf("%s: %s\n\n", solvers[i]->name, solvers[i]->summary);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgDescribeCommand(const MfgArguments *arguments, int *code)
{
  char          error[MFG_ERROR_SIZE] = "";
  MfgGame       game;
  MfgSolver     solver;
  MfgExperiment experiment;
  MfgParameters parameters;
  PetscMPIInt   rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(MfgGameCreate(&game));
  PetscCall(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  PetscCall(MfgExperimentCreate(PETSC_COMM_WORLD, &experiment));
  PetscCall(LoadPlugin(arguments, error));
  if (!error[0]) PetscCall(Find(arguments, game, solver, experiment, &parameters, error));
  if (rank == 0 && error[0]) (void)fprintf(stderr, "throng: %s\n", error);
  if (rank == 0 && !error[0]) {
    PetscCall(PrintSummary(arguments));
    PetscCall(PrintTable(parameters));
  }
  *code = error[0] ? MFG_EXIT_BAD_INPUT : MFG_EXIT_DONE;
  PetscCall(MfgExperimentDestroy(&experiment));
  PetscCall(MfgSolverDestroy(&solver));
  PetscCall(MfgGameDestroy(&game));
  PetscFunctionReturn(0);
}
