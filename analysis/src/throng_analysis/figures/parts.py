"""Which settings of a sweep share a panel of curves, and which of them are coloured."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from throng_analysis.figures.panels import COLOURS
from throng_analysis.groups import SeedGroup
from throng_analysis.labels import SOLVER, setting_label
from throng_analysis.ranking import End, in_order

MOST_COLOURED = len(COLOURS)  # settings of a panel; the others are thin and grey
BEST = "Best of each solver"


@dataclass
class Panel:
    """Settings that are drawn together."""

    title: str
    outer: tuple  # of one game, measured in one way: what may share an axis
    groups: list[SeedGroup]
    labels: list[str]
    coloured: list[SeedGroup] = field(default_factory=list)

    def is_coloured(self, one: SeedGroup) -> bool:
        """Return whether a setting is among the coloured ones."""
        return any(one is other for other in self.coloured)

    @property
    def has_grey(self) -> bool:
        """Whether there are settings that are not coloured."""
        return len(self.groups) > len(self.coloured)

    @property
    def coloured_labels(self) -> list[str]:
        """The labels of the coloured settings."""
        pairs = zip(self.groups, self.labels, strict=True)
        return [label for one, label in pairs if self.is_coloured(one)]


def panels_of(
    groups: Sequence[SeedGroup], keys: Sequence[str], ends: dict[int, End]
) -> list[Panel]:
    """Return a panel for each game and way to measure; for each solver, too, if they hold many."""
    outer = [key for key in keys if not key.startswith("solver.")]
    panels = _split(groups, keys, outer, outer)
    if SOLVER in keys and max(len(panel.groups) for panel in panels) > MOST_COLOURED:
        inner = [key for key in keys if key not in outer]
        panels = [
            part
            for panel in panels
            for part in (
                _best_of_solvers(panel, inner, ends),
                *_split(panel.groups, keys, [SOLVER, *outer], outer),
            )
            if len(part.groups) > 1  # the only setting of a solver is its best
        ]
    for panel in panels:
        panel.coloured = in_order(panel.groups, ends)[:MOST_COLOURED]
    return panels


def _split(
    groups: Sequence[SeedGroup], keys: Sequence[str], by: Sequence[str], outer: Sequence[str]
) -> list[Panel]:
    """Return a panel for each value of the keys `by`."""
    inner = [key for key in keys if key not in by]
    panels: dict[tuple, Panel] = {}
    for one in groups:
        title = setting_label(one.shown, by) if by else ""
        new = Panel(title, tuple(map(one.setting.get, outer)), [], [])
        panel = panels.setdefault(tuple(map(one.setting.get, by)), new)
        panel.groups.append(one)
        panel.labels.append(one.words(inner))
    return list(panels.values())


def _best_of_solvers(panel: Panel, inner: Sequence[str], ends: dict[int, End]) -> Panel:
    first: dict[object, SeedGroup] = {}
    for one in in_order(panel.groups, ends):
        first.setdefault(one.setting.get(SOLVER), one)
    best = [one for one in panel.groups if one is first.get(one.setting.get(SOLVER))]
    title = ", ".join(filter(None, [BEST, panel.title]))
    return Panel(title, panel.outer, best, [one.words(inner) for one in best])
