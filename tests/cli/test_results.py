"""What a run leaves: run.json, metrics.csv and fields.h5, complete, of finite numbers, and enough to run it again."""

import json
import re
import shutil

import throng_test
from throng_test import EXPERIMENTS, FILES, SMALL

COLUMNS = ("iteration,seconds,exploitability,regularised_exploitability,exploitability_at_mu,quality,"
           "regularised_quality,mean_field_delta,mu_pi_delta,policy_delta,population_residual,population_settled,evaluation_residual,"
           "best_response_residual,linear_iterations")
ALL = ("metrics: {which: [exploitability, regularised_exploitability, exploitability_at_mu, quality, "
       "regularised_quality, mean_field_delta, mu_pi_delta, policy_delta, spectrum]}\n")
RICH = """\
name: rich
game:
  type: four_rooms
  size: 9
  noise: {additive: [0.1, 0.2, 0.3, 0.15, 0.25]}
  point_of_interest: {cell: [8, 8], bonus: 0.5}
  initial: {type: concentrated, cell: [0, 0], weight: 0.9}
solver:
  type: mf_trpo
  beta: {schedule: polynomial, value: 0.3, power: 0.6}
  outer_iterations: 4
  initial_policy: {type: random, temperature: 0.2}
  stop: {mean_field_delta: 1e-9}
metrics: {which: [quality, mean_field_delta], every: 2}
output: {fields: [mean_field]}
seed: 7
"""


# At the uniform start of the small experiment μ stays where it is; from a corner it moves.
CORNER = SMALL.replace("size: 7", "size: 7\n  initial: {type: concentrated, cell: [0, 0]}")


