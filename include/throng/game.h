/*
  throng/game.h: what is played.

  A game is S states, A actions, a discount γ, transition probabilities P(s'|s,a), rewards r(s,a,μ) and an
  initial law μ_0. It knows nothing of matrices or of ranks: every rank holds the same small object and asks
  it about the states that the rank owns. A game of a kind is an MfgGameClass: a parameter table and a few
  callbacks, registered by name.
*/
#ifndef THRONG_GAME_H
#define THRONG_GAME_H

#include <throng/parameters.h>

typedef struct _p_MfgGame *MfgGame;

/* A kind of game. All callbacks are local (no communication) and give the same answers on every rank. */
typedef struct {
  const char             *name;       /* as in `game: {type: name}` */
  const char             *summary;    /* one line */
  const MfgParameterSpec *parameters; /* its own keys; `discount` and `initial.*` are common to all games */

  /* Complain of combinations of values that are each in range but wrong together. NULL: none can be. */
  PetscErrorCode (*check)(MfgParameters parameters, const MfgComplaints *complaints);

  /*
    Read the parameters; call MfgGameSetSizes(), for a grid MfgGameSetGrid(), and keep data with
    MfgGameSetData().
  */
  PetscErrorCode (*setup)(MfgGame game, MfgParameters parameters);

  /*
    The successors of (s, a): `count` states in next[] with probabilities p[] that sum to one, in any order; a
    state may come twice (the probabilities add). At most MfgGameGetMaxSuccessors() of them.
  */
  PetscErrorCode (*transitions)(MfgGame game, PetscInt s, PetscInt a, PetscInt *count, PetscInt next[],
                                PetscReal p[]);

  /*
    r(s, a, μ) for begin <= s < end. mu: [end - begin], the mean field there; r: [end - begin, A], row-major.
  */
  PetscErrorCode (*rewards)(MfgGame game, PetscInt begin, PetscInt end, const PetscReal mu[], PetscReal r[]);

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
/* The states are cells of a rows x columns grid; the class has the callbacks `cell` and `find_state`. */
PetscErrorCode MfgGameSetGrid(MfgGame game, PetscInt rows, PetscInt columns);
PetscErrorCode MfgGameSetData(MfgGame game, void *data);
PetscErrorCode MfgGameGetData(MfgGame game, void *data_pointer);

/* Valid after MfgGameSetUp(). */
PetscErrorCode MfgGameGetSizes(MfgGame game, PetscInt *states, PetscInt *actions);
PetscErrorCode MfgGameGetMaxSuccessors(MfgGame game, PetscInt *max_successors);
PetscErrorCode MfgGameGetDiscount(MfgGame game, PetscReal *discount);
/* Size of the grid; 0 x 0 where the game has none. */
PetscErrorCode MfgGameGetGrid(MfgGame game, PetscInt *rows, PetscInt *columns);
/* The cell [row, column] of a state of a grid game, and the state of a cell (-1: a wall, or outside). */
PetscErrorCode MfgGameGetCell(MfgGame game, PetscInt s, PetscInt cell[2]);
PetscErrorCode MfgGameFindState(MfgGame game, const PetscInt cell[2], PetscInt *s);
/* The callbacks, through the class. */
PetscErrorCode MfgGameTransitions(MfgGame game, PetscInt s, PetscInt a, PetscInt *count, PetscInt next[],
                                  PetscReal p[]);
PetscErrorCode MfgGameRewards(MfgGame game, PetscInt begin, PetscInt end, const PetscReal mu[],
                              PetscReal r[]);
/*
  The initial law: `weight` on state `peak` and the rest spread evenly over all states (uniform: weight 0),
  or, where the user named a file, its path in `path` (else NULL; owned by the game).
*/
PetscErrorCode MfgGameGetInitialLaw(MfgGame game, PetscInt *peak, PetscReal *weight, const char **path);

#endif
