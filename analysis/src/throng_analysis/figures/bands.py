"""Mean courses of a metric over seeds, with bands: one curve for each setting of a sweep."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from throng_analysis.courses import MeanCourse, mean_course
from throng_analysis.figures import curves
from throng_analysis.figures.curves import Curve
from throng_analysis.figures.panels import COLOURS, LINES
from throng_analysis.figures.parts import BEST, MOST_COLOURED, Panel, panels_of
from throng_analysis.figures.style import MUTED, Drawing, new_figure, settings, wrapped
from throng_analysis.groups import Grouping, SeedGroup
from throng_analysis.labels import some_of
from throng_analysis.metrics import Metric
from throng_analysis.ranking import End, ends_of
from throng_analysis.statistics import GEOMETRIC

STYLES = tuple((colour, *LINES[i % len(LINES)]) for i, colour in enumerate(COLOURS))
MOST_PANELS = 6  # of a figure
ABSCISSAE = {"iteration": "iterations", "seconds": "seconds"}  # of a figure, of a course
CROWD = 40  # settings of a panel from which on the grey ones become fainter
FILLED = 0.5  # of an axis of all panels: a panel that would fill less has an axis of its own
CUT = 0.1  # of the mean: no arithmetic band is drawn further down
GREY, BAND = "#b4bcc5", 0.16
WIDTH, ROW, LEGEND_ROW, TITLE_ROW = 9.6, 3.1, 0.24, 0.19  # inches
TITLE_LETTERS, BESIDE = 9.5, 0.7  # letters of a title in an inch; inches beside a panel
LIFT = 6.5  # points by which hollow marks of one curve stand above those of another
ALONE = (6.6, 4.1)  # inches, of a figure with one panel
LETTERS = 46  # of a label in a legend, before it is broken
HALF = 24  # letters of a label with which two stand side by side below a panel


@dataclass
class Means:
    """The mean courses of the settings of a sweep, against one abscissa."""

    grouping: Grouping
    metric: Metric
    mean: str
    abscissa: str
    courses: dict[int, MeanCourse]  # of those that have a mean anywhere, by the id of the setting
    ends: dict[int, End]

    @classmethod
    def of(
        cls,
        grouping: Grouping,
        metric: Metric,
        mean: str,
        abscissa: str,
        ends: dict[int, End],
    ) -> "Means":
        """Compute the mean courses."""
        courses = {id(one): _course(one, metric, mean, abscissa) for one in grouping.groups}
        known = {key: course for key, course in courses.items() if _has_mean(course)}
        return cls(grouping, metric, mean, abscissa, known, ends)

    @property
    def heading(self) -> str:
        """What is drawn against what."""
        return f"{self.metric.label[0].upper()}{self.metric.label[1:]} against {self.abscissa}"

    def courses_of(self, groups: Sequence[SeedGroup]) -> list[MeanCourse]:
        """Return the course of each of some settings."""
        return [self.courses[id(one)] for one in groups]


def draw_bands(grouping: Grouping, metric: Metric, mean: str) -> list[Drawing]:
    """Draw the mean courses of all settings against iterations, then against seconds.

    Nothing if no setting has a mean.
    """
    drawings = []
    ends = ends_of(grouping.groups, metric, mean)
    for abscissa in ABSCISSAE:
        means = Means.of(grouping, metric, mean, abscissa, ends)
        drawn = [one for one in grouping.groups if id(one) in means.courses]
        panels = panels_of(drawn, grouping.keys, ends) if drawn else []
        pages = [panels[at : at + MOST_PANELS] for at in range(0, len(panels), MOST_PANELS)]
        for number, page in enumerate(pages, 1):
            drawings.append(_drawing(page, number if len(pages) > 1 else 0, means))
    return drawings


def _course(one: SeedGroup, metric: Metric, mean: str, abscissa: str) -> MeanCourse | None:
    courses = [entry.courses[metric.column] for entry in one.good]
    return mean_course(courses, ABSCISSAE[abscissa], mean, one.seeds)


def _has_mean(course: MeanCourse | None) -> bool:
    return course is not None and bool(np.isfinite(course.mean).any())


def _drawing(page: list[Panel], number: int, means: Means) -> Drawing:
    heading, metric = means.heading, means.metric
    alone = len(page) == 1
    together = _one_legend(page)
    with settings():
        columns = min(len(page), 3 if together is not None and len(page) in (3, 5, 6) else 2)
        width = ALONE[0] if alone else WIDTH
        titles = [wrapped(panel.title, _letters(width / columns)) for panel in page]
        rows = [titles[at : at + columns] for at in range(0, len(page), columns)]
        height = (ALONE[1] if alone else ROW * len(rows)) + LEGEND_ROW * _legend_rows(
            page, together, alone
        )
        height += TITLE_ROW * sum(max(title.count("\n") for title in row) for row in rows)
        figure = new_figure((width, height))
        if not (alone and not page[0].title):
            figure.suptitle(f"{heading}  {metric.math}", x=0.012, ha="left", weight="bold", size=13)
        grid = figure.subplots(len(rows), columns, squeeze=False)
        for axes, panel, title in zip(grid.flat, page, titles, strict=False):
            _draw(axes, panel, means, together)
            axes.set_title(title or f"{heading}  {metric.math}", size=11.5)
        _tidy(grid, len(page), together is not None)
        own = _share_limits(page, list(grid.flat))
        if together is not None:
            _legend(figure, page, means, together, alone)
    groups = _distinct(page)
    suffix = f"_{number}" if number else ""
    return Drawing(
        slug=f"curves_{metric.column}_{means.abscissa}{suffix}",
        caption=" ".join([f"{heading}.", *_notes(page, means), *_notes_of_own(own)]),
        alt=f"{heading}: {len(groups)} mean curves with bands.",
        figure=figure,
    )


def _letters(width: float) -> int:
    """Return how many letters of a title fit above a panel that is so many inches wide."""
    return int(TITLE_LETTERS * (width - BESIDE))


def _distinct(page: list[Panel]) -> list[SeedGroup]:
    """Return the settings of all panels; the best of each solver are in two."""
    return list({id(one): one for panel in page for one in panel.groups}.values())


def _one_legend(page: list[Panel]) -> dict[str, tuple] | None:
    """Return the style of each label if all panels can share a legend, else None."""
    labels = dict.fromkeys(label for panel in page for label in panel.coloured_labels)
    if len(labels) > MOST_COLOURED:
        return None
    return dict(zip(labels, STYLES, strict=False))


def _draw(axes: Axes, panel: Panel, means: Means, together: dict[str, tuple] | None) -> None:
    styles = together or dict(zip(panel.coloured_labels, STYLES, strict=False))
    courses = means.courses_of(panel.groups)
    drawn = [_curve(course, means.metric) for course in courses]
    floor = curves.floor_of(drawn)
    faint = 1 if len(panel.groups) < CROWD else CROWD / len(panel.groups)
    last = max(curve.x[-1] for curve in drawn)
    below = 0
    for one, label, course, curve in zip(panel.groups, panel.labels, courses, drawn, strict=True):
        if not panel.is_coloured(one):
            axes.plot(curve.x, curve.y, color=GREY, linewidth=0.8, alpha=faint, zorder=1.5)
            continue
        marked = len(curve.x) == 1
        curves.plot_curve(axes, curve, styles[label], floor, marked, lift=LIFT * below)
        below += bool(curve.below.any())
        _band(axes, course, styles[label][0])
        if curve.x[-1] < last and curve.y[-1] > 0:
            axes.plot(curve.x[-1], curve.y[-1], "o", color=styles[label][0], markersize=4.5)
    curves.limit(axes, drawn, floor)
    _hold_bands(axes, courses)
    curves.finish(axes, means.abscissa)
    if together is None:
        handles = _handles(styles, [panel], means)
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
    highs = [course.high[_has_band(course)] for course in means]
    lows = [_lower_edge(course)[_has_band(course)] for course in means]
    top = max([top, *(1.2 * high.max() for high in highs if len(high))])
    bottom = min([bottom, *(low.min() / 1.2 for low in lows if len(low))])
    axes.set_ylim(bottom, top)


def _has_band(course: MeanCourse) -> np.ndarray:
    """Return where a band is drawn: around means that a logarithmic axis has a place for."""
    return np.isfinite(course.high) & (course.mean > 0)


def _lower_edge(course: MeanCourse) -> np.ndarray:
    """Return where a band ends below; an arithmetic one that nears zero or passes it is cut."""
    return course.low if course.kind == GEOMETRIC else np.maximum(course.low, CUT * course.mean)


def _cut(course: MeanCourse) -> np.ndarray:
    """Return where along its course a band is cut."""
    return course.x[_has_band(course) & (_lower_edge(course) > course.low)]


def _curve(course: MeanCourse, metric: Metric) -> Curve:
    above = course.mean > 0
    y = np.where(above, course.mean, np.nan)
    below = np.isfinite(course.mean) & ~above
    return Curve(metric, course.x, y, below, float(np.nanmin(course.mean)), 0)


def _band(axes: Axes, course: MeanCourse, colour: str) -> None:
    """Draw the confidence interval."""
    edges = (course.x, _lower_edge(course), course.high)
    axes.fill_between(*edges, where=_has_band(course), color=colour, alpha=BAND, linewidth=0)


def _tidy(grid: np.ndarray, used: int, bare: bool) -> None:
    """Remove places without a panel; `bare`: the abscissa is named in the lowest row only."""
    for index, axes in enumerate(grid.flat):
        if index >= used:
            axes.remove()
        elif bare and index + grid.shape[1] < used:
            axes.set_xlabel("")


def _share_limits(page: list[Panel], grid: Sequence[Axes]) -> list[str]:
    """Give panels of one game the same axes, but those that would fill less than half of one.

    Returns the titles of these.
    """
    own = []
    for outer in {panel.outer for panel in page}:
        pairs = zip(grid, page, strict=False)
        mine = [(axes, panel.title) for axes, panel in pairs if panel.outer == outer]
        abscissa = _hull([axes.get_xlim() for axes, _ in mine])
        ordinate = _hull([axes.get_ylim() for axes, _ in mine])
        for axes, title in mine:
            short = np.ptp(axes.get_xlim()) < FILLED * np.ptp(abscissa)
            flat = np.ptp(np.log(axes.get_ylim())) < FILLED * np.ptp(np.log(ordinate))
            axes.set_xlim(axes.get_xlim() if short else abscissa)
            axes.set_ylim(axes.get_ylim() if flat else ordinate)
            own += [title] if short or flat else []
    return own


def _hull(limits: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return min(low for low, _ in limits), max(high for _, high in limits)


def _handles(styles: dict[str, tuple], page: list[Panel], means: Means) -> list[Line2D | Patch]:
    handles = [
        Line2D([], [], color=colour, linestyle=line, linewidth=1.8, label=wrapped(label, LETTERS))
        for label, (colour, line, _) in styles.items()
    ]
    if any(panel.has_grey for panel in page):
        handles.append(Line2D([], [], color=GREY, linewidth=0.8, label="the others"))
    coloured = means.courses_of([one for panel in page for one in panel.coloured])
    if any(_has_band(course).any() for course in coloured):
        handles.append(Patch(color=MUTED, alpha=BAND, linewidth=0, label="95 % confidence"))
    return handles


def _legend(
    figure: Figure, page: list[Panel], means: Means, styles: dict[str, tuple], alone: bool
) -> None:
    handles = _handles(styles, page, means)
    columns = _columns([handle.get_label() for handle in handles], alone)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=2.8)


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
    return sum(-(-(count + 2) // 2) + 1 for count in tallest)


def _notes(page: list[Panel], means: Means) -> list[str]:
    """Return what the caption says of means, bands, and runs that ended early or not at all."""
    groups = _distinct(page)
    courses = means.courses_of(groups)
    kind = "Geometric" if means.mean == GEOMETRIC else "Arithmetic"
    single = sum(course.seeds == 1 for course in courses)
    if all(course.runs == 1 for course in courses):
        notes = [f"{means.metric.symbol} of runs that ended well, one for each curve: no bands."]
    else:
        notes = [
            f"{kind} means of {means.metric.symbol} {means.grouping.averaging}, of the runs that "
            "ended well, with their 95 % confidence intervals (Student's t over seeds) as bands.",
            f"Runs of each setting: {_span([course.runs for course in courses])}.",
        ]
        if any(course.seeds < course.runs for course in courses):
            notes.append(f"Seeds of each: {_span([course.seeds for course in courses])}.")
        if single:
            which = f"{single} of {len(courses)} curves are" if len(courses) > 1 else "The curve is"
            have = "have" if len(courses) > 1 else "has"
            notes.append(f"{which} of a single seed and {have} no band.")
    if held := sum(course.held for course in courses):
        total = sum(course.runs for course in courses)
        notes.append(
            f"{held} of {total} runs stopped before the last one of their setting and keep their "
            "last value from there on."
        )
    notes += _notes_of_coloured(page, means)
    everything = means.grouping.groups
    if lacking := sum(sum(one.lacking().values()) for one in everything):
        total = sum(len(one.entries) for one in everything)
        notes.append(f"{lacking} of all {total} runs have no result and are left out.")
    if without := [one.label for one in everything if id(one) not in means.courses]:
        notes.append(f"Without a mean, and so without a curve: {some_of(without)}.")
    return notes


def _notes_of_coloured(page: list[Panel], means: Means) -> list[str]:
    notes = []
    coloured = {id(one): one for panel in page for one in panel.coloured}
    courses = means.courses_of(list(coloured.values()))
    cut = [places for places in map(_cut, courses) if len(places)]
    if cut:
        bands = [places for places in map(_has_band, courses) if places.any()]
        share = sum(map(len, cut)) / sum(places.sum() for places in bands)
        first, last = min(places[0] for places in cut), max(places[-1] for places in cut)
        end = max(course.x[-1] for course in courses)
        where = f"at {first:.3g}" if first == last else f"between {first:.3g} and {last:.3g}"
        notes.append(
            f"{len(cut)} of {len(bands)} bands reach closer to zero than a tenth of the mean, or "
            f"below zero, and are cut there: at {max(1, round(100 * share))} % of all points, "
            f"{where} of {end:.3g} {ABSCISSAE[means.abscissa]}."
        )
    if any((course.mean <= 0).any() for course in courses):
        notes.append(
            "Hollow marks at the lower edge: means that are not above zero; they have no band."
        )
    if any(panel.title.startswith(BEST) for panel in page):
        notes.append(f"'{BEST}' is chosen by the means at the end{_or_late(page, means)}.")
    if any(panel.has_grey for panel in page):
        notes.append(
            f"In each panel the {MOST_COLOURED} settings with the smallest means at the end"
            f"{_or_late(page, means)} are coloured; the others are grey, without bands."
        )
    return notes


def _or_late(page: list[Panel], means: Means) -> str:
    """Return which other means decide, where the last values of a setting say little."""
    far = any(means.ends[id(one)].far for one in _distinct(page))
    return " (over the last tenth of the rows where a course jumps or still moves)" * far


def _notes_of_own(own: Sequence[str]) -> list[str]:
    return [f"With axes of their own, as short as they are: {some_of(own)}."] if own else []


def _span(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    return f"{least}" if least == most else f"{least} to {most}"
