/* Checking the numbers of a table, and making its rows laws; see tabular.h. */
#include "tabular.h"

enum { ROW_NAME_SIZE = 64 };

/* How the rows of a table are told to a user. */
typedef struct {
  const char *path, *group, *value_name;
  PetscInt    states, actions; /* actions: 0 where a row is a state and no pair (s, a) */
  char       *problem;
} Naming;

static PetscErrorCode NameRow(const Naming *naming, PetscInt row, char text[ROW_NAME_SIZE])
{
  PetscFunctionBegin;
  if (naming->actions)
    PetscCall(PetscSNPrintf(text, ROW_NAME_SIZE, "s %" PetscInt_FMT ", a %" PetscInt_FMT,
                            row / naming->actions, row % naming->actions));
  else
    PetscCall(PetscSNPrintf(text, ROW_NAME_SIZE, "s %" PetscInt_FMT, row));
  PetscFunctionReturn(0);
}

/* start = 0 ... ascending ... entries. */
static PetscErrorCode CheckStart(const Naming *naming, const MfgSparseRows *sparse)
{
  const PetscInt *start = sparse->start;
  char            name[ROW_NAME_SIZE];

  PetscFunctionBegin;
  if (start[0] != 0) {
    PetscCall(PetscSNPrintf(naming->problem, MFG_TABLE_PROBLEM_SIZE,
                            "%s: /%s/start[0] is %" PetscInt_FMT "; expected 0", naming->path, naming->group,
                            start[0]));
    PetscFunctionReturn(0);
  }
  for (PetscInt row = 0; row < sparse->rows; row++) {
    if (start[row + 1] >= start[row]) continue;
    PetscCall(NameRow(naming, row, name));
    PetscCall(PetscSNPrintf(naming->problem, MFG_TABLE_PROBLEM_SIZE,
                            "%s: /%s/start[%" PetscInt_FMT "], the end of %s, is %" PetscInt_FMT
                            "; expected an ascending list, but the entry before it is %" PetscInt_FMT,
                            naming->path, naming->group, row + 1, name, start[row + 1], start[row]));
    PetscFunctionReturn(0);
  }
  if (start[sparse->rows] != sparse->entries)
    PetscCall(PetscSNPrintf(
        naming->problem, MFG_TABLE_PROBLEM_SIZE,
        "%s: /%s/start ends with %" PetscInt_FMT "; expected %" PetscInt_FMT ", the length of /%s/next",
        naming->path, naming->group, start[sparse->rows], sparse->entries, naming->group));
  PetscFunctionReturn(0);
}

/* States are states, and values are finite and, where they are probabilities, not negative. */
static PetscErrorCode CheckEntry(const Naming *naming, const MfgSparseRows *sparse, PetscInt row, PetscInt k)
{
  const PetscReal value = sparse->value[k];
  char            name[ROW_NAME_SIZE];

  PetscFunctionBegin;
  if (sparse->next[k] < 0 || sparse->next[k] >= naming->states) {
    PetscCall(NameRow(naming, row, name));
    PetscCall(PetscSNPrintf(naming->problem, MFG_TABLE_PROBLEM_SIZE,
                            "%s: /%s/next[%" PetscInt_FMT "], of %s, is %" PetscInt_FMT
                            "; expected a state, 0 to %" PetscInt_FMT,
                            naming->path, naming->group, k, name, sparse->next[k], naming->states - 1));
  } else if (PetscIsInfOrNanReal(value) || (naming->actions && value < 0)) {
    PetscCall(NameRow(naming, row, name));
    PetscCall(PetscSNPrintf(naming->problem, MFG_TABLE_PROBLEM_SIZE,
                            "%s: /%s/%s[%" PetscInt_FMT "], of %s, is %.15g; expected a finite number%s",
                            naming->path, naming->group, naming->value_name, k, name, (double)value,
                            naming->actions ? " >= 0" : ""));
  }
  PetscFunctionReturn(0);
}

/* A sum near enough to one becomes one: what is lost at a step would add up over the steps. */
static PetscErrorCode CheckSum(const Naming *naming, const MfgSparseRows *sparse, PetscInt row)
{
  PetscReal sum = 0;
  char      name[ROW_NAME_SIZE];

  PetscFunctionBegin;
  for (PetscInt k = sparse->start[row]; k < sparse->start[row + 1]; k++) sum += sparse->value[k];
  if (PetscAbsReal(sum - 1) <= MFG_TABLE_SUM_TOLERANCE) {
    for (PetscInt k = sparse->start[row]; k < sparse->start[row + 1]; k++) sparse->value[k] /= sum;
    PetscFunctionReturn(0);
  }
  PetscCall(NameRow(naming, row, name));
  PetscCall(PetscSNPrintf(naming->problem, MFG_TABLE_PROBLEM_SIZE,
                          "%s: /%s/%s sums to %.15g for %s; expected 1 to within %g", naming->path,
                          naming->group, naming->value_name, (double)sum, name, MFG_TABLE_SUM_TOLERANCE));
  PetscFunctionReturn(0);
}

static PetscErrorCode CheckSparseRows(const Naming *naming, const MfgSparseRows *sparse)
{
  PetscFunctionBegin;
  PetscCall(CheckStart(naming, sparse));
  for (PetscInt row = 0; row < sparse->rows && !naming->problem[0]; row++) {
    for (PetscInt k = sparse->start[row]; k < sparse->start[row + 1] && !naming->problem[0]; k++)
      PetscCall(CheckEntry(naming, sparse, row, k));
    if (naming->actions && !naming->problem[0]) PetscCall(CheckSum(naming, sparse, row));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode CheckReward(const Naming *naming, const MfgTable *table)
{
  PetscFunctionBegin;
  for (PetscInt i = 0; i < table->states * table->actions && !naming->problem[0]; i++)
    if (PetscIsInfOrNanReal(table->reward[i]))
      PetscCall(PetscSNPrintf(
          naming->problem, MFG_TABLE_PROBLEM_SIZE,
          "%s: /reward[%" PetscInt_FMT ", %" PetscInt_FMT "] is %.15g; expected a finite number",
          naming->path, i / table->actions, i % table->actions, (double)table->reward[i]));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgTableCheck_Private(const char *path, MfgTable *table, char problem[MFG_TABLE_PROBLEM_SIZE])
{
  const Naming transitions = {path, "transitions", "probability", table->states, table->actions, problem};
  const Naming interaction = {path, "interaction", "weight", table->states, 0, problem};

  PetscFunctionBegin;
  problem[0] = '\0';
  PetscCall(CheckReward(&transitions, table));
  if (!problem[0]) PetscCall(CheckSparseRows(&transitions, &table->transitions));
  if (!problem[0] && table->interaction.rows) PetscCall(CheckSparseRows(&interaction, &table->interaction));
  table->max_successors = 0;
  for (PetscInt row = 0; row < table->transitions.rows && !problem[0]; row++)
    table->max_successors =
        PetscMax(table->max_successors, table->transitions.start[row + 1] - table->transitions.start[row]);
  PetscFunctionReturn(0);
}
