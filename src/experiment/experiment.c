/* The experiment object, and performing what it holds; see throng/experiment.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "experiment/choose.h"
#include "experiment/conclude.h"
#include "experiment/folders.h"
#include "experiment/groups.h"
#include "experiment/memory.h"
#include "experiment/options.h"
#include "experiment/rehearsal.h"
#include "experiment/schedule.h"

enum { LONGEST_FOLDER = MFG_PATH_SIZE / 2 }; /* what is in it needs room, too */

static const MfgParameterSpec limit_parameters[] = {
    {.key = "max_failures",
     .type = MFG_PARAMETER_INTEGER,
     .range = "[1,inf)",
     .unit = "",
     .help = "begin no further run once so many have failed in a launch"},
    {.key = NULL}};

PetscErrorCode MfgExperimentCreate(MPI_Comm comm, MfgExperiment *experiment)
{
  MfgExperiment e;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&e));
  PetscCallMPI(MPI_Comm_dup(comm, &e->comm));
  PetscCallMPI(MPI_Comm_rank(e->comm, &e->rank));
  PetscCallMPI(MPI_Comm_size(e->comm, &e->size));
  PetscCall(PetscStrallocpy("results", &e->out));
  PetscCall(MfgRunCreate(PETSC_COMM_SELF, NULL, NULL, &e->tables));
  PetscCall(MfgParametersCreate(&e->limits));
  PetscCall(MfgParametersAddTable(e->limits, MfgMaxRunsTable));
  PetscCall(MfgParametersAddTable(e->limits, limit_parameters));
  e->rerun = MFG_RERUN_DAMAGED;
  e->ranks = e->size;
  e->shard_count = 1;
  e->deadline = INFINITY;
  e->deadline_note = "";
  *experiment = e;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentDestroy(MfgExperiment *experiment)
{
  MfgExperiment e = *experiment;

  PetscFunctionBeginUser;
  if (!e) PetscFunctionReturn(0);
  PetscCall(MfgPlanDestroy(&e->plan));
  PetscCall(MfgSweepDestroy(&e->sweep));
  PetscCall(MfgRunDestroy(&e->tables));
  PetscCall(MfgParametersDestroy(&e->limits));
  PetscCall(MfgNodeDestroy(&e->root));
  PetscCall(MfgErrorsDestroy(&e->errors));
  for (PetscInt i = 0; i < e->origin.setting_count; i++) PetscCall(PetscFree(e->settings[i]));
  PetscCall(PetscFree(e->settings));
  PetscCall(MfgOptionsFree(e->origin.option_count, &e->origin.options));
  PetscCall(PetscFree(e->text));
  PetscCall(PetscFree(e->out));
  PetscCall(PetscFree(e->path));
  PetscCallMPI(MPI_Comm_free(&e->comm));
  PetscCall(PetscFree(*experiment));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentSetOutput(MfgExperiment e, const char *folder)
{
  char *copy;

  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy(folder, &copy));
  PetscCall(PetscFree(e->out));
  e->out = copy;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentSetRerun(MfgExperiment e, PetscInt which)
{
  PetscFunctionBeginUser;
  e->rerun = which | MFG_RERUN_DAMAGED;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentSetShard(MfgExperiment e, PetscInt index, PetscInt count)
{
  PetscFunctionBeginUser;
  PetscCheck(0 <= index && index < count, e->comm, PETSC_ERR_ARG_OUTOFRANGE,
             "No shard %" PetscInt_FMT " of %" PetscInt_FMT, index, count);
  e->shard_index = index;
  e->shard_count = count;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentSetTimeLimit(MfgExperiment e, PetscReal seconds, const char *note)
{
  PetscFunctionBeginUser;
  e->deadline_note = note;
  e->deadline = seconds < PETSC_INFINITY ? MPI_Wtime() + (double)seconds : INFINITY;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentGetParameters(MfgExperiment e, const char *section, MfgParameters *parameters)
{
  PetscFunctionBeginUser;
  *parameters = NULL;
  if (!strcmp(section, "run")) *parameters = e->tables->keys;
  if (!strcmp(section, "limits")) *parameters = e->limits;
  for (PetscInt i = 0; i < MFG_SECTION_COUNT; i++)
    if (!strcmp(section, MfgSectionNames[i]))
      PetscCall(MfgRunGetSection(e->tables, (MfgSection)i, parameters));
  PetscFunctionReturn(0);
}

/* What goes wrong with the output folder counts as bad input. */
static PetscErrorCode Refuse(MfgExperiment e, const char *message, MfgExperimentOutcome *outcome)
{
  const MfgMark nowhere = {-1, 0, 0};

  PetscFunctionBeginUser;
  if (message[0]) PetscCall(MfgErrorsAdd(e->errors, nowhere, NULL, "%s", message));
  PetscCall(MfgErrorsConclude(e->comm, e->errors, outcome));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteOrigin(MfgExperiment e, MfgLaunch launch, char message[MFG_MESSAGE_SIZE])
{
  PetscFunctionBeginUser;
  message[0] = '\0';
  if (e->rank == 0) PetscCall(MfgOriginWrite(&e->origin, e->plan, e->folder, message));
  if (e->rank == 0 && !message[0]) MfgRerunKeep(&e->wish, message);
  PetscCall(MfgShareMessage(e->comm, message));
  if (!message[0]) PetscCall(MfgLaunchOpen(launch, e->folder, message));
  PetscFunctionReturn(0);
}

/* The folder cannot be written. While there is none, nothing was written, and the command is to be another.
 */
static PetscErrorCode StopUnwritten(MfgExperiment e, const char *message, MfgExperimentOutcome *outcome)
{
  char other[MFG_MESSAGE_SIZE] = "";
  int  begun;

  PetscFunctionBeginUser;
  if (!message[0]) PetscFunctionReturn(0);
  if (e->rank == 0) MfgOriginCheck(&e->origin, e->folder, other); /* it came at the same moment */
  begun = e->rank == 0 && MfgPathExists(e->folder) && !other[0];
  PetscCallMPI(MPI_Bcast(&begun, 1, MPI_INT, 0, e->comm));
  if (!begun) {
    PetscCall(Refuse(e, message, outcome));
    PetscFunctionReturn(0);
  }
  *outcome = MFG_EXPERIMENT_FAILED;
  if (e->rank == 0)
    (void)fprintf(stderr,
                  "throng: %s\nthrong: when results can be written there, run the same command again\n",
                  message);
  PetscFunctionReturn(0);
}

/* The only run of the file, whose set-up is part of the check of the input: before it nothing is written. */
static PetscErrorCode PerformLone(MfgExperiment e, MfgLaunch launch, MPI_Comm group, MfgTally *tally,
                                  MfgExperimentOutcome *outcome)
{
  MfgPlannedRun *planned = &e->plan->runs[0];
  MfgPerformance how = {
      .folder = e->folder,
      .run_id = planned->run_id,
      .time_limit = planned->time_limit,
      .again = (PetscBool)(planned->state == MFG_RESULT_COMPLETE || planned->state == MFG_RESULT_FAILED),
      .alone = PETSC_TRUE};
  char          message[MFG_MESSAGE_SIZE];
  PetscBool     no_memory = PETSC_FALSE;
  MfgRunOutcome end = MFG_RUN_OUTCOME_COUNT;
  MfgRun        run = NULL;
  MfgNode      *root;
  int           failed, ended; /* of the group; other ranks have no end */

  PetscFunctionBeginUser;
  if (group != MPI_COMM_NULL) {
    PetscCall(MfgStageReset());
    PetscCall(MfgSweepGetDocument(e->sweep, planned->variant, &root));
    PetscCall(MfgRunCreate(group, root, e->errors, &run));
    PetscCall(MfgRunCheck(run));
    PetscCall(MfgRunSetUp(run, NULL, &no_memory));
  }
  PetscCall(MfgErrorsConclude(e->comm, e->errors, outcome));
  failed = no_memory;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, e->comm));
  if (failed) *outcome = MFG_EXPERIMENT_FAILED;
  if (*outcome == MFG_EXPERIMENT_DONE) {
    PetscCall(WriteOrigin(e, launch, message));
    PetscCall(StopUnwritten(e, message, outcome));
  }
  if (run && *outcome == MFG_EXPERIMENT_DONE) PetscCall(MfgRunPerform(run, launch, &how, &end));
  PetscCall(MfgRunDestroy(&run));
  ended = (int)end;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &ended, 1, MPI_INT, MPI_MIN, e->comm));
  for (int i = 0; i < MFG_RUN_OUTCOME_COUNT; i++) tally->count[i] = i == ended;
  PetscFunctionReturn(0);
}

/* The only run is one group's, that of the lowest rank that has one; this need not be rank 0. */
static PetscErrorCode KeepOneGroup(MfgExperiment e, MPI_Comm *group)
{
  PetscMPIInt mine = *group == MPI_COMM_NULL ? e->size : e->rank, first, leader;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, e->comm));
  if (*group == MPI_COMM_NULL) PetscFunctionReturn(0);
  PetscCallMPI(MPI_Allreduce(&mine, &leader, 1, MPI_INT, MPI_MIN, *group));
  if (leader != first) PetscCallMPI(MPI_Comm_free(group));
  PetscFunctionReturn(0);
}

