/*
  mf_trpo: exact MF-TRPO.

    for p = 0, 1, ...:
      for k = 0..K-1, at μ_p held:  J ← evaluate π_k with entropy η;  q ← backup J;
                                    π_{k+1}(a|s) ∝ π_k(a|s) exp((q(s,a) - η log π_k(a|s)) / (η (k+2)))
      μ_{p+1} = μ_p + β_p (μ_p (P^{π_{p+1}})^M - μ_p)

  The step is taken in logits ℓ = log π, where it is a running average: ℓ_{k+1} = (k+1)/(k+2) ℓ_k + q_k/(η
  (k+2)).

  Source: Ocello, Tiapkin, Mancini, Laurière, Moulines, arXiv 2505.22781, with the sign of the entropy term
  for rewards and one temperature η.
*/
#include <float.h>
#include "state.h"

typedef enum { CONSTANT, HARMONIC, POLYNOMIAL } Schedule;

typedef struct {
  PetscReal eta, beta, power;
  Schedule  schedule;
  PetscInt  inner_iterations, population_steps;
  Vec       logits, q; /* [S, A] */
  Vec       J;         /* of the last policy; the next first guess */
  MfgTrail  trail;     /* of J */
  Vec       pushed;    /* μ_p P^M */
} MfTrpo;

static const MfgParameterSpec parameters[] = {
    {.key = "eta",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.5",
     .range = "(0,inf)",
     .unit = "reward",
     .help = "temperature η of the entropy"},
    {.key = "beta.value",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.1",
     .range = "(0,1]",
     .shorthand = PETSC_TRUE,
     .unit = "",
     .help = "weight β of the pushed population in the update of μ"},
    {.key = "beta.schedule",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "constant",
     .range = "constant|harmonic|polynomial",
     .unit = "",
     .help = "β_p = β, β/(p+1) or β/(p+1)^power"},
    {.key = "beta.power",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.5",
     .range = "(0,inf)",
     .unit = "",
     .help = "exponent of the polynomial schedule"},
    {.key = "inner_iterations",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "10",
     .range = "[1,inf)",
     .unit = "",
     .help = "K, policy updates at each mean field"},
    {.key = "population_steps",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "20",
     .range = "[1,inf)",
     .unit = "steps",
     .help = "M, pushes of μ under the new policy"},
    {.key = NULL}};

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscFunctionBegin;
  PetscCall(MfgParametersCheckBelongs(values, "beta.power", "beta.schedule", "polynomial", complaints));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadParameters(MfgParameters values, MfTrpo *trpo)
{
  PetscInt schedule;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetReal(values, "eta", &trpo->eta));
  PetscCall(MfgParametersGetReal(values, "beta.value", &trpo->beta));
  PetscCall(MfgParametersGetReal(values, "beta.power", &trpo->power));
  PetscCall(MfgParametersGetInteger(values, "inner_iterations", &trpo->inner_iterations));
  PetscCall(MfgParametersGetInteger(values, "population_steps", &trpo->population_steps));
  PetscCall(MfgParametersGetChoice(values, "beta.schedule", &schedule));
  trpo->schedule = (Schedule)schedule;
  PetscFunctionReturn(0);
}

