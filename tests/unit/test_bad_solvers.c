/* Keys of solvers that are wrong: the complaint stands under the key and says what was expected. */
#include "complaints.h"
#include "testing.h"

/* The complaints about keys and values, which end with NULL, of a solver. */
static TestComplaints Complaints(const char *type, ...)
{
  TestComplaints collected;
  MfgSolver      solver;
  MfgParameters  parameters;
  va_list        arguments;
  const char    *key;

  TestComplaintsInit(&collected);
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, type, NULL));
  CHECK(MfgSolverGetParameters(solver, &parameters));
  va_start(arguments, type);
  while ((key = va_arg(arguments, const char *)))
    CHECK(MfgParametersSet(parameters, key, va_arg(arguments, const char *), &collected.complaints));
  va_end(arguments);
  CHECK(MfgSolverCheck(solver, &collected.complaints));
  CHECK(MfgSolverDestroy(&solver));
  return collected;
}

#define ASSERT_COMPLAINT(key, fragment, ...)                                                                 \
  do {                                                                                                       \
    const TestComplaints found = Complaints(__VA_ARGS__, NULL);                                              \
                                                                                                             \
    TestAssertComplaint(&found, key, fragment);                                                              \
  } while (0)
#define ASSERT_FINE(...)                                                                                     \
  do {                                                                                                       \
    const TestComplaints found = Complaints(__VA_ARGS__, NULL);                                              \
                                                                                                             \
    TestAssertNoComplaint(&found);                                                                           \
  } while (0)

static void FictitiousPlay(void **state)
{
  (void)state;
  ASSERT_FINE("fictitious_play", "lambda", "constant", "lambda.value", "1");
  ASSERT_COMPLAINT("lambda.value", "is used where lambda.schedule is constant; it is harmonic here",
                   "fictitious_play", "lambda.value", "0.2");
  ASSERT_COMPLAINT("lambda.value", "is used where lambda.schedule is constant; it is pure here",
                   "fictitious_play", "lambda", "pure", "lambda.value", "0.2");
  ASSERT_COMPLAINT("lambda.value", "(0,1]", "fictitious_play", "lambda", "constant", "lambda.value", "0");
  ASSERT_COMPLAINT("lambda", "harmonic|constant|pure", "fictitious_play", "lambda", "linear");
  ASSERT_COMPLAINT("population_steps", "[1,inf)", "fictitious_play", "population_steps", "0");
  ASSERT_COMPLAINT("learning_rate", "unknown key 'learning_rate'", "fictitious_play", "learning_rate", "1");
}

static void OnlineMirrorDescent(void **state)
{
  (void)state;
  ASSERT_FINE("online_mirror_descent", "learning_rate", "3", "temperature", "0.1");
  ASSERT_COMPLAINT("learning_rate", "(0,inf)", "online_mirror_descent", "learning_rate", "0");
  ASSERT_COMPLAINT("temperature", "(0,inf)", "online_mirror_descent", "temperature", "-1");
  ASSERT_COMPLAINT("eta", "unknown key 'eta'", "online_mirror_descent", "eta", "0.5");
  ASSERT_COMPLAINT("lambda", "unknown key 'lambda'", "online_mirror_descent", "lambda", "pure");
}

