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

static PetscErrorCode PrintTable(PetscInt count, const MfgParameterSpec *const rows[])
{
  static const char *const titles[COLUMNS] = {"key", "type", "default", "range", "unit"};
  char                     cells[COLUMNS][CELL_SIZE];
  int                      widths[COLUMNS], indent = 0;

  PetscFunctionBeginUser;
  for (int c = 0; c < COLUMNS; c++) widths[c] = Width(titles[c]);
  for (PetscInt i = 0; i < count; i++) {
    PetscCall(FillCells(rows[i], cells));
    for (int c = 0; c < COLUMNS; c++)
      widths[c] = PetscMax(widths[c], Width(IsLong(cells, c) ? elsewhere : cells[c]));
  }
  for (int c = 0; c < COLUMNS; c++) {
    PrintCell(titles[c], widths[c]);
    indent += widths[c] + 2;
  }
  (void)printf("meaning\n");
  for (PetscInt i = 0; i < count; i++) {
    PetscCall(FillCells(rows[i], cells));
    for (int c = 0; c < COLUMNS; c++) PrintCell(IsLong(cells, c) ? elsewhere : cells[c], widths[c]);
    (void)printf("%s\n", rows[i]->help);
    if (IsLong(cells, RANGE)) (void)printf("%*s%s\n", indent, "", cells[RANGE]);
    if (IsLong(cells, DEFAULT)) (void)printf("%*sdefault %s\n", indent, "", cells[DEFAULT]);
  }
  PetscFunctionReturn(0);
}

/* The rows of both, of which the second may be NULL, as one table. */
static PetscErrorCode PrintParameters(MfgParameters first, MfgParameters second)
{
  MfgParameters            both[2] = {first, second};
  const MfgParameterSpec **rows;
  const char              *text;
  PetscInt                 counts[2] = {0, 0}, n = 0;

  PetscFunctionBeginUser;
  for (int k = 0; k < 2; k++)
    if (both[k]) PetscCall(MfgParametersGetCount(both[k], &counts[k]));
  PetscCall(PetscMalloc1(counts[0] + counts[1], &rows));
  for (int k = 0; k < 2; k++)
    for (PetscInt i = 0; i < counts[k]; i++) PetscCall(MfgParametersGetEntry(both[k], i, &rows[n++], &text));
  PetscCall(PrintTable(n, rows));
  PetscCall(PetscFree(rows));
  PetscFunctionReturn(0);
}

/* What the sections of sweeps look like, or the one of that name; "sweep" stands for all. *found: there is
 * one. */
static PetscErrorCode PrintForms(const char *name, PetscBool print, PetscBool *found)
{
  const MfgSweepForm     *forms;
  const MfgParameterSpec *rows[8];
  PetscInt                count, printed = 0;

  PetscFunctionBeginUser;
  *found = PETSC_FALSE;
  PetscCall(MfgSweepGetForms(&count, &forms));
  for (PetscInt i = 0; i < count; i++) {
    const MfgParameterSpec *table = forms[i].table;
    PetscInt                n = 0;

    if (strcmp(name, "sweep") && strcmp(name, forms[i].name)) continue;
    *found = PETSC_TRUE;
    if (!print) continue;
    (void)printf("%s%s: %s\n%s\n", printed++ ? "\n" : "", forms[i].name, forms[i].form, forms[i].meaning);
    while (table && n < 8 && table[n].key) rows[n] = &table[n], n++;
    if (n) PetscCall(PrintTable(n, rows));
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
  static const char *const kinds[] = {"game",       "solver",  "metrics",   "evaluation", "output",
                                      "checkpoint", "run",     "sweep",     "zip",        "seeds",
                                      "when",       "exclude", "overrides", "resources"};
  const char *near = MfgNearestWord(kind, (PetscInt)(sizeof(kinds) / sizeof(kinds[0])), kinds), *of;

  PetscFunctionBeginUser;
  PetscCall(KindOf(kind, &of));
  if (of)
    (void)snprintf(error, MFG_ERROR_SIZE, "cannot describe '%.200s'; did you mean '%s %.200s'?", kind, of,
                   kind);
  else if (near)
    (void)snprintf(error, MFG_ERROR_SIZE, "cannot describe '%.200s'; did you mean '%s'?", kind, near);
  else
    (void)snprintf(error, MFG_ERROR_SIZE,
                   "cannot describe '%.200s'; expected game, solver, metrics, evaluation, output, "
                   "checkpoint, run or sweep",
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
  const char   *kind = arguments->word_count ? arguments->words[0] : "";
  char          error[MFG_ERROR_SIZE] = "";
  MfgGame       game;
  MfgSolver     solver;
  MfgExperiment experiment;
  MfgParameters parameters = NULL, more = NULL;
  PetscBool     of_sweep;
  PetscMPIInt   rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(MfgGameCreate(&game));
  PetscCall(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  PetscCall(MfgExperimentCreate(PETSC_COMM_WORLD, &experiment));
  PetscCall(LoadPlugin(arguments, error));
  PetscCall(PrintForms(kind, PETSC_FALSE, &of_sweep));
  if (!error[0] && of_sweep && arguments->word_count > 1)
    (void)snprintf(error, MFG_ERROR_SIZE, "'%.200s' is one argument too many", arguments->words[1]);
  if (!error[0] && !of_sweep) PetscCall(Find(arguments, game, solver, experiment, &parameters, error));
  if (!strcmp(kind, "run")) PetscCall(MfgExperimentGetParameters(experiment, "limits", &more));
  if (rank == 0 && error[0]) (void)fprintf(stderr, "throng: %s\n", error);
  if (rank == 0 && !error[0] && of_sweep) PetscCall(PrintForms(kind, PETSC_TRUE, &of_sweep));
  if (rank == 0 && !error[0] && parameters) {
    PetscCall(PrintSummary(arguments));
    PetscCall(PrintParameters(parameters, more));
  }
  *code = error[0] ? MFG_EXIT_BAD_INPUT : MFG_EXIT_DONE;
  PetscCall(MfgExperimentDestroy(&experiment));
  PetscCall(MfgSolverDestroy(&solver));
  PetscCall(MfgGameDestroy(&game));
  PetscFunctionReturn(0);
}
