/* Stages: PETSc log stages that keep their own exclusive clocks. */
#include <throng/mdp.h>

const char *const MfgStageNames[MFG_STAGE_COUNT] = {"setup",        "refresh",  "evaluate",   "backup",
                                                    "improve",      "push",     "population", "best_response",
                                                    "soft_optimal", "spectrum", "output",     "other"};

enum { MAX_DEPTH = 16 };
static PetscLogStage log_stages[MFG_STAGE_COUNT];
static PetscBool     registered = PETSC_FALSE;
static MfgStage      running[MAX_DEPTH] = {MFG_STAGE_OTHER};
static PetscInt      depth = 0; /* running[depth] is the stage whose clock runs */
static double        clock_start = 0, seconds_of[MFG_STAGE_COUNT];

/* Stop the clock of the stage that runs, and start anew. */
static void Lap(void)
{
  const double now = MPI_Wtime();

  seconds_of[running[depth]] += now - clock_start;
  clock_start = now;
}

static PetscErrorCode Register(void)
{
  PetscFunctionBegin;
  if (registered) PetscFunctionReturn(0);
  for (int i = 0; i < MFG_STAGE_OTHER; i++) {
    char name[64];

    PetscCall(PetscSNPrintf(name, sizeof(name), "throng %s", MfgStageNames[i]));
    PetscCall(PetscLogStageRegister(name, &log_stages[i]));
  }
  registered = PETSC_TRUE;
  clock_start = MPI_Wtime();
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStageBegin(MfgStage stage)
{
  PetscFunctionBegin;
  PetscCall(Register());
  PetscCheck(depth + 1 < MAX_DEPTH, PETSC_COMM_SELF, PETSC_ERR_PLIB, "Stages are nested too deep");
  Lap();
  running[++depth] = stage;
  PetscCall(PetscLogStagePush(log_stages[stage]));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStageEnd(MfgStage stage)
{
  PetscFunctionBegin;
  PetscCheck(depth > 0 && running[depth] == stage, PETSC_COMM_SELF, PETSC_ERR_PLIB,
             "Stage %s ends but does not run", MfgStageNames[stage]);
  Lap();
  depth--;
  PetscCall(PetscLogStagePop());
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStageGetSeconds(PetscReal seconds[MFG_STAGE_COUNT])
{
  PetscFunctionBegin;
  PetscCall(Register());
  Lap();
  for (int i = 0; i < MFG_STAGE_COUNT; i++) seconds[i] = seconds_of[i];
  PetscFunctionReturn(0);
}

PetscErrorCode MfgStageReset(void)
{
  PetscFunctionBegin;
  PetscCall(Register());
  for (; depth > 0; depth--) PetscCall(PetscLogStagePop()); /* left open by an error that was caught */
  clock_start = MPI_Wtime();
  for (int i = 0; i < MFG_STAGE_COUNT; i++) seconds_of[i] = 0;
  PetscFunctionReturn(0);
}
