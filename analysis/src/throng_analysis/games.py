"""Write a game of one's own as a file for `game: {type: tabular, path: ...}`.

The layout of the file is described in experiments/tabular/README.md. What throng would refuse is
refused here, in the same words.
"""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

# How far the probabilities of a pair (s, a) may sum from one.
SUM_TOLERANCE = 1e-9

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]  # start, next, value


def write_game(
    path: str | Path,
    transitions: Any,
    reward: Any,
    *,
    crowd_aversion: float = 0.0,
    density_floor: float = 1e-12,
    interaction: Any = None,
) -> None:
    """Write the game with r(s,a,μ) = reward[s,a] - κ log max(μ(s), ε₀) + Σ_y W(s,y) μ(y).

    transitions: P(s'|s,a) as a dense array [S, A, S], or as sparse rows (start, next, probability):
        the pair (s, a) is row s·A + a and has the successors next[k] with probability[k],
        start[row] <= k < start[row + 1]. Of a scipy.sparse.csr_array M with S·A rows that is
        (M.indptr, M.indices, M.data).
    reward: [S, A].
    crowd_aversion, density_floor: κ and ε₀.
    interaction: W as a dense array [S, S] or as sparse rows (start, next, weight); None: zero.

    Raises ValueError where throng would refuse the file; nothing is written then.
    """
    reward = _numbers("/reward", reward)
    if reward.ndim != 2 or reward.size == 0:
        raise ValueError(f"/reward has the shape {list(reward.shape)}; expected [S, A]")
    states, actions = reward.shape
    if not np.isfinite(reward).all():
        s, a = np.argwhere(~np.isfinite(reward))[0]
        raise ValueError(f"/reward[{s}, {a}] is {reward[s, a]:.15g}; expected a finite number")
    rows = _rows("transitions", "probability", transitions, (states, actions, states))
    _check_rows("transitions", "probability", rows, states, actions)
    weights = None
    if interaction is not None:
        weights = _rows("interaction", "weight", interaction, (states, states))
        _check_rows("interaction", "weight", weights, states, None)
    if not (np.isfinite(crowd_aversion) and crowd_aversion >= 0):
        raise ValueError(f"crowd_aversion is {crowd_aversion:.15g}; expected a finite number >= 0")
    if not 0 < density_floor < 1:
        raise ValueError(f"density_floor is {density_floor:.15g}; expected a number in (0,1)")
    with h5py.File(path, "w") as file:
        file.attrs["states"], file.attrs["actions"] = states, actions
        file.attrs["crowd_aversion"] = float(crowd_aversion)
        file.attrs["density_floor"] = float(density_floor)
        file["reward"] = reward
        _write_rows(file, "transitions", "probability", rows)
        if weights is not None and len(weights[1]) > 0:
            _write_rows(file, "interaction", "weight", weights)


def _numbers(name: str, values: Any) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} holds {array.dtype}; expected real numbers")
    return array.astype(np.float64)


def _indices(name: str, values: Any) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "iu" or array.ndim != 1:
        raise ValueError(
            f"{name} holds {array.dtype} in the shape {list(array.shape)}; "
            "expected integers in one dimension"
        )
    return array.astype(np.int64)


def _rows(group: str, value_name: str, given: Any, dense_shape: tuple[int, ...]) -> Rows:
    """Return sparse rows of `given`, which are such rows already or a dense array."""
    count = int(np.prod(dense_shape[:-1]))
    if not isinstance(given, tuple):
        return _rows_of_dense(group, given, dense_shape, count)
    if len(given) != 3:
        raise ValueError(f"{group} has {len(given)} parts; expected (start, next, {value_name})")
    start = _indices(f"/{group}/start", given[0])
    following = _indices(f"/{group}/next", given[1])
    value = _numbers(f"/{group}/{value_name}", given[2])
    if len(start) != count + 1:
        raise ValueError(f"/{group}/start has the shape [{len(start)}]; expected [{count + 1}]")
    if value.shape != following.shape:
        raise ValueError(
            f"/{group}/{value_name} has the shape {list(value.shape)}; "
            f"expected {list(following.shape)}"
        )
    return start, following, value


def _rows_of_dense(group: str, given: Any, shape: tuple[int, ...], count: int) -> Rows:
    dense = _numbers(f"/{group}", given)
    if dense.shape != shape:
        raise ValueError(f"/{group} has the shape {list(dense.shape)}; expected {list(shape)}")
    dense = dense.reshape(count, shape[-1])
    row, following = np.nonzero(dense)
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=count))])
    return start.astype(np.int64), following.astype(np.int64), dense[row, following]


def _check_rows(group: str, value_name: str, rows: Rows, states: int, actions: int | None) -> None:
    start, following, value = rows
    law = actions is not None
    _check_start(group, start, len(following), actions)
    row_of = np.repeat(np.arange(len(start) - 1), np.diff(start))
    for k in np.flatnonzero((following < 0) | (following >= states)):
        raise ValueError(
            f"/{group}/next[{k}], of {_row_name(row_of[k], actions)}, is {following[k]}; "
            f"expected a state, 0 to {states - 1}"
        )
    for k in np.flatnonzero(~np.isfinite(value) | (law & (value < 0))):
        raise ValueError(
            f"/{group}/{value_name}[{k}], of {_row_name(row_of[k], actions)}, is {value[k]:.15g}; "
            f"expected a finite number{' >= 0' if law else ''}"
        )
    sums = np.bincount(row_of, weights=value, minlength=len(start) - 1)
    for row in np.flatnonzero(law & (np.abs(sums - 1) > SUM_TOLERANCE)):
        raise ValueError(
            f"/{group}/{value_name} sums to {sums[row]:.15g} for {_row_name(row, actions)}; "
            f"expected 1 to within {SUM_TOLERANCE:g}"
        )


def _check_start(group: str, start: np.ndarray, entries: int, actions: int | None) -> None:
    if start[0] != 0:
        raise ValueError(f"/{group}/start[0] is {start[0]}; expected 0")
    for row in np.flatnonzero(np.diff(start) < 0):
        raise ValueError(
            f"/{group}/start[{row + 1}], the end of {_row_name(row, actions)}, is "
            f"{start[row + 1]}; expected an ascending list, but the entry before it is {start[row]}"
        )
    if start[-1] != entries:
        raise ValueError(
            f"/{group}/start ends with {start[-1]}; expected {entries}, the length of /{group}/next"
        )


def _row_name(row: int, actions: int | None) -> str:
    return f"s {row}" if actions is None else f"s {row // actions}, a {row % actions}"


def _write_rows(file: h5py.File, group: str, value_name: str, rows: Rows) -> None:
    for name, values in zip(("start", "next", value_name), rows, strict=True):
        file[f"{group}/{name}"] = values
