/*
  mf_pso: particle swarm optimisation over policies, without gradients.

  A particle is a table of logits x in [-box, box]^{S×A}; its policy is π_x = softmax_a(x(s,a)/τ). Its fitness
  is the exploitability of that policy, ⟨m, V*_m - J_m^{π_x}⟩ ≥ 0, at m = the population that π_x induces from
  μ_start (`population: induced`), or μ_start after M pushes under π_x (`population: pushes`). μ_start is the
  initial law after M pushes under the initial policy; it never moves, so that a policy has one fitness.

    for p = 0, 1, ...:
      where p > 0, for each particle:   v ← w v + c1 u1 (b - x) + c2 u2 (g - x),   x ← clip(x + v)
      for each particle:                fitness of x;  b ← x where x is the best that this particle has seen
      g ← the best b;  π_{p+1} = π_g and μ_{p+1} = its m

  with u1, u2 ~ U(0,1) anew for each component, and v = 0 in the components that were clipped. g never gets
  worse. Particle 0 starts at the initial policy, the others uniformly in [-spread, spread], all of them at
  rest.

  A particle whose solve fails, or whose population does not settle, has an infinite fitness: nothing is known
  of it. If the solves of all particles of an iteration fail, so does the run; rewards that are not finite end
  it at once.

  Sources: Kennedy and Eberhart (1995); with inertia Shi and Eberhart (1998).
*/
#include <float.h>
#include "baseline.h"
#include "swarm.h"

typedef enum { INDUCED, PUSHES } Population;

typedef struct {
  MfgSwarm    swarm; /* over logits [S, A] */
  PetscReal   temperature;
  Population  population;
  MfgBaseline baseline;   /* M; `pushed` is m of the particle at hand, however it is found */
  Vec         start;      /* μ_start */
  Vec         logits, pi; /* x/τ and π_x of the particle at hand */
  Vec         J, V;       /* at m; the first guesses for the next particle */
  PetscInt    unsolved;   /* particles of this iteration whose solves failed */
} MfPso;

/* A population that moves by more than this in one step is not one that the policy induces. */
static const PetscReal settled = 1e-6;

