#include <math.h>
#include "dense.h"
#include "testing.h"

static PetscReal *Zeros(PetscInt n)
{
  PetscReal *x;

  CHECK(PetscCalloc1(n, &x));
  return x;
}

/* All of μ, as a game sees it on one rank. */
static MfgMeanField Whole(MfgGame game, const PetscReal mu[])
{
  MfgMeanField whole = {.begin = 0, .own = mu, .all = mu};
  PetscInt     A;

  CHECK(MfgGameGetSizes(game, &whole.end, &A));
  CHECK(MfgGamePrepare(game, &whole));
  return whole;
}

PetscReal *DenseTransitionsAt(MfgGame game, const PetscReal mu[])
{
  const MfgMeanField whole = Whole(game, mu);
  PetscInt           S, A, most, count, *next;
  PetscReal         *p, *P;

  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(MfgGameGetMaxSuccessors(game, &most));
  CHECK(PetscMalloc2(most, &next, most, &p));
  P = Zeros(S * A * S);
  for (PetscInt s = 0; s < S; s++) {
    for (PetscInt a = 0; a < A; a++) {
      CHECK(MfgGameTransitions(game, s, a, &whole, &count, next, p));
      for (PetscInt i = 0; i < count; i++) P[(s * A + a) * S + next[i]] += p[i];
    }
  }
  CHECK(PetscFree2(next, p));
  return P;
}

PetscReal *DenseTransitions(MfgGame game)
{
  PetscInt   S, A;
  PetscReal *mu, *P;

  CHECK(MfgGameGetSizes(game, &S, &A));
  mu = Zeros(S);
  P = DenseTransitionsAt(game, mu);
  CHECK(PetscFree(mu));
  return P;
}

PetscReal *DensePolicyMatrix(MfgGame game, const PetscReal pi[])
{
  PetscInt   S, A;
  PetscReal *mu, *P;

  CHECK(MfgGameGetSizes(game, &S, &A));
  mu = Zeros(S);
  P = DensePolicyMatrixAt(game, pi, mu);
  CHECK(PetscFree(mu));
  return P;
}

PetscReal *DensePolicyMatrixAt(MfgGame game, const PetscReal pi[], const PetscReal mu[])
{
  PetscReal *transitions = DenseTransitionsAt(game, mu), *P;
  PetscInt   S, A;

  CHECK(MfgGameGetSizes(game, &S, &A));
  P = Zeros(S * S);
  for (PetscInt s = 0; s < S; s++)
    for (PetscInt a = 0; a < A; a++)
      for (PetscInt t = 0; t < S; t++) P[s * S + t] += pi[s * A + a] * transitions[(s * A + a) * S + t];
  CHECK(PetscFree(transitions));
  return P;
}

void DensePush(PetscInt S, const PetscReal P[], PetscInt steps, PetscReal mu[])
{
  PetscReal *pushed = Zeros(S);

  for (PetscInt step = 0; step < steps; step++) {
    for (PetscInt t = 0; t < S; t++) pushed[t] = 0;
    for (PetscInt s = 0; s < S; s++)
      for (PetscInt t = 0; t < S; t++) pushed[t] += mu[s] * P[s * S + t];
    for (PetscInt t = 0; t < S; t++) mu[t] = pushed[t];
  }
  CHECK(PetscFree(pushed));
}

static void SwapRows(PetscInt n, PetscReal M[], PetscReal x[], PetscInt i, PetscInt j)
{
  const PetscReal kept = x[i];

  x[i] = x[j];
  x[j] = kept;
  for (PetscInt k = 0; k < n; k++) {
    const PetscReal entry = M[i * n + k];

    M[i * n + k] = M[j * n + k];
    M[j * n + k] = entry;
  }
}

