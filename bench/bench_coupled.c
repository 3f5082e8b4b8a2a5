/*
  What it costs that transitions depend on μ, in products with P^π measured in the same run: holding the model
  at a new μ, and a push that follows μ, beside a push with P held.

    mpirun -n 2 bench_coupled [-kinetic_size 501] [-garnet_states 1000] [-garnet_coupled_states 50]
*/
#include "measure.h"

static const char help[] = "Costs of transitions that depend on the mean field, in products with P^π.\n";

/* At the initial law. The keys and values end with NULL. */
static PetscErrorCode SettingOf(const char *type, const char *const keys[], Setting *setting)
{
  PetscFunctionBeginUser;
  PetscCall(MfgGameCreate(&setting->game));
  PetscCall(MfgGameSetType(setting->game, type, NULL));
  for (int i = 0; keys[i]; i += 2) PetscCall(MfgGameSetParameter(setting->game, keys[i], keys[i + 1]));
  PetscCall(MfgGameSetUp(setting->game));
  PetscCall(MfgGameGetDiscount(setting->game, &setting->discount));
  PetscCall(MfgModelCreate(PETSC_COMM_WORLD, &setting->model));
  PetscCall(MfgModelSetGame(setting->model, setting->game));
  PetscCall(MfgModelSetUp(setting->model));
  PetscCall(MfgModelCreateStateVec(setting->model, &setting->mu));
  PetscCall(MfgModelGetInitialMeanField(setting->model, setting->mu, NULL));
  PetscCall(MfgModelSetMeanField(setting->model, setting->mu));
  PetscFunctionReturn(0);
}

static PetscErrorCode Print(const char *what, double seconds, const Units *units, double pairs)
{
  PetscFunctionBeginUser;
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "  %-20s %9.6f s  %7.1f products  %6.1f ns per (s, a)\n", what,
                        seconds, seconds / units->product, 1e9 * seconds / pairs));
  PetscFunctionReturn(0);
}

static PetscErrorCode Measure(const char *type, const char *const keys[])
{
  enum { REPEATS = 20 };
  Setting  setting;
  Units    units;
  PetscInt states, actions;
  Vec      pi;
  double   start, end, pairs;

  PetscFunctionBeginUser;
  PetscCall(SettingOf(type, keys, &setting));
  PetscCall(MeasureUnits(&setting, &units));
  PetscCall(MfgGameGetSizes(setting.game, &states, &actions));
  pairs = (double)states * (double)actions;
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "%s, %" PetscInt_FMT " states, %" PetscInt_FMT " actions\n", type,
                        states, actions));
  PetscCall(Print("product with P", units.product, &units, pairs));
  PetscCall(MfgModelCreateStateActionVec(setting.model, &pi));
  PetscCall(MfgPolicySetUniform(setting.model, pi));
  PetscCall(MfgModelSetPolicy(setting.model, pi));
  PetscCall(Clock(&start));
  PetscCall(MfgModelPush(setting.model, REPEATS, setting.mu));
  PetscCall(Clock(&end));
  PetscCall(Print("push with P held", (end - start) / REPEATS, &units, pairs));
  PetscCall(Clock(&start));
  for (int i = 0; i < REPEATS; i++) PetscCall(MfgModelSetMeanField(setting.model, setting.mu));
  PetscCall(Clock(&end));
  PetscCall(Print("new mean field", (end - start) / REPEATS, &units, pairs));
  PetscCall(Clock(&start));
  PetscCall(MfgModelFlow(setting.model, REPEATS, setting.mu));
  PetscCall(Clock(&end));
  PetscCall(Print("push that follows μ", (end - start) / REPEATS, &units, pairs));
  PetscCall(VecDestroy(&pi));
  PetscCall(SettingDestroy(&setting));
  PetscFunctionReturn(0);
}

/* The option's text, or what it is without it. */
static PetscErrorCode Read(const char *option, const char *preset, char text[16])
{
  PetscFunctionBeginUser;
  PetscCall(PetscStrncpy(text, preset, 16));
  PetscCall(PetscOptionsGetString(NULL, NULL, option, text, 16, NULL));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  char              size[16], states[16], coupled[16];
  const char *const kinetic[] = {"size", size, "capacity", "1e-5", NULL};
  const char *const garnet[] = {"states", states, "coupled_states", coupled, NULL};

  PetscFunctionBeginUser;
  PetscCall(SlepcInitialize(&argc, &argv, NULL, help));
  PetscCall(Read("-kinetic_size", "501", size));
  PetscCall(Read("-garnet_states", "1000", states));
  PetscCall(Read("-garnet_coupled_states", "50", coupled));
  PetscCall(Measure("kinetic_congestion", kinetic));
  PetscCall(Measure("mf_garnet", garnet));
  PetscCall(SlepcFinalize());
  return 0;
}
