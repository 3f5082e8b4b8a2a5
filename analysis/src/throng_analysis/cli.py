"""The command line: throng-analysis report DIR [--out DIR]."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from throng_analysis import __version__
from throng_analysis.errors import InputError
from throng_analysis.report import write_report

DONE, WITH_PROBLEMS, BAD_INPUT = 0, 1, 2

EXIT_CODES = """\
exit codes:
  0  the report shows every run
  1  the report was written, but something in the results is wrong; stderr says what
  2  bad input: nothing was written; stderr says why
"""

REPORT = """\
Read the results of throng and write PNG figures and one page, report.html.

DIR is the folder of a run (OUT/<name>/<run id>) or any folder above it; every run
below it is shown. Runs that have not ended are marked 'running' and shown as far as
they are; failed runs are shown with their reason. The page needs no other file and
no network: it can be sent as it is.
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
    report = commands.add_parser(
        "report",
        help="write figures and a self-contained page for one run or many",
        description=REPORT,
        epilog=f"example:\n  throng-analysis report results --out page\n\n{EXIT_CODES}",
        formatter_class=raw,
    )
    report.add_argument("folder", metavar="DIR", type=Path, help="a run, or a folder above runs")
    report.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="where to write report.html and figures/ (default: DIR/report)",
    )
    report.set_defaults(act=_report)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return options.act(options)
    except InputError as error:
        _complain(str(error))
        return BAD_INPUT


def _report(options: argparse.Namespace) -> int:
    report = write_report(options.folder, options.out or options.folder / "report")
    for problem in report.problems:
        _complain(problem)
    print(f"{report.page} ({len(report.figures)} figures)")
    return WITH_PROBLEMS if report.problems else DONE


def _complain(message: str) -> None:
    for line in message.splitlines():
        print(f"throng-analysis: {line}", file=sys.stderr)
