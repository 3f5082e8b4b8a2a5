"""Read metrics.csv, the trace of one run."""

from pathlib import Path

import polars as pl

from throng_analysis.errors import InputError
from throng_analysis.metrics import COLUMNS

DAMAGED = "the file is damaged or cut short, run the experiment again"


def read_trace(path: Path, growing: bool = False) -> pl.DataFrame:
    """Read metrics.csv: one row per recorded iteration, numbers or null where nothing was asked.

    `growing` says that the run has not ended well, so a last line without its end is left out.
    Raises InputError with file and line for a header or a cell that is not what it should be.
    """
    lines = _lines(path, growing)
    header = _header(path, lines[0])
    cells = [_split(path, number, line, len(header)) for number, line in enumerate(lines[1:], 2)]
    text = pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")
    trace = text.with_columns(_numbers(path, text[name]) for name in header)
    _check_iterations(path, trace)
    return trace


def _lines(path: Path, growing: bool) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: missing; the run has no trace") from None
    except (OSError, UnicodeDecodeError) as error:
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


def _split(path: Path, number: int, line: str, width: int) -> list[str | None]:
    cells = line.split(",")
    if len(cells) != width:
        raise InputError(
            f"{path}:{number}: {len(cells)} values where the header names {width} columns; "
            f"{DAMAGED}"
        )
    return [cell.strip() or None for cell in cells]


def _numbers(path: Path, text: pl.Series) -> pl.Series:
    kind = pl.Int64 if text.name == "iteration" else pl.Float64
    numbers = text.cast(kind, strict=False)
    bad = (numbers.is_null() & text.is_not_null()).arg_true()
    if len(bad):
        raise InputError(f"{path}:{bad[0] + 2}: {text.name} is '{text[bad[0]]}', expected a number")
    if text.name in ("iteration", "seconds") and numbers.null_count():
        row = numbers.is_null().arg_true()[0]
        raise InputError(f"{path}:{row + 2}: {text.name} is empty, expected a number")
    return numbers


def _check_iterations(path: Path, trace: pl.DataFrame) -> None:
    bad = (trace["iteration"].diff() <= 0).arg_true()
    if len(bad):
        raise InputError(f"{path}:{bad[0] + 2}: iteration does not grow from the line before")
