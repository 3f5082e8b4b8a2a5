/* Settings of the command line, "dotted.key=value", put over the document; see document.h. */
#include <string.h>
#include "experiment/document.h"

/* Put `value` at `key`. The key of an axis has dots of its own. */
static PetscErrorCode Place(MfgNode *root, const char *key, MfgMark mark, MfgNode *value)
{
  static const char sweep[] = "sweep.";
  const size_t      length = sizeof(sweep) - 1;
  MfgNode          *axes;

  PetscFunctionBeginUser;
  if (strncmp(key, sweep, length)) {
    PetscCall(MfgNodePlace(root, key, mark, value));
  } else {
    PetscCall(MfgNodeDescend(root, sweep, length - 1, mark, &axes));
    PetscCall(MfgNodePut(axes, key + length, value));
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
  PetscCall(MfgDocumentReadValue(equals + 1, strlen(equals + 1), mark.source, key, errors, &value));
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
