"""The part of a report about the many runs of an experiment: how they stand, means, a table."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from throng_analysis.compare import Question, draw, heat_axes
from throng_analysis.errors import InputError
from throng_analysis.experiments import Experiment
from throng_analysis.figures.style import Drawing
from throng_analysis.groups import Grouping, group
from throng_analysis.labels import SEED
from throng_analysis.live import Column, live_table
from throng_analysis.metrics import GAPS, METRICS, MU_PI_DELTA, Metric
from throng_analysis.page import Html, marked, number, table, text
from throng_analysis.ranking import FAR_WORDS, ends_of, in_order
from throng_analysis.scan import STATUSES, Entry, scan
from throng_analysis.section import badge, heading
from throng_analysis.summary import remarks_on

FINAL = (*GAPS, MU_PI_DELTA)  # metrics of which the table of runs has the last value
# Columns in which other cells than empty ones tell nothing.
NOTHING = {"launches": (None, 1)}
# The columns of the table of settings after its parameters: their kind and what they are.
NUMBERS = {
    "runs": ("number", "runs of the setting, whatever became of them"),
    "good": ("number", "those that ended well; the means are over these"),
    "mean": ("number", "mean of the last recorded values"),
    "*": ("text", FAR_WORDS),
    "low": ("number", "lower end of the 95 % confidence interval of the mean"),
    "high": ("number", "upper end of the 95 % confidence interval of the mean"),
    "median": ("number", "median of the last recorded values"),
    "late": ("number", "mean over the last tenth of the recorded rows"),
    "best": ("number", "mean of the smallest value of each run"),
    "iterations": ("number", "mean number of outer iterations"),
    "seconds": ("number", "mean time of solution"),
}
REMARK = "whether another program made it, the plan lacks it, or a further folder of it is there"
GROUP = "number of the setting: 'show' in the table of settings filters by it"
REASON = "why the run stopped"
Picture = Callable[[Drawing], Html]  # writes a figure beside the page and returns it


@dataclass
class Sweep:
    """The runs of one experiment, and what is asked of them."""

    experiment: Experiment
    entries: list[Entry]
    question: Question
    metric: Metric | None  # None if no run that ended well has it
    grouping: Grouping

    @classmethod
    def of(cls, experiment: Experiment, question: Question) -> "Sweep":
        """Read all runs of an experiment; without a metric asked for, it is the first measured.

        Raises InputError for parameters that no run has.
        """
        asked = [question.measured] if question.metric else METRICS
        entries = _entries(experiment, asked[0], question)
        measured = {name for entry in entries if entry.good for name in entry.numbers}
        found = [metric for metric in asked if f"final.{metric.column}" in measured]
        if found and found[0] is not asked[0]:
            entries = _entries(experiment, found[0], question)
        try:
            grouping = group(entries, question.by, question.over)
            heat_axes(grouping, question.axes)
        except InputError as error:
            raise InputError(f"{experiment.folder}: {error}") from error
        return cls(experiment, entries, question, found[0] if found else None, grouping)

    def block(self, index: int, where: str, anchors: Collection[str], picture: Picture) -> Html:
        """Return the part of the page; `index` tells it from those of other experiments.

        `anchors` are the sections of runs that follow it.
        """
        cautions = self.grouping.cautions
        parts = [
            f'<section class="sweep" id="experiment-{index}">',
            heading(self.experiment.name, where),
            _warnings([*self.experiment.problems, *remarks_on(self.entries), *cautions]),
            "<h3>How the runs stand</h3>",
            _standing(self.entries),
            *self._comparison(index, picture),
            "<h3>Runs</h3>",
            _runs(index, self, anchors),
            "</section>",
        ]
        return Html("\n".join(part for part in parts if part))

    def result(self) -> str:
        """Say in one line which setting ends lowest."""
        name, groups = self.experiment.name, self.grouping.groups
        ends = ends_of(groups, self.metric, self.question.mean) if self.metric else {}
        ranked = in_order(groups, ends) if ends else []
        if not ranked:
            return f"{name}: no run that ended well has {self.question.metric or 'a metric'}"
        best, end = ranked[0], ends[id(ranked[0])]
        words = f"{self.metric.label} {end.late if end.far else end.mean:.4g}"
        words += " over the last tenth of the rows" if end.far else " at the end"
        if end.spread.count > 1:
            words += f", {self.question.mean} mean of {end.spread.count} runs"
        if len(groups) == 1:
            return f"{name}: {words}"
        return f"{name}: of {len(groups)} settings {best.label} ends lowest: {words}"

    def _comparison(self, index: int, picture: Picture) -> list[Html]:
        grouping = self.grouping
        title = Html(f"<h3>{text(self._about_means())}</h3>")
        if self.metric is None:
            name = self.question.metric or "a metric"
            return [title, Html(f"<p>No run that ended well has {text(name)}.</p>")]
        question = replace(self.question, metric=self.metric.column)
        figures = "".join(map(picture, draw(grouping, question)))
        pictures = Html(f'<div class="figures means">{figures}</div>')
        return [title, pictures, _groups(index, grouping, question)]

    def _about_means(self) -> str:
        """Return the heading above the means."""
        grouping = self.grouping
        if grouping.groups and all(len(one.entries) == 1 for one in grouping.groups):
            return "The run" if len(grouping.groups) == 1 else "Settings, a run each"
        by_seed = grouping.over == [SEED] and not grouping.pooled
        return f"Means {'over seeds' if by_seed else grouping.averaging}"


def _entries(experiment: Experiment, metric: Metric, question: Question) -> list[Entry]:
    return [
        entry
        for entry in scan(experiment, keep=[metric.column])
        if entry.planned is not False or not question.only_planned
    ]


def _warnings(messages: Sequence[str]) -> str:
    lines = "".join(f"<p>{marked(message)}</p>" for message in messages)
    return f'<div class="warning">{lines}</div>' if messages else ""


def _standing(entries: Sequence[Entry]) -> Html:
    """Return how many runs have which status, with the commonest reason for each."""
    rows = []
    for status in STATUSES:
        runs = [entry for entry in entries if entry.status == status]
        if not runs:
            continue
        wall = sum(_seconds(entry) for entry in runs)
        processors = sum(_seconds(entry) * (entry.provenance.get("ranks") or 1) for entry in runs)
        ((reason, count),) = Counter(entry.reason for entry in runs).most_common(1)
        often = f"{reason} ({count} of them)" if 1 < count < len(runs) else reason
        times = (_duration(wall), _duration(processors))
        rows.append((badge(status), len(runs), *times, marked(often)))
    head = ("status", "runs", "wall time", "× ranks", "commonest reason")
    return table("Runs by status; wall times added up.", head, rows, "standing")


def _seconds(entry: Entry) -> float:
    seconds = entry.provenance.get("wall_seconds") or entry.numbers.get("solve_seconds")
    return seconds if isinstance(seconds, int | float) else 0.0


def _duration(seconds: float) -> str:
    if not seconds:
        return number(None)
    if seconds < 120:
        return f"{seconds:.3g} s"
    if seconds < 7200:
        return f"{seconds / 60:.3g} min"
    return f"{seconds / 3600:.4g} h"


def _groups(index: int, grouping: Grouping, question: Question) -> Html:
    """Return the table of settings, in the order of their means."""
    metric, mean = question.measured, question.mean
    ends = ends_of(grouping.groups, metric, mean)
    number_of = {id(one): number for number, one in enumerate(grouping.groups, 1)}
    ranked = in_order(grouping.groups, ends)
    rows = []
    for one in [*ranked, *(one for one in grouping.groups if ends[id(one)].place is None)]:
        end, least = ends[id(one)], one.spread(f"best.{metric.column}", mean)
        passed, spent = one.spread("iterations"), one.spread("solve_seconds")
        settings = [_cell(one.setting.get(key)) for key in grouping.keys]
        runs = [len(one.entries), len(one.good)]
        means = [end.mean, "*" if end.far else None, end.spread.low, end.spread.high]
        means += [end.spread.median, end.late, least.mean, passed.mean, spent.mean]
        rows.append([f"group={number_of[id(one)]}", *settings, *runs, *means])
    columns = [Column("show", "filter", "a button that shows the runs in the table below")]
    columns += map(Column, grouping.keys)
    columns += [Column(name, *about) for name, about in NUMBERS.items()]
    at_end = f"of {metric.label} at the end"
    caption = (
        f"Every setting. mean, low, high, median: {at_end}, with the 95 % confidence interval of "
        f"the {mean} mean; late: the same mean over the last tenth of the rows; best: {mean} mean "
        "of the smallest values; all over the runs that ended well."
    )
    if any(end.far for end in ends.values()):
        caption += f" *: {FAR_WORDS}; it has the place of that mean."
    return live_table(f"groups-{index}", caption, *_seen(columns, rows))


def _runs(index: int, sweep: Sweep, anchors: Collection[str]) -> Html:
    """Return the table of all runs; columns in which nothing is to be seen are left out."""
    entries, metric = sweep.entries, sweep.metric
    all_that_differs = group(entries, (), ())
    setting = {id(entry): one.setting for one in all_that_differs.groups for entry in one.entries}
    keys, over = all_that_differs.keys, all_that_differs.over
    finals = [f"final.{one.column}" for one in FINAL]
    if metric is not None:
        best = f"best.{metric.column}"
        finals += [f"final.{metric.column}", best, f"{best}.iteration"]
    finals = [*dict.fromkeys(finals), "iterations", "solve_seconds"]
    groups = enumerate(sweep.grouping.groups, 1)
    of = {id(entry): place for place, one in groups for entry in one.entries}
    columns = [Column("run", "run"), Column("status", "state"), Column("remark", "text", REMARK)]
    columns += map(Column, (*keys, *over))
    columns += [Column(name, "number") for name in (*finals, "ranks", "launches")]
    columns += [Column("group", "number", GROUP), Column("reason", "long", REASON)]
    rows = []
    for entry in entries:
        rows.append(
            [
                entry.run_id,
                entry.status,
                ", ".join(_remark(entry)) or None,
                *(_cell(setting.get(id(entry), {}).get(key)) for key in keys),
                *(_cell(entry.parameters.get(key)) for key in over),
                *map(entry.numbers.get, finals),
                *map(entry.provenance.get, ("ranks", "launches")),
                of.get(id(entry)),
                entry.reason,
            ]
        )
    return live_table(f"runs-{index}", _about_runs(entries), *_seen(columns, rows), anchors)


def _about_runs(entries: Sequence[Entry]) -> str:
    if len(entries) == 1:
        return "The run: its last and best recorded values."
    return (
        f"All {len(entries)} runs, in the order of the plan: the parameters in which they differ, "
        "last and best recorded values. A press on the head of a column sorts."
    )


def _remark(entry: Entry) -> list[str]:
    notes = ["stale"] if entry.stale else []
    notes += ["not in the plan"] if entry.planned is False else []
    return notes + [f"beside it: {status}" for status in entry.others]


def _seen(columns: Sequence[Column], rows: Sequence[list]) -> tuple[list[Column], list[list]]:
    """Return columns and rows without the columns that tell nothing."""
    kept = [
        place
        for place, column in enumerate(columns)
        if any(row[place] not in NOTHING.get(column.key, (None, "")) for row in rows)
    ]
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def _cell(value: object) -> object:
    """Return a parameter as a cell: a number, a text or None."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None or isinstance(value, int | float) else str(value)
