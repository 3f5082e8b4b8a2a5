/*
  rock_paper_scissors and contraction_game in closed form, on fewer and more ranks than states.

  rock_paper_scissors, x' = a and r = Aμ = (μ₂-μ₁, μ₀-μ₂, μ₁-μ₀), under a policy p that does not look at the
  state, with c = p·r + η H(p) and h = η log Σ_a exp(γ r_a/η):

    J(x) = r_x + η H(p) + γ c/(1-γ),  V*(x) = r_x + γ max r/(1-γ),  V*_η(x) = r_x + h/(1-γ);
    one push gives p whatever μ is, and p is the population that it induces.

  (With V*_η = r + L: L = η log Σ_a exp(γ V*_η(a)/η) = γL + h.)

  contraction_game, r(x,a) = -αμ(x) - C [a = switch]; with x the fuller state, y the other, d = μ(x) - μ(y):

    V*(y) = -αμ(y)/(1-γ),  V*(x) = -αμ(x)/(1-γ) + max(0, αγd/(1-γ) - C);

  under switch probabilities f₀, f₁, with D = J(1) - J(0):
    (1-γ) J(s) = -αμ(s) - C f_s ± γ f_s D,  D = (ρ₁ - ρ₀)/(1 - γ + γ(f₀ + f₁)),  ρ_s = -αμ(s) - C f_s;
    the induced law is (f₁, f₀)/(f₀ + f₁), and μ itself where nobody switches.
*/
#include <math.h>
#include "testing.h"

enum { HANDS = 3 };
static const PetscReal discount = 0.9, eta = 0.4;

/* A Vec of `width` numbers for each state of the game. */
static Vec MakeVec(MfgModel model, PetscInt width, const PetscReal values[])
{
  Vec          v;
  PetscInt     begin, end;
  PetscScalar *own;

  CHECK(MfgModelGetOwnershipRange(model, &begin, &end));
  if (width > 1)
    CHECK(MfgModelCreateStateActionVec(model, &v));
  else
    CHECK(MfgModelCreateStateVec(model, &v));
  CHECK(VecGetArrayWrite(v, &own));
  for (PetscInt i = begin * width; i < end * width; i++) own[i - begin * width] = values[i];
  CHECK(VecRestoreArrayWrite(v, &own));
  return v;
}

/* J^π, V*, J_η^π and V*_η at the μ and the π held, against expected[4]. */
static void CompareValues(MfgModel model, PetscInt S, const PetscReal *const expected[4])
{
  static const char *const names[] = {"J", "V*", "J with entropy", "V* with entropy"};
  MfgSolve                 solve;

  for (int i = 0; i < 4; i++) {
    Vec V = TestStateVec(model, 0);

    if (!expected[i]) {
      CHECK(VecDestroy(&V));
      continue;
    }
    if (i % 2 == 0)
      CHECK(MfgModelEvaluate(model, i == 0 ? 0 : eta, V, &solve));
    else if (i == 1)
      CHECK(MfgModelBestResponse(model, V, NULL, &solve));
    else
      CHECK(MfgModelSoftOptimal(model, eta, V, &solve));
    TestAssertSound(model);
    TestAssertNear(V, S, expected[i], 1e-10, names[i]);
    CHECK(VecDestroy(&V));
  }
}

static void CompareHands(MfgModel model, const PetscReal m[HANDS], const PetscReal p[HANDS])
{
  const PetscReal r[HANDS] = {m[2] - m[1], m[0] - m[2], m[1] - m[0]};
  const PetscReal best = fmax(r[0], fmax(r[1], r[2])), far = discount / (1 - discount);
  PetscReal       entropy = 0, mean = 0, sum = 0, J[HANDS], V[HANDS], soft_J[HANDS], soft_V[HANDS];
  Vec             mu = MakeVec(model, 1, m);

  for (int a = 0; a < HANDS; a++) {
    entropy -= p[a] > 0 ? eta * p[a] * log(p[a]) : 0;
    mean += p[a] * r[a];
    sum += exp(discount * r[a] / eta);
  }
  for (int x = 0; x < HANDS; x++) {
    J[x] = r[x] + far * mean;
    V[x] = r[x] + far * best;
    soft_J[x] = r[x] + entropy + far * (mean + entropy);
    soft_V[x] = r[x] + eta * log(sum) / (1 - discount);
  }
  CHECK(MfgModelSetMeanField(model, mu));
  CompareValues(model, HANDS, (const PetscReal *const[]){J, V, soft_J, soft_V});
  CHECK(VecDestroy(&mu));
}

static void CompareHandsPopulations(MfgModel model, const PetscReal p[HANDS])
{
  static const PetscReal corner[HANDS] = {0, 0, 1};
  Vec                    mu = MakeVec(model, 1, corner);
  MfgSolve               solve;

  CHECK(MfgModelPush(model, 1, mu));
  TestAssertNear(mu, HANDS, p, 1e-15, "one push");
  CHECK(VecDestroy(&mu));
  mu = MakeVec(model, 1, corner);
  CHECK(MfgModelInducedMeanField(model, mu, &solve));
  TestAssertSound(model);
  TestAssertNear(mu, HANDS, p, 1e-12, "the induced population");
  CHECK(VecDestroy(&mu));
}

