/*
  What the sections of an experiment know: the parameters of games and solvers by type, and those of the other
  sections, with their defaults as nodes. Each is made once. Not collective.
*/
#ifndef THRONG_EXPERIMENT_SWEEP_TABLES_H
#define THRONG_EXPERIMENT_SWEEP_TABLES_H

#include <throng/parameters.h>
#include "experiment/document.h"

typedef struct _p_MfgSweepTables *MfgSweepTables;
typedef struct MfgSweepTable      MfgSweepTable;

PetscErrorCode MfgSweepTablesCreate(MfgSweepTables *tables);
PetscErrorCode MfgSweepTablesDestroy(MfgSweepTables *tables);
/*
  The table of a section ("run": of the keys at the top); NULL where there is no such section or type. `type`
  may be NULL, and is of no use but for "game" and "solver". `plugin`: a shared library that may have the type
  of game; NULL: none. One that cannot be loaded is not complained of here.
*/
PetscErrorCode MfgSweepTablesFind(MfgSweepTables tables, const char *section, const char *type,
                                  const char *plugin, MfgSweepTable **table);
/* The row of a key, or of a group by its shorthand, and its default; NULL where there is none. */
PetscErrorCode MfgSweepTableGet(MfgSweepTable *table, const char *key, const MfgParameterSpec **spec,
                                const MfgNode **value);

typedef enum { MFG_KEY_UNKNOWN, MFG_KEY_GROUP, MFG_KEY_KNOWN } MfgKeyKind;
/*
  Whether any section of any type knows the dotted `key`. Else `hint` is the nearest key, or the first of the
  group; empty if there is none.
*/
PetscErrorCode MfgSweepTablesJudge(MfgSweepTables tables, const char *key, MfgKeyKind *kind, size_t size,
                                   char hint[]);
/*
  Whether `text` can stand at the dotted `key` of some type, if that is a type or a plain value; `problem`
  says what is wrong where it cannot, and is empty else.
*/
PetscErrorCode MfgSweepTablesTry(MfgSweepTables tables, const char *key, const char *text, size_t size,
                                 char problem[]);
/* Whether there was a game that only a plugin could have, and it had not. */
PetscErrorCode MfgSweepTablesMissPlugin(MfgSweepTables tables, PetscBool *missing);

#endif
