/*
  kinetic_congestion: to a target on an open n x n grid, where a crowded cell is hard to enter.

    a move to the cell y succeeds with 1 - min(1, μ(y)/κ), else one stays; off the grid one stays;
    r(s,a,μ) = -[s ≠ target] - c [a ≠ stay]

  Source: the kinetic congestion game of BenchMFG.
*/
#include <throng/game.h>
#include "moves.h"

typedef struct {
  PetscInt  size, target; /* n; the state x* */
  PetscReal move_cost, capacity;
} Congestion;

static const MfgParameterSpec parameters[] = {
    {.key = "size",
     .type = MFG_PARAMETER_INTEGER,
     .preset = "5",
     .range = "[2,inf)",
     .unit = "cells",
     .help = "n of the n x n grid"},
    {.key = "target",
     .type = MFG_PARAMETER_INTEGERS,
     .range = "[0,inf)",
     .length = 2,
     .unit = "[row, column]",
     .help = "the cell that all want to be in; without it the last one"},
    {.key = "move_cost",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.1",
     .range = "[0,inf)",
     .unit = "reward",
     .help = "c, the cost of every action but stay"},
    {.key = "capacity",
     .type = MFG_PARAMETER_REAL,
     .preset = "0.18",
     .range = "(0,inf)",
     .unit = "probability",
     .help = "κ: a move into a cell y fails with probability min(1, μ(y)/κ)"},
    {.key = NULL}};

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscInt  size, target[2], n;
  PetscBool given;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(values, "size", &size));
  PetscCall(MfgMovesCheckSize(size, complaints));
  PetscCall(MfgParametersIsPresent(values, "target", &given));
  if (!given) PetscFunctionReturn(0);
  PetscCall(MfgParametersGetIntegers(values, "target", 2, &n, target));
  if (target[0] >= size || target[1] >= size)
    PetscCall(MfgComplain(complaints, "target",
                          "[%" PetscInt_FMT ", %" PetscInt_FMT "] is outside the %" PetscInt_FMT
                          " x %" PetscInt_FMT " grid; expected a cell of it",
                          target[0], target[1], size, size));
  PetscFunctionReturn(0);
}

/* The state of a cell; -1 outside the grid. */
static PetscInt StateAt(PetscInt size, PetscInt row, PetscInt column)
{
  return row < 0 || row >= size || column < 0 || column >= size ? -1 : row * size + column;
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  Congestion *congestion;
  PetscBool   given;
  PetscInt    target[2], n;

  PetscFunctionBegin;
  PetscCall(PetscNew(&congestion));
  PetscCall(MfgGameSetData(game, congestion));
  PetscCall(MfgParametersGetInteger(values, "size", &congestion->size));
  PetscCall(MfgParametersGetReal(values, "move_cost", &congestion->move_cost));
  PetscCall(MfgParametersGetReal(values, "capacity", &congestion->capacity));
  congestion->target = congestion->size * congestion->size - 1;
  PetscCall(MfgParametersIsPresent(values, "target", &given));
  if (given) {
    PetscCall(MfgParametersGetIntegers(values, "target", 2, &n, target));
    congestion->target = StateAt(congestion->size, target[0], target[1]);
  }
  PetscCall(MfgGameSetSizes(game, congestion->size * congestion->size, MFG_MOVES, 2));
  PetscCall(MfgGameSetGrid(game, congestion->size, congestion->size));
  PetscCall(MfgGameSetCoupling(game, MFG_COUPLING_LOCAL, MFG_COUPLING_NONE));
  PetscFunctionReturn(0);
}

static PetscErrorCode Transitions(MfgGame game, PetscInt s, PetscInt a, const MfgMeanField *mu,
                                  PetscInt *count, PetscInt next[], PetscReal p[])
{
  const Congestion *congestion;
  PetscInt          to, n;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &congestion));
  n = congestion->size;
  to = StateAt(n, s / n + MfgMoves[a][0], s % n + MfgMoves[a][1]);
  next[0] = s;
  next[1] = to;
  *count = to < 0 || to == s ? 1 : 2;
  if (!mu) PetscFunctionReturn(0);
  p[0] = *count == 2 ? PetscMin(1, MfgMeanFieldAt(mu, to) / congestion->capacity) : 1;
  p[1] = 1 - p[0];
  PetscFunctionReturn(0);
}

static PetscErrorCode Rewards(MfgGame game, const MfgMeanField *mu, PetscReal r[])
{
  const Congestion *congestion;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &congestion));
  for (PetscInt s = mu->begin; s < mu->end; s++)
    for (PetscInt a = 0; a < MFG_MOVES; a++)
      r[(s - mu->begin) * MFG_MOVES + a] =
          (s == congestion->target ? 0 : -1) - (a == MFG_STAY ? 0 : congestion->move_cost);
  PetscFunctionReturn(0);
}

static PetscErrorCode Cell(MfgGame game, PetscInt s, PetscInt cell[2])
{
  const Congestion *congestion;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &congestion));
  cell[0] = s / congestion->size;
  cell[1] = s % congestion->size;
  PetscFunctionReturn(0);
}

static PetscErrorCode FindState(MfgGame game, const PetscInt cell[2], PetscInt *s)
{
  const Congestion *congestion;

  PetscFunctionBegin;
  PetscCall(MfgGameGetData(game, &congestion));
  *s = StateAt(congestion->size, cell[0], cell[1]);
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameKineticCongestion = {.name = "kinetic_congestion",
                                               .summary = "to a target through cells that fill up",
                                               .parameters = parameters,
                                               .check = Check,
                                               .setup = SetUp,
                                               .transitions = Transitions,
                                               .rewards = Rewards,
                                               .cell = Cell,
                                               .find_state = FindState};