static void RockPaperScissors(const char *direct_below)
{
  static const PetscReal fields[][HANDS] = {
      {1. / 3, 1. / 3, 1. / 3}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {.5, .2, .3}, {.1, .3, .6}};
  static const PetscReal policies[][HANDS] = {{1. / 3, 1. / 3, 1. / 3}, {.2, .5, .3}, {.7, .3, 0}};
  MfgGame                game = TestGame("rock_paper_scissors", NULL);
  MfgModel               model = TestModel(game, "direct_below", direct_below, "tolerance", "1e-13",
                                           "best_response_tolerance", "1e-12", NULL);
  MfgCoupling            transitions, rewards;

  CHECK(MfgGameGetCoupling(game, &transitions, &rewards));
  assert_int_equal(transitions, MFG_COUPLING_NONE);
  assert_int_equal(rewards, MFG_COUPLING_GLOBAL);
  for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
    PetscReal rows[HANDS * HANDS];
    Vec       pi;

    for (int j = 0; j < HANDS * HANDS; j++) rows[j] = policies[i][j % HANDS];
    pi = MakeVec(model, HANDS, rows);
    CHECK(MfgModelSetPolicy(model, pi));
    for (size_t j = 0; j < sizeof(fields) / sizeof(fields[0]); j++)
      CompareHands(model, fields[j], policies[i]);
    CompareHandsPopulations(model, policies[i]);
    CHECK(VecDestroy(&pi));
  }
  TestDestroy(&model, &game);
}

static void RockPaperScissorsDirect(void **state)
{
  (void)state;
  RockPaperScissors("3000");
}

static void RockPaperScissorsKrylov(void **state)
{
  (void)state;
  RockPaperScissors("0");
}

/* Rock, paper, scissors in turn: period three, and x' = a, not a step from x. */
static void HandsInTurn(void **state)
{
  static const PetscReal turn[] = {0, 1, 0, /**/ 0, 0, 1, /**/ 1, 0, 0};
  static const PetscReal m[HANDS] = {.5, .2, .3}, turned[HANDS] = {.3, .5, .2};
  static const PetscReal uniform[HANDS] = {1. / 3, 1. / 3, 1. / 3};
  MfgGame                game = TestGame("rock_paper_scissors", NULL);
  MfgModel               model = TestModel(game, NULL);
  Vec                    pi = MakeVec(model, HANDS, turn), mu = MakeVec(model, 1, m);
  MfgSolve               solve;

  (void)state;
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelPush(model, 1, mu));
  TestAssertNear(mu, HANDS, turned, 1e-15, "everyone one hand further");
  CHECK(MfgModelInducedMeanField(model, mu, &solve));
  TestAssertNear(mu, HANDS, uniform, 1e-12, "the Cesàro law");
  CHECK(VecDestroy(&pi));
  CHECK(VecDestroy(&mu));
  TestDestroy(&model, &game);
}

/* At μ = (fill, 1 - fill) under switch probabilities f, for the numbers C and α. */
static void CompareContraction(MfgModel model, PetscReal C, PetscReal alpha, PetscReal fill,
                               const PetscReal f[2])
{
  const PetscReal rows[4] = {1 - f[0], f[0], 1 - f[1], f[1]}, m[2] = {fill, 1 - fill};
  const PetscReal rho[2] = {-alpha * m[0] - C * f[0], -alpha * m[1] - C * f[1]};
  const PetscReal D = (rho[1] - rho[0]) / (1 - discount + discount * (f[0] + f[1]));
  const PetscReal gain = alpha * discount * fabs(m[0] - m[1]) / (1 - discount) - C;
  PetscReal       J[2], V[2], law[2] = {m[0], m[1]};
  Vec             pi = MakeVec(model, 2, rows), mu = MakeVec(model, 1, m);
  MfgSolve        solve;

  for (int s = 0; s < 2; s++) {
    J[s] = (rho[s] + (s == 0 ? 1 : -1) * discount * f[s] * D) / (1 - discount);
    V[s] = -alpha * m[s] / (1 - discount) + (m[s] > m[1 - s] ? fmax(0, gain) : 0);
    if (f[0] + f[1] > 0) law[s] = f[1 - s] / (f[0] + f[1]);
  }
  CHECK(MfgModelSetPolicy(model, pi));
  CHECK(MfgModelSetMeanField(model, mu));
  CompareValues(model, 2, (const PetscReal *const[]){J, V, NULL, NULL});
  CHECK(MfgModelInducedMeanField(model, mu, &solve));
  TestAssertSound(model);
  TestAssertNear(mu, 2, law, 1e-12, "the induced population");
  CHECK(VecDestroy(&pi));
  CHECK(VecDestroy(&mu));
}

/* `cost` and `crowd`: the values as text, NULL for the defaults, and as numbers. */
static void Contraction(const char *direct_below, const char *cost, PetscReal C, const char *crowd,
                        PetscReal alpha)
{
  static const PetscReal fills[] = {.5, .9, .45, 1}, switches[][2] = {{.3, .6}, {0, 0}, {1, 1}, {0, .25}};
  MfgGame                game = cost ? TestGame("contraction_game", "switch_cost", cost, "crowd", crowd, NULL)
                                     : TestGame("contraction_game", NULL);
  MfgModel               model = TestModel(game, "direct_below", direct_below, "tolerance", "1e-13",
                                           "best_response_tolerance", "1e-12", NULL);

  for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++)
    for (size_t j = 0; j < sizeof(switches) / sizeof(switches[0]); j++)
      CompareContraction(model, C, alpha, fills[i], switches[j]);
  TestDestroy(&model, &game);
}

/* Those of C = 21, α = 2 are a contraction: it never pays to switch. */
static void ContractionGame(void **state)
{
  (void)state;
  Contraction("3000", NULL, 2, NULL, 2);
  Contraction("3000", "21", 21, "2", 2);
  Contraction("3000", "0", 0, "0.5", .5);
  Contraction("0", NULL, 2, NULL, 2);
  Contraction("0", "21", 21, "2", 2);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(RockPaperScissorsDirect),
                                          cmocka_unit_test(RockPaperScissorsKrylov),
                                          cmocka_unit_test(HandsInTurn), cmocka_unit_test(ContractionGame)};

TEST_MAIN("small games", tests)
