/*
  How HDF5 writes a file of ours: through a driver that never tells it of an error. HDF5 does not get over a
  file that it cannot write; it tries again when the program ends, and takes it down. The first error is kept
  for us instead, and nothing more is written.
*/
#ifndef THRONG_FIELDS_DISK_H
#define THRONG_FIELDS_DISK_H

#include <hdf5.h>

/*
  Create the file, or empty it. *error: 0, or the errno of the first call that failed, from here on until the
  file is closed, which brings it to the disk. Not collective. Negative if there is no file. The format is
  that of HDF5 1.8, whose tables have checksums: a flipped bit is not taken for a wild size, which can cost
  all memory.
*/
hid_t MfgDiskCreate_Private(const char *path, int *error);

#endif
