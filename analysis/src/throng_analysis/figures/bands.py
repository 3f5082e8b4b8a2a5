"""Mean courses of a metric over seeds, with bands: one curve for each setting of a sweep."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from throng_analysis.courses import MeanCourse, mean_course
from throng_analysis.figures import curves
from throng_analysis.figures.curves import Curve
from throng_analysis.figures.panels import COLOURS, LINES
from throng_analysis.figures.style import MUTED, Drawing, new_figure, settings
from throng_analysis.groups import Grouping, SeedGroup
from throng_analysis.labels import setting_label
from throng_analysis.metrics import Metric
from throng_analysis.statistics import GEOMETRIC

STYLES = tuple((colour, *LINES[i % len(LINES)]) for i, colour in enumerate(COLOURS))
MOST_COLOURED = len(STYLES)  # settings of a panel; the others are thin and grey
MOST_PANELS = 6  # of a figure
SOLVER = "solver.type"
BEST = "Best of each solver"
ABSCISSAE = {"iteration": "iterations", "seconds": "seconds"}  # of a figure, of a course
CROWD = 40  # settings of a panel from which on the grey ones become fainter
CUT = 0.1  # of the mean: no arithmetic band is drawn further down
GREY, BAND = "#b4bcc5", 0.16
WIDTH, ROW, LEGEND_ROW = 9.6, 3.1, 0.24  # inches
ALONE = (6.6, 4.1)  # inches, of a figure with one panel
LETTERS = 46  # of a label in a legend, before it is broken
HALF = 24  # letters of a label with which two stand side by side below a panel


@dataclass
class Panel:
    """Settings that are drawn together."""

    title: str
    outer: tuple  # of one game, measured in one way: what may share an axis
    groups: list[SeedGroup]
    labels: list[str]
    coloured: list[SeedGroup] = field(default_factory=list)


def draw_bands(grouping: Grouping, metric: Metric, mean: str) -> list[Drawing]:
    """Draw the mean courses of all settings against iterations, then against seconds."""
    measured = [
        one
        for one in grouping.groups
        if any(len(entry.courses[metric.column].values) for entry in one.good)
    ]
    panels = _panels(measured, grouping.keys, metric, mean)
    pages = [panels[at : at + MOST_PANELS] for at in range(0, len(panels), MOST_PANELS)]
    return [
        _drawing(page, number if len(pages) > 1 else 0, abscissa, metric, mean)
        for abscissa in ABSCISSAE
        for number, page in enumerate(pages, 1)
    ]


def _panels(
    groups: Sequence[SeedGroup], keys: Sequence[str], metric: Metric, mean: str
) -> list[Panel]:
    """Return a panel for each game and way to measure; for each solver, too, if they hold many."""
    final = {id(one): one.spread(f"final.{metric.column}", mean).mean for one in groups}
    outer = [key for key in keys if not key.startswith("solver.")]
    panels = _split(groups, keys, outer, outer)
    if SOLVER in keys and max(len(panel.groups) for panel in panels) > MOST_COLOURED:
        inner = [key for key in keys if key not in outer]
        panels = [
            part
            for panel in panels
            for part in (
                _best_of_solvers(panel, inner, final),
                *_split(panel.groups, keys, [SOLVER, *outer], outer),
            )
            if len(part.groups) > 1  # the only setting of a solver is its best
        ]
    for panel in panels:
        known = [one for one in panel.groups if final[id(one)] is not None]
        best = sorted(known, key=lambda one: final[id(one)])[:MOST_COLOURED]
        panel.coloured = [one for one in panel.groups if any(one is other for other in best)]
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


def _best_of_solvers(panel: Panel, inner: Sequence[str], final: dict[int, float | None]) -> Panel:
    best: dict[str, SeedGroup] = {}
    for one in panel.groups:
        solver, value = one.setting.get(SOLVER), final[id(one)]
        if value is not None and (solver not in best or value < final[id(best[solver])]):
            best[solver] = one
    title = ", ".join(filter(None, [BEST, panel.title]))
    labels = [one.words(inner) for one in best.values()]
    return Panel(title, panel.outer, list(best.values()), labels)


def _drawing(page: list[Panel], number: int, abscissa: str, metric: Metric, mean: str) -> Drawing:
    label = f"{metric.label[0].upper()}{metric.label[1:]}"
    heading = f"{label} against {abscissa}"
    alone = len(page) == 1
    means = [_means(panel, abscissa, metric, mean) for panel in page]
    together = _one_legend(page)
    with settings():
        columns = min(len(page), 3 if together is not None and len(page) in (3, 5, 6) else 2)
        rows = -(-len(page) // columns)
        tall = _legend_rows(page, together, alone)
        size = ALONE if alone else (WIDTH, ROW * rows)
        figure = new_figure((size[0], size[1] + LEGEND_ROW * tall))
        if not (alone and not page[0].title):
            figure.suptitle(f"{heading}  {metric.math}", x=0.012, ha="left", weight="bold", size=13)
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, panel, mine in zip(grid.flat, page, means, strict=False):
            _draw(axes, panel, mine, abscissa, metric, together)
            axes.set_title(panel.title or f"{heading}  {metric.math}", size=11.5)
        _tidy(grid, len(page), together is not None)
        _share_limits(page, list(grid.flat))
        if together is not None:
            _legend(figure, page, together, alone)
    suffix = f"_{number}" if number else ""
    return Drawing(
        slug=f"curves_{metric.column}_{abscissa}{suffix}",
        caption=" ".join([f"{heading}.", *_notes(page, means, metric, mean)]),
        alt=f"{heading}: {sum(len(panel.groups) for panel in page)} mean curves with bands.",
        figure=figure,
    )


def _means(panel: Panel, abscissa: str, metric: Metric, mean: str) -> list[MeanCourse]:
    return [
        mean_course(
            [entry.courses[metric.column] for entry in one.good],
            ABSCISSAE[abscissa],
            mean,
            one.seeds,
        )
        for one in panel.groups
    ]


def _one_legend(page: list[Panel]) -> dict[str, tuple] | None:
    """Return the style of each label if all panels can share a legend, else None."""
    labels = dict.fromkeys(label for panel in page for label in _coloured_labels(panel))
    if len(labels) > MOST_COLOURED:
        return None
    return dict(zip(labels, STYLES, strict=False))


def _coloured_labels(panel: Panel) -> list[str]:
    pairs = zip(panel.groups, panel.labels, strict=True)
    return [label for one, label in pairs if any(one is other for other in panel.coloured)]


def _draw(
    axes: Axes,
    panel: Panel,
    means: list[MeanCourse],
    abscissa: str,
    metric: Metric,
    together: dict[str, tuple] | None,
) -> None:
    styles = together or dict(zip(_coloured_labels(panel), STYLES, strict=False))
    drawn = [_curve(course, metric) for course in means]
    floor = curves.floor_of(drawn)
    faint = 1 if len(panel.groups) < CROWD else CROWD / len(panel.groups)
    last = max(curve.x[-1] for curve in drawn)
    for one, label, course, curve in zip(panel.groups, panel.labels, means, drawn, strict=True):
        if any(one is other for other in panel.coloured):
            curves.plot_curve(axes, curve, styles[label], floor, marked=len(curve.x) == 1)
            _band(axes, course, styles[label][0], floor)
            if curve.x[-1] < last and curve.y[-1] > 0:
                axes.plot(curve.x[-1], curve.y[-1], "o", color=styles[label][0], markersize=4.5)
        else:
            axes.plot(curve.x, curve.y, color=GREY, linewidth=0.8, alpha=faint, zorder=1.5)
    curves.limit(axes, drawn, floor)
    _hold_bands(axes, means)
    curves.finish(axes, abscissa)
    if together is None:
        handles = _handles(styles, _has_grey(panel))
        longest = max(len(handle.get_label()) for handle in handles)
        axes.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.21),
            ncols=2 if longest <= HALF else 1,
            fontsize=9,
            handlelength=2.8,
        )


def _hold_bands(axes: Axes, means: list[MeanCourse]) -> None:
    """Widen the ordinate so that it holds the bands."""
    bottom, top = axes.get_ylim()
    highs = [course.high[np.isfinite(course.high)] for course in means]
    lows = [low[np.isfinite(low) & (low > 0)] for low in map(_lower_edge, means)]
    top = max([top, *(1.2 * high.max() for high in highs if len(high))])
    bottom = min([bottom, *(low.min() / 1.2 for low in lows if len(low))])
    axes.set_ylim(bottom, top)


def _lower_edge(course: MeanCourse) -> np.ndarray:
    """Return where a band ends below; an arithmetic one that nears zero or passes it is cut."""
    return course.low if course.kind == GEOMETRIC else np.maximum(course.low, CUT * course.mean)


def _is_cut(course: MeanCourse) -> bool:
    return bool((_lower_edge(course) > course.low).any())


def _curve(course: MeanCourse, metric: Metric) -> Curve:
    above = course.mean > 0
    y = np.where(above, course.mean, np.nan)
    below = np.isfinite(course.mean) & ~above
    return Curve(metric, course.x, y, below, float(np.nanmin(course.mean)), 0)


def _band(axes: Axes, course: MeanCourse, colour: str, floor: float) -> None:
    """Draw the confidence interval."""
    low = _lower_edge(course)
    low = np.where(low > 0, low, floor * CUT)
    axes.fill_between(course.x, low, course.high, color=colour, alpha=BAND, linewidth=0)


def _tidy(grid: np.ndarray, used: int, bare: bool) -> None:
    """Remove places without a panel; `bare`: the abscissa is named in the lowest row only."""
    for index, axes in enumerate(grid.flat):
        if index >= used:
            axes.remove()
        elif bare and index + grid.shape[1] < used:
            axes.set_xlabel("")


def _share_limits(page: list[Panel], grid: Sequence[Axes]) -> None:
    """Give panels of one game the same axes."""
    for outer in {panel.outer for panel in page}:
        mine = [axes for axes, panel in zip(grid, page, strict=False) if panel.outer == outer]
        for get, set_limits in (("get_xlim", "set_xlim"), ("get_ylim", "set_ylim")):
            limits = [getattr(axes, get)() for axes in mine]
            for axes in mine:
                getattr(axes, set_limits)(min(low for low, _ in limits), max(h for _, h in limits))


def _handles(styles: dict[str, tuple], others: bool) -> list[Line2D]:
    handles = [
        Line2D([], [], color=colour, linestyle=line, linewidth=1.8, label=fill(label, LETTERS))
        for label, (colour, line, _) in styles.items()
    ]
    if others:
        handles.append(Line2D([], [], color=GREY, linewidth=0.8, label="the others"))
    return handles


def _legend(figure: Figure, page: list[Panel], styles: dict[str, tuple], alone: bool) -> None:
    handles = _handles(styles, others=any(map(_has_grey, page)))
    handles.append(Patch(color=MUTED, alpha=BAND, linewidth=0, label="95 % confidence"))
    columns = _columns([handle.get_label() for handle in handles], alone)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=2.8)


def _has_grey(panel: Panel) -> bool:
    return len(panel.groups) > len(panel.coloured)


def _columns(labels: Sequence[str], alone: bool) -> int:
    longest = max(min(len(label), LETTERS) for label in labels)
    return max(1, min(len(labels), (70 if alone else 100) // (longest + 8)))


def _legend_rows(page: list[Panel], together: dict | None, alone: bool) -> int:
    """Return how many rows of a legend the figure has to hold, for its height."""
    if together is not None:
        labels = [*together, "the others", "95 % confidence"]
        return -(-len(labels) // _columns(labels, alone))
    tallest = [
        max(len(panel.coloured) for panel in page[at : at + 2]) for at in range(0, len(page), 2)
    ]
    return sum(-(-(count + 1) // 2) + 1 for count in tallest)


def _notes(
    page: list[Panel], means: list[list[MeanCourse]], metric: Metric, mean: str
) -> list[str]:
    """Return what the caption says of means, bands, and runs that ended early or not at all."""
    courses = [course for mine in means for course in mine]
    groups = [one for panel in page for one in panel.groups]
    kind = "Geometric" if mean == GEOMETRIC else "Arithmetic"
    notes = [
        f"{kind} means of {metric.symbol} over the runs of each setting that ended well, "
        "with their 95 % confidence intervals (Student's t) as bands."
    ]
    counts = sorted({course.runs for course in courses})
    runs = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    notes.append(f"Runs of each setting: {runs}.")
    if single := sum(course.runs == 1 for course in courses):
        notes.append(f"{single} of {len(courses)} curves are of a single run and have no band.")
    if held := sum(course.held for course in courses):
        total = sum(course.runs for course in courses)
        notes.append(
            f"{held} of {total} runs stopped before the last one of their setting and keep their "
            "last value from there on."
        )
    if clipped := sum(map(_is_cut, courses)):
        notes.append(
            f"{clipped} of the bands reach closer to zero than a tenth of the mean, or below zero, "
            "and are cut there."
        )
    if any((course.mean <= 0).any() for course in courses):
        notes.append("Hollow marks at the lower edge: means that are not above zero.")
    if lacking := sum(sum(one.lacking().values()) for one in groups):
        notes.append(f"{lacking} runs of these settings have no result and are left out.")
    if any(panel.title.startswith(BEST) for panel in page):
        notes.append(f"'{BEST}' is chosen by the means that are drawn.")
    if any(map(_has_grey, page)):
        notes.append(
            f"In each panel the {MOST_COLOURED} settings with the smallest means at the end are "
            "coloured; the others are grey, without bands."
        )
    return notes
