/*
  A game of one's own, solved through the public headers of an installed throng.

  Three places; an action names the place where one will be next. Being at place s pays
      r(s, a, μ) = b(s) - c μ(s),
  with b the appeal of a place and c the dislike of a crowd. The next place depends on the action alone, so
  the regularised best response at μ is π(a|s) ∝ exp(γ V(a) / η) with V(s) = b(s) - c μ(s) + a constant, and
  the population that a policy of this form induces is the policy itself. Hence a law p is the equilibrium
  exactly if p(s) ∝ exp(γ (b(s) - c p(s)) / η), and b(s) = c p(s) + (η/γ) log p(s) makes any p > 0 the truth.
  This program chooses p and asks for it back.
*/
#include <slepcsys.h>
#include <throng/throng.h>

#define PLACES 3

typedef struct {
  PetscReal crowding;
  PetscReal appeal[PLACES];
} ThreePlaces;

static const MfgParameterSpec three_places_parameters[] = {
    {.key = "crowding",
     .type = MFG_PARAMETER_REAL,
     .preset = "1",
     .range = "[0,inf)",
     .unit = "reward",
     .help = "c"},
    {.key = "appeal",
     .type = MFG_PARAMETER_REALS,
     .length = PLACES,
     .required = PETSC_TRUE,
     .unit = "reward",
     .help = "b"},
    {.key = NULL},
};

static PetscErrorCode ThreePlacesSetUp(MfgGame game, MfgParameters parameters)
{
  ThreePlaces *places;
  PetscInt     length;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&places));
  PetscCall(MfgGameSetData(game, places));
  PetscCall(MfgParametersGetReal(parameters, "crowding", &places->crowding));
  PetscCall(MfgParametersGetReals(parameters, "appeal", PLACES, &length, places->appeal));
  PetscCall(MfgGameSetSizes(game, PLACES, PLACES, 1));
  PetscFunctionReturn(0);
}

static PetscErrorCode ThreePlacesTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                             PetscInt *count, PetscInt next[], PetscReal p[])
{
  PetscFunctionBeginUser;
  (void)game;
  (void)s;
  (void)mu;
  *count = 1;
  next[0] = a;
  p[0] = 1.0;
  PetscFunctionReturn(0);
}

static PetscErrorCode ThreePlacesRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  ThreePlaces *places;

  PetscFunctionBeginUser;
  PetscCall(MfgGameGetData(game, &places));
  for (PetscInt s = mu->begin; s < mu->end; s++) {
    for (PetscInt a = 0; a < PLACES; a++) {
      r[(s - mu->begin) * PLACES + a] = places->appeal[s] - places->crowding * MfgMeanFieldAt(mu, s);
    }
  }
  PetscFunctionReturn(0);
}

static const MfgGameClass three_places = {
    .name = "three_places",
    .summary = "three places, of which the crowded ones please less",
    .parameters = three_places_parameters,
    .setup = ThreePlacesSetUp,
    .transitions = ThreePlacesTransitions,
    .rewards = ThreePlacesRewards,
};

/* The largest distance of a row of pi, and of mu, from the law p. */
static PetscErrorCode DistanceFromTruth(Vec mu, Vec pi, const PetscReal p[], PetscReal *distance)
{
  Vec                vecs[2] = {mu, pi};
  const PetscScalar *values;
  PetscInt           begin, end;
  PetscReal          mine = 0.0;

  PetscFunctionBeginUser;
  for (PetscInt v = 0; v < 2; v++) {
    PetscCall(VecGetOwnershipRange(vecs[v], &begin, &end));
    PetscCall(VecGetArrayRead(vecs[v], &values));
    for (PetscInt i = begin; i < end; i++) {
      mine = PetscMax(mine, PetscAbsReal(PetscRealPart(values[i - begin]) - p[i % PLACES]));
    }
    PetscCall(VecRestoreArrayRead(vecs[v], &values));
  }
  PetscCallMPI(MPI_Allreduce(&mine, distance, 1, MPIU_REAL, MPIU_MAX, PETSC_COMM_WORLD));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  const PetscReal p[PLACES] = {0.5, 0.3, 0.2}, c = 1.0, eta = 0.5, gamma = 0.9;
  char            appeal[128];
  PetscReal       distance;
  MfgGame         game;
  MfgModel        model;
  MfgSolver       solver;
  MfgSolverReason reason;
  const char     *why;
  Vec             mu, pi;

  PetscFunctionBeginUser;
  PetscCall(SlepcInitialize(&argc, &argv, NULL, NULL));
  PetscCall(PetscSNPrintf(appeal, sizeof(appeal), "[%.17g, %.17g, %.17g]",
                          (double)(c * p[0] + eta / gamma * PetscLogReal(p[0])),
                          (double)(c * p[1] + eta / gamma * PetscLogReal(p[1])),
                          (double)(c * p[2] + eta / gamma * PetscLogReal(p[2]))));
  PetscCall(MfgGameRegister(&three_places));
  PetscCall(MfgGameCreate(&game));
  PetscCall(MfgGameSetType(game, "three_places", NULL));
  PetscCall(MfgGameSetParameter(game, "appeal", appeal));
  PetscCall(MfgGameSetParameter(game, "discount", "0.9"));
  PetscCall(MfgGameSetUp(game));

  PetscCall(MfgModelCreate(PETSC_COMM_WORLD, &model));
  PetscCall(MfgModelSetGame(model, game));
  PetscCall(MfgModelSetUp(model));

  PetscCall(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  PetscCall(MfgSolverSetType(solver, "mf_trpo", NULL));
  PetscCall(MfgSolverSetParameter(solver, "eta", "0.5"));
  PetscCall(MfgSolverSetParameter(solver, "beta", "0.3"));
  PetscCall(MfgSolverSetParameter(solver, "inner_iterations", "10"));
  PetscCall(MfgSolverSetParameter(solver, "outer_iterations", "500"));
  PetscCall(MfgSolverSetParameter(solver, "stop.regularised_exploitability", "1e-12"));
  PetscCall(MfgSolverSetModel(solver, model));
  PetscCall(MfgSolverSetUp(solver, NULL));
  PetscCall(MfgSolverSolve(solver));

  PetscCall(MfgSolverGetReason(solver, &reason, &why));
  PetscCall(MfgSolverGetIterate(solver, &mu, &pi));
  PetscCall(DistanceFromTruth(mu, pi, p, &distance));
  PetscCall(
      PetscPrintf(PETSC_COMM_WORLD, "%s\nlargest distance from the truth: %g\n", why, (double)distance));
  PetscCheck(reason == MFG_CONVERGED_REGULARISED_EXPLOITABILITY, PETSC_COMM_WORLD, PETSC_ERR_LIB, "%s", why);
  PetscCheck(distance < 1.0e-6, PETSC_COMM_WORLD, PETSC_ERR_LIB, "this is not the equilibrium");

  PetscCall(MfgSolverDestroy(&solver));
  PetscCall(MfgModelDestroy(&model));
  PetscCall(MfgGameDestroy(&game));
  PetscCall(SlepcFinalize());
  return 0;
}
