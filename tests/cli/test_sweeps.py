"""Files of many runs: which there are, that each is the run that it would be alone, and that only what is missing is done."""

import csv
import json
import signal

import resuming
import throng_test
from resuming import CORNER, MANY

GRID = CORNER.replace("eta: 0.5", "initial_policy: random") + """\
sweep:
  solver.eta: [0.5, 1]
  petsc_options: ["-eval_ksp_type gmres", "-eval_ksp_type bcgs"]
seeds: [3, 4]
evaluation: {direct_below: 0}
"""
FAILING = GRID.replace("-eval_ksp_type bcgs", "-eval_ksp_max_it 1")


class Sweeps(resuming.ResumingTest):
    def plan(self):
        with open(self.out / "small" / "plan.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_plan_and_results(self):
        done = self.run_text(GRID, ranks=2)
        self.assertEqual(done.stdout, f"8 runs: 8 complete, 0 failed, 0 left; results in {self.out}/small\n")
        plan = self.plan()
        self.assertEqual([(row["solver.eta"], row["petsc_options"], row["seed"]) for row in plan],
                         [(eta, f'"-eval_ksp_type {kind}"', seed)
                          for eta in ("0.5", "1") for kind in ("gmres", "bcgs") for seed in ("3", "4")])
        self.assertEqual(plan[0]["label"], 'eta=0.5 petsc_options="-eval_ksp_type gmres" seed=3')
        self.assertEqual({(row["ranks_per_run"], row["time_limit"]) for row in plan}, {("1", "")})
        self.assertEqual([path.name for path in self.results()], sorted(row["run_id"] for row in plan))
        origin = json.loads((self.out / "small" / "experiment.json").read_text(encoding="utf-8"))
        self.assertEqual((origin["runs"], origin["axes"]), (8, ["solver.eta", "petsc_options", "seed"]))
        for row in plan:
            record = self.record(self.out / "small" / row["run_id"])
            self.assertEqual(record["provenance"]["petsc_options"], [row["petsc_options"].strip('"')])
            self.assertEqual(str(record["parameters"]["seed"]), row["seed"])
            self.assertEqual(record["parameters"]["solver"]["eta"], float(row["solver.eta"]))

    def test_each_is_the_run_that_it_would_be_alone(self):
        self.run_text(GRID)
        row = self.plan()[-1]
        alone = self.folder / "alone"
        settings = [f"{key}={row[key]}" for key in ("solver.eta", "petsc_options", "seed")]
        text = GRID.replace(GRID[GRID.index("sweep:"):GRID.index("evaluation:")], "")
        self.throng("run", self.write(text), "--out", alone, *(word for s in settings for word in ("--set", s)), check=0)
        self.assertEqual(self.result(alone).name, row["run_id"])
        one, other = self.result(alone), self.out / "small" / row["run_id"]
        self.assertEqual(self.lines(one), self.lines(other))
        self.assertEqual((one / "fields.h5").read_bytes(), (other / "fields.h5").read_bytes())

    def starts(self):
        return {path.name: (path / "run.json").read_bytes() for path in self.results()}

    def test_only_what_is_missing_is_done(self):
        few, all_of_them = ["--set", "sweep.solver.eta=[1]"], ["--rerun", "all"]
        self.run_text(GRID, *few)
        before = self.starts()
        self.assertEqual(len(before), 4)
        done = self.run_text(GRID)
        self.assertIn("8 runs, 4 complete already; 4 to do on 1 rank\n", done.stderr)
        after = self.starts()
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertEqual(len(after), 8)
        done = self.run_text(GRID)
        self.assertEqual((done.stdout, done.stderr), (f"8 runs: 8 complete, 0 failed; nothing to do; results in {self.out}"
                                                      "/small\n", ""))
        (self.results()[2] / "metrics.csv").unlink()
        self.run_text(GRID)
        again = self.starts()
        self.assertEqual([n for n, name in enumerate(after) if after[name] != again[name]], [2])
        self.run_text(GRID, *few, *all_of_them)
        self.assertEqual({name for name, record in self.starts().items() if record != again[name]}, set(before))

    def test_runs_that_fail_leave_the_others_alone(self):
        done = self.run_text(FAILING, check=1)
        self.assertEqual(done.stdout, f"8 runs: 4 complete, 4 failed, 0 left; results in {self.out}/small\n")
        failed = [path for path in self.results() if path.suffix == ".failed"]
        self.assertEqual(len(failed), 4)
        for path in failed:
            record = self.record(path)
            self.assertIn("DIVERGED_ITS after 1 iterations", record["stop_reason"])
            self.assertIn(f"throng: {record['run_id']} failed: {record['stop_reason']}\n", done.stderr)
        done = self.run_text(FAILING, check=1)
        self.assertIn("8 runs: 4 complete, 4 failed; nothing to do", done.stdout)
        self.assertEqual(done.stderr, "throng: of these runs 4 failed earlier; --rerun failed tries them again\n")
        self.assertIn("4 to do", self.run_text(FAILING, "--rerun", "failed", check=1).stderr)

    def test_too_many_failures(self):
        done = self.run_text(FAILING, "--set", "max_failures=1", check=1)
        self.assertIn("throng: stopped: too many runs have failed\n", done.stderr)
        self.assertRegex(done.stdout, r"^8 runs: \d complete, 1 failed, [1-7] left; ")

    def test_shards(self):
        for shard in range(3):
            done = self.run_text(GRID, f"--shard={shard}/3")
            count = len([i for i in range(8) if i % 3 == shard])
            self.assertIn(f"{count} runs: {count} complete, 0 failed, 0 left", done.stdout)
        self.assertIn("8 complete, 0 failed; nothing to do", self.run_text(GRID).stdout)
        done = self.run_text(CORNER.replace("small", "lone"), "--shard", "1/2")
        self.assertIn("0 runs: 0 complete, 0 failed; nothing to do", done.stdout)

    def test_ranks_that_there_are_not(self):
        message = "resources.ranks_per_run: 3 ranks are wanted and there are 1; start with mpirun -n 3 or more, or lower it"
        self.assert_refused(CORNER + "resources: {ranks_per_run: 3}\n", "{f}:10:28: " + message)
        self.assert_refused(CORNER, "--set resources.ranks_per_run=3: " + message,
                            arguments=["--set", "resources.ranks_per_run=3"])

    def test_stopped_and_resumed(self):
        """Those at work have checkpoints, those that had not begun are begun later."""
        text = MANY + "seeds: [1, 2, 3]\n"
        process, _ = self.start(text, rows=40, ranks=2)
        process.send_signal(signal.SIGUSR1)
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, stderr)
        self.assertIn(f"throng: stopped: SIGUSR1{resuming.GOES_ON}", stderr)
        self.assertRegex(stdout, r"^3 runs: \d complete, 0 failed, [23] left; ")
        running = [path for path in self.results() if path.suffix == ".running"]
        self.assertIn(len(running), (1, 2))
        iterations = {path.stem: self.newest(path)["iteration"] for path in running}
        done = self.run_text(text, ranks=2)
        self.assertIn("(some go on from their checkpoints)", done.stderr)
        self.assertEqual(len(self.results()), 3)
        whole = self.folder / "whole"
        self.throng("run", self.write(text), "--out", whole, check=0)
        for one, other in zip(self.results(), self.results(whole), strict=True):
            self.assertEqual(self.record(one)["provenance"]["resumed_from"], iterations.get(one.name))
            self.assertEqual(self.lines(one), self.lines(other))
            self.assertEqual((one / "fields.h5").read_bytes(), (other / "fields.h5").read_bytes())


if __name__ == "__main__":
    throng_test.main()
