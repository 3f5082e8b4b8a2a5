"""Heat maps of a field on the grid, walls drawn apart; bars for a game without a grid."""

from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from throng_analysis.figures.style import (
    BLUE,
    MUTED,
    WALL,
    WALL_LINE,
    new_axes,
)
from throng_analysis.grid import Blocks, Grid

FIELD_SIZE = (4.9, 4.3)  # inches
# A picture has at most this many blocks along an edge; a larger grid is coarsened.
MOST_BLOCKS = 360
# Up to this size the cells are outlined and the walls hatched.
SMALL = 40
# A field that spans more than this ratio gets a logarithmic colour scale …
WIDE = 100
# … which goes down to this fraction of the largest value.
DEPTH = 1e-12
# The colours of a law span at least this fraction of its largest value.
NARROW = 0.1
# A field whose values differ by less than this fraction of the largest counts as constant.
EVEN = 1e-3
ROUNDING = 1e-14
COLOURS = "viridis"


@dataclass
class Scale:
    """A colour scale and what has to be said about it."""

    norm: Normalize
    extend: str = "neither"
    note: str = ""
    constant: str = ""  # that the field is, and how nearly so; it is then drawn in one colour

    @property
    def colours(self) -> Colormap:
        """All colours, or the one of a constant field."""
        colours = mpl.colormaps[COLOURS]
        return ListedColormap([colours(0.5)]) if self.constant else colours


def colour_scale(values: np.ndarray, is_law: bool) -> Scale:
    """Return a linear scale, or for a law over states what shows its ratios.

    A constant field has one colour. For a law a wide range gets a logarithmic scale, and a narrow
    one is not blown up.
    """
    low, high = float(values.min()), float(values.max())
    spread = relative_spread(values)
    if spread < EVEN:
        words = f"constant to {_power(spread)}" if spread > ROUNDING else "constant to rounding"
        half = abs(low + high) / 2 or 1.0
        norm = Normalize((low + high) / 2 - half, (low + high) / 2 + half)
        return Scale(norm, note=f"One colour: the field is {words}.", constant=words)
    if not is_law or high <= 0:
        return Scale(Normalize(low, high))
    if high - low < NARROW * high:
        middle, half = (low + high) / 2, NARROW * high / 2
        return Scale(Normalize(middle - half, middle + half))
    if low * WIDE >= high:
        return Scale(Normalize(low, high))
    floor = max(float(values[values > 0].min()), high * DEPTH)
    under = int((values < floor).sum())
    if not under:
        return Scale(LogNorm(floor, high), note="Logarithmic colour scale.")
    note = (
        f"Logarithmic colour scale; {under} value{'s' if under > 1 else ''} below {floor:.1e} "
        "(zero included) share the darkest colour."
    )
    return Scale(LogNorm(floor, high), extend="min", note=note)


def draw_on_grid(grid: Grid, values: np.ndarray, title: str, is_law: bool = False):
    """Draw `values` [S] on the grid; returns the axes and the notes for the caption."""
    blocks = Blocks(grid, MOST_BLOCKS)
    picture = np.where(blocks.walls(), np.nan, blocks.mean(values))
    scale = colour_scale(picture[~np.isnan(picture)], is_law)
    axes = new_axes(FIELD_SIZE, layout="compressed")
    image = axes.imshow(
        picture,
        norm=scale.norm,
        cmap=scale.colours,
        origin="lower",
        extent=_extent(grid),
        interpolation="nearest",
    )
    draw_walls(axes, grid)
    frame(axes, grid)
    axes.set_title(title)
    _colour_bar(axes, image, scale)
    notes = [scale.note, coarse_note(blocks, "each block shows the mean over its free cells")]
    return axes, [note for note in notes if note]