/*
  ℓ = log π_0. An action of probability zero could never come back; it counts as the smallest number there is.
*/
static PetscErrorCode StartLogits(Vec pi, Vec logits)
{
  const PetscScalar *p;
  PetscScalar       *l;
  PetscInt           n;

  PetscFunctionBegin;
  PetscCall(VecGetLocalSize(pi, &n));
  PetscCall(VecGetArrayRead(pi, &p));
  PetscCall(VecGetArrayWrite(logits, &l));
  for (PetscInt i = 0; i < n; i++) l[i] = PetscLogReal(PetscMax(PetscRealPart(p[i]), DBL_MIN));
  PetscCall(VecRestoreArrayWrite(logits, &l));
  PetscCall(VecRestoreArrayRead(pi, &p));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgSolver solver)
{
  MfTrpo *trpo;

  PetscFunctionBegin;
  PetscCall(PetscNew(&trpo));
  solver->data = trpo;
  PetscCall(ReadParameters(solver->parameters, trpo));
  solver->eta = trpo->eta;
  PetscCall(VecDuplicate(solver->pi, &trpo->logits));
  PetscCall(VecDuplicate(solver->pi, &trpo->q));
  PetscCall(VecDuplicate(solver->mu, &trpo->J));
  PetscCall(VecDuplicate(solver->mu, &trpo->pushed));
  PetscCall(MfgTrailCreate(solver->model, &trpo->trail));
  PetscCall(VecSet(trpo->J, 0));
  PetscCall(StartLogits(solver->pi, trpo->logits));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(MfgSolver solver)
{
  MfTrpo *trpo = (MfTrpo *)solver->data;

  PetscFunctionBegin;
  if (!trpo) PetscFunctionReturn(0);
  PetscCall(VecDestroy(&trpo->logits));
  PetscCall(VecDestroy(&trpo->q));
  PetscCall(VecDestroy(&trpo->J));
  PetscCall(VecDestroy(&trpo->pushed));
  PetscCall(MfgTrailDestroy(&trpo->trail));
  PetscCall(PetscFree(solver->data));
  PetscFunctionReturn(0);
}

static PetscErrorCode State(MfgSolver solver, MfgSolverState state)
{
  MfTrpo *trpo = (MfTrpo *)solver->data;

  PetscFunctionBegin;
  PetscCall(MfgStateVec_Private(state, "logits", trpo->logits));
  PetscCall(MfgStateVec_Private(state, "J", trpo->J));
  PetscCall(MfgStateTrail_Private(state, trpo->trail));
  PetscFunctionReturn(0);
}

/* ℓ ← (k+1)/(k+2) ℓ + q/(η (k+2)), and π from it. */
static PetscErrorCode MirrorStep(MfgSolver solver, PetscInt k)
{
  MfTrpo *trpo = (MfTrpo *)solver->data;

  PetscFunctionBegin;
  PetscCall(MfgStageBegin(MFG_STAGE_IMPROVE));
  PetscCall(VecAXPBY(trpo->logits, 1 / (trpo->eta * (k + 2.0)), (k + 1.0) / (k + 2.0), trpo->q));
  PetscCall(MfgSoftmax_Private(trpo->logits, solver->pi));
  PetscCall(MfgStageEnd(MFG_STAGE_IMPROVE));
  PetscFunctionReturn(0);
}

static PetscReal BetaAt(const MfTrpo *trpo, PetscInt p)
{
  switch (trpo->schedule) {
  case HARMONIC:
    return trpo->beta / (PetscReal)(p + 1);
  case POLYNOMIAL:
    return trpo->beta / PetscPowReal((PetscReal)(p + 1), trpo->power);
  default:
    return trpo->beta;
  }
}

static PetscErrorCode Iterate(MfgSolver solver)
{
  MfTrpo         *trpo = (MfTrpo *)solver->data;
  const MfgModel  model = solver->model;
  const PetscReal beta = BetaAt(trpo, solver->iteration);

  PetscFunctionBegin;
  PetscCall(MfgModelSetMeanField(model, solver->mu));
  for (PetscInt k = 0; k < trpo->inner_iterations; k++) {
    MfgSolve solve;

    PetscCall(MfgModelSetPolicy(model, solver->pi));
    PetscCall(MfgModelEvaluateNext(model, trpo->eta, trpo->trail, trpo->J, &solve));
    MfgSolverCount_Private(solver, &solve);
    PetscCall(MfgModelBackup(model, trpo->J, trpo->q));
    PetscCall(MirrorStep(solver, k));
  }
  PetscCall(MfgModelSetPolicy(model, solver->pi));
  PetscCall(VecCopy(solver->mu, trpo->pushed));
  PetscCall(MfgModelPush(model, trpo->population_steps, trpo->pushed));
  PetscCall(VecAXPBY(solver->mu, beta, 1 - beta, trpo->pushed));
  PetscFunctionReturn(0);
}

const MfgSolverClass MfgSolverMfTrpo = {
    .name = "mf_trpo",
    .summary = "exact mean-field trust-region policy optimisation",
    .parameters = parameters,
    .regularised = PETSC_TRUE,
    .repeats = "inner_iterations",
    .use = {.state_vecs = 2, .pair_vecs = 2, .trails = 1, .evaluation = PETSC_TRUE},
    .check = Check,
    .setup = SetUp,
    .iterate = Iterate,
    .state = State,
    .destroy = Destroy};
