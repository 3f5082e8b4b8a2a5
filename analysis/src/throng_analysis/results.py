"""Find runs below a folder and read them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from throng_analysis.errors import InputError
from throng_analysis.fields import Fields, read_fields
from throng_analysis.record import ENDED_WELL, Record, read_record, record_of_running
from throng_analysis.trace import read_trace

RECORD, TRACE, FIELDS = "run.json", "metrics.csv", "fields.h5"
# A run is written in <run id>.running. A rerun that failed stays in <run id>.failed beside the good
# result. <run id>.replaced is an earlier result, for the moment in which a new one takes its name.
RUNNING, FAILED, REPLACED = ".running", ".failed", ".replaced"
# A metric in the record may differ from the last row of the trace by this much, relative.
AGREEMENT = 1e-12


@dataclass
class Run:
    """One run: its record, its trace, and its fields if it wrote any."""

    folder: Path
    record: Record
    trace: pl.DataFrame | None
    fields: Fields | None
    warnings: list[str] = field(default_factory=list)  # what is wrong but leaves the run readable

    @property
    def title(self) -> str:
        """The name of the experiment and the run."""
        again = " (failed rerun)" if self.folder.name.endswith(FAILED) else ""
        return f"{self.record.name} / {self.record.run_id}{again}"

    @property
    def status(self) -> str:
        """The status to show: 'running' for a run that has not ended."""
        return self.record.status

    @property
    def evaluated_only(self) -> bool:
        """Whether the run measured a given policy and mean field, without iterations."""
        return self.status == "evaluated"

    def last(self, column: str) -> float | None:
        """Return the last number of a column of the trace, None if it has none."""
        if self.trace is None:
            return None
        numbers = self.trace[column].drop_nulls()
        return numbers[-1] if len(numbers) else None

    def parameter(self, dotted: str) -> object:
        """Return a resolved parameter such as 'solver.eta', None if there is none."""
        value = self.record.parameters
        for key in dotted.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value


@dataclass
class BadRun:
    """A run that could not be read, and why."""

    folder: Path
    reason: str


def find_runs(folder: Path) -> list[Path]:
    """Return the folders of runs at or below `folder`, sorted; raises InputError if none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the folder of a run or one above it")
    found = []
    for place, below, files in os.walk(folder, onerror=_refuse):
        if _is_run(Path(place), files):
            found.append(Path(place))
            below.clear()
    if not found:
        raise InputError(
            f"{folder}: no runs here or below (a run is a folder with {RECORD} and {TRACE}); "
            "give the folder that `throng run --out` wrote to"
        )
    return sorted(found)


def read_run(folder: Path, with_fields: bool = True) -> Run:
    """Read the run in `folder`; raises InputError if its record or its trace is not readable."""
    record = _record(folder)
    run = Run(folder, record, trace=None, fields=None)
    ended_well = record.status in ENDED_WELL
    if ended_well or (folder / TRACE).exists():
        run.trace = read_trace(folder / TRACE, growing=not ended_well)
    if with_fields:
        _add_fields(run, ended_well)
    _compare_metrics(run)
    return run


def read_runs(folder: Path, with_fields: bool = True) -> tuple[list[Run], list[BadRun]]:
    """Read every run at or below `folder`: those that can be read, and those that cannot."""
    runs, bad = [], []
    places = find_runs(folder)
    for place in _renamed(places):
        try:
            runs.append(read_run(place, with_fields))
        except InputError as error:
            bad.append(BadRun(place, str(error)))
    return runs, bad


def _renamed(places: list[Path]) -> Iterator[Path]:
    """Yield the folders; one that was renamed because its run has ended, by its new name."""
    for place in places:
        if place.exists() or not place.name.endswith(RUNNING):
            yield place
        elif (ended := place.with_name(place.name.removesuffix(RUNNING))) not in places:
            yield ended


def _refuse(error: OSError) -> None:
    raise InputError(f"{error.filename}: cannot be read ({error.strerror})")


def _is_run(folder: Path, files: list[str]) -> bool:
    if folder.name.endswith(REPLACED) and folder.with_name(folder.stem).exists():
        return False
    return RECORD in files or TRACE in files or folder.name.endswith((RUNNING, FAILED))


def _record(folder: Path) -> Record:
    path = folder / RECORD
    if not folder.name.endswith(RUNNING):
        return read_record(path)
    if not path.exists():
        return record_of_running(folder)
    record = read_record(path)
    record.status = "running"
    return record


def _add_fields(run: Run, ended_well: bool) -> None:
    path = run.folder / FIELDS
    asked = run.parameter("output.fields")
    if not path.exists() and not (ended_well and asked):
        return
    try:
        run.fields = read_fields(path)
    except InputError as error:
        run.warnings.append(f"{error}; the pictures of the fields are left out")


def _compare_metrics(run: Run) -> None:
    if run.trace is None:
        return
    differing = []
    for name, value in run.record.metrics.items():
        last = run.last(name) if name in run.trace.columns else None
        if value is None or last is None:
            continue
        if abs(value - last) > AGREEMENT * max(abs(value), abs(last)):
            differing.append(f"{name} {value:.8g} against {last:.8g}")
    if differing:
        run.warnings.append(
            f"{run.folder / RECORD}: the metrics are not those of the last row of {TRACE}: "
            + ", ".join(differing)
        )
