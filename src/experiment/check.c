/*
  From the document to checked values: every leaf of the tree goes through MfgParametersSet() of its section,
  and every complaint comes back to the place that the user wrote it at.
*/
#include <ctype.h>
#include <string.h>
#include "experiment/options.h"
#include "experiment/place.h"
#include "game/append.h"

/* Set all keys of a section; `type` was set before, where the section has one. */
static PetscErrorCode SetSection(const MfgPlace *place, PetscBool has_type)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; place->node && place->parameters && i < place->node->count; i++) {
    const MfgNode *child = place->node->children[i];

    if (!child->key) /* a value in the place of the section, to which a setting added keys */
      PetscCall(MfgErrorsAdd(place->run->errors, child->mark, place->section, "expected a mapping"));
    else if (!has_type || strcmp(child->key, "type"))
      PetscCall(MfgPlaceSet(place, child->key, child));
  }
  PetscFunctionReturn(0);
}

/* The names of all games, or of all solvers, as "a|b". */
static PetscErrorCode JoinNames(MfgSection section, size_t size, char names[])
{
  const MfgGameClass *const   *games;
  const MfgSolverClass *const *solvers;
  PetscInt                     count;

  PetscFunctionBeginUser;
  names[0] = '\0';
  if (section == MFG_SECTION_GAME)
    PetscCall(MfgGameGetClasses(&count, &games));
  else
    PetscCall(MfgSolverGetClasses(&count, &solvers));
  for (PetscInt i = 0; i < count; i++) {
    if (i) MfgAppend(names, "|", size);
    MfgAppend(names, section == MFG_SECTION_GAME ? games[i]->name : solvers[i]->name, size);
  }
  PetscFunctionReturn(0);
}

static const char *const plugin_key = "plugin";

/*
  Load the plugin that `game:` names, before the type is looked up among the games. *usable is false after a
  complaint: the type may be one that the plugin has.
*/
static PetscErrorCode LoadPlugin(const MfgPlace *place, PetscBool *usable)
{
  const MfgComplaints complaints = {MfgPlaceReport, (void *)place};
  const MfgNode      *node = MfgNodeFind(place->node, plugin_key, strlen(plugin_key));
  PetscInt            before, after;

  PetscFunctionBeginUser;
  *usable = (PetscBool)(!node || !node->broken);
  if (!node || node->broken) PetscFunctionReturn(0);
  PetscCall(MfgErrorsGetCountOfRun(place->run->errors, &before));
  if (node->kind != MFG_NODE_SCALAR || MfgNodeIsNull(node) || !node->text[0])
    PetscCall(MfgComplain(&complaints, plugin_key, "expected the path of a shared library"));
  else
    PetscCall(MfgGameLoadPlugin(node->text, &complaints));
  PetscCall(MfgErrorsGetCountOfRun(place->run->errors, &after));
  *usable = (PetscBool)(before == after);
  PetscFunctionReturn(0);
}

/* Beside an unknown type no key is known but this one, a slip in which may be why. */
static PetscErrorCode SuggestPlugin(const MfgPlace *place)
{
  const MfgComplaints complaints = {MfgPlaceReport, (void *)place};

  PetscFunctionBeginUser;
  for (PetscInt i = 0; place->node && i < place->node->count; i++) {
    const char *key = place->node->children[i]->key;

    if (key && strcmp(key, plugin_key) && MfgNearestWord(key, 1, &plugin_key))
      PetscCall(MfgComplain(&complaints, key, "unknown key '%.200s'; did you mean '%s'?", key, plugin_key));
  }
  PetscFunctionReturn(0);
}

/* Choose the game or the solver by the key `type` of its section, which is required. */
static PetscErrorCode SetType(const MfgPlace *place, MfgSection section)
{
  const MfgComplaints complaints = {MfgPlaceReport, (void *)place};
  const MfgNode      *node = MfgNodeFind(place->node, "type", 4);
  char                names[1024];

  PetscFunctionBeginUser;
  PetscCall(JoinNames(section, sizeof(names), names));
  if (!node || MfgNodeIsNull(node))
    PetscCall(MfgComplain(&complaints, "type", "the key 'type' is required; expected one of %s", names));
  else if (node->kind != MFG_NODE_SCALAR)
    PetscCall(MfgComplain(&complaints, "type", "expected one word of %s", names));
  else if (node->broken)
    PetscFunctionReturn(0);
  else if (section == MFG_SECTION_GAME)
    PetscCall(MfgGameSetType(place->run->game, node->text, &complaints));
  else
    PetscCall(MfgSolverSetType(place->run->solver, node->text, &complaints));
  PetscFunctionReturn(0);
}

