/* Lengths of time as users write them. */
#ifndef THRONG_EXPERIMENT_DURATION_H
#define THRONG_EXPERIMENT_DURATION_H

#include <petscsys.h>

/*
  "90", "1.5" (seconds), "90 s", "30 min", "2 h", "1.5 d", and what SLURM writes: "30:00" (minutes:seconds),
  "1:30:00", "1-12" (days-hours), "1-12:30", "1-00:00:00". False, and nothing set, if `text` is none of these.
*/
PetscBool MfgDurationRead(const char *text, PetscReal *seconds);

#endif
