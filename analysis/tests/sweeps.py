"""Folders of whole experiments made up for the tests, in the format that throng writes."""

import csv
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from pathlib import Path

import numpy as np
from synthetic import record

from throng_analysis.metrics import COLUMNS

VERSION, COMMIT = "0.2.0", "89abcde"
LOCKER = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print("held", flush=True)
    sys.stdin.read()
"""


@dataclass
class Made:
    """One run to be written."""

    axes: dict  # dotted key → value, seed included
    status: str = "converged"
    values: Sequence[float] = (3.0, 1.0, 0.5)  # exploitability, row by row
    reason: str = ""
    folder: Path | None = None
    run_id: str = ""
    provenance: dict = field(default_factory=dict)
    planned: bool = True


def grid(**axes: Sequence) -> list[dict]:
    """Return the cartesian product of axes; '__' in a name stands for a dot."""
    keys = [key.replace("__", ".") for key in axes]
    return [dict(zip(keys, values, strict=True)) for values in product(*axes.values())]


def decay(start: float, rate: float, rows: int, noise: float = 0.0, seed: int = 0) -> list[float]:
    """Return values that fall from `start` by `rate` in each row, with log-normal noise."""
    shake = np.random.default_rng(seed).normal(size=rows) * noise
    return list(start * rate ** np.arange(rows) * np.exp(shake))


def write_experiment(
    out: Path, runs: Sequence[Made], name: str = "grid", every: int = 1, base: dict | None = None
) -> Path:
    """Write the folder of an experiment with `runs`, and its plan; returns it."""
    folder = out / name
    folder.mkdir(parents=True)
    for run in runs:
        _write_run(folder, name, run, every, base or {"game.type": "four_rooms", "game.size": 11})
    planned = [run for run in runs if run.planned]
    axes = list(dict.fromkeys(key for run in planned for key in run.axes))
    description = {
        "name": name,
        "file": "grid.yaml",
        "settings": [],
        "version": VERSION,
        "commit": COMMIT,
        "runs": len(planned),
        "axes": axes,
    }
    (folder / "experiment.json").write_text(json.dumps(description))
    (folder / "experiment.yaml").write_text(f"name: {name}\n")
    (folder / ".launches" / "1").mkdir(parents=True)
    with (folder / "plan.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["run_id", "label", "ranks_per_run", "time_limit", *axes])
        for run in planned:
            cells = [_flow(run.axes[key]) if key in run.axes else "" for key in axes]
            writer.writerow([run.run_id, label(run.axes), 1, "", *cells])
    return folder


def label(axes: dict) -> str:
    """Return what a plan calls a run."""
    return " ".join(f"{key.split('.')[-1]}={_flow(value)}" for key, value in axes.items())


def write_checksums(folder: Path) -> None:
    """Write the checksums of the files in a folder."""
    lines = []
    for path in sorted(folder.iterdir()):
        if path.name != "checksums":
            content = path.read_bytes()
            lines.append(f"{zlib.crc32(content):08x} {len(content)} {path.name}\n")
    (folder / "checksums").write_text("".join(lines))


def flip(path, at=-5):
    """Change one bit of a file, which keeps its size."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file, in another process."""
    command = [sys.executable, "-c", LOCKER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()
        holder.wait(timeout=20)


def trace_of(values: Sequence[float], every: int = 1) -> str:
    """Return a metrics.csv whose exploitability is recorded each `every` rows and in the last."""
    lines = [",".join(COLUMNS)]
    for p, value in enumerate(values):
        cells = dict.fromkeys(COLUMNS, "")
        cells.update(iteration=str(p), seconds=f"{0.01 * p:.17g}", linear_iterations=str(3 * p))
        if p % every == 0 or p == len(values) - 1:
            cells.update(exploitability=f"{value:.17g}", mu_pi_delta=f"{value / 7:.17g}")
        lines.append(",".join(cells.values()))
    return "\n".join(lines) + "\n"


def each(axes: Sequence[dict], values: Callable[[dict], Sequence[float]]) -> list[Made]:
    """Return a run for each setting, with the exploitability that `values` gives."""
    return [Made(setting, values=values(setting)) for setting in axes]


def _write_run(folder: Path, name: str, run: Made, every: int, base: dict) -> None:
    flat = {"name": name} | base | run.axes
    flat.setdefault("solver.type", "mf_trpo")
    flat.setdefault("seed", 1)
    if isinstance(flat.get("solver.beta"), int | float):
        flat["solver.beta.value"] = flat.pop("solver.beta")
        flat["solver.beta.schedule"] = "constant"
    digest = sha256(json.dumps(flat, sort_keys=True).encode()).hexdigest()[:12]
    seed, solver = flat["seed"], flat["solver.type"]
    run.run_id = run.run_id or f"{flat['game.type']}-{solver}-seed{seed}-{digest}"
    if run.status == "missing":
        return
    ending = {"failed": ".failed", "diverged": ".failed", "running": ".running"}
    ending |= {"interrupted": ".running"}
    run.folder = folder / f"{run.run_id}{ending.get(run.status, '')}"
    run.folder.mkdir()
    (run.folder / "metrics.csv").write_text(trace_of(run.values, every))
    if run.status in ("running", "interrupted"):
        owner = {"host": "node7", "pid": 1, "launch": "1", "ranks": 1, "start": "2026-01-01"}
        (run.folder / "lock").write_text(json.dumps(owner))
        return
    (run.folder / "run.json").write_text(json.dumps(_record(name, run, flat)))
    write_checksums(run.folder)


def _record(name: str, run: Made, flat: dict) -> dict:
    last = len(run.values) - 1
    metrics = {"iteration": last, "exploitability": float(run.values[-1]), "quality": None}
    provenance = {
        "version": VERSION,
        "commit": COMMIT,
        "ranks": 2,
        "hosts": ["node1", "node2"],
        "start": "2026-01-01T00:00:00Z",
        "wall_seconds": 0.01 * last + 0.5,
        "solve_seconds": 0.01 * last,
        "launches": 1,
        "resumed_from": None,
        "states": 104,
        "actions": 5,
        "peak_memory_bytes": 47673344,
        "petsc_options": [],
    }
    return record(
        name,
        run.run_id,
        status=run.status,
        stop_reason=run.reason,
        parameters=_nested(flat),
        metrics=metrics,
        provenance=provenance | run.provenance,
    )


def _nested(flat: dict) -> dict:
    nested = {}
    for dotted, value in flat.items():
        *groups, leaf = dotted.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[leaf] = value
    return nested


def _flow(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.17g}" if isinstance(value, float) else str(value)
