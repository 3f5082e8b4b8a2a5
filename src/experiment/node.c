/* Nodes of a document: made, copied, placed in a tree and written; see document.h. */
#include <string.h>
#include "experiment/document.h"

PetscErrorCode MfgNodeCreate(MfgNodeKind kind, const char *key, MfgMark mark, MfgNode **node)
{
  PetscFunctionBeginUser;
  PetscCall(PetscNew(node));
  (*node)->kind = kind;
  (*node)->key_mark = mark;
  (*node)->mark = mark;
  PetscCall(PetscStrallocpy(key, &(*node)->key));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgNodeClone(const MfgNode *node, MfgNode **clone)
{
  MfgNode *copy;

  PetscFunctionBeginUser;
  PetscCall(MfgNodeCreate(node->kind, node->key, node->mark, &copy));
  PetscCall(PetscStrallocpy(node->text, &copy->text));
  copy->key_mark = node->key_mark;
  copy->quoted = node->quoted;
  copy->broken = node->broken;
  for (PetscInt i = 0; i < node->count; i++) {
    MfgNode *child;

    PetscCall(MfgNodeClone(node->children[i], &child));
    PetscCall(MfgNodeAppend(copy, child));
  }
  *clone = copy;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgNodeDestroy(MfgNode **node)
{
  PetscFunctionBeginUser;
  if (!*node) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < (*node)->count; i++) PetscCall(MfgNodeDestroy(&(*node)->children[i]));
  PetscCall(PetscFree((*node)->children));
  PetscCall(PetscFree((*node)->key));
  PetscCall(PetscFree((*node)->text));
  PetscCall(PetscFree(*node));
  PetscFunctionReturn(0);
}

MfgNode *MfgNodeFind(const MfgNode *mapping, const char *key, size_t length)
{
  for (PetscInt i = 0; mapping && mapping->kind == MFG_NODE_MAPPING && i < mapping->count; i++) {
    const char *other = mapping->children[i]->key;

    if (other && strlen(other) == length && !strncmp(other, key, length)) return mapping->children[i];
  }
  return NULL;
}

PetscErrorCode MfgNodeAppend(MfgNode *node, MfgNode *child)
{
  MfgNode **children;

  PetscFunctionBeginUser;
  if (!(node->count & (node->count + 1))) { /* full at 0, 1, 3, 7, ...: double */
    PetscCall(PetscCalloc1(2 * node->count + 1, &children));
    if (node->count) PetscCall(PetscArraycpy(children, node->children, node->count));
    PetscCall(PetscFree(node->children));
    node->children = children;
  }
  node->children[node->count++] = child;
  PetscFunctionReturn(0);
}

PetscBool MfgNodeIsNull(const MfgNode *node)
{
  return (
      PetscBool)(node->kind == MFG_NODE_SCALAR && !node->quoted &&
                 (!node->text || !*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null")));
}

/* Put `value` where `old` stands among the children, which it leaves. */
static void Replace(MfgNode *mapping, const MfgNode *old, MfgNode *value)
{
  for (PetscInt i = 0; i < mapping->count; i++)
    if (mapping->children[i] == old) mapping->children[i] = value;
}

/*
  A plain value that stands there is the group's shorthand; it becomes a child without key, so that `beta:
  0.1` and --set solver.beta.schedule=harmonic add up.
*/
PetscErrorCode MfgNodeDescend(MfgNode *mapping, const char *key, size_t length, MfgMark mark, MfgNode **child)
{
  MfgNode *old = MfgNodeFind(mapping, key, length), *group;

  PetscFunctionBeginUser;
  *child = old;
  if (old && (old->kind == MFG_NODE_MAPPING || old->broken)) PetscFunctionReturn(0);
  PetscCall(MfgNodeCreate(MFG_NODE_MAPPING, NULL, mark, &group));
  PetscCall(PetscCalloc1(length + 1, &group->key));
  PetscCall(PetscArraycpy(group->key, key, length));
  *child = group;
  if (!old) {
    PetscCall(MfgNodeAppend(mapping, group));
    PetscFunctionReturn(0);
  }
  group->key_mark = old->key_mark;
  Replace(mapping, old, group);
  if (MfgNodeIsNull(old)) {
    PetscCall(MfgNodeDestroy(&old));
  } else {
    PetscCall(PetscFree(old->key));
    PetscCall(MfgNodeAppend(group, old));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgNodePut(MfgNode *mapping, const char *key, MfgNode *value)
{
  MfgNode *old = MfgNodeFind(mapping, key, strlen(key));

  PetscFunctionBeginUser;
  if (mapping->kind != MFG_NODE_MAPPING) { /* broken, and complained of */
    PetscCall(MfgNodeDestroy(&value));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscFree(value->key));
  PetscCall(PetscStrallocpy(key, &value->key));
  if (old) {
    Replace(mapping, old, value);
    PetscCall(MfgNodeDestroy(&old));
  } else {
    PetscCall(MfgNodeAppend(mapping, value));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgNodePlace(MfgNode *root, const char *key, MfgMark mark, MfgNode *value)
{
  MfgNode    *mapping = root;
  const char *dot;

  PetscFunctionBeginUser;
  for (; (dot = strchr(key, '.')) && mapping->kind == MFG_NODE_MAPPING; key = dot + 1)
    PetscCall(MfgNodeDescend(mapping, key, (size_t)(dot - key), mark, &mapping));
  PetscCall(MfgNodePut(mapping, key, value));
  PetscFunctionReturn(0);
}
