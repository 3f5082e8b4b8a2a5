"""The figures of a report: one file per kind, listed here in the order of the report."""

from collections.abc import Iterator

from throng_analysis.figures import deltas, exploitability, mean_field, policy, quality, value
from throng_analysis.figures.style import Drawing
from throng_analysis.results import Run

KINDS = (exploitability, quality, deltas, mean_field, policy, value)


def draw_all(run: Run) -> Iterator[Drawing]:
    """Draw every figure the results of `run` allow, one at a time."""
    for kind in KINDS:
        yield from kind.draw(run)
