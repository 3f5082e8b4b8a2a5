"""One byte of a result is not what it was: everybody who reads it notices, and it is done again."""

import os
import pathlib
import subprocess
import unittest

import faults
from faults import CHECKPOINTS, is_whole

ANALYSIS = pathlib.Path(os.environ.get("ANALYSIS", "throng-analysis"))


def changes(data):
    """What can become of a file: a bit flips, the half of it is lost, all is lost, it grows."""
    middle = len(data) // 2
    return {"flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:], "cut": data[:middle],
            "empty": b"", "removed": None, "longer": data + b"\n"}


class Damage(faults.FaultTest):
    def setUp(self):
        super().setUp()
        self.path = self.write(CHECKPOINTS)
        self.good = self.folder / "good"
        self.throng("run", self.path, "--out", self.good, check=0)
        self.expected = self.outcomes(self.good)
        self.run_id, = self.expected

    def damage_all(self, check, whats):
        """Damage each file in each of these ways, and call `check` with its name."""
        files = sorted(p.name for p in (self.good / "small" / self.run_id).iterdir())
        self.assertEqual(files, ["checksums", "fields.h5", "metrics.csv", "run.json"])
        for name in files:
            for what in whats:
                self.copy(self.good, self.out)
                path = self.out / "small" / self.run_id / name
                changed = changes(path.read_bytes())[what]
                path.unlink()
                if changed is not None:
                    path.write_bytes(changed)
                self.assertFalse(is_whole(path.parent))
                with self.subTest(file=name, what=what):
                    check(name)

    def run_again(self, _):
        done = self.throng("run", self.path, "--out", self.out, check=0)
        self.assertIn("throng: damaged result: ", done.stderr)
        self.assertIn(self.run_id, done.stderr)
        self.assert_outcomes(self.expected)

    def test_it_is_done_again(self):
        self.damage_all(self.run_again, ("flipped", "cut", "empty", "removed", "longer"))

    def look(self, _):
        done = self.throng("status", self.out, "--verify", check=1)
        self.assertRegex(done.stdout, rf"damaged\n +{self.run_id} +\S")

    def test_the_status_tells(self):
        self.damage_all(self.look, ("flipped", "cut", "empty", "removed", "longer"))

    def tabulate(self, name):
        done = subprocess.run([ANALYSIS, "table", "--verify", "--out", self.folder / "table", self.out], check=False,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, rf"{self.run_id}.*{name}.*damaged")

    @unittest.skipUnless(ANALYSIS.exists(), "the analysis package is not installed")
    def test_the_analysis_notices(self):
        self.damage_all(self.tabulate, ("flipped", "cut"))


if __name__ == "__main__":
    faults.main()
