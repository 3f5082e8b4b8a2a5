"""Compare the settings of a sweep: means over seeds with confidence intervals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import polars as pl

from throng_analysis.errors import InputError
from throng_analysis.experiments import find_experiments
from throng_analysis.figures.bands import draw_bands
from throng_analysis.figures.cells import draw_cells
from throng_analysis.figures.style import Drawing
from throng_analysis.groups import (
    Grouping,
    SeedGroup,
    group,
    is_numeric,
    resolve,
    without_mean,
)
from throng_analysis.metrics import BY_COLUMN, EXPLOITABILITY, GAPS, Metric
from throng_analysis.output import write_whole, writing_below
from throng_analysis.ranking import FAR_WORDS, ends_of, in_order
from throng_analysis.record import ENDED_WELL
from throng_analysis.scan import STATUSES, Entry, scan
from throng_analysis.statistics import ARITHMETIC
from throng_analysis.summary import problems_of, several, summary_of, without_result
from throng_analysis.table import column_of, write_frame

SPREAD = ("mean", "low", "high", "deviation", "least", "median", "most")
MOST_PRINTED = 10
CAPTIONS = "captions.md"


@dataclass
class Question:
    """What is to be compared, and how."""

    by: Sequence[str] = ()  # parameters; all that differ if empty
    over: Sequence[str] = ()  # the seed if empty
    metric: str = EXPLOITABILITY.column
    mean: str = ARITHMETIC
    axes: Sequence[str] = ()  # of the heat maps; two numeric parameters if empty
    only_planned: bool = False

    @property
    def measured(self) -> Metric:
        """The metric; raises InputError if there is none of that name."""
        if self.metric not in BY_COLUMN:
            raise InputError(
                f"--metric {self.metric}: no such metric; there are {', '.join(BY_COLUMN)}"
            )
        return BY_COLUMN[self.metric]


@dataclass
class Comparison:
    """What was written, what is to be said of it, and what is wrong or left out."""

    files: list[Path] = field(default_factory=list)
    summary: str = ""
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def write_compare(folder: Path, out: Path, question: Question) -> Comparison:
    """Write tables and figures with their captions of the runs below `folder` into `out`.

    Raises InputError if there is nothing to compare, or if `out` cannot be written.
    """
    metric = question.measured
    experiments = find_experiments(folder)
    entries = [
        entry
        for experiment in experiments
        for entry in scan(experiment, keep=[metric.column])
        if entry.planned is not False or not question.only_planned
    ]
    _check(folder, entries, metric)
    grouping = group(entries, question.by, question.over)
    frame = frame_of_groups(grouping, question)
    drawings = draw(grouping, question)
    comparison = Comparison(problems=problems_of(experiments, entries), warnings=grouping.cautions)
    comparison.problems += without_result(entries, "compare.csv")
    with writing_below(out):
        comparison.files = write_frame(frame, out, "compare")
        for drawing in drawings:
            comparison.files.append(out / f"{drawing.slug}.png")
            write_whole(comparison.files[-1], drawing.png())
        if drawings:
            comparison.files.append(out / CAPTIONS)
            write_whole(comparison.files[-1], _captions(drawings).encode())
    comparison.summary = "\n".join(
        [summary_of(experiments, entries), best_of(grouping, question), *map(str, comparison.files)]
    )
    return comparison


def _captions(drawings: Sequence[Drawing]) -> str:
    """Return what is seen in each figure, as Markdown that shows them."""
    return "\n".join(
        f"![{_plain(one.alt)}]({one.slug}.png)\n\n{_plain(one.caption)}\n" for one in drawings
    )


def _plain(words: str) -> str:
    """Return words in which Markdown finds no marks of its own."""
    return re.sub(r"([\\`*_<>\[\]$])", r"\\\1", words)


def draw(grouping: Grouping, question: Question) -> list[Drawing]:
    """Draw the mean courses and the heat maps."""
    axes = heat_axes(grouping, question.axes)
    drawings = draw_bands(grouping, question.measured, question.mean)
    if axes:
        drawings += draw_cells(grouping, axes, question.measured, question.mean)
    return drawings


def _check(folder: Path, entries: Sequence[Entry], metric: Metric) -> None:
    if not any(entry.good and entry.known for entry in entries):
        raise InputError(
            f"{folder}: no run has ended well; `throng status` says what is to be done"
        )
    final = f"final.{metric.column}"
    if not any(final in entry.numbers for entry in entries if entry.good):
        raise InputError(
            f"{folder}: no run has a value of {metric.column}; name it in metrics.which and run "
            "again, or choose another one with --metric"
        )


def heat_axes(grouping: Grouping, asked: Sequence[str]) -> tuple[str, str] | None:
    """Return the two parameters of the heat maps.

    The first numeric ones that some setting has both of, those of solvers first. None if there are
    no two numeric ones; raises InputError if one that was asked for is of no use.
    """
    numeric = [key for key in grouping.keys if is_numeric(grouping.groups, key)]
    if asked:
        settings = [one.setting for one in grouping.groups]
        axes = [resolve(name, grouping.keys, settings)[0] for name in asked]
        for name, axis in zip(asked, axes, strict=True):
            if axis not in numeric or len(set(axes)) < len(axes):
                raise InputError(
                    f"--axes {' '.join(asked)}: {name} is not one of two numeric parameters with "
                    f"several values; there are {', '.join(numeric) or 'none'}"
                )
        return tuple(axes)
    pairs = combinations(sorted(numeric, key=lambda key: not key.startswith("solver.")), 2)
    return max(pairs, key=lambda pair: _use(grouping.groups, pair), default=None)


def _use(groups: Sequence[SeedGroup], pair: tuple[str, str]) -> tuple[bool, int]:
    """Return whether any setting has both parameters, and how many of them are of solvers."""
    together = any(set(pair) <= one.setting.keys() for one in groups)
    return together, sum(key.startswith("solver.") for key in pair)


def frame_of_groups(grouping: Grouping, question: Question) -> pl.DataFrame:
    """Return one row for each group: its parameters, its runs by status, and its numbers."""
    column = question.metric
    numbers = {f"final.{column}": question.mean, f"late.{column}": question.mean}
    if BY_COLUMN[column] in GAPS:
        numbers[f"best.{column}"] = question.mean
    numbers |= {"iterations": ARITHMETIC, "solve_seconds": ARITHMETIC}
    rows = [_row(one, numbers, bool(grouping.pooled)) for one in grouping.groups]
    ends = ends_of(grouping.groups, question.measured, question.mean)
    for row, one in zip(rows, grouping.groups, strict=True):
        row[f"final.{column}.far"] = ends[id(one)].far
    names = [*grouping.keys, *(name for name in rows[0] if name not in grouping.keys)]
    return pl.DataFrame([column_of(name, rows) for name in names])


def _row(one: SeedGroup, numbers: dict[str, str], pooled: bool) -> dict:
    lacking = one.lacking()
    row = dict(one.setting) | {"runs": len(one.entries), "good": len(one.good)}
    if pooled:
        row["also_over"] = ", ".join(one.pooled) or None
    row |= {status: lacking[status] for status in STATUSES if status not in ENDED_WELL}
    row["stale"] = sum(bool(entry.stale) for entry in one.entries)
    for name, mean in numbers.items():
        spread = one.spread(name, mean)
        row[f"{name}.count"], row[f"{name}.seeds"] = spread.count, spread.seeds
        row |= {f"{name}.{what}": getattr(spread, what) for what in SPREAD}
    return row


def best_of(grouping: Grouping, question: Question) -> str:
    """Return the settings that end lowest, in words."""
    ends = ends_of(grouping.groups, question.measured, question.mean)
    found = in_order(grouping.groups, ends)
    lines = [f"{question.measured.label} at the end, {question.mean} mean {grouping.averaging}:"]
    for one in found[:MOST_PRINTED]:
        end = ends[id(one)]
        # The same digits throughout: rounded so, an interval still holds its mean.
        mean, low, high, late = map(_words, (end.mean, end.spread.low, end.spread.high, end.late))
        interval = f" [{low}, {high}]" * bool(low)
        interval += f", last tenth {late}{'*' * end.far}" * bool(late)
        runs = f"{end.spread.count} of {several(len(one.entries), 'run')}"
        if end.spread.seeds < end.spread.count:
            runs += f", {several(end.spread.seeds, 'seed')}"
        lines.append(f"  {mean}{interval}, {runs}: {one.label}")
    if more := len(found[MOST_PRINTED:]):
        lines.append(f"  {several(more, 'more setting')} in compare.csv")
    if any(ends[id(one)].far for one in found[:MOST_PRINTED]):
        lines.append(f"  * {FAR_WORDS}; it has the place of that mean")
    name = f"final.{question.metric}"
    lines += [f"  {words}" for words in without_mean(grouping, name, question.mean)]
    return "\n".join(lines)


def _words(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