class Results(throng_test.ThrongTest):
    def test_the_example(self):
        done = self.throng("run", EXPERIMENTS / "four_rooms.yaml", "--out", self.out, check=0)
        folder = self.result()
        self.assertEqual(self.files(), FILES)
        record = self.record()
        self.assertEqual(record["status"], "converged")
        self.assertIn("regularised_exploitability", record["stop_reason"])
        self.assertEqual(done.stdout, f"converged: {record['stop_reason']}; results in {folder}\n")
        rows = self.metrics()
        self.assertEqual([row["iteration"] for row in rows], list(range(len(rows))))
        self.assertLessEqual(rows[-1]["regularised_exploitability"], 1e-6)
        self.assertGreater(rows[-2]["regularised_exploitability"], 1e-6)
        self.assertTrue(all(a["seconds"] < b["seconds"] for a, b in zip(rows, rows[1:])))
        for name in ("exploitability_at_mu", "regularised_quality", "mean_field_delta", "policy_delta"):
            self.assertTrue(all(row[name] is None for row in rows), name)
        for name in ("exploitability", "quality", "mu_pi_delta", "population_residual", "linear_iterations"):
            self.assertTrue(all(row[name] is not None for row in rows), name)

    def test_record(self):
        self.run_text(SMALL + ALL, "--set", "seed=3")
        folder, record = self.result(), self.record()
        self.assertEqual(record["name"], "small")
        self.assertEqual(record["run_id"], folder.name)
        self.assertRegex(folder.name, r"^four_rooms-mf_trpo-seed3-[0-9a-f]{12}$")
        self.assertEqual(record["status"], "iteration_limit")
        parameters = record["parameters"]
        self.assertEqual(list(parameters), ["name", "game", "solver", "metrics", "evaluation", "output", "checkpoint",
                                            "seed"])
        self.assertEqual(parameters["game"]["type"], "four_rooms")
        self.assertEqual(parameters["game"]["noise"], {"slip": 0.1})
        self.assertEqual(parameters["game"]["initial"], {"type": "uniform"})
        self.assertEqual(parameters["solver"]["beta"]["schedule"], "constant")
        self.assertEqual(parameters["output"]["fields"], ["mean_field", "policy", "value", "population"])
        self.assertEqual(parameters["seed"], 3)
        self.assertEqual(list(record["metrics"]), COLUMNS.split(","))
        self.assertEqual(record["metrics"]["iteration"], 3)
        last = self.metrics()[-1]
        self.assertEqual(record["metrics"], last)
        self.assertEqual(record["spectrum"]["classes"], 1)
        provenance = record["provenance"]
        self.assertEqual((provenance["states"], provenance["actions"], provenance["ranks"]), (40, 5, 1))
        self.assertEqual(set(provenance["libraries"]), {"MPI", "PETSc", "SLEPc", "libyaml", "HDF5"})
        self.assertRegex(provenance["start"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertGreater(provenance["peak_memory_bytes"], 1e6)
        self.assertGreater(provenance["wall_seconds"], sum(provenance["stage_seconds"].values()) * 0.5)
        self.assertEqual(len(provenance["hosts"]), 1)
        self.assertEqual((provenance["launches"], provenance["resumed_from"]), (1, None))
        self.assertEqual(provenance["solve_seconds"], last["seconds"])
        self.assertGreater(provenance["wall_seconds"], last["seconds"])

    def test_the_memory_of_a_run_is_not_that_of_earlier_ones(self):
        """The large run is the first of the three, and the only one of its size."""
        self.run_text(SMALL.replace("outer_iterations: 3", "outer_iterations: 1\n  inner_iterations: 1")
                      + "metrics: {which: [quality]}\noutput: {fields: []}\nsweep: {game.size: [7, 301, 11]}\n")
        records = [self.record(path) for path in self.results()]
        peaks = {r["parameters"]["game"]["size"]: r["provenance"]["peak_memory_bytes"] for r in records}
        first = min(self.results(), key=lambda path: (path / "run.json").stat().st_mtime_ns)
        self.assertEqual(self.record(first)["parameters"]["game"]["size"], 301)
        self.assertGreater(peaks[301], 100e6)
        self.assertLess(max(peaks[7], peaks[11]), 0.7 * peaks[301])

    SPECTRUM = SMALL + "metrics: {which: [quality, spectrum]}\n"

    def test_a_spectrum_comes_with_the_stationary_law(self):
        self.run_text(self.SPECTRUM)
        spectrum = self.record()["spectrum"]
        self.assertEqual((spectrum["classes"], spectrum["period"]), (1, 1))
        self.assertLess(spectrum["residual"], 1e-10)
        self.assertNotIn("spectrum_problem", self.record())
        self.assertIn(b"stationary_law", (self.result() / "fields.h5").read_bytes())
        self.run_text(SMALL)
        folder = next(path for path in self.results() if "spectrum" not in self.record(path))
        self.assertNotIn(b"stationary_law", (folder / "fields.h5").read_bytes())

    def test_the_population_is_there_if_a_metric_rests_on_it(self):
        self.run_text(SMALL + "metrics: {which: [exploitability]}\n")
        self.assertIn(b"population", (self.result() / "fields.h5").read_bytes())
        for without in ("metrics.which=[quality]", "output.fields=[policy]"):
            out = self.folder / without
            self.throng("run", self.write(SMALL), "--out", out, "--set", without, check=0)
            self.assertNotIn(b"population\0", (self.result(out) / "fields.h5").read_bytes())

    def test_a_spectrum_that_cannot_be_computed(self):
        done = self.run_text(self.SPECTRUM, "--set", "game.size=31", "--", "-spectrum_eps_max_it", "1",
                             "-spectrum_eps_tol", "1e-40")
        record = self.record()
        self.assertEqual(record["status"], "iteration_limit", done.stdout)
        self.assertIsNone(record["spectrum"])
        self.assertEqual(record["spectrum_problem"], "too many eigenvalues on the unit circle, or none to the "
                         "tolerance of the eigenvalue solver")
        fields = (self.result() / "fields.h5").read_bytes()
        self.assertIn(b"mean_field", fields)
        self.assertNotIn(b"stationary_law", fields)

    def test_the_spectrum_of_a_failed_run(self):
        self.run_text(self.SPECTRUM + "evaluation: {direct_below: 0}\n", "--", "-eval_ksp_max_it", "1", check=1)
        self.assertIsNone(self.record()["spectrum"])
        self.assertEqual(self.record()["spectrum_problem"], "the run failed")

    def test_metrics_have_17_digits_and_a_row_of_the_start(self):
        self.run_text(SMALL + ALL)
        lines = (self.result() / "metrics.csv").read_text(encoding="utf-8").splitlines()
        self.assertEqual(lines[0], COLUMNS)
        self.assertEqual(len(lines), 5)
        start = self.metrics()[0]
        self.assertEqual(start["iteration"], 0)
        for name in ("mean_field_delta", "policy_delta", "regularised_quality"):
            self.assertIsNone(start[name])
        quality = lines[2].split(",")[5]
        self.assertEqual(quality, f"{float(quality):.17g}")
        self.assertRegex(lines[2].split(",")[-1], r"^\d+$")

    def test_metrics_are_thinned(self):
        self.run_text(SMALL, "--set", "solver.outer_iterations=7", "--set", "metrics.every=3")
        self.assertEqual([row["iteration"] for row in self.metrics()], [0, 3, 6, 7])

    def test_recorded_parameters_are_the_same_run(self):
        for text in (SMALL, RICH):
            with self.subTest(text.splitlines()[0]):
                self.run_text(text)
                recorded = json.dumps(self.record()["parameters"], indent=1)
                self.assert_kept(self.run_text(recorded))
                shutil.rmtree(self.out)

    def test_the_run_id_tells_runs_apart(self):
        self.run_text(SMALL)
        first = self.result()
        for setting in ("seed=2", "solver.eta=0.4", "game.discount=0.8", "evaluation.tolerance=1e-9",
                        "metrics.every=2"):
            self.run_text(SMALL, "--set", setting)
        self.assertEqual(len(self.results()), 6)
        for setting in ("solver.eta=0.50", "game.discount=0.9", "output.fields=[policy]", "checkpoint.iterations=1"):
            self.assert_kept(self.run_text(SMALL, "--set", setting), first)
        self.assertEqual(len(self.results()), 6)

    def test_the_id_is_of_what_is_meant_and_not_of_how_it_is_written(self):
        """A file is the same under each of its names, and a list of words is a set."""
        self.run_text(CORNER)
        fields = self.result() / "fields.h5"
        copy = self.folder / "copy.h5"
        copy.write_bytes(fields.read_bytes())
        text = SMALL.replace("size: 7", "size: 7\n  initial: {type: file, path: PATH}").replace("small", "given")
        words = "metrics: {which: [WHICH]}\n"
        first = self.run_text((text + words).replace("PATH", str(fields)).replace("WHICH", "quality, exploitability"))
        folder = next((self.out / "given").glob("four_rooms-*"))
        self.assertIn(str(folder), first.stdout)
        for path, which in ((copy, "quality, exploitability"), ("./copy.h5", "exploitability, quality")):
            self.assert_kept(self.run_text((text + words).replace("PATH", str(path)).replace("WHICH", which)), folder)
        self.run_text((text + words).replace("PATH", "copy.h5").replace("WHICH", "quality"))
        self.run_text(CORNER, "--set", "solver.eta=0.6")
        other = next(path for path in self.results() if path.parent.name == "small" and path != fields.parent) / "fields.h5"
        self.run_text((text + words).replace("PATH", str(other)).replace("WHICH", "quality"))
        self.assertEqual(len(list((self.out / "given").glob("four_rooms-*"))), 3)

    def test_fields_can_be_started_from(self):
        self.run_text(CORNER + ALL)
        last = self.metrics()[-1]
        fields = self.result() / "fields.h5"
        other = self.folder / "other"
        self.throng("run", self.write(CORNER + ALL), "--out", other, "--set", "solver.outer_iterations=0", "--set",
                    f"solver.initial_policy={{type: file, path: {fields}}}", "--set",
                    f"game.initial={{type: file, path: {fields}}}", check=0)
        start = self.metrics(self.result(other))[0]
        for name in ("exploitability", "regularised_exploitability", "quality", "mu_pi_delta"):
            self.assertAlmostEqual(start[name], last[name], delta=1e-9 * (1 + abs(last[name])), msg=name)

    def test_a_policy_that_is_given_is_evaluated(self):
        self.run_text(CORNER + ALL)
        last = self.metrics()[-1]
        fields = self.result() / "fields.h5"
        given, other = f"{{type: file, path: {fields}}}", self.folder / "other"
        text = (f"name: given\ngame: {{type: four_rooms, size: 7, initial: {given}}}\n"
                f"solver: {{type: fixed_policy, initial_policy: {given}}}\n")
        done = self.throng("run", self.write(text), "--out", other, check=0)
        record, rows = self.record(self.result(other)), self.metrics(self.result(other))
        self.assertEqual(record["status"], "evaluated")
        self.assertEqual(done.stdout, f"evaluated: {record['stop_reason']}; results in {self.result(other)}\n")
        self.assertRegex(done.stderr, r"^iteration 0  exploitability \S+  \S+ m?s\n$")
        self.assertEqual(record["parameters"]["solver"], {"type": "fixed_policy", "initial_policy":
                                                          {"type": "file", "path": str(fields)}})
        self.assertEqual(len(rows), 1)
        for name in ("exploitability", "quality", "mu_pi_delta"):
            self.assertAlmostEqual(rows[0][name], last[name], delta=1e-9 * (1 + abs(last[name])), msg=name)
        for name in ("mean_field_delta", "regularised_exploitability"):
            self.assertIsNone(rows[0][name])
        self.assert_kept(self.throng("run", self.write(text), "--out", other), self.result(other))

    def test_progress_in_a_log(self):
        done = self.run_text(CORNER, "--set", "solver.outer_iterations=30", "--set",
                             "solver.stop.mean_field_delta=1e-15")
        lines = done.stderr.splitlines()
        shown = [int(re.match(r"iteration (\d+)/30  \w+ \d", line)[1]) for line in lines]
        self.assertEqual(shown, [0, 1, 2, 5, 10, 20, 30])
        self.assertIn("mean_field_delta", lines[-1])
        self.assertNotIn("\r", done.stderr)


class FailedRuns(throng_test.ThrongTest):
    FAILING = SMALL + "evaluation: {direct_below: 0}\n"
    OPTIONS = ["--", "-eval_ksp_max_it", "1"]

    def test_a_solve_that_cannot_converge(self):
        done = self.run_text(self.FAILING, *self.OPTIONS, check=1)
        record = self.record()
        self.assertEqual(record["status"], "failed")
        self.assertNotEqual(record["stop_reason"], "")
        self.assertEqual(done.stdout, f"failed: {record['stop_reason']}; results in {self.result()}\n")
        self.assertTrue(self.result().name.endswith(".failed"))
        self.assertEqual(self.record()["run_id"] + ".failed", self.result().name)
        self.assertEqual(self.files(), ["checksums", "metrics.csv", "run.json"])
        text = (self.result() / "metrics.csv").read_text(encoding="utf-8").lower()
        self.assertNotIn("nan", text)
        self.assertNotIn("inf", text)
        self.assertTrue(text.startswith(COLUMNS + "\n"))
        rows = self.metrics()
        self.assertEqual(record["metrics"], rows[-1] if rows else dict.fromkeys(COLUMNS.split(",")))

    def test_a_failed_run_is_not_tried_again_unless_it_is_asked_for(self):
        self.run_text(self.FAILING, *self.OPTIONS, check=1)
        record = self.record()
        done = self.run_text(self.FAILING, *self.OPTIONS, check=1)
        self.assertEqual(self.record(), record)
        self.assertEqual(done.stdout, f"failed already: {record['stop_reason']}; the result is in {self.result()}; "
                         "--rerun failed tries it again\n")
        for which in ("damaged", "stale"):
            self.run_text(self.FAILING, "--rerun", which, *self.OPTIONS, check=1)
            self.assertEqual(self.record(), record)
        for which in ("failed", "all"):
            before = self.record()
            done = self.run_text(self.FAILING, "--rerun", which, *self.OPTIONS, check=1)
            self.assertIn(f"failed: {record['stop_reason']}; results in", done.stdout)
            self.assertNotEqual(self.record()["provenance"]["wall_seconds"], before["provenance"]["wall_seconds"])

    def test_a_failed_result_does_not_replace_a_good_one(self):
        self.run_text(self.FAILING, *self.OPTIONS, check=1)
        failed = self.result()
        good = failed.rename(failed.with_suffix(""))
        record = self.record(good)
        self.assert_kept(self.run_text(self.FAILING, *self.OPTIONS))
        self.run_text(self.FAILING, "--rerun", "all", *self.OPTIONS, check=1)
        self.assertEqual(self.results(), [good, failed])
        self.assertEqual(self.record(good), record)
        self.assertNotEqual(self.record(failed), record)
        told = f"throng: the result stands though a later attempt failed, see {failed}; --rerun failed tries it again\n"
        self.assert_kept(self.run_text(self.FAILING, *self.OPTIONS), good, told)


if __name__ == "__main__":
    throng_test.main()
