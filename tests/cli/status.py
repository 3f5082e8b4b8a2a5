"""What the tests of `throng status` share: experiments, and a way to ask that sees whether anything was changed."""

import re
import shlex
import zlib

import throng_test
from throng_test import SMALL

RANDOM = SMALL + "  initial_policy: random\n"
GRID = RANDOM + "sweep: {solver.eta: [0.5, 0.3]}\nseeds: [1, 2]\n"
SLOW = GRID.replace("outer_iterations: 3", "outer_iterations: 100000000") + "checkpoint: {iterations: 20}\n"
FAILING = RANDOM.replace("size: 7", "size: 7\n  initial: {type: concentrated, cell: [0, 0]}") + \
    "sweep: {game.crowd_aversion: [1, 1.0e+308]}\n"
STATES = ("converged", "iteration_limit", "evaluated", "failed", "diverged", "running", "interrupted", "damaged",
          "missing", "not in the plan")
COUNT = re.compile(rf"  ({'|'.join(STATES)}) +(\d+)(?:  (.*))?$")


def write_checksums(folder):
    files = sorted(path for path in folder.iterdir() if path.name != "checksums")
    lines = [f"{zlib.crc32(path.read_bytes()):08x} {path.stat().st_size} {path.name}\n" for path in files]
    (folder / "checksums").write_text("".join(lines), encoding="utf-8")


def tree(folder):
    """All that could show that somebody wrote there."""
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes() if path.is_file() else None)
            for path in (folder, *folder.rglob("*"))}


class StatusTest(throng_test.ThrongTest):
    def status(self, *arguments, check=0, folder=None, alive=False):
        """What status says of the test's results, which it leaves as they are; `alive`: others change them."""
        folder = folder or self.out
        before = None if alive else tree(folder)
        done = self.throng("status", folder, *arguments, check=check)
        self.assertTrue(alive or tree(folder) == before)
        return done.stdout if check != 2 else done.stderr

    def counts(self, text):
        return {found[1]: int(found[2]) for found in map(COUNT.match, text.splitlines()) if found}

    def assert_counts(self, text, **expected):
        self.assertEqual(self.counts(text), {"not in the plan" if k == "others" else k: v
                                             for k, v in expected.items()}, text)

    def lines_below(self, text, title):
        """The lines under a title, up to an empty one."""
        return text.split(f"\n{title}\n")[1].split("\n\n")[0].splitlines()

    def command(self, text, index=0):
        """A command that the text names, in words; it calls the program as it was called, on as many ranks."""
        line = [line for line in text.splitlines() if f"{throng_test.THRONG} run " in line][index]
        words = shlex.split(line)
        if words[0] == "mpirun":
            self.assertEqual(words[1], "-n")
            self.ranks, words = int(words[2]), words[3:]
        self.assertEqual(words[0], throng_test.THRONG)
        return ["throng", *words[1:]]

    def run_id(self, label, folder=None):
        """The run of the plan whose label begins with so."""
        rows = (folder or self.out / "small").joinpath("plan.csv").read_text(encoding="utf-8").splitlines()
        found = [row.split(",")[0] for row in rows if row.split(",")[1].startswith(label)]
        self.assertEqual(len(found), 1, rows)
        return found[0]

    def stop(self, process, number):
        process.send_signal(number)
        process.communicate(timeout=30)
