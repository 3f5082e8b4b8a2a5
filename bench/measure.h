/* What the measurements share: the game, the mean field, the units. */
#ifndef THRONG_MEASURE_H
#define THRONG_MEASURE_H

#include <slepc.h>
#include <throng/throng.h>

/*
  four_rooms of size n with additive noise .2 on each move and action rewards ±.2, at the mean field
  proportional to 1 + 0.8 sin 6x cos 7y over the free cells, x = row/n, y = column/n.
*/
typedef struct {
  PetscInt  size;
  PetscReal discount;
  MfgGame   game;
  MfgModel  model;
  Vec       mu;
} Setting;

PetscErrorCode SettingCreate(PetscInt size, PetscReal discount, Setting *setting);
PetscErrorCode SettingDestroy(Setting *setting);

/* Wall time now, after all ranks have arrived. */
PetscErrorCode Clock(double *now);

/*
  The units: seconds of a product with P^π of the uniform policy, of one with its transpose, and bytes they
  move.
*/
typedef struct {
  double product, transposed;
  double product_bytes;  /* of all ranks together */
  double copy_bandwidth; /* bytes/s of a plain copy a[i] = b[i], read and write counted, all ranks at once */
} Units;
PetscErrorCode MeasureUnits(const Setting *setting, Units *units);

#endif
