/* Games of shared libraries; see throng/game.h. */
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "game_impl.h"

/* Rounded up to whole pointers. */
#define WHOLE(size) (((size) + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *))
/* What callbacks see has these sizes. Where one of them changes, MFG_PLUGIN_ABI has to be raised. */
_Static_assert(MFG_PLUGIN_ABI == 1 && sizeof(MfgGameClass) == 11 * sizeof(void *) &&
                   sizeof(MfgParameterSpec) ==
                       6 * sizeof(void *) + WHOLE(sizeof(PetscInt) + 2 * sizeof(PetscBool)) &&
                   sizeof(MfgMeanField) == 5 * sizeof(void *) + 2 * sizeof(PetscInt),
               "raise MFG_PLUGIN_ABI, then these numbers");

enum { LONGEST_NAME = 64 };

/* dlopen() looks for a name without a slash in the folders of the system. */
static PetscErrorCode Open(const char *path, const MfgComplaints *complaints, void **library)
{
  char        named[PETSC_MAX_PATH_LEN];
  const char *why;

  PetscFunctionBegin;
  *library = NULL;
  if (access(path, R_OK)) {
    PetscCall(MfgComplain(complaints, "plugin", "%s: %s; expected a shared library with games", path,
                          strerror(errno)));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscSNPrintf(named, sizeof(named), "%s%s", strchr(path, '/') ? "" : "./", path));
  *library = dlopen(named, RTLD_NOW | RTLD_LOCAL);
  if (*library) PetscFunctionReturn(0);
  why = dlerror();
  if (why && strstr(why, "undefined symbol"))
    PetscCall(MfgComplain(complaints, "plugin",
                          "%s cannot be loaded: %s; expected nothing but functions of throng's headers, of "
                          "PETSc and MPI, and of the libraries that the plugin is linked to",
                          path, why));
  else
    PetscCall(MfgComplain(complaints, "plugin", "%s cannot be loaded: %s; expected a shared library", path,
                          why ? why : "no reason is given"));
  PetscFunctionReturn(0);
}

/* The content of a plugin that this program can use; NULL after a complaint. */
static PetscErrorCode FindContent(const char *path, void *library, const MfgComplaints *complaints,
                                  const MfgPlugin **content)
{
  const MfgPlugin *found = (const MfgPlugin *)dlsym(library, MFG_PLUGIN_SYMBOL);

  PetscFunctionBegin;
  *content = NULL;
  if (!found)
    PetscCall(MfgComplain(complaints, "plugin",
                          "%s has no symbol '%s'; expected MFG_PLUGIN(&my_game); in its source", path,
                          MFG_PLUGIN_SYMBOL));
  else if (found->abi != MFG_PLUGIN_ABI)
    PetscCall(MfgComplain(complaints, "plugin",
                          "%s was compiled for version %d of the plugin interface, and this program has "
                          "version %d; rebuild it against the headers of this program",
                          path, found->abi, MFG_PLUGIN_ABI));
  else if (found->integer_bytes != (int)sizeof(PetscInt))
    PetscCall(MfgComplain(complaints, "plugin",
                          "%s was compiled for a PETSc with %d-bit indices, and this program has one with "
                          "%d-bit indices; rebuild it against that",
                          path, 8 * found->integer_bytes, 8 * (int)sizeof(PetscInt)));
  else if (found->count < 1)
    PetscCall(MfgComplain(complaints, "plugin", "%s has no game; expected MFG_PLUGIN(&my_game);", path));
  else
    *content = found;
  PetscFunctionReturn(0);
}

/* The class that has the name already, or NULL. */
static PetscErrorCode FindClass(const char *name, const MfgGameClass **klass)
{
  const MfgGameClass *const *classes;
  PetscInt                   count;

  PetscFunctionBegin;
  *klass = NULL;
  PetscCall(MfgGameGetClasses(&count, &classes));
  for (PetscInt i = 0; i < count; i++)
    if (!strcmp(classes[i]->name, name)) *klass = classes[i];
  PetscFunctionReturn(0);
}

static const char *FindMissingMember(const MfgGameClass *klass)
{
  return !klass                ? "MFG_PLUGIN() got a NULL pointer"
         : !klass->name        ? "a game has no name"
         : !klass->summary     ? "the game has no summary"
         : !klass->parameters  ? "the game has no parameters (a table without keys is {{.key = NULL}})"
         : !klass->setup       ? "the game has no callback setup"
         : !klass->transitions ? "the game has no callback transitions"
         : !klass->rewards     ? "the game has no callback rewards"
                               : NULL;
}

