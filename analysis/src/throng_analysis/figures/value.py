"""The value J: what a player expects from each state on."""

from throng_analysis.figures.heat import draw_bars, draw_on_grid, span
from throng_analysis.figures.style import Drawing, settings
from throng_analysis.results import Run

TITLE = "Value J: discounted reward"


def draw(run: Run) -> list[Drawing]:
    """Draw J as a heat map on the grid, or as bars for a game without one."""
    if run.fields is None or run.fields.value is None:
        return []
    value, grid = run.fields.value, run.fields.grid
    with settings():
        if grid is None:
            axes, notes = draw_bars(value, r"$J_\mu^\pi(s)$", TITLE), []
        else:
            axes, notes = draw_on_grid(grid, value, TITLE)
    name = "Value J of the given policy" if run.evaluated_only else "Value J at the end"
    caption = f"{name}: the discounted reward that π earns from each state on at μ, "
    caption += f"without the entropy bonus, {span(value)}."
    kind = "Bars" if grid is None else f"Heat map on a grid of {grid.rows} × {grid.columns}"
    alt = f"{kind} of the value of the policy of {run.title}, {span(value)}."
    return [Drawing("value", " ".join([caption, *notes]), alt, axes.figure)]
