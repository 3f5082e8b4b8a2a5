"""Which runs may have a section in a report, and what tells them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from throng_analysis.errors import InputError
from throng_analysis.results import BadRun, Run, beside
from throng_analysis.sweep import Sweep


@dataclass
class Place:
    """The folder of a run that may have a section."""

    folder: Path
    name: str  # the folder of the experiment and the id of the run, from that of the report on
    title: str
    where: str  # the folder of the experiment if the title does not tell it
    anchor: str


def places_of_runs(folder: Path, runs: Sequence[Run | BadRun]) -> list[Place]:
    """Return the folders of runs, in their order."""
    above = {run.folder.parent: run.experiment for run in runs}
    places = []
    for index, run in enumerate(runs):
        parent = run.folder.parent
        where = where_of(folder, parent, run.experiment, list(above.values()))
        name = _below(folder, parent) / run.run_id
        places.append(Place(run.folder, name.as_posix(), run.title, where, f"run-{index}"))
    return places


def places_of_entries(folder: Path, sweeps: Sequence[Sweep], where: Sequence[str]) -> list[Place]:
    """Return the folders of all runs; that which stands for a run before others of the same run."""
    places = []
    for index, sweep in enumerate(sweeps):
        for entry in sweep.entries:
            name = (_below(folder, sweep.experiment.folder) / entry.run_id).as_posix()
            for at in entry.folders():
                title = f"{sweep.experiment.name} / {entry.run_id}{beside(at)}"
                anchor = f"run-{index}-{entry.run_id if at == entry.folder else at.name}"
                places.append(Place(at, name, title, where[index], anchor))
    return places


def _below(folder: Path, place: Path) -> Path:
    return place.relative_to(folder) if place.is_relative_to(folder) else Path(place.name)


def where_of(folder: Path, place: Path, name: str, names: Sequence[str]) -> str:
    """Return the folder `place` of an experiment, as far as its name does not tell it."""
    here = place.resolve().name
    if here == name and names.count(name) == 1:
        return ""
    return here if place == folder else _below(folder, place).as_posix()


def chosen_of(folder: Path, wanted: Sequence[str], places: Sequence[Place]) -> list[Place]:
    """Return the places of the runs that are wanted; raises InputError if one is not there."""
    names: dict[str, list[Place]] = {}
    for place in places:
        names.setdefault(place.name, []).append(place)
    chosen = {}
    for words in wanted:
        whole = [name for name in names if words in (name, Path(name).name)]
        part = [name for name in names if words in (name if "/" in words else Path(name).name)]
        found = whole or part
        if len(found) != 1:
            near = f": {', '.join(found[:3])}{', …' if len(found) > 3 else ''}" if found else ""
            raise InputError(
                f"--run {words}: {len(found) or 'no'} runs with a folder below {folder} have this "
                f"in their id{near}; throng-analysis table lists all ids"
            )
        chosen |= {place.anchor: place for place in names[found[0]]}
    return list(chosen.values())
