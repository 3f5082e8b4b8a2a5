/*
  Games of a test's own: dense tables of transitions and rewards, through the public way to add a game. The
  type is called "table".
*/
#ifndef THRONG_TABLE_GAME_H
#define THRONG_TABLE_GAME_H

#include <throng/game.h>

typedef struct {
  PetscInt         states, actions;
  const PetscReal *p;              /* [S, A, S]: P(s'|s,a), given to the model as it stands, right or wrong */
  const PetscReal *r;              /* [S, A]; NULL: no rewards */
  PetscReal        crowd_aversion; /* κ of a further reward -κ μ(s) */
  PetscBool        leaves; /* the successors of state 0 have the number S, outside the state space, for S-1 */
} TestTable;

/* A game that is set up; the table must outlive it. `discount` as text, NULL for the default. */
MfgGame TestTableGame(const TestTable *table, const char *discount);

#endif
