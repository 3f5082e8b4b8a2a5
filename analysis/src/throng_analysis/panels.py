"""Write the figures that show the runs below a folder side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from throng_analysis.errors import InputError
from throng_analysis.figures.curves import Curve
from throng_analysis.figures.panels import COLOURS, METRICS, STYLES, draw_panels
from throng_analysis.labels import SEED, Group, differing_keys, groups_of
from throng_analysis.metrics import POPULATION_SETTLED
from throng_analysis.output import write_whole, writing_below
from throng_analysis.record import ENDED_WELL, UNFINISHED
from throng_analysis.results import TRACE, Run, read_runs

DRAWN = (*ENDED_WELL, "diverged")
# Parameters that decide what the numbers of a metric mean.
MEANING = ("game.", "metrics.population", "metrics.horizon")


@dataclass
class Panels:
    """What was written, where the curves end, and what the user should know."""

    figures: list[Path] = field(default_factory=list)
    ends: str = ""
    notes: str = ""  # on values that no place was found for on the axes
    problems: list[str] = field(default_factory=list)  # something is wrong or left out
    warnings: list[str] = field(default_factory=list)  # nothing is wrong, but mind this


def write_panels(folder: Path, out: Path) -> Panels:
    """Draw every finished run at or below `folder` into two figures in `out`.

    Raises InputError if there is nothing to draw, if the runs are of different games, or if `out`
    cannot be written.
    """
    runs, bad = read_runs(folder, with_fields=False)
    if not runs:
        raise InputError("\n".join(run.reason for run in bad))
    panels = Panels(problems=[run.reason for run in bad])
    runs = _drawable(folder, runs, panels)
    title = f"Runs on {_one_game(folder, runs)}"
    groups = groups_of(runs, most=len(COLOURS))
    if len(groups) > len(STYLES):
        raise InputError(
            f"{folder}: {len(groups)} runs with different settings, and no more than "
            f"{len(STYLES)} can be told apart; give a folder with fewer, "
            "or draw means over seeds with throng-analysis compare"
        )
    panels.problems.extend(warning for run in runs for warning in run.warnings)
    panels.warnings.extend([*_cautions(runs), *_unsettled(groups)])
    by_iteration, by_seconds = draw_panels(groups, title)
    panels.ends, panels.notes = _ends(groups), by_iteration.caption
    with writing_below(out):
        for drawing in (by_iteration, by_seconds):
            path = out / f"{drawing.slug}.png"
            write_whole(path, drawing.png())
            panels.figures.append(path)
    return panels


def _drawable(folder: Path, runs: Sequence[Run], panels: Panels) -> list[Run]:
    """Return the runs that can be drawn; the others are problems, or an error if none is left."""
    drawable = []
    for run in runs:
        if run.status not in DRAWN:
            panels.problems.append(f"{run.folder}: left out, {_why_not(run)}")
        elif run.trace is None or not any(Curve.of(run, metric, "iteration") for metric in METRICS):
            panels.problems.append(
                f"{run.folder}: left out, no finite value of {_columns()} was recorded; "
                "name them in metrics.which and run it again"
            )
        else:
            drawable.append(run)
    if not drawable:
        raise InputError("\n".join([*panels.problems, f"{folder}: no run that can be drawn"]))
    if all(run.evaluated_only for run in drawable):
        raise InputError(
            f"{folder}: no run has a curve; each evaluated a given policy and has one row; "
            "throng-analysis report shows its values"
        )
    return drawable


def _why_not(run: Run) -> str:
    if run.status in UNFINISHED:
        return "it has not ended"
    return f"it failed: {run.record.stop_reason or 'no reason recorded'}"


def _columns() -> str:
    return ", ".join(metric.column for metric in METRICS)


def _one_game(folder: Path, runs: Sequence[Run]) -> str:
    games = Counter(str(run.parameter("game.type")) for run in runs)
    if len(games) > 1:
        counted = ", ".join(f"{game} ({count})" for game, count in games.items())
        raise InputError(
            f"{folder}: runs of different games, {counted}: their values cannot be compared; "
            "give a folder with runs of one game"
        )
    return next(iter(games))


def _ends(groups: Sequence[Group]) -> str:
    """Return a table of the last recorded value of each metric, one line for each run."""
    columns = ("iteration", "seconds", *(metric.column for metric in METRICS))
    head = ("last values", *(column.replace("_", " ") for column in columns))
    rows = [head]
    for group in groups:
        for run in group.runs:
            values = (run.last(column) for column in columns)
            numbers = ("-" if value is None else f"{value:.4g}" for value in values)
            seed = f": seed {run.parameter(SEED)}" if len(group.runs) > 1 else ""
            rows.append((group.label + seed, *numbers))
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    lines = ([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in rows)
    return "\n".join(map("  ".join, lines))


def _cautions(runs: Sequence[Run]) -> list[str]:
    cautions = []
    if keys := differing_keys(runs, *MEANING):
        cautions.append(
            f"the runs differ in {', '.join(keys)}: "
            "their values are of different games or measured differently"
        )
    places = {_place(run) for run in runs}
    if len(places) > 1:
        cautions.append(
            f"the runs were made on {' and '.join(sorted(places))}: their seconds do not compare"
        )
    return cautions


def _unsettled(groups: Sequence[Group]) -> list[str]:
    cautions = []
    for group in groups:
        settled = [run.trace[POPULATION_SETTLED.column].drop_nulls() for run in group.runs]
        if count := sum(int((column == 0).sum()) for column in settled):
            cautions.append(
                f"{group.label}: the population μ^π had not settled in {count} "
                f"row{'s' if count > 1 else ''} of {TRACE}; exploitability and mu-pi delta there "
                "are at the last of its pushes"
            )
    return cautions


def _place(run: Run) -> str:
    provenance = run.record.provenance
    ranks, hosts = provenance.get("ranks"), provenance.get("hosts") or ["an unknown host"]
    return f"{ranks} rank{'s' if ranks != 1 else ''} of {', '.join(map(str, hosts))}"
