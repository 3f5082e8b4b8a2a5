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
from throng_analysis.figures import draw_all
from throng_analysis.metrics import EXPLOITABILITY, QUALITY, REGULARISED_EXPLOITABILITY
from throng_analysis.output import PAGE, write_whole, writing_below
from throng_analysis.page import Html, number, picture, table, text
from throng_analysis.results import BadRun, Run, read_runs
from throng_analysis.section import STATUS_WORDS, badge, iterations, section

FIGURES = "figures"
SUMMARY_METRICS = (EXPLOITABILITY, REGULARISED_EXPLOITABILITY, QUALITY)


@dataclass
class Report:
    """What was written, and what was wrong with the results it was made from."""

    page: Path
    figures: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def write_report(folder: Path, out: Path) -> Report:
    """Write the report of every run at or below `folder` into `out`.

    Raises InputError if there is no run that can be read, or if `out` cannot be written.
    """
    runs, bad = read_runs(folder)
    if not runs:
        raise InputError("\n".join(run.reason for run in bad))
    report = Report(out / PAGE, problems=[run.reason for run in bad])
    bad = [BadRun(run.folder, _short(run.reason, folder)) for run in bad]
    sections = []
    with writing_below(out):
        for index, run in enumerate(runs):
            report.problems.extend(run.warnings)
            run.warnings = [_short(warning, folder) for warning in run.warnings]
            place = out / FIGURES / run.folder.relative_to(folder)
            sections.append(section(run, f"run-{index}", _figures(run, place, report)))
        write_whole(report.page, _page(runs, bad, sections).encode())
    return report


def _short(message: str, folder: Path) -> str:
    """Return a message with paths from `folder` on: a page that is passed on names no other."""
    return message.replace(f"{folder}{os.sep}", "")


def _figures(run: Run, place: Path, report: Report) -> list[tuple[str, Html]]:
    figures = []
    for drawing in draw_all(run):
        png = drawing.png()
        path = place / f"{drawing.slug}.png"
        write_whole(path, png)
        report.figures.append(path)
        figures.append((drawing.slug, picture(png, drawing.alt, drawing.caption)))
    return figures


def _page(runs: Sequence[Run], bad: Sequence[BadRun], sections: Sequence[Html]) -> str:
    count = len(runs) + len(bad)
    title = runs[0].title if count == 1 else f"{count} runs"
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    style = files("throng_analysis").joinpath("report.css").read_text(encoding="utf-8")
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>throng: {text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>",
        '<header class="page"><h1>throng report</h1>',
        f"<p>{_counted(runs, bad)}</p>",
        f'<p class="muted">Made {made} by throng-analysis {__version__}.</p></header>\n<main>',
        _summary(runs, bad) if count > 1 else "",
        *sections,
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _counted(runs: Sequence[Run], bad: Sequence[BadRun]) -> str:
    statuses = Counter(run.status for run in runs) + Counter(unreadable=len(bad))
    total = statuses.total()
    listed = ", ".join(
        f"{word} {statuses[status]}" for status, word in STATUS_WORDS.items() if statuses[status]
    )
    return f"{total} run{'s' if total > 1 else ''}: {listed}."


def _summary(runs: Sequence[Run], bad: Sequence[BadRun]) -> Html:
    rows = [_summary_row(index, run) for index, run in enumerate(runs)]
    empty = [number(None)] * (2 + len(SUMMARY_METRICS))
    for run in bad:
        name = f"{run.folder.parent.name} / {run.folder.name}"
        rows.append((name, badge("unreadable"), *empty, run.reason))
    metrics = (Html(f"{text(metric.label)}") for metric in SUMMARY_METRICS)
    head = ("run", "status", "iterations", "seconds", *metrics, "stopped because")
    return table("All runs, with the last recorded value of each metric.", head, rows, "summary")


def _summary_row(index: int, run: Run) -> tuple:
    numbers = [iterations(run)] + [
        None if run.trace is None else run.last(name)
        for name in ("seconds", *(metric.column for metric in SUMMARY_METRICS))
    ]
    link = Html(f'<a href="#run-{index}">{text(run.title)}</a>')
    return (link, badge(run.status), *map(number, numbers), run.record.stop_reason)
