"""Run folders made up for the tests, in the format that throng writes."""

import json
from pathlib import Path

import h5py
import numpy as np

from throng_analysis.metrics import COLUMNS

HEADER = ",".join(COLUMNS)
EMPTY = "," * (len(COLUMNS) - 3)  # ends a row of which only the first three cells are filled


def four_rooms_walls(size: int) -> np.ndarray:
    """Return [size, size], true for walls: middle row and column, with four doors."""
    middle = size // 2
    walls = np.zeros((size, size), dtype=bool)
    walls[middle, :] = walls[:, middle] = True
    for row, column in ((2, middle), (size - 3, middle), (middle, size - 3), (middle, 2)):
        walls[row, column] = False
    return walls


def trace_text(rows: int = 60, every: int = 1) -> str:
    """Return a metrics.csv that decays to round-off, the last quality below zero."""
    lines = [HEADER]
    for p in range(rows):
        cells = dict.fromkeys(COLUMNS, "")
        cells.update(iteration=str(p), seconds=f"{0.0031 * p:.17g}", linear_iterations=str(7 * p))
        if p % every == 0 or p == rows - 1:
            cells.update(
                exploitability=f"{21.68 * 0.9**p + 0.6:.17g}",
                regularised_exploitability=f"{20.1 * 0.7**p:.17g}",
                quality=f"{9.95 * 0.8**p if p < rows - 3 else -1.7e-14:.17g}",
                mu_pi_delta=f"{1.63 * 0.85**p:.17g}",
                evaluation_residual="1e-13",
                best_response_residual="2e-13",
                population_residual="1e-13",
            )
            if p:
                cells["mean_field_delta"] = f"{0.18 * 0.9**p:.17g}"
                cells["regularised_quality"] = f"{3.1 * 0.6**p:.17g}"
        lines.append(",".join(cells.values()))
    return "\n".join(lines) + "\n"


def record(name: str, run_id: str, **changes: object) -> dict:
    """Return the content of a run.json."""
    document = {
        "name": name,
        "run_id": run_id,
        "status": "converged",
        "stop_reason": "regularised_exploitability 9.1e-07 <= 1e-06",
        "parameters": {
            "name": name,
            "game": {"type": "four_rooms", "size": 11, "noise": {"slip": 0.1}, "discount": 0.9},
            "solver": {"type": "mf_trpo", "eta": 0.5, "beta": 0.1},
            "output": {"fields": ["mean_field", "population", "policy", "value"]},
            "seed": 1,
        },
        "metrics": {},
        "provenance": {
            "version": "0.1.0",
            "commit": "0123abc",
            "ranks": 2,
            "hosts": ["node1"],
            "stage_seconds": {"evaluate": 1.25, "backup": 0.5, "push": 0.25},
            "petsc_options": [],
        },
    }
    document.update(changes)
    return document


def write_fields(
    path: Path, walls: np.ndarray | None, states: int = 7, actions: int = 5, **replace: object
) -> None:
    """Write fields.h5 for a grid with `walls`, or for `states` without a grid if it is None."""
    rng = np.random.default_rng(1)
    cells = None if walls is None else np.argwhere(~walls)
    count = states if cells is None else len(cells)
    mean_field = np.exp(-np.arange(count) / count * 9)
    policy = rng.dirichlet(np.full(actions, 0.5), size=count)
    fields = {
        "mean_field": mean_field / mean_field.sum(),
        "population": mean_field / mean_field.sum(),
        "policy": policy,
        "value": np.cos(np.linspace(0, 3, count)),
        "cells": cells,
    }
    fields.update(replace)
    with h5py.File(path, "w") as file:
        if walls is not None:
            file.attrs["game"] = "four_rooms"
            file.attrs["rows"], file.attrs["columns"] = walls.shape
        for name, values in fields.items():
            if values is not None:
                file[name] = values


def write_run(
    out: Path,
    name: str = "four-rooms",
    run_id: str = "mf_trpo-1a2b3c",
    *,
    suffix: str = "",
    trace: str | None = None,
    walls: np.ndarray | None = None,
    **changes: object,
) -> Path:
    """Write a whole run folder below `out`; returns it."""
    folder = out / name / f"{run_id}{suffix}"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(record(name, run_id, **changes)))
    (folder / "metrics.csv").write_text(trace_text() if trace is None else trace)
    write_fields(folder / "fields.h5", four_rooms_walls(11) if walls is None else walls)
    return folder
