/* The parameters of all types of game and solver; see sweep_tables.h. */
#include <stdio.h>
#include <string.h>
#include "experiment/place.h"
#include "experiment/sweep_tables.h"

struct MfgSweepTable {
  char          *section, *type, *plugin; /* what was asked for */
  MfgGame        game;
  MfgSolver      solver;
  MfgParameters  parameters; /* of the game, the solver or the experiment; NULL: there is no such type */
  PetscInt       count;
  MfgNode      **defaults; /* [count]; NULL: none, or not made yet */
  MfgSweepTable *next;
};

struct _p_MfgSweepTables {
  MfgExperiment  experiment; /* of which only the tables are used */
  MfgSweepTable *first;
};

PetscErrorCode MfgSweepTablesCreate(MfgSweepTables *tables)
{
  PetscFunctionBeginUser;
  PetscCall(PetscNew(tables));
  PetscCall(MfgExperimentCreate(PETSC_COMM_SELF, &(*tables)->experiment));
  PetscFunctionReturn(0);
}

static PetscErrorCode DestroyTable(MfgSweepTable *table)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < table->count; i++) PetscCall(MfgNodeDestroy(&table->defaults[i]));
  PetscCall(PetscFree(table->defaults));
  PetscCall(MfgGameDestroy(&table->game));
  PetscCall(MfgSolverDestroy(&table->solver));
  PetscCall(PetscFree(table->section));
  PetscCall(PetscFree(table->type));
  PetscCall(PetscFree(table->plugin));
  PetscCall(PetscFree(table));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepTablesDestroy(MfgSweepTables *tables)
{
  PetscFunctionBeginUser;
  if (!*tables) PetscFunctionReturn(0);
  for (MfgSweepTable *table = (*tables)->first, *next; table; table = next) {
    next = table->next;
    PetscCall(DestroyTable(table));
  }
  PetscCall(MfgExperimentDestroy(&(*tables)->experiment));
  PetscCall(PetscFree(*tables));
  PetscFunctionReturn(0);
}

/* Whoever checks the runs complains of types and plugins. */
static void Ignore(void *context, const char *key, const char *message)
{
  (void)context;
  (void)key;
  (void)message;
}

static const MfgComplaints ignored = {Ignore, NULL};

/* The parameters of a table that was just made. */
static PetscErrorCode FillTable(MfgSweepTables tables, MfgSweepTable *table)
{
  const char *made = NULL;

  PetscFunctionBeginUser;
  if (!strcmp(table->section, "game") && table->type) {
    if (table->plugin) PetscCall(MfgGameLoadPlugin(table->plugin, &ignored));
    PetscCall(MfgGameCreate(&table->game));
    PetscCall(MfgGameSetType(table->game, table->type, &ignored));
    PetscCall(MfgGameGetType(table->game, &made));
    if (made) PetscCall(MfgGameGetParameters(table->game, &table->parameters));
  } else if (!strcmp(table->section, "solver") && table->type) {
    PetscCall(MfgSolverCreate(PETSC_COMM_SELF, &table->solver));
    PetscCall(MfgSolverSetType(table->solver, table->type, &ignored));
    PetscCall(MfgSolverGetType(table->solver, &made));
    if (made) PetscCall(MfgSolverGetParameters(table->solver, &table->parameters));
  } else {
    PetscCall(MfgExperimentGetParameters(tables->experiment, table->section, &table->parameters));
  }
  if (table->parameters) PetscCall(MfgParametersGetCount(table->parameters, &table->count));
  PetscCall(PetscCalloc1(table->count, &table->defaults));
  PetscFunctionReturn(0);
}

static PetscBool IsSameText(const char *a, const char *b)
{
  return (PetscBool)(a && b ? !strcmp(a, b) : a == b);
}

PetscErrorCode MfgSweepTablesFind(MfgSweepTables tables, const char *section, const char *type,
                                  const char *plugin, MfgSweepTable **found)
{
  MfgSweepTable *table = tables->first;

  PetscFunctionBeginUser;
  while (table && (strcmp(table->section, section) || !IsSameText(table->type, type) ||
                   !IsSameText(table->plugin, plugin)))
    table = table->next;
  if (!table) {
    PetscCall(PetscNew(&table));
    PetscCall(PetscStrallocpy(section, &table->section));
    PetscCall(PetscStrallocpy(type, &table->type));
    PetscCall(PetscStrallocpy(plugin, &table->plugin));
    PetscCall(FillTable(tables, table));
    table->next = tables->first;
    tables->first = table;
  }
  *found = table->parameters ? table : NULL;
  PetscFunctionReturn(0);
}

