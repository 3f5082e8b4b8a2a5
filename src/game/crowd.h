/*
  Crowd games on a grid: what four_rooms and crowd_grid share.

  States are the free cells, numbered row-major with row 0 at the bottom. Actions: up, right, down, left,
  stay. Dynamics: the chosen move with slip, or the chosen move plus additive noise in one jump; blocked moves
  stay. Reward: r(s,a,μ) = -κ log max(μ(s), ε₀) + Γ(a) + bonus at one cell.
*/
#ifndef THRONG_CROWD_H
#define THRONG_CROWD_H

#include <throng/game.h>

/* The number of free cells in `row` of an n x n grid that are left of `column` (0 <= column <= n). */
typedef PetscInt (*MfgFreeCellsLeftOf)(PetscInt n, PetscInt row, PetscInt column);

/* Rows of the parameter table that the crowd games share; `size` differs and comes first in each table. */
#define MFG_CROWD_PARAMETERS                                                                                 \
  {.key = "crowd_aversion",                                                                                  \
   .type = MFG_PARAMETER_REAL,                                                                               \
   .preset = "1.0",                                                                                          \
   .range = "[0,inf)",                                                                                       \
   .unit = "reward",                                                                                         \
   .help = "κ of the reward -κ log max(μ(s), ε₀)"},                                                          \
      {.key = "density_floor",                                                                               \
       .type = MFG_PARAMETER_REAL,                                                                           \
       .preset = "1.0e-12",                                                                                  \
       .range = "(0,1)",                                                                                     \
       .unit = "probability",                                                                                \
       .help = "ε₀: densities below it count as ε₀ in the logarithm"},                                       \
      {.key = "stay_reward",                                                                                 \
       .type = MFG_PARAMETER_REAL,                                                                           \
       .preset = "0.2",                                                                                      \
       .unit = "reward",                                                                                     \
       .help = "Γ of the action stay"},                                                                      \
      {.key = "move_reward",                                                                                 \
       .type = MFG_PARAMETER_REAL,                                                                           \
       .preset = "-0.2",                                                                                     \
       .unit = "reward",                                                                                     \
       .help = "Γ of the four other actions"},                                                               \
      {.key = "noise.slip",                                                                                  \
       .type = MFG_PARAMETER_REAL,                                                                           \
       .preset = "0.1",                                                                                      \
       .range = "[0,1]",                                                                                     \
       .unit = "probability",                                                                                \
       .help = "with this probability the move is one of the five at random"},                               \
      {.key = "noise.additive",                                                                              \
       .type = MFG_PARAMETER_REALS,                                                                          \
       .range = "[0,1]",                                                                                     \
       .length = 5,                                                                                          \
       .unit = "probability",                                                                                \
       .help = "instead of slip: law of a second move added to the first (up, right, down, left, stay)"},    \
      {.key = "point_of_interest.cell",                                                                      \
       .type = MFG_PARAMETER_INTEGERS,                                                                       \
       .range = "[0,inf)",                                                                                   \
       .length = 2,                                                                                          \
       .unit = "[row, column]",                                                                              \
       .help = "the cell that pays the bonus"},                                                              \
  {                                                                                                          \
    .key = "point_of_interest.bonus", .type = MFG_PARAMETER_REAL, .preset = "0.0", .unit = "reward",         \
    .help = "added to the reward at the point of interest"                                                   \
  }

/* The callbacks, for both classes. */
PetscErrorCode MfgCrowdCheck(MfgParameters parameters, MfgFreeCellsLeftOf free_left_of,
                             const MfgComplaints *complaints);
PetscErrorCode MfgCrowdSetUp(MfgGame game, MfgParameters parameters, MfgFreeCellsLeftOf free_left_of);
PetscErrorCode MfgCrowdTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                   PetscInt *count, PetscInt next[], PetscReal p[]);
PetscErrorCode MfgCrowdRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[]);
PetscErrorCode MfgCrowdCell(MfgGame game, PetscInt s, PetscInt cell[2]);
PetscErrorCode MfgCrowdFindState(MfgGame game, const PetscInt cell[2], PetscInt *s);
PetscErrorCode MfgCrowdDestroy(void *data);

/*
  The callbacks of a class, which differ in nothing but how free cells are counted and in what `check` adds.
*/
#define MFG_CROWD_CLASS(class_name, class_summary, class_parameters, class_check, class_setup)               \
  {                                                                                                          \
    .name = class_name, .summary = class_summary, .parameters = class_parameters, .check = class_check,      \
    .setup = class_setup, .transitions = MfgCrowdTransitions, .rewards = MfgCrowdRewards,                    \
    .cell = MfgCrowdCell, .find_state = MfgCrowdFindState, .destroy = MfgCrowdDestroy                        \
  }

#endif
