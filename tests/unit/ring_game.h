/*
  A ring of S states whose transitions look at all of μ through `prepare`, and which can be told to go wrong
  at one state. The type is called "ring".

    from s by action 0: to s + 1 with c/2, to s + 2 with (1 - c)/2, else s stays;  by action 1: to s - 1 with
  c, else s stays;  c = Σ_t t μ(t) / (S - 1), numbers of states modulo S; r(s,a,μ) = c - s a
*/
#ifndef THRONG_RING_GAME_H
#define THRONG_RING_GAME_H

#include <throng/game.h>

/* What goes wrong, by action 0 in `state`, at every μ with μ(state) > 1/2. */
typedef struct {
  PetscInt state;
  enum {
    TEST_RING_SUM,      /* its probabilities sum to 0.9 */
    TEST_RING_NEGATIVE, /* one of them is negative */
    TEST_RING_STRANGER, /* a successor that was not announced */
    TEST_RING_FEWER,    /* a successor is missing */
    TEST_RING_MORE,     /* there is one more */
    TEST_RING_BEYOND,   /* more than the game said at most */
    TEST_RING_ASK,      /* the callback raises an error itself */
    TEST_RING_REWARDS,  /* the same, for rewards */
    TEST_RING_PREPARE,  /* the same, while it prepares */
    TEST_RING_FAULTS
  } fault;
} TestRingFault;

/* A game that is set up; `fault`, or NULL, must outlive it. S >= 5. */
MfgGame TestRingGame(PetscInt S, const TestRingFault *fault);

#endif
