/* First policies: uniform, random, from a file. */
#include "game/random.h"
#include "mdp_impl.h"

PetscErrorCode MfgPolicySetUniform(MfgModel model, Vec pi)
{
  PetscFunctionBegin;
  PetscCall(VecSet(pi, 1.0 / (PetscReal)model->actions));
  PetscFunctionReturn(0);
}

/* U(-1,1), a function of (seed, index) alone. */
static PetscReal UniformOf(PetscInt seed, PetscInt index)
{
  return 2 * MfgRandomUniform(seed, MFG_STREAM_POLICY, 0, (uint64_t)index) - 1;
}

PetscErrorCode MfgPolicySetRandom(MfgModel model, PetscInt seed, PetscReal temperature, Vec pi)
{
  const PetscInt A = model->actions;
  PetscScalar   *values;

  PetscFunctionBegin;
  PetscCall(VecGetArrayWrite(pi, &values));
  for (PetscInt i = 0; i < model->local; i++) {
    PetscReal sum = 0, largest = -1;

    for (PetscInt a = 0; a < A; a++) largest = PetscMax(largest, UniformOf(seed, (model->begin + i) * A + a));
    for (PetscInt a = 0; a < A; a++) {
      values[i * A + a] = PetscExpReal((UniformOf(seed, (model->begin + i) * A + a) - largest) / temperature);
      sum += PetscRealPart(values[i * A + a]);
    }
    for (PetscInt a = 0; a < A; a++) values[i * A + a] /= sum;
  }
  PetscCall(VecRestoreArrayWrite(pi, &values));
  PetscFunctionReturn(0);
}