/* Names stand in those of folders, between dashes. */
static PetscBool IsName(const char *name)
{
  const size_t length = strlen(name);

  for (const char *c = name; *c; c++)
    if (*c != '_' && !(isascii((unsigned char)*c) && isalnum((unsigned char)*c))) return PETSC_FALSE;
  return (PetscBool)(length > 0 && length <= LONGEST_NAME);
}

/* A key of the game's table that every game has anyway, or NULL. */
static const char *FindCommonKey(const MfgGameClass *klass)
{
  for (const MfgParameterSpec *row = klass->parameters; row->key; row++)
    if (!strcmp(row->key, "type") || MfgGameIsCommonKey_Private(row->key)) return row->key;
  return NULL;
}

/* A key that its row does not tell all about, or NULL. */
static const char *FindIncompleteKey(const MfgGameClass *klass)
{
  for (const MfgParameterSpec *row = klass->parameters; row->key; row++) {
    const PetscBool words =
        (PetscBool)(row->type == MFG_PARAMETER_CHOICE || row->type == MFG_PARAMETER_CHOICES);

    if (!row->unit || !row->help || (words && !row->range)) return row->key;
  }
  return NULL;
}

static PetscErrorCode CheckClass(const char *path, const MfgPlugin *plugin, int i,
                                 const MfgComplaints *complaints, PetscBool *good)
{
  const MfgGameClass *klass = plugin->classes[i], *other = NULL;
  const char         *missing = FindMissingMember(klass);
  PetscBool           twice = PETSC_FALSE;

  PetscFunctionBegin;
  *good = PETSC_FALSE;
  if (missing) {
    PetscCall(MfgComplain(complaints, "plugin", "%s: %s: %s", path,
                          klass && klass->name ? klass->name : "its game", missing));
    PetscFunctionReturn(0);
  }
  if (!IsName(klass->name)) {
    PetscCall(MfgComplain(complaints, "plugin",
                          "%s has a game named '%.100s'; expected letters, digits and '_', %d at most", path,
                          klass->name, LONGEST_NAME));
    PetscFunctionReturn(0);
  }
  if (FindCommonKey(klass)) {
    PetscCall(MfgComplain(complaints, "plugin",
                          "%s: %s: its table has the key '%s', which every game has anyway; expected another "
                          "name for it",
                          path, klass->name, FindCommonKey(klass)));
    PetscFunctionReturn(0);
  }
  if (FindIncompleteKey(klass)) {
    PetscCall(
        MfgComplain(complaints, "plugin",
                    "%s: %s: the key '%s' of its table lacks something; expected a unit (\"\" where there "
                    "is none), a help and, for choices, a range",
                    path, klass->name, FindIncompleteKey(klass)));
    PetscFunctionReturn(0);
  }
  PetscCall(FindClass(klass->name, &other));
  for (int j = 0; j < i; j++)
    if (!strcmp(plugin->classes[j]->name, klass->name)) twice = PETSC_TRUE;
  if (twice || (other && other != klass))
    PetscCall(MfgComplain(complaints, "plugin",
                          "%s has a game named '%s', and there is another one of that name; expected a name "
                          "of its own",
                          path, klass->name));
  else
    *good = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameLoadPlugin(const char *path, const MfgComplaints *complaints)
{
  const MfgPlugin    *plugin;
  const MfgGameClass *known;
  void               *library;
  PetscBool           good;

  PetscFunctionBegin;
  PetscCall(Open(path, complaints, &library));
  if (!library) PetscFunctionReturn(0);
  PetscCall(FindContent(path, library, complaints, &plugin));
  good = plugin ? PETSC_TRUE : PETSC_FALSE;
  for (int i = 0; good && i < plugin->count; i++) PetscCall(CheckClass(path, plugin, i, complaints, &good));
  for (int i = 0; good && i < plugin->count; i++) {
    PetscCall(FindClass(plugin->classes[i]->name, &known));
    if (!known) PetscCall(MfgGameRegister(plugin->classes[i]));
  }
  if (!good) (void)dlclose(library);
  PetscFunctionReturn(0);
}
