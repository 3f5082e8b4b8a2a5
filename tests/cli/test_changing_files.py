"""Files that go or change while a launch works, and files that not every rank sees: runs fail, with the reason."""

import os
import pathlib
import shutil

import throng_test
from throng_test import SMALL

PLUGINS = pathlib.Path(os.environ.get("PLUGINS", "build/release/tests/cli"))
PLUGGED = """\
name: small
game: {type: to_and_fro, plugin: ./plugin.so}
solver: {type: mf_trpo}
sweep: {solver.outer_iterations: [60000, 3]}
"""
WHEN = """\
when:
- {match: {game.discount: 0.9}, sweep: {solver.eta: {linspace: {from: 0.1, to: 1, count: 60}}}}
seeds: {count: 40}
"""
# Words before the program: each rank works in a folder of its own, named by its number.
APART = ["sh", "-c", 'cd "$OMPI_COMM_WORLD_RANK" && exec "$@"', "sh"]


class Surroundings(throng_test.ThrongTest):
    def take(self, folder="."):
        (self.folder / folder).mkdir(exist_ok=True)
        shutil.copy(PLUGINS / "plugin_good.so", self.folder / folder / "plugin.so")

    def outcomes(self):
        """The status and the reason of each run, by its number of iterations."""
        records = [self.record(path) for path in self.results()]
        return {r["parameters"]["solver"]["outer_iterations"]: (r["status"], r["stop_reason"]) for r in records}


class ChangingFiles(Surroundings):
    def test_a_file_that_goes(self):
        """The run that has begun does not need it any more, the next one says what it lacks, and the launch goes on."""
        self.take()
        process, _ = self.start(PLUGGED)
        (self.folder / "plugin.so").unlink()
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, stderr)
        self.assertIn("2 runs: 1 complete, 1 failed, 0 left", stdout)
        outcomes = self.outcomes()
        self.assertEqual(outcomes[60000][0], "iteration_limit")
        self.assertEqual(outcomes[3], ("failed", "game.plugin: ./plugin.so: No such file or directory; expected a "
                                       "shared library with games"))

    def policy(self, iterations):
        """fields.h5 of a run of so many iterations."""
        out = self.folder / f"policy{iterations}"
        self.throng("run", self.write(SMALL), "--out", out, "--set", f"solver.outer_iterations={iterations}", check=0)
        return self.result(out) / "fields.h5"

    def test_a_file_that_gets_another_content(self):
        """Nothing is complete under the name that a run has with the old content, but what had read that."""
        shutil.copy(self.policy(0), self.folder / "policy.h5")
        other = self.policy(3)
        text = SMALL.replace("eta: 0.5", "eta: 0.5\n  initial_policy: {type: file, path: policy.h5}").replace(
            "  outer_iterations: 3\n", "sweep: {solver.outer_iterations: [60000, 3]}\n")
        process, _ = self.start(text)
        os.replace(other, self.folder / "policy.h5")
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, stderr)
        self.assertIn("2 runs: 1 complete, 1 failed, 0 left", stdout)
        outcomes = self.outcomes()
        self.assertEqual(outcomes[60000][0], "iteration_limit")
        self.assertRegex(outcomes[3][1], "^a file that it reads has changed since the launch began; ")
        self.run_text(text, "--set", "sweep.solver.outer_iterations=[3]", ranks=2)
        self.assertEqual(len(self.results()), 3)


class UnlikeRanks(Surroundings):
    """Rank 0 alone has the plugin."""

    def separate(self):
        self.take("0")
        (self.folder / "1").mkdir()

    def perform(self, text):
        self.separate()
        return self.run_text(text, ranks=2, before=APART, check=1)

    def test_on_a_rank_each(self):
        done = self.perform(PLUGGED + "seeds: [1, 2]\n")
        self.assertNotIn("signal", done.stderr)
        failed = [path for path in self.results() if path.suffix == ".failed"]
        self.assertTrue(failed)
        for path in failed:
            record = self.record(path)
            self.assertIn("game.plugin: ./plugin.so: No such file", record["stop_reason"])
            self.assertEqual(record["parameters"]["game"], {"type": None})
            self.assertEqual((record["provenance"]["states"], record["provenance"]["actions"]), (None, None))

    def test_on_both_ranks(self):
        done = self.perform(PLUGGED + "resources: {ranks_per_run: 2}\n")
        self.assertNotIn("MPI_ABORT", done.stderr)
        self.assertIn("2 runs: 0 complete, 2 failed, 0 left", done.stdout)
        for status, reason in self.outcomes().values():
            self.assertEqual(status, "failed")
            self.assertIn("game.plugin: ./plugin.so: No such file", reason)

    def test_other_runs(self):
        """Rank 1 does not know the default that the match asks for."""
        self.separate()
        self.assert_refused(PLUGGED.replace("sweep: {solver.outer_iterations: [60000, 3]}", WHEN),
                            "{f}: rank 0 finds 2400 runs in it, and rank 1 finds 40; expected every rank to be able to "
                            "load the same game.plugin", ranks=2, before=APART)


if __name__ == "__main__":
    throng_test.main()