void DenseSolve(PetscInt n, PetscReal M[], PetscReal x[])
{
  for (PetscInt k = 0; k < n; k++) {
    PetscInt pivot = k;

    for (PetscInt i = k + 1; i < n; i++)
      if (fabs(M[i * n + k]) > fabs(M[pivot * n + k])) pivot = i;
    SwapRows(n, M, x, k, pivot);
    for (PetscInt i = k + 1; i < n; i++) {
      const PetscReal factor = M[i * n + k] / M[k * n + k];

      for (PetscInt j = k; j < n; j++) M[i * n + j] -= factor * M[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  for (PetscInt k = n - 1; k >= 0; k--) {
    for (PetscInt j = k + 1; j < n; j++) x[k] -= M[k * n + j] * x[j];
    x[k] /= M[k * n + k];
  }
}

static PetscReal *Rewards(MfgGame game, const PetscReal mu[])
{
  const MfgMeanField whole = Whole(game, mu);
  PetscInt           S, A;
  PetscReal         *r;

  CHECK(MfgGameGetSizes(game, &S, &A));
  r = Zeros(S * A);
  CHECK(MfgGameRewards(game, &whole, r));
  return r;
}

PetscReal *DenseBackup(MfgGame game, const PetscReal mu[], const PetscReal V[])
{
  PetscReal *r = Rewards(game, mu), *P = DenseTransitionsAt(game, mu), *q, discount;
  PetscInt   S, A;

  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(MfgGameGetDiscount(game, &discount));
  q = Zeros(S * A);
  for (PetscInt i = 0; i < S * A; i++) q[i] = r[i] + discount * DenseDot(S, &P[i * S], V);
  CHECK(PetscFree(P));
  CHECK(PetscFree(r));
  return q;
}

PetscReal *DenseValue(MfgGame game, const PetscReal pi[], const PetscReal mu[], PetscReal eta)
{
  PetscReal *r = Rewards(game, mu), *M = DensePolicyMatrixAt(game, pi, mu), *J, discount;
  PetscInt   S, A;

  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(MfgGameGetDiscount(game, &discount));
  J = Zeros(S);
  for (PetscInt s = 0; s < S; s++) {
    for (PetscInt a = 0; a < A; a++)
      J[s] += pi[s * A + a] * (r[s * A + a] - (pi[s * A + a] > 0 ? eta * log(pi[s * A + a]) : 0));
    for (PetscInt t = 0; t < S; t++) M[s * S + t] = (s == t) - discount * M[s * S + t];
  }
  DenseSolve(S, M, J);
  CHECK(PetscFree(M));
  CHECK(PetscFree(r));
  return J;
}

PetscReal DenseBellman(PetscInt A, const PetscReal q[], PetscReal eta)
{
  PetscReal best = q[0], sum = 0;

  for (PetscInt a = 1; a < A; a++) best = fmax(best, q[a]);
  if (!(eta > 0)) return best;
  for (PetscInt a = 0; a < A; a++) sum += exp((q[a] - best) / eta);
  return best + eta * log(sum);
}

/* The nonzeros of each row [S·A, S]: row i has entries start[i] .. start[i + 1]. They make sweeps short. */
typedef struct {
  PetscInt  *start, *next;
  PetscReal *p;
} Nonzeros;

static Nonzeros FindNonzeros(PetscInt rows, PetscInt S, const PetscReal P[])
{
  Nonzeros found;
  PetscInt count = 0;

  for (PetscInt i = 0; i < rows * S; i++) count += P[i] != 0;
  CHECK(PetscMalloc3(rows + 1, &found.start, count, &found.next, count, &found.p));
  count = 0;
  for (PetscInt i = 0; i < rows; i++) {
    found.start[i] = count;
    for (PetscInt t = 0; t < S; t++) {
      if (P[i * S + t] == 0) continue;
      found.next[count] = t;
      found.p[count++] = P[i * S + t];
    }
  }
  found.start[rows] = count;
  return found;
}

/* V ← TV in place, state after state; the largest change. */
static PetscReal Sweep(PetscInt S, PetscInt A, PetscReal discount, PetscReal eta, const PetscReal r[],
                       const Nonzeros *P, PetscReal q[], PetscReal V[])
{
  PetscReal change = 0;

  for (PetscInt s = 0; s < S; s++) {
    PetscReal value;

    for (PetscInt a = 0; a < A; a++) {
      q[a] = r[s * A + a];
      for (PetscInt e = P->start[s * A + a]; e < P->start[s * A + a + 1]; e++)
        q[a] += discount * P->p[e] * V[P->next[e]];
    }
    value = DenseBellman(A, q, eta);
    change = fmax(change, fabs(value - V[s]));
    V[s] = value;
  }
  return change;
}

PetscReal *DenseOptimal(MfgGame game, const PetscReal mu[], PetscReal eta)
{
  PetscReal *r = Rewards(game, mu), *P = DenseTransitionsAt(game, mu), *q, *V, discount, change;
  PetscInt   S, A;
  Nonzeros   nonzeros;

  CHECK(MfgGameGetSizes(game, &S, &A));
  CHECK(MfgGameGetDiscount(game, &discount));
  nonzeros = FindNonzeros(S * A, S, P);
  q = Zeros(A);
  V = Zeros(S);
  do {
    change = Sweep(S, A, discount, eta, r, &nonzeros, q, V);
  } while (change * discount > 1e-11 * (1 - discount));
  CHECK(PetscFree3(nonzeros.start, nonzeros.next, nonzeros.p));
  CHECK(PetscFree(q));
  CHECK(PetscFree(P));
  CHECK(PetscFree(r));
  return V;
}

/*
  State by state is left out of the chain, the last one first (Grassmann, Taksar and Heyman 1985): nothing is
  subtracted, so that even the smallest probabilities are exact to rounding.
*/
PetscReal *DenseStationaryLaw(PetscInt S, const PetscReal P[])
{
  PetscReal *M = Zeros(S * S), *law = Zeros(S), sum = 1;

  for (PetscInt i = 0; i < S * S; i++) M[i] = P[i];
  for (PetscInt k = S - 1; k > 0; k--) {
    PetscReal leaving = 0;

    for (PetscInt t = 0; t < k; t++) leaving += M[k * S + t];
    for (PetscInt s = 0; s < k; s++) {
      M[s * S + k] /= leaving;
      for (PetscInt t = 0; t < k; t++) M[s * S + t] += M[s * S + k] * M[k * S + t];
    }
  }
  law[0] = 1;
  for (PetscInt k = 1; k < S; k++) {
    for (PetscInt s = 0; s < k; s++) law[k] += law[s] * M[s * S + k];
    sum += law[k];
  }
  for (PetscInt s = 0; s < S; s++) law[s] /= sum;
  CHECK(PetscFree(M));
  return law;
}

/* D ← D² / ‖D²‖ */
static void Square(PetscInt n, PetscReal D[], PetscReal work[])
{
  PetscReal norm = 0;

  for (PetscInt i = 0; i < n; i++) {
    for (PetscInt j = 0; j < n; j++) work[i * n + j] = 0;
    for (PetscInt k = 0; k < n; k++)
      for (PetscInt j = 0; j < n; j++) work[i * n + j] += D[i * n + k] * D[k * n + j];
  }
  for (PetscInt i = 0; i < n * n; i++) norm += work[i] * work[i];
  for (PetscInt i = 0; i < n * n; i++) D[i] = work[i] / sqrt(norm);
}

/* By powers of D = P - 1 law: ‖x D^n D‖ / ‖x D^n‖ for a large n. */
PetscReal DenseSecondEigenvalue(PetscInt S, const PetscReal P[], const PetscReal law[])
{
  PetscReal *D, *work, *x, size, first;

  CHECK(PetscCalloc3(S * S, &D, S * S, &work, S, &x));
  for (PetscInt i = 0; i < S * S; i++) D[i] = P[i] - law[i % S];
  for (int doubling = 0; doubling < 18; doubling++) Square(S, D, work);
  for (PetscInt s = 0; s < S; s++) x[s] = sin((PetscReal)s);
  DensePush(S, D, 1, x);
  first = sqrt(DenseDot(S, x, x));
  DensePush(S, P, 1, x); /* x D = x P, for x sums to zero by now */
  size = sqrt(DenseDot(S, x, x));
  CHECK(PetscFree3(D, work, x));
  return size / first;
}

PetscReal DenseDistance(PetscInt n, const PetscReal x[], const PetscReal y[])
{
  PetscReal sum = 0;

  for (PetscInt i = 0; i < n; i++) sum += fabs(x[i] - y[i]);
  return sum;
}

PetscReal DenseDot(PetscInt n, const PetscReal x[], const PetscReal y[])
{
  PetscReal sum = 0;

  for (PetscInt i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}
