/* Lengths of time as users write them; see duration.h. */
#include <stdlib.h>
#include <string.h>
#include "experiment/duration.h"

enum { MOST_DIGITS = 9 };

static const PetscReal unit_seconds[4] = {86400, 3600, 60, 1}; /* of a day, an hour, a minute, a second */

/* The digits at *text, at most `most` of them, which it then passes. */
static PetscBool ReadDigits(const char **text, size_t most, PetscReal *number)
{
  const size_t digits = strspn(*text, "0123456789");

  if (digits == 0 || digits > most) return PETSC_FALSE;
  *number = (PetscReal)strtol(*text, NULL, 10);
  *text += digits;
  return PETSC_TRUE;
}

/*
  "30:00", "1:30:00", "1-12", "1-12:30", "1-00:00:00". What follows the first part has one or two digits and
  is less than one of the unit above.
*/
static PetscBool ReadParts(const char *text, PetscReal *seconds)
{
  static const PetscReal limits[4] = {0, 24, 60, 60};
  const PetscBool        has_days = (PetscBool)(strchr(text, '-') != NULL);
  const int              most = has_days ? 4 : 3;
  PetscReal              parts[4], total = 0;
  int                    count = 0;

  while (ReadDigits(&text, count ? 2 : MOST_DIGITS, &parts[count]) && ++count < most &&
         *text == (has_days && count == 1 ? '-' : ':'))
    text++;
  if (*text || count < 2 || strchr(":-", text[-1])) return PETSC_FALSE; /* the last: nothing after it */
  for (int i = 0; i < count; i++) {
    const int unit = has_days ? i : 4 - count + i;

    if (i && parts[i] >= limits[unit]) return PETSC_FALSE;
    total += parts[i] * unit_seconds[unit];
  }
  *seconds = total;
  return PETSC_TRUE;
}

/* "90", "1.5", and with a unit after it, with or without a blank: "30 min". */
static PetscBool ReadAmount(const char *text, PetscReal *seconds)
{
  static const char *const units[4] = {"d", "h", "min", "s"};
  const char              *begin = text;
  PetscReal                whole, fraction;
  double                   amount;

  if (!ReadDigits(&text, MOST_DIGITS, &whole)) return PETSC_FALSE;
  if (*text == '.' && text++ && !ReadDigits(&text, MOST_DIGITS, &fraction)) return PETSC_FALSE;
  amount = strtod(begin, NULL);
  if (*text == ' ') text++;
  for (int i = 0; i < 4; i++) {
    if (strcmp(text, units[i])) continue;
    *seconds = (PetscReal)amount * unit_seconds[i];
    return PETSC_TRUE;
  }
  if (*text || text[-1] == ' ') return PETSC_FALSE;
  *seconds = (PetscReal)amount;
  return PETSC_TRUE;
}

PetscBool MfgDurationRead(const char *text, PetscReal *seconds)
{
  return strpbrk(text, ":-") ? ReadParts(text, seconds) : ReadAmount(text, seconds);
}
