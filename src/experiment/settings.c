/* Settings of the command line, "dotted.key=value", put over the document; see document.h. */
#include <string.h>
#include "experiment/document.h"

/*
  The child of `mapping` under a part of a dotted key, made into a mapping. A plain value that stands there is
  the group's shorthand; it becomes a child without key, so that `beta: 0.1` and --set
  solver.beta.schedule=harmonic add up.
*/
static PetscErrorCode Descend(MfgNode *mapping, const char *part, size_t length, MfgMark mark,
                              MfgNode **child)
{
  char     key[256];
  MfgNode *group;

  PetscFunctionBeginUser;
  *child = MfgNodeFind(mapping, part, length);
  if (*child && (*child)->kind == MFG_NODE_MAPPING) PetscFunctionReturn(0);
  PetscCall(PetscStrncpy(key, part, PetscMin(length + 1, sizeof(key))));
  PetscCall(MfgNodeCreate(MFG_NODE_MAPPING, key, mark, &group));
  if (!*child) {
    PetscCall(MfgNodeAppend(mapping, group));
    *child = group;
    PetscFunctionReturn(0);
  }
  group->key_mark = (*child)->key_mark;
  for (PetscInt i = 0; i < mapping->count; i++)
    if (mapping->children[i] == *child) mapping->children[i] = group;
  if (MfgNodeIsNull(*child))
    PetscCall(MfgNodeDestroy(child));
  else {
    PetscCall(PetscFree((*child)->key));
    PetscCall(MfgNodeAppend(group, *child));
  }
  *child = group;
  PetscFunctionReturn(0);
}

/* Put `value` at the dotted key, in place of what stands there. */
static PetscErrorCode Place(MfgNode *root, const char *key, MfgMark mark, MfgNode *value)
{
  MfgNode    *mapping = root, *old;
  const char *dot;

  PetscFunctionBeginUser;
  for (; (dot = strchr(key, '.')); key = dot + 1)
    PetscCall(Descend(mapping, key, (size_t)(dot - key), mark, &mapping));
  PetscCall(PetscStrallocpy(key, &value->key));
  old = MfgNodeFind(mapping, key, strlen(key));
  if (!old) PetscCall(MfgNodeAppend(mapping, value));
  for (PetscInt i = 0; i < mapping->count && old; i++) {
    if (mapping->children[i] != old) continue;
    mapping->children[i] = value;
    PetscCall(MfgNodeDestroy(&old));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Apply(const char *setting, MfgMark mark, MfgErrors errors, MfgNode *root)
{
  const char *equals = strchr(setting, '=');
  char        key[256];
  MfgNode    *value;
  PetscInt    before, after;
  size_t      length;

  PetscFunctionBeginUser;
  if (!equals || equals == setting || equals - setting >= (long)sizeof(key)) {
    PetscCall(MfgErrorsAdd(errors, mark, NULL, "expected key=value, such as solver.eta=0.5"));
    PetscFunctionReturn(0);
  }
  length = (size_t)(equals - setting);
  PetscCall(PetscStrncpy(key, setting, length + 1));
  if (key[0] == '.' || key[length - 1] == '.' || strstr(key, "..")) {
    PetscCall(
        MfgErrorsAdd(errors, mark, NULL, "'%s' is not a key; expected words with dots between them", key));
    PetscFunctionReturn(0);
  }
  PetscCall(MfgErrorsGetCount(errors, &before));
  PetscCall(MfgDocumentRead(equals + 1, strlen(equals + 1), mark.source, errors, &value));
  PetscCall(MfgErrorsGetCount(errors, &after));
  if (!value && before == after) PetscCall(MfgErrorsAdd(errors, mark, NULL, "the value is empty"));
  if (value) PetscCall(Place(root, key, mark, value));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgSettingsApply(PetscInt count, const char *const settings[], MfgErrors errors,
                                MfgNode **root)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < count; i++) {
    const MfgMark mark = {i + 1, 1, 1};

    if (!*root) PetscCall(MfgNodeCreate(MFG_NODE_MAPPING, NULL, mark, root));
    if ((*root)->kind == MFG_NODE_MAPPING) PetscCall(Apply(settings[i], mark, errors, *root));
  }
  PetscFunctionReturn(0);
}
