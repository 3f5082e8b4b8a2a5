"""The mean course of a metric over the runs of one setting, against iterations or seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throng_analysis.scan import Course
from throng_analysis.statistics import intervals

MOST_POINTS = 600  # of a mean course; more could not be seen


@dataclass
class MeanCourse:
    """Mean and confidence interval of a metric along its course."""

    x: np.ndarray  # iterations or seconds
    mean: np.ndarray
    low: np.ndarray  # NaN for a single seed
    high: np.ndarray
    kind: str  # arithmetic or geometric
    runs: int
    seeds: int  # of these runs: n of the interval
    held: int  # runs that ended before the last one and keep their last value from there on


def mean_course(
    courses: Sequence[Course], abscissa: str, mean: str, seeds: Sequence[object] | None = None
) -> MeanCourse | None:
    """Return the mean over runs, from where all have begun to where the last one ends.

    Between its rows, and after the last of them, a run has the value of the row before. `seeds`
    as for intervals(). None if no run has a row.
    """
    seeds = range(len(courses)) if seeds is None else seeds
    kept = [
        (course, seed) for course, seed in zip(courses, seeds, strict=True) if len(course.values)
    ]
    if not kept:
        return None
    rows = [(getattr(course, abscissa), course.values) for course, _ in kept]
    seeds = [seed for _, seed in kept]
    first, last = max(x[0] for x, _ in rows), max(x[-1] for x, _ in rows)
    x = np.unique(np.concatenate([x for x, _ in rows]))
    x = x[(x >= first) & (x <= last)]
    if len(x) > MOST_POINTS:
        x = x[np.unique(np.linspace(0, len(x) - 1, MOST_POINTS).round().astype(int))]
    held = [values[np.searchsorted(places, x, side="right") - 1] for places, values in rows]
    middle, low, high = intervals(np.array(held), mean, seeds)
    early = sum(places[-1] < last for places, _ in rows) if abscissa == "iterations" else 0
    return MeanCourse(x, middle, low, high, mean, len(rows), len(set(seeds)), early)