/* The default of row i, `text`, as a node. */
static PetscErrorCode MakeDefault(MfgSweepTable *table, PetscInt i, const char *text)
{
  const MfgMark nowhere = {-1, 0, 0};
  MfgErrors     errors;

  PetscFunctionBeginUser;
  if (text[0] == '[') { /* "[a, b]": nothing else that a table has begins so */
    PetscCall(MfgErrorsCreate("", 0, NULL, &errors));
    PetscCall(MfgDocumentRead(text, strlen(text), 0, errors, &table->defaults[i]));
    PetscCall(MfgErrorsDestroy(&errors));
  }
  if (table->defaults[i]) PetscFunctionReturn(0);
  PetscCall(MfgNodeCreate(MFG_NODE_SCALAR, NULL, nowhere, &table->defaults[i]));
  PetscCall(PetscStrallocpy(text, &table->defaults[i]->text));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepTableGet(MfgSweepTable *table, const char *key, const MfgParameterSpec **spec,
                                const MfgNode **value)
{
  PetscFunctionBeginUser;
  *value = NULL;
  PetscCall(MfgFindSpec(table->parameters, key, spec));
  for (PetscInt i = 0; *spec && i < table->count; i++) {
    const MfgParameterSpec *row;
    const char             *text;

    PetscCall(MfgParametersGetEntry(table->parameters, i, &row, &text));
    if (row != *spec) continue;
    if (text && !table->defaults[i]) PetscCall(MakeDefault(table, i, text));
    *value = table->defaults[i];
  }
  PetscFunctionReturn(0);
}

/* All keys of all sections. */
typedef struct {
  PetscInt count, capacity;
  char   **list; /* [count] */
} Words;

/* Add `length` letters of `key`, behind the section's name unless that is "run". */
static PetscErrorCode AddWord(Words *words, const char *section, const char *key, size_t length)
{
  const size_t size = strlen(section) + length + 2;
  char       **list;

  PetscFunctionBeginUser;
  if (words->count == words->capacity) {
    words->capacity = 2 * words->capacity + 256;
    PetscCall(PetscCalloc1(words->capacity, &list));
    if (words->count) PetscCall(PetscArraycpy(list, words->list, words->count));
    PetscCall(PetscFree(words->list));
    words->list = list;
  }
  PetscCall(PetscMalloc1(size, &words->list[words->count]));
  PetscCall(PetscSNPrintf(words->list[words->count], size, "%s%s%.*s", strcmp(section, "run") ? section : "",
                          strcmp(section, "run") ? "." : "", (int)length, key));
  words->count++;
  PetscFunctionReturn(0);
}

static PetscErrorCode AddTable(MfgSweepTables tables, const char *section, const char *type, Words *words)
{
  const MfgParameterSpec *spec;
  const char             *text;
  MfgSweepTable          *table;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepTablesFind(tables, section, type, NULL, &table));
  if (type) PetscCall(AddWord(words, section, "type", 4));
  for (PetscInt i = 0; table && i < table->count; i++) {
    PetscCall(MfgParametersGetEntry(table->parameters, i, &spec, &text));
    PetscCall(AddWord(words, section, spec->key, strlen(spec->key)));
    if (spec->shorthand)
      PetscCall(AddWord(words, section, spec->key, (size_t)(strrchr(spec->key, '.') - spec->key)));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode AddAll(MfgSweepTables tables, Words *words)
{
  static const char *const     others[] = {"run", "metrics", "evaluation", "output"};
  const MfgGameClass *const   *games;
  const MfgSolverClass *const *solvers;
  PetscInt                     count;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetClasses(&count, &solvers));
  for (PetscInt i = 0; i < count; i++) PetscCall(AddTable(tables, "solver", solvers[i]->name, words));
  PetscCall(MfgGameGetClasses(&count, &games));
  for (PetscInt i = 0; i < count; i++) PetscCall(AddTable(tables, "game", games[i]->name, words));
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    PetscCall(AddTable(tables, others[i], NULL, words));
  PetscFunctionReturn(0);
}

static PetscErrorCode FreeWords(Words *words)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < words->count; i++) PetscCall(PetscFree(words->list[i]));
  PetscCall(PetscFree(words->list));
  PetscFunctionReturn(0);
}

