"""Means over a few runs, and how sure they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

LEVEL = 0.95  # of every confidence interval
ARITHMETIC, GEOMETRIC = "arithmetic", "geometric"
MEANS = (ARITHMETIC, GEOMETRIC)


@dataclass
class Spread:
    """What is said of one number of several runs; None where it cannot be said."""

    count: int  # finite values
    seeds: int = 0  # independent ones among them: n of the interval
    mean: float | None = None
    low: float | None = None  # of the confidence interval of the mean
    high: float | None = None
    deviation: float | None = None  # standard deviation between seeds, of the values themselves
    least: float | None = None
    median: float | None = None
    most: float | None = None

    @classmethod
    def of(
        cls, values: Sequence[float | None], mean: str, seeds: Sequence[object] | None = None
    ) -> "Spread":
        """Return the spread of those of `values` that are finite; `seeds` as for intervals()."""
        known = [place for place, x in enumerate(values) if x is not None and math.isfinite(x)]
        if not known:
            return cls(0)
        finite = np.array([values[place] for place in known], dtype=float)
        seeds = None if seeds is None else [seeds[place] for place in known]
        middle, low, high = (float(row[0]) for row in intervals(finite[:, None], mean, seeds))
        independent = _by_seed(finite[:, None], seeds)[:, 0]
        return cls(
            count=len(finite),
            seeds=len(independent),
            mean=_known(middle),
            low=_known(low),
            high=_known(high),
            deviation=float(independent.std(ddof=1)) if len(independent) > 1 else None,
            least=float(finite.min()),
            median=float(np.median(finite)),
            most=float(finite.max()),
        )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def intervals(
    values: np.ndarray, mean: str, seeds: Sequence[object] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, lower and upper end of its confidence interval of each column of `values`.

    `values` is [runs, columns]; runs of one seed, if `seeds` has the seed of each, are averaged
    first, for they are not independent. Arithmetic: x̄ ± t s/√n with Student's t for n - 1 degrees
    of freedom. Geometric: the same of log x, carried back; NaN in a column with a value that is
    not above zero. The ends are NaN for a single seed.
    """
    if mean == GEOMETRIC:
        above = (values > 0).all(axis=0)
        logs = intervals(np.log(np.where(above, values, 1.0)), ARITHMETIC, seeds)
        return tuple(np.where(above, np.exp(row), np.nan) for row in logs)
    values = _by_seed(values, seeds)
    count = len(values)
    middle = values.mean(axis=0)
    if count == 1:
        nothing = np.full(values.shape[1], np.nan)
        return middle, nothing, nothing
    half = student(count - 1) * values.std(axis=0, ddof=1) / math.sqrt(count)
    return middle, middle - half, middle + half


def _by_seed(values: np.ndarray, seeds: Sequence[object] | None) -> np.ndarray:
    """Return the mean of the rows of each seed; all rows if there are no seeds."""
    if seeds is None or len(set(seeds)) == len(seeds):
        return values
    rows: dict[object, list[int]] = {}
    for row, seed in enumerate(seeds):
        rows.setdefault(seed, []).append(row)
    return np.array([values[places].mean(axis=0) for places in rows.values()])


@cache
def student(freedom: int, level: float = LEVEL) -> float:
    """Return the t below which |T| lies with probability `level`, by bisection."""
    low, high = 0.0, 1.0
    while _within(high, freedom) < level:
        high *= 2
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def _within(t: float, freedom: int) -> float:
    """Return P(|T| < t) of Student's t, by Abramowitz and Stegun 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = total = 0.0 if freedom == 1 else (cosine if odd else 1.0)
    for k in range(2 + odd, freedom - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
