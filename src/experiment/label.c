/* The labels of runs; see plan.h. */
#include <stddef.h>
#include <string.h>
#include "experiment/plan.h"
#include "game/append.h"

enum { LONGEST_LABEL = 512 };

/* The end of what a label says of a key: without ".value", which the word before it stands for. */
static const char *EndOf(const char *key)
{
  const char *end = key + strlen(key);

  return end - key > 6 && !strcmp(end - 6, ".value") ? end - 6 : end;
}

/* The last word of the key of an axis, or as many as tell it from those of the others. */
static const char *WordOf(PetscInt count, const char *const keys[], PetscInt axis)
{
  const char *key = keys[axis], *end = EndOf(key), *word = end;
  PetscBool   alike = PETSC_TRUE;

  while (alike && word > key) {
    for (word -= word<end; word> key && word[-1] != '.';) word--;
    alike = PETSC_FALSE;
    for (PetscInt i = 0; i < count; i++) {
      const char     *other = EndOf(keys[i]);
      const ptrdiff_t length = end - word, room = other - keys[i];

      if (i == axis || room < length || strncmp(other - length, word, (size_t)length)) continue;
      if (room == length || other[-length - 1] == '.') alike = PETSC_TRUE;
    }
  }
  return word;
}

/* What a label says of one axis: a word of its key and what the run has there; of a type its name alone. */
static PetscErrorCode GetPart(PetscInt count, const char *const keys[], PetscInt axis, const char *text,
                              size_t size, char part[])
{
  const char *key = keys[axis], *end = EndOf(key);

  PetscFunctionBeginUser;
  if (!strcmp(key, "type") || (end - key > 5 && !strcmp(end - 5, ".type")))
    PetscCall(PetscStrncpy(part, text, size));
  else {
    const char *word = WordOf(count, keys, axis);

    PetscCall(PetscSNPrintf(part, size, "%.*s=%s", (int)(end - word), word, text));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPlanGetLabel(const MfgPlan *plan, PetscInt i, size_t size, char label[])
{
  const char *const *keys;
  PetscInt           count;

  PetscFunctionBeginUser;
  label[0] = '\0';
  PetscCall(MfgSweepGetAxes(plan->sweep, &count, &keys));
  for (PetscInt axis = 0; axis < count; axis++) {
    const char *text;
    char        part[LONGEST_LABEL];

    PetscCall(MfgSweepGetAxisValue(plan->sweep, plan->runs[i].variant, axis, &text));
    if (!text) continue;
    PetscCall(GetPart(count, keys, axis, text, sizeof(part), part));
    if (label[0]) MfgAppend(label, " ", size);
    MfgAppend(label, part, size);
  }
  PetscFunctionReturn(0);
}