/*
  The node of a section; *usable is false, after a complaint, where something else than a mapping stands
  there.
*/
static PetscErrorCode FindSection(MfgRun run, const char *name, MfgNode **node, PetscBool *usable)
{
  PetscFunctionBeginUser;
  *node = MfgNodeFind(run->root, name, strlen(name));
  *usable = PETSC_TRUE;
  if (!*node || (*node)->kind == MFG_NODE_MAPPING || MfgNodeIsNull(*node)) PetscFunctionReturn(0);
  *usable = PETSC_FALSE;
  if (!(*node)->broken)
    PetscCall(MfgErrorsAdd(run->errors, (*node)->mark, name, "expected a mapping of keys to values%s",
                           strcmp(name, "game") && strcmp(name, "solver") ? "" : ", such as {type: NAME}"));
  PetscFunctionReturn(0);
}

/*
  Values that are wrong alone leave the default in their place. Combinations are not looked at then: what they
  say would be of the default, not of what the user wrote.
*/
static PetscErrorCode CheckSection(MfgRun run, MfgSection section)
{
  MfgPlace            place = {run, MfgSectionNames[section], NULL, NULL};
  const MfgComplaints complaints = {MfgPlaceReport, &place};
  const PetscBool     has_type = (PetscBool)(section == MFG_SECTION_GAME || section == MFG_SECTION_SOLVER);
  PetscInt            before, after;
  PetscBool           usable;

  PetscFunctionBeginUser;
  PetscCall(MfgErrorsGetCountOfRun(run->errors, &before));
  PetscCall(FindSection(run, place.section, &place.node, &usable));
  if (!usable) PetscFunctionReturn(0);
  if (section == MFG_SECTION_GAME) PetscCall(LoadPlugin(&place, &usable));
  if (!usable) PetscFunctionReturn(0);
  if (has_type) PetscCall(SetType(&place, section));
  PetscCall(MfgRunGetSection(run, section, &place.parameters));
  if (!place.parameters && section == MFG_SECTION_GAME) PetscCall(SuggestPlugin(&place));
  if (!place.parameters) PetscFunctionReturn(0); /* without a type nothing is known about the other keys */
  PetscCall(SetSection(&place, has_type));
  PetscCall(MfgErrorsGetCountOfRun(run->errors, &after));
  if (section == MFG_SECTION_GAME && after == before)
    PetscCall(MfgGameCheck(run->game, &complaints));
  else
    PetscCall(MfgParametersCheckRequired(place.parameters, &complaints));
  PetscFunctionReturn(0);
}

/* Names become folders, so they hold nothing that a path or a shell would read otherwise. */
static PetscErrorCode CheckName(const MfgPlace *place)
{
  const MfgComplaints complaints = {MfgPlaceReport, (void *)place};
  const char         *name;
  PetscBool           present;

  PetscFunctionBeginUser;
  PetscCall(MfgParametersIsPresent(place->parameters, "name", &present));
  if (!present) PetscFunctionReturn(0);
  PetscCall(MfgParametersGetText(place->parameters, "name", &name));
  for (const char *c = name; *c; c++) {
    if (isascii((unsigned char)*c) && (isalnum((unsigned char)*c) || (c > name && strchr("._-", *c))))
      continue;
    PetscCall(
        MfgComplain(&complaints, "name",
                    "'%.200s' is not a name; expected letters, digits, '.', '_' and '-', the first of them a "
                    "letter or a digit",
                    name));
    break;
  }
  if (strlen(name) > 100) PetscCall(MfgComplain(&complaints, "name", "longer than 100 letters"));
  PetscFunctionReturn(0);
}

/* The keys at the top that a run has itself, and then those of the file, for suggestions. */
static const char *const top_words[] = {"name",      "seed",      "petsc_options", "sweep",
                                        "zip",       "seeds",     "when",          "exclude",
                                        "overrides", "resources", "max_failures",  "max_runs"};
enum { OWN_WORDS = 3, TOP_WORDS = sizeof(top_words) / sizeof(top_words[0]) };

static PetscErrorCode ComplainOfTop(const MfgPlace *place, const char *key)
{
  const MfgComplaints complaints = {MfgPlaceReport, (void *)place};
  const char         *words[TOP_WORDS + MFG_SECTION_COUNT], *near;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < TOP_WORDS; i++) words[i] = top_words[i];
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++) words[TOP_WORDS + i] = MfgSectionNames[i];
  near = MfgNearestWord(key, TOP_WORDS + MFG_SECTION_COUNT, words);
  if (near)
    PetscCall(MfgComplain(&complaints, key, "unknown key '%.200s'; did you mean '%s'?", key, near));
  else
    PetscCall(MfgComplain(&complaints, key, "unknown key '%.200s'", key));
  PetscFunctionReturn(0);
}

