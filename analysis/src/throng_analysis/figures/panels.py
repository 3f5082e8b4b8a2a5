"""Runs side by side: one curve for each in four panels of metrics, with one legend for all."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from throng_analysis.figures import curves
from throng_analysis.figures.curves import ABSCISSAE, FEW_POINTS, Curve
from throng_analysis.figures.style import (
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SKY,
    Drawing,
    new_figure,
    settings,
    wrapped,
)
from throng_analysis.labels import Group
from throng_analysis.metrics import EXPLOITABILITY, MEAN_FIELD_DELTA, MU_PI_DELTA, QUALITY, Metric
from throng_analysis.results import Run

METRICS = (EXPLOITABILITY, QUALITY, MEAN_FIELD_DELTA, MU_PI_DELTA)
COLOURS = (*(colour for colour, _, _ in curves.STYLES), ORANGE, SKY, INK)
LINES = tuple((line, marker) for _, line, marker in curves.STYLES)
# Seven colours and four lines have no common divisor: as many pairs as there can be.
STYLES = tuple(
    (COLOURS[i % len(COLOURS)], *LINES[i % len(LINES)]) for i in range(len(COLOURS) * len(LINES))
)
# Of a curve, and of the level line of a run that only evaluated a policy.
CURVE_WIDTH, LEVEL_WIDTH = 1.8, 0.9
WIDTH, HEIGHT, LEGEND_ROW = 9.0, 6.6, 0.25  # inches
# The letters that fit across the figure, and what the line and the gap of an entry take of them.
LETTERS, ENTRY = 97, 8


@dataclass
class Line:
    """The curve of one run in one panel, and how it is drawn."""

    curve: Curve
    group: Group
    run: Run
    style: tuple


def draw_panels(groups: list[Group], title: str) -> list[Drawing]:
    """Draw the four panels against iteration and against seconds; at most len(STYLES) groups."""
    return [_drawing(groups, title, abscissa) for abscissa in ABSCISSAE]


def _drawing(groups: list[Group], title: str, abscissa: str) -> Drawing:
    heading = f"{title} against {abscissa}"
    panels = [_lines(groups, metric, abscissa) for metric in METRICS]
    below = any(line.curve.below.any() for lines in panels for line in lines)
    with settings():
        handles = _handles(groups, below)
        columns = _legend_columns(handles)
        rows = sum(1 + handle.get_label().count("\n") for handle in handles[::columns])
        figure = new_figure((WIDTH, HEIGHT + LEGEND_ROW * rows))
        figure.suptitle(wrapped(heading, LETTERS), x=0.012, ha="left", weight="bold", size=13)
        _draw_all(figure, panels, abscissa)
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=3.2)
    notes = [note for lines in panels for line in lines for note in _notes(line)]
    return Drawing(
        slug=f"panels_{abscissa}",
        caption="\n".join(notes),
        alt=f"{heading}: {len(groups)} curves in each of four panels.",
        figure=figure,
    )


def _lines(groups: list[Group], metric: Metric, abscissa: str) -> list[Line]:
    """Return the curves of one panel, those of runs that recorded the metric."""
    lines = []
    for group, style in zip(groups, STYLES, strict=False):
        for run in group.runs:
            curve = Curve.of(run, metric, abscissa)
            if curve is not None:
                lines.append(Line(curve, group, run, style))
    return lines


def _draw_all(figure: Figure, panels: list[list[Line]], abscissa: str) -> None:
    last = max(line.curve.x[-1] for lines in panels for line in lines) or 1
    grid = figure.subplots(2, 2, sharex=True)
    for axes, metric, lines in zip(grid.flat, METRICS, panels, strict=True):
        axes.set_title(f"{metric.label[0].upper()}{metric.label[1:]}  {metric.math}", size=11.5)
        if lines:
            _draw(axes, lines)
        else:
            _say_that_nothing_is_there(axes, metric)
        curves.finish(axes, abscissa)
        axes.set_xlim(-0.02 * last, 1.02 * last)
    for axes in grid[0]:
        axes.set_xlabel("")


def _draw(axes: Axes, lines: list[Line]) -> None:
    floor = curves.floor_of([line.curve for line in lines])
    marked = max(len(line.curve.x) for line in lines) <= FEW_POINTS
    for line in lines:
        if line.run.evaluated_only and line.curve.drawable:
            colour, dashes, _ = line.style
            axes.axhline(line.curve.y[-1], color=colour, linestyle=dashes, linewidth=LEVEL_WIDTH)
            continue
        alone = len(line.curve.x) == 1
        curves.plot_curve(axes, line.curve, line.style, floor, marked or alone)
    curves.limit(axes, [line.curve for line in lines], floor)


def _say_that_nothing_is_there(axes: Axes, metric: Metric) -> None:
    axes.text(
        0.5,
        0.5,
        f"not recorded:\nmetrics.which lacks {metric.column}",
        transform=axes.transAxes,
        ha="center",
        color=MUTED,
    )
    axes.set_yscale("log")


def _handles(groups: list[Group], below: bool) -> list[Line2D]:
    """Return what the legend shows: every group, and the hollow mark if there is one."""
    handles = [
        Line2D(
            [],
            [],
            color=colour,
            linestyle=line,
            linewidth=_width(group),
            label=wrapped(group.label, LETTERS - ENTRY),
        )
        for group, (colour, line, _) in zip(groups, STYLES, strict=False)
    ]
    if below:
        mark = {"marker": "o", "markerfacecolor": PAPER, "markeredgecolor": MUTED}
        label = "hollow: not above 0, drawn at the edge"
        handles.append(Line2D([], [], linestyle="none", **mark, label=label))
    return handles


def _width(group: Group) -> float:
    only = all(run.evaluated_only for run in group.runs)
    return LEVEL_WIDTH if only else CURVE_WIDTH


def _legend_columns(handles: list[Line2D]) -> int:
    longest = max(min(len(handle.get_label()), LETTERS - ENTRY) for handle in handles)
    return max(1, min(len(handles), LETTERS // (longest + ENTRY)))


def _notes(line: Line) -> list[str]:
    return curves.notes_of(line.curve, f"{line.curve.metric.symbol} of {line.group.label}")
