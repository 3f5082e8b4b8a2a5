/* The inside of a game, for src/game only. */
#ifndef THRONG_GAME_IMPL_H
#define THRONG_GAME_IMPL_H

#include <throng/game.h>

struct _p_MfgGame {
  const MfgGameClass *klass;
  MfgParameters       parameters;
  PetscBool           built;  /* by the set-up callback; a check builds, too */
  PetscBool           set_up; /* for good: parameters may no longer change */
  /* what the class's setup callback says */
  PetscInt    states, actions, max_successors;
  PetscInt    rows, columns; /* 0 x 0: no grid */
  void       *data;
  MfgCoupling transitions_coupling, rewards_coupling;
  /* what the common parameters say */
  PetscReal discount;
  PetscInt  peak; /* state of the concentrated initial law */
  PetscReal peak_weight;
};

/* Whether every game has the key, whatever its class. */
PetscBool MfgGameIsCommonKey_Private(const char *key);

/* Registers the games that come with the library. */
PetscErrorCode MfgGameRegisterAll_Private(void);

#endif
