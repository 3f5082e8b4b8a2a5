"""What the settings of a sweep came to at the end, and their order: the smallest first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throng_analysis.groups import SeedGroup
from throng_analysis.metrics import Metric
from throng_analysis.statistics import Spread

FAR = 3  # a factor
ROUND_OFF = 1e-10  # a part of the largest value of a metric
FAR_WORDS = (
    f"a factor of {FAR} or more from the mean over the last tenth of the rows: the course jumps or "
    "still moves"
)


@dataclass
class End:
    """One setting at the end of its runs."""

    spread: Spread  # of the last values
    late: float | None  # the mean over the last tenth of the rows
    far: bool = False  # whether the two are a factor apart, round-off aside
    is_zero: bool = False  # whether the mean of the last values is zero to round-off
    place: float | None = None  # what it is ordered by; None without a mean

    @property
    def mean(self) -> float | None:
        """The mean of the last values."""
        return self.spread.mean


def ends_of(groups: Sequence[SeedGroup], metric: Metric, mean: str) -> dict[int, End]:
    """Return the end of each setting by its id.

    A last value that is far from the last tenth of the rows is that of a course which jumps or
    still moves, so the last tenth decides. Values that are zero to round-off are equal.
    """
    small = ROUND_OFF * _largest(groups, metric)
    ends = {}
    for one in groups:
        spread, late = (one.spread(f"{name}.{metric.column}", mean) for name in ("final", "late"))
        end = ends[id(one)] = End(spread, late.mean)
        if end.mean is None:
            continue
        end.is_zero = abs(end.mean) <= small
        end.far = end.late is not None and _apart(end.mean, end.late, small)
        place = end.late if end.far else end.mean
        end.place = 0.0 if abs(place) <= small else place
    return ends


def in_order(groups: Sequence[SeedGroup], ends: dict[int, End]) -> list[SeedGroup]:
    """Return the settings that have a mean, the smallest first; equal ones as they came."""
    known = [one for one in groups if ends[id(one)].place is not None]
    return sorted(known, key=lambda one: ends[id(one)].place)


def _largest(groups: Sequence[SeedGroup], metric: Metric) -> float:
    """Return the largest size that a metric had in any run that ended well."""
    courses = (entry.courses[metric.column].values for one in groups for entry in one.good)
    return max((float(np.abs(x[np.isfinite(x)]).max(initial=0)) for x in courses), default=0.0)


def _apart(end: float, late: float, small: float) -> bool:
    less, more = sorted((abs(end), abs(late)))
    return FAR * less <= more > small
