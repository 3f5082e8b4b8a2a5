/* Suggestions for misspelt words, and complaints. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <throng/parameters.h>

enum { LONGEST_WORD = 128 };

static size_t Smaller(size_t a, size_t b)
{
  return a < b ? a : b;
}

/*
  Insertions, deletions, replacements and swaps of neighbours that lead from a to b; upper and lower case
  agree.
*/
static size_t EditDistance(const char *a, size_t a_length, const char *b, size_t b_length)
{
  size_t rows[3][LONGEST_WORD + 1]; /* the last three rows of the table, by row number modulo 3 */

  for (size_t j = 0; j <= b_length; j++) rows[0][j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      const int    x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
      const size_t replaced = above[j - 1] + (x != y);

      row[j] = Smaller(replaced, Smaller(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) && y == tolower((unsigned char)a[i - 2]))
        row[j] = Smaller(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[a_length % 3][b_length];
}

const char *MfgNearestWord(const char *word, PetscInt count, const char *const words[])
{
  const size_t length = strlen(word);
  const char  *nearest = NULL;
  size_t       least = LONGEST_WORD;

  if (length > LONGEST_WORD) return NULL;
  for (PetscInt i = 0; i < count; i++) {
    const size_t other = strlen(words[i]);
    size_t       distance;

    if (other > LONGEST_WORD) continue;
    distance = EditDistance(word, length, words[i], other);
    if (3 * distance > (length > other ? length : other)) continue;
    /* Of equally near words, the one that begins alike: first letters are seldom wrong. */
    if (distance < least || (distance == least && words[i][0] == word[0] && nearest[0] != word[0])) {
      least = distance;
      nearest = words[i];
    }
  }
  return nearest;
}

PetscErrorCode MfgFindType(const char *kind, const char *word, PetscInt count, const char *const words[],
                           const MfgComplaints *complaints, PetscInt *index)
{
  const char *near;

  PetscFunctionBeginUser;
  for (*index = count - 1; *index >= 0 && strcmp(word, words[*index]); --*index)
    ;
  if (*index >= 0) PetscFunctionReturn(0);
  near = MfgNearestWord(word, count, words);
  if (near)
    PetscCall(MfgComplain(complaints, "type", "unknown %s '%s'; did you mean '%s'?", kind, word, near));
  else
    PetscCall(MfgComplain(complaints, "type", "unknown %s '%s'; `throng list` names them%s", kind, word,
                          strcmp(kind, "game") ? "" : ", and those of a plugin with --plugin FILE"));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgComplain(const MfgComplaints *complaints, const char *key, const char *format, ...)
{
  char    message[2048];
  va_list arguments;

  PetscFunctionBeginUser;
  va_start(arguments, format);
  (void)vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);
  PetscCheck(complaints, PETSC_COMM_SELF, PETSC_ERR_USER, "%s: %s", key, message);
  complaints->report(complaints->context, key, message);
  PetscFunctionReturn(0);
}