/* The word nearest to `key`; if none is, one whose last part is nearly that of `key`. */
static PetscErrorCode FindNearest(const Words *words, const char *key, const char **found)
{
  const char *const *all = (const char *const *)words->list, **ends, *dot = strrchr(key, '.'), *end;

  PetscFunctionBeginUser;
  *found = MfgNearestWord(key, words->count, all);
  if (*found) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(words->count, &ends));
  for (PetscInt i = 0; i < words->count; i++)
    ends[i] = strrchr(all[i], '.') ? strrchr(all[i], '.') + 1 : all[i];
  end = MfgNearestWord(dot ? dot + 1 : key, words->count, ends);
  for (PetscInt i = 0; i < words->count && end && !*found; i++)
    if (ends[i] == end) *found = all[i];
  PetscCall(PetscFree(ends));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepTablesJudge(MfgSweepTables tables, const char *key, MfgKeyKind *kind, size_t size,
                                   char hint[])
{
  const size_t length = strlen(key);
  const char  *found = NULL;
  Words        words = {0, 0, NULL};

  PetscFunctionBeginUser;
  *kind = MFG_KEY_UNKNOWN;
  hint[0] = '\0';
  PetscCall(AddAll(tables, &words));
  for (PetscInt i = 0; i < words.count; i++) {
    if (strncmp(words.list[i], key, length)) continue;
    if (!words.list[i][length]) *kind = MFG_KEY_KNOWN;
    if (words.list[i][length] != '.' || *kind != MFG_KEY_UNKNOWN) continue;
    *kind = MFG_KEY_GROUP;
    found = words.list[i];
  }
  if (*kind == MFG_KEY_UNKNOWN) PetscCall(FindNearest(&words, key, &found));
  if (*kind != MFG_KEY_KNOWN && found) PetscCall(PetscStrncpy(hint, found, size));
  PetscCall(FreeWords(&words));
  PetscFunctionReturn(0);
}

/* Keeps the last complaint. */
typedef struct {
  size_t size;
  char  *text; /* [size] */
} Kept;

static void Keep(void *context, const char *key, const char *message)
{
  const Kept *kept = (const Kept *)context;

  (void)key;
  (void)snprintf(kept->text, kept->size, "%s", message);
}

static PetscErrorCode TryType(const char *section, const char *text, Kept *kept)
{
  const MfgComplaints          complaints = {Keep, kept};
  const PetscBool              is_game = (PetscBool)!strcmp(section, "game");
  const MfgGameClass *const   *games;
  const MfgSolverClass *const *solvers;
  const char                 **names;
  PetscInt                     count, index;

  PetscFunctionBeginUser;
  if (is_game)
    PetscCall(MfgGameGetClasses(&count, &games));
  else
    PetscCall(MfgSolverGetClasses(&count, &solvers));
  PetscCall(PetscMalloc1(count, &names));
  for (PetscInt i = 0; i < count; i++) names[i] = is_game ? games[i]->name : solvers[i]->name;
  PetscCall(MfgFindType(section, text, count, names, &complaints, &index));
  PetscCall(PetscFree(names));
  PetscFunctionReturn(0);
}

/* Put `text` into a row like `spec`, alone. */
static PetscErrorCode TryRow(const MfgParameterSpec *spec, const char *text, Kept *kept)
{
  const MfgParameterSpec table[] = {*spec, {.key = NULL}};
  const MfgComplaints    complaints = {Keep, kept};
  MfgParameters          parameters;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersCreate(&parameters));
  PetscCall(MfgParametersAddTable(parameters, table));
  PetscCall(MfgParametersSet(parameters, spec->key, text, &complaints));
  PetscCall(MfgParametersDestroy(&parameters));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepTablesTry(MfgSweepTables tables, const char *key, const char *text, size_t size,
                                 char problem[])
{
  const char *dot = strchr(key, '.'), *rest = dot ? dot + 1 : key;
  char        section[64] = "run";
  Words       words = {0, 0, NULL};
  Kept        kept = {size, problem};

  PetscFunctionBeginUser;
  problem[0] = '\0';
  if (dot) (void)snprintf(section, sizeof(section), "%.*s", (int)(dot - key), key);
  if (!strcmp(rest, "type") && (!strcmp(section, "game") || !strcmp(section, "solver"))) {
    PetscCall(TryType(section, text, &kept));
    PetscFunctionReturn(0);
  }
  PetscCall(AddAll(tables, &words)); /* so that all tables are there */
  PetscCall(FreeWords(&words));
  for (MfgSweepTable *table = tables->first; table; table = table->next) {
    const MfgParameterSpec *spec;

    if (!table->parameters || strcmp(table->section, section)) continue;
    PetscCall(MfgFindSpec(table->parameters, rest, &spec));
    if (!spec) continue;
    problem[0] = '\0';
    if (spec->type <= MFG_PARAMETER_CHOICE) PetscCall(TryRow(spec, text, &kept));
    if (!problem[0]) break;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSweepTablesMissPlugin(MfgSweepTables tables, PetscBool *missing)
{
  PetscFunctionBeginUser;
  *missing = PETSC_FALSE;
  for (MfgSweepTable *table = tables->first; table; table = table->next)
    if (table->plugin && !table->parameters) *missing = PETSC_TRUE;
  PetscFunctionReturn(0);
}
