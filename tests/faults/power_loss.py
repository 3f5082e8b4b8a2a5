"""What a disk holds after the power has failed, in the worst case that POSIX allows.

Of a file there is what it held at its last fsync(), of a folder the names it had at its last fsync(). From the calls of
a killed program, as bad_disk logs them, and the folder that it left, `lose_power()` makes that state, with two
exceptions: a removed file does not come back, nor does one in whose place another was renamed.
"""

import os
import re
import shutil


def read_calls(lines):
    """(kind, size, path, second path or None) of each line."""
    return [(m[2], int(m[3]), m[4], m[5]) for m in
            (re.fullmatch(r"(\d+) (\w+) (\d+) ([^\t]*)(?:\t(.*))?", line) for line in lines)]


def worth_trying(lines):
    """Numbers of the calls, less those in the midst of a row of writes to one file: an unfinished file like another."""
    calls = [(kind, path) if kind == "write" else None for kind, _, path, _ in read_calls(lines)]
    return [n for n, (before, call, after) in enumerate(zip([None] + calls, calls, calls[1:] + [None]), 1)
            if not call or before != call or after != call]


def under_new_name(path, old, new):
    """`path` after `old`, itself or a folder above it, was renamed."""
    return new + path[len(old):] if path == old or path.startswith(old + "/") else path


class Disk:
    def __init__(self):
        self.dirty = {}  # files that were changed since their last fsync: size at that fsync
        self.durable = {}  # files with an fsync: their size then
        self.pending = []  # changes of names since the last fsync of the folder: (kind, path, second path)

    def change(self, path, size):
        """A file is changed that has `size` bytes, all of which are on the disk unless this program wrote it."""
        self.dirty.setdefault(path, self.durable.get(path, size))

    def rename(self, old, new):
        self.dirty = {under_new_name(p, old, new): size for p, size in self.dirty.items()}
        self.durable = {under_new_name(p, old, new): size for p, size in self.durable.items()}

    def sync(self, path, size):
        self.dirty.pop(path, None)
        self.durable[path] = size
        self.pending = [c for c in self.pending if not {path} & {os.path.dirname(p) for p in c[1:] if p}]

    def see(self, kind, size, path, second):
        if kind in ("create", "mkdir"):
            self.pending.append((kind, path, None))
        elif kind == "rename":
            self.rename(path, second)
            self.pending.append((kind, path, second))
        elif kind == "fsync":
            self.sync(path, size)
        if kind == "create":
            self.dirty[path] = 0
        elif kind == "truncate":
            self.dirty[path] = 0
        elif kind in ("write", "fallocate"):
            self.change(path, size)
        elif kind in ("unlink", "rmdir"):
            self.dirty.pop(path, None)

    def lose(self):
        for path, size in self.dirty.items():
            if os.path.isfile(path):
                os.truncate(path, min(size, os.path.getsize(path)))
        for kind, path, second in reversed(self.pending):
            if kind == "rename":
                if os.path.exists(second) and not os.path.exists(path):
                    os.rename(second, path)
            elif os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.remove(path)


def lose_power(lines):
    """Bring the folder into that state. `lines`: the calls that took place."""
    disk = Disk()
    for call in read_calls(lines):
        disk.see(*call)
    disk.lose()
