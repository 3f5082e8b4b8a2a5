"""Means and confidence intervals, against tables and by hand."""

import math

import numpy as np
import pytest

from throng_analysis.courses import MOST_POINTS, mean_course
from throng_analysis.scan import Course
from throng_analysis.statistics import Spread, intervals, student

# Two-sided 95 % points of Student's t, as printed in tables: degrees of freedom → t.
TABLE = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 9: 2.2622, 10: 2.2281, 30: 2.0423}


def course(iterations, values, seconds=None):
    seconds = [0.5 * p for p in iterations] if seconds is None else seconds
    return Course(*(np.array(numbers, dtype=float) for numbers in (iterations, seconds, values)))


@pytest.mark.parametrize(("freedom", "t"), TABLE.items())
def test_student_is_that_of_the_tables(freedom, t):
    assert student(freedom) == pytest.approx(t, abs=5e-5)


def test_student_has_its_closed_forms_and_its_limit():
    assert student(1, 0.9) == pytest.approx(math.tan(math.pi / 2 * 0.9), rel=1e-12)
    assert student(2, 0.8) == pytest.approx(0.8 * math.sqrt(2 / (1 - 0.8**2)), rel=1e-12)
    assert student(100_001) == pytest.approx(1.959964, abs=3e-5)


def test_the_interval_is_that_of_a_calculation_by_hand():
    # Mean 3, squared deviations 4 + 1 + 0 + 1 + 4 = 10, s² = 10 / 4, half width 2.7764 √(2.5 / 5).
    spread = Spread.of([1, 2, 3, 4, 5], "arithmetic")
    half = 2.776445 * math.sqrt(0.5)
    assert (spread.count, spread.mean) == (5, 3)
    assert spread.low == pytest.approx(3 - half, abs=1e-6)
    assert spread.high == pytest.approx(3 + half, abs=1e-6)
    assert spread.deviation == pytest.approx(math.sqrt(2.5))
    assert (spread.least, spread.median, spread.most) == (1, 3, 5)


def test_the_geometric_interval_is_that_of_the_logarithms():
    spread = Spread.of([1e-3, 1e-5], "geometric")
    assert spread.mean == pytest.approx(1e-4)
    # log10: mean -4, s = √2, half width 12.7062 √2 / √2.
    assert spread.low == pytest.approx(10 ** (-4 - 12.706205), rel=1e-5)
    assert spread.high == pytest.approx(10 ** (-4 + 12.706205), rel=1e-5)
    assert Spread.of([1e-3, 0.0], "geometric").mean is None
    assert Spread.of([1e-3, -1e-16], "arithmetic").mean == pytest.approx(5e-4)


def test_one_run_has_no_interval_and_none_no_mean():
    one = Spread.of([2.5, None, math.nan], "arithmetic")
    assert (one.count, one.mean, one.low, one.deviation) == (1, 2.5, None, None)
    assert Spread.of([None], "arithmetic") == Spread(0)


def test_runs_of_one_seed_are_averaged_first():
    spread = Spread.of([1, 3, 5, None, 9], "arithmetic", ["a", "a", "b", "b", "c"])
    alone = Spread.of([2, 5, 9], "arithmetic")
    assert (spread.count, spread.seeds, alone.seeds) == (4, 3, 3)
    for what in ("mean", "low", "high", "deviation"):
        assert getattr(spread, what) == pytest.approx(getattr(alone, what))
    assert (spread.least, spread.median, spread.most) == (1, 4, 9)
    assert Spread.of([1, 4], "arithmetic", [7, 7]).low is None
    pairs = Spread.of([1e-2, 1e-4, 1e-5], "geometric", [1, 1, 2])
    assert pairs.mean == pytest.approx(1e-4)
    mean = mean_course(
        [course([0, 1], [1, 2]), course([0], [9]), course([], [])],
        "iterations",
        "arithmetic",
        "xxy",
    )
    assert (list(mean.mean), mean.runs, mean.seeds) == ([5, 5.5], 2, 1)
    assert np.isnan(mean.low).all()


def test_the_interval_holds_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    _, low, high = intervals(rng.normal(3, 2, size=(5, 20_000)), "arithmetic")
    assert np.mean((low <= 3) & (high >= 3)) == pytest.approx(0.95, abs=0.006)


def test_a_run_that_stopped_earlier_keeps_its_last_value():
    early, late = course([0, 1, 2], [8, 4, 2]), course([0, 1, 2, 3, 4], [6, 2, 2, 2, 0])
    mean = mean_course([early, late], "iterations", "arithmetic")
    assert list(mean.x) == [0, 1, 2, 3, 4]
    assert list(mean.mean) == [7, 3, 2, 2, 1]
    assert (mean.runs, mean.held) == (2, 1)
    assert mean.high[4] - mean.mean[4] == pytest.approx(12.706205 * math.sqrt(2) / math.sqrt(2))


def test_between_its_rows_a_run_has_the_value_before():
    thinned, full = course([0, 3, 6], [9, 6, 3]), course([0, 1, 2, 3, 4, 5, 6], [1] * 7)
    mean = mean_course([thinned, full], "iterations", "arithmetic")
    assert list(mean.mean) == [5, 5, 5, 3.5, 3.5, 3.5, 2]


def test_against_seconds_the_mean_begins_when_all_have_begun():
    first = course([0, 1], [4, 2], seconds=[0.1, 0.4])
    second = course([0, 1], [8, 6], seconds=[0.2, 0.6])
    mean = mean_course([first, second], "seconds", "arithmetic")
    assert list(mean.x) == [0.2, 0.4, 0.6]
    assert list(mean.mean) == [6, 5, 4]
    assert mean.held == 0


def test_long_courses_are_thinned_and_keep_their_ends():
    p = np.arange(5000)
    mean = mean_course([course(p, 1 / (1 + p))], "iterations", "arithmetic")
    assert len(mean.x) == MOST_POINTS and (mean.x[0], mean.x[-1]) == (0, 4999)
    assert (mean.mean == 1 / (1 + mean.x)).all()
    assert np.isnan(mean.low).all()


def test_no_rows_no_course():
    assert mean_course([course([], [])], "iterations", "arithmetic") is None
