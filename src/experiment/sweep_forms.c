/* The sections of a sweep as `throng describe` shows them; see throng/experiment.h. */
#include "experiment/sweep_impl.h"

static const MfgSweepForm forms[] = {
    {"sweep", "{KEY: [VALUE, ...], ...}",
     "Each KEY, with dots (solver.eta), is an axis; every combination of their values is a run. For numbers, "
     "in the\n"
     "place of a list: {linspace: {from: ..., to: ..., count: ...}}, or the same with logspace. These have:",
     MfgSweepRangeTable},
    {"zip", "[{KEY: [VALUE, ...], KEY: [VALUE, ...], ...}, ...]",
     "The keys of a group are one axis: they advance together, and their lists have the same length.", NULL},
    {"seeds", "[SEED, ...] or {count: ..., base: ...}",
     "Every run once with each seed. A range of them has:", MfgSweepSeedsTable},
    {"when", "[{match: {KEY: VALUE, ...}, sweep: ..., zip: ...}, ...]",
     "Further axes, of the form above, for those runs that match alone: that have each VALUE, or any of a "
     "list of\n"
     "values, at its KEY, by the file or by default.",
     NULL},
    {"exclude", "[{KEY: VALUE, ...}, ...]", "Runs that match any entry are left out.", NULL},
    {"overrides", "[{match: {KEY: VALUE, ...}, set: {KEY: VALUE, ...}}, ...]",
     "Runs that match get what is set, one entry after the other.", NULL},
    {"resources", "{ranks_per_run: ..., time_limit: ..., memory_check: ..., overrides: [...]}",
     "What runs may take. An entry {match: ..., set: ...} of its overrides sets ranks_per_run and time_limit "
     "for the runs "
     "that match.",
     MfgSweepResourcesTable}};

PetscErrorCode MfgSweepGetForms(PetscInt *count, const MfgSweepForm **list)
{
  PetscFunctionBeginUser;
  *count = (PetscInt)(sizeof(forms) / sizeof(forms[0]));
  *list = forms;
  PetscFunctionReturn(0);
}
