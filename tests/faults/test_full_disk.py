"""A disk that is full, at whichever call: the program says so and loses nothing, and later the same command goes on."""

import itertools
import subprocess

import faults
from faults import CHECKPOINTS, ROOM, is_whole
from power_loss import worth_trying

FULL = "No space left on device"


class FullDisk(faults.FaultTest):
    def setUp(self):
        super().setUp()
        self.set_up_experiment(CHECKPOINTS)

    def assert_told(self, done, error):
        """One line says what went wrong with which file, and one what to do; no words of PETSc or MPI."""
        self.assertRegex(done.stderr, rf"(?m)^throng: .*(/|metrics\.csv).*: {error}$")
        if list(self.out.iterdir()):
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, "(?m)^throng: .*run the same command again$")
            self.assertIn(str(self.out), done.stderr)
        else:  # it has not begun: perhaps the folder is wrong
            self.assertEqual(done.returncode, 2)
        self.assertNotRegex(done.stderr, "MPI_ABORT|PETSC ERROR|Segmentation|HDF5")

    def complete(self, *arguments):
        self.assert_nothing_wrong(self.expected)
        if arguments:  # for an older result is there
            self.assertEqual({is_whole(p) for name, p in self.runs().items() if not name.endswith(".running")}, {True})
        self.throng("run", self.path, "--out", self.out, *arguments, check=0)
        self.assert_outcomes(self.expected)

    def fill_everywhere(self, before, fault, told, *arguments):
        """
        The first call fails, then the second, and so on. The program says so, or could do without, and what was begun
        is completed afterwards. `before`: what the folder holds first.
        """
        self.copy(before, self.out)
        self.assertEqual(self.run_on_bad_disk(self.path, *arguments, options=["--kinds", ROOM]).returncode, 0)
        every = worth_trying(self.calls())
        self.assertGreater(len(every), 20)
        for n in every:
            self.copy(before, self.out)
            done = self.run_on_bad_disk(self.path, *arguments, options=["--kinds", ROOM, "--at", n, "--fault", *fault])
            with self.subTest(call=self.calls()[n - 1]):
                if done.returncode == 0:
                    self.assert_outcomes(self.expected)
                else:
                    self.assert_told(done, told)
                    self.complete(*arguments)

    def test_full_for_one_call(self):
        self.fill_everywhere(self.empty, ["ENOSPC"], FULL)

    def test_broken_from_a_call_on(self):
        self.fill_everywhere(self.empty, ["EIO", "--forever"], "Input/output error")

    def test_an_older_result_stays(self):
        """Where there is no room for a new result beside it."""
        self.fill_everywhere(self.old, ["ENOSPC", "--forever"], FULL, "--rerun", "all")

    def mount(self, pages):
        """A disk of so many pages of 4 kB at self.out."""
        self.out.mkdir(exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={pages * 4}k", "throng-test", self.out],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"mounting is not permitted: {done.stderr}")
        self.addCleanup(subprocess.run, ["umount", "-q", self.out], check=False, stderr=subprocess.DEVNULL)

    def test_a_small_disk(self):
        """It is full at some moment, until it is large enough; what was begun on a smaller one is finished there."""
        for pages in itertools.count(1):
            self.mount(pages)
            done = self.throng("run", self.path, "--out", self.out)
            if done.returncode == 0:
                break
            self.assert_told(done, FULL)
            subprocess.run(["mount", "-o", "remount,size=8m", self.out], check=True)
            self.complete()
            subprocess.run(["umount", self.out], check=True)
        self.assert_outcomes(self.expected)
        self.assertGreater(pages, 5)


if __name__ == "__main__":
    faults.main()
