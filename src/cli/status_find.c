/* The run that a word of the user means; see status_find.h. */
#include <stdio.h>
#include <string.h>
#include <throng/parameters.h>
#include "experiment/status_impl.h"
#include "status_find.h"

/* How a text may name a run; the first that any run fits counts. */
typedef enum { BY_ID, BY_HASH, BY_LABEL, BY_WORDS, BY_PART, WAYS } Way;

PetscBool MfgIsRunFolder(const char *name)
{
  int kind;

  return (PetscBool)(MfgFolderNameRead(name, &kind) > 0);
}

/* Whether each of the words of `text` is one of `label`. */
static PetscBool HasWords(const char *label, const char *text)
{
  for (const char *word = text + strspn(text, " "); *word; word += strspn(word, " ")) {
    const size_t length = strcspn(word, " ");
    const char  *c = label;

    while (*c && (strcspn(c, " ") != length || strncmp(c, word, length) != 0)) {
      c += strcspn(c, " ");
      c += strspn(c, " ");
    }
    if (!*c) return PETSC_FALSE;
    word += length;
  }
  return PETSC_TRUE;
}

static PetscBool Fits(const MfgStatusRun *run, Way way, const char *text)
{
  switch (way) {
  case BY_ID:
    return (PetscBool)!strcmp(run->run_id, text);
  case BY_HASH:
    return (PetscBool)!strcmp(strrchr(run->run_id, '-') + 1, text);
  case BY_LABEL:
    return (PetscBool)!strcmp(run->label, text);
  case BY_WORDS:
    return HasWords(run->label, text);
  default:
    return (PetscBool)(strstr(run->run_id, text) || strstr(run->label, text));
  }
}

/* How many runs fit; the first of them. */
static PetscInt Count(PetscInt count, const MfgStatus experiments[], Way way, const char *text,
                      PetscInt *experiment, PetscInt *run)
{
  PetscInt found = 0;

  for (PetscInt e = 0; e < count; e++) {
    for (PetscInt r = 0; r < experiments[e].count; r++) {
      if (!Fits(&experiments[e].runs[r], way, text) || found++) continue;
      *experiment = e;
      *run = r;
    }
  }
  return found;
}

static void TellSeveral(PetscInt count, const MfgStatus experiments[], Way way, const char *text,
                        PetscInt found)
{
  enum { MOST = 10 };
  PetscInt told = 0;

  (void)fprintf(stderr,
                "throng: '%s' could be any of %" PetscInt_FMT " runs; say more, or give one of these:\n",
                text, found);
  for (PetscInt e = 0; e < count; e++) {
    for (PetscInt r = 0; r < experiments[e].count; r++) {
      const MfgStatusRun *run = &experiments[e].runs[r];

      if (told == MOST || !Fits(run, way, text)) continue;
      told++;
      (void)fprintf(stderr, "  %s%s%s%s%s\n", run->run_id, run->label[0] ? "  " : "", run->label,
                    count > 1 ? "  in " : "", count > 1 ? experiments[e].folder : "");
    }
  }
  if (found > told) (void)fprintf(stderr, "  and %" PetscInt_FMT " more\n", found - told);
}

static void TellNone(PetscInt count, const MfgStatus experiments[], const char *text)
{
  const char *nearest = NULL;

  for (PetscInt e = 0; e < count; e++) {
    for (PetscInt r = 0; r < experiments[e].count; r++) {
      const MfgStatusRun *run = &experiments[e].runs[r];
      const char *const   words[] = {run->run_id, strrchr(run->run_id, '-') + 1, run->label, nearest};

      nearest = MfgNearestWord(text, nearest ? 4 : 3, words);
    }
  }
  (void)fprintf(stderr, "throng: there is no run '%s'", text);
  if (nearest)
    (void)fprintf(stderr, "; did you mean '%s'?\n", nearest);
  else
    (void)fprintf(stderr, "; %s/plan.csv names those there are\n", experiments[0].folder);
}

PetscBool MfgFindRun(PetscInt count, const MfgStatus experiments[], const char *text, PetscInt *experiment,
                     PetscInt *run)
{
  char        word[512];
  const char *slash;
  size_t      length;
  int         kind;

  (void)snprintf(word, sizeof(word), "%.511s", text);
  for (length = strlen(word); length && word[length - 1] == '/';) word[--length] = '\0';
  slash = strrchr(word, '/');
  if (slash && MfgIsRunFolder(slash + 1)) memmove(word, slash + 1, strlen(slash));
  length = MfgFolderNameRead(word, &kind);
  if (length) word[length] = '\0';
  for (Way way = BY_ID; way < WAYS; way++) {
    const PetscInt found = Count(count, experiments, way, word, experiment, run);

    if (found == 1) return PETSC_TRUE;
    if (!found) continue;
    TellSeveral(count, experiments, way, word, found);
    return PETSC_FALSE;
  }
  TellNone(count, experiments, word);
  return PETSC_FALSE;
}
