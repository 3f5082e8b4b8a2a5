"""The part of a report about the many runs of an experiment: how they stand, means, a table."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from throng_analysis.compare import Question, draw
from throng_analysis.experiments import Experiment
from throng_analysis.figures.style import Drawing
from throng_analysis.groups import Grouping, group
from throng_analysis.live import Column, live_table
from throng_analysis.metrics import GAPS, METRICS, MU_PI_DELTA, Metric
from throng_analysis.page import Html, marked, number, table, text
from throng_analysis.scan import STATUSES, Entry, scan
from throng_analysis.section import badge
from throng_analysis.summary import remarks_on, several

FINAL = (*GAPS, MU_PI_DELTA)  # metrics of which the table of runs has the last value
# Columns in which other cells than empty ones tell nothing.
NOTHING = {"launches": (None, 1)}
Picture = Callable[[Drawing], Html]  # writes a figure beside the page and returns it


@dataclass
class Sweep:
    """The runs of one experiment, and the metric that their means are of."""

    experiment: Experiment
    entries: list[Entry]
    metric: Metric | None  # None if no run that ended well has one

    @classmethod
    def of(cls, experiment: Experiment) -> "Sweep":
        """Read all runs of an experiment; the metric is the first that was measured."""
        entries = list(scan(experiment, keep=[METRICS[0].column]))
        measured = {name for entry in entries if entry.good for name in entry.numbers}
        found = [metric for metric in METRICS if f"final.{metric.column}" in measured]
        if found and found[0] is not METRICS[0]:
            entries = list(scan(experiment, keep=[found[0].column]))
        return cls(experiment, entries, found[0] if found else None)

    def block(self, index: int, picture: Picture) -> Html:
        """Return the part of the page; `index` tells it from those of other experiments."""
        grouping = group(self.entries, (), ())
        parts = [
            f'<section class="sweep" id="experiment-{index}">',
            f"<h2>{text(self.experiment.name)}</h2>",
            _warnings([*self.experiment.problems, *remarks_on(self.entries), *grouping.cautions]),
            "<h3>How the runs stand</h3>",
            _standing(self.entries),
            *self._comparison(index, grouping, picture),
            "<h3>Runs</h3>",
            _runs(index, self.entries, grouping, self.metric),
            "</section>",
        ]
        return Html("\n".join(part for part in parts if part))

    def _comparison(self, index: int, grouping: Grouping, picture: Picture) -> list[Html]:
        title = Html("<h3>Means over seeds</h3>")
        if self.metric is None:
            return [title, Html("<p>No run that ended well has a metric.</p>")]
        drawings = draw(grouping, Question(metric=self.metric.column))
        figures = "".join(map(picture, drawings))
        pictures = Html(f'<div class="figures means">{figures}</div>')
        return [title, pictures, _groups(index, grouping, self.metric)]


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


def _groups(index: int, grouping: Grouping, metric: Metric) -> Html:
    """Return the table of settings, in the order of their means."""
    final, best = f"final.{metric.column}", f"best.{metric.column}"
    rows = []
    for place, one in enumerate(grouping.groups, 1):
        end, least = one.spread(final), one.spread(best)
        passed, spent = one.spread("iterations"), one.spread("solve_seconds")
        settings = [_cell(one.setting.get(key)) for key in grouping.keys]
        runs = [len(one.entries), len(one.good)]
        means = [end.mean, end.low, end.high, end.median, least.mean, passed.mean, spent.mean]
        rows.append([f"group={place}", *settings, *runs, *means])
    rows.sort(key=lambda row: (row[-7] is None, row[-7]))
    numbers = ("runs", "good", "mean", "low", "high", "median", "best", "iterations", "seconds")
    columns = [Column("runs of it", "filter"), *map(Column, grouping.keys)]
    columns += [Column(name, "number") for name in numbers]
    caption = (
        f"Every setting. mean, low, high, median: of {metric.label} at the end, with the 95 % "
        "confidence interval of the mean; best: mean of the smallest values; all over the runs "
        "that ended well."
    )
    return live_table(f"groups-{index}", caption, columns, rows)


def _runs(index: int, entries: Sequence[Entry], grouping: Grouping, metric: Metric | None) -> Html:
    """Return the table of all runs; columns in which nothing is to be seen are left out."""
    finals = [f"final.{one.column}" for one in FINAL]
    if metric is not None:
        best = f"best.{metric.column}"
        finals += [f"final.{metric.column}", best, f"{best}.iteration"]
    finals = [*dict.fromkeys(finals), "iterations", "solve_seconds"]
    of = {id(entry): (k, one) for k, one in enumerate(grouping.groups, 1) for entry in one.entries}
    columns = [Column("run", "run"), Column("status", "state"), Column("mind")]
    columns += map(Column, (*grouping.keys, *grouping.over))
    columns += [Column(name, "number") for name in (*finals, "ranks", "launches")]
    columns += [Column("group", "number"), Column("reason", "long")]
    rows = []
    for entry in entries:
        place, one = of[id(entry)]
        rows.append(
            [
                entry.run_id,
                entry.status,
                ", ".join(_mind(entry)) or None,
                *(_cell(one.setting.get(key)) for key in grouping.keys),
                *(_cell(entry.parameters.get(key)) for key in grouping.over),
                *map(entry.numbers.get, finals),
                *map(entry.provenance.get, ("ranks", "launches")),
                place,
                entry.reason,
            ]
        )
    return live_table(f"runs-{index}", _about_runs(entries), *_seen(columns, rows))


def _about_runs(entries: Sequence[Entry]) -> str:
    return (
        f"All {several(len(entries), 'run')}, in the order of the plan: the parameters in which "
        "they differ, last and best recorded values. A press on the head of a column sorts."
    )


def _mind(entry: Entry) -> list[str]:
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
