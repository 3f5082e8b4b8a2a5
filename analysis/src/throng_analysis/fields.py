"""Read fields.h5: the mean field, the policy, its population and the value a run ended with."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from throng_analysis.errors import InputError
from throng_analysis.grid import Grid

# Sums of probabilities may differ from one by this much.
SUM_TOLERANCE = 1e-6


@dataclass
class Fields:
    """What fields.h5 holds; what was not asked for is None."""

    game: str = ""
    mean_field: np.ndarray | None = None  # [S], probabilities
    population: np.ndarray | None = None  # [S], m, where exploitability was taken
    policy: np.ndarray | None = None  # [S, A], each row a law over actions
    value: np.ndarray | None = None  # [S]
    grid: Grid | None = None  # None for a game without a grid


def read_fields(path: Path) -> Fields:
    """Read fields.h5.

    Raises InputError naming the file and the dataset that is damaged or of the wrong shape.
    """
    try:
        with h5py.File(path, "r") as file:
            return _fields(path, file)
    except FileNotFoundError:
        raise InputError(f"{path}: missing") from None
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not a whole HDF5 file ({error})") from None


def _fields(path: Path, file: h5py.File) -> Fields:
    fields = Fields(
        game=_text(file.attrs.get("game", "")),
        mean_field=_read(path, file, "mean_field", 1),
        population=_read(path, file, "population", 1),
        policy=_read(path, file, "policy", 2),
        value=_read(path, file, "value", 1),
        grid=_grid(path, file),
    )
    _check_sizes(path, fields)
    _check_law(path, "mean_field", fields.mean_field)
    _check_law(path, "population", fields.population)
    _check_law(path, "policy", fields.policy)
    return fields


def _read(path: Path, file: h5py.File, name: str, dimensions: int) -> np.ndarray | None:
    if name not in file:
        return None
    dataset = file[name]
    if not isinstance(dataset, h5py.Dataset) or dataset.ndim != dimensions:
        shape = getattr(dataset, "shape", "a group")
        raise InputError(f"{path}: /{name} has shape {shape}, expected {dimensions} dimension(s)")
    if dataset.dtype.kind not in "fiu":
        raise InputError(f"{path}: /{name} holds {dataset.dtype}, expected numbers")
    values = np.asarray(dataset[()], dtype=float)
    if values.size == 0 or not np.isfinite(values).all():
        raise InputError(f"{path}: /{name} is empty or holds a value that is not finite")
    return values


def _grid(path: Path, file: h5py.File) -> Grid | None:
    cells = _read(path, file, "cells", 2)
    if cells is None:
        return None
    if cells.shape[1] != 2:
        raise InputError(f"{path}: /cells has shape {cells.shape}, expected (S, 2): row, column")
    rows, columns = (
        file.attrs.get(name, size)
        for name, size in zip(("rows", "columns"), cells.max(axis=0) + 1, strict=True)
    )
    try:
        return Grid(int(rows), int(columns), cells)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: /cells: {error}") from None


def _check_sizes(path: Path, fields: Fields) -> None:
    sizes = {
        name: len(getattr(fields, name))
        for name in ("mean_field", "population", "policy", "value")
        if getattr(fields, name) is not None
    }
    if fields.grid is not None:
        sizes["cells"] = len(fields.grid.cells)
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"/{name} {size}" for name, size in sizes.items())
        raise InputError(f"{path}: the fields disagree on the number of states: {listed}")


def _check_law(path: Path, name: str, law: np.ndarray | None) -> None:
    if law is None:
        return
    worst = np.abs(law.sum(axis=-1) - 1).max()
    if worst > SUM_TOLERANCE or law.min() < -SUM_TOLERANCE:
        raise InputError(
            f"{path}: /{name} is not a probability law: a sum misses one by {worst:.1e}, "
            f"the smallest entry is {law.min():.1e}"
        )


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
