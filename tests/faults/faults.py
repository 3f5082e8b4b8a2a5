"""What these tests share: the program on a disk that goes wrong, and what holds of its results whatever happened."""

import contextlib
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import zlib

import throng_test

BAD_DISK = os.environ.get("BAD_DISK", "bad_disk")
NOT_ALLOWED = 77  # exit code of bad_disk where the kernel does not let it work, and of tests that were skipped
MEMORY = "/dev/shm"  # a folder where fsync() is for nothing: the same calls, and the tests are faster

# What a run needs only while it is at work.
AT_WORK = ("checkpoint-0.h5", "checkpoint-0.json", "checkpoint-1.h5", "checkpoint-1.json", "abandoned", "lock")

# What makes a call an error where a disk is full. To remove something is none.
ROOM = "create,truncate,write,fallocate,fsync,mkdir,rename"

# One run with a checkpoint after each of its iterations. Its linear solves are iterative, and rest on earlier ones.
CHECKPOINTS = """\
name: small
game: {type: four_rooms, size: 7, initial: {type: concentrated, cell: [0, 0], weight: 0.9}}
solver: {type: mf_trpo, initial_policy: {type: random}, outer_iterations: 3}
metrics: {every: 2}
evaluation: {direct_below: 0}
checkpoint: {iterations: 1}
"""

# Three runs each of four solvers with a checkpoint after each iteration: about a second of work on one core.
SWEEP = """\
name: sweep
game: {type: four_rooms, size: 11, initial: {type: concentrated, cell: [0, 0], weight: 0.9}}
solver: {initial_policy: {type: random}, outer_iterations: 100}
sweep: {solver.type: [mf_trpo, fictitious_play, online_mirror_descent, mf_pso]}
seeds: {count: 3}
overrides:
  - {match: {solver.type: mf_pso}, set: {solver.outer_iterations: 40, solver.particles: 6}}
  - {match: {seed: 1}, set: {evaluation.direct_below: 0, metrics.every: 3}}
checkpoint: {iterations: 1}
"""

# Enough for what takes its time to find it at work.
LONG_SWEEP = SWEEP.replace("outer_iterations: 100", "outer_iterations: 300")


def content(folder):
    """All that is below a folder: bytes by relative path; None for folders."""
    return {str(p.relative_to(folder)): None if p.is_dir() else p.read_bytes() for p in sorted(folder.rglob("*"))}


def is_whole(folder):
    """
    Whether the checksums of a run's folder fit: all files, and no others; but for those that a run needs at work, if it
    was killed as it had given the folder its name, before it had removed them and, last, the lock.
    """
    try:
        lines = (folder / "checksums").read_text(encoding="ascii").splitlines()
        expected = {name: (crc, int(size)) for crc, size, name in (line.split(" ", 2) for line in lines)}
    except (OSError, ValueError):
        return False
    at_work = AT_WORK if (folder / "lock").exists() else ()
    there = {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in ("checksums", *at_work)}
    return {name: (f"{zlib.crc32(data):08x}", len(data)) for name, data in there.items()} == expected


