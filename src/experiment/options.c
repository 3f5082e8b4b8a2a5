/* PETSc options of a run; see options.h. */
#include <ctype.h>
#include <slepceps.h>
#include <stdlib.h>
#include <string.h>
#include "experiment/options.h"

static const char *const prefixes[] = {"eval_", "best_response_", "population_", "spectrum_"};
enum { PREFIX_COUNT = 4, SPECTRUM = 3 };

/* Option names that people use, for suggestions. */
static const char *const linear_names[] = {"ksp_type",
                                           "ksp_divtol",
                                           "ksp_max_it",
                                           "ksp_gmres_restart",
                                           "ksp_norm_type",
                                           "ksp_pc_side",
                                           "ksp_monitor",
                                           "ksp_view",
                                           "ksp_converged_reason",
                                           "pc_type",
                                           "pc_factor_levels",
                                           "pc_factor_mat_solver_type",
                                           "pc_hypre_type",
                                           "pc_gamg_threshold",
                                           "pc_bjacobi_blocks",
                                           "pc_asm_overlap",
                                           "pc_redundant_number",
                                           "sub_ksp_type",
                                           "sub_pc_type",
                                           "sub_pc_factor_levels",
                                           "mg_levels_ksp_type",
                                           "mg_levels_pc_type"};
static const char *const eigenvalue_names[] = {"eps_type", "eps_nev",    "eps_ncv",     "eps_mpd",
                                               "eps_tol",  "eps_max_it", "eps_monitor", "eps_view"};

static int CompareTexts(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether an option begins at `c`: "-name", where "-1" is a value. */
static PetscBool BeginsOption(const char *c)
{
  return (PetscBool)(c[0] == '-' && (isalpha((unsigned char)c[1]) || c[1] == '_' || c[1] == '-'));
}

PetscErrorCode MfgOptionsGet(PetscInt *count, char ***options)
{
  char    *all, **list;
  PetscInt n = 0, room = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsGetAll(NULL, &all));
  for (char *c = all; *c; c++) room += (c == all || c[-1] == ' ') && BeginsOption(c);
  PetscCall(PetscCalloc1(room + 1, &list));
  for (char *c = all, *next; c && *c && n < room; c = next) {
    size_t length;

    next = c;
    while ((next = strchr(next, ' ')) && !BeginsOption(next + 1)) next++;
    if (next) *next++ = '\0';
    length = strlen(c);
    while (length && c[length - 1] == ' ') c[--length] = '\0';
    if (BeginsOption(c)) PetscCall(PetscStrallocpy(c, &list[n++]));
  }
  if (n) qsort(list, (size_t)n, sizeof(*list), CompareTexts);
  PetscCall(PetscFree(all));
  *count = n;
  *options = list;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgOptionsFree(PetscInt count, char ***options)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < count; i++) PetscCall(PetscFree((*options)[i]));
  PetscCall(PetscFree(*options));
  PetscFunctionReturn(0);
}

const char *MfgOptionsFindStray(PetscInt count, const char *const words[])
{
  PetscBool after_name = PETSC_FALSE;

  for (PetscInt i = 0; i < count; i++) {
    const PetscBool is_name =
        (PetscBool)(words[i][0] == '-' && !isdigit((unsigned char)words[i][1]) && words[i][1] != '.');

    if (!is_name && !after_name) return words[i];
    after_name = is_name;
  }
  return NULL;
}

