/*
  tabular: a game of the user's own as a table in an HDF5 file. Every rank holds the whole table: with 32-bit
  indices 12 bytes for each successor and for each pair (s, a). Games that are too large for that, or whose
  transitions depend on μ, are written as a plugin (throng/game.h).
*/
#include <string.h>
#include <sys/stat.h>
#include "tabular.h"

static const MfgParameterSpec parameters[] = {{.key = "path",
                                               .type = MFG_PARAMETER_TEXT,
                                               .required = PETSC_TRUE,
                                               .unit = "",
                                               .help = "an HDF5 file with /transitions and /reward; "
                                                       "experiments/tabular/README.md has the layout"},
                                              {.key = NULL}};

/*
  The table that was read last. A game is checked several times before it is solved; the file is read again
  only if it has changed.
*/
static struct {
  MfgTable   *table;
  char        path[PETSC_MAX_PATH_LEN];
  struct stat file;
  PetscBool   registered; /* to be released at the end */
} last;

static PetscErrorCode Release(MfgTable **table)
{
  PetscFunctionBegin;
  if (*table && --(*table)->references == 0) {
    PetscCall(MfgTableFree_Private(*table));
    PetscCall(PetscFree(*table));
  }
  *table = NULL;
  PetscFunctionReturn(0);
}

static PetscErrorCode ReleaseLast(void)
{
  PetscFunctionBegin;
  PetscCall(Release(&last.table));
  last.registered = PETSC_FALSE;
  PetscFunctionReturn(0);
}

static PetscErrorCode FreeSparseRows(MfgSparseRows *sparse)
{
  PetscFunctionBegin;
  PetscCall(PetscFree(sparse->start));
  PetscCall(PetscFree(sparse->next));
  PetscCall(PetscFree(sparse->value));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTableFree_Private(MfgTable *table)
{
  PetscFunctionBegin;
  PetscCall(FreeSparseRows(&table->transitions));
  PetscCall(FreeSparseRows(&table->interaction));
  PetscCall(PetscFree(table->reward));
  PetscFunctionReturn(0);
}

/* Whether the last table is that of the file at `path` as it is now. */
static PetscBool IsLast(const char *path, const struct stat *file)
{
  return (PetscBool)(last.table && !strcmp(path, last.path) && file->st_dev == last.file.st_dev &&
                     file->st_ino == last.file.st_ino && file->st_size == last.file.st_size &&
                     file->st_mtim.tv_sec == last.file.st_mtim.tv_sec &&
                     file->st_mtim.tv_nsec == last.file.st_mtim.tv_nsec);
}

/* Another holder of the file's table; NULL after a complaint. */
static PetscErrorCode Acquire(const char *path, const MfgComplaints *complaints, MfgTable **table)
{
  char        problem[MFG_TABLE_PROBLEM_SIZE];
  struct stat file;

  PetscFunctionBegin;
  memset(&file, 0, sizeof(file));
  (void)stat(path, &file); /* a file that is not there is told by the reader */
  if (!IsLast(path, &file)) {
    if (!last.registered) PetscCall(PetscRegisterFinalize(ReleaseLast));
    last.registered = PETSC_TRUE;
    PetscCall(Release(&last.table));
    PetscCall(PetscNew(&last.table));
    last.table->references = 1;
    PetscCall(MfgTableRead_Private(path, last.table, problem));
    if (!problem[0]) PetscCall(MfgTableCheck_Private(path, last.table, problem));
    if (problem[0]) {
      PetscCall(Release(&last.table));
      *table = NULL;
      PetscCall(MfgComplain(complaints, "path", "%s", problem));
      PetscFunctionReturn(0);
    }
    PetscCall(PetscStrncpy(last.path, path, sizeof(last.path)));
    last.file = file;
  }
  last.table->references++;
  *table = last.table;
  PetscFunctionReturn(0);
}

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  const char *path;
  MfgTable   *table;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetText(values, "path", &path));
  PetscCall(Acquire(path, complaints, &table));
  PetscCall(Release(&table));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(void *data)
{
  MfgTable *table = (MfgTable *)data;

  PetscFunctionBegin;
  PetscCall(Release(&table));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  const char *path;
  MfgTable   *table;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetText(values, "path", &path));
  PetscCall(Acquire(path, NULL, &table));
  PetscCall(MfgGameSetData(game, table));
  PetscCall(MfgGameSetSizes(game, table->states, table->actions, table->max_successors));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_NONE,
                               table->interaction.rows ? MFG_COUPLING_GLOBAL : MFG_COUPLING_NONE));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  MfgTable            *table;
  const MfgSparseRows *rows;
  PetscInt             first;

  PetscFunctionBegin;
  (void)mu;
  PetscCall(MfgGameGetData(game, &table));
  rows = &table->transitions;
  first = rows->start[s * table->actions + a];
  *count = rows->start[s * table->actions + a + 1] - first;
  PetscCall(PetscArraycpy(next, rows->next + first, *count));
  PetscCall(PetscArraycpy(p, rows->value + first, *count));
  PetscFunctionReturn(0);
}

/* -κ log max(μ(s), ε₀) + (Wμ)(s) */
static PetscReal CrowdReward(const MfgTable *table, const MfgMeanField *mu, PetscInt s)
{
  const MfgSparseRows *w = &table->interaction;
  PetscReal            reward = 0;

  if (table->crowd_aversion > 0)
    reward = -table->crowd_aversion * PetscLogReal(PetscMax(MfgMeanFieldAt(mu, s), table->density_floor));
  for (PetscInt k = w->rows ? w->start[s] : 0; w->rows && k < w->start[s + 1]; k++)
    reward += w->value[k] * MfgMeanFieldAt(mu, w->next[k]);
  return reward;
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  MfgTable *table;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &table));
  for (PetscInt s = mu->begin; s < mu->end; s++) {
    const PetscReal  of_crowd = CrowdReward(table, mu, s);
    const PetscReal *of_table = table->reward + s * table->actions;

    for (PetscInt a = 0; a < table->actions; a++)
      r[(s - mu->begin) * table->actions + a] = of_table[a] + of_crowd;
  }
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameTabular = {.name = "tabular",
                                     .summary = "a game of your own, as a table in an HDF5 file",
                                     .parameters = parameters,
                                     .check = Check,
                                     .setup = SetUp,
                                     .transitions = Transitions,
                                     .rewards = Rewards,
                                     .destroy = Destroy};