/* The run's own keys, and keys that do not belong at the top. */
static PetscErrorCode CheckTop(MfgRun run)
{
  MfgPlace            place = {run, "", run->root, run->keys};
  const MfgComplaints complaints = {MfgPlaceReport, &place};

  PetscFunctionBeginUser;
  for (PetscInt i = 0; run->root && i < run->root->count; i++) {
    const MfgNode *child = run->root->children[i];
    PetscBool      own = PETSC_FALSE, section = PETSC_FALSE;

    for (PetscInt k = 0; k < OWN_WORDS; k++) own = (PetscBool)(own || !strcmp(top_words[k], child->key));
    for (PetscInt k = 0; k < MFG_SECTION_COUNT; k++)
      section = (PetscBool)(section || !strcmp(MfgSectionNames[k], child->key));
    if (own)
      PetscCall(MfgPlaceSet(&place, child->key, child));
    else if (!section)
      PetscCall(ComplainOfTop(&place, child->key));
  }
  PetscCall(CheckName(&place));
  PetscCall(MfgParametersCheckRequired(run->keys, &complaints));
  PetscCall(MfgOptionsBegin(run, &complaints));
  PetscFunctionReturn(0);
}

/* Combinations within the solver and `metrics`, unless these have wrong values. */
static PetscErrorCode CheckSolver(MfgRun run)
{
  const MfgComplaints complaints = {MfgRunReport, run};
  MfgParameters       parameters;
  PetscBool           wrong[2];

  PetscFunctionBeginUser;
  PetscCall(MfgRunGetSection(run, MFG_SECTION_SOLVER, &parameters));
  PetscCall(MfgErrorsHasSection(run->errors, "solver", &wrong[0]));
  PetscCall(MfgErrorsHasSection(run->errors, "metrics", &wrong[1]));
  if (parameters && !wrong[0] && !wrong[1]) PetscCall(MfgSolverCheck(run->solver, &complaints));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgRunCheck(MfgRun run)
{
  const MfgMark start = {0, 1, 1};

  PetscFunctionBeginUser;
  PetscCall(MfgErrorsBeginRun(run->errors));
  if (run->root && run->root->kind != MFG_NODE_MAPPING) {
    PetscCall(MfgErrorsAdd(run->errors, run->root->mark, NULL,
                           "expected a mapping with the sections game and solver"));
    PetscFunctionReturn(0);
  }
  if (!run->root) PetscCall(MfgNodeCreate(MFG_NODE_MAPPING, NULL, start, &run->root));
  PetscCall(CheckTop(run));
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++) PetscCall(CheckSection(run, (MfgSection)i));
  PetscCall(CheckSolver(run));
  PetscFunctionReturn(0);
}

/* The section that knows `key`, which may begin with the section's name; the solver's where none does. */
static PetscErrorCode FindSectionOfKey(MfgRun run, const char **key, MfgSection *section)
{
  static const MfgSection order[] = {MFG_SECTION_SOLVER, MFG_SECTION_GAME, MFG_SECTION_METRICS,
                                     MFG_SECTION_EVALUATION};

  PetscFunctionBeginUser;
  for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
    const MfgParameterSpec *spec;
    MfgParameters           parameters;
    const char             *name = MfgSectionNames[order[i]];
    const size_t            length = strlen(name);

    *section = order[i];
    if (!strncmp(*key, name, length) && (*key)[length] == '.') {
      *key += length + 1;
      PetscFunctionReturn(0);
    }
    PetscCall(MfgRunGetSection(run, order[i], &parameters));
    PetscCall(MfgFindSpec(parameters, *key, &spec));
    if (spec) PetscFunctionReturn(0);
  }
  *section = MFG_SECTION_SOLVER;
  PetscFunctionReturn(0);
}

static PetscErrorCode ReportAnywhere(MfgRun run, const char *key, const char *message)
{
  MfgSection section;
  MfgPlace   place = {run, NULL, NULL, NULL};

  PetscFunctionBeginUser;
  PetscCall(FindSectionOfKey(run, &key, &section));
  place.section = MfgSectionNames[section];
  place.node = MfgNodeFind(run->root, place.section, strlen(place.section));
  PetscCall(MfgRunGetSection(run, section, &place.parameters));
  PetscCall(MfgPlaceComplain(&place, key, message));
  PetscFunctionReturn(0);
}

void MfgRunReport(void *run, const char *key, const char *message)
{
  PetscCallAbort(PETSC_COMM_SELF, ReportAnywhere((MfgRun)run, key, message));
}
