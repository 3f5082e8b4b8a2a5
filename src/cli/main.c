/* throng: arguments in, exit code out. */
#include <slepcsys.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <throng/experiment.h>
#include "cli.h"

/*
  A PETSc error is told in plain lines: the message, then the way it took. Where it strikes a rank other than
  0, that rank waits before it speaks: if rank 0 has the same to say, it ends the program first.
*/
static PetscErrorCode TellError(MPI_Comm comm, int line, const char *function, const char *file,
                                PetscErrorCode code, PetscErrorType type, const char *message, void *context)
{
  const char *general = NULL;
  PetscMPIInt rank = 0;

  (void)comm, (void)context;
  (void)MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (type == PETSC_ERROR_INITIAL) {
    (void)PetscErrorMessage(code, &general, NULL);
    if (rank != 0) (void)sleep(2);
    (void)fprintf(stderr, "throng: error on rank %d: %s%s%s\n", (int)rank, general ? general : "",
                  general && message && *message ? ": " : "", message ? message : "");
  }
  (void)fprintf(stderr, "throng:   in %s() at %s:%d\n", function ? function : "?", file ? file : "?", line);
  (void)fflush(stderr);
  return code;
}

/* Do what the arguments ask for, MPI and PETSc being there. */
static PetscErrorCode Act(const MfgArguments *arguments, int *code)
{
  PetscMPIInt rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  *code = MFG_EXIT_DONE;
  if (arguments->error[0]) {
    *code = MFG_EXIT_BAD_INPUT;
    if (rank == 0)
      (void)fprintf(stderr, "throng: %s\nSee throng%s%s --help\n", arguments->error,
                    arguments->command == MFG_COMMAND_NONE ? "" : " ", MfgCommandNames[arguments->command]);
  } else if (arguments->help) {
    if (rank == 0) PetscCall(MfgPrintHelp(arguments->command, stdout));
  } else if (arguments->version) {
    if (rank == 0) PetscCall(MfgPrintVersion(stdout));
  } else if (arguments->command == MFG_COMMAND_RUN)
    PetscCall(MfgRunCommand(arguments, code));
  else if (arguments->command == MFG_COMMAND_PLAN)
    PetscCall(MfgPlanCommand(arguments, code));
  else if (arguments->command == MFG_COMMAND_LIST)
    PetscCall(MfgListCommand(arguments, code));
  else
    PetscCall(MfgDescribeCommand(arguments, code));
  PetscFunctionReturn(0);
}

/*
  Newer releases of PETSc tell of options that nobody has read, which is ours to judge: where all results are
  there, no solver reads any.
*/
static PetscErrorCode KeepQuiet(void)
{
  PetscBool given;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsHasName(NULL, NULL, "-options_left", &given));
  if (!given) PetscCall(PetscOptionsSetValue(NULL, "-options_left", "no"));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  const char   **settings = malloc((size_t)(argc + 1) * sizeof(*settings));
  char         **petsc = malloc((size_t)(argc + 1) * sizeof(*petsc));
  int            petsc_count = 1, code = MFG_EXIT_FAILED;
  MfgArguments   arguments;
  PetscErrorCode ierr;

  if (!settings || !petsc) return MFG_EXIT_FAILED;
  MfgArgumentsRead(argc, argv, settings, &arguments);
  if (arguments.command == MFG_COMMAND_STATUS && !arguments.error[0] && !arguments.help) {
    code = MfgStatusCommand(&arguments); /* which needs nothing of the below, and not their time to start */
    free(petsc);
    free(settings);
    return code;
  }
  petsc[0] = argv[0];
  for (int i = 0; i < arguments.petsc_count && !arguments.error[0]; i++)
    petsc[petsc_count++] = arguments.petsc[i];
  petsc[petsc_count] = NULL;
  if (arguments.command == MFG_COMMAND_RUN) MfgListen(); /* the libraries take a while to start */
  ierr = SlepcInitialize(&petsc_count, &petsc, NULL, NULL);
  if (ierr) return MFG_EXIT_FAILED;
  ierr = PetscPushErrorHandler(TellError, NULL);
  if (!ierr) ierr = Act(&arguments, &code);
  if (ierr) (void)MPI_Abort(MPI_COMM_WORLD, MFG_EXIT_FAILED);
  ierr = PetscPopErrorHandler();
  if (!ierr) ierr = KeepQuiet();
  if (!ierr) ierr = SlepcFinalize();
  free(petsc);
  free(settings);
  return ierr ? MFG_EXIT_FAILED : code;
}
