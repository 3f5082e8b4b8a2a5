"""Heat maps of a sweep over two of its parameters, one panel for each value of the others."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullFormatter

from throng_analysis.figures.style import INK, MUTED, PAPER, WALL, Drawing, settings
from throng_analysis.figures.tiles import CELL, HEAD, LINE, Panel, panels_of, places_of
from throng_analysis.groups import Grouping, SeedGroup
from throng_analysis.labels import key_words
from throng_analysis.metrics import Metric
from throng_analysis.ranking import FAR_WORDS, ROUND_OFF, End, ends_of
from throng_analysis.statistics import GEOMETRIC

COLOURS, BELOW_ZERO = "viridis", "#000000"
LETTER = 0.24  # inches, the least cell with a letter in it
FOOT = 0.2  # inches of a line below all panels
BAR, BAR_GAP, BAR_WORDS, BAR_HEIGHT = 0.16, 0.15, 0.75, 2.2  # inches: the colour bar at the right
MOST_PANELS = 12  # of a figure
LETTERS = (
    "the letter is that of most of its runs (failed, diverged, running, interrupted, missing)."
)


def draw_cells(
    grouping: Grouping, axes: tuple[str, str], metric: Metric, mean: str
) -> list[Drawing]:
    """Draw the mean at the end of each setting over two parameters, in one figure or more.

    A solver without one of them has the first of its own in its place, if one varies.
    """
    panels = panels_of(grouping, axes)
    ends = ends_of(grouping.groups, metric, mean)
    norm = _norm([end.mean for end in ends.values() if not end.is_zero])
    pages = [panels[at : at + MOST_PANELS] for at in range(0, len(panels), MOST_PANELS)]
    maps = [Map(page, grouping, metric, mean, ends, norm) for page in pages]
    return [one.drawing(number if len(maps) > 1 else 0) for number, one in enumerate(maps, 1)]


def _norm(means: Sequence[float | None]) -> LogNorm:
    """Return the scale of colours of all figures."""
    positive = [value for value in means if value is not None and value > 0] or [1.0]
    low, high = min(positive), max(positive)
    return LogNorm(low, high) if high > 1.01 * low else LogNorm(low / 2, high * 2)


class Map:
    """One figure of heat maps."""

    def __init__(
        self,
        panels: list[Panel],
        grouping: Grouping,
        metric: Metric,
        mean: str,
        ends: dict[int, End],
        norm: LogNorm,
    ):
        self.panels, self.grouping, self.metric, self.mean = panels, grouping, metric, mean
        self.ends, self.norm = ends, norm
        self.groups = [one for panel in panels for one in panel.cells.values()]
        self.colours = mpl.colormaps[COLOURS].with_extremes(under=BELOW_ZERO)
        self.any_black = any(map(_is_black, ends.values()))
        self.far = {id(one) for one in self.groups if ends[id(one)].far}

    def mean_of(self, one: SeedGroup) -> float | None:
        """Return what a cell shows, None if no run has it."""
        return self.ends[id(one)].mean

    def drawing(self, number: int) -> Drawing:
        """Draw the figure; `number` is that of the page, 0 if it is the only one."""
        label = f"{self.metric.label[0].upper()}{self.metric.label[1:]}"
        with settings():
            figure = self._draw(f"{label} at the end  {self.metric.math}")
        suffix = f"_{number}" if number else ""
        keys = list(dict.fromkeys(key for p in self.panels for key in p.axes if key))
        names = " and ".join(filter(None, [", ".join(keys[:-1]), *keys[-1:]]))
        found = [value for value in map(self.mean_of, self.groups) if value is not None]
        span = f", from {min(found):.3g} to {max(found):.3g}" if found else ""
        return Drawing(
            slug=f"heat_{self.metric.column}{suffix}",
            caption=" ".join([f"{label} at the end over {names}.", *self._notes()]),
            alt=f"Heat maps of {self.metric.label} over {names} for {len(self.groups)} settings"
            f"{span}.",
            figure=figure,
        )

    def _draw(self, heading: str) -> Figure:
        marked = self.far and self.panels[0].cell == CELL
        places, width, height = places_of(self.panels, FOOT if marked else 0)
        bar_at = width + BAR_GAP
        width = bar_at + BAR + BAR_WORDS
        figure = Figure(figsize=(width, height), layout="none")
        FigureCanvasAgg(figure)
        figure.text(0.15 / width, 1 - 0.14 / height, heading, va="top", weight="bold", size=13)
        if marked:
            figure.text(0.15 / width, 0.1 / height, f"* {FAR_WORDS}", size=8, color=MUTED)
        for panel, (left, top) in zip(self.panels, places, strict=True):
            inner = panel.inner
            box = (left + panel.left, top - inner[1], *inner)
            axes = figure.add_axes(_share(box, width, height))
            self._draw_panel(axes, panel)
        tall = min(BAR_HEIGHT, height - HEAD - 0.8)
        box = (bar_at, height - HEAD - LINE * 1.5 - tall, BAR, tall)
        self._draw_bar(figure, _share(box, width, height))
        return figure

    def _draw_panel(self, axes: Axes, panel: Panel) -> None:
        x, y = (list(ticks) for ticks in panel.ticks)
        for place, one in panel.cells.items():
            self._draw_cell(axes, panel, one, x.index(place[0]), y.index(place[1]))
        axes.set_xlim(-0.5, len(x) - 0.5)
        axes.set_ylim(-0.5, len(y) - 0.5)
        axes.grid(visible=False)
        axes.tick_params(length=0, labelsize=9.5)
        for axis, key, ticks in zip((axes.xaxis, axes.yaxis), panel.axes, panel.ticks, strict=True):
            if key is None:
                axis.set_ticks([])
                continue
            axis.set_ticks(range(len(ticks)), list(ticks.values()))
            axis.label.set_text(key_words(key))
            if axis is axes.yaxis and len(key_words(key)) == 1:
                axis.label.set(rotation=0, va="center", ha="right")
        if panel.cell != CELL:
            _thin_ticks(axes, panel)
        for spine in axes.spines.values():
            spine.set(visible=True, color=MUTED, linewidth=0.8)
        axes.set_title(panel.heading, size=11, pad=6)

    def _draw_cell(self, axes: Axes, panel: Panel, one: SeedGroup, x: int, y: int) -> None:
        value = self.mean_of(one)
        box = ((x - 0.5, y - 0.5), 1, 1)
        edge = {"edgecolor": PAPER, "linewidth": 0.8 if panel.cell == CELL else 0.3}
        if value is None:
            axes.add_patch(Rectangle(*box, facecolor=WALL, hatch="////", linewidth=0))
            axes.add_patch(Rectangle(*box, facecolor="none", **edge))
            words = self._why(one) if panel.cell == CELL else _letter(one, panel)
            back = {"facecolor": WALL, "edgecolor": "none", "pad": 0.8}
            axes.text(x, y, words, ha="center", va="center", size=7.5, color=INK, bbox=back)
            return
        end = self.ends[id(one)]
        colour = self.colours(-1.0 if _is_black(end) else self.norm(value))
        axes.add_patch(Rectangle(*box, facecolor=colour, **edge))
        if panel.cell != CELL:
            return
        lacking = sum(one.lacking().values())
        ink = INK if np.dot(colour[:3], (0.299, 0.587, 0.114)) > 0.5 else PAPER
        raised = 0.14 if lacking else 0
        words = ("0" if end.is_zero else short(value)) + "*" * end.far
        axes.text(x, y + raised, words, ha="center", va="center", size=9.5, color=ink)
        if lacking:
            counted = f"{len(one.good)} of {len(one.entries)}"
            axes.text(x, y - 0.25, counted, ha="center", va="center", size=6.8, color=ink)

    def _draw_bar(self, figure: Figure, box: tuple) -> None:
        scale = ScalarMappable(self.norm, self.colours)
        extend = "min" if self.any_black else "neither"
        bar = figure.colorbar(scale, cax=figure.add_axes(box), extend=extend)
        if self.any_black:
            bar.ax.text(1.6, -0.1, "≤ 0", transform=bar.ax.transAxes, va="center", size=9.5)
        bar.outline.set_visible(False)
        if self.norm.vmax < 100 * self.norm.vmin:
            bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        bar.ax.yaxis.set_minor_formatter(NullFormatter())
        bar.ax.tick_params(labelsize=9.5)

    def _is_below(self, one: SeedGroup) -> bool:
        """Return whether a setting has no mean although its runs have values."""
        return self.mean_of(one) is None and self.ends[id(one)].spread.count > 0

    def _why(self, one: SeedGroup) -> str:
        """Return why a setting has no mean, a line for each status."""
        if self._is_below(one):
            return "≤ 0"
        lacking = one.lacking() or {"not\nrecorded": 1}
        if len(lacking) == 1:
            return next(iter(lacking))
        return "\n".join(f"{count} {status}" for status, count in lacking.most_common(3))

    def _notes(self) -> list[str]:
        """Return what the caption says of means, and of cells that have none."""
        kind = "Geometric" if self.mean == GEOMETRIC else "Arithmetic"
        notes = [
            f"{kind} means {self.grouping.averaging}, of the runs that ended well; logarithmic "
            "colours, the same in all panels and figures."
        ]
        written = self.panels[0].cell == CELL
        if not written:
            notes.append("The numbers are in compare.csv.")
        without = [one for one in self.groups if self.mean_of(one) is None]
        if without:
            notes.append(
                f"{len(without)} hatched cell{'s' if len(without) > 1 else ''} without a mean: "
                + ("the word says why." if written else LETTERS)
            )
        if written and any(one.lacking() and one.good for one in self.groups):
            notes.append("'3 of 5': so many runs of the setting have a result.")
        if any(map(self._is_below, without)):
            notes.append("'≤ 0': a run is not above zero, and so there is no geometric mean.")
        if self.any_black:
            notes.append(
                "Means that are not above zero are black, and so are those that are zero to "
                f"round-off, {ROUND_OFF:g} of the largest value of all; these are '0'."
            )
        if written and self.far:
            notes.append(f"*: {FAR_WORDS}.")
        if any(len(p.cells) < len(p.ticks[0]) * len(p.ticks[1]) for p in self.panels):
            notes.append("White: there is no such run.")
        return notes


def _is_black(end: End) -> bool:
    """Return whether a mean has no place on the scale of colours."""
    return end.mean is not None and (end.mean <= 0 or end.is_zero)


def short(value: float) -> str:
    """Return a number with three digits, or two and a power: '0.0123', '4.50', '121', '1.3e−6'."""
    rounded = float(f"{value:.3g}")
    if rounded == 0 or 0.001 <= abs(rounded) < 100_000:
        return f"{rounded:.10g}" if abs(rounded) >= 100 or rounded == 0 else f"{rounded:#.3g}"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}e{int(power)}".replace("-", "−")


def _share(box: tuple[float, ...], width: float, height: float) -> tuple[float, ...]:
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height


def _thin_ticks(axes: Axes, panel: Panel) -> None:
    """Leave out labels of small cells that would overlap, and turn those of the abscissa."""
    axes.tick_params(axis="x", rotation=90)
    for axis in (axes.xaxis, axes.yaxis):
        every = max(1, round(0.2 / panel.cell[0] + 0.49))
        for index, tick in enumerate(axis.get_ticklabels()):
            tick.set_visible(index % every == 0)


def _letter(one: SeedGroup, panel: Panel) -> str:
    """Return the first letter of what became of most runs, where there is room for it."""
    lacking = one.lacking().most_common(1)
    return lacking[0][0][0] if lacking and panel.cell[0] >= LETTER else ""
