"""A program that is killed, or whose power fails, between any two of its calls to the disk loses no result."""

import signal

import faults
from faults import CHECKPOINTS, content, is_whole, outcome
from power_loss import lose_power, read_calls, worth_trying

KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
COMMITS = (".running/checkpoint-0.json", ".running/checkpoint-1.json")


class Kills(faults.FaultTest):
    def setUp(self):
        super().setUp()
        self.set_up_experiment(CHECKPOINTS)

    def kill_everywhere(self, before, check, *arguments):
        """
        Kill at the first call, at the second, and so on. `before`: what the folder holds first. `check` is called twice
        with the calls that took place: after the kill, and when of the same only that is left which was on the disk.
        """
        self.copy(before, self.out)
        self.assertEqual(self.run_on_bad_disk(self.path, *arguments).returncode, 0)
        every = worth_trying(self.calls())
        self.assertGreater(len(every), 20)
        lose_power(self.calls())
        self.assert_outcomes(self.expected)
        for n in every:
            self.copy(before, self.out)
            done = self.run_on_bad_disk(self.path, *arguments, options=["--at", n, "--fault", "kill"])
            self.assertIn(done.returncode, KILLED, done.stderr)
            calls = self.calls()
            left = self.copy(self.out, self.folder / "left")
            for power_fails in (False, True):
                try:
                    self.copy(left, self.out)
                    if power_fails:
                        lose_power(calls[:-1])
                    check(calls[:-1], power_fails)
                except AssertionError as error:
                    raise AssertionError(f"{'power fails' if power_fails else 'killed'} at call {calls[-1]}") from error

    def complete(self, calls, power_fails):
        """
        What is left is good as far as it goes, and the same command goes on to the end, from the last checkpoint. Of
        those the power may take the last, and the first.
        """
        self.assert_nothing_wrong(self.expected)
        had_result = any("." not in name for name in self.runs())
        self.throng("run", self.path, "--out", self.out, check=0)
        self.assert_outcomes(self.expected)
        committed = sum(kind == "rename" and second.endswith(COMMITS) for kind, _, _, second in read_calls(calls))
        if not had_result:
            self.assert_tidy()
            run, = self.runs().values()
            came_from = self.record(run)["provenance"]["resumed_from"] or 0
            self.assertIn(came_from, (committed - 1, committed) if power_fails else (committed,))

    def complete_once_more(self, calls, power_fails):
        """The old result is there or the new one, and both without and with --rerun the next command ends well."""
        old, = self.runs(self.old).values()
        left = [p for name, p in self.runs().items() if not name.endswith(".running") and is_whole(p)]
        self.assertTrue(left, sorted(content(self.out)))
        for folder in left:
            self.assertTrue(content(folder) == content(old) or outcome(folder) == outcome(old), folder)
        if len(calls) % 2:
            self.throng("run", self.path, "--out", self.out, check=0)
            self.assertIn(outcome(self.runs()[old.name]), self.expected.values())
            self.assertNotIn(f"{old.name}.replaced", self.runs())
        self.throng("run", self.path, "--out", self.out, "--rerun", "all", check=0)
        self.assert_outcomes(self.expected)
        self.assert_tidy()
        self.assertNotEqual(content(self.runs()[old.name]), content(old))

    def test_killed(self):
        self.kill_everywhere(self.empty, self.complete)

    def test_killed_where_an_older_result_is(self):
        self.kill_everywhere(self.old, self.complete_once_more, "--rerun", "all")

    def test_killed_in_the_midst_of_writing(self):
        self.copy(self.empty, self.out)
        self.assertEqual(self.run_on_bad_disk(self.path, options=["--kinds", "write"]).returncode, 0)
        for n in worth_trying(self.calls()):
            self.copy(self.empty, self.out)
            done = self.run_on_bad_disk(self.path, options=["--kinds", "write", "--at", n, "--fault", "tear"])
            self.assertIn(done.returncode, KILLED, done.stderr)
            self.assert_nothing_wrong(self.expected)
            self.throng("run", self.path, "--out", self.out, check=0)
            self.assert_outcomes(self.expected)


if __name__ == "__main__":
    faults.main()
