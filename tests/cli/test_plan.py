"""throng plan: it says what throng run would do, and does nothing."""

import fcntl
import os

import throng_test

GRID = """\
name: grid
game: {type: four_rooms, size: 7}
solver: {type: mf_trpo, outer_iterations: 2, initial_policy: random}
sweep: {solver.eta: [0.4, 0.5, 0.4], solver.beta: [0.1, 0.2]}
exclude:
  - {solver.eta: 0.5, solver.beta: 0.2}
seeds: {count: 2}
"""


class PlanTest(throng_test.ThrongTest):
    def plan(self, text, *arguments, check=0):
        return self.throng("plan", self.write(text), "--out", self.out, *arguments, check=check)

    def rows(self, done):
        """The rows of the table: run, ranks and state by label."""
        head, *lines = done.stdout.split("\n\n")[0].splitlines()
        columns = [head.index(word) for word in ("label", "ranks", "state")]
        rows = {}
        for line in lines:
            label, rest = line[columns[0]:columns[1]].strip(), line[columns[2]:].split("  ")[0].strip()
            rows[label] = (int(line[:columns[0]]), int(line[columns[1]:columns[2]]), rest)
        return rows

    def folders(self):
        return sorted(p for p in (self.out / "grid").iterdir() if p.name.startswith("four_rooms"))

    def test_runs_of_a_new_experiment(self):
        done = self.plan(GRID, "--ranks", 3)
        rows = self.rows(done)
        self.assertEqual(len(rows), 6)
        self.assertEqual(rows["eta=0.4 beta=0.1 seed=1"], (0, 1, "to do"))
        self.assertEqual(rows["eta=0.5 beta=0.1 seed=2"], (5, 1, "to do"))
        self.assertIn("6 runs: 6 to do; left out: 4 that repeat another one, 2 excluded", done.stdout)
        self.assertIn("would perform 6 runs on 3 ranks", done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertFalse(self.out.exists())

    def test_labels_of_keys_that_end_alike(self):
        """Words are added until each key has a name of its own; `value` is none, and types need none."""
        text = GRID.replace("mf_trpo", "online_mirror_descent").replace(
            GRID[GRID.index("sweep:"):GRID.index("seeds:")],
            "sweep: {solver.temperature: [1, 2], solver.initial_policy.temperature: [3], solver.learning_rate: [4],\n"
            "        game.type: [four_rooms]}\n")
        labels = [label for label in self.rows(self.plan(text)) if label.endswith("seed=1")]
        self.assertEqual(labels, [f"solver.temperature={t} initial_policy.temperature=3 learning_rate=4 four_rooms seed=1"
                                  for t in (1, 2)])
        self.assertNotIn("game.size", self.plan(GRID).stdout)

    def test_as_many_runs_as_are_performed(self):
        self.plan(GRID)
        self.run_text(GRID)
        done = self.plan(GRID)
        self.assertEqual({state for _, _, state in self.rows(done).values()}, {"complete"})
        self.assertIn("would have nothing to do", done.stdout)

    def test_states(self):
        """One run of each state; throng run then does what was said."""
        self.run_text(GRID)
        names = {}
        for line in (self.out / "grid" / "plan.csv").read_text(encoding="utf-8").splitlines()[1:]:
            run, label = line.split(",")[:2]
            names[label] = self.out / "grid" / run
        labels = list(names)
        metrics = names[labels[1]] / "metrics.csv"
        metrics.write_bytes(metrics.read_bytes() + b"1\n")
        names[labels[2]].rename(f"{names[labels[2]]}.failed")
        names[labels[3]].rename(f"{names[labels[3]]}.running")
        running = names[labels[4]].rename(f"{names[labels[4]]}.running")
        before = {p: p.stat().st_mtime_ns for p in self.out.rglob("*")}
        with open(running / "lock", "w", encoding="utf-8") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            os.utime(running, ns=(before[running],) * 2)
            done = self.plan(GRID)
        (running / "lock").unlink()
        states = [self.rows(done)[label][2] for label in labels]
        self.assertEqual(states, ["complete", "damaged", "failed", "interrupted", "running", "complete"])
        self.assertIn("would perform 3 runs", done.stdout)
        self.assertIn("  1 of them were interrupted: no checkpoint is left, so that it begins anew\n", done.stdout)
        self.assertIn("--rerun failed", done.stdout)
        done = self.plan(GRID, "--rerun", "failed")
        self.assertIn("would perform 4 runs", done.stdout)
        self.assertIn("  1 of them failed and are tried again: no checkpoint is left", done.stdout)
        self.assertIn("would perform 6 runs", self.plan(GRID, "--rerun", "all").stdout)
        self.run_text(GRID, check=1)  # the failed one
        self.assertEqual(len([p for p in self.folders() if "." not in p.name]), 5)

    def test_results_of_another_version_are_stale(self):
        one = GRID.replace("[0.4, 0.5, 0.4]", "[0.4]").replace("count: 2", "count: 1")
        self.run_text(one)
        for folder in self.folders():
            record = (folder / "run.json").read_text(encoding="utf-8")
            (folder / "run.json").write_text(record.replace('"version": "', '"version": "0.0.0-'), encoding="utf-8")
            sums = (folder / "checksums").read_text(encoding="utf-8")
            (folder / "checksums").write_text(
                "".join(line for line in sums.splitlines(True) if "run.json" not in line), encoding="utf-8")
        states = {state for _, _, state in self.rows(self.plan(one)).values()}
        self.assertLessEqual(states, {"stale", "damaged"})
        self.assertIn("replace an earlier result", self.plan(one, "--rerun", "stale").stdout)

    def test_long_tables_are_cut(self):
        text = GRID.replace("count: 2", "count: 10")
        done = self.plan(text)
        self.assertEqual(len(done.stdout.split("\n\n")[0].splitlines()), 1 + 12 + 1 + 4)
        self.assertIn("(14 more; --all shows them)", done.stdout)
        self.assertEqual(len(self.rows(self.plan(text, "--all"))), 30)

    def test_a_shard(self):
        rows = self.rows(self.plan(GRID, "--shard", "1/4"))
        self.assertEqual([run for run, _, _ in rows.values()], [1, 5])

    def test_refused_where_run_refuses(self):
        wide = GRID + "resources: {ranks_per_run: 3}\n"
        done = self.plan(wide, "--ranks", 2, check=2)
        self.assertIn("resources.ranks_per_run: 3 ranks are wanted and there are 2", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual({ranks for _, ranks, _ in self.rows(self.plan(wide, "--ranks", 3)).values()}, {3})
        self.assertIn("unknown key", self.plan(GRID + "sweeep: {}\n", check=2).stderr)
        self.assertIn("--ranks '0'", self.plan(GRID, "--ranks", 0, check=2).stderr)

    def test_a_single_run_has_all_ranks(self):
        done = self.plan(throng_test.SMALL, "--ranks", 5)
        ((_, ranks, state),) = self.rows(done).values()
        self.assertEqual((ranks, state), (5, "to do"))


class TimesTest(throng_test.ThrongTest):
    def test_times_come_from_results(self):
        path = self.write(GRID)
        self.throng("run", path, "--out", self.out, "--shard", "0/2", check=0)
        done = self.throng("plan", path, "--out", self.out, "--ranks", 2, check=0)
        self.assertIn("times of 3 runs are from results of the same game, solver and size", done.stdout)
        self.assertIn("2 groups of 1 rank for 3 runs", done.stdout)
        self.assertRegex(done.stdout, r"about [0-9.]+ s in all, ranks idle for \d+ % of it")
        seconds = self.record(next(p for p in (self.out / "grid").glob("*seed1-*")))["provenance"]["wall_seconds"]
        times = [line.split()[-2] for line in done.stdout.splitlines() if "complete " in line and "=" in line]
        self.assertIn(f"{seconds:.3g}", times)
        done = self.throng("plan", path, "--out", self.out, "--set", "game.size=9", check=0)
        self.assertIn("times of 6 runs (~) are scaled", done.stdout)

    def test_without_results_they_are_unknown(self):
        done = self.throng("plan", self.write(GRID), "--out", self.out, check=0)
        self.assertIn("how long it takes is unknown", done.stdout)


UNITS = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}


class MemoryTest(throng_test.ThrongTest):
    HUGE = throng_test.SMALL.replace("size: 7", "size: 20001")
    LARGE = throng_test.SMALL.replace("size: 7", "size: 301").replace("iterations: 3", "iterations: 1") + (
        "  inner_iterations: 1\nmetrics: {which: [quality]}\noutput: {fields: []}\n")

    def estimate(self, path, ranks=1):
        done = self.throng("plan", path, "--out", self.out, "--ranks", ranks, check=0)
        number, unit = done.stdout.splitlines()[1].split()[-2:]
        return float(number) * UNITS[unit]

    def assert_within_a_factor_of_two(self, text, ranks=1):
        estimate = self.estimate(self.write(text), ranks)
        self.run_text(text, ranks=ranks)
        provenance = self.record(next(self.out.glob("*/*/run.json")).parent)["provenance"]
        peak = provenance["peak_memory_bytes"] / provenance["ranks"]
        self.assertGreater(estimate, peak / 2)
        self.assertLess(estimate, 2 * peak)
        return peak

    def test_a_large_game(self):
        self.assertGreater(self.assert_within_a_factor_of_two(self.LARGE), 100e6)

    def test_on_two_ranks(self):
        self.assert_within_a_factor_of_two(self.LARGE, ranks=2)

    def test_a_game_that_keeps_tables(self):
        text = self.LARGE.replace("four_rooms\n  size: 301",
                                  "mf_garnet\n  states: 4000\n  branching: 6\n  actions: 5\n  coupled_states: 60")
        self.assertGreater(self.assert_within_a_factor_of_two(text), 100e6)

    def test_more_than_there_is_is_refused(self):
        self.assertGreater(self.estimate(self.write(self.HUGE)), 1e11)
        done = self.run_text(self.HUGE, check=2)
        self.assertIn("not enough memory on", done.stderr)
        self.assertIn("resources.memory_check: false", done.stderr)
        self.assertFalse(self.out.exists())

    def test_a_warning_of_plan(self):
        path = self.write(self.HUGE)
        self.assertIn("warning: not enough memory", self.throng("plan", path, check=0).stderr)
        done = self.throng("plan", path, "--set", "resources.memory_check=false", check=0)
        self.assertEqual(done.stderr, "")

    def test_only_runs_to_do_count(self):
        done = self.run_text(self.HUGE + "sweep: {game.size: [20001, 7]}\n", "--shard", "1/2")
        self.assertIn("1 complete", done.stdout)


class SeedsTest(throng_test.ThrongTest):
    WARNING = "seeds change nothing"

    def warnings(self, text, command="plan"):
        done = self.throng(command, self.write(text), "--out", self.out, check=0)
        return [line for line in done.stderr.splitlines() if "warning" in line and "seeds" in line]

    def test_seeds_of_runs_without_random_numbers(self):
        text = GRID.replace("initial_policy: random", "initial_policy: uniform")
        for command in ("plan", "run"):
            (line,) = self.warnings(text, command)
            self.assertIn(f"{self.folder}/experiment.yaml:7:1: the seeds change nothing: 3 of the 6 runs", line)
            self.assertIn("initial_policy: random", line)

    def test_only_runs_that_draw_none_count(self):
        text = GRID.replace(", initial_policy: random", "").replace(
            "sweep: {", "sweep: {solver.initial_policy: [uniform, random], ")
        (line,) = self.warnings(text)
        self.assertIn("3 of the 12 runs", line)

    def test_none_where_seeds_matter(self):
        self.assertEqual(self.warnings(GRID), [])
        self.assertEqual(self.warnings(GRID.replace("mf_trpo", "mf_pso").replace(", initial_policy: random", "")
                                       .replace("solver.eta: [0.4, 0.5, 0.4], solver.beta: [0.1, 0.2]",
                                                "solver.particles: [2, 3]").split("exclude")[0] + "seeds: [1, 2]\n"), [])

    def test_none_for_one_seed(self):
        text = GRID.replace("initial_policy: random", "initial_policy: uniform").replace("count: 2", "count: 1")
        self.assertEqual(self.warnings(text), [])

    def test_seeds_that_are_an_axis_of_sweep(self):
        text = GRID.replace("initial_policy: random", "initial_policy: uniform").replace(
            "sweep: {", "sweep: {seed: [1, 2], ").replace("seeds: {count: 2}\n", "")
        (line,) = self.warnings(text)
        self.assertIn("3 of the 6 runs", line)


if __name__ == "__main__":
    throng_test.main()
