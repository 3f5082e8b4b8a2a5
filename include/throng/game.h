/*
  throng/game.h: what is played.

  A game is S states, A actions, a discount γ, transition probabilities P(s'|s,a,μ), rewards r(s,a,μ) and an
  initial law μ_0. It knows nothing of matrices or of ranks: every rank holds the same small object and asks
  it about the states that the rank owns. A game of a kind is an MfgGameClass: a parameter table and a few
  callbacks, registered by name.
*/
#ifndef THRONG_GAME_H
#define THRONG_GAME_H

#include <math.h>
#include <throng/parameters.h>

typedef struct _p_MfgGame *MfgGame;

/* How much of μ the transitions, or the rewards, of a game look at. */
typedef enum {
  MFG_COUPLING_NONE,  /* transitions: none of it; rewards at s: μ(s) at most */
  MFG_COUPLING_LOCAL, /* of s: μ(s) and μ at the successors of s */
  MFG_COUPLING_GLOBAL /* any of it: every rank then holds all of μ, 8 S bytes, gathered whenever μ moves */
} MfgCoupling;

/* What this rank sees of a mean field μ: as much as the coupling of the game asks for. */
typedef struct {
  PetscInt         begin, end;   /* this rank's states: begin <= s < end */
  const PetscReal *own;          /* [end - begin] */
  const PetscReal *all;          /* [S]; NULL unless a coupling is MFG_COUPLING_GLOBAL */
  PetscInt         ghost_count;  /* LOCAL: successors of this rank's states that other ranks own */
  const PetscInt  *ghosts;       /* [ghost_count] ascending */
  const PetscReal *ghost_values; /* [ghost_count] */
} MfgMeanField;

/*
  μ(s) >= 0, which rounding may take a little beyond 1: a probability made of it is cut off there. A state
  that the coupling does not show gives NaN.
*/
static inline PetscReal MfgMeanFieldAt(const MfgMeanField *mu, PetscInt s)
{
  PetscInt low = 0, high = mu->ghost_count;

  if (s >= mu->begin && s < mu->end) return mu->own[s - mu->begin];
  if (mu->all) return mu->all[s];
  while (high - low > 1) {
    const PetscInt middle = low + (high - low) / 2;

    if (mu->ghosts[middle] <= s)
      low = middle;
    else
      high = middle;
  }
  return high > low && mu->ghosts[low] == s ? mu->ghost_values[low] : (PetscReal)NAN;
}

/*
  A kind of game. All callbacks are local (no communication), and what they answer depends on nothing but the
  parameters and μ: not on the rank, nor on what was asked before.
*/
typedef struct {
  const char             *name;       /* as in `game: {type: name}`: letters, digits and '_', 64 at most */
  const char             *summary;    /* one line */
  const MfgParameterSpec *parameters; /* its own keys; `discount` and `initial.*` are common to all games */

  /* Complain of combinations of values that are each in range but wrong together. NULL: none can be. */
  PetscErrorCode (*check)(MfgParameters parameters, const MfgComplaints *complaints);

  /*
    Read the parameters; call MfgGameSetSizes(), for a grid MfgGameSetGrid(), for dynamics or rewards that
    look at more of μ than they do by default MfgGameSetCoupling(), and keep data with MfgGameSetData().
  */
  PetscErrorCode (*setup)(MfgGame game, MfgParameters parameters);

  /*
    Called whenever μ has moved, before transitions and rewards are asked for at the new μ: the place for what
    they share, such as Mμ. `mu` lives as long as the game is asked about this μ; the states that
    it shows need not be those of the call before. NULL: nothing to prepare.
  */
  PetscErrorCode (*prepare)(MfgGame game, const MfgMeanField *mu);

  /*
    The successors of (s, a) at μ: `count` states in next[] with probabilities p[] that sum to one, in any
    order; a state may come twice (the probabilities add). At most MfgGameGetMaxSuccessors() of them. Games
    whose transitions do not depend on μ are asked once, with mu NULL. The others are asked with mu NULL for
    the successors alone, p[] being left as it is, and later with a μ; the successors are the same for all μ,
    though their probability may be zero.
  */
  PetscErrorCode (*transitions)(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu, PetscInt *count,
                                PetscInt next[], PetscReal p[]);

  /* r(s, a, μ) of this rank's states: r is [mu->end - mu->begin, A], row-major. */
  PetscErrorCode (*rewards)(MfgGame game, const MfgMeanField *mu, PetscReal r[]);

  /*
    For a game on a grid (else NULL): the cell [row, column] of state s, and the state of a cell (-1: not
    free).
  */
  PetscErrorCode (*cell)(MfgGame game, PetscInt s, PetscInt cell[2]);
  PetscErrorCode (*find_state)(MfgGame game, const PetscInt cell[2], PetscInt *s);

  /* Free the data; NULL where PetscFree() of it is enough. */
  PetscErrorCode (*destroy)(void *data);
} MfgGameClass;

/*
  Make a class known by its name. The class must outlive its games. The built-in games are registered by the
  library on first use. Not collective; call alike on every rank.
*/
PetscErrorCode MfgGameRegister(const MfgGameClass *klass);
/* The registered classes, in order of registration; the array is the library's. */
PetscErrorCode MfgGameGetClasses(PetscInt *count, const MfgGameClass *const **classes);

