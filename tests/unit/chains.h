/*
  Markov chains whose populations and eigenvalues are known in closed form, as games of one action; and one
  policy, which is then no choice.
*/
#ifndef THRONG_CHAINS_H
#define THRONG_CHAINS_H

#include "table_game.h"

/* 0 ↔ 1: 0 → 1 with 0.3, 1 → 0 with 0.2. Stationary (0.4, 0.6); the second eigenvalue is 1 - 0.3 - 0.2. */
extern const TestTable ChainOfTwo;
/* The same, 1e5 times slower: links that are stronger than σ = 1e-9. */
extern const TestTable ChainOfWeakLinks;
/* The same with 3e-13 and 2e-13: links weaker than σ, which count as cut. */
extern const TestTable ChainCut;
/* 0 → 1 → 2 → 0; eigenvalues are the cubic roots of one. Cesàro law uniform. */
extern const TestTable ChainCycle;
/*
  Period 3 in groups {0, 3}, {1, 4}, {2, 5}: each state moves to either state of the next group, with 0.75 to
  the lower. Eigenvalues: the cubic roots of one, and 0 three times. Cesàro law: 1/4 on 0, 1, 2, and 1/12 on
  3, 4, 5.
*/
extern const TestTable ChainPeriodThree;
/*
  Two classes and a state that leads to them: {0, 1, 2} a cycle, {3, 4} as ChainOfTwo, and 5, which goes to 0
  with 0.2, to 3 with 0.3 and stays with 0.5. From μ the cycle ends with w = μ(0)+μ(1)+μ(2) + 0.4 μ(5), in
  equal parts, and {3, 4} with 1 - w as (0.4, 0.6). Eigenvalues: the cubic roots of one, 1, 0.5, 0.5.
*/
extern const TestTable ChainTwoClasses;
/* Four absorbing states: every law is stationary. */
extern const TestTable ChainAbsorbing;

#endif
