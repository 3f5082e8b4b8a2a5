/*
  Checksums of files: zlib's CRC-32 beside the size. The file `checksums` of a result folder has one for every
  other file in it, a line each: eight hexadecimal digits, the size in bytes, the name. That of run.json is
  the last. Not collective.
*/
#ifndef THRONG_EXPERIMENT_CHECKSUMS_H
#define THRONG_EXPERIMENT_CHECKSUMS_H

#include "experiment/run.h"

typedef struct {
  PetscInt64    size; /* bytes */
  unsigned long crc;
} MfgChecksum;

/* That of the first `size` bytes of the file; negative: of all. False, with errno, where it cannot be read.
 */
PetscBool MfgChecksumOfFile(const char *path, PetscInt64 size, MfgChecksum *sum);
/*
  Write `checksums` for the files of the folder other than except[count]. `message`: left alone if all is
  well.
*/
void MfgChecksumsWrite(const char *folder, PetscInt count, const char *const except[],
                       char message[MFG_MESSAGE_SIZE]);
/* Whether the files of the folder are those that it was written with; if not, `problem` says what is wrong.
 */
PetscBool MfgChecksumsFit(const char *folder, char problem[MFG_MESSAGE_SIZE]);

#endif
