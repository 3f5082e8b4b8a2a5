"""Check the files of a run against `checksums`, which throng wrote last into its folder."""

import re
import zlib
from pathlib import Path
from typing import NamedTuple

from throng_analysis.errors import InputError

CHECKSUMS = "checksums"
AGAIN = "`throng run` does a damaged run again"
PIECE = 1 << 20  # bytes read at a time
_LINE = re.compile(r"([0-9a-f]{8}) (\d+) (.+)")


class Checksum(NamedTuple):
    """What a file should be."""

    crc: int  # zlib's CRC-32
    size: int  # bytes


class Checksums:
    """The file `checksums` of one folder; without it nothing can be checked and all is well."""

    def __init__(self, folder: Path):
        """Read the file; raises InputError if there is one that is not what it should be."""
        self.folder = folder
        self._expected: dict[str, Checksum] | None = _read(folder / CHECKSUMS)

    @property
    def known(self) -> bool:
        """Whether the folder has checksums."""
        return self._expected is not None

    def check_sizes(self) -> None:
        """Raise InputError if a file that is listed is missing or has another size."""
        for name in self._expected or {}:
            self._check_size(name)

    def check(self, name: str, content: bytes) -> None:
        """Raise InputError if `content` is not what the file `name` should hold."""
        if self._expected is None:
            return
        path, expected = self.folder / name, self._expected.get(name)
        if expected is None:
            raise InputError(f"{path}: damaged: not listed in {CHECKSUMS}; {AGAIN}")
        if len(content) != expected.size:
            raise InputError(_size_differs(path, len(content), expected))
        _compare(path, zlib.crc32(content), expected)

    def check_file(self, name: str) -> None:
        """Raise InputError if the file `name`, where it is listed, is not as it was written."""
        if name not in (self._expected or {}):
            return
        self._check_size(name)
        path, crc = self.folder / name, 0
        try:
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    crc = zlib.crc32(piece, crc)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        _compare(path, crc, self._expected[name])

    def check_files(self) -> None:
        """Raise InputError if a file that is listed is not as it was written."""
        for name in self._expected or {}:
            self.check_file(name)

    def _check_size(self, name: str) -> None:
        path, expected = self.folder / name, self._expected[name]
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            raise InputError(
                f"{path}: damaged: missing, but listed in {CHECKSUMS}; {AGAIN}"
            ) from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        if size != expected.size:
            raise InputError(_size_differs(path, size, expected))


def _read(path: Path) -> dict[str, Checksum] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: damaged: cannot be read: {error}; {AGAIN}") from None
    expected = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if not found:
            raise InputError(
                f"{path}:{number}: damaged: expected 8 hex digits, a size and a name; {AGAIN}"
            )
        expected[found[3]] = Checksum(int(found[1], 16), int(found[2]))
    return expected


def _compare(path: Path, crc: int, expected: Checksum) -> None:
    if crc != expected.crc:
        raise InputError(
            f"{path}: damaged: its CRC-32 is {crc:08x}, {CHECKSUMS} has {expected.crc:08x}; {AGAIN}"
        )


def _size_differs(path: Path, size: int, expected: Checksum) -> str:
    return f"{path}: damaged: it has {size} bytes, {CHECKSUMS} has {expected.size}; {AGAIN}"
