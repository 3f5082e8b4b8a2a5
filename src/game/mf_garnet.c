/*
  mf_garnet: a random game. Every (s, a) has b distinct successors, uniform without replacement, with
  Dirichlet(1) weights P0. With c_p, ρ_p, c_r, ρ_r ~ U(0,1) and C, R0, M of independent N(0,1):

    dynamics  additive        w(s') = max(0, c_p P0(s') + ρ_p Σ_y C(s,a,s',y) μ(y))
              multiplicative  w(s') = P0(s') max(0, c_p + ρ_p Σ_y C(s,a,s',y) μ(y))
              p = w / Σ w; P0 where Σ w = 0
    reward    additive        r = c_r R0(s,a) + ρ_r (Mμ)_s
              multiplicative  r = R0(s,a) (c_r + ρ_r (Mμ)_s)
    M         potential ½(M + Mᵀ), cyclic ½(M - Mᵀ)

  coupled_states c < S: the sum over y runs over c random states, distinct, drawn for each (s,a,s') alone; and
  (Mμ)_s over the c states s + d (mod S), d of a random set of c offsets, shared by all s, that holds with
  each d its negative, so that M stays (anti)symmetric. Nothing is rescaled: for μ near uniform the couplings
  weaken like sqrt(c)/S.

  Source: Garnet problems (Archibald, McKinnon, Thomas 1995) with a mean field, as in public benchmarks of
  mean-field games. Their additive dynamics are dense over all states; here w lives on the b successors.

  The tables are drawn once and kept. In bytes per state, for 4-byte indices, over all ranks:
  A b (12 c + 20) + 8 c + 8 A + 8 for c < S, and A b (8 S + 20) + 8 S + 8 A + 8 for c = S.
*/
#include "mf_garnet.h"

static const MfgParameterSpec parameters[] = {
    {.key = "states",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "100",
     .range = "[1,inf)",
     .unit = "",
     .help = "S"},
    {.key = "actions",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "6",
     .range = "[1,inf)",
     .unit = "",
     .help = "A"},
    {.key = "branching",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "6",
     .range = "[1,inf)",
     .unit = "",
     .help = "b: how many successors every (s, a) has; at most S"},
    {.key = "dynamics",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "additive",
     .range = "additive|multiplicative",
     .unit = "",
     .help = "how Σ_y C μ(y) enters the transitions: c_p P0 + ρ_p ΣCμ, or P0 (c_p + ρ_p ΣCμ)"},
    {.key = "reward",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "additive",
     .range = "additive|multiplicative",
     .unit = "",
     .help = "how Mμ enters the reward: c_r R0 + ρ_r Mμ, or R0 (c_r + ρ_r Mμ)"},
    {.key = "interaction",
     .type = MFG_PARAMETER_CHOICE,
     .preset = "potential",
     .range = "potential|cyclic",
     .unit = "",
     .help = "M is made symmetric, ½(M+Mᵀ), or antisymmetric, ½(M-Mᵀ)"},
    {.key = "coupled_states",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "0",
     .range = "[0,inf)",
     .unit = "",
     .help =
         "c: how many states y each ΣCμ and (Mμ)_s sees; 0: all. Memory: 12 S A b c bytes; all: 8 S² A b"},
    {.key = "seed",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "1",
     .range = "[0,inf)",
     .unit = "",
     .help = "which game; the seed of the run is another one and does not change the game"},
    {.key = NULL}};

static PetscErrorCode CheckAtMostStates(MfgParameters values, const char *key, PetscInt states,
                                        const MfgComplaints *complaints)
{
  PetscInt value;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(values, key, &value));
  if (value > states)
    PetscCall(MfgComplain(complaints, key,
                          "%" PetscInt_FMT
                          " is more than the game has states; expected at most %" PetscInt_FMT,
                          value, states));
  PetscFunctionReturn(0);
}

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscInt states, actions;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(values, "states", &states));
  PetscCall(MfgParametersGetInteger(values, "actions", &actions));
  if ((double)states * (double)actions > (double)PETSC_MAX_INT)
    PetscCall(MfgComplain(complaints, "states",
                          "%" PetscInt_FMT " states with %" PetscInt_FMT
                          " actions need a PETSc with 64-bit indices",
                          states, actions));
  PetscCall(CheckAtMostStates(values, "branching", states, complaints));
  PetscCall(CheckAtMostStates(values, "coupled_states", states, complaints));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  Garnet  *garnet;
  PetscInt dynamics, reward, interaction;

  PetscFunctionBegin;
  PetscCall(PetscNew(&garnet));
  PetscCall(MfgGameSetData(game, garnet));
  PetscCall(MfgParametersGetInteger(values, "states", &garnet->states));
  PetscCall(MfgParametersGetInteger(values, "actions", &garnet->actions));
  PetscCall(MfgParametersGetInteger(values, "branching", &garnet->branching));
  PetscCall(MfgParametersGetInteger(values, "coupled_states", &garnet->coupled));
  PetscCall(MfgParametersGetInteger(values, "seed", &garnet->seed));
  PetscCall(MfgParametersGetChoice(values, "dynamics", &dynamics));
  PetscCall(MfgParametersGetChoice(values, "reward", &reward));
  PetscCall(MfgParametersGetChoice(values, "interaction", &interaction));
  garnet->dynamics = (GarnetForm)dynamics;
  garnet->reward = (GarnetForm)reward;
  garnet->interaction = (GarnetInteraction)interaction;
  if (!garnet->coupled) garnet->coupled = garnet->states;
  PetscCall(MfgGarnetDrawShared_Private(garnet));
  PetscCall(MfgGameSetSizes(game, garnet->states, garnet->actions, garnet->branching));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_GLOBAL, MFG_COUPLING_GLOBAL));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(void *data)
{
  Garnet *garnet = (Garnet *)data;

  PetscFunctionBegin;
  if (garnet) {
    PetscCall(MfgGarnetFreeTables_Private(garnet));
    PetscCall(PetscFree(garnet->offsets));
    PetscCall(PetscBTDestroy(&garnet->chosen));
  }
  PetscCall(PetscFree(garnet));
  PetscFunctionReturn(0);
}

