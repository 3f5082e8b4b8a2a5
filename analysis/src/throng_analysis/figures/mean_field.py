"""How the crowd is spread over the states: the mean field μ, and the population of the policy."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from throng_analysis.figures.heat import draw_bars, draw_on_grid, even_to, span
from throng_analysis.figures.style import Drawing, settings
from throng_analysis.results import Run

# From this 1-norm on the captions say how far the mean field is from the population.
APART = 1e-3


@dataclass
class Law:
    """A law over the states, and the words for it."""

    slug: str
    values: np.ndarray  # [S]
    symbol: str  # matplotlib mathtext
    title: str
    name: str  # in the caption
    plain: str  # in the alternative text


def draw(run: Run) -> list[Drawing]:
    """Draw μ and the population as heat maps on the grid, or as bars for a game without one."""
    return [_drawing(run, law) for law in _laws(run)]


def _laws(run: Run) -> Iterator[Law]:
    fields = run.fields
    if fields is None:
        return
    if fields.mean_field is not None:
        name = "Mean field μ, the given law" if run.evaluated_only else "Mean field μ at the end"
        yield Law("mean_field", fields.mean_field, r"\mu", "Mean field μ", name, "mean field")
    if fields.population is not None:
        title = "Population of the policy"
        name = f"{title}, at which exploitability was taken"
        yield Law("population", fields.population, "m", title, name, title.lower())


def _drawing(run: Run, law: Law) -> Drawing:
    with settings():
        if run.fields.grid is None:
            label = rf"${law.symbol}(s)$, probability"
            axes, notes = draw_bars(law.values, label, law.title), []
        else:
            title = f"{law.title}: probability of a cell"
            axes, notes = draw_on_grid(run.fields.grid, law.values, title, is_law=True)
    uniform = 1 / len(law.values)
    what = f"{span(law.values)} (uniform would be {uniform:.3g})"
    if even := even_to(law.values):
        what = f"{uniform:.4g} for all (uniform to {even})"
    caption = f"{law.name}: the probability of each state, {what}."
    return Drawing(law.slug, " ".join([caption, *_apart(run), *notes]), _alt(run, law), axes.figure)


def _apart(run: Run) -> list[str]:
    """Return how far the mean field is from the population, if that is far."""
    mu, population = run.fields.mean_field, run.fields.population
    if mu is None or population is None:
        return []
    distance = float(np.abs(mu - population).sum())
    if distance <= APART:
        return []
    name, of = (
        ("given law μ", "the policy")
        if run.evaluated_only
        else ("recorded mean field μ_p", "its policy")
    )
    return [f"The {name} is {distance:.3g} (1-norm) from the population of {of}."]


def _alt(run: Run, law: Law) -> str:
    grid = run.fields.grid
    most = int(law.values.argmax())
    where = f"state {most}" if grid is None else "row {}, column {}".format(*grid.cells[most])
    kind = "Bars" if grid is None else f"Heat map on a grid of {grid.rows} × {grid.columns}"
    share = f"most of it at {where}: {law.values[most]:.3g}"
    return f"{kind} of the {law.plain} of {run.title}; {share}."
