/* What the files of the status share. */
#ifndef THRONG_EXPERIMENT_STATUS_IMPL_H
#define THRONG_EXPERIMENT_STATUS_IMPL_H

#include "experiment/status.h"

/* The folders of a run, as bits of `seen`: 1 << kind. */
enum { MFG_FOLDER_FINAL, MFG_FOLDER_FAILED, MFG_FOLDER_RUNNING, MFG_FOLDER_REPLACED, MFG_FOLDER_COUNT };
extern const char *const MfgFolderEndings[MFG_FOLDER_COUNT];

/* The length of the run id in the name of a folder, and the kind of the folder; 0: it is none of a run. */
size_t MfgFolderNameRead(const char *name, int *kind);
/* Memory that is there, all zero; else the program ends. */
void *MfgAllocate(size_t size);

#endif