static const MfgParameterSpec parameters[] = {
    {.key = "particles",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "200",
     .range = "[1,inf)",
     .unit = "",
     .help = "size of the swarm; each particle holds three tables of S x A numbers"},
    {.key = "box",
     .type = MFG_PARAMETER_REAL,
     .preset = "5",
     .range = "(0,inf)",
     .unit = "",
     .help = "logits stay in [-box, box]"},
    {.key = "spread",
     .type = MFG_PARAMETER_REAL,
     .preset = "1",
     .range = "(0,inf)",
     .unit = "",
     .help = "particles other than the first start uniformly in [-spread, spread], at most box"},
    {.key = "temperature",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.2",
     .range = "(0,inf)",
     .unit = "",
     .help = "τ, a particle's policy is softmax(logits/τ)"},
    {.key = "inertia",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.7",
     .range = "[0,1]",
     .unit = "",
     .help = "w, what is kept of the velocity"},
    {.key = "own_pull",
     .type = MFG_PARAMETER_REAL,
     .preset = "1.2",
     .range = "[0,inf)",
     .unit = "",
     .help = "c1, pull to the best place that the particle has seen"},
    {.key = "swarm_pull",
     .type = MFG_PARAMETER_REAL,
     .preset = "1.2",
     .range = "[0,inf)",
     .unit = "",
     .help = "c2, pull to the best place that the swarm has seen"},
    {.key = "population",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "induced",
     .range = "induced|pushes",
     .unit = "",
     .help = "population at which a particle's exploitability is taken: that which it induces, or after M "
             "pushes"},
    {.key = "population_steps",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "20",
     .range = "[1,inf)",
     .unit = "steps",
     .help = "M, pushes of the initial law under the initial policy, and of `population: pushes`"},
    {.key = NULL}};

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscReal own_pull, swarm_pull, box, spread;
  PetscBool given;

  PetscFunctionBegin;
  PetscCall(MfgParametersIsPresent(values, "stop.mean_field_delta", &given));
  if (given)
    PetscCall(
        MfgComplain(complaints, "stop.mean_field_delta",
                    "an iteration of mf_pso that finds no better policy leaves the mean field as it is, "
                    "however far from an equilibrium; expected stop.exploitability, or none"));
  PetscCall(MfgParametersIsPresent(values, "stop.mu_pi_delta", &given));
  if (given)
    PetscCall(
        MfgComplain(complaints, "stop.mu_pi_delta",
                    "the mean field of mf_pso is the population of its policy from the start on; expected "
                    "stop.exploitability, or none"));
  PetscCall(MfgParametersGetReal(values, "box", &box));
  PetscCall(MfgParametersGetReal(values, "spread", &spread));
  if (spread > box)
    PetscCall(MfgComplain(complaints, "spread", "%g is larger than the box, %g; expected at most that",
                          (double)spread, (double)box));
  PetscCall(MfgParametersGetReal(values, "own_pull", &own_pull));
  PetscCall(MfgParametersGetReal(values, "swarm_pull", &swarm_pull));
  if (own_pull == 0 && swarm_pull == 0)
    PetscCall(MfgComplain(complaints, "swarm_pull",
                          "is 0, and own_pull too: no particle would move; expected one of them above 0"));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadParameters(MfgSolver solver, MfPso *pso)
{
  const MfgParameters values = solver->parameters;
  MfgParameters       evaluation;
  PetscInt            population;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(values, "particles", &pso->swarm.count));
  PetscCall(MfgParametersGetReal(values, "box", &pso->swarm.box));
  PetscCall(MfgParametersGetReal(values, "spread", &pso->swarm.spread));
  PetscCall(MfgParametersGetReal(values, "temperature", &pso->temperature));
  PetscCall(MfgParametersGetReal(values, "inertia", &pso->swarm.inertia));
  PetscCall(MfgParametersGetReal(values, "own_pull", &pso->swarm.own_pull));
  PetscCall(MfgParametersGetReal(values, "swarm_pull", &pso->swarm.swarm_pull));
  PetscCall(MfgParametersGetChoice(values, "population", &population));
  pso->population = (Population)population;
  pso->swarm.seed = solver->seed;
  PetscCall(MfgModelGetParameters(solver->model, &evaluation));
  PetscCall(MfgParametersGetReal(evaluation, "tie_tolerance", &pso->swarm.tie));
  PetscFunctionReturn(0);
}

/*
  x of one state with softmax(x/τ) = π: τ log π, shifted so that it lies evenly about 0. Probabilities below
  exp(-2 box/τ) times the largest do not fit into the box and become that.
*/
static void RowOfPolicy(const MfPso *pso, PetscInt A, const PetscScalar pi[], PetscScalar x[])
{
  PetscReal largest = DBL_MIN, smallest = 1, range;

  for (PetscInt a = 0; a < A; a++) {
    largest = PetscMax(largest, PetscRealPart(pi[a]));
    smallest = PetscMin(smallest, PetscMax(PetscRealPart(pi[a]), DBL_MIN));
  }
  range = PetscMin(pso->temperature * PetscLogReal(largest / smallest), 2 * pso->swarm.box);
  for (PetscInt a = 0; a < A; a++) {
    const PetscReal p = PetscMax(PetscRealPart(pi[a]), DBL_MIN);

    x[a] = range / 2 - PetscMin(pso->temperature * PetscLogReal(largest / p), range);
  }
}

static PetscErrorCode PlaceFirst(MfgSolver solver, Vec x)
{
  const MfPso       *pso = (const MfPso *)solver->data;
  const PetscScalar *pi;
  PetscScalar       *logits;
  PetscInt           n, A;

  PetscFunctionBegin;
  PetscCall(VecGetBlockSize(solver->pi, &A));
  PetscCall(VecGetLocalSize(solver->mu, &n));
  PetscCall(VecGetArrayRead(solver->pi, &pi));
  PetscCall(VecGetArrayWrite(x, &logits));
  for (PetscInt i = 0; i < n; i++) RowOfPolicy(pso, A, &pi[i * A], &logits[i * A]);
  PetscCall(VecRestoreArrayWrite(x, &logits));
  PetscCall(VecRestoreArrayRead(solver->pi, &pi));
  PetscFunctionReturn(0);
}

