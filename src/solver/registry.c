/* The solvers, by name. A new solver is one file and one line here. */
#include "solver_impl.h"

extern const MfgSolverClass MfgSolverMfTrpo;

static const MfgSolverClass *const classes[] = {&MfgSolverMfTrpo};

PetscErrorCode MfgSolverGetClasses(PetscInt *count, const MfgSolverClass *const **list)
{
  PetscFunctionBegin;
  *count = (PetscInt)(sizeof(classes) / sizeof(classes[0]));
  *list = classes;
  PetscFunctionReturn(0);
}
