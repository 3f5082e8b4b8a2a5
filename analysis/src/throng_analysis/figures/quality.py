"""Quality, plain and regularised: how good the policy is at the current mean field."""

from throng_analysis.figures.curves import draw_curves
from throng_analysis.figures.style import Drawing
from throng_analysis.metrics import QUALITY, REGULARISED_QUALITY
from throng_analysis.results import Run


def draw(run: Run) -> list[Drawing]:
    """Draw T(π_p,μ_p) and T_η(π_p,μ_{p-1}), as far as they were recorded."""
    return draw_curves(run, (QUALITY, REGULARISED_QUALITY), "quality", "Quality")
