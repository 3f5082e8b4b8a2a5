"""One byte of a result is not what it was: everybody who reads it notices, and it is done again."""

import os
import shutil
import subprocess

import faults
from faults import CHECKPOINTS, is_whole

ANALYSIS = os.environ.get("ANALYSIS", "")


class Damage(faults.FaultTest):
    def setUp(self):
        super().setUp()
        self.path = self.write(CHECKPOINTS)
        self.throng("run", self.path, "--out", self.out, check=0)
        self.expected = self.outcomes()
        self.good = self.copy(self.out, self.folder / "good")

    def damaged(self):
        """Flip a bit of each file in turn, in its midst; cut off its last byte; remove it; and add one."""
        run, = self.runs(self.good)
        for name in sorted(p.name for p in (self.good / "small" / run).iterdir()):
            data = (self.good / "small" / run / name).read_bytes()
            middle = len(data) // 2
            for what, changed in (("flipped", data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]),
                                  ("cut", data[:-1]), ("removed", None), ("longer", data + b"\n")):
                self.copy(self.good, self.out)
                path = self.out / "small" / run / name
                path.unlink()
                if changed is not None:
                    path.write_bytes(changed)
                self.assertFalse(is_whole(path.parent))
                with self.subTest(file=name, what=what):
                    yield run

    def test_the_program_notices(self):
        for run in self.damaged():
            done = self.throng("status", self.out / "small", "--verify")
            self.assertIn("damaged", done.stdout)
            self.assertIn(run, done.stdout)

    def test_it_is_done_again(self):
        for _ in self.damaged():
            self.throng("run", self.path, "--out", self.out, check=0)
            self.assert_outcomes(self.expected)


if __name__ == "__main__":
    faults.main()
