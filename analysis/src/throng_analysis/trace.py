"""Read metrics.csv, the trace of one run."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl

from throng_analysis.errors import InputError
from throng_analysis.metrics import COLUMNS

DAMAGED = "the file is damaged or cut short, run the experiment again"


class Trace:
    """The cells of a metrics.csv, checked in shape, whose columns become numbers when asked for."""

    def __init__(self, path: Path, content: bytes, growing: bool = False):
        """Split `content`, which is that of `path`.

        `growing` says that the run has not ended well, so a last line without its end is left out.
        Raises InputError with file and line for a header or a row that is not what it should be.
        """
        self.path = path
        lines = _lines(path, content, growing)
        self.header = _header(path, lines[0])
        rows = [line.split(",") for line in lines[1:]]
        for number, cells in enumerate(rows, 2):
            if len(cells) != len(self.header):
                raise InputError(
                    f"{path}:{number}: {len(cells)} values where the header names "
                    f"{len(self.header)} columns; {DAMAGED}"
                )
        columns = zip(*rows, strict=True) if rows else ((),) * len(self.header)
        self._cells = dict(zip(self.header, columns, strict=True))
        self._numbers = {}

    def column(self, name: str) -> list[int | float | None]:
        """Return a column as numbers, None for an empty cell; InputError for any other cell."""
        if name not in self._numbers:
            self._numbers[name] = self._read(name)
        return self._numbers[name]

    def is_empty(self, name: str) -> bool:
        """Return whether a column has no number at all."""
        return not any(self._cells[name])

    def _read(self, name: str) -> list[int | float | None]:
        kind = int if name == "iteration" else float
        cells = self._cells[name]
        try:
            numbers = [kind(cell) if cell else None for cell in cells]
        except ValueError:
            raise InputError(self._not_a_number(name, cells, kind)) from None
        if name in ("iteration", "seconds") and None in numbers:
            line = numbers.index(None) + 2
            raise InputError(f"{self.path}:{line}: {name} is empty, expected a number")
        if name == "iteration":
            self._check_growth(numbers)
        return numbers

    def _not_a_number(self, name: str, cells: Sequence[str], kind: type) -> str:
        row = next(row for row, cell in enumerate(cells) if not _is_number(cell, kind))
        return f"{self.path}:{row + 2}: {name} is '{cells[row]}', expected a number"

    def _check_growth(self, iterations: Sequence[int]) -> None:
        for line, (before, here) in enumerate(pairwise(iterations), 3):
            if here <= before:
                raise InputError(
                    f"{self.path}:{line}: iteration does not grow from the line before"
                )


def _is_number(cell: str, kind: type) -> bool:
    try:
        kind(cell or 0)
    except ValueError:
        return False
    return True


def frame_of(trace: Trace) -> pl.DataFrame:
    """Return all columns of a trace as numbers."""
    kinds = {name: pl.Int64 if name == "iteration" else pl.Float64 for name in trace.header}
    return pl.DataFrame({name: trace.column(name) for name in trace.header}, schema=kinds)


def read_content(path: Path) -> bytes:
    """Return the content of metrics.csv; InputError if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: missing; the run has no trace") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def _lines(path: Path, content: bytes, growing: bool) -> list[str]:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if growing:
        text = text[: text.rfind("\n") + 1]
    lines = text.splitlines()
    if not lines:
        raise InputError(f"{path}: empty; the first line should name the columns")
    if not text.endswith("\n"):
        raise InputError(f"{path}:{len(lines)}: the last line has no end; {DAMAGED}")
    return lines


def _header(path: Path, line: str) -> list[str]:
    header = line.split(",")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(
            f"{path}:1: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            "the first line should name the columns of a trace"
        )
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise InputError(f"{path}:1: the column {twice} appears twice")
    return header
