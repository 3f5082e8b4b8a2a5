"""The policy π: arrows on a grid of five moves, a heat map otherwise."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform

from throng_analysis.figures.heat import FIELD_SIZE, coarse_note, draw_walls, frame
from throng_analysis.figures.style import BLUE, VERMILLION, Drawing, new_axes, settings
from throng_analysis.grid import MOVES, STAY, Blocks, Grid, mean_directions
from throng_analysis.results import Run

TITLE = "Policy π"
# At most this many arrows along an edge; a larger grid is drawn in blocks.
MOST_ARROWS = 25
# At most this many columns in a heat map of the policy.
MOST_COLUMNS = 400
# The longest arrow and the widest dot, in parts of a block.
REACH, DOT = 0.88, 0.62
# The dots beside the picture that tell what an area means: staying for sure, and one of five moves.
SAMPLES = (1.0, 0.2)
HEADING = 0.42  # inches that their heading takes


@dataclass
class Arrows:
    """Where the arrows and dots of a policy stand, in cells: x is the column, y the row."""

    x: np.ndarray
    y: np.ndarray
    dx: np.ndarray  # mean move to the right, between -1 and 1
    dy: np.ndarray  # mean move up, between -1 and 1
    stay: np.ndarray  # probability of staying
    blocks: Blocks


def arrows_of(grid: Grid, policy: np.ndarray) -> Arrows:
    """Return one arrow for each cell, or for each block of a large grid that has free cells."""
    blocks = Blocks(grid, MOST_ARROWS)
    rows, columns = mean_directions(policy)
    dy, dx, stay = (blocks.mean(values) for values in (rows, columns, policy[:, STAY]))
    y, x = blocks.centres()
    shown = ~np.isnan(stay)
    return Arrows(x[shown], y[shown], dx[shown], dy[shown], stay[shown], blocks)


def draw(run: Run) -> list[Drawing]:
    """Draw π as arrows if the game has a grid and five moves, else as a heat map."""
    if run.fields is None or run.fields.policy is None:
        return []
    grid, policy = run.fields.grid, run.fields.policy
    with settings():
        if grid is not None and policy.shape[1] == len(MOVES):
            return [_draw_arrows(run, grid, policy)]
        return [_draw_heat_map(run, policy)]


def _draw_arrows(run: Run, grid: Grid, policy: np.ndarray) -> Drawing:
    arrows = arrows_of(grid, policy)
    side = arrows.blocks.side
    axes = new_axes(FIELD_SIZE, layout="compressed")
    draw_walls(axes, grid)
    frame(axes, grid)
    _add_dots(axes, arrows)
    axes.quiver(
        arrows.x,
        arrows.y,
        arrows.dx,
        arrows.dy,
        color=BLUE,
        pivot="middle",
        angles="xy",
        scale_units="xy",
        scale=1 / (REACH * side),
        units="xy",
        width=0.075 * side,
        headwidth=3.6,
        headlength=3.8,
        headaxislength=3.4,
        minlength=0.2,
        zorder=3,
    )
    _add_samples(axes, grid, side)
    axes.set_title(TITLE)
    caption = (
        f"{_name(run)}. The arrow is the mean move: full length for a move that is certain, "
        "shorter the more the moves differ, none where they cancel. "
        "The area of the dot is the probability of staying; two samples are beside the picture."
    )
    note = coarse_note(arrows.blocks, "arrow and dot are means over the free cells of a block")
    return Drawing("policy", f"{caption} {note}".strip(), _alt(run, policy), axes.figure)


def _name(run: Run) -> str:
    return f"{TITLE}, the given one" if run.evaluated_only else f"{TITLE} at the end"


def _add_dots(axes: Axes, arrows: Arrows) -> None:
    _dots(axes, (arrows.x, arrows.y), arrows.stay, arrows.blocks.side, axes.transData)


def _add_samples(axes: Axes, grid: Grid, side: int) -> None:
    """Draw sample dots with their probabilities to the right of the grid, from its top down."""
    left, top = grid.columns - 0.5 + 0.4 * side, grid.rows - 0.5
    small = {"size": 9.5, "va": "center"}
    axes.text(left, top, "probability\nof staying", **small | {"va": "top"})
    x, y = left + 0.5 * side, top - side * (0.5 + 1.2 * np.arange(len(SAMPLES)))
    below = axes.transData + ScaledTranslation(0, -HEADING, axes.figure.dpi_scale_trans)
    for sample, height in zip(SAMPLES, y, strict=True):
        axes.text(x + 0.6 * side, height, f"{sample:g}", transform=below, **small)
    dots = _dots(axes, (np.full_like(y, x), y), np.array(SAMPLES), side, below)
    dots.set(clip_on=False, label="samples")


def _dots(
    axes: Axes,
    places: tuple[np.ndarray, np.ndarray],
    stay: np.ndarray,
    side: int,
    transform: Transform,
) -> EllipseCollection:
    size = DOT * side * np.sqrt(stay)
    return axes.add_collection(
        EllipseCollection(
            size,
            size,
            np.zeros_like(size),
            units="xy",
            offsets=np.column_stack(places),
            offset_transform=transform,
            facecolor=VERMILLION,
            alpha=0.55,
            linewidth=0,
            zorder=2,
        )
    )


def _draw_heat_map(run: Run, policy: np.ndarray) -> Drawing:
    side = -(-len(policy) // MOST_COLUMNS)
    starts = np.arange(0, len(policy), side)
    counts = np.diff(np.append(starts, len(policy)))
    picture = np.add.reduceat(policy, starts, axis=0) / counts[:, None]
    axes = new_axes(FIELD_SIZE)
    image = axes.imshow(
        picture.T,
        vmin=0,
        vmax=1,
        cmap="viridis",
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        extent=(-0.5, len(starts) * side - 0.5, -0.5, policy.shape[1] - 0.5),
    )
    axes.set_xlim(-0.5, len(policy) - 0.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=False)
    axes.set(xlabel="state s", ylabel="action a", title=TITLE)
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02)
    bar.set_label(r"$\pi(a|s)$, probability")
    bar.outline.set_visible(False)
    caption = f"{_name(run)}: the probability of each action in each state."
    if side > 1:
        caption += f" Drawn in groups of {side} states: means."
    return Drawing("policy", caption, _alt(run, policy), axes.figure)


def _alt(run: Run, policy: np.ndarray) -> str:
    means = policy.mean(axis=0)
    grid = run.fields.grid is not None and len(means) == len(MOVES)
    names = [move[0] for move in MOVES] if grid else [f"action {a}" for a in range(len(means))]
    shares = ", ".join(f"{name} {mean:.2f}" for name, mean in zip(names, means, strict=True))
    return f"Policy of {run.title}; mean probabilities over the states: {shares}."
