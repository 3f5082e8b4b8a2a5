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
    mean: float | None = None
    low: float | None = None  # of the confidence interval of the mean
    high: float | None = None
    deviation: float | None = None  # standard deviation between runs, of the values themselves
    least: float | None = None
    median: float | None = None
    most: float | None = None

    @classmethod
    def of(cls, values: Sequence[float | None], mean: str) -> "Spread":
        """Return the spread of those of `values` that are finite."""
        finite = np.array([x for x in values if x is not None and math.isfinite(x)], dtype=float)
        if not len(finite):
            return cls(0)
        middle, low, high = (float(row[0]) for row in intervals(finite[:, None], mean))
        return cls(
            count=len(finite),
            mean=_known(middle),
            low=_known(low),
            high=_known(high),
            deviation=float(finite.std(ddof=1)) if len(finite) > 1 else None,
            least=float(finite.min()),
            median=float(np.median(finite)),
            most=float(finite.max()),
        )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def intervals(values: np.ndarray, mean: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, lower and upper end of its confidence interval of each column of `values`.

    `values` is [runs, columns]. Arithmetic: x̄ ± t s/√n with Student's t for n - 1 degrees of
    freedom. Geometric: the same of log x, carried back; NaN in a column with a value that is not
    above zero. The ends are NaN for a single run.
    """
    if mean == GEOMETRIC:
        above = (values > 0).all(axis=0)
        logs = np.log(np.where(above, values, 1.0))
        return tuple(np.where(above, np.exp(row), np.nan) for row in intervals(logs, ARITHMETIC))
    count = len(values)
    middle = values.mean(axis=0)
    if count == 1:
        nothing = np.full(values.shape[1], np.nan)
        return middle, nothing, nothing
    half = student(count - 1) * values.std(axis=0, ddof=1) / math.sqrt(count)
    return middle, middle - half, middle + half


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
