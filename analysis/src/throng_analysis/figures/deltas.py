"""Deltas: how far the mean field and the policy still move."""

from throng_analysis.figures.curves import draw_curves
from throng_analysis.figures.style import Drawing
from throng_analysis.metrics import MEAN_FIELD_DELTA, MU_PI_DELTA, POLICY_DELTA
from throng_analysis.results import Run


def draw(run: Run) -> list[Drawing]:
    """Draw the mean-field, mu-pi and policy deltas, as far as they were recorded."""
    return draw_curves(run, (MEAN_FIELD_DELTA, MU_PI_DELTA, POLICY_DELTA), "deltas", "Deltas")
