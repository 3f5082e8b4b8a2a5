"""Write the report: PNG figures and one page that holds everything."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from throng_analysis import __version__
from throng_analysis.errors import InputError
from throng_analysis.experiments import Experiment, find_experiments
from throng_analysis.figures import draw_all
from throng_analysis.figures.style import Drawing
from throng_analysis.live import script
from throng_analysis.metrics import EXPLOITABILITY, QUALITY, REGULARISED_EXPLOITABILITY
from throng_analysis.output import PAGE, write_whole, writing_below
from throng_analysis.page import Html, number, picture, table, text
from throng_analysis.results import BadRun, Run, read_run, read_runs
from throng_analysis.scan import Entry
from throng_analysis.section import STATUS_WORDS, badge, iterations, section
from throng_analysis.summary import counted, problems_of, without_result
from throng_analysis.sweep import Sweep

FIGURES = "figures"
SUMMARY_METRICS = (EXPLOITABILITY, REGULARISED_EXPLOITABILITY, QUALITY)
# With more runs than this the page has a table of all in place of a section for each.
MOST_SECTIONS = 12


@dataclass
class Report:
    """What was written, and what was wrong with the results it was made from."""

    page: Path
    figures: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, drawing: Drawing, place: Path) -> Html:
        """Write a figure into the folder `place`; returns it for the page."""
        png = drawing.png()
        path = place / f"{drawing.slug}.png"
        write_whole(path, png)
        self.figures.append(path)
        return picture(png, drawing.alt, drawing.caption)


def write_report(folder: Path, out: Path, wanted: Sequence[str] = ()) -> Report:
    """Write the report of every run at or below `folder` into `out`.

    `wanted` names runs by their id or a part of it that no other has: they have a section among
    many runs, and the only ones among few. Raises InputError if there is no run that can be read,
    if a run that is wanted is not there, or if `out` cannot be written.
    """
    try:
        experiments = find_experiments(folder)
    except InputError:
        experiments = []  # `folder` is that of a run, or there is nothing at all
    if sum(_count(experiment) for experiment in experiments) > MOST_SECTIONS:
        return _write_sweeps(folder, out, experiments, wanted)
    return _write_runs(folder, out, experiments, wanted)


def _count(experiment: Experiment) -> int:
    return len(experiment.places.keys() | (experiment.plan or {}).keys())


def _write_runs(
    folder: Path, out: Path, experiments: Sequence[Experiment], wanted: Sequence[str]
) -> Report:
    """Write a page with a section for each run."""
    runs, bad = read_runs(folder)
    if not runs:
        raise InputError("\n".join(run.reason for run in bad))
    ids = _chosen(folder, wanted, [run.record.run_id for run in runs])
    report = Report(out / PAGE, problems=[run.reason for run in bad])
    bad = [BadRun(run.folder, _short(run.reason, folder)) for run in bad]
    sections = {}
    with writing_below(out):
        for index, run in enumerate(runs):
            report.problems.extend(run.warnings)
            run.warnings = [_short(warning, folder) for warning in run.warnings]
            if not wanted or run.record.run_id in ids:
                sections[index] = _section(run, f"run-{index}", folder, out, report)
        missing = [run for experiment in experiments for run in _missing(experiment)]
        count = len(runs) + len(bad) + len(missing)
        title = runs[0].title if count == 1 else f"{count} runs"
        summary = _summary(runs, bad, missing, sections) if count > 1 else ""
        page = _page(title, _counted(runs, bad, missing), [summary, *sections.values()])
        write_whole(report.page, page.encode())
    return report


def _write_sweeps(
    folder: Path, out: Path, experiments: Sequence[Experiment], wanted: Sequence[str]
) -> Report:
    """Write a page with a table of all runs, and means over seeds."""
    sweeps = [Sweep.of(experiment) for experiment in experiments]
    entries = [entry for sweep in sweeps for entry in sweep.entries]
    report = Report(out / PAGE, problems=problems_of(experiments, entries))
    report.problems += without_result(entries, PAGE)
    with_folder = {entry.run_id: entry for entry in entries if entry.folder}
    chosen = [with_folder[run_id] for run_id in _chosen(folder, wanted, list(with_folder))]
    runs = [read_run(entry.folder) for entry in chosen]
    with writing_below(out):
        parts = []
        for index, sweep in enumerate(sweeps):
            place = out / FIGURES / sweep.experiment.folder.relative_to(folder)
            block = sweep.block(index, lambda drawing, place=place: report.add(drawing, place))
            parts.append(Html(_short(block, folder)))
        for run in runs:
            report.problems.extend(run.warnings)
            run.warnings = [_short(warning, folder) for warning in run.warnings]
            parts.append(_section(run, f"run-{run.record.run_id}", folder, out, report))
        page = _page(f"{len(entries)} runs", counted(entries), [*parts, script()])
        write_whole(report.page, page.encode())
    return report


def _chosen(folder: Path, wanted: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Return the ids of the runs that are wanted; raises InputError for one that is not there."""
    chosen = []
    for words in wanted:
        found = [words] if words in ids else [run_id for run_id in ids if words in run_id]
        if len(found) != 1:
            near = f": {', '.join(found[:3])}, …" if found else ""
            raise InputError(
                f"--run {words}: {len(found) or 'no'} runs with a folder below {folder} have this "
                f"in their id{near}; throng-analysis table lists all ids"
            )
        chosen += found
    return list(dict.fromkeys(chosen))


def _short(message: str, folder: Path) -> str:
    """Return a message with paths from `folder` on: a page that is passed on names no other."""
    return message.replace(f"{folder}{os.sep}", "")


def _section(run: Run, anchor: str, folder: Path, out: Path, report: Report) -> Html:
    place = out / FIGURES / run.folder.relative_to(folder)
    return section(run, anchor, [(one.slug, report.add(one, place)) for one in draw_all(run)])


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


def _counted(runs: Sequence[Run], bad: Sequence[BadRun], missing: Sequence[Entry]) -> str:
    statuses = Counter(run.status for run in runs)
    statuses += Counter(unreadable=len(bad), missing=len(missing))
    total = statuses.total()
    listed = ", ".join(
        f"{word} {statuses[status]}" for status, word in STATUS_WORDS.items() if statuses[status]
    )
    return f"{total} run{'s' if total > 1 else ''}: {listed}."


def _summary(
    runs: Sequence[Run], bad: Sequence[BadRun], missing: Sequence[Entry], linked: dict
) -> Html:
    rows = [_summary_row(index, run, index in linked) for index, run in enumerate(runs)]
    empty = [number(None)] * (2 + len(SUMMARY_METRICS))
    for run in bad:
        name = f"{run.folder.parent.name} / {run.folder.name}"
        rows.append((name, badge("unreadable"), *empty, run.reason))
    for run in missing:
        name = f"{run.experiment.name} / {run.name}"
        rows.append((name, badge("missing"), *empty, "planned, and there is no folder of it"))
    metrics = (Html(f"{text(metric.label)}") for metric in SUMMARY_METRICS)
    head = ("run", "status", "iterations", "seconds", *metrics, "stopped because")
    return table("All runs, with the last recorded value of each metric.", head, rows, "summary")


def _summary_row(index: int, run: Run, has_section: bool) -> tuple:
    numbers = [iterations(run)] + [
        None if run.trace is None else run.last(name)
        for name in ("seconds", *(metric.column for metric in SUMMARY_METRICS))
    ]
    name = text(run.title)
    link = Html(f'<a href="#run-{index}">{name}</a>') if has_section else name
    return (link, badge(run.status), *map(number, numbers), run.record.stop_reason)
