"""The panels of heat maps: which settings they hold, their sizes, and their places."""

from collections.abc import Sequence
from dataclasses import dataclass

from throng_analysis.figures.style import wrapped
from throng_analysis.groups import Grouping, SeedGroup, is_numeric
from throng_analysis.labels import SOLVER, number_words

CELL = (0.74, 0.46)  # inches, of a cell with its number
MOST_WRITTEN = 12  # values of an axis with which cells still hold their numbers
SMALL, SMALLEST = 0.34, 0.1  # inches of a cell without; the least
LONGEST = 7.0  # inches of an axis with small cells
RIGHT, BELOW, LINE, HEAD = 0.3, 0.66, 0.2, 0.42  # inches around the cells
BARE, NAME, DIGIT = 0.45, 0.4, 0.085  # inches at the left: without ticks, of the name, of a letter
NARROWEST = 1.75  # inches of the cells of a panel, for its title
WIDEST, SLACK = 11.0, 0.3  # inches of panels side by side; what a row may grow for one below


@dataclass
class Panel:
    """The settings of one heat map."""

    title: str
    cells: dict[tuple, SeedGroup]  # by the values of both axes, None for one that it lacks
    axes: tuple[str | None, str | None]  # the parameters; None where there is nothing to vary
    ticks: tuple[dict, dict]  # of both axes: value → its label, in order
    cell: tuple[float, float] = CELL

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height of the cells in inches."""
        return tuple(len(t) * edge for t, edge in zip(self.ticks, self.cell, strict=True))

    @property
    def left(self) -> float:
        """Inches at the left of the cells."""
        labels = self.ticks[1].values()
        return NAME + DIGIT * max(map(len, labels)) if self.axes[1] else BARE

    @property
    def heading(self) -> str:
        """The title, broken to the width of the panel."""
        return wrapped(self.title, int(11 * (max(self.inner[0], NARROWEST) + RIGHT)))

    @property
    def above(self) -> float:
        """Inches above the cells."""
        return LINE * (1.5 + self.heading.count("\n"))

    @property
    def below(self) -> float:
        """Inches below the cells; labels of small ones are upright."""
        if self.cell == CELL or not self.axes[0]:
            return BELOW if self.axes[0] else LINE
        return NAME + DIGIT * max(map(len, self.ticks[0].values()))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches with what stands around the cells."""
        width, height = self.inner
        return self.left + max(width, NARROWEST) + RIGHT, self.above + height + self.below


def panels_of(grouping: Grouping, axes: tuple[str, str]) -> list[Panel]:
    """Return the panels of all settings, the largest first."""
    solvers: dict[object, list[SeedGroup]] = {}
    for one in grouping.groups:
        solvers.setdefault(one.setting.get(SOLVER), []).append(one)
    panels = []
    for groups in solvers.values():
        panels += _panels_of(groups, grouping.keys, _own_axes(groups, grouping.keys, axes))
    panels.sort(key=lambda panel: len(panel.cells), reverse=True)
    cell = _cell(panels)
    for panel in panels:
        panel.cell = cell
    return panels


def _own_axes(
    groups: Sequence[SeedGroup], keys: Sequence[str], axes: tuple[str, str]
) -> tuple[str | None, str | None]:
    """Return the axes of one solver: those it has, then others of its own that vary."""
    own = [
        key
        for key in keys
        if key.startswith("solver.") and key not in axes and is_numeric(groups, key)
    ]
    has = [any(axis in one.setting for one in groups) for axis in axes]
    return tuple(
        axis if there else (own.pop(0) if own else None)
        for axis, there in zip(axes, has, strict=True)
    )


def _panels_of(
    groups: Sequence[SeedGroup], keys: Sequence[str], axes: tuple[str | None, str | None]
) -> list[Panel]:
    rest = [key for key in keys if key not in axes]
    members: dict[tuple, list[SeedGroup]] = {}
    for one in groups:
        members.setdefault(tuple(map(one.setting.get, rest)), []).append(one)
    panels = []
    for mine in members.values():
        title = mine[0].words(rest) if rest or mine[0].pooled else ""
        cells = {tuple(map(one.setting.get, axes)): one for one in mine}
        panels.append(Panel(title, cells, axes, tuple(_ticks(mine, axis) for axis in axes)))
    return panels


def _ticks(groups: Sequence[SeedGroup], axis: str | None) -> dict:
    labels = {one.setting.get(axis): one.shown.get(axis) for one in groups}
    ordered = sorted(labels, key=lambda value: (value is not None, value or 0))
    return {v: "–" if v is None else number_words(labels[v]) for v in ordered}


def _cell(panels: Sequence[Panel]) -> tuple[float, float]:
    most = max(len(ticks) for panel in panels for ticks in panel.ticks)
    if most <= MOST_WRITTEN:
        return CELL
    edge = max(SMALLEST, min(SMALL, LONGEST / most))
    return edge, edge


def places_of(
    panels: Sequence[Panel], foot: float
) -> tuple[list[tuple[float, float]], float, float]:
    """Return left edges of panels and upper edges of their cells, and the size of all in inches.

    Panels stand in rows of columns: one below the other where the row is nearly high enough.
    """
    rows: list[list[list[Panel]]] = []
    for panel in panels:
        row = rows[-1] if rows else None
        if row and _height(row[-1]) + panel.size[1] <= max(map(_height, row)) + SLACK:
            row[-1].append(panel)
        elif row and sum(map(_width, row)) + panel.size[0] <= WIDEST:
            row.append([panel])
        else:
            rows.append([[panel]])
    height = HEAD + foot + sum(max(map(_height, row)) for row in rows)
    places, top = [], height - HEAD
    for row in rows:
        left = 0.0
        for column in row:
            under = top
            for panel in column:
                places.append((left, under - panel.above))
                under -= panel.size[1]
            left += _width(column)
        top -= max(map(_height, row))
    return places, max(sum(map(_width, row)) for row in rows), height


def _width(column: Sequence[Panel]) -> float:
    return max(panel.size[0] for panel in column)


def _height(column: Sequence[Panel]) -> float:
    return sum(panel.size[1] for panel in column)
