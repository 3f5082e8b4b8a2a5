#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "reference.h"
#include "testing.h"

struct _p_Reference {
  yaml_document_t document;
};

Reference ReferenceOpen(const char *name)
{
  char          path[PETSC_MAX_PATH_LEN];
  FILE         *file;
  yaml_parser_t parser;
  Reference     reference = test_calloc(1, sizeof(*reference));

  snprintf(path, sizeof(path), "%s/%s", TEST_DATA, name);
  file = fopen(path, "rb");
  assert_non_null(file);
  assert_true(yaml_parser_initialize(&parser));
  yaml_parser_set_input_file(&parser, file);
  assert_true(yaml_parser_load(&parser, &reference->document));
  yaml_parser_delete(&parser);
  fclose(file);
  return reference;
}

void ReferenceClose(Reference *reference)
{
  yaml_document_delete(&(*reference)->document);
  test_free(*reference);
  *reference = NULL;
}

static yaml_node_t *Child(yaml_document_t *document, yaml_node_t *node, const char *key, size_t length)
{
  if (node->type == YAML_SEQUENCE_NODE) {
    const long index = atol(key);

    if (index >= node->data.sequence.items.top - node->data.sequence.items.start) return NULL;
    return yaml_document_get_node(document, node->data.sequence.items.start[index]);
  }
  if (node->type != YAML_MAPPING_NODE) return NULL;
  for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
    const yaml_node_t *name = yaml_document_get_node(document, pair->key);

    if (name->data.scalar.length == length && !memcmp(name->data.scalar.value, key, length))
      return yaml_document_get_node(document, pair->value);
  }
  return NULL;
}

static yaml_node_t *Find(Reference reference, const char *path)
{
  yaml_node_t *node = yaml_document_get_root_node(&reference->document);

  for (const char *key = path; node && *key;) {
    const size_t length = strcspn(key, "/");

    node = Child(&reference->document, node, key, length);
    key += length + (key[length] == '/');
  }
  if (!node) fail_msg("the reference values have no %s", path);
  return node;
}

/* Append the numbers below the node to values, or only count them where values is NULL. */
static PetscInt Flatten(yaml_document_t *document, const yaml_node_t *node, PetscReal values[],
                        PetscInt count)
{
  if (node->type == YAML_SCALAR_NODE) {
    if (values) values[count] = atof((const char *)node->data.scalar.value);
    return count + 1;
  }
  for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++)
    count = Flatten(document, yaml_document_get_node(document, *item), values, count);
  return count;
}

PetscReal *ReferenceArray(Reference reference, const char *path, PetscInt *count)
{
  const yaml_node_t *node = Find(reference, path);
  PetscReal         *values;

  *count = Flatten(&reference->document, node, NULL, 0);
  CHECK(PetscMalloc1(*count, &values));
  (void)Flatten(&reference->document, node, values, 0);
  return values;
}

PetscReal ReferenceNumber(Reference reference, const char *path)
{
  return atof((const char *)Find(reference, path)->data.scalar.value);
}

PetscInt ReferenceLength(Reference reference, const char *path)
{
  const yaml_node_t *node = Find(reference, path);

  return (PetscInt)(node->data.sequence.items.top - node->data.sequence.items.start);
}
