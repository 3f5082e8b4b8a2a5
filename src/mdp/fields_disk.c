/* A virtual file driver of HDF5; see fields_disk.h. It writes what HDF5's own POSIX driver (sec2) writes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fields_disk.h"
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

typedef struct {
  H5FD_t   header; /* HDF5's own; comes first */
  int      handle;
  MfgDisk *owner;
  haddr_t  allocated, size; /* bytes: in use as HDF5 sees it, and of the file */
} Disk;

static void Note(const Disk *disk, int error)
{
  if (!disk->owner->error) disk->owner->error = error ? error : EIO;
}

static H5FD_t *Open(const char *path, unsigned flags, hid_t access, haddr_t largest)
{
  MfgDisk *const *owner = H5Pget_driver_info(access);
  const int       mode = (flags & H5F_ACC_RDWR ? O_RDWR : O_RDONLY) | (flags & H5F_ACC_CREAT ? O_CREAT : 0) |
                   (flags & H5F_ACC_TRUNC ? O_TRUNC : 0) | (flags & H5F_ACC_EXCL ? O_EXCL : 0);
  Disk *disk = calloc(1, sizeof(*disk));
  off_t size;

  (void)largest;
  if (!disk) return NULL;
  disk->owner = *owner;
  disk->handle = open(path, mode | O_CLOEXEC, 0666);
  disk->owner->error =
      disk->handle < 0 ? errno : 0; /* HDF5 tries whether there is a file before it creates one */
  if (disk->handle < 0) {
    free(disk);
    return NULL;
  }
  size = lseek(disk->handle, 0, SEEK_END);
  disk->size = size > 0 ? (haddr_t)size : 0;
  return &disk->header;
}

static herr_t Close(H5FD_t *file)
{
  Disk *disk = (Disk *)file;

  if (disk->owner->sync && !disk->owner->error && fsync(disk->handle) && errno != EINVAL && errno != ENOTSUP)
    Note(disk, errno);
  if (close(disk->handle)) Note(disk, errno);
  free(disk);
  return 0;
}

static herr_t Query(const H5FD_t *file, unsigned long *flags)
{
  (void)file;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

static haddr_t GetAllocated(const H5FD_t *file, H5FD_mem_t type)
{
  (void)type;
  return ((const Disk *)file)->allocated;
}

static herr_t SetAllocated(H5FD_t *file, H5FD_mem_t type, haddr_t size)
{
  (void)type;
  ((Disk *)file)->allocated = size;
  return 0;
}

static haddr_t GetSize(const H5FD_t *file, H5FD_mem_t type)
{
  (void)type;
  return ((const Disk *)file)->size;
}

/* What cannot be read, or lies behind the end, is zero. */
static herr_t Read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size, void *values)
{
  const Disk *disk = (const Disk *)file;
  char       *bytes = values;

  (void)type, (void)transfer;
  while (size) {
    const ssize_t done = pread(disk->handle, bytes, size, (off_t)at);

    if (done < 0 && errno == EINTR) continue;
    if (done < 0) Note(disk, errno);
    if (done <= 0) break;
    bytes += done;
    at += (haddr_t)done;
    size -= (size_t)done;
  }
  memset(bytes, 0, size);
  return 0;
}

static herr_t Write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size,
                    const void *values)
{
  Disk       *disk = (Disk *)file;
  const char *bytes = values;

  (void)type, (void)transfer;
  if (at + size > disk->size) disk->size = at + size;
  while (size && !disk->owner->error) {
    const ssize_t done = pwrite(disk->handle, bytes, size, (off_t)at);

    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      Note(disk, errno);
      break;
    }
    bytes += done;
    at += (haddr_t)done;
    size -= (size_t)done;
  }
  return 0;
}

static herr_t Truncate(H5FD_t *file, hid_t transfer, hbool_t closing)
{
  Disk *disk = (Disk *)file;

  (void)transfer, (void)closing;
  if (!disk->owner->error && disk->allocated != disk->size && ftruncate(disk->handle, (off_t)disk->allocated))
    Note(disk, errno);
  disk->size = disk->allocated;
  return 0;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 2)
    .version = H5FD_CLASS_VERSION,
    .value = 511, /* the last of those for which nobody need ask */
#endif
    .name = "throng",
    .maxaddr = (haddr_t)1 << 62,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(MfgDisk *),
    .open = Open,
    .close = Close,
    .query = Query,
    .get_eoa = GetAllocated,
    .set_eoa = SetAllocated,
    .get_eof = GetSize,
    .read = Read,
    .write = Write,
    .truncate = Truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY};

/*
  The driver's number, of which HDF5 disposes when it ends: closing the last file of a driver that was given
  back, it would look at the driver once more after it was freed.
*/
static hid_t GetDriver(void)
{
  static hid_t id = -1;

  if (id < 0 || H5Iis_valid(id) <= 0) id = H5FDregister(&driver);
  return id;
}

hid_t MfgDiskCreate_Private(const char *path, MfgDisk *disk)
{
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
  hid_t       file = -1;

  disk->error = 0;
  /* the same values are the same bytes, whenever they are written */
  (void)H5Pset_obj_track_times(creation, 0);
  (void)H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
  if (H5Pset_driver(access, GetDriver(), &disk) >= 0) file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
  if (access >= 0) (void)H5Pclose(access);
  if (creation >= 0) (void)H5Pclose(creation);
  if (file < 0 && !disk->error) disk->error = EIO;
  return file;
}