/* Options that PETSc reads when it starts or ends, as "name" or "-name": of the program, not of a run. */
static PetscBool IsOfProgram(const char *option)
{
  static const char *const beginnings[] = {"log_",
                                           "malloc",
                                           "memory_",
                                           "objects_",
                                           "info",
                                           "help",
                                           "version",
                                           "options_",
                                           "on_error_",
                                           "error_output_",
                                           "fp_trap",
                                           "start_in_debugger",
                                           "debugger_",
                                           "debug_terminal",
                                           "display",
                                           "nox",
                                           "x_",
                                           "draw_",
                                           "saws_",
                                           "history",
                                           "no_signal_handler",
                                           "stop_for_debugger",
                                           "skip_petscrc",
                                           "checkstack",
                                           "mpi_",
                                           "citations",
                                           "get_total_flops",
                                           "vecscatter_view",
                                           "viewer_"};

  for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
    if (!strncmp(option + (*option == '-'), beginnings[i], strlen(beginnings[i]))) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscBool MfgOptionIsSilent(const char *option)
{
  static const char *const parts[] = {"_monitor", "_view", "_converged_reason"};
  char                     name[256];

  (void)snprintf(name, sizeof(name), "%s", option);
  name[strcspn(name, " ")] = '\0';
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
    if (strstr(name, parts[i])) return PETSC_TRUE;
  return IsOfProgram(option);
}

/* Complain of words in `text` that would be passed over in silence. */
static PetscErrorCode CheckText(const char *text, const MfgComplaints *complaints)
{
  char      **words;
  const char *stray;
  int         count;

  PetscFunctionBeginUser;
  PetscCall(PetscStrToArray(text, ' ', &count, &words));
  stray = MfgOptionsFindStray(count, (const char *const *)words);
  if (stray)
    PetscCall(MfgComplain(complaints, "petsc_options",
                          "'%.200s' is no PETSc option; expected \"-name\" or \"-name value\"", stray));
  for (int i = 0; i < count && !stray; i++)
    if (BeginsOption(words[i]) && IsOfProgram(words[i]))
      PetscCall(MfgComplain(
          complaints, "petsc_options",
          "PETSc reads %.200s for the whole program; give it on the command line, after '--'", words[i]));
  PetscCall(PetscStrToArrayDestroy(count, words));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgOptionsBegin(MfgRun run, const MfgComplaints *complaints)
{
  char      **options;
  const char *own = NULL;
  PetscInt    count;
  PetscBool   present;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsCreate(&run->options));
  PetscCall(MfgOptionsGet(&count, &options));
  for (PetscInt i = 0; i < count; i++) {
    char *value = strchr(options[i], ' ');

    if (value) *value++ = '\0';
    PetscCall(PetscOptionsSetValue(run->options, options[i], value));
  }
  PetscCall(MfgOptionsFree(count, &options));
  PetscCall(MfgParametersIsPresent(run->keys, "petsc_options", &present));
  if (present) PetscCall(MfgParametersGetText(run->keys, "petsc_options", &own));
  if (own) PetscCall(CheckText(own, complaints));
  if (own) PetscCall(PetscOptionsInsertString(run->options, own));
  PetscCall(PetscOptionsPush(run->options));
  PetscFunctionReturn(0);
}

/* The option that `name` was meant to be, with its prefix, or "". */
static PetscErrorCode Suggest(const char *name, size_t size, char suggestion[])
{
  enum { LINEAR = sizeof(linear_names) / sizeof(linear_names[0]) };
  enum { EIGEN = sizeof(eigenvalue_names) / sizeof(eigenvalue_names[0]) };
  enum { ALL = LINEAR * (PREFIX_COUNT - 1) + EIGEN };
  char        words[ALL][64];
  const char *pointers[ALL], *near;
  PetscInt    n = 0;

  PetscFunctionBeginUser;
  for (int p = 0; p < PREFIX_COUNT; p++) {
    for (int i = 0; i < (p == SPECTRUM ? (int)EIGEN : (int)LINEAR); i++) {
      PetscCall(PetscSNPrintf(words[n], sizeof(words[n]), "%s%s", prefixes[p],
                              p == SPECTRUM ? eigenvalue_names[i] : linear_names[i]));
      pointers[n] = words[n];
      n++;
    }
  }
  near = MfgNearestWord(name, n, pointers);
  if (!near) { /* without a prefix: that of policy evaluation, which comes first */
    for (int i = 0; i < LINEAR; i++) pointers[i] = words[i] + strlen(prefixes[0]);
    near = MfgNearestWord(name, LINEAR, pointers);
    if (near) near -= strlen(prefixes[0]);
  }
  PetscCall(PetscStrncpy(suggestion, near ? near : "", size));
  PetscFunctionReturn(0);
}

static PetscErrorCode ComplainOf(MfgRun run, const char *name)
{
  const MfgMark nowhere = {-1, 0, 0};
  char          suggestion[64];

  PetscFunctionBeginUser;
  PetscCall(Suggest(name, sizeof(suggestion), suggestion));
  if (suggestion[0] && strcmp(suggestion, name))
    PetscCall(MfgErrorsAdd(run->errors, nowhere, NULL,
                           "no part of this run reads the PETSc option -%.200s; did you mean -%s?", name,
                           suggestion));
  else if (suggestion[0])
    PetscCall(MfgErrorsAdd(
        run->errors, nowhere, NULL,
        "no part of this run reads the PETSc option -%.200s: the solver that is used there has no "
        "such option (evaluation.direct_below chooses between direct and iterative solvers)",
        name));
  else
    PetscCall(
        MfgErrorsAdd(run->errors, nowhere, NULL,
                     "no part of this run reads the PETSc option -%.200s; solvers read those that begin with "
                     "-eval_, -best_response_, -population_ and, with metrics.which: [spectrum], -spectrum_",
                     name));
  PetscFunctionReturn(0);
}

/*
  The eigenvalue solver is made when the run ends; a stand-in reads its options now, if the run will compute a
  spectrum.
*/
static PetscErrorCode TouchSpectrum(MfgRun run)
{
  MfgParameters metrics;
  PetscBool     wanted;
  EPS           eps;

  PetscFunctionBeginUser;
  PetscCall(MfgSolverGetMetricsParameters(run->solver, &metrics));
  PetscCall(MfgParametersHasChoice(metrics, "which", "spectrum", &wanted));
  if (!wanted) PetscFunctionReturn(0);
  PetscCall(EPSCreate(run->comm, &eps));
  PetscCall(EPSSetOptionsPrefix(eps, "spectrum_"));
  PetscCall(EPSSetFromOptions(eps));
  PetscCall(EPSDestroy(&eps));
  PetscFunctionReturn(0);
}

/*
  Complain of tolerances of linear solvers: the model sets them anew before every solve, from keys that have a
  row in the record.
*/
static PetscErrorCode CheckTolerances(MfgRun run)
{
  static const char *const names[] = {"ksp_rtol", "ksp_atol"};
  static const char *const keys[] = {"tolerance", "best_response_tolerance", "population_tolerance"};
  const MfgMark            nowhere = {-1, 0, 0};

  PetscFunctionBeginUser;
  for (int p = 0; p < SPECTRUM; p++) {
    for (int i = 0; i < 2; i++) {
      char      name[64];
      PetscBool set;

      PetscCall(PetscSNPrintf(name, sizeof(name), "-%s%s", prefixes[p], names[i]));
      PetscCall(PetscOptionsHasName(NULL, NULL, name, &set));
      if (set)
        PetscCall(MfgErrorsAdd(run->errors, nowhere, NULL,
                               "the PETSc option %s has no place beside evaluation.%s; set that key instead",
                               name, keys[p]));
    }
  }
  PetscFunctionReturn(0);
}

/*
  The options that no rank has read. A rank that takes no part in an inner solver does not read its options,
  so the ranks are asked together. Free with MfgOptionsFree(). Collective.
*/
static PetscErrorCode GetUnused(MfgRun run, PetscInt *count, char ***unused)
{
  PetscInt mine, total;
  char   **names, **values, **list;
  int      length, left;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsLeftGet(NULL, &mine, &names, &values));
  total = mine;
  PetscCallMPI(MPI_Bcast(&total, 1, MPIU_INT, 0, run->comm));
  PetscCall(PetscCalloc1(total + 1, &list));
  *count = 0;
  for (PetscInt i = 0; i < total; i++) { /* those of rank 0 */
    length = run->rank == 0 ? (int)strlen(names[i]) + 1 : 0;
    PetscCallMPI(MPI_Bcast(&length, 1, MPI_INT, 0, run->comm));
    PetscCall(PetscMalloc1(length, &list[*count]));
    if (run->rank == 0) PetscCall(PetscArraycpy(list[*count], names[i], length));
    PetscCallMPI(MPI_Bcast(list[*count], length, MPI_CHAR, 0, run->comm));
    left = 0;
    for (PetscInt j = 0; j < mine; j++)
      if (!strcmp(names[j], list[*count])) left = 1;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &left, 1, MPI_INT, MPI_LAND, run->comm));
    if (left)
      ++*count;
    else
      PetscCall(PetscFree(list[*count]));
  }
  PetscCall(PetscOptionsLeftRestore(NULL, &mine, &names, &values));
  *unused = list;
  PetscFunctionReturn(0);
}

