"""Say in words how the runs of experiments stand, and what is wrong with them."""

from collections import Counter
from collections.abc import Sequence

from throng_analysis.experiments import Experiment
from throng_analysis.scan import STATUSES, Entry

MOST_NAMED = 5  # runs of one kind that are named
NAMED = ("diverged", "failed", "interrupted", "damaged", "missing")


def summary_of(experiments: Sequence[Experiment], entries: Sequence[Entry]) -> str:
    """Return how many runs of each experiment ended how, and which did not end well."""
    lines = []
    for experiment in experiments:
        runs = [entry for entry in entries if entry.experiment is experiment]
        lines.append(f"{experiment.folder}: {counted(runs)}")
        for status in NAMED:
            lines += _named(status, [entry for entry in runs if entry.status == status])
        lines += [f"  {remark}" for remark in remarks_on(runs)]
    return "\n".join(lines)


def counted(entries: Sequence[Entry]) -> str:
    """Return the number of runs by status: '3 runs: converged 2, missing 1.'."""
    counts = Counter(entry.status for entry in entries)
    listed = ", ".join(
        f"{_words(status)} {counts[status]}" for status in STATUSES if counts[status]
    )
    return f"{several(len(entries), 'run')}: {listed}." if entries else "no runs."


def remarks_on(entries: Sequence[Entry]) -> list[str]:
    """Return what else is to be known of the runs of one experiment."""
    remarks = []
    if count := sum(bool(entry.stale) for entry in entries):
        remarks.append(
            f"{several(count, 'result')} of another version or commit than the latest launch; "
            "`throng run --rerun stale` makes them again"
        )
    if count := sum(entry.planned is False for entry in entries):
        remarks.append(
            f"{several(count, 'run')} not in the latest plan; `compare` and `report` leave such "
            "runs out with `--planned`"
        )
    if any(entry.planned is None for entry in entries):
        remarks.append("no plan here, so runs that have not begun are not known")
    beside = Counter(status for entry in entries for status in entry.others)
    for status, count in beside.items():
        remarks.append(f"{several(count, 'run')} with a further folder that is {_words(status)}")
    return remarks


def problems_of(experiments: Sequence[Experiment], entries: Sequence[Entry]) -> list[str]:
    """Return what is wrong with the files of the experiments, damaged runs included."""
    problems = [problem for experiment in experiments for problem in experiment.problems]
    damaged = [entry for entry in entries if entry.status == "damaged"]
    return problems + [f"{entry.folder}: {entry.reason}" for entry in damaged]


def without_result(entries: Sequence[Entry], where: str) -> list[str]:
    """Return a message if means leave runs out; `where` is what counts those of each setting."""
    lacking = sum(not entry.good for entry in entries)
    if not lacking:
        return []
    if lacking == len(entries):
        return [f"no run of {len(entries)} has a result, so there are no means"]
    return [
        f"{several(lacking, 'run')} of {len(entries)} without a result: "
        f"means are over the others; {where} counts them for each setting"
    ]


def several(count: int, thing: str) -> str:
    """Return a number of things: '1 run', '2 runs'."""
    return f"{count} {thing}{'s' if count != 1 else ''}"


def _named(status: str, entries: Sequence[Entry]) -> list[str]:
    lines = []
    for entry in entries[:MOST_NAMED]:
        reason = f": {entry.reason}" if status not in ("missing", "interrupted") else ""
        lines.append(f"  {status}: {entry.name}{reason}")
    if len(entries) > MOST_NAMED:
        lines.append(f"  {status}: {len(entries) - MOST_NAMED} more, which the table has")
    return lines


def _words(status: str) -> str:
    return status.replace("_", " ")
