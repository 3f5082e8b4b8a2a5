/*
  Linked into the tests of the sanitizer build only. What MPI allocates while it starts and ends is no leak of
  ours, and its plug-ins stay loaded, so that the leak check can still name them (tests/lsan.supp).
*/
#include <mpi.h>
#include <sanitizer/lsan_interface.h>

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
  int error;

  __lsan_disable();
  error = PMPI_Init_thread(argc, argv, required, provided);
  __lsan_enable();
  return error;
}

int MPI_Finalize(void)
{
  int error;

  __lsan_disable();
  error = PMPI_Finalize();
  __lsan_enable();
  return error;
}

int dlclose(void *handle)
{
  (void)handle;
  return 0;
}
