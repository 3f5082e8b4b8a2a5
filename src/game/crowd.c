#include "crowd.h"
#include "moves.h"

typedef struct {
  PetscInt           size;
  MfgFreeCellsLeftOf free_left_of;
  PetscInt          *row_start; /* [size + 1]: free cells in the rows below */
  PetscReal          crowd_aversion, density_floor;
  PetscReal          action_reward[MFG_MOVES];
  PetscBool          additive;
  PetscReal          slip, noise[MFG_MOVES];
  PetscInt           bonus_state; /* -1: none */
  PetscReal          bonus;
} Crowd;

static PetscBool IsFree(PetscInt n, MfgFreeCellsLeftOf free_left_of, PetscInt row, PetscInt column)
{
  if (row < 0 || row >= n || column < 0 || column >= n) return PETSC_FALSE;
  return free_left_of(n, row, column + 1) > free_left_of(n, row, column) ? PETSC_TRUE : PETSC_FALSE;
}

static PetscErrorCode CheckNoise(MfgParameters parameters, const MfgComplaints *complaints)
{
  PetscBool slip, additive;
  PetscReal w[MFG_MOVES], sum = 0;
  PetscInt  n;

  PetscFunctionBegin;
  PetscCall(MfgParametersIsGiven(parameters, "noise.slip", &slip));
  PetscCall(MfgParametersIsGiven(parameters, "noise.additive", &additive));
  if (slip && additive)
    PetscCall(
        MfgComplain(complaints, "noise.additive", "noise is either slip or additive; expected one of them"));
  if (!additive) PetscFunctionReturn(0);
  PetscCall(MfgParametersGetReals(parameters, "noise.additive", MFG_MOVES, &n, w));
  for (PetscInt i = 0; i < n; i++) sum += w[i];
  if (PetscAbsReal(sum - 1) > 1e-12)
    PetscCall(MfgComplain(complaints, "noise.additive", "the weights sum to %.15g; expected 1", (double)sum));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCrowdCheck(MfgParameters parameters, MfgFreeCellsLeftOf free_left_of,
                             const MfgComplaints *complaints)
{
  PetscInt  size, cell[2], n;
  PetscBool given, bonus;

  PetscFunctionBegin;
  PetscCall(CheckNoise(parameters, complaints));
  PetscCall(MfgParametersGetInteger(parameters, "size", &size));
  PetscCall(MfgMovesCheckSize(size, complaints));
  PetscCall(MfgParametersIsGiven(parameters, "point_of_interest.cell", &given));
  PetscCall(MfgParametersIsGiven(parameters, "point_of_interest.bonus", &bonus));
  if (given) {
    PetscCall(MfgParametersGetIntegers(parameters, "point_of_interest.cell", 2, &n, cell));
    if (!IsFree(size, free_left_of, cell[0], cell[1]))
      PetscCall(MfgComplain(complaints, "point_of_interest.cell",
                            "[%" PetscInt_FMT ", %" PetscInt_FMT "] is a wall or outside the %" PetscInt_FMT
                            " x %" PetscInt_FMT " grid; expected a free cell",
                            cell[0], cell[1], size, size));
  } else if (bonus) {
    PetscCall(MfgComplain(complaints, "point_of_interest.bonus", "needs point_of_interest.cell"));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadParameters(Crowd *crowd, MfgParameters parameters)
{
  PetscInt n;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(parameters, "size", &crowd->size));
  PetscCall(MfgParametersGetReal(parameters, "crowd_aversion", &crowd->crowd_aversion));
  PetscCall(MfgParametersGetReal(parameters, "density_floor", &crowd->density_floor));
  for (PetscInt a = 0; a < MFG_MOVES; a++)
    PetscCall(MfgParametersGetReal(parameters, a == MFG_STAY ? "stay_reward" : "move_reward",
                                   &crowd->action_reward[a]));
  PetscCall(MfgParametersGetReal(parameters, "noise.slip", &crowd->slip));
  PetscCall(MfgParametersIsPresent(parameters, "noise.additive", &crowd->additive));
  if (crowd->additive)
    PetscCall(MfgParametersGetReals(parameters, "noise.additive", MFG_MOVES, &n, crowd->noise));
  PetscCall(MfgParametersGetReal(parameters, "point_of_interest.bonus", &crowd->bonus));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCrowdSetUp(MfgGame game, MfgParameters parameters, MfgFreeCellsLeftOf free_left_of)
{
  Crowd    *crowd;
  PetscBool given;
  PetscInt  cell[2], n;

  PetscFunctionBegin;
  PetscCall(PetscNew(&crowd));
  PetscCall(MfgGameSetData(game, crowd));
  PetscCall(ReadParameters(crowd, parameters));
  crowd->free_left_of = free_left_of;
  PetscCall(PetscMalloc1(crowd->size + 1, &crowd->row_start));
  crowd->row_start[0] = 0;
  for (PetscInt row = 0; row < crowd->size; row++)
    crowd->row_start[row + 1] = crowd->row_start[row] + free_left_of(crowd->size, row, crowd->size);
  PetscCall(MfgGameSetSizes(game, crowd->row_start[crowd->size], MFG_MOVES, MFG_MOVES));
  PetscCall(MfgGameSetGrid(game, crowd->size, crowd->size));
  crowd->bonus_state = -1;
  PetscCall(MfgParametersIsPresent(parameters, "point_of_interest.cell", &given));
  if (given) {
    PetscCall(MfgParametersGetIntegers(parameters, "point_of_interest.cell", 2, &n, cell));
    PetscCall(MfgCrowdFindState(game, cell, &crowd->bonus_state));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCrowdDestroy(void *data)
{
  Crowd *crowd = (Crowd *)data;

  PetscFunctionBegin;
  if (crowd) PetscCall(PetscFree(crowd->row_start));
  PetscCall(PetscFree(crowd));
  PetscFunctionReturn(0);
}

/* The last i in [0, n) with start(i) <= k, for a non-decreasing start with start(0) <= k. */
static PetscInt LastRowAtMost(const Crowd *crowd, PetscInt k)
{
  PetscInt low = 0, high = crowd->size;

  while (high - low > 1) {
    const PetscInt middle = low + (high - low) / 2;

    if (crowd->row_start[middle] <= k)
      low = middle;
    else
      high = middle;
  }
  return low;
}

PetscErrorCode MfgCrowdCell(MfgGame game, PetscInt s, PetscInt cell[2])
{
  Crowd   *crowd;
  PetscInt low = 0, high, k;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &crowd));
  cell[0] = LastRowAtMost(crowd, s);
  k = s - crowd->row_start[cell[0]];
  high = crowd->size;
  while (high - low > 1) { /* the last column with at most k free cells left of it is the cell itself */
    const PetscInt middle = low + (high - low) / 2;

    if (crowd->free_left_of(crowd->size, cell[0], middle) <= k)
      low = middle;
    else
      high = middle;
  }
  cell[1] = low;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCrowdFindState(MfgGame game, const PetscInt cell[2], PetscInt *s)
{
  Crowd *crowd;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &crowd));
  *s = -1;
  if (IsFree(crowd->size, crowd->free_left_of, cell[0], cell[1]))
    *s = crowd->row_start[cell[0]] + crowd->free_left_of(crowd->size, cell[0], cell[1]);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCrowdTransitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                   PetscInt *count, PetscInt next[], PetscReal p[])
{
  Crowd   *crowd;
  PetscInt from[2];

  PetscFunctionBegin;
  (void)mu;
  PetscCall(MfgGameGetData(game, &crowd));
  PetscCall(MfgCrowdCell(game, s, from));
  for (PetscInt m = 0; m < MFG_MOVES; m++) {
    PetscInt to[2] = {from[0] + MfgMoves[m][0], from[1] + MfgMoves[m][1]};

    if (crowd->additive) {
      to[0] += MfgMoves[a][0];
      to[1] += MfgMoves[a][1];
      p[m] = crowd->noise[m];
    } else {
      p[m] = crowd->slip / MFG_MOVES + (m == a ? 1 - crowd->slip : 0);
    }
    PetscCall(MfgCrowdFindState(game, to, &next[m]));
    if (next[m] < 0) next[m] = s;
  }
  *count = MFG_MOVES;
  PetscFunctionReturn(0);
}

PetscErrorCode MfgCrowdRewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  Crowd *crowd;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &crowd));
  for (PetscInt i = 0; i < mu->end - mu->begin; i++) {
    PetscReal here = -crowd->crowd_aversion * PetscLogReal(PetscMax(mu->own[i], crowd->density_floor));

    if (mu->begin + i == crowd->bonus_state) here += crowd->bonus;
    for (PetscInt a = 0; a < MFG_MOVES; a++) r[i * MFG_MOVES + a] = here + crowd->action_reward[a];
  }
  PetscFunctionReturn(0);
}
