"""Read every run of an experiment into one entry each: the good, the bad and the missing."""

import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from throng_analysis.checksums import AGAIN, CHECKSUMS
from throng_analysis.errors import InputError
from throng_analysis.experiments import Experiment
from throng_analysis.locks import LOCK
from throng_analysis.metrics import BY_COLUMN, GAPS, METRICS
from throng_analysis.record import ENDED_WELL, UNFINISHED, Record, flatten
from throng_analysis.results import (
    ENDINGS,
    RECORD,
    REPLACED,
    checksums_of,
    read_record_in,
    read_trace_in,
)
from throng_analysis.trace import Trace

# In the order in which they are counted.
READERS = 8  # runs that are read at a time, for a network's file system is slow to answer
LATE = 10  # parts of the rows of a metric, the last of which tells where it went
BROKEN = ("diverged", "failed")
STATUSES = (*ENDED_WELL, *BROKEN, *UNFINISHED, "damaged", "missing")
_SEED = re.compile(r"-seed(\d+)-[0-9a-f]+$")
OPTIONS = "petsc_options"  # the parameter that holds them, for they are part of what a run is


@dataclass
class Course:
    """How one metric went in one run: the rows of metrics.csv in which it was recorded."""

    iterations: np.ndarray
    seconds: np.ndarray
    values: np.ndarray

    @property
    def late(self) -> float | None:
        """The mean of the last tenth of the rows, of one row at least."""
        rows = -(-len(self.values) // LATE)
        return float(self.values[-rows:].mean()) if rows else None


@dataclass
class Entry:
    """One run, whatever became of it."""

    experiment: Experiment
    run_id: str
    status: str
    reason: str = ""
    folder: Path | None = None  # None if it is missing
    parameters: dict = field(default_factory=dict)  # flat: 'solver.eta'; of the plan if no record
    resolved: bool = False  # whether the parameters are those of a record
    numbers: dict = field(default_factory=dict)  # 'final.…', 'best.…', 'late.…', iterations, …
    provenance: dict = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)  # what became of further folders of the run

    @property
    def planned(self) -> bool | None:
        """Whether the run is in the latest plan, None if there is no plan."""
        plan = self.experiment.plan
        return None if plan is None else self.run_id in plan

    @property
    def known(self) -> bool:
        """Whether a record or the plan tells the parameters."""
        return self.resolved or bool(self.planned)

    @property
    def label(self) -> str:
        """What the plan calls the run."""
        return self.experiment.plan[self.run_id].label if self.planned else ""

    @property
    def name(self) -> str:
        """How messages call the run."""
        return f"{self.label} ({self.run_id})" if self.label else self.run_id

    @property
    def stale(self) -> bool | None:
        """Whether the result is of another program than the latest one, None if unknown."""
        return self.experiment.is_stale(self.provenance)

    def folders(self) -> list[Path]:
        """Return the folders of the run that are there: the one that stands for it, the others."""
        endings = sorted(self.experiment.places.get(self.run_id, ()))
        if "" in endings:
            endings = [ending for ending in endings if ending != REPLACED]
        folders = [self.experiment.folder / f"{self.run_id}{ending}" for ending in endings]
        first = [self.folder] if self.folder else []
        return [place for place in dict.fromkeys((*first, *folders)) if place.is_dir()]

    @property
    def good(self) -> bool:
        """Whether the run ended well."""
        return self.status in ENDED_WELL


def scan(experiment: Experiment, keep: Sequence[str] = (), verify: bool = False) -> Iterator[Entry]:
    """Yield an entry for each run: first those of the plan in its order, then the others.

    `keep` names metrics whose courses are wanted; `verify` reads every file that has a checksum.
    """
    plan = experiment.plan or {}
    run_ids = (*plan, *(name for name in experiment.places if name not in plan))
    with ThreadPoolExecutor(READERS) as pool:
        yield from pool.map(lambda run_id: _entry(experiment, run_id, keep, verify), run_ids)


def _entry(experiment: Experiment, run_id: str, keep: Sequence[str], verify: bool) -> Entry:
    listed = experiment.places.get(run_id, set())
    entries = _entries(experiment, run_id, listed, keep, verify)
    if listed and not entries:  # renamed since the folder was listed
        there = {end for end in ("", *ENDINGS) if (experiment.folder / f"{run_id}{end}").is_dir()}
        entries = _entries(experiment, run_id, there, keep, verify)
    if not entries:
        entry = Entry(experiment, run_id, "missing", "no folder; `throng run` does it")
    else:
        entry, *others = sorted(entries, key=_rank)
        entry.others = [other.status for other in others]
    if not entry.resolved:
        entry.parameters = _without_record(entry)
    return entry


def _rank(entry: Entry) -> int:
    """Return the place of an entry among those of one run: what stands for the run comes first."""
    if entry.good:
        return 0
    return 1 + (UNFINISHED + BROKEN + ("damaged",)).index(entry.status)


