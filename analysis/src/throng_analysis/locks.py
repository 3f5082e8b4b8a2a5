"""Ask whether a program works on a run, without taking its lock."""

import struct
import sys
from pathlib import Path

LOCK = "lock"
# struct flock of Linux: type, whence, start, length, process; padded to its alignment.
_FLOCK = struct.Struct("@hhqqi0q")


def is_held(path: Path) -> bool:
    """Return whether a process holds a lock on the file; False where that cannot be asked.

    POSIX locks are asked for, as throng takes them; a file system has to pass on those of other
    hosts. The lock is neither taken nor made.
    """
    if not sys.platform.startswith("linux"):
        return False
    import fcntl

    question = _FLOCK.pack(fcntl.F_WRLCK, 0, 0, 0, 0)
    try:
        with path.open("rb") as file:
            answer = fcntl.fcntl(file, fcntl.F_GETLK, question)
    except OSError:
        return False
    return _FLOCK.unpack(answer)[0] != fcntl.F_UNLCK
