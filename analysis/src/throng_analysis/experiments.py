"""Find the folders of experiments, and read their plans."""

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from throng_analysis.errors import InputError
from throng_analysis.flow import read_flow
from throng_analysis.output import PAGE
from throng_analysis.results import ENDINGS, RECORD, TRACE, refuse_folder

EXPERIMENT, PLAN = "experiment.json", "plan.csv"
PLAN_HEAD = ("run_id", "label", "ranks_per_run", "time_limit")  # the axes follow


@dataclass
class Planned:
    """One run of a plan."""

    run_id: str
    label: str
    axes: dict[str, object]  # dotted key → value; without the axes that the run does not have


@dataclass
class Experiment:
    """The folder of an experiment: what was planned in it, and by which program."""

    folder: Path
    name: str
    version: str | None = None
    commit: str | None = None
    plan: dict[str, Planned] | None = None  # by run id, in the order of the plan; None without one
    axes: list[str] = field(default_factory=list)
    places: dict[str, set[str]] = field(default_factory=dict)  # run id → endings of its folders
    problems: list[str] = field(default_factory=list)

    def is_stale(self, provenance: dict) -> bool | None:
        """Return whether a run is of another program than the last one, None if unknown."""
        if self.commit is None or "commit" not in provenance:
            return None
        return (provenance.get("version"), provenance["commit"]) != (self.version, self.commit)


def find_experiments(folder: Path) -> list[Experiment]:
    """Return the experiments at or below `folder`, sorted; raises InputError if there is none."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder; give the folder of an experiment or one above it"
        )
    found = []
    for place, below, files in os.walk(folder, onerror=refuse_folder):
        here = Path(place)
        if PAGE in files or _is_run(here.name, files):
            below.clear()  # a report, or the folder of a run, given as DIR
        elif EXPERIMENT in files or PLAN in files or _holds_runs(here, below):
            found.append(_read(here, below, files))
            below.clear()
        else:
            below[:] = sorted(name for name in below if not name.startswith("."))
    if not found:
        raise InputError(
            f"{folder}: no experiment here or below (a folder with {PLAN}, or with folders of "
            "runs); give the folder that `throng run --out` wrote to"
        )
    return sorted(found, key=lambda experiment: experiment.folder)


def _is_run(name: str, files: Iterable[str]) -> bool:
    return RECORD in files or TRACE in files or name.endswith(ENDINGS)


def _holds_runs(here: Path, below: Iterable[str]) -> bool:
    """Whether a folder without a plan has runs in it, as a program before plans wrote them."""
    for name in below:
        place = here / name
        if not name.startswith(".") and (
            name.endswith(ENDINGS) or (place / RECORD).exists() or (place / TRACE).exists()
        ):
            return True
    return False


def _read(folder: Path, below: Iterable[str], files: Iterable[str]) -> Experiment:
    experiment = Experiment(folder, folder.resolve().name)
    count = None
    if EXPERIMENT in files:
        count = _read_description(experiment)
    if PLAN in files:
        _read_plan(experiment, count)
    elif EXPERIMENT in files:
        experiment.problems.append(
            f"{folder / PLAN}: missing, so runs that have not begun are not known; "
            "`throng run` writes it again"
        )
    _find_places(experiment, below)
    return experiment


def _read_description(experiment: Experiment) -> int | None:
    """Take what experiment.json says; returns the number of runs of the plan, None if unknown."""
    path = experiment.folder / EXPERIMENT
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        document = error
    if not isinstance(document, dict):
        experiment.problems.append(
            f"{path}: not a whole JSON object ({document}); `throng run` writes it again"
        )
        return None
    for key in ("name", "version", "commit"):
        value = document.get(key)
        if isinstance(value, str):
            setattr(experiment, key, value)
    count = document.get("runs")
    return count if isinstance(count, int) else None


def _read_plan(experiment: Experiment, count: int | None) -> None:
    path = experiment.folder / PLAN
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
        experiment.axes, plan = _plan_of(lines)
        if count is not None and count != len(plan):
            raise InputError(f"{len(plan)} runs where {EXPERIMENT} says {count}")
    except (OSError, ValueError, csv.Error, InputError) as error:
        experiment.axes = []
        experiment.problems.append(
            f"{path}: {error}, so runs that have not begun are not known; "
            "`throng run` writes it again"
        )
        return
    experiment.plan = plan


def _plan_of(lines: list[list[str]]) -> tuple[list[str], dict[str, Planned]]:
    if not lines or tuple(lines[0][: len(PLAN_HEAD)]) != PLAN_HEAD:
        raise InputError(f"the first line does not begin with {','.join(PLAN_HEAD)}")
    axes = lines[0][len(PLAN_HEAD) :]
    plan = {}
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(lines[0]):
            raise InputError(f"run {number - 1} has {len(cells)} values, not {len(lines[0])}")
        run_id, label = cells[:2]
        values = zip(axes, cells[len(PLAN_HEAD) :], strict=True)
        plan[run_id] = Planned(
            run_id, label, {key: read_flow(cell) for key, cell in values if cell}
        )
    return axes, plan


def _find_places(experiment: Experiment, below: Iterable[str]) -> None:
    """Note which folders each run has; folders that are none of a run are passed over."""
    for name in sorted(below):
        ending = next((ending for ending in ENDINGS if name.endswith(ending)), "")
        run_id = name.removesuffix(ending)
        if name.startswith(".") or not (
            ending
            or run_id in (experiment.plan or {})
            or (experiment.folder / name / RECORD).exists()
        ):
            continue
        experiment.places.setdefault(run_id, set()).add(ending)
