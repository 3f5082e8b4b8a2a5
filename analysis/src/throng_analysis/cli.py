"""The command line: throng-analysis COMMAND DIR [options]."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from throng_analysis import __version__
from throng_analysis.compare import Question, write_compare
from throng_analysis.errors import InputError
from throng_analysis.panels import write_panels
from throng_analysis.report import NOTHING_ASKED, write_report
from throng_analysis.statistics import ARITHMETIC, MEANS
from throng_analysis.table import write_table

DONE, WITH_PROBLEMS, BAD_INPUT = 0, 1, 2

EXIT_CODES = """\
exit codes:
  0  every run is shown
  1  it was written, but a run is left out or something in the results is wrong; stderr
     says what
  2  bad input: nothing was written; stderr says why
"""

REPORT = """\
Read the results of throng and write PNG figures and one page, report.html.

DIR is the folder of a run (OUT/<name>/<run id>) or any folder above it; every run
below it is shown. An experiment of several runs has means over seeds, curves with bands,
heat maps, and tables that can be sorted and filtered; what is compared is asked with the
options of compare. Up to 12 runs have a section each: runs that have not ended are shown
as far as they are, failed runs with their reason. The page needs no other file and no
network: it can be sent as it is.
"""

PANELS = """\
Draw the runs below DIR side by side: one curve for each finished run in four panels,
exploitability, quality, mean-field delta and mu-pi delta, with one legend. Writes
panels_iteration.png and panels_seconds.png.

The label of a run is its solver and the parameters in which the runs differ. With more
than 7 runs, the seeds of otherwise equal runs share a colour. The runs must be of one
game, and metrics.which of their experiments must name exploitability, quality,
mean_field_delta or mu_pi_delta.
"""

TABLE = """\
Write one table of every run at or below DIR, a row for each: table.parquet and
table.csv, with the same columns. A row has the status of the run, its resolved
parameters, its final and best metrics, and how it was made. Runs that are planned and
missing, failed, interrupted, stale or damaged are rows too.

