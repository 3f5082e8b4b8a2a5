"""The mean field μ: how the population is spread over the states."""

from throng_analysis.figures.heat import draw_bars, draw_on_grid, span
from throng_analysis.figures.style import Drawing, settings
from throng_analysis.results import Run

TITLE = "Mean field μ"


def draw(run: Run) -> list[Drawing]:
    """Draw μ as a heat map on the grid, or as bars for a game without one."""
    if run.fields is None or run.fields.mean_field is None:
        return []
    mu = run.fields.mean_field
    with settings():
        if run.fields.grid is None:
            axes, notes = draw_bars(mu, r"$\mu(s)$, probability", TITLE), []
        else:
            title = f"{TITLE}: probability of a cell"
            axes, notes = draw_on_grid(run.fields.grid, mu, title, is_law=True)
    caption = f"{TITLE} at the end: the probability of each state, {span(mu)} "
    caption += f"(uniform would be {1 / len(mu):.3g})."
    return [Drawing("mean_field", " ".join([caption, *notes]), _alt(run), axes.figure)]


def _alt(run: Run) -> str:
    mu, grid = run.fields.mean_field, run.fields.grid
    most = int(mu.argmax())
    where = f"state {most}" if grid is None else "row {}, column {}".format(*grid.cells[most])
    kind = "Bars" if grid is None else f"Heat map on a grid of {grid.rows} × {grid.columns}"
    return f"{kind} of the mean field of {run.title}; most of it at {where}: {mu[most]:.3g}."
