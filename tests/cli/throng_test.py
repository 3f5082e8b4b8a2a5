"""What the tests of the program share: a folder of their own, a small experiment, and a way to run it."""

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

THRONG = os.environ.get("THRONG", "throng")
MPIRUN = os.environ.get("MPIRUN", "mpirun --oversubscribe -n").split()
EXPERIMENTS = pathlib.Path(os.environ.get("EXPERIMENTS", "experiments"))

# One rank without mpirun needs neither Open MPI's daemon nor its networks; without them it starts three times faster.
ALONE = {"OMPI_MCA_ess_singleton_isolated": "1", "OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self"}

# A run of a few milliseconds. Tests that look at lines and columns count on this text.
SMALL = """\
name: small
game:
  type: four_rooms
  size: 7
solver:
  type: mf_trpo
  eta: 0.5
  outer_iterations: 3
"""


# One that does not end.
LONG = SMALL.replace("outer_iterations: 3", "outer_iterations: 100000000")

# What a good result folder holds.
FILES = ["checksums", "fields.h5", "metrics.csv", "run.json"]


def refuse_constant(text):
    raise ValueError(f"{text} is no JSON")


class ThrongTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="throng-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"

    def write(self, text, name="experiment.yaml"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def prepare(self, arguments, ranks, env, before=()):
        """The command line and the environment of the program."""
        command = ([] if ranks == 1 else MPIRUN + [str(ranks)]) + [*before, THRONG] + [str(a) for a in arguments]
        environment = {k: v for k, v in os.environ.items() if k not in ("PETSC_OPTIONS", "SLURM_JOB_END_TIME")}
        return command, environment | (ALONE if ranks == 1 else {}) | env

    def throng(self, *arguments, ranks=1, check=None, env=(), before=(), **options):
        """Run the program in the test's folder, after the words `before`; `check`: the exit code that it must have."""
        command, environment = self.prepare(arguments, ranks, dict(env), before)
        # Runs without a daemon would share one session folder, and the first to end removes it.
        with tempfile.TemporaryDirectory(prefix="throng-mpi-") as session:
            environment["OMPI_MCA_orte_tmpdir_base"] = session
            done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True,
                                  encoding="utf-8", timeout=100, check=False, **options)
        if check is not None:
            self.assertEqual(done.returncode, check, f"{command}\n{done.stdout}\n{done.stderr}")
        return done

    def begin(self, *arguments, ranks=1, env=()):
        """Start the program and do not wait; the test's end ends it."""
        command, environment = self.prepare(arguments, ranks, dict(env))
        session = tempfile.TemporaryDirectory(prefix="throng-mpi-")
        self.addCleanup(session.cleanup)
        process = subprocess.Popen(command, cwd=self.folder, env=environment | {"OMPI_MCA_orte_tmpdir_base": session.name},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        self.addCleanup(end, process)
        return process

    def wait_for(self, condition, process, seconds=60):
        """Until a condition holds of what the process does."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertIsNone(process.poll(), "it ended before")
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def rows_at_work(self):
        """The rows of metrics.csv that are there by folder of a run at work."""
        found = {}
        for metrics in self.out.glob("*/*.running/metrics.csv"):
            with contextlib.suppress(FileNotFoundError):  # the run has ended meanwhile
                found[metrics.parent] = metrics.read_text(encoding="utf-8").count("\n") - 1
        return found

    def start(self, text, *arguments, rows=1, ranks=1):
        """Start the experiment `text` and wait until it has written so many more rows; its process, and its folder."""
        before = self.rows_at_work()
        process = self.begin("run", self.write(text), "--out", self.out, *arguments, ranks=ranks)
        for _ in range(3000):
            for folder, count in self.rows_at_work().items():
                if count >= before.get(folder, 0) + rows:
                    return process, folder
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        self.fail("the run does not write its metrics")

    def ranks_of(self, process):
        """The process ids of the ranks that mpirun has started."""
        found = []
        for children in pathlib.Path(f"/proc/{process.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # a thread of mpirun that has ended
                found += map(int, children.read_text(encoding="ascii").split())
        return sorted(pid for pid in found if is_throng(pid))

    def run_text(self, text, *arguments, ranks=1, check=0, **options):
        """Run the experiment `text`; the results go to self.out."""
        return self.throng("run", self.write(text), "--out", self.out, *arguments, ranks=ranks, check=check, **options)

    def assert_refused(self, text, *messages, arguments=(), ranks=1, before=()):
        """The experiment is refused with exactly these lines on stderr ({f}: its path), and nothing is written."""
        done = self.run_text(text, *arguments, ranks=ranks, check=2, before=before)
        path = self.folder / "experiment.yaml"
        lines = done.stderr.splitlines()
        if ranks > 1:  # mpirun adds its own words about the exit code
            lines = [line for line in lines if line.startswith((str(path), "--set", "throng:"))]
        self.assertEqual(lines, [m.replace("{f}", str(path)) for m in messages])
        self.assertFalse(self.out.exists())
        return done

    def types(self, kind):
        """The names of all games (kind "game") or solvers as a complaint lists them."""
        blocks = (block.splitlines() for block in self.throng("list", check=0).stdout.split("\n\n"))
        names = {header: lines for header, *lines in blocks}[kind + "s"]
        return "|".join(line.split()[0] for line in names)

    def results(self, out=None):
        """The folders of all experiments under `out`: those of runs, and what should not be there."""
        return sorted(path for path in (out or self.out).glob("*/*") if path.is_dir())

    def result(self, out=None):
        """The one result folder under `out`."""
        found = self.results(out)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assert_kept(self, done, folder=None, told=""):
        """Nothing was done, for the result was there."""
        folder = folder or self.result()
        self.assertEqual(done.stdout, f"complete already; the result is in {folder}; --rerun all replaces it\n")
        self.assertEqual((done.returncode, done.stderr), (0, told))

    def files(self, folder=None):
        return sorted(path.name for path in (folder or self.result()).iterdir())

    def record(self, folder=None):
        text = ((folder or self.result()) / "run.json").read_text(encoding="utf-8")
        return json.loads(text, parse_constant=refuse_constant)

    def metrics(self, folder=None):
        """The rows of metrics.csv: numbers by column, None where empty."""
        with open((folder or self.result()) / "metrics.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [{k: float(v) if v else None for k, v in row.items()} for row in rows]


def is_throng(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe") == os.path.realpath(shutil.which(THRONG) or THRONG)
    except OSError:
        return False


def end(process):
    """mpirun ends its ranks when it is asked to."""
    process.terminate()
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def main():
    unittest.main(verbosity=2)
