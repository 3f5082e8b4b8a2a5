/*
  What lives from one outer iteration to the next, said once for both ways: a function that visits the parts
  of some state writes them when the state is saved and fills them when it is restored. Names are those of
  data sets in the file. After a problem (see MfgSolverRestore()) visits do nothing.
*/
#ifndef THRONG_STATE_H
#define THRONG_STATE_H

#include "solver_impl.h"

/* Over states, or over states and actions. */
PetscErrorCode MfgStateVec_Private(MfgSolverState state, const char *name, Vec values);
/*
  A Vec that may be NULL. When restored it is created as a duplicate of `like`, or destroyed, as the file
  says.
*/
PetscErrorCode MfgStateOptionalVec_Private(MfgSolverState state, const char *name, Vec like, Vec *values);
/* Numbers that are the same on all ranks, finite or not. */
PetscErrorCode MfgStateNumbers_Private(MfgSolverState state, const char *name, PetscInt count,
                                       PetscReal values[]);
/* An integer; a restored one outside low <= *value <= high is a problem, and *value stays as it was. */
PetscErrorCode MfgStateInteger_Private(MfgSolverState state, const char *name, PetscInt low, PetscInt high,
                                       PetscInt *value);
/* An integer that must be the same in the solver that is restored. */
PetscErrorCode MfgStateSame_Private(MfgSolverState state, const char *name, PetscInt value);
PetscErrorCode MfgStateTrail_Private(MfgSolverState state, MfgTrail trail);

#endif