def _without_record(entry: Entry) -> dict[str, object]:
    """Return the parameters that the plan and the name tell of a run."""
    seed = _SEED.search(entry.run_id)
    flat = {"seed": int(seed[1])} if seed else {}
    axes = entry.experiment.plan[entry.run_id].axes if entry.planned else {}
    for key, value in axes.items():
        flat.update(flatten({key: value}))
    return flat


def _entries(
    experiment: Experiment, run_id: str, endings: set[str], keep: Sequence[str], verify: bool
) -> list[Entry]:
    """Read the folders of one run that are there."""
    entries = []
    for ending in sorted(endings):
        folder = experiment.folder / f"{run_id}{ending}"
        if ending == REPLACED and "" in endings:
            continue
        entry = Entry(experiment, run_id, "damaged", folder=folder)
        try:
            _read(entry, keep, verify)
        except InputError as error:
            entry.status = "damaged"
            entry.reason = str(error).replace(f"{folder}{os.sep}", "")
            entry.numbers, entry.courses = {}, {}
        if entry.status not in (*UNFINISHED, "damaged") or folder.is_dir():
            entries.append(entry)
    return entries


def _read(entry: Entry, keep: Sequence[str], verify: bool) -> None:
    folder = entry.folder
    checksums = checksums_of(folder)
    if checksums is not None:
        if entry.planned and not checksums.known and folder.name == entry.run_id:
            raise InputError(f"{folder / CHECKSUMS}: damaged: missing; {AGAIN}")
        checksums.check_sizes()
    record = read_record_in(folder, checksums)
    if record.run_id != entry.run_id:
        raise InputError(f"{folder / RECORD}: damaged: the record of {record.run_id}; {AGAIN}")
    if verify and checksums is not None:
        checksums.check_files()
    entry.status, entry.reason = record.status, record.stop_reason
    if record.parameters:
        entry.parameters, entry.resolved = _parameters(record), True
    entry.provenance = record.provenance
    if record.status in UNFINISHED:
        _read_owner(entry)
    trace = read_trace_in(folder, checksums, record.status in ENDED_WELL)
    entry.numbers = _numbers(record, trace)
    for name in keep if trace else ():
        entry.courses[name] = _course(trace, name)
        entry.numbers[f"late.{name}"] = entry.courses[name].late


def _parameters(record: Record) -> dict:
    """Return the parameters of a record with dotted keys, and PETSc options if there are any."""
    flat = flatten(record.parameters)
    flat.pop("name", None)  # of the experiment
    if options := record.provenance.get("petsc_options"):
        flat[OPTIONS] = " ".join(map(str, options))
    return flat


def _read_owner(entry: Entry) -> None:
    """Say who works on a run, or worked last."""
    try:
        owner = json.loads((entry.folder / LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        owner = {}
    if not isinstance(owner, dict):
        owner = {}
    if "host" in owner:
        entry.provenance = {"hosts": [owner["host"]]} | entry.provenance
    for key in ("ranks", "launches", "start"):
        if key in owner:
            entry.provenance.setdefault(key, owner[key])
    if entry.status == "running":
        entry.reason = "a program works on it"
    else:
        entry.reason = "no program works on it; `throng run` goes on with it"


def _numbers(record: Record, trace: Trace | None) -> dict[str, float | int | None]:
    """Return the final and the best metrics, iterations and seconds."""
    final, best, ends = {}, {}, {}
    for metric in METRICS if trace else ():
        if trace.is_empty(metric.column):
            continue
        recorded = (value for value in reversed(trace.column(metric.column)) if value is not None)
        final[f"final.{metric.column}"] = next(recorded)
        if metric in GAPS:
            best.update(_best(trace, metric.column))
    for name, value in record.metrics.items():
        if value is not None and name in BY_COLUMN:
            final[f"final.{name}"] = value
    if trace:
        iterations = trace.column("iteration")
        if iterations:
            ends = {"iterations": iterations[-1], "solve_seconds": trace.column("seconds")[-1]}
    return final | best | ends


def _best(trace: Trace, name: str) -> dict[str, float | int]:
    """Return the smallest value of a metric, and the first iteration at which it was reached."""
    rows = zip(trace.column(name), trace.column("iteration"), strict=True)
    finite = [(value, p) for value, p in rows if value is not None and math.isfinite(value)]
    if not finite:
        return {}
    value, iteration = min(finite)
    return {f"best.{name}": value, f"best.{name}.iteration": iteration}


def _course(trace: Trace, name: str) -> Course:
    rows = zip(trace.column("iteration"), trace.column("seconds"), trace.column(name), strict=True)
    recorded = np.array([row for row in rows if row[2] is not None], dtype=float).reshape(-1, 3)
    return Course(*recorded.T)