static PetscErrorCode PerformAll(MfgExperiment e, MfgLaunch launch, MfgTally *tally,
                                 MfgExperimentOutcome *outcome)
{
  char     message[MFG_MESSAGE_SIZE];
  MPI_Comm group;
  PetscInt groups;

  PetscFunctionBeginUser;
  if (e->lone) {
    PetscCall(MfgGroupsSplit(e->comm, e->plan->runs[0].ranks, &group, &groups));
    PetscCall(KeepOneGroup(e, &group));
    PetscCall(PerformLone(e, launch, group, tally, outcome));
    if (group != MPI_COMM_NULL) PetscCallMPI(MPI_Comm_free(&group));
    PetscFunctionReturn(0);
  }
  PetscCall(WriteOrigin(e, launch, message));
  PetscCall(StopUnwritten(e, message, outcome));
  if (*outcome == MFG_EXPERIMENT_DONE) PetscCall(MfgScheduleRun(e->comm, e->plan, e->folder, launch, tally));
  PetscFunctionReturn(0);
}

/* Who has just looked at results/NAME may give that for the folder in which results/NAME is made. */
static void WarnOfNesting(const MfgExperiment e)
{
  char inside[MFG_PATH_SIZE];

  (void)snprintf(inside, sizeof(inside), "%.3900s/experiment.json", e->out);
  if (MfgPathExists(inside) && !MfgPathExists(e->folder))
    (void)fprintf(
        stderr,
        "throng: warning: %s is the folder of an experiment, and these results go to %s; --out takes "
        "the folder above\n",
        e->out, e->folder);
}

