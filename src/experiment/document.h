/*
  A YAML text as a tree of nodes that know their places. Only the plain core of YAML is taken: mappings with
  plain keys, sequences and scalars in one document. Anchors, aliases, merge keys, tags, further documents and
  duplicate keys are errors, because each of them would make a file say something other than what it shows.
  Keys have dots in the sections sweep, zip, when, exclude, overrides and resources, where they name keys of
  other sections, and nowhere else.
*/
#ifndef THRONG_EXPERIMENT_DOCUMENT_H
#define THRONG_EXPERIMENT_DOCUMENT_H

#include "experiment/errors.h"

typedef enum { MFG_NODE_SCALAR, MFG_NODE_SEQUENCE, MFG_NODE_MAPPING } MfgNodeKind;

typedef struct MfgNode MfgNode;
struct MfgNode {
  MfgNodeKind kind;
  char *key;  /* in the mapping it stands in; NULL: in a sequence, the root, or a group's shorthand value */
  char *text; /* of a scalar */
  PetscBool quoted;         /* the scalar */
  PetscBool broken;         /* complained of already; its content means nothing */
  MfgMark   key_mark, mark; /* of the key (of the value where there is none), of the value */
  PetscInt  count;
  MfgNode **children; /* [count], of a mapping or sequence */
};

/*
  Read `length` bytes of `text`, which is source `source` of `errors`. *root is NULL where the text is empty
  or is no YAML; what is wrong goes to `errors`.
*/
PetscErrorCode MfgDocumentRead(const char *text, size_t length, PetscInt source, MfgErrors errors,
                               MfgNode **root);
/* The same for the text of a value that is to stand at the dotted key `key`. */
PetscErrorCode MfgDocumentReadValue(const char *text, size_t length, PetscInt source, const char *key,
                                    MfgErrors errors, MfgNode **node);
PetscErrorCode MfgNodeDestroy(MfgNode **node);
/* The child of a mapping, or NULL. `length`: of the key. */
MfgNode *MfgNodeFind(const MfgNode *mapping, const char *key, size_t length);
/* Append `child`, which the node then owns. */
PetscErrorCode MfgNodeAppend(MfgNode *node, MfgNode *child);
/* A new node; the key is copied and may be NULL. */
PetscErrorCode MfgNodeCreate(MfgNodeKind kind, const char *key, MfgMark mark, MfgNode **node);
/* A deep copy, marks included. */
PetscErrorCode MfgNodeClone(const MfgNode *node, MfgNode **clone);
/*
  Put `value` at the dotted key below `root`, in place of what stands there; the tree then owns it. Below a
  node that is broken nothing is put, and `value` is destroyed.
*/
PetscErrorCode MfgNodePlace(MfgNode *root, const char *key, MfgMark mark, MfgNode *value);
/* Its steps: a child that is a mapping, for the first `length` letters of `key`; and a child under `key`. */
PetscErrorCode MfgNodeDescend(MfgNode *mapping, const char *key, size_t length, MfgMark mark,
                              MfgNode **child);
PetscErrorCode MfgNodePut(MfgNode *mapping, const char *key, MfgNode *value);
/*
  The node as YAML in flow style on one line, which MfgDocumentRead() reads back the same; PetscFree() it. A
  mapping must not hold a child without key.
*/
PetscErrorCode MfgNodeWrite(const MfgNode *node, char **text);
/* Whether it is a scalar that says nothing: `key:`, `key: ~` or `key: null`. */
PetscBool MfgNodeIsNull(const MfgNode *node);

/*
  Put the settings, texts "dotted.key=value" with values in YAML, over the tree: each replaces a key or adds
  it. What follows "sweep." is one key, that of an axis. Setting i is source i + 1 of `errors`. *root may be
  NULL and is made then.
*/
PetscErrorCode MfgSettingsApply(PetscInt count, const char *const settings[], MfgErrors errors,
                                MfgNode **root);

#endif
