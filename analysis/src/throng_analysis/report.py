"""Write the report: PNG figures and one page that holds everything."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from throng_analysis import __version__
from throng_analysis.compare import Question
from throng_analysis.errors import InputError
from throng_analysis.experiments import Experiment, find_experiments
from throng_analysis.figures import draw_all
from throng_analysis.figures.style import Drawing
from throng_analysis.live import script
from throng_analysis.metrics import EXPLOITABILITY, METRICS, QUALITY, REGULARISED_EXPLOITABILITY
from throng_analysis.output import PAGE, write_whole, writing_below
from throng_analysis.page import Html, number, picture, table, text
from throng_analysis.places import Place, chosen_of, places_of_entries, places_of_runs, where_of
from throng_analysis.results import BadRun, Run, find_runs, read_run, read_runs
from throng_analysis.scan import Entry
from throng_analysis.section import STATUS_WORDS, badge, heading, iterations, section, unreadable
from throng_analysis.summary import counted, problems_of, without_result
from throng_analysis.sweep import Sweep

FIGURES = "figures"
SUMMARY_METRICS = (EXPLOITABILITY, REGULARISED_EXPLOITABILITY, QUALITY)
# With more runs than this none has a section that is not asked for.
MOST_SECTIONS = 12
# The metric is then the first that was measured.
NOTHING_ASKED = Question(metric="")
EMPTY = [number(None)] * (2 + len(SUMMARY_METRICS))


@dataclass
class Report:
    """What was written, and what was wrong with the results it was made from."""

    page: Path
    figures: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)  # a line for each run or experiment

    def add(self, drawing: Drawing, place: Path) -> Html:
        """Write a figure into the folder `place`; returns it for the page."""
        png = drawing.png()
        path = place / f"{drawing.slug}.png"
        write_whole(path, png)
        self.figures.append(path)
        return picture(png, drawing.alt, drawing.caption)

    def add_section(self, run: Run | BadRun, place: Place, folder: Path) -> Html:
        """Return the section of a run below `folder`, and write its figures."""
        head = heading(place.title, place.where)
        if isinstance(run, BadRun):
            shown = BadRun(run.folder, _short(run.reason, folder), run.status)
            return unreadable(shown, head, place.anchor)
        at = self.page.parent / FIGURES / run.folder.relative_to(folder)
        run.warnings = [_short(warning, folder) for warning in run.warnings]
        figures = [(one.slug, self.add(one, at)) for one in draw_all(run)]
        return section(run, head, place.anchor, figures)


def write_report(
    folder: Path, out: Path, wanted: Sequence[str] = (), question: Question = NOTHING_ASKED
) -> Report:
    """Write the report of every run at or below `folder` into `out`.

    `wanted` names runs by their id or a part of it that no other has: they have a section among
    many runs, and the only ones among few. Raises InputError if there is no run that can be read,
    if a run that is wanted is not there, if there is no answer to the question, or if `out` cannot
    be written.
    """
    try:
        experiments = find_experiments(folder)
    except InputError:
        experiments = []  # `folder` is that of a run, or there is nothing at all
    counts = [_count(experiment) for experiment in experiments]
    if max(counts, default=0) > 1 or sum(counts) > MOST_SECTIONS:
        return _write_sweeps(folder, out, experiments, wanted, question)
    if question != NOTHING_ASKED and find_runs(folder):
        raise InputError(f"{folder}: no experiment of several runs, so there is nothing to compare")
    return _write_runs(folder, out, experiments, wanted)


def _count(experiment: Experiment) -> int:
    return len(experiment.places.keys() | (experiment.plan or {}).keys())


def _write_runs(
    folder: Path, out: Path, experiments: Sequence[Experiment], wanted: Sequence[str]
) -> Report:
    """Write a page with a section for each run."""
    good, bad = read_runs(folder)
    if not good:
        raise InputError("\n".join(run.reason for run in bad))
    runs = [*good, *bad]
    places = places_of_runs(folder, runs)
    chosen = chosen_of(folder, wanted, places) if wanted else places[: len(good)]
    report = Report(out / PAGE, problems=[run.reason for run in bad])
    missing = [run for experiment in experiments for run in _missing(experiment)]
    count = len(runs) + len(missing)
    report.results = [_result(run) for run in good]
    with writing_below(out):
        report.problems += [warning for run in good for warning in run.warnings]
        sections = [
            report.add_section(run, place, folder)
            for run, place in zip(runs, places, strict=True)
            if place in chosen
        ]
        title = places[0].title if count == 1 else f"{count} runs"
        summary = _summary(runs, places, missing, chosen, folder) if count > 1 else ""
        page = _page(title, _counted(runs, missing), [summary, *sections])
        write_whole(report.page, page.encode())
    return report


def _write_sweeps(
    folder: Path,
    out: Path,
    experiments: Sequence[Experiment],
    wanted: Sequence[str],
    question: Question,
) -> Report:
    """Write a page with means over seeds and a table of all runs, and sections below it."""
    sweeps = [Sweep.of(experiment, question) for experiment in experiments]
    if question.metric and not any(sweep.metric for sweep in sweeps):
        raise InputError(f"{folder}: no run that ended well has a value of {question.metric}")
    entries = [entry for sweep in sweeps for entry in sweep.entries]
    names = [experiment.name for experiment in experiments]
    where = [where_of(folder, one.folder, one.name, names) for one in experiments]
    places = places_of_entries(folder, sweeps, where)
    chosen = chosen_of(folder, wanted, places)
    if not wanted and len(entries) <= MOST_SECTIONS:
        chosen = places
    runs = [_read(place.folder) for place in chosen]
    report = Report(out / PAGE, problems=problems_of(experiments, entries))
    report.problems += without_result(entries, PAGE)
    report.results = [sweep.result() for sweep in sweeps]
    damaged = {entry.folder for entry in entries if entry.status == "damaged"}
    for run in runs:
        if isinstance(run, Run):
            report.problems += run.warnings
        elif run.folder not in damaged:
            report.problems.append(run.reason)
    with writing_below(out):
        parts = []
        anchors = {place.anchor for place in chosen}
        for index, sweep in enumerate(sweeps):
            at = out / FIGURES / sweep.experiment.folder.relative_to(folder)
            block = sweep.block(
                index, where[index], anchors, lambda drawing, at=at: report.add(drawing, at)
            )
            parts.append(Html(_short(block, folder)))
        for run, place in zip(runs, chosen, strict=True):
            parts.append(report.add_section(run, place, folder))
        page = _page(f"{len(entries)} runs", counted(entries), [*parts, script()])
        write_whole(report.page, page.encode())
    return report


def _result(run: Run) -> str:
    """Say in one line what a run came to."""
    words = f"{run.title}: {STATUS_WORDS[run.status]}"
    if run.record.stop_reason:
        words += f" ({run.record.stop_reason})"
    if passed := iterations(run):
        words += f" at iteration {passed}"
    last = ((metric, run.last(metric.column)) for metric in METRICS)
    metric, value = next((pair for pair in last if pair[1] is not None), (None, None))
    return words if metric is None else f"{words}, {metric.label} {value:.4g}"


def _read(folder: Path) -> Run | BadRun:
    try:
        return read_run(folder)
    except InputError as error:
        return BadRun(folder, str(error), "damaged")


def _short(message: str, folder: Path) -> str:
    """Return a message with paths from `folder` on: a page that is passed on names no other."""
    return message.replace(f"{folder}{os.sep}", "")


def _page(title: str, standing: str, parts: Sequence[Html]) -> str:
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    style = files("throng_analysis").joinpath("report.css").read_text(encoding="utf-8")
    lines = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>throng: {text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>",
        f'<header class="page"><h1>throng report</h1>\n<p>{text(standing)}</p>',
        f'<p class="muted">Made {made} by throng-analysis {__version__}.</p></header>\n<main>',
        *filter(None, parts),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(lines)


def _missing(experiment: Experiment) -> list[Entry]:
    absent = [run_id for run_id in experiment.plan or {} if run_id not in experiment.places]
    return [Entry(experiment, run_id, "missing") for run_id in absent]


def _counted(runs: Sequence[Run | BadRun], missing: Sequence[Entry]) -> str:
    statuses = Counter(run.status for run in runs) + Counter(missing=len(missing))
    total = statuses.total()
    listed = ", ".join(
        f"{word} {statuses[status]}" for status, word in STATUS_WORDS.items() if statuses[status]
    )
    return f"{total} run{'s' if total > 1 else ''}: {listed}."


def _summary(
    runs: Sequence[Run | BadRun],
    places: Sequence[Place],
    missing: Sequence[Entry],
    chosen: Sequence[Place],
    folder: Path,
) -> Html:
    rows = []
    for run, place in zip(runs, places, strict=True):
        name = text(f"{place.title} in {place.where}" if place.where else place.title)
        link = Html(f'<a href="#{place.anchor}">{name}</a>') if place in chosen else name
        rows.append((link, badge(run.status), *_numbers(run), _reason(run, folder)))
    for run in missing:
        name = f"{run.experiment.name} / {run.name}"
        rows.append((name, badge("missing"), *EMPTY, "planned, and there is no folder of it"))
    metrics = (Html(f"{text(metric.label)}") for metric in SUMMARY_METRICS)
    head = ("run", "status", "iterations", "seconds", *metrics, "stopped because")
    return table("All runs, with the last recorded value of each metric.", head, rows, "summary")


def _numbers(run: Run | BadRun) -> list[Html]:
    if isinstance(run, BadRun) or run.trace is None:
        return EMPTY
    columns = ("seconds", *(metric.column for metric in SUMMARY_METRICS))
    return [number(iterations(run)), *(number(run.last(name)) for name in columns)]


def _reason(run: Run | BadRun, folder: Path) -> str:
    return _short(run.reason, folder) if isinstance(run, BadRun) else run.record.stop_reason
