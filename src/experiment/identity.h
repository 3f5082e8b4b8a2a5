/* What a run is: its resolved parameters, and the name that follows from them. */
#ifndef THRONG_EXPERIMENT_IDENTITY_H
#define THRONG_EXPERIMENT_IDENTITY_H

#include <stdint.h>
#include "experiment/run.h"

enum { MFG_RUN_ID_SIZE = 256 };

/*
  64-bit FNV-1a (Fowler, Noll, Vo) of a text after others, with its end, so that "ab", "c" and "a", "bc"
  differ. The first comes after MfgHashStart. Not collective.
*/
extern const uint64_t MfgHashStart;
uint64_t              MfgHashText(uint64_t hash, const char *text);

/*
  Rows of a section that are left out of the record: defaults that have no effect beside what the user gave,
  such as initial.weight beside a uniform law. With them the recorded parameters would not pass the check that
  the file passed. *skip has a flag a row; it is the run's. For a run that was checked,
  and a section that has a type if it needs one. Not collective.
*/
PetscErrorCode MfgRunFindIdle(MfgRun run, MfgSection section, const PetscBool **skip);

/*
  "<game>-<solver>-seed<seed>-<hash>"; the hash is over everything that changes the numbers: the resolved
  parameters of game, solver, metrics and evaluation, the seed, the content of the files they name, and PETSc
  options except those that log or monitor. Not collective: it is that of the files as this rank sees them.
*/
PetscErrorCode MfgRunGetId(MfgRun run, char run_id[MFG_RUN_ID_SIZE]);
/*
  Whether the files that the run names still have the content that gave it this run id, once it has read them;
  if not, rank 0 has an error. Not collective.
*/
PetscErrorCode MfgRunCheckFiles(MfgRun run, const char *run_id);

/*
  The PETSc options of a run that was checked, those aside that log or monitor, with what decides which of
  them its model reads; 0: there are none. Not collective.
*/
PetscErrorCode MfgRunHashOptions(MfgRun run, uint64_t *hash);

#endif
