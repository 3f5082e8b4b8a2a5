"""One label for each run of a comparison, made from what differs between the runs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from throng_analysis.record import flatten
from throng_analysis.results import Run

SOLVERS = {"mf_trpo": "MF-TRPO", "mf_pso": "MF-PSO"}  # others: their key without underscores
SYMBOLS = {
    "game.crowd_aversion": "κ",
    "game.density_floor": "ε₀",
    "game.discount": "γ",
    "solver.eta": "η",
    "solver.beta.value": "β",
    "solver.beta.schedule": "β",
    "solver.inner_iterations": "K",
    "solver.population_steps": "M",
    "solver.lambda.value": "λ",
    "solver.lambda.schedule": "λ",
    "solver.learning_rate": "α",
    "solver.temperature": "τ",
}
SEED = "seed"
SOLVER = "solver.type"
MOST_POOLED = 2  # parameters that a label names as averaged
POPULATION = "metrics.population."
IN_WORDS = (".type", ".schedule")  # keys whose values are words; others may be paths or options
# What changes neither the curve of a run nor its meaning, but where it ends and how exact it is.
# It stands in a label only if runs cannot be told apart without it.
ASIDE = (
    "name",
    "evaluation.",
    "output.",
    "metrics.which",
    "metrics.every",
    "solver.outer_iterations",
    "solver.stop",
)


@dataclass
class Group:
    """Runs that share a label and a style: one run, or the seeds of one setting."""

    label: str
    runs: list[Run]


def groups_of(runs: Sequence[Run], most: int) -> list[Group]:
    """Return the runs with their labels, in the order of what stands in them.

    If there are more than `most` runs, the seeds of otherwise equal ones are one group. The label
    is the solver in plain words, and the parameters in which runs differ: those of the game, of
    the metrics and the seed among all runs, those of a solver among the runs that have it.
    """
    settings = [flatten(run.record.parameters) for run in runs]
    keys = [key for key in differing(settings) if not key.startswith(ASIDE)]
    if len(set(_labels(settings, keys))) < len(runs):
        keys = differing(settings)
    order = sorted(range(len(runs)), key=lambda index: _rank(settings[index], keys))
    runs, settings = [runs[index] for index in order], [settings[index] for index in order]
    if len(runs) > most and SEED in keys:
        return _with_seeds_together(runs, settings, [key for key in keys if key != SEED])
    labels = _labels(settings, keys)
    if len(set(labels)) < len(runs):
        above = os.path.commonpath([run.folder.parent for run in runs])
        labels = [
            f"{label}, {run.folder.relative_to(above)}"
            for label, run in zip(labels, runs, strict=True)
        ]
    return [
        Group(_with_status(label, [run]), [run]) for label, run in zip(labels, runs, strict=True)
    ]


def _with_seeds_together(runs: Sequence[Run], settings: list[dict], keys: list[str]) -> list[Group]:
    groups: dict[str, list[Run]] = {}
    for run, label in zip(runs, _labels(settings, keys), strict=True):
        groups.setdefault(label, []).append(run)
    return [
        Group(_with_status(f"{label}, {_seeds(members)}", members), members)
        for label, members in groups.items()
    ]


def _seeds(runs: list[Run]) -> str:
    seeds = sorted({run.parameter(SEED) for run in runs})
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds"


def _with_status(label: str, runs: list[Run]) -> str:
    diverged = sum(run.status == "diverged" for run in runs)
    if not diverged:
        return label
    return f"{label} ({f'{diverged} ' if len(runs) > 1 else ''}diverged)"


def differing(settings: list[dict]) -> list[str]:
    """Return the keys in which runs differ, in the order of the records, without the solver."""
    keys = list(dict.fromkeys(key for setting in settings for key in setting))
    return [key for key in keys if key != SOLVER and _differs(key, settings)]


def differing_keys(runs: Sequence[Run], *prefixes: str) -> list[str]:
    """Return the parameters that begin with one of `prefixes` and differ between runs."""
    keys = differing([flatten(run.record.parameters) for run in runs])
    return [key for key in keys if key.startswith(prefixes)]


def _differs(key: str, settings: list[dict]) -> bool:
    if not key.startswith("solver."):
        return len({repr(setting.get(key)) for setting in settings}) > 1
    if len({repr(setting[key]) for setting in settings if key in setting}) > 1:
        return True
    # One solver, where the key is there in some runs and absent in others.
    having = {setting.get(SOLVER) for setting in settings if key in setting}
    lacking = {setting.get(SOLVER) for setting in settings if key not in setting}
    return bool(having & lacking)


def _rank(setting: dict, keys: list[str]) -> list[tuple]:
    """Return what a run is sorted by: its solver, then numbers by size and texts by letter."""
    values = [setting.get(SOLVER), *(setting.get(key) for key in keys)]
    return [
        (0, value, "") if isinstance(value, int | float) else (1, 0, str(value)) for value in values
    ]


def _labels(settings: list[dict], keys: list[str]) -> list[str]:
    labels = []
    for setting in settings:
        solver = solver_words(str(setting.get(SOLVER, "solver not named")))
        parts = [_part(key, setting, keys) for key in keys if setting.get(key) is not None]
        labels.append(", ".join([solver, *filter(None, parts)]))
    return labels


def solver_words(solver: str) -> str:
    """Return the name of a solver in plain words."""
    words = SOLVERS.get(solver, solver.replace("_", " "))
    return words[:1].upper() + words[1:]


def setting_label(setting: dict, keys: Sequence[str]) -> str:
    """Return the parameters `keys` of a setting in words; those that it does not have are left out.

    The solver comes first, and is named only if it is among the keys.
    """
    parts = [_part(key, setting, list(keys)) for key in keys if setting.get(key) is not None]
    lacked = f"no {' or '.join(dict.fromkeys(map(key_words, keys)))}" if keys else ""
    return ", ".join(filter(None, parts)) or lacked or "all runs"


def pooled_words(keys: Sequence[str]) -> str:
    """Return in words that runs with different values of `keys` are taken together."""
    words = dict.fromkeys("solvers" if key == SOLVER else key_words(key) for key in keys)
    return f"all {' and '.join(words)}" if len(words) <= MOST_POOLED else "all other parameters"


def key_words(key: str) -> str:
    """Return how a parameter is called on an axis: its symbol, or its key in words."""
    return SYMBOLS.get(key) or _words(key)


def _part(key: str, setting: dict, keys: list[str]) -> str:
    """Return what stands in a label for a key; nothing where another key says it."""
    if key.startswith(POPULATION):
        return _population_part(key, setting, keys)
    if key == "metrics.horizon":
        return f"horizon {setting[key]}"
    if key == SOLVER:
        return solver_words(setting[key])
    if key == "game.type":
        return setting[key].replace("_", " ")
    return _named(key, setting[key])


def _population_part(key: str, setting: dict, keys: list[str]) -> str:
    after_pushes = setting.get(f"{POPULATION}type") == "pushes"
    counted = f"{POPULATION}type" if f"{POPULATION}type" in keys else f"{POPULATION}pushes"
    if after_pushes and key == counted:
        count = setting.get(f"{POPULATION}pushes")
        return f"after {count} push{'es' if count != 1 else ''}"
    # The number of pushes is a preset that says nothing of an induced population.
    return "" if key == f"{POPULATION}pushes" else _named(key, setting[key])


def _named(key: str, value: object) -> str:
    name = key_words(key)
    if isinstance(value, str):
        return f"{name} {value.replace('_', ' ') if key.endswith(IN_WORDS) else value}"
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, float):
        value = number_words(value)
    elif isinstance(value, list):
        value = f"[{', '.join(map(str, value))}]"
    return f"{name} = {value}"


def some_of(labels: Sequence[str], most: int = 3) -> str:
    """Return the first labels, and how many more there are."""
    more = len(labels) - most
    return "; ".join(labels[:most]) + (f"; and {more} more" if more > 0 else "")


def number_words(value: float) -> str:
    """Return a number as short as can be; one that is nearly 1, such as a discount, is not 1."""
    words = f"{value:.10g}"
    return repr(value) if words == "1" and value != 1 else words


def _words(key: str) -> str:
    """Return a key in words: its last part, with the part before where that alone says little."""
    parts = key.split(".")
    if len(parts) > 2 and parts[-1] in ("type", "value"):
        parts = parts[:-1]
    kept = parts[-2:] if len(parts) > 2 else parts[-1:]
    return " ".join(kept).replace("_", " ")