/* Σ_y C(s,a,s',y) μ(y) of transition t of this rank */
static PetscReal Drift(const Garnet *garnet, size_t t, const PetscReal mu[])
{
  const size_t     c = (size_t)garnet->coupled;
  const PetscReal *C = garnet->C + t * c;
  PetscReal        sum = 0;

  if (garnet->columns) {
    const PetscInt *columns = garnet->columns + t * c;

    for (size_t j = 0; j < c; j++) sum += C[j] * mu[columns[j]];
  } else {
    for (size_t j = 0; j < c; j++) sum += C[j] * mu[j];
  }
  return sum;
}

/* (Mμ)_s */
static PetscReal Field(const Garnet *garnet, PetscInt s, const PetscReal mu[])
{
  const PetscInt   S = garnet->states, c = garnet->coupled;
  const PetscReal *M = garnet->M + (size_t)(s - garnet->begin) * (size_t)c;
  PetscReal        sum = 0;

  for (PetscInt j = 0; j < c; j++) {
    PetscInt y = j;

    if (garnet->offsets) /* s + offset may be beyond the largest index */
      y = garnet->offsets[j] < S - s ? s + garnet->offsets[j] : s - (S - garnet->offsets[j]);
    sum += M[j] * mu[y];
  }
  return sum;
}

static PetscErrorCode Prepare(MfgGame game, const MfgMeanField *mu)
{
  const PetscInt n = mu->end - mu->begin;
  Garnet        *garnet;
  size_t         transitions;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &garnet));
  PetscCall(MfgGarnetDrawTables_Private(garnet, mu->begin, mu->end));
  transitions = (size_t)n * (size_t)garnet->actions * (size_t)garnet->branching;
  for (size_t t = 0; t < transitions; t++) garnet->drift[t] = Drift(garnet, t, mu->all);
  for (PetscInt i = 0; i < n; i++) garnet->field[i] = Field(garnet, mu->begin + i, mu->all);
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  Garnet   *garnet;
  size_t    first;
  PetscReal sum = 0;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &garnet));
  *count = garnet->branching;
  if (!mu) {
    PetscCall(MfgGarnetDrawSuccessors_Private(garnet, s, a, next));
    PetscFunctionReturn(0);
  }
  first = ((size_t)(s - garnet->begin) * (size_t)garnet->actions + (size_t)a) * (size_t)garnet->branching;
  for (PetscInt k = 0; k < garnet->branching; k++) {
    const PetscReal p0 = garnet->p0[first + (size_t)k],
                    drift = garnet->rho_p * garnet->drift[first + (size_t)k];

    next[k] = garnet->next[first + (size_t)k];
    p[k] = garnet->dynamics == GARNET_ADDITIVE ? PetscMax(0, garnet->c_p * p0 + drift)
                                               : p0 * PetscMax(0, garnet->c_p + drift);
    sum += p[k];
  }
  for (PetscInt k = 0; k < garnet->branching; k++)
    p[k] = sum > 0 ? p[k] / sum : garnet->p0[first + (size_t)k];
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  Garnet  *garnet;
  PetscInt A;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &garnet));
  A = garnet->actions;
  for (PetscInt i = 0; i < mu->end - mu->begin; i++) {
    const PetscReal field = garnet->rho_r * garnet->field[i];

    for (PetscInt a = 0; a < A; a++) {
      const PetscReal R0 = garnet->R0[i * A + a];

      r[i * A + a] =
          garnet->reward == GARNET_ADDITIVE ? garnet->c_r * R0 + field : R0 * (garnet->c_r + field);
    }
  }
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameGarnet = {.name = "mf_garnet",
                                    .summary =
                                        "random transitions and rewards that see all of the mean field",
                                    .parameters = parameters,
                                    .check = Check,
                                    .setup = SetUp,
                                    .prepare = Prepare,
                                    .transitions = Transitions,
                                    .rewards = Rewards,
                                    .destroy = Destroy};