def outcome(folder):
    """What a run found, without what depends on time and place."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    del record["provenance"], record["metrics"]["seconds"]
    with open(folder / "metrics.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    clock = rows[0].index("seconds")
    for row in rows:
        del row[clock]
    fields = folder / "fields.h5"
    return {"record": record, "rows": rows, "fields": fields.read_bytes() if fields.exists() else None}


class FaultTest(throng_test.ThrongTest):
    def setUp(self):
        super().setUp()
        self.folder = self.folder.resolve()
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 1 << 30:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="throng-test-", dir=MEMORY))
            self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"
        self.log = self.folder / "calls"

    def set_up_experiment(self, text):
        """The experiment, an empty folder, one with its results that nothing disturbed, and what they are."""
        self.path = self.write(text)
        self.empty = self.folder / "empty"
        self.empty.mkdir()
        self.old = self.folder / "old"
        self.throng("run", self.path, "--out", self.old, check=0)
        self.expected = self.outcomes(self.old)

    def run_on_bad_disk(self, path, *arguments, options=(), out=None, ranks=1):
        """`throng run` with the options of bad_disk; the folder `out` is the bad disk. The calls go to self.log."""
        out = out or self.out
        out.mkdir(exist_ok=True)
        self.log.unlink(missing_ok=True)
        before = [BAD_DISK, "--folder", str(out), "--log", str(self.log), *(str(o) for o in options), "--"]
        done = self.throng("run", path, "--out", out, *arguments, ranks=ranks, before=before)
        if done.returncode == NOT_ALLOWED:
            self.skipTest(done.stderr)
        return done

    def launch(self, path, out, *arguments, ranks=1, before=(), env=None):
        """`throng run` that is not waited for."""
        command = ([] if ranks == 1 else throng_test.MPIRUN + [str(ranks)]) + [*before, throng_test.THRONG, "run", path]
        session = tempfile.mkdtemp(prefix="mpi-", dir=self.folder)
        environment = os.environ | (throng_test.ALONE if ranks == 1 else {}) | {"OMPI_MCA_orte_tmpdir_base": session}
        process = subprocess.Popen([*map(str, command), "--out", str(out), *arguments], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment | (env or {}))
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def wait(self, seconds, process):
        """So long, or until the process has ended."""
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass

    def signal(self, pid, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def seconds_of(self, action):
        begin = time.monotonic()
        action()
        return time.monotonic() - begin

    def calls(self):
        return self.log.read_text(encoding="utf-8").splitlines()

    def runs(self, out=None):
        """The folders of runs by name, those with an ending included."""
        return {p.name: p for p in sorted((out or self.out).glob("*/*")) if p.is_dir() and p.name[0] != "."}

    def outcomes(self, out=None):
        """What all runs of a finished experiment found; nothing else is in its folder."""
        out = out or self.out
        for entry in out.glob("*/*"):
            if entry.is_file():
                self.assertRegex(entry.name, r"^(experiment\.yaml|experiment\.json|plan\.csv)(\..*\.new)?$|^\.rerun-all\..*\.new$")
        runs = self.runs(out)
        for name, folder in runs.items():
            self.assertNotIn(".", name)
            self.assertFalse((folder / "lock").exists(), folder)
            self.assertTrue(is_whole(folder), f"{folder}: {sorted(content(folder))}")
        return {name: outcome(folder) for name, folder in runs.items()}

    def assert_outcomes(self, expected, out=None):
        """All runs are complete and found what they should have found; nothing else is there."""
        found = self.outcomes(out)
        self.assertEqual(sorted(found), sorted(expected))
        for name in expected:
            self.assert_outcome(found[name], expected[name], name)

    def assert_tidy(self):
        """Nothing of earlier launches is left; but one that is killed while it makes its folder leaves an empty one."""
        self.assertEqual(list(self.out.glob("*/.launches/[!.]*")), [])

    def assert_outcome(self, found, expected, name):
        self.assertEqual(len(found["rows"]), len(expected["rows"]), name)
        for row, reference in zip(found["rows"], expected["rows"]):
            self.assertEqual(row, reference, name)
        self.assertEqual(found["record"], expected["record"], name)
        self.assertTrue(found["fields"] == expected["fields"], f"{name}: fields.h5")

    def assert_nothing_wrong(self, expected, out=None):
        """What is called complete is so, and is right. There may be less than all, and unfinished folders."""
        for name, folder in self.runs(out).items():
            if "." not in name:
                self.assertTrue(is_whole(folder), f"{folder}: {sorted(content(folder))}")
                self.assert_outcome(outcome(folder), expected[name], name)
            else:
                self.assertRegex(name, r"^[^.]+\.(running|replaced)$")

    def copy(self, source, target):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
        return target


def main():
    """Where every test was skipped, the exit code tells CTest so."""
    result = unittest.main(verbosity=2, exit=False).result
    skipped = result.testsRun and len(result.skipped) == result.testsRun
    raise SystemExit(NOT_ALLOWED if skipped else not result.wasSuccessful())
