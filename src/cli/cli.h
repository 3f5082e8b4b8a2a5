/* The command line: what its files share. */
#ifndef THRONG_CLI_CLI_H
#define THRONG_CLI_CLI_H

#include <throng/throng.h>

/* 75 is what sysexits.h calls a temporary failure: the same command again goes on. */
enum { MFG_EXIT_DONE = 0, MFG_EXIT_FAILED = 1, MFG_EXIT_BAD_INPUT = 2, MFG_EXIT_STOPPED = 75 };
enum { MFG_ERROR_SIZE = 1024 };

typedef enum {
  MFG_COMMAND_NONE, /* nothing but options, such as --help */
  MFG_COMMAND_RUN,
  MFG_COMMAND_PLAN,
  MFG_COMMAND_STATUS,
  MFG_COMMAND_LIST,
  MFG_COMMAND_DESCRIBE,
  MFG_COMMAND_COUNT
} MfgCommand;
extern const char *const MfgCommandNames[MFG_COMMAND_COUNT];

/* What the user asked for. All texts are those of argv. */
typedef struct {
  MfgCommand   command;
  PetscBool    help, version;
  const char  *program;  /* as it was called */
  const char  *words[2]; /* run: FILE; status: DIR and RUN; describe: KIND and NAME */
  int          word_count;
  const char **settings; /* [setting_count] */
  int          setting_count;
  const char  *out;
  PetscInt     rerun; /* of MfgRerun */
  PetscInt     shard_index, shard_count;
  PetscInt     ranks;       /* of plan; 0: not given */
  PetscBool    all;         /* of plan and status: every run */
  PetscBool    verify;      /* of status */
  PetscReal    time_limit;  /* seconds; negative: not given */
  const char  *plugin;      /* of list and describe; NULL: none */
  int          petsc_count; /* arguments after `--` */
  char       **petsc;
  char         error[MFG_ERROR_SIZE]; /* empty if the arguments are good */
} MfgArguments;

/* The exit code that stands for an outcome. */
int MfgExitCode(MfgExperimentOutcome outcome);

/* Take argv apart. Needs no MPI. settings: room for argc texts. */
void MfgArgumentsRead(int argc, char **argv, const char **settings, MfgArguments *arguments);

/* These print from rank 0 alone and are collective. `code`: the exit code. */
PetscErrorCode MfgRunCommand(const MfgArguments *arguments, int *code);
PetscErrorCode MfgPlanCommand(const MfgArguments *arguments, int *code);
PetscErrorCode MfgListCommand(const MfgArguments *arguments, int *code);
PetscErrorCode MfgDescribeCommand(const MfgArguments *arguments, int *code);
PetscErrorCode MfgPrintHelp(MfgCommand command, FILE *stream);
PetscErrorCode MfgPrintVersion(FILE *stream);

/* Needs neither MPI nor PETSc; prints in every process that calls it. Returns the exit code. */
int MfgStatusCommand(const MfgArguments *arguments);

#endif
