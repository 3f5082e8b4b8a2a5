"""The metrics of a run: the columns of metrics.csv, their names and their symbols."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One column of metrics.csv: what it is called and how it is written."""

    column: str
    label: str  # plain words
    symbol: str  # plain text, for tables, captions and alternative texts
    math: str  # matplotlib mathtext, for figures
    meaning: str = ""


EXPLOITABILITY = Metric(
    "exploitability",
    "exploitability",
    "φ(π)",
    r"$\varphi(\pi)$",
    "what one player gains by deviating, at the population μ^π that π induces",
)
REGULARISED_EXPLOITABILITY = Metric(
    "regularised_exploitability",
    "regularised exploitability",
    "φ_η(π)",
    r"$\varphi_\eta(\pi)$",
    "the same in the entropy-regularised game",
)
EXPLOITABILITY_AT_MU = Metric(
    "exploitability_at_mu",
    "exploitability at μ",
    "φ(π,μ)",
    r"$\varphi(\pi,\mu)$",
    "the same at the population that π induces with μ held in the dynamics",
)
QUALITY = Metric(
    "quality",
    "quality",
    "T(π_p,μ_p)",
    r"$T(\pi_p,\mu_p)$",
    "what one player gains by deviating, at the current mean field",
)
REGULARISED_QUALITY = Metric(
    "regularised_quality",
    "regularised quality",
    "T_η(π_p,μ_{p−1})",
    r"$T_\eta(\pi_p,\mu_{p-1})$",
    "the planner's own gap in the regularised game, before the push",
)
MEAN_FIELD_DELTA = Metric(
    "mean_field_delta",
    "mean-field delta",
    "‖μ_p−μ_{p−1}‖₁",
    r"$\|\mu_p-\mu_{p-1}\|_1$",
    "how far the mean field moved in one outer iteration",
)
MU_PI_DELTA = Metric(
    "mu_pi_delta",
    "mu-pi delta",
    "‖μ_p−μ^{π_p}‖₁",
    r"$\|\mu_p-\mu^{\pi_p}\|_1$",
    "how far the mean field is from the population its policy induces",
)
POLICY_DELTA = Metric(
    "policy_delta",
    "policy delta",
    "max_s ‖π_p(·|s)−π_{p−1}(·|s)‖₁",
    r"$\max_s\,\|\pi_p(\cdot|s)-\pi_{p-1}(\cdot|s)\|_1$",
    "how far the policy moved in one outer iteration",
)
POPULATION_RESIDUAL = Metric(
    "population_residual",
    "population residual",
    "‖μ^πP−μ^π‖₁",
    r"$\|\mu^\pi P-\mu^\pi\|_1$",
    "what is left in the equation of the population",
)
POPULATION_SETTLED = Metric(
    "population_settled",
    "population settled",
    "",
    "",
    "1: the population is stationary to its tolerance; 0: not settled",
)
EVALUATION_RESIDUAL = Metric(
    "evaluation_residual",
    "evaluation residual",
    "",
    "",
    "largest ‖residual‖₂/‖r‖₂ of the linear solves for a value since the row before",
)
BEST_RESPONSE_RESIDUAL = Metric(
    "best_response_residual",
    "best-response residual",
    "",
    "",
    "what is left in the Bellman equation of the best response, sup norm, at worst",
)

METRICS = (
    EXPLOITABILITY,
    REGULARISED_EXPLOITABILITY,
    EXPLOITABILITY_AT_MU,
    QUALITY,
    REGULARISED_QUALITY,
    MEAN_FIELD_DELTA,
    MU_PI_DELTA,
    POLICY_DELTA,
    POPULATION_RESIDUAL,
    POPULATION_SETTLED,
    EVALUATION_RESIDUAL,
    BEST_RESPONSE_RESIDUAL,
)
BY_COLUMN = {metric.column: metric for metric in METRICS}

# The header of metrics.csv, in its order.
COLUMNS = ("iteration", "seconds", *BY_COLUMN, "linear_iterations")
# Gaps between an optimum and a value: never below zero in exact arithmetic.
GAPS = (
    EXPLOITABILITY,
    REGULARISED_EXPLOITABILITY,
    EXPLOITABILITY_AT_MU,
    QUALITY,
    REGULARISED_QUALITY,
)
