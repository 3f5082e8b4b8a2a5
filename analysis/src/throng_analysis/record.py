"""Read run.json, the record of one run."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from throng_analysis.checksums import Checksums
from throng_analysis.errors import InputError

ENDED_WELL = ("converged", "iteration_limit", "evaluated")
FINISHED = (*ENDED_WELL, "diverged", "failed")
# Of runs without a record: worked on, or left by a program that was stopped.
UNFINISHED = ("running", "interrupted")
STATUSES = (*FINISHED, *UNFINISHED)


@dataclass
class Record:
    """What a run says about itself."""

    name: str
    run_id: str
    status: str
    stop_reason: str = ""
    parameters: dict = field(default_factory=dict)  # nested by section, fully resolved
    metrics: dict = field(default_factory=dict)  # of the last row: column of metrics.csv → number
    spectrum: dict = field(default_factory=dict)
    provenance: dict = field(default_factory=dict)


def read_record(path: Path, checksums: Checksums | None = None) -> Record:
    """Read run.json.

    Raises InputError if the file is not the one that was written, is not whole, or lacks one of
    name, run_id, status and parameters.
    """
    document = _read_object(path, checksums)
    status = _take(path, document, "status", str)
    if status not in STATUSES:
        raise InputError(f"{path}: 'status' is '{status}', expected one of {', '.join(STATUSES)}")
    return Record(
        name=_take(path, document, "name", str),
        run_id=_take(path, document, "run_id", str),
        status=status,
        stop_reason=_take(path, document, "stop_reason", str, ""),
        parameters=_take(path, document, "parameters", dict),
        metrics=_metrics(path, document),
        spectrum=_spectrum(path, document),
        provenance=_take(path, document, "provenance", dict, {}),
    )


def _spectrum(path: Path, document: dict) -> dict:
    """Return the spectrum, or the reason why there is none where one was asked for."""
    problem = _take(path, document, "spectrum_problem", str, "")
    return {"not computed": problem} if problem else _take(path, document, "spectrum", dict, {})


def flatten(nested: dict, prefix: str = "") -> dict:
    """Return {'section.key': value} for a nested dictionary; lists stay as they are."""
    flat = {}
    for key, value in nested.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            flat.update(flatten(value, f"{name}."))
        else:
            flat[name] = value
    return flat


def _read_object(path: Path, checksums: Checksums | None) -> dict:
    try:
        content = path.read_bytes()
        if checksums is not None:
            checksums.check(path.name, content)
        document = json.loads(content.decode())
    except FileNotFoundError:
        raise InputError(f"{path}: missing; is {path.parent} the folder of a run?") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        raise InputError(
            f"{where}: not valid JSON ({error.msg}); the file is damaged or cut short, "
            "run the experiment again"
        ) from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: expected an object of keys and values at the top")
    return document


_NAMES = {str: "a text", dict: "an object"}
_REQUIRED = object()


def _take(path: Path, document: dict, key: str, kind: type, default: object = _REQUIRED):
    value = document.get(key)
    if value is None:
        if default is _REQUIRED:
            raise InputError(f"{path}: the key '{key}' is missing; not a record of this version")
        return default
    if not isinstance(value, kind):
        raise InputError(f"{path}: '{key}' should be {_NAMES[kind]}, not {value!r}")
    return value


def _metrics(path: Path, document: dict) -> dict:
    metrics = _take(path, document, "metrics", dict, {})
    for name, value in metrics.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not is_number:
            raise InputError(f"{path}: 'metrics.{name}' should be a number, not {value!r}")
    return metrics
