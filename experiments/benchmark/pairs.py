"""The pairs of game and algorithm in table.csv, and their experiment files."""

import csv
import dataclasses
import pathlib

TABLE = pathlib.Path(__file__).resolve().parent / "table.csv"

# What differs from the defaults of a game.
GAME_SETTINGS = {
    "four_rooms": {
        "noise": {"additive": "[0.2, 0.2, 0.2, 0.2, 0.2]"},
        "stay_reward": "0",
        "move_reward": "0",
    },
}


@dataclasses.dataclass(frozen=True, eq=False)
class Pair:
    """One row of the table; `solver` is nested as the section of an experiment file is."""

    game: str
    algorithm: str
    solver: dict
    published: str
    metric: str
    comparable: str
    difference: str

    @property
    def name(self):
        """The name of the experiment."""
        return f"{self.game}-{self.algorithm}"


def number(text):
    """Format a number with three digits."""
    return f"{float(text):.3g}"


def nested(row, prefix):
    """Return the cells of the columns `prefix.a.b` that are not empty, as {a: {b: cell}}."""
    result = {}
    for column, cell in row.items():
        if cell and column.startswith(prefix + "."):
            *groups, key = column.split(".")[1:]
            at = result
            for group in groups:
                at = at.setdefault(group, {})
            at[key] = cell
    return result


def read_table():
    """Return all pairs, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Pair(
                game=row["game"],
                algorithm=row["algorithm"],
                solver=nested(row, "solver"),
                published=f"{number(row['published_mean'])} ± {number(row['published_sd'])}",
                metric=row["metric"],
                comparable=row["comparable"],
                difference=row["difference"],
            )
            for row in csv.DictReader(file)
        ]


def chosen(patterns):
    """Return the pairs that one of `patterns` names; an empty game or algorithm stands for all."""
    pairs = read_table()
    if not patterns:
        return pairs
    wanted = set()
    for pattern in patterns:
        game, _, algorithm = pattern.partition("/")
        names = {p.name for p in pairs if game in ("", p.game) and algorithm in ("", p.algorithm)}
        if not names:
            games = ", ".join(dict.fromkeys(p.game for p in pairs))
            algorithms = ", ".join(dict.fromkeys(p.algorithm for p in pairs))
            raise SystemExit(f"no pair '{pattern}'\ngames: {games}\nalgorithms: {algorithms}")
        wanted |= names
    return [p for p in pairs if p.name in wanted]


def yaml_lines(mapping, indent=0):
    """Yield the lines of a nested mapping of texts."""
    for key, value in mapping.items():
        if isinstance(value, dict):
            yield f"{' ' * indent}{key}:"
            yield from yaml_lines(value, indent + 2)
        else:
            yield f"{' ' * indent}{key}: {value}"


def experiment(pair):
    """Return the text of a pair's experiment file."""
    which = dict.fromkeys(["exploitability", pair.metric])
    document = {
        "name": pair.name,
        "game": {"type": pair.game} | GAME_SETTINGS.get(pair.game, {}),
        "solver": pair.solver
        | {
            "outer_iterations": "150",
            "initial_policy": {"type": "random", "temperature": "0.2"},
        },
        "metrics": {
            "which": f"[{', '.join(which)}]",
            "population": {"type": "pushes", "pushes": "50"},
            "horizon": "100",
        },
    }
    head = [
        f"# {pair.algorithm} on {pair.game}, at the best settings that BenchMFG published for this",
        f"# pair, in its metric. Published: {pair.published} at the end, over 4 seeds.",
        "# Written by experiments/benchmark/benchmark.py from table.csv.",
    ]
    return "\n".join([*head, *yaml_lines(document), ""])
