/*
  fixed_policy: measures one policy and one mean field, and changes neither.

  The policy is `initial_policy`, the mean field the initial law of the game. There is no iteration, and so no
  limit of them, no stop rule and no delta: the record has row 0 alone.
*/
#include "solver_impl.h"

static const MfgParameterSpec parameters[] = {
    {.key = "eta",
     .type = MFG_PARAMETER_REAL,
     .range = "(0,inf)",
     .unit = "reward",
     .help = "temperature η of regularised exploitability; without it there is none"},
    {.key = NULL}};

static PetscErrorCode SetUp(MfgSolver solver)
{
  PetscBool present;

  PetscFunctionBegin;
  PetscCall(MfgParametersIsPresent(solver->parameters, "eta", &present));
  if (present) PetscCall(MfgParametersGetReal(solver->parameters, "eta", &solver->eta));
  PetscFunctionReturn(0);
}

const MfgSolverClass MfgSolverFixedPolicy = {.name = "fixed_policy",
                                             .summary = "evaluates a given policy, without iterations",
                                             .parameters = parameters,
                                             .regularised = PETSC_TRUE,
                                             .setup = SetUp};