/*
  Games in a shared library of the user's own, a plugin. It is compiled against these headers alone and is not
  linked to libthrong: it finds the functions above and below, and PETSc's, in the program that loads it
  (`throng` offers them; a program of one's own does if it is linked with -rdynamic and all of libthrong.a).
  A plugin says once, at the end of a source file and with all its classes:
      MFG_PLUGIN(&my_game);
*/

/* Raised whenever MfgGameClass, MfgParameterSpec or anything else that callbacks see changes. */
#define MFG_PLUGIN_ABI 1

typedef struct {
  int                        abi;           /* MFG_PLUGIN_ABI of the headers of the plugin; stays first */
  int                        integer_bytes; /* of a PetscInt of its PETSc */
  int                        count;
  const MfgGameClass *const *classes; /* [count] */
} MfgPlugin;

#define MFG_PLUGIN_SYMBOL "mfg_plugin"
#define MFG_PLUGIN(...)                                                                                      \
  static const MfgGameClass *const mfg_plugin_classes[] = {__VA_ARGS__};                                     \
  PETSC_EXTERN const MfgPlugin     mfg_plugin;                                                               \
  const MfgPlugin                  mfg_plugin = {MFG_PLUGIN_ABI, (int)sizeof(PetscInt),                      \
                                                 sizeof(mfg_plugin_classes) / sizeof(mfg_plugin_classes[0]), \
                                                 mfg_plugin_classes}

/*
  Register the classes of the plugin at `path`, which is relative to the current folder; all of them or,
  after a complaint under the key "plugin", none. To load a plugin again changes nothing. It is never
  unloaded. Not collective; call alike on every rank.
*/
PetscErrorCode MfgGameLoadPlugin(const char *path, const MfgComplaints *complaints);

/* Not collective, as everything below: a game lives on each rank alone. */
PetscErrorCode MfgGameCreate(MfgGame *game);
PetscErrorCode MfgGameDestroy(MfgGame *game);
/*
  Choose the class by name; an unknown name is complained of under the key "type", with the nearest known one.
*/
PetscErrorCode MfgGameSetType(MfgGame game, const char *name, const MfgComplaints *complaints);
PetscErrorCode MfgGameGetType(MfgGame game, const char **name);
/*
  The parameters: of the class and those common to all games. Owned by the game. Set them before
  MfgGameSetUp().
*/
PetscErrorCode MfgGameGetParameters(MfgGame game, MfgParameters *parameters);
/* Shorthand for MfgParametersSet(parameters of the game, key, text, NULL). */
PetscErrorCode MfgGameSetParameter(MfgGame game, const char *key, const char *text);
/*
  Check everything: required keys, combinations, and, where those are right, the initial law on the game as
  built. Parameters may change afterwards. MfgGameSetUp() checks again and raises the first complaint as
  PETSC_ERR_USER.
*/
PetscErrorCode MfgGameCheck(MfgGame game, const MfgComplaints *complaints);
PetscErrorCode MfgGameSetUp(MfgGame game);

/* For the setup callback of a class. max_successors: the most that `transitions` gives for any (s, a). */
PetscErrorCode MfgGameSetSizes(MfgGame game, PetscInt states, PetscInt actions, PetscInt max_successors);
/*
  What the transitions and the rewards look at. By default both are MFG_COUPLING_NONE. A game that looks at
  more is found out, where possible, when a model is first held at a mean field.
*/
PetscErrorCode MfgGameSetCoupling(MfgGame game, MfgCoupling transitions, MfgCoupling rewards);
/* The states are cells of a rows x columns grid; the class has the callbacks `cell` and `find_state`. */
PetscErrorCode MfgGameSetGrid(MfgGame game, PetscInt rows, PetscInt columns);
PetscErrorCode MfgGameSetData(MfgGame game, void *data);
PetscErrorCode MfgGameGetData(MfgGame game, void *data_pointer);

/* Whether the game was checked or set up and so knows its sizes; one whose parameters are bad does not. */
PetscErrorCode MfgGameIsBuilt(MfgGame game, PetscBool *built);
/* Valid after MfgGameSetUp(). */
PetscErrorCode MfgGameGetSizes(MfgGame game, PetscInt *states, PetscInt *actions);
PetscErrorCode MfgGameGetMaxSuccessors(MfgGame game, PetscInt *max_successors);
PetscErrorCode MfgGameGetCoupling(MfgGame game, MfgCoupling *transitions, MfgCoupling *rewards);
PetscErrorCode MfgGameGetDiscount(MfgGame game, PetscReal *discount);
/* Size of the grid; 0 x 0 where the game has none. */
PetscErrorCode MfgGameGetGrid(MfgGame game, PetscInt *rows, PetscInt *columns);
/* The cell [row, column] of a state of a grid game, and the state of a cell (-1: a wall, or outside). */
PetscErrorCode MfgGameGetCell(MfgGame game, PetscInt s, PetscInt cell[2]);
PetscErrorCode MfgGameFindState(MfgGame game, const PetscInt cell[2], PetscInt *s);
/* The callbacks, through the class. */
PetscErrorCode MfgGamePrepare(MfgGame game, const MfgMeanField *mu);
PetscErrorCode MfgGameTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[]);
PetscErrorCode MfgGameRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[]);
/*
  The initial law: `weight` on state `peak` and the rest spread evenly over all states (uniform: weight 0),
  or, where the user named a file, its path in `path` (else NULL; owned by the game).
*/
PetscErrorCode MfgGameGetInitialLaw(MfgGame game, PetscInt *peak, PetscReal *weight, const char **path);

#endif
