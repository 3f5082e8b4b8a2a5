/*
  A game as a table: what the file of a `tabular` game holds. The layout of the file is described in
  experiments/tabular/README.md.
*/
#ifndef THRONG_TABULAR_H
#define THRONG_TABULAR_H

#include <throng/game.h>

/* How far the probabilities of a pair (s, a) may sum from one in the file. */
#define MFG_TABLE_SUM_TOLERANCE 1.0e-9

enum { MFG_TABLE_PROBLEM_SIZE = PETSC_MAX_PATH_LEN + 512 };

/* Sparse rows: row i has the columns next[k] with values value[k], start[i] <= k < start[i + 1]. */
typedef struct {
  PetscInt   rows, entries;
  PetscInt  *start; /* [rows + 1] */
  PetscInt  *next;  /* [entries], states */
  PetscReal *value; /* [entries] */
} MfgSparseRows;

/* r(s,a,μ) = r_0(s,a) - κ log max(μ(s), ε₀) + (Wμ)(s); transitions that do not depend on μ. */
typedef struct {
  PetscInt      references;
  PetscInt      states, actions;
  PetscInt      max_successors;
  MfgSparseRows transitions;                   /* S·A rows: P(s'|s,a) of the pair (s, a) in row s·A + a */
  PetscReal    *reward;                        /* [S, A], r_0 */
  PetscReal     crowd_aversion, density_floor; /* κ, ε₀ */
  MfgSparseRows interaction;                   /* S rows, W; no rows at all where the file has none */
} MfgTable;

/*
  Read the file into `table`, which is zero, and check its types and shapes. `problem`: what is wrong with
  the file, with its path, or empty. Whatever came of it, MfgTableFree_Private() frees the table.
*/
PetscErrorCode MfgTableRead_Private(const char *path, MfgTable *table, char problem[MFG_TABLE_PROBLEM_SIZE]);
/*
  The first thing that is wrong with the numbers of a table that was read, or empty; scales the rows of the
  transitions to sums of one and sets max_successors.
*/
PetscErrorCode MfgTableCheck_Private(const char *path, MfgTable *table, char problem[MFG_TABLE_PROBLEM_SIZE]);
PetscErrorCode MfgTableFree_Private(MfgTable *table);

#endif
