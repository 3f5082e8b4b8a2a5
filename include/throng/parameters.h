/*
  throng/parameters.h: named, typed, checked parameters.

  Whatever a user may set (of a game, a model, a solver, a run) is a row of a table: key, type, default,
  range, unit and one line of help. The check of an experiment file, `throng describe` and the record of a run
  are all read from these tables, so a parameter is described once.

  Values are given as text in the form YAML would show: "0.5", "true", "harmonic", "[10, 8]". Setting is not
  collective, and must be done alike on every rank that shares the object.
*/
#ifndef THRONG_PARAMETERS_H
#define THRONG_PARAMETERS_H

#include <petscsys.h>

typedef enum {
  MFG_PARAMETER_INTEGER,
  MFG_PARAMETER_REAL,
  MFG_PARAMETER_BOOLEAN,
  MFG_PARAMETER_CHOICE,   /* one word of `range`, which reads "uniform|random|file" */
  MFG_PARAMETER_TEXT,     /* anything, such as a path */
  MFG_PARAMETER_INTEGERS, /* a list of `length` numbers, each within `range`; length 0: any number of them */
  MFG_PARAMETER_REALS,
  MFG_PARAMETER_CHOICES /* a list of words of `range`, none of them twice */
} MfgParameterType;

/* One row of a table; a table ends with a row whose key is NULL. All strings outlive the table's users. */
typedef struct {
  const char      *key; /* dotted where it stands in a group: "noise.slip" */
  MfgParameterType type;
  const char      *preset;    /* the default as text; NULL: none */
  const char      *range;     /* "(0,1]", "[7,inf)", "uniform|random|file"; NULL: anything of the type */
  PetscInt         length;    /* of a list; 0: any */
  PetscBool        required;  /* must be given */
  PetscBool        shorthand; /* `group: value` stands for this key of the group */
  const char      *unit;      /* "" where there is none */
  const char      *help;      /* one line */
} MfgParameterSpec;

/*
  Where complaints about values go. `key` is the dotted key that is at fault; `message` says what is wrong and
  what was expected. A NULL MfgComplaints pointer means that the first complaint is raised as PETSC_ERR_USER.
*/
typedef struct {
  void (*report)(void *context, const char *key, const char *message);
  void *context;
} MfgComplaints;

typedef struct _p_MfgParameters *MfgParameters;

PetscErrorCode MfgParametersCreate(MfgParameters *parameters);
PetscErrorCode MfgParametersDestroy(MfgParameters *parameters);

/*
  Add the rows of `table`, which stays the caller's and must outlive `parameters`. A key may appear only once.
*/
PetscErrorCode MfgParametersAddTable(MfgParameters parameters, const MfgParameterSpec table[]);

/*
  Set `key` (or a group's name, if the group has a shorthand key) from `text`. Unknown keys (the message names
  the nearest known one), wrong types and values out of range are complained of and change nothing.
*/
PetscErrorCode MfgParametersSet(MfgParameters parameters, const char *key, const char *text,
                                const MfgComplaints *complaints);

/* Complain of every required key that was not given. */
PetscErrorCode MfgParametersCheckRequired(MfgParameters parameters, const MfgComplaints *complaints);

/* `given`: set by the user. `present`: set by the user or by a default. Unknown keys are an error. */
PetscErrorCode MfgParametersIsGiven(MfgParameters parameters, const char *key, PetscBool *given);
PetscErrorCode MfgParametersIsPresent(MfgParameters parameters, const char *key, PetscBool *present);

/* The value of a key that is present; asking for a wrong type or an absent value is an error. */
PetscErrorCode MfgParametersGetInteger(MfgParameters parameters, const char *key, PetscInt *value);
PetscErrorCode MfgParametersGetReal(MfgParameters parameters, const char *key, PetscReal *value);
PetscErrorCode MfgParametersGetBoolean(MfgParameters parameters, const char *key, PetscBool *value);
/*
  `value` is owned by `parameters` and lives until the key is set again. Works for every type: the canonical
  text.
*/
PetscErrorCode MfgParametersGetText(MfgParameters parameters, const char *key, const char **value);
/* The lists: `values` has room for `capacity` numbers, `length` are filled in. */
PetscErrorCode MfgParametersGetIntegers(MfgParameters parameters, const char *key, PetscInt capacity,
                                        PetscInt *length, PetscInt values[]);
PetscErrorCode MfgParametersGetReals(MfgParameters parameters, const char *key, PetscInt capacity,
                                     PetscInt *length, PetscReal values[]);
/* Whether `word` stands in the list of choices `key`. */
PetscErrorCode MfgParametersHasChoice(MfgParameters parameters, const char *key, const char *word,
                                      PetscBool *has);

/* The index of the word that the choice `key` has, in the order of its range. */
PetscErrorCode MfgParametersGetChoice(MfgParameters parameters, const char *key, PetscInt *index);

/* Complain if `key` was given though the choice `selector` is not `choice`, where alone it has a meaning. */
PetscErrorCode MfgParametersCheckBelongs(MfgParameters parameters, const char *key, const char *selector,
                                         const char *choice, const MfgComplaints *complaints);

/*
  Row i of all tables together, 0 <= i < count, in the order added; `text` is NULL where the value is absent.
*/
PetscErrorCode MfgParametersGetCount(MfgParameters parameters, PetscInt *count);
PetscErrorCode MfgParametersGetEntry(MfgParameters parameters, PetscInt i, const MfgParameterSpec **spec,
                                     const char **text);

/*
  The word of `words` (count of them) that is nearest to `word` by edit distance, or NULL if none is near
  (more than a third of the letters differ). For "did you mean ...?" everywhere.
*/
const char *MfgNearestWord(const char *word, PetscInt count, const char *const words[]);

/*
  The index of `word` among `words`; -1, after a complaint under "type" that names the nearest one, if it is
  none of them. `kind` is what the words name ("game").
*/
PetscErrorCode MfgFindType(const char *kind, const char *word, PetscInt count, const char *const words[],
                           const MfgComplaints *complaints, PetscInt *index);

/* Send one complaint, built as by printf; with complaints NULL it is raised as PETSC_ERR_USER. */
PetscErrorCode MfgComplain(const MfgComplaints *complaints, const char *key, const char *format, ...)
    PETSC_ATTRIBUTE_FORMAT(3, 4);

#endif