static void PolicyIteration(void **state)
{
  (void)state;
  ASSERT_FINE("policy_iteration", "variant", "smooth", "lambda", "constant", "lambda.value", "0.5");
  ASSERT_FINE("policy_iteration", "variant", "smooth", "lambda.value", "0.5");
  ASSERT_FINE("policy_iteration", "variant", "boltzmann", "temperature", "0.5");
  ASSERT_COMPLAINT("temperature", "is used where variant is boltzmann; it is greedy here", "policy_iteration",
                   "temperature", "0.5");
  ASSERT_COMPLAINT("temperature", "is used where variant is boltzmann; it is smooth here", "policy_iteration",
                   "variant", "smooth", "temperature", "0.5");
  ASSERT_COMPLAINT("lambda.schedule", "is used where variant is smooth; it is boltzmann here",
                   "policy_iteration", "variant", "boltzmann", "lambda", "harmonic");
  ASSERT_COMPLAINT("lambda.value", "is used where variant is smooth; it is boltzmann here",
                   "policy_iteration", "variant", "boltzmann", "lambda.value", "0.3");
  ASSERT_COMPLAINT("lambda.value", "is used where lambda.schedule is constant; it is harmonic here",
                   "policy_iteration", "variant", "smooth", "lambda", "harmonic", "lambda.value", "0.3");
  ASSERT_COMPLAINT("lambda", "harmonic|constant", "policy_iteration", "variant", "smooth", "lambda", "pure");
  ASSERT_COMPLAINT("variant", "unknown word 'gredy'; did you mean 'greedy'?", "policy_iteration", "variant",
                   "gredy");
  ASSERT_COMPLAINT("inner_iterations", "unknown key 'inner_iterations'", "policy_iteration",
                   "inner_iterations", "5");
}

static void Types(void **state)
{
  TestComplaints collected;
  MfgSolver      solver;

  (void)state;
  TestComplaintsInit(&collected);
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, "fictitous_play", &collected.complaints));
  TestAssertComplaint(&collected, "type", "did you mean 'fictitious_play'?");
  CHECK(MfgSolverDestroy(&solver));
}

/* The complaints about a list of metrics, and a stop rule if there is one, of a solver. */
static TestComplaints MetricComplaints(const char *type, const char *which, const char *rule)
{
  TestComplaints collected;
  MfgSolver      solver;
  MfgParameters  metrics;

  TestComplaintsInit(&collected);
  CHECK(MfgSolverCreate(PETSC_COMM_WORLD, &solver));
  CHECK(MfgSolverSetType(solver, type, NULL));
  CHECK(MfgSolverGetMetricsParameters(solver, &metrics));
  if (which) CHECK(MfgParametersSet(metrics, "which", which, NULL));
  if (rule) CHECK(MfgSolverSetParameter(solver, rule, "1e-3"));
  CHECK(MfgSolverCheck(solver, &collected.complaints));
  CHECK(MfgSolverDestroy(&solver));
  return collected;
}

/* Metrics that a solver cannot have are refused where they are asked for, not where they are defaults. */
static void Metrics(void **state)
{
  static const char *const deltas = "compares two iterations, and there are none in the solver fixed_policy";
  static const char *const eta = "needs a temperature η, and there is none in the solver fictitious_play";
  TestComplaints           found;

  (void)state;
  found = MetricComplaints("fictitious_play", NULL, NULL);
  TestAssertNoComplaint(&found);
  found = MetricComplaints("fixed_policy", NULL, NULL);
  TestAssertNoComplaint(&found);
  found = MetricComplaints("mf_trpo", "[regularised_exploitability, regularised_quality, policy_delta]",
                           "stop.regularised_exploitability");
  TestAssertNoComplaint(&found);
  found = MetricComplaints("fictitious_play", "[quality, regularised_exploitability]", NULL);
  TestAssertComplaint(&found, "metrics.which", eta);
  found = MetricComplaints("fictitious_play", "[regularised_quality]", NULL);
  TestAssertComplaint(&found, "metrics.which", eta);
  found = MetricComplaints("fictitious_play", NULL, "stop.regularised_exploitability");
  TestAssertComplaint(&found, "stop.regularised_exploitability", eta);
  found = MetricComplaints("fixed_policy", "[quality, mean_field_delta]", NULL);
  TestAssertComplaint(&found, "metrics.which", deltas);
  found = MetricComplaints("fixed_policy", "[regularised_exploitability]", NULL);
  TestAssertComplaint(&found, "metrics.which",
                      "needs a temperature η, and there is none in the solver fixed_policy");
  found = MetricComplaints("fixed_policy", "[policy_delta]", NULL);
  TestAssertComplaint(&found, "metrics.which", deltas);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(Metrics), cmocka_unit_test(FictitiousPlay),
                                          cmocka_unit_test(OnlineMirrorDescent),
                                          cmocka_unit_test(PolicyIteration), cmocka_unit_test(Types)};

TEST_MAIN("bad solvers", tests)
