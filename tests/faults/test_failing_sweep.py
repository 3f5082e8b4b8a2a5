"""Runs of a sweep that fail are recorded with the reason, and the others are done."""

import faults
from faults import content, is_whole

SEEDS = """\
name: failing
game: {type: four_rooms, size: 7, initial: {type: concentrated, cell: [0, 0]}}
solver: {type: mf_trpo, outer_iterations: 3}
evaluation: {direct_below: 0}
seeds: [1, 2, 3, 4, 5]
"""
FAILING = SEEDS + """\
overrides:
  - {match: {seed: 2}, set: {game.crowd_aversion: 1e308}}
  - {match: {seed: 3}, set: {petsc_options: "-best_response_ksp_max_it 1 -best_response_pc_type none"}}
  - {match: {seed: 4}, set: {solver.outer_iterations: 100000000}}
resources:
  overrides:
    - {match: {seed: 4}, set: {time_limit: 1 s}}
"""
# An error that strikes one of two ranks alone: nobody can call the other back, so the launch ends.
MONITOR = "-eval_ksp_monitor ascii:no/such/folder"


class FailingSweep(faults.FaultTest):
    def by_seed(self):
        return {int(name.split("-seed")[1].split("-")[0]): folder for name, folder in self.runs().items()}

    def assert_states(self, **reasons):
        """seedN: (status, regular expression of the reason) of those that failed; the others are done."""
        runs = self.by_seed()
        self.assertEqual(sorted(runs), [1, 2, 3, 4, 5])
        for seed, folder in runs.items():
            self.assertTrue(is_whole(folder), folder)
            record = self.record(folder)
            status, reason = reasons.get(f"seed{seed}", ("iteration_limit", "."))
            self.assertEqual(record["status"], status)
            self.assertRegex(record["stop_reason"], reason)
            self.assertEqual(folder.name.endswith(".failed"), status in ("failed", "diverged"), folder)

    def test_three_of_five_fail(self):
        expected = {"seed2": ("diverged", "."), "seed3": ("failed", "best response"), "seed4": ("failed", "time limit")}
        for ranks in (1, 2):
            with self.subTest(ranks=ranks):
                self.out = self.folder / f"out{ranks}"
                done = self.run_text(FAILING, ranks=ranks, check=1)
                self.assert_states(**expected)
                for seed in (2, 3, 4):
                    folder = self.by_seed()[seed]
                    self.assertIn(self.record(folder)["run_id"], done.stdout + done.stderr)
                    self.assertIn(self.record(folder)["stop_reason"], done.stdout + done.stderr)

    def test_they_are_done_again_only_when_asked_for(self):
        self.run_text(FAILING, check=1)
        before = content(self.out / "failing")
        done = self.run_text(FAILING, check=1)
        self.assertEqual({k: v for k, v in content(self.out / "failing").items() if "/" in k},
                         {k: v for k, v in before.items() if "/" in k})
        self.assertIn("--rerun", done.stdout + done.stderr)
        self.run_text(FAILING, "--rerun", "failed", check=1)
        after = content(self.out / "failing")
        for seed, folder in self.by_seed().items():
            key = f"{folder.name}/run.json"
            self.assertEqual(after[key] == before[key], seed in (1, 5))

    def test_an_error_of_one_rank_alone(self):
        """It ends the launch. The next one records that, and does not try again."""
        text = SEEDS + ("resources: {ranks_per_run: 2}\noverrides:\n"
                        f"  - {{match: {{seed: 3}}, set: {{petsc_options: \"{MONITOR}\"}}}}\n")
        self.run_text(text, ranks=2, check=1)
        self.run_text(text, ranks=2, check=1)
        self.assert_states(seed3=("failed", "no/such/folder"))


if __name__ == "__main__":
    faults.main()
