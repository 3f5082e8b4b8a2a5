/* The games, by name. A new built-in game is one line in MfgGameRegisterAll_Private(). */
#include "game_impl.h"

extern const MfgGameClass MfgGameFourRooms;
extern const MfgGameClass MfgGameCrowdGrid;
extern const MfgGameClass MfgGameSisEpidemic;
extern const MfgGameClass MfgGameKineticCongestion;
extern const MfgGameClass MfgGameLasryLionsChain;
extern const MfgGameClass MfgGameNoInteractionChain;
extern const MfgGameClass MfgGameMultipleEquilibriaChain;
extern const MfgGameClass MfgGameRockPaperScissors;
extern const MfgGameClass MfgGameContractionGame;
extern const MfgGameClass MfgGameGarnet;
extern const MfgGameClass MfgGameTabular;

enum { MAX_CLASSES = 256 };
static const MfgGameClass *classes[MAX_CLASSES];
static PetscInt            class_count = 0;
static PetscBool           registered_all = PETSC_FALSE;

PetscErrorCode MfgGameRegisterAll_Private(void)
{
  PetscFunctionBegin;
  if (registered_all) PetscFunctionReturn(0);
  registered_all = PETSC_TRUE;
  PetscCall(MfgGameRegister(&MfgGameFourRooms));
  PetscCall(MfgGameRegister(&MfgGameCrowdGrid));
  PetscCall(MfgGameRegister(&MfgGameSisEpidemic));
  PetscCall(MfgGameRegister(&MfgGameKineticCongestion));
  PetscCall(MfgGameRegister(&MfgGameLasryLionsChain));
  PetscCall(MfgGameRegister(&MfgGameNoInteractionChain));
  PetscCall(MfgGameRegister(&MfgGameMultipleEquilibriaChain));
  PetscCall(MfgGameRegister(&MfgGameRockPaperScissors));
  PetscCall(MfgGameRegister(&MfgGameContractionGame));
  PetscCall(MfgGameRegister(&MfgGameGarnet));
  PetscCall(MfgGameRegister(&MfgGameTabular));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameRegister(const MfgGameClass *klass)
{
  PetscFunctionBegin;
  PetscCall(MfgGameRegisterAll_Private());
  for (PetscInt i = 0; i < class_count; i++) {
    PetscBool same;

    PetscCall(PetscStrcmp(classes[i]->name, klass->name, &same));
    PetscCheck(!same, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE, "A game named '%s' is registered already",
               klass->name);
  }
  PetscCheck(class_count < MAX_CLASSES, PETSC_COMM_SELF, PETSC_ERR_MAX_VALUE,
             "More than %d games are registered", MAX_CLASSES);
  classes[class_count++] = klass;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgGameGetClasses(PetscInt *count, const MfgGameClass *const **list)
{
  PetscFunctionBegin;
  PetscCall(MfgGameRegisterAll_Private());
  *count = class_count;
  *list = classes;
  PetscFunctionReturn(0);
}