PetscErrorCode MfgExperimentCheckFolder(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  char message[MFG_MESSAGE_SIZE] = "";

  PetscFunctionBeginUser;
  if (strlen(e->out) + strlen(e->origin.name) >= LONGEST_FOLDER) {
    (void)snprintf(message, sizeof(message),
                   "the folder of the results, OUT/%s, would have a path of more than %d letters; expected a "
                   "shorter --out",
                   e->origin.name, (int)LONGEST_FOLDER);
    PetscCall(Refuse(e, message, outcome));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscSNPrintf(e->folder, sizeof(e->folder), "%s/%s", e->out, e->origin.name));
  if (e->rank == 0) {
    WarnOfNesting(e);
    MfgFolderCheckWritable(e->folder, message);
    if (!message[0]) MfgOriginCheck(&e->origin, e->folder, message);
  }
  PetscCall(MfgShareMessage(e->comm, message));
  PetscCall(Refuse(e, message, outcome));
  PetscFunctionReturn(0);
}

/* Whether there is enough memory for the runs, as far as one can tell before. */
static PetscErrorCode CheckMemory(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  char      message[MFG_MESSAGE_SIZE] = "";
  PetscBool wanted;

  PetscFunctionBeginUser;
  PetscCall(MfgSweepGetMemoryCheck(e->sweep, &wanted));
  if (wanted) PetscCall(MfgMemoryCheck(e->comm, e->plan, 0, message));
  PetscCall(Refuse(e, message, outcome));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgExperimentRun(MfgExperiment e, MfgExperimentOutcome *outcome)
{
  MfgTally  tally = {{0}};
  MfgLaunch launch;
  MfgSurvey survey;
  PetscInt  max_failures = -1;
  PetscBool limited;

  PetscFunctionBeginUser;
  PetscCheck(e->plan, e->comm, PETSC_ERR_ARG_WRONGSTATE, "Call MfgExperimentLoad() first");
  *outcome = MFG_EXPERIMENT_DONE;
  PetscCall(MfgExperimentCheckFolder(e, outcome));
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  PetscCall(MfgExperimentChoose(e, outcome));
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  MfgSurveyTake(e->plan, &survey);
  if (!survey.todo) {
    MfgSurveyTell(e, &survey);
    PetscCall(MfgExperimentTellNothing(e, &survey, outcome));
    PetscFunctionReturn(0);
  }
  PetscCall(CheckMemory(e, outcome));
  if (*outcome == MFG_EXPERIMENT_DONE && !e->lone)
    PetscCall(MfgRehearse(e->comm, e->plan, PETSC_INFINITY, e->errors));
  PetscCall(MfgErrorsConclude(e->comm, e->errors, outcome));
  if (*outcome != MFG_EXPERIMENT_DONE) PetscFunctionReturn(0);
  MfgSurveyTell(e, &survey);
  PetscCall(MfgParametersIsPresent(e->limits, "max_failures", &limited));
  if (limited) PetscCall(MfgParametersGetInteger(e->limits, "max_failures", &max_failures));
  PetscCall(MfgLaunchCreate(e->comm, e->deadline, max_failures, &launch));
  PetscCall(PerformAll(e, launch, &tally, outcome));
  if (*outcome == MFG_EXPERIMENT_DONE) PetscCall(MfgExperimentConclude(e, launch, &survey, &tally, outcome));
  PetscCall(MfgLaunchDestroy(&launch));
  PetscFunctionReturn(0);
}