def draw_walls(axes: Axes, grid: Grid) -> None:
    """Draw the walls: hatched cells on a small grid, plain grey on a large one."""
    if max(grid.rows, grid.columns) <= SMALL:
        for row, column in np.argwhere(grid.walls):
            axes.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5), 1, 1, facecolor=WALL, hatch="////", linewidth=0
                )
            )
        return
    blocks = Blocks(grid, MOST_BLOCKS)
    shade = np.where(blocks.walls(), 1.0, np.nan)
    axes.imshow(
        shade,
        cmap=ListedColormap([WALL_LINE]),
        origin="lower",
        extent=_extent(grid),
        interpolation="nearest",
    )


def frame(axes: Axes, grid: Grid) -> None:
    """Set limits, ticks and names of the axes of a grid; row 0 is at the bottom."""
    axes.set_xlim(-0.5, grid.columns - 0.5)
    axes.set_ylim(-0.5, grid.rows - 0.5)
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel("column")
    axes.set_ylabel("row")
    for spine in axes.spines.values():
        spine.set(visible=True, color=MUTED)


def coarse_note(blocks: Blocks, what: str) -> str:
    """Return what the caption has to say of a coarsened grid, empty if it is not."""
    return f"Drawn in blocks of about {blocks.side} × {blocks.side} cells: {what}." * (
        blocks.side > 1
    )


def draw_bars(values: np.ndarray, label: str, title: str) -> Axes:
    """Draw `values` [S] by state: bars, or a filled line for many states."""
    axes = new_axes(FIELD_SIZE)
    states = np.arange(len(values))
    if len(values) <= SMALL:
        axes.bar(states, values, color=BLUE, width=0.8)
    else:
        axes.plot(states, values, color=BLUE, linewidth=1)
        axes.fill_between(states, values, color=BLUE, alpha=0.15, linewidth=0)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="x", visible=False)
    axes.set_xlabel("state s")
    axes.set_ylabel(label)
    axes.set_title(title)
    return axes


def _extent(grid: Grid) -> tuple[float, float, float, float]:
    return (-0.5, grid.columns - 0.5, -0.5, grid.rows - 0.5)


def _colour_bar(axes: Axes, image: ScalarMappable, scale: Scale) -> None:
    bar = axes.figure.colorbar(image, ax=axes, extend=scale.extend, pad=0.02)
    bar.outline.set_visible(False)
    if isinstance(scale.norm, LogNorm):
        return
    largest = max(abs(scale.norm.vmin), abs(scale.norm.vmax))
    power = int(np.floor(np.log10(largest))) if largest > 0 else 0
    power = 0 if -3 < power < 5 else power
    digits = 4 if scale.constant else 8
    # Ticks are written out, in a unit of their own if they are very small or very large.
    bar.formatter = FuncFormatter(lambda value, _: f"{value / 10.0**power:.{digits}g}")
    unit = rf"in units of $10^{{{power}}}$" if power else ""
    if scale.constant:
        bar.set_ticks([(scale.norm.vmin + scale.norm.vmax) / 2])
    if unit or scale.constant:
        bar.set_label(", ".join(filter(None, [scale.constant, unit])))


def relative_spread(values: np.ndarray) -> float:
    """Return how far values are apart, as a part of the largest size among them."""
    low, high = float(values.min()), float(values.max())
    size = max(abs(low), abs(high))
    return (high - low) / size if size else 0.0


def _power(number: float) -> str:
    """Return a number with one digit: '7e-6'."""
    digit, power = f"{number:.0e}".split("e")
    return f"{digit}e{int(power)}"


def even_to(values: np.ndarray) -> str:
    """Return the power of ten to which a law is uniform, empty if it is not."""
    spread = relative_spread(values)
    if spread >= EVEN:
        return ""
    if spread < ROUNDING:
        return "rounding"
    return f"1e{int(np.ceil(np.log10(spread)))}"


def span(values: np.ndarray) -> str:
    """Return the smallest and the largest value in words, with digits that tell them apart."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return f"{low:.4g} everywhere"
    same = max(abs(low), abs(high)) / (high - low)
    digits = min(17, 3 + max(0, int(np.ceil(np.log10(same)))))
    return f"from {low:.{digits}g} to {high:.{digits}g}"
