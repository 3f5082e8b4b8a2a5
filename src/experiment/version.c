/* Versions of the program and of what it stands on. */
#include <string.h>
#include <hdf5.h>
#include <petscsys.h>
#include <slepcsys.h>
#include <yaml.h>
#include <throng/experiment.h>
#include "throng_version.h"

const char *MfgVersion(void)
{
  return THRONG_VERSION;
}

const char *MfgCommit(void)
{
  return THRONG_COMMIT;
}

PetscErrorCode MfgGetLibraries(PetscInt *count, const MfgLibrary *libraries[])
{
  static MfgLibrary all[] = {{"MPI", ""}, {"PETSc", ""}, {"SLEPc", ""}, {"libyaml", ""}, {"HDF5", ""}};
  char              mpi[MPI_MAX_LIBRARY_VERSION_STRING];
  int               mpi_length;
  unsigned          hdf5[3];
  PetscInt          petsc[3], slepc[3];

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Get_library_version(mpi, &mpi_length));
  mpi[strcspn(mpi, ",\n")] = '\0'; /* the build's particulars follow */
  PetscCall(PetscStrncpy(all[0].version, mpi, sizeof(all[0].version)));
  PetscCall(PetscGetVersionNumber(&petsc[0], &petsc[1], &petsc[2], NULL));
  PetscCall(SlepcGetVersionNumber(&slepc[0], &slepc[1], &slepc[2], NULL));
  PetscCall(PetscSNPrintf(all[1].version, sizeof(all[1].version),
                          "%" PetscInt_FMT ".%" PetscInt_FMT ".%" PetscInt_FMT, petsc[0], petsc[1],
                          petsc[2]));
  PetscCall(PetscSNPrintf(all[2].version, sizeof(all[2].version),
                          "%" PetscInt_FMT ".%" PetscInt_FMT ".%" PetscInt_FMT, slepc[0], slepc[1],
                          slepc[2]));
  PetscCall(PetscStrncpy(all[3].version, yaml_get_version_string(), sizeof(all[3].version)));
  PetscCheck(H5get_libversion(&hdf5[0], &hdf5[1], &hdf5[2]) >= 0, PETSC_COMM_SELF, PETSC_ERR_LIB, "HDF5");
  PetscCall(PetscSNPrintf(all[4].version, sizeof(all[4].version), "%u.%u.%u", hdf5[0], hdf5[1], hdf5[2]));
  *count = (PetscInt)(sizeof(all) / sizeof(all[0]));
  *libraries = all;
  PetscFunctionReturn(0);
}
