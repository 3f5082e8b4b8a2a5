"""The benchmark's table: every pair is there, its file says what the table says, and its runs become a table again."""

import csv
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

import throng_test

FOLDER = throng_test.EXPERIMENTS.resolve() / "benchmark"
sys.path.insert(0, str(FOLDER))
import published_starts  # noqa: E402

THRONG = pathlib.Path(throng_test.THRONG).resolve()
GAMES = ("lasry_lions_chain", "no_interaction_chain", "four_rooms", "rock_paper_scissors", "sis_epidemic",
         "kinetic_congestion", "multiple_equilibria_chain", "contraction_game")
ALGORITHMS = {"fixed_point": "fictitious_play", "damped_fixed_point": "fictitious_play",
              "fictitious_play": "fictitious_play", "policy_iteration": "policy_iteration",
              "smooth_policy_iteration": "policy_iteration", "boltzmann_policy_iteration": "policy_iteration",
              "online_mirror_descent": "online_mirror_descent", "mf_pso": "mf_pso"}


def rows():
    with open(FOLDER / "table.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Benchmark(throng_test.ThrongTest):
    def benchmark(self, *arguments, check=0):
        command = [sys.executable, "-B", FOLDER / "benchmark.py", *arguments]
        done = subprocess.run([str(word) for word in command], cwd=self.folder, env=os.environ | throng_test.ALONE,
                              capture_output=True, text=True, encoding="utf-8", timeout=100, check=False)
        self.assertEqual(done.returncode, check, f"{command}\n{done.stdout}\n{done.stderr}")
        return done

    def test_the_table_has_all_pairs(self):
        self.assertEqual([(r["game"], r["algorithm"]) for r in rows()],
                         [(game, algorithm) for game in GAMES for algorithm in ALGORITHMS])
        for row in rows():
            self.assertEqual(row["solver.type"], ALGORITHMS[row["algorithm"]])
            for key in ("published_mean", "published_sd", "published_min"):
                float(row[key])

    def test_every_file_runs_with_the_settings_of_the_table(self):
        self.benchmark("write", self.folder / "files")
        files = sorted((self.folder / "files").iterdir())
        self.assertEqual([file.name for file in files],
                         sorted(f"{row['game']}-{row['algorithm']}.yaml" for row in rows()))
        for row in rows():
            with self.subTest(row["game"], algorithm=row["algorithm"]):
                self.check_file(row)

    def check_file(self, row):
        name = f"{row['game']}-{row['algorithm']}"
        fewer = ["--set", "solver.particles=2"] if row["solver.particles"] else []
        self.throng("run", self.folder / "files" / f"{name}.yaml", "--set", "solver.outer_iterations=1", *fewer,
                    "--out", self.out / name, check=0)
        record = self.record(self.result(self.out / name))
        parameters = record["parameters"]
        self.assertEqual((record["name"], parameters["game"]["type"]), (name, row["game"]))
        for column, cell in row.items():
            if column.startswith("solver.") and cell and column != "solver.particles":
                value = parameters
                for key in column.split("."):
                    value = value[key]
                self.assertEqual(type(value)(cell), value, column)
        self.assertIsNotNone(record["metrics"][row["metric"]])
        self.assertEqual(parameters["metrics"]["population"], {"type": "pushes", "pushes": 50, "start": "current"})
        self.assertEqual(parameters["metrics"]["horizon"], 100)


    def run_pair(self, *arguments, throng=THRONG, check=0):
        """Two runs of a quick pair; what is said of them, and of the failed ones."""
        done = self.benchmark("run", "--only", "contraction_game/fictitious_play", "--seeds", 2, "--out", self.out,
                              "--throng", throng, *arguments, check=check)
        return sorted(re.findall(r"^\[\d/2\] (.*: [a-z]+)", done.stdout, re.MULTILINE)), done.stderr

    def table(self, *arguments):
        return self.benchmark("table", self.out, *arguments).stdout

    def test_results_are_kept_and_become_a_table(self):
        said = "contraction_game-fictitious_play seed {}: {}"
        done = self.benchmark("table", self.out, check=1)
        self.assertIn(f"{self.out}: no results of the 64 pairs; `run` writes them", done.stderr)
        for options, verdict in ((), "done"), ((), "kept"), (("--rerun", "all", "--jobs", 1), "done"):
            self.assertEqual(self.run_pair(*options), ([said.format(seed, verdict) for seed in (1, 2)], ""))
        folders = self.results()
        values = [self.metrics(folder)[-1]["exploitability"] for folder in folders]
        self.assertEqual([self.record(folder)["parameters"]["seed"] for folder in folders], [1, 2])
        self.assertNotEqual(*values)
        ours = f"{statistics.mean(values):.3g} ± {abs(values[0] - values[1]) / 2:.3g} (n = 2)"
        row = f"| contraction_game | fictitious_play | {ours} | 0 ± 0 | roughly | first policy |"
        table = self.table()
        self.assertEqual([line for line in table.splitlines() if line.startswith("|")][2:], [row])
        self.assertIn("\nFrom throng's own random policies. ", table)
        self.assertTrue(table.endswith(f"\n63 of 64 pairs have no results in {self.out}.\n"), table)
        table = self.table("--only", "contraction_game/fictitious_play")
        self.assertIn(row, table)
        self.assertNotIn("no results", table)
        shutil.copytree(folders[0], folders[0].parent / "of-other-settings")
        done = self.benchmark("table", self.out, check=1)
        self.assertIn("two results with seed 1 in ", done.stderr)

    def test_published_and_own_starts_are_never_averaged_together(self):
        """Not in one pair, and not in one table: the run from a file moves to another pair."""
        self.run_pair()
        own, other = self.results()
        record = json.loads((other / "run.json").read_text(encoding="utf-8"))
        record["parameters"]["solver"]["initial_policy"] = {"type": "file", "path": "starts/contraction_game-1.h5"}
        record["parameters"]["seed"] = 1
        (other / "run.json").write_text(json.dumps(record), encoding="utf-8")
        refusal = (f"{self.out} has runs from policies in files (seeds [1]) and from throng's own (seeds [1]), which "
                   "are not averaged together")
        self.assertIn(refusal, self.benchmark("table", self.out, check=1).stderr)
        shutil.move(other, self.out / "contraction_game-fixed_point" / other.name)
        self.assertIn(refusal, self.benchmark("table", self.out, check=1).stderr)
        table = self.table("--only", "contraction_game/fixed_point")
        self.assertIn("(n = 1)", table)
        self.assertNotIn("throng's own", table)
        self.assertIn("throng's own", self.table("--only", "contraction_game/fictitious_play"))

    def test_the_printed_table_says_what_the_file_says(self):
        printed = re.findall(r"^\| (\w+) \| (\w+) \| (\S+ ± \S+) \| (\S+ ± \S+) \| (\w+) \| (.*?) ?\|$",
                             (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual([(g, a, float(p.split(" ± ")[0]), comparable, difference)
                          for g, a, _, p, comparable, difference in printed],
                         [(r["game"], r["algorithm"], float(f"{float(r['published_mean']):.3g}"), r["comparable"],
                           r["difference"]) for r in rows()])

    def test_what_is_far_away_is_only_roughly_comparable(self):
        """From the published starts ours is 0.131 where theirs is 0.0086, 1.44 for 0.05, 0.041 for 0, 5.23 for 4.6."""
        found = {r["game"]: r["comparable"] for r in rows() if r["algorithm"] == "fictitious_play"}
        self.assertEqual([game for game in GAMES if found[game] == "roughly"],
                         ["lasry_lions_chain", "no_interaction_chain", "multiple_equilibria_chain", "contraction_game"])

    def test_a_failed_run_leaves_the_others_alone(self):
        program = self.write(f"""#!/bin/sh
case "$*" in *seed=1*) echo "out of luck" >&2; exit 1 ;; esac
exec '{THRONG}' "$@"
""", "program")
        program.chmod(0o755)
        verdicts, errors = self.run_pair(throng=program, check=1)
        self.assertEqual(verdicts, ["contraction_game-fictitious_play seed 1: exit",
                                    "contraction_game-fictitious_play seed 2: done"])
        self.assertEqual(errors, "failed: contraction_game-fictitious_play seed 1\n")
        self.assertIn("(n = 1)", self.table())

    def test_bad_arguments(self):
        done = self.benchmark("write", self.folder / "files", "--only", "contraction/fictitious_play", check=1)
        self.assertIn("no pair 'contraction/fictitious_play'\ngames: lasry_lions_chain, ", done.stderr)
        done = self.benchmark("run", "--starts", self.folder, check=1)
        self.assertIn("/lasry_lions_chain-SEED.h5; published_starts.py writes them", done.stderr)
        done = self.benchmark("run", "--jobs", 0, check=2)
        self.assertIn("0 is below 1", done.stderr)

    def test_the_published_starts(self):
        """The numbers are those of numpy.random.seed(1032); numpy.random.uniform(-1, 1, (2, 2))."""
        logits = ((-0.1454366632416222, 0.1187198389837254), (-0.36856311506650963, 0.2211223590409126))
        policy = published_starts.published_start("contraction_game", 1032)
        for row, (first, second) in zip(policy, logits, strict=True):
            self.assertAlmostEqual(row[0], 1 / (1 + math.exp((second - first) / 0.2)), delta=1e-15)
            self.assertAlmostEqual(sum(row), 1, delta=1e-15)
        # The doors [5, 2] and [5, 8]: neighbours among the states, with walls between them that have logits, too.
        free = [5 * 11 + 2, 5 * 11 + 8]
        policy = published_starts.published_start("four_rooms", 42)
        self.assertEqual((len(policy), *{len(row) for row in policy}), (104, 5))
        numbers = published_starts.generator(42)
        weights = [[math.exp((2 * numbers.random() - 1) / 0.2) for _ in range(5)] for _ in range(121)]
        for state, cell in zip((51, 52), free, strict=True):
            self.assertEqual(policy[state], [w / sum(weights[cell]) for w in weights[cell]])


if __name__ == "__main__":
    throng_test.main()
