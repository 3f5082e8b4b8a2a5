/*
  four_rooms: crowd aversion in four rooms of an n x n grid, n odd and at least 7. Walls are the middle row
  and the middle column; the doors are [2, mid], [n-3, mid], [mid, n-3] and [mid, 2].

  Source: the four-rooms crowd game of Perrin et al. (2020) and of MF-TRPO (arXiv 2505.22781). With
  noise.additive [.2, .2, .2, .2, .2] and both action rewards 0 it is the setting of public benchmarks.
*/
#include "crowd.h"

static const MfgParameterSpec parameters[] = {{.key = "size",
                                               .type = MFG_PARAMETER_INTEGER,
                                               .preset = "11",
                                               .range = "[7,inf)",
                                               .unit = "cells",
                                               .help = "n of the n x n grid, odd"},
                                              MFG_CROWD_PARAMETERS,
                                              {.key = NULL}};

static PetscInt FreeLeftOf(PetscInt n, PetscInt row, PetscInt column)
{
  const PetscInt mid = n / 2;

  if (row == mid) return (column > 2 ? 1 : 0) + (column > n - 3 ? 1 : 0);
  if (row == 2 || row == n - 3) return column;
  return column > mid ? column - 1 : column;
}

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscInt size;

  PetscFunctionBegin;
  PetscCall(MfgParametersGetInteger(values, "size", &size));
  if (size % 2 == 0)
    PetscCall(MfgComplain(complaints, "size", "%" PetscInt_FMT " is even; expected an odd size", size));
  else
    PetscCall(MfgCrowdCheck(values, FreeLeftOf, complaints));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  PetscFunctionBegin;
  PetscCall(MfgCrowdSetUp(game, values, FreeLeftOf));
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameFourRooms =
    MFG_CROWD_CLASS("four_rooms", "crowd aversion in four rooms with doors", parameters, Check, SetUp);
