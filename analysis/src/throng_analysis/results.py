"""Find runs below a folder and read them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from throng_analysis.checksums import Checksums
from throng_analysis.errors import InputError
from throng_analysis.fields import Fields, read_fields
from throng_analysis.locks import LOCK, is_held
from throng_analysis.output import PAGE
from throng_analysis.record import ENDED_WELL, Record, read_record
from throng_analysis.trace import Trace, frame_of, read_content

RECORD, TRACE, FIELDS = "run.json", "metrics.csv", "fields.h5"
# A run is written in <run id>.running, and stays there if the program was stopped. One that failed
# is in <run id>.failed. <run id>.replaced is an earlier result, for the moment in which a new one
# takes its name.
RUNNING, FAILED, REPLACED = ".running", ".failed", ".replaced"
ENDINGS = (RUNNING, FAILED, REPLACED)
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
    def experiment(self) -> str:
        """The name of the experiment."""
        return self.record.name

    @property
    def run_id(self) -> str:
        """The id of the run, which is that of a rerun of it too."""
        return self.record.run_id

    @property
    def title(self) -> str:
        """The name of the experiment and the run."""
        return f"{self.experiment} / {self.run_id}{beside(self.folder)}"

    @property
    def status(self) -> str:
        """The status to show: 'running' or 'interrupted' for a run that has not ended."""
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
    status: str = "unreadable"

    @property
    def experiment(self) -> str:
        """The name of the folder of the experiment."""
        return self.folder.resolve().parent.name

    @property
    def run_id(self) -> str:
        """The id of the run, by the name of its folder."""
        ending = next((ending for ending in ENDINGS if self.folder.name.endswith(ending)), "")
        return self.folder.name.removesuffix(ending)

    @property
    def title(self) -> str:
        """The names of the folders of the experiment and the run."""
        return f"{self.experiment} / {self.folder.name}"


def find_runs(folder: Path) -> list[Path]:
    """Return the folders of runs at or below `folder`, sorted; raises InputError if none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the folder of a run or one above it")
    found = []
    for place, below, files in os.walk(folder, onerror=refuse_folder):
        below[:] = [name for name in below if not name.startswith(".")]
        if PAGE in files:
            below.clear()
        elif _is_run(Path(place), files):
            found.append(Path(place))
            below.clear()
    if not found:
        raise InputError(
            f"{folder}: no runs here or below (a run is a folder with {RECORD} and {TRACE}); "
            "give the folder that `throng run --out` wrote to"
        )
    return sorted(found)


def read_run(folder: Path, with_fields: bool = True) -> Run:
    """Read the run in `folder`; raises InputError if its record or its trace is not as written."""
    checksums = checksums_of(folder)
    record = read_record_in(folder, checksums)
    run = Run(folder, record, trace=None, fields=None)
    ended_well = record.status in ENDED_WELL
    trace = read_trace_in(folder, checksums, ended_well)
    if trace is not None:
        run.trace = frame_of(trace)
    if with_fields:
        _add_fields(run, checksums, ended_well)
    _compare_metrics(run)
    return run


def checksums_of(folder: Path) -> Checksums | None:
    """Return the checksums of a run's folder, None for one in which a program may be writing."""
    return None if folder.name.endswith(RUNNING) else Checksums(folder)


def read_record_in(folder: Path, checksums: Checksums | None) -> Record:
    """Return the record of a run, made up where it has not ended; raises InputError."""
    path = folder / RECORD
    if not folder.name.endswith(RUNNING):
        return read_record(path, checksums)
    status = "running" if is_held(folder / LOCK) else "interrupted"
    if not path.exists():
        return Record(folder.parent.name, folder.name.removesuffix(RUNNING), status)
    record = read_record(path)
    record.status = status
    return record


def read_trace_in(folder: Path, checksums: Checksums | None, ended_well: bool) -> Trace | None:
    """Return the trace of a run, None if it ended before it had one; raises InputError."""
    path = folder / TRACE
    if not ended_well and not path.exists():
        return None
    content = read_content(path)
    if checksums is not None:
        checksums.check(TRACE, content)
    if not ended_well and b"\n" not in content:
        return None
    return Trace(path, content, growing=not ended_well)


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


def refuse_folder(error: OSError) -> None:
    """Say which folder cannot be read."""
    raise InputError(f"{error.filename}: cannot be read ({error.strerror})")


def beside(folder: Path) -> str:
    """Return in words what tells a folder from the good result that stands beside it."""
    for ending, words in ((FAILED, " (failed rerun)"), (RUNNING, " (rerun)")):
        if folder.name.endswith(ending) and folder.with_name(folder.stem).exists():
            return words
    return ""


def _is_run(folder: Path, files: list[str]) -> bool:
    if folder.name.endswith(REPLACED) and folder.with_name(folder.stem).exists():
        return False
    return RECORD in files or TRACE in files or folder.name.endswith((RUNNING, FAILED))


def _add_fields(run: Run, checksums: Checksums | None, ended_well: bool) -> None:
    path = run.folder / FIELDS
    asked = run.parameter("output.fields")
    if not path.exists() and not (ended_well and asked):
        return
    try:
        if checksums is not None and path.exists():
            checksums.check_file(FIELDS)
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
