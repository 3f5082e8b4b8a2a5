/* First policies: uniform, random, from a file. */
#include <Random123/philox.h>
#include "mdp_impl.h"

PetscErrorCode MfgPolicySetUniform(MfgModel model, Vec pi)
{
  PetscFunctionBegin;
  PetscCall(VecSet(pi, 1.0 / (PetscReal)model->actions));
  PetscFunctionReturn(0);
}

/* U(-1,1) from 53 random bits, a function of (seed, index) alone. */
static PetscReal UniformOf(PetscInt seed, PetscInt index)
{
  const philox4x32_ctr_t counter = {
      {(uint32_t)((uint64_t)index & 0xffffffffu), (uint32_t)((uint64_t)index >> 32), 0, 0}};
  const philox4x32_key_t key = {{(uint32_t)((uint64_t)seed & 0xffffffffu), (uint32_t)((uint64_t)seed >> 32)}};
  const philox4x32_ctr_t random = philox4x32(counter, key);
  const uint64_t         bits = ((uint64_t)random.v[0] << 21) ^ (uint64_t)(random.v[1] >> 11);

  return 2 * ((PetscReal)bits + 0.5) / 9007199254740992.0 - 1;
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
