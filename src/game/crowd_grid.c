/*
  crowd_grid: crowd aversion on an open n x n grid, n >= 2; with a point of interest in the last cell it is
  the game of the sample-based figure of MF-TRPO (arXiv 2505.22781).
*/
#include "crowd.h"

static const MfgParameterSpec parameters[] = {{.key = "size",
                                               .type = MFG_PARAMETER_INTEGER,
                                               .preset = "5",
                                               .range = "[2,inf)",
                                               .unit = "cells",
                                               .help = "n of the n x n grid"},
                                              MFG_CROWD_PARAMETERS,
                                              {.key = NULL}};

static PetscInt FreeLeftOf(PetscInt n, PetscInt row, PetscInt column)
{
  (void)n;
  (void)row;
  return column;
}

static PetscErrorCode Check(MfgParameters values, const MfgComplaints *complaints)
{
  PetscFunctionBegin;
  PetscCall(MfgCrowdCheck(values, FreeLeftOf, complaints));
  PetscFunctionReturn(0);
}

static PetscErrorCode SetUp(MfgGame game, MfgParameters values)
{
  PetscFunctionBegin;
  PetscCall(MfgCrowdSetUp(game, values, FreeLeftOf));
  PetscFunctionReturn(0);
}

const MfgGameClass MfgGameCrowdGrid =
    MFG_CROWD_CLASS("crowd_grid", "crowd aversion on an open grid", parameters, Check, SetUp);
