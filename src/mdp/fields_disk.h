/*
  How HDF5 writes a file of ours: through a driver that never tells it of an error. HDF5 does not get over a
  file that it cannot write; it tries again when the program ends, and takes it down. The first error is kept
  for us instead, and nothing more is written.
*/
#ifndef THRONG_FIELDS_DISK_H
#define THRONG_FIELDS_DISK_H

#include <hdf5.h>

/* What a file and its owner tell each other until it is closed. */
typedef struct {
  int error; /* 0, or the errno of the first call that failed */
  int sync;  /* whether closing brings the file to the disk */
} MfgDisk;

/*
  Create the file, or empty it. Not collective. Negative if there is no file. The format is that of HDF5 1.8,
  whose tables have checksums: a flipped bit is not taken for a wild size, which can cost all memory.
*/
hid_t MfgDiskCreate_Private(const char *path, MfgDisk *disk);

#endif
