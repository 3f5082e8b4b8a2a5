"""Results of short runs get their names several at a time, while the next runs compute; whatever the disk does, none is lost."""

import signal

import faults
from power_loss import lose_power, read_calls

KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
NAMING = ("fsync", "rename", "unlink", "rmdir")
RUNS = """\
name: short
game: {type: four_rooms, size: 7}
solver: {type: online_mirror_descent, initial_policy: {type: random}, outer_iterations: 2}
seeds: {count: 4}
"""


class ShortRuns(faults.FaultTest):
    def setUp(self):
        super().setUp()
        self.set_up_experiment(RUNS)
        self.assertEqual(len(self.expected), 4)

    def complete(self, *arguments):
        self.assert_nothing_wrong(self.expected)
        self.throng("run", self.path, "--out", self.out, *arguments, check=0)
        self.assert_outcomes(self.expected)

    def kill_everywhere(self, before, check, *arguments):
        """
        Kill at the calls by which results get their names. `check` is called after the kill, and when of the same only
        that is left which was on the disk. Which results are named together differs from time to time.
        """
        self.copy(before, self.out)
        self.assertEqual(self.run_on_bad_disk(self.path, *arguments).returncode, 0)
        every = [n for n, (kind, _, _, _) in enumerate(read_calls(self.calls()), 1) if kind in NAMING]
        self.assertGreater(len(every), 30)
        for n in every:
            self.copy(before, self.out)
            done = self.run_on_bad_disk(self.path, *arguments, options=["--at", n, "--fault", "kill"])
            self.assertIn(done.returncode, KILLED, done.stderr)
            calls = self.calls()
            left = self.copy(self.out, self.folder / "left")
            with self.subTest(call=calls[-1]):
                check()
            with self.subTest(power_fails_before=calls[-1]):
                self.copy(left, self.out)
                lose_power(calls[:-1])
                check()

    def test_killed(self):
        self.kill_everywhere(self.empty, self.complete)

    def test_killed_where_older_results_are(self):
        """Of each there is the old one or the new one, or the old one under the name from which it comes back."""
        def check():
            there = [name.removesuffix(".replaced") for name in self.runs() if not name.endswith(".running")]
            self.assertEqual(sorted(set(there)), sorted(self.expected))
            self.complete("--rerun", "all")

        self.kill_everywhere(self.old, check, "--rerun", "all")

    def test_the_disk_is_full(self):
        """It is told, the launch ends with an error, and what has a name is good."""
        self.copy(self.empty, self.out)
        self.assertEqual(self.run_on_bad_disk(self.path, options=["--kinds", "fsync,rename"]).returncode, 0)
        calls = len(self.calls())
        self.assertGreater(calls, 25)
        for n in range(1, calls + 1):
            self.copy(self.empty, self.out)
            done = self.run_on_bad_disk(self.path, options=["--kinds", "fsync,rename", "--at", n, "--fault", "ENOSPC"])
            with self.subTest(call=self.calls()[min(n, len(self.calls())) - 1]):
                if done.returncode:
                    self.assertIn(done.returncode, (1, 2))
                    self.assertRegex(done.stderr, r"(?m)^throng: .*: No space left on device$")
                    self.assertIn("run the same command again", done.stderr)
                self.complete()


if __name__ == "__main__":
    faults.main()
