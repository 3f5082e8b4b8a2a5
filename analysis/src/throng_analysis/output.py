"""Write files: whole or not at all, with one message where a folder cannot be written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from throng_analysis.errors import InputError

PAGE = "report.html"  # a folder that holds it is our own, and no runs are looked for below


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


@contextmanager
def writing_below(out: Path) -> Iterator[None]:
    """Turn what goes wrong with the disk while files are written below `out` into InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{error.filename or out}: cannot be written ({error.strerror or error}); "
            "choose another folder with --out"
        ) from None
