#include "table_game.h"
#include "testing.h"

/* The table of the next game that is set up: a class has no other way to hand its game an address. */
static const TestTable *next_table;

static PetscErrorCode SetUp(MfgGame game, MfgParameters parameters)
{
  const TestTable **mine;

  PetscFunctionBeginUser;
  (void)parameters;
  PetscCall(PetscNew(&mine));
  *mine = next_table;
  PetscCall(MfgGameSetData(game, mine));
  PetscCall(MfgGameSetSizes(game, next_table->states, next_table->actions, next_table->states));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  const TestTable **table;

  PetscFunctionBeginUser;
  (void)mu;
  PetscCall(MfgGameGetData(game, &table));
  *count = 0;
  for (PetscInt t = 0; t < (*table)->states; t++) {
    const PetscReal chance = (*table)->p[(s * (*table)->actions + a) * (*table)->states + t];

    if (chance == 0) continue;
    next[*count] = ((*table)->leaves && s == 0 && t == (*table)->states - 1) ? (*table)->states : t;
    p[(*count)++] = chance;
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  const TestTable **table;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetData(game, &table));
  for (PetscInt s = mu->begin; s < mu->end; s++) {
    for (PetscInt a = 0; a < (*table)->actions; a++) {
      const PetscInt i = s * (*table)->actions + a;

      r[i - mu->begin * (*table)->actions] =
          ((*table)->r ? (*table)->r[i] : 0) - (*table)->crowd_aversion * mu->own[s - mu->begin];
    }
  }
  PetscFunctionReturn(0);
}

static const MfgParameterSpec parameters[] = {{.key = NULL}};
static const MfgGameClass     klass = {.name = "table",
                                       .summary = "transitions and rewards of a test",
                                       .parameters = parameters,
                                       .setup = SetUp,
                                       .transitions = Transitions,
                                       .rewards = Rewards};

MfgGame TestTableGame(const TestTable *table, const char *discount)
{
  static PetscBool registered = PETSC_FALSE;

  if (!registered) CHECK(MfgGameRegister(&klass));
  registered = PETSC_TRUE;
  next_table = table;
  return discount ? TestGame("table", "discount", discount, NULL) : TestGame("table", NULL);
}
