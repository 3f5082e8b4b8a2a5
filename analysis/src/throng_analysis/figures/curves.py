"""Curves of metrics on a logarithmic axis, against iteration and against seconds."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import Formatter, LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import offset_copy

from throng_analysis.figures.style import (
    BLUE,
    GREEN,
    MUTED,
    PAPER,
    PURPLE,
    VERMILLION,
    Drawing,
    new_axes,
    settings,
)
from throng_analysis.metrics import Metric
from throng_analysis.results import Run

STYLES = (
    (BLUE, "-", "o"),
    (VERMILLION, (0, (5, 1.6)), "s"),
    (GREEN, (0, (1.5, 1.2)), "^"),
    (PURPLE, (0, (5, 1.2, 1.2, 1.2)), "D"),
)
# With at most this many points each is marked.
FEW_POINTS = 40
# Decades of an axis with labels between them; where such an axis is, all numbers are written out.
MOST_LABELLED, WRITTEN_OUT = 3, (1e-3, 1e5)
ABSCISSAE = {"iteration": "outer iteration p", "seconds": "seconds"}


@dataclass
class Curve:
    """One metric of one run, split for a logarithmic axis."""

    metric: Metric
    x: np.ndarray
    y: np.ndarray  # NaN where the value is not above zero
    below: np.ndarray  # true where the value is finite but not above zero
    least: float  # the smallest value of all
    lost: int  # how many values are not finite

    @classmethod
    def of(cls, run: Run, metric: Metric, abscissa: str) -> "Curve | None":
        """Return the curve of `metric`, None if the run did not record it."""
        rows = run.trace.select(abscissa, metric.column).drop_nulls()
        finite = rows[metric.column].is_finite()
        rows, lost = rows.filter(finite), int((~finite).sum())
        if not len(rows):
            return None
        x, y = rows[abscissa].to_numpy(), rows[metric.column].to_numpy()
        above = y > 0
        return cls(metric, x, np.where(above, y, np.nan), ~above, y.min(), lost)

    @property
    def drawable(self) -> bool:
        """Whether any value fits on a logarithmic axis."""
        return bool(np.isfinite(self.y).any())


def draw_curves(run: Run, metrics: tuple[Metric, ...], slug: str, title: str) -> list[Drawing]:
    """Draw `metrics` against iteration and against seconds.

    Nothing if none was recorded, or if the run only evaluated a policy: one row is no curve.
    """
    if run.trace is None or run.evaluated_only:
        return []
    drawings = []
    for abscissa in ABSCISSAE:
        curves = [Curve.of(run, metric, abscissa) for metric in metrics]
        curves = [curve for curve in curves if curve is not None]
        if curves:
            drawings.append(_drawing(run, curves, abscissa, slug, title))
    return drawings


def _drawing(run: Run, curves: list[Curve], abscissa: str, slug: str, title: str) -> Drawing:
    heading = f"{title} against {abscissa}"
    with settings():
        axes = new_axes()
        floor = floor_of(curves)
        for curve, style in zip(curves, STYLES, strict=False):
            name = f"{curve.metric.label}  {curve.metric.math}"
            below = f"{curve.metric.math} not above 0, drawn at the edge"
            few = len(curve.x) <= FEW_POINTS
            plot_curve(axes, curve, style, floor, few, (name, below))
        limit(axes, curves, floor)
        finish(axes, abscissa)
        axes.set_title(heading)
        axes.legend(loc="best", handlelength=2.6, labelcolor=None)
    notes = [note for curve in curves for note in notes_of(curve, curve.metric.symbol)]
    return Drawing(
        slug=f"{slug}_{abscissa}",
        caption=" ".join([f"{heading}: {_listed(curves)}.", *notes]),
        alt=f"{heading} of {run.title}, logarithmic axis. {_ends(curves)}",
        figure=axes.figure,
    )


class FewDecades(Formatter):
    """Labels 1, 2, 5 of a logarithmic axis of few decades; of more, and those only, powers of ten.

    All labels of an axis are of one style, whatever its limits have become since.
    """

    def __call__(self, value: float, position: int | None = None) -> str:
        """Return the label of a tick."""
        low, high = self.axis.get_view_interval()
        power = int(np.floor(np.log10(value) + 1e-9))
        digit = value / 10.0**power
        few = high <= 10 ** (MOST_LABELLED + 0.01) * low
        if few and low >= WRITTEN_OUT[0] and high <= WRITTEN_OUT[1]:
            return f"{value:g}"
        if round(digit) == 1:
            return rf"$10^{{{power}}}$"
        return rf"${digit:.0f} \cdot 10^{{{power}}}$" if few else ""


def floor_of(curves: list[Curve]) -> float:
    """Return where values that are not above zero are drawn: under the smallest that is."""
    smallest = [np.nanmin(curve.y) for curve in curves if curve.drawable]
    return min(smallest, default=1e-15) / 4


def plot_curve(
    axes: Axes,
    curve: Curve,
    style: tuple,
    floor: float,
    marked: bool,
    labels: tuple[str, str] = ("", ""),
    lift: float = 0,
) -> None:
    """Draw a curve; values not above zero are hollow marks at `floor`, `lift` points higher.

    `marked` says whether each point gets a mark; `labels` are those of the curve and of the
    hollow marks.
    """
    colour, line, marker = style
    axes.plot(
        curve.x,
        curve.y,
        color=colour,
        linestyle=line,
        linewidth=1.8,
        marker=marker if marked else None,
        markersize=3.6,
        label=labels[0],
    )
    if curve.below.any():
        x = curve.x[curve.below]
        axes.plot(
            x,
            np.full(len(x), floor),
            linestyle="none",
            marker=marker,
            markersize=5.5,
            markerfacecolor=PAPER,
            markeredgecolor=colour,
            clip_on=False,
            zorder=5,
            label=labels[1],
            transform=offset_copy(axes.transData, axes.figure, y=lift, units="points"),
        )


def limit(axes: Axes, curves: list[Curve], floor: float) -> None:
    """Make the axes logarithmic in y, with limits that hold `curves` and the marks at `floor`."""
    axes.set_yscale("log")
    axes.yaxis.set_minor_formatter(NullFormatter())
    last = max(curve.x[-1] for curve in curves) or 1
    axes.set_xlim(-0.02 * last, 1.02 * last)
    positive = [curve.y for curve in curves if curve.drawable]
    low = min((np.nanmin(y) for y in positive), default=floor)
    high = max((np.nanmax(y) for y in positive), default=10 * floor)
    if high < 100 * low:  # whole decades with more labels, or there would be hardly any
        low, high = 10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high))
        axes.set_ylim(low, high if high > low else 10 * low)
        axes.yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
        axes.yaxis.set_major_formatter(FewDecades())
        axes.yaxis.set_minor_formatter(FewDecades())
    if any(curve.below.any() for curve in curves):
        axes.set_ylim(bottom=min(floor, low))


def finish(axes: Axes, abscissa: str) -> None:
    """Set ticks, grid and the name of the abscissa."""
    axes.yaxis.set_major_locator(LogLocator(numticks=9))
    integer = abscissa == "iteration"
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=integer, steps=[1, 2, 5, 10]))
    axes.grid(axis="x", visible=False)
    axes.set_xlabel(ABSCISSAE[abscissa])
    axes.tick_params(colors=MUTED, labelcolor="#1f2933")


def _listed(curves: list[Curve]) -> str:
    return ", ".join(f"{curve.metric.label} {curve.metric.symbol}" for curve in curves)


def notes_of(curve: Curve, name: str) -> list[str]:
    """Return what a caption has to say of values of `name` that are not on the curve."""
    notes = []
    if count := int(curve.below.sum()):
        notes.append(
            f"{_values(count)} not above zero for {name} (the smallest is "
            f"{curve.least:.1e}): hollow marks at the lower edge, since a logarithmic axis has "
            "no place for them."
        )
    if curve.lost:
        notes.append(f"{_values(curve.lost)} not finite for {name} and left out.")
    return notes


def _values(count: int) -> str:
    return "1 value is" if count == 1 else f"{count} values are"


def _ends(curves: list[Curve]) -> str:
    texts = []
    for curve in curves:
        y = np.where(curve.below, curve.least, curve.y)
        texts.append(f"{curve.metric.label} goes from {y[0]:.3g} to {y[-1]:.3g}")
    return "; ".join(texts).capitalize() + "."
