/* Nodes of a document; see document.h. */
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
