#include "chains.h"

static const PetscReal two[] = {.7, .3, /**/ .2, .8};
const TestTable        ChainOfTwo = {.states = 2, .actions = 1, .p = two};

static const PetscReal weak_links[] = {1 - 3e-6, 3e-6, /**/ 2e-6, 1 - 2e-6};
const TestTable        ChainOfWeakLinks = {.states = 2, .actions = 1, .p = weak_links};

static const PetscReal cut[] = {1 - 3e-13, 3e-13, /**/ 2e-13, 1 - 2e-13};
const TestTable        ChainCut = {.states = 2, .actions = 1, .p = cut};

static const PetscReal cycle[] = {0, 1, 0, /**/ 0, 0, 1, /**/ 1, 0, 0};
const TestTable        ChainCycle = {.states = 3, .actions = 1, .p = cycle};

static const PetscReal period_three[] = {0,   .75, 0,   0,   .25, 0,   /**/ 0,   0,   .75, 0,   0,   .25, //
                                         .75, 0,   0,   .25, 0,   0,   /**/ 0,   .75, 0,   0,   .25, 0,   //
                                         0,   0,   .75, 0,   0,   .25, /**/ .75, 0,   0,   .25, 0,   0};
const TestTable        ChainPeriodThree = {.states = 6, .actions = 1, .p = period_three};

static const PetscReal two_classes[] = {0, 1, 0, 0,  0,  0, /**/ 0,  0, 1, 0,  0,  0,
                                        1, 0, 0, 0,  0,  0, /**/ 0,  0, 0, .7, .3, 0,
                                        0, 0, 0, .2, .8, 0, /**/ .2, 0, 0, .3, 0,  .5};
const TestTable        ChainTwoClasses = {.states = 6, .actions = 1, .p = two_classes};

static const PetscReal absorbing[] = {1, 0, 0, 0, /**/ 0, 1, 0, 0, /**/ 0, 0, 1, 0, /**/ 0, 0, 0, 1};
const TestTable        ChainAbsorbing = {.states = 4, .actions = 1, .p = absorbing};