static PetscErrorCode CreateSwarm(MfgSolver solver)
{
  MfPso *pso = (MfPso *)solver->data;
  Vec    first;

  PetscFunctionBegin;
  PetscCall(VecDuplicate(solver->pi, &first));
  PetscCall(PlaceFirst(solver, first));
  PetscCall(MfgSwarmCreate_Private(&pso->swarm, first));
  PetscCall(VecDestroy(&first));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgSolver solver)
{
  MfPso *pso;

  PetscFunctionBegin;
  PetscCall(PetscNew(&pso));
  solver->data = pso;
  PetscCall(ReadParameters(solver, pso));
  PetscCall(CreateSwarm(solver));
  PetscCall(VecDuplicate(solver->pi, &pso->logits));
  PetscCall(VecDuplicate(solver->pi, &pso->pi));
  PetscCall(VecDuplicate(solver->mu, &pso->start));
  PetscCall(VecDuplicate(solver->mu, &pso->J));
  PetscCall(VecDuplicate(solver->mu, &pso->V));
  PetscCall(VecSet(pso->J, 0));
  PetscCall(VecSet(pso->V, 0));
  PetscCall(MfgBaselineSetUp_Private(solver, &pso->baseline));
  PetscCall(VecCopy(solver->mu, pso->start));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(MfgSolver solver)
{
  MfPso *pso = (MfPso *)solver->data;

  PetscFunctionBegin;
  if (!pso) PetscFunctionReturn(0);
  PetscCall(MfgSwarmDestroy_Private(&pso->swarm));
  PetscCall(VecDestroy(&pso->start));
  PetscCall(VecDestroy(&pso->pi));
  PetscCall(MfgBaselineDestroy_Private(&pso->baseline));
  PetscCall(VecDestroy(&pso->logits));
  PetscCall(VecDestroy(&pso->J));
  PetscCall(VecDestroy(&pso->V));
  PetscCall(PetscFree(solver->data));
  PetscFunctionReturn(0);
}

static PetscErrorCode State(MfgSolver solver, MfgSolverState state)
{
  MfPso *pso = (MfPso *)solver->data;

  PetscFunctionBegin;
  PetscCall(MfgSwarmState_Private(&pso->swarm, state));
  PetscCall(MfgStateVec_Private(state, "start", pso->start));
  PetscCall(MfgStateVec_Private(state, "J", pso->J));
  PetscCall(MfgStateVec_Private(state, "V", pso->V));
  PetscFunctionReturn(0);
}

/* π_x */
static PetscErrorCode PolicyOf(const MfPso *pso, Vec x, Vec pi)
{
  PetscFunctionBegin;
  PetscCall(VecCopy(x, pso->logits));
  PetscCall(VecScale(pso->logits, 1 / pso->temperature));
  PetscCall(MfgSoftmax_Private(pso->logits, pi));
  PetscFunctionReturn(0);
}

/* m of the policy held; `known` false: it does not settle. */
static PetscErrorCode FindPopulation(MfgSolver solver, PetscBool *known)
{
  const MfPso *pso = (const MfPso *)solver->data;
  MfgSolve     solve;

  PetscFunctionBegin;
  *known = PETSC_TRUE;
  PetscCall(VecCopy(pso->start, pso->baseline.pushed));
  if (pso->population == PUSHES) {
    PetscCall(MfgModelFlow(solver->model, pso->baseline.steps, pso->baseline.pushed));
  } else {
    PetscCall(MfgModelInducedMeanField(solver->model, pso->baseline.pushed, &solve));
    solver->linear_iterations += solve.linear_iterations;
    *known = solve.residual <= settled ? PETSC_TRUE : PETSC_FALSE;
  }
  PetscFunctionReturn(0);
}

/* ⟨m, V* - J⟩ of the policy held, at m. */
static PetscErrorCode Exploitability(MfgSolver solver, PetscReal *fitness)
{
  const MfPso   *pso = (const MfPso *)solver->data;
  const MfgModel model = solver->model;
  MfgSolve       evaluation, response;
  MfgFailure     failure;
  PetscScalar    value, optimal;

  PetscFunctionBegin;
  PetscCall(MfgModelSetMeanField(model, pso->baseline.pushed));
  PetscCall(MfgModelEvaluate(model, 0, pso->J, &evaluation));
  PetscCall(MfgModelBestResponse(model, pso->V, NULL, &response));
  PetscCall(MfgModelGetFailureKind(model, &failure));
  if (failure != MFG_NO_FAILURE) PetscFunctionReturn(0);
  MfgSolverCount_Private(solver, &evaluation);
  solver->linear_iterations += response.linear_iterations;
  PetscCall(VecDot(pso->J, pso->baseline.pushed, &value));
  PetscCall(VecDot(pso->V, pso->baseline.pushed, &optimal));
  *fitness = PetscRealPart(optimal - value);
  PetscFunctionReturn(0);
}

/*
  The fitness of a place. A failed solve stays marked on the model until the next particle, so that it ends
  the run if there is none to come that can be solved.
*/
static PetscErrorCode FindFitness(MfgSolver solver, Vec x, PetscReal *fitness)
{
  MfPso     *pso = (MfPso *)solver->data;
  MfgFailure failure;
  PetscBool  known;

  PetscFunctionBegin;
  *fitness = PETSC_INFINITY;
  PetscCall(MfgModelClearFailure(solver->model));
  PetscCall(PolicyOf(pso, x, pso->pi));
  PetscCall(MfgModelSetPolicy(solver->model, pso->pi));
  PetscCall(FindPopulation(solver, &known));
  if (known) PetscCall(Exploitability(solver, fitness));
  PetscCall(MfgModelGetFailureKind(solver->model, &failure));
  if (failure == MFG_NO_FAILURE) PetscFunctionReturn(0);
  pso->unsolved++;
  PetscCall(VecSet(pso->J, 0)); /* a failed solve leaves nothing that could be a first guess */
  PetscCall(VecSet(pso->V, 0));
  PetscFunctionReturn(0);
}

static PetscErrorCode Iterate(MfgSolver solver)
{
  MfPso     *pso = (MfPso *)solver->data;
  MfgFailure failure = MFG_NO_FAILURE;

  PetscFunctionBegin;
  PetscCall(MfgStageBegin(MFG_STAGE_IMPROVE));
  if (solver->iteration > 0) PetscCall(MfgSwarmMove_Private(&pso->swarm, solver->iteration));
  PetscCall(MfgStageEnd(MFG_STAGE_IMPROVE));
  pso->unsolved = 0;
  for (PetscInt i = 0; i < pso->swarm.count && failure != MFG_FAILURE_NOT_FINITE; i++) {
    PetscReal fitness;
    PetscBool leads;

    PetscCall(FindFitness(solver, pso->swarm.particles[i].x, &fitness));
    PetscCall(MfgSwarmTell_Private(&pso->swarm, i, fitness, &leads));
    if (leads) PetscCall(VecCopy(pso->pi, solver->pi));
    if (leads) PetscCall(VecCopy(pso->baseline.pushed, solver->mu));
    PetscCall(MfgModelGetFailureKind(solver->model, &failure));
  }
  if (failure == MFG_FAILURE_SOLVE && pso->unsolved < pso->swarm.count)
    PetscCall(MfgModelClearFailure(solver->model));
  PetscFunctionReturn(0);
}

const MfgSolverClass MfgSolverMfPso = {.name = "mf_pso",
                                       .summary =
                                           "particle swarm over policies that minimises exploitability",
                                       .parameters = parameters,
                                       .repeats = "particles",
                                       .random = PETSC_TRUE,
                                       .use = {.state_vecs = 4,
                                               .pair_vecs = 2,
                                               .repeated_pair_vecs = 3,
                                               .evaluation = PETSC_TRUE,
                                               .best_response = PETSC_TRUE,
                                               .induced_population = PETSC_TRUE},
                                       .check = Check,
                                       .setup = SetUp,
                                       .iterate = Iterate,
                                       .state = State,
                                       .destroy = Destroy};
