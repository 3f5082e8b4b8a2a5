/* The solvers, by name. A new solver is one file and one line here. */
#include "solver_impl.h"

extern const MfgSolverClass MfgSolverFictitiousPlay;
extern const MfgSolverClass MfgSolverFixedPolicy;
extern const MfgSolverClass MfgSolverMfPso;
extern const MfgSolverClass MfgSolverMfTrpo;
extern const MfgSolverClass MfgSolverOnlineMirrorDescent;
extern const MfgSolverClass MfgSolverPolicyIteration;

static const MfgSolverClass *const classes[] = {
    &MfgSolverMfTrpo,          &MfgSolverFictitiousPlay, &MfgSolverOnlineMirrorDescent,
    &MfgSolverPolicyIteration, &MfgSolverMfPso,          &MfgSolverFixedPolicy};

PetscErrorCode MfgSolverGetClasses(PetscInt *count, const MfgSolverClass *const **list)
{
  PetscFunctionBegin;
  *count = (PetscInt)(sizeof(classes) / sizeof(classes[0]));
  *list = classes;
  PetscFunctionReturn(0);
}
