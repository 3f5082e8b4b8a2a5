"""Write one table of all runs: a row for each, whatever became of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polars as pl

from throng_analysis.experiments import find_experiments
from throng_analysis.metrics import GAPS, METRICS
from throng_analysis.output import write_whole, writing_below
from throng_analysis.scan import OPTIONS, Entry, scan
from throng_analysis.summary import problems_of, summary_of

HEAD = ("experiment", "run_id", "label", "status", "reason", "stale", "planned", "beside")
SECTIONS = ("game.", "solver.", "metrics.", "evaluation.", "output.", OPTIONS, "seed")
MEASURED = (
    *(f"final.{metric.column}" for metric in METRICS),
    *(f"best.{metric.column}{end}" for metric in GAPS for end in ("", ".iteration")),
)
PROVENANCE = (
    "wall_seconds",
    "solve_seconds",
    "ranks",
    "launches",
    "resumed_from",
    "version",
    "commit",
    "start",
    "hosts",
    "states",
    "actions",
    "peak_memory_bytes",
)
LARGE = 1e15  # beyond it floating-point numbers may not be integers though they look like it
# The keys that a short form of a group stands for, by the type of the value.
SHORT_FOR = {str: ("type", "schedule"), int: ("value",), float: ("value",)}


@dataclass
class Table:
    """What was written, what is to be said of it, and what is wrong with the results."""

    files: list[Path] = field(default_factory=list)
    summary: str = ""
    problems: list[str] = field(default_factory=list)


def write_table(folder: Path, out: Path, verify: bool = False) -> Table:
    """Write table.parquet and table.csv of every run at or below `folder` into `out`.

    `verify` reads every file that has a checksum. Raises InputError if there is no experiment, or
    if `out` cannot be written.
    """
    experiments = find_experiments(folder)
    entries = [entry for experiment in experiments for entry in scan(experiment, verify=verify)]
    table = Table(problems=problems_of(experiments, entries))
    frame = frame_of_runs(entries, folder)
    with writing_below(out):
        table.files = write_frame(frame, out, "table")
    written = f"{' and '.join(map(str, table.files))}: {frame.height} rows, {frame.width} columns"
    table.summary = f"{summary_of(experiments, entries)}\n{written}"
    return table


def write_frame(frame: pl.DataFrame, out: Path, stem: str) -> list[Path]:
    """Write a table as Parquet and as CSV, each complete or not at all; returns the two files."""
    paths = []
    for ending, write in ((".parquet", frame.write_parquet), (".csv", frame.write_csv)):
        buffer = BytesIO()
        write(buffer)
        paths.append(out / f"{stem}{ending}")
        write_whole(paths[-1], buffer.getvalue())
    return paths


def frame_of_runs(entries: Sequence[Entry], folder: Path) -> pl.DataFrame:
    """Return one row for each entry; the folders of runs are told from `folder` on."""
    rows = [
        _head(entry) | given | _measured(entry) | _provenance(entry, folder)
        for entry, given in zip(entries, parameters_of(entries), strict=True)
    ]
    return pl.DataFrame([column_of(name, rows) for name in _columns(rows)])


def parameters_of(entries: Iterable[Entry]) -> list[dict]:
    """Return the parameters of each entry as cells of a table.

    Axes of the plan, which a run without a record has, stand by the keys that records have.
    """
    known = {key for entry in entries if entry.resolved for key in entry.parameters}
    return [
        {
            key if entry.resolved else long_key(key, value, known): _cell(value)
            for key, value in entry.parameters.items()
        }
        for entry in entries
    ]


def long_key(key: str, value: object, known: set[str]) -> str:
    """Return the key that `key: value` is short for among those that are known, else `key`."""
    if key not in known:
        for leaf in SHORT_FOR.get(type(value), ()):
            if f"{key}.{leaf}" in known:
                return f"{key}.{leaf}"
    return key


def column_of(name: str, rows: Sequence[dict]) -> pl.Series:
    """Return one column: integers, numbers, truth values, or else text."""
    values = [row.get(name) for row in rows]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return pl.Series(name, [None if value is None else float(value) for value in values])
    if len(kinds) > 1:
        values = [value if value is None else _word(value) for value in values]
    return pl.Series(name, values, dtype=None if kinds else pl.String)


def _columns(rows: Sequence[dict]) -> list[str]:
    """Return the columns in the order of the table: who, what, how well, and how it was made."""
    seen = dict.fromkeys(name for row in rows for name in row)
    keys = [key for section in SECTIONS for key in seen if key.startswith(section)]
    measured = [name for name in MEASURED if name in seen]
    first, last = [*HEAD, *keys], [*measured, "iterations", *PROVENANCE, "folder"]
    others = seen.keys() - {*first, *last}
    return [*first, *sorted(others), *last]


def _head(entry: Entry) -> dict:
    cells = (
        entry.experiment.name,
        entry.run_id,
        entry.label,
        entry.status,
        entry.reason,
        entry.stale,
        entry.planned,
        ", ".join(entry.others),
    )
    return dict(zip(HEAD, cells, strict=True))


def _measured(entry: Entry) -> dict:
    return {"iterations": None} | entry.numbers


def _provenance(entry: Entry, folder: Path) -> dict:
    cells = {name: entry.provenance.get(name) for name in PROVENANCE}
    if cells["solve_seconds"] is None:  # not recorded, or the run has not ended
        cells["solve_seconds"] = entry.numbers.get("solve_seconds")
    if isinstance(cells["hosts"], list):
        cells["hosts"] = " ".join(map(str, cells["hosts"]))
    cells["folder"] = entry.folder.relative_to(folder).as_posix() if entry.folder else None
    return cells


def _cell(value: object) -> object:
    """Return a parameter as it stands in a table: lists and empty groups as text, 1.0 as 1."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGE:
        return int(value)
    return _word(value) if isinstance(value, list | dict) else value


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
