/* A good plugin, and others with one thing wrong each, which CASE names; test_plugins.py loads them. */
#include <throng/game.h>

enum {
  GOOD,
  ABI,
  INTEGERS,
  NO_SYMBOL,
  UNDEFINED,
  TAKEN,
  TWICE,
  EMPTY,
  NO_REWARDS,
  COMMON_KEY,
  NO_HELP,
  OTHER_NAME,
  LONG_NAME
};

#if defined(OTHER_ABI)
#undef MFG_PLUGIN_ABI
#define MFG_PLUGIN_ABI 99
#endif

PetscErrorCode FunctionThatNobodyHas(void);

static const MfgParameterSpec no_keys[] = {{.key = NULL}};
static const MfgParameterSpec an_own_key[] = {{.key = "width",
                                               .type = MFG_PARAMETER_REAL,
                                               .preset = "1",
                                               .range = "(0,inf)",
                                               .unit = "m",
                                               .help = "of the places"},
                                              {.key = NULL}};
static const MfgParameterSpec a_common_key[] = {
    {.key = "discount", .type = MFG_PARAMETER_REAL, .unit = "", .help = "γ"}, {.key = NULL}};

static const MfgParameterSpec without_help[] = {{.key = "speed", .type = MFG_PARAMETER_REAL, .unit = ""},
                                                {.key = NULL}};

#define LETTERS "abcdefghijklmnopqrstuvwxyz_0123456789"

static PetscErrorCode SetUp(MfgGame game, MfgParameters parameters)
{
  PetscFunctionBeginUser;
  (void)parameters;
#if defined(UNDEFINED_SYMBOL)
  PetscCall(FunctionThatNobodyHas());
#endif
  PetscCall(MfgGameSetSizes(game, 2, 1, 1));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBeginUser;
  (void)game, (void)a, (void)mu;
  *count = 1;
  next[0] = 1 - s;
  p[0] = 1;
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  PetscFunctionBeginUser;
  (void)game;
  for (PetscInt s = mu->begin; s < mu->end; s++) r[s - mu->begin] = (PetscReal)s;
  PetscFunctionReturn(0);
}

static const MfgGameClass klass = {.name = CASE == TAKEN        ? "four_rooms"
                                           : CASE == OTHER_NAME ? "to/and-fro"
                                           : CASE == LONG_NAME  ? LETTERS LETTERS
                                                                : "to_and_fro",
                                   .summary = "two places",
                                   .parameters = CASE == GOOD         ? an_own_key
                                                 : CASE == COMMON_KEY ? a_common_key
                                                 : CASE == NO_HELP    ? without_help
                                                                      : no_keys,
                                   .setup = SetUp,
                                   .transitions = Transitions,
                                   .rewards = CASE == NO_REWARDS ? NULL : Rewards};

#if !defined(WITHOUT_SYMBOL)
static const MfgGameClass *const classes[] = {&klass, &klass};
PETSC_EXTERN const MfgPlugin     mfg_plugin;
const MfgPlugin                  mfg_plugin = {MFG_PLUGIN_ABI, CASE == INTEGERS ? 16 : (int)sizeof(PetscInt),
                              CASE == EMPTY ? 0 : (CASE == TWICE ? 2 : 1), classes};
#else
const MfgGameClass *my_class = &klass;
#endif