/* Set up completely the solvers for which options are left, so that their inner parts read theirs. */
static PetscErrorCode TouchSolvers(MfgRun run)
{
  PetscInt  count;
  char    **unused;
  PetscBool touch[PREFIX_COUNT] = {PETSC_FALSE};

  PetscFunctionBeginUser;
  PetscCall(GetUnused(run, &count, &unused));
  for (PetscInt i = 0; i < count; i++)
    for (int p = 0; p < PREFIX_COUNT; p++)
      if (!strncmp(unused[i], prefixes[p], strlen(prefixes[p]))) touch[p] = PETSC_TRUE;
  PetscCall(MfgOptionsFree(count, &unused));
  if (touch[0] || touch[1] || touch[2])
    PetscCall(MfgModelTouchSolvers(run->model, touch[0], touch[1], touch[2]));
  if (touch[SPECTRUM]) PetscCall(TouchSpectrum(run));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgOptionsCheck(MfgRun run)
{
  PetscInt count;
  char   **unused;

  PetscFunctionBeginUser;
  PetscCall(CheckTolerances(run));
  PetscCall(TouchSolvers(run));
  PetscCall(GetUnused(run, &count, &unused));
  for (PetscInt i = 0; i < count; i++)
    if (!MfgOptionIsSilent(unused[i])) PetscCall(ComplainOf(run, unused[i]));
  PetscCall(MfgOptionsFree(count, &unused));
  PetscFunctionReturn(0);
}