DIR is the folder of an experiment (OUT/<name>) or any folder above it. run.json and
metrics.csv are checked against the checksums that throng wrote.
"""

COMPARE = """\
Compare the settings of a sweep. The runs below DIR are put into groups of equal
parameters, and over the seeds of each group there are means with 95 % confidence
intervals (Student's t). Writes compare.csv, compare.parquet, curves with bands against
iterations and seconds, heat maps over two numeric parameters, and captions.md, which says
what is to be known of each figure.

Means are over the runs that ended well; the others are counted. In the curves a run
that stopped earlier than others of its group keeps its last value.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="throng-analysis",
        description="Read the results of throng runs, draw them, and write reports.",
        epilog=f"example:\n  throng-analysis report results/four-rooms\n\n{EXIT_CODES}",
        formatter_class=raw,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_report(commands)
    panels = commands.add_parser(
        "panels",
        help="draw runs of one game side by side, in four panels of metrics",
        description=PANELS,
        epilog=f"example:\n  throng-analysis panels results/comparison\n\n{EXIT_CODES}",
        formatter_class=raw,
    )
    _add_folders(panels, "where to write the two figures (default: DIR/panels)")
    panels.set_defaults(act=_panels)
    table = commands.add_parser(
        "table",
        help="write one table of all runs, as Parquet and CSV",
        description=TABLE,
        epilog=f"example:\n  throng-analysis table results/grid\n\n{EXIT_CODES}",
        formatter_class=raw,
    )
    _add_folders(table, "where to write the two files (default: DIR/table)")
    table.add_argument(
        "--verify", action="store_true", help="check every file that has a checksum, fields.h5 too"
    )
    table.set_defaults(act=_table)
    compare = commands.add_parser(
        "compare",
        help="means over seeds with confidence intervals, curves with bands, heat maps",
        description=COMPARE,
        epilog="example:\n  throng-analysis compare results/grid --by solver.eta "
        f"--by solver.beta\n\n{EXIT_CODES}",
        formatter_class=raw,
    )
    _add_folders(compare, "where to write tables and figures (default: DIR/compare)")
    _add_question(compare, Question.metric, Question.metric)
    compare.set_defaults(act=_compare)
    return top


def _add_report(commands: argparse._SubParsersAction) -> None:
    report = commands.add_parser(
        "report",
        help="write figures and a self-contained page for one run or many",
        description=REPORT,
        epilog="examples:\n  throng-analysis report results --out page\n"
        f"  throng-analysis report results/grid --by solver.eta --mean geometric\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_folders(report, "where to write report.html and figures/ (default: DIR/report)")
    report.add_argument(
        "--run",
        metavar="ID",
        action="append",
        default=[],
        help="a run that has a section, by its id or a part of it, and may be repeated "
        "(default: all of 12 runs at most, none of more)",
    )
    _add_question(report, NOTHING_ASKED.metric, "the first measured")
    report.set_defaults(act=_report)


def _add_question(command: argparse.ArgumentParser, metric: str, words: str) -> None:
    """Add the options about means; `metric` is the default, and `words` say so."""
    command.add_argument(
        "--by",
        metavar="KEY",
        action="append",
        default=[],
        help="a parameter that makes a group, and may be repeated (default: all that differ)",
    )
    command.add_argument(
        "--over",
        metavar="KEY",
        action="append",
        default=[],
        help="a parameter that means are over, and may be repeated (default: seed)",
    )
    command.add_argument(
        "--metric",
        metavar="NAME",
        default=metric,
        help=f"a column of metrics.csv (default: {words})",
    )
    command.add_argument(
        "--mean",
        choices=MEANS,
        default=ARITHMETIC,
        help="geometric: of the logarithms, for values above zero (default: %(default)s)",
    )
    command.add_argument(
        "--axes",
        metavar=("X", "Y"),
        nargs=2,
        default=[],
        help="the numeric parameters of the heat maps (default: the first two, the solver's first)",
    )
    command.add_argument(
        "--planned", action="store_true", help="leave out runs that are not in the latest plan"
    )


def _add_folders(command: argparse.ArgumentParser, out: str) -> None:
    command.add_argument("folder", metavar="DIR", type=Path, help="a run, or a folder above runs")
    command.add_argument("--out", metavar="DIR", type=Path, help=out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return options.act(options)
    except InputError as error:
        _complain(str(error))
        return BAD_INPUT


def _report(options: argparse.Namespace) -> int:
    report = write_report(
        options.folder, options.out or options.folder / "report", options.run, _question(options)
    )
    for problem in report.problems:
        _complain(problem)
    _tell(f"{report.page} ({len(report.figures)} figures)", *report.results)
    return WITH_PROBLEMS if report.problems else DONE


def _panels(options: argparse.Namespace) -> int:
    panels = write_panels(options.folder, options.out or options.folder / "panels")
    for message in (*panels.problems, *panels.warnings):
        _complain(message)
    notes = [panels.notes] if panels.notes else []
    _tell(*panels.figures, panels.ends, *notes)
    return WITH_PROBLEMS if panels.problems else DONE


def _table(options: argparse.Namespace) -> int:
    table = write_table(options.folder, options.out or options.folder / "table", options.verify)
    for problem in table.problems:
        _complain(problem)
    _tell(table.summary)
    return WITH_PROBLEMS if table.problems else DONE


def _compare(options: argparse.Namespace) -> int:
    comparison = write_compare(
        options.folder, options.out or options.folder / "compare", _question(options)
    )
    for message in (*comparison.problems, *comparison.warnings):
        _complain(message)
    _tell(comparison.summary)
    return WITH_PROBLEMS if comparison.problems else DONE


def _question(options: argparse.Namespace) -> Question:
    return Question(
        by=tuple(options.by),
        over=tuple(options.over),
        metric=options.metric,
        mean=options.mean,
        axes=tuple(options.axes),
        only_planned=options.planned,
    )


def _tell(*lines: object) -> None:
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:  # the files are written; Python would complain again as it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    for line in message.splitlines():
        print(f"throng-analysis: {line}", file=sys.stderr)
