/* The random tables of mf_garnet, for the states of one rank. */
#ifndef THRONG_MF_GARNET_H
#define THRONG_MF_GARNET_H

#include <petscsys.h> /* before petscbt.h, which lacks it in newer releases */
#include <petscbt.h>
#include <throng/game.h>

/* In the order of the words in the range of the key. */
typedef enum { GARNET_POTENTIAL, GARNET_CYCLIC } GarnetInteraction;
typedef enum { GARNET_ADDITIVE, GARNET_MULTIPLICATIVE } GarnetForm;

typedef struct {
  PetscInt          states, actions, branching, seed;
  PetscInt          coupled; /* c: how many y each Σ_y runs over; S: all of them */
  GarnetForm        dynamics, reward;
  GarnetInteraction interaction;
  PetscReal         c_p, rho_p, c_r, rho_r;
  PetscInt         *offsets; /* [c]: row s of M has the columns s + offset (mod S); NULL for c = S */
  PetscBT           chosen;  /* [S] work space of a draw without replacement, all clear between draws */

  /* Drawn for the states begin <= s < end, n of them, at the first μ; begin = end = 0 before. */
  PetscInt   begin, end;
  PetscInt  *next;    /* [n, A, b] */
  PetscReal *p0;      /* [n, A, b] */
  PetscReal *C;       /* [n, A, b, c] */
  PetscInt  *columns; /* [n, A, b, c]: the y of C; NULL for c = S */
  PetscReal *R0;      /* [n, A] */
  PetscReal *M;       /* [n, c], symmetrised */

  /* At the μ that was prepared. */
  PetscReal *drift; /* [n, A, b]: Σ_y C(s,a,s',y) μ(y) */
  PetscReal *field; /* [n]: (Mμ)_s */
} Garnet;

/* c_p, ρ_p, c_r, ρ_r and the offsets of M. The sizes are set. */
PetscErrorCode MfgGarnetDrawShared_Private(Garnet *garnet);
/* The b distinct successors of (s, a). */
PetscErrorCode MfgGarnetDrawSuccessors_Private(Garnet *garnet, PetscInt s, PetscInt a, PetscInt next[]);
/* All tables of the states begin <= s < end, unless those are there already. */
PetscErrorCode MfgGarnetDrawTables_Private(Garnet *garnet, PetscInt begin, PetscInt end);
PetscErrorCode MfgGarnetFreeTables_Private(Garnet *garnet);

#endif
