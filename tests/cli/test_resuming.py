"""Runs that are stopped, killed or run out of time go on when the same command is given again, as if nothing had been."""

import json
import math
import os
import pathlib
import re
import shutil
import signal
import time

import resuming
import throng_test
from resuming import CORNER, GOES_ON, MANY, NO_TIME, SOME
from throng_test import SMALL

SOLVER = "type: mf_trpo\n  eta: 0.5\n  outer_iterations: 3"
# An iteration takes minutes.
LONG_ITERATIONS = MANY.replace("size: 7", "size: 41").replace("inner_iterations: 100", "inner_iterations: 100000000")
# The states of solvers differ, and so do the numbers that they draw.
SOLVERS = {"mf_trpo": SOLVER.replace("eta: 0.5", "initial_policy: random"),
           "fictitious_play": "type: fictitious_play\n  lambda: harmonic\n  outer_iterations: 3",
           "online_mirror_descent": "type: online_mirror_descent\n  outer_iterations: 3",
           "policy_iteration": "type: policy_iteration\n  variant: smooth\n  outer_iterations: 3",
           "mf_pso": "type: mf_pso\n  particles: 3\n  outer_iterations: 3",
           "fixed_policy": "type: fixed_policy\n  initial_policy: random"}


class Resuming(resuming.ResumingTest):
    def assert_stopped(self, process, running, why="SIGUSR1"):
        """The process ends with exit code 75, and there is a checkpoint; returns that."""
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, stderr)
        self.assertEqual(stdout, "")
        self.assertIn(f"throng: stopped: {why}{GOES_ON}", stderr)
        self.assertNotIn("MPI_ABORT", stderr)
        self.assertEqual([path.name for path in (self.out / "small").iterdir() if path.name == ".launches"], [])
        self.assertFalse(running.with_suffix("").exists())
        newest = self.newest(running)
        self.assertEqual(newest["metrics"]["size"], (running / "metrics.csv").stat().st_size)
        self.assertEqual(self.metrics(running)[-1]["iteration"], newest["iteration"])
        return newest

    def test_stopped_by_a_signal(self):
        process, running = self.start(MANY, rows=40)
        process.send_signal(signal.SIGUSR1)
        newest = self.assert_stopped(process, running)
        self.assertGreaterEqual(newest["iteration"], 40)
        self.assertLess(newest["iteration"], 1200)
        self.assertEqual(self.files(running), ["checkpoint-0.h5", "checkpoint-0.json", "lock", "metrics.csv"])
        done = self.run_text(MANY)
        self.assertIn(f"throng: the run goes on after iteration {newest['iteration']}\n", done.stderr)
        self.assertEqual(self.provenance(), (2, newest["iteration"]))
        self.assert_equal_to_undisturbed(MANY)

    def test_ctrl_c_and_terminate(self):
        """The first stops with a checkpoint, a second of the same kind does not wait for one."""
        for number in (signal.SIGINT, signal.SIGTERM):
            process, running = self.start(MANY, rows=40)
            process.send_signal(number)
            self.assert_stopped(process, running, number.name)
            self.run_text(MANY)
            self.assert_equal_to_undisturbed(MANY)
            shutil.rmtree(self.out)
            process, running = self.start(LONG_ITERATIONS)
            process.send_signal(number)
            self.wait_until_taken(process, number)
            self.assertIsNone(process.poll())
            process.send_signal(number)
            process.communicate(timeout=20)
            self.assertEqual(process.returncode, -number)
            shutil.rmtree(self.out)

    def wait_until_taken(self, process, number):
        """The signal that was sent does not wait to be taken any more, so another one does not merge with it."""
        for _ in range(1000):
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            pending = re.search(r"^ShdPnd:\t(\w+)$", status, re.MULTILINE)[1]
            if not int(pending, 16) & 1 << number - 1:
                return
            time.sleep(0.02)
        self.fail("the signal is not taken")

    def test_a_signal_to_mpirun_or_to_any_rank(self):
        for launches, whom in enumerate(("mpirun", 0, 1), start=1):
            with self.subTest(whom):
                process, running = self.start(SOME, ranks=2, rows=40)
                os.kill(process.pid if whom == "mpirun" else self.ranks_of(process)[whom], signal.SIGUSR1)
                newest = self.assert_stopped(process, running)
                self.assertEqual(newest["launches"], launches)
        self.run_text(SOME, ranks=2)
        self.assertEqual(self.provenance(), (4, newest["iteration"]))
        self.assert_equal_to_undisturbed(SOME, ranks=2)

    def test_killed(self):
        for ranks, text in ((1, MANY), (2, SOME)):
            with self.subTest(ranks=ranks):
                text += "checkpoint: {iterations: 10}\n"
                self.out = self.folder / f"killed{ranks}"
                process, running = self.start(text, ranks=ranks, rows=55)
                owner = json.loads((running / "lock").read_text(encoding="utf-8"))
                os.kill(owner["pid"], signal.SIGKILL)
                process.communicate(timeout=60)
                self.assertNotIn(process.returncode, (0, 75))
                self.assertIn("lock", self.files(running))
                newest = self.newest(running)["iteration"]
                self.assertEqual(newest % 10, 0)
                self.run_text(text, ranks=ranks)
                self.assertEqual(self.provenance(), (2, newest))
                self.assert_equal_to_undisturbed(text, ranks)

    def test_stopped_after_every_iteration(self):
        for name, solver in SOLVERS.items():
            with self.subTest(name):
                text = CORNER.replace(SOLVER, solver)
                self.out, count = self.folder / name, 0 if name == "fixed_policy" else 3
                for iteration in range(count):
                    done = self.run_text(text, *NO_TIME, check=75)
                    self.assertIn(f"throng: stopped: the time limit of the launch is near{GOES_ON}", done.stderr)
                    self.assertEqual(self.newest(self.result())["iteration"], iteration)
                self.run_text(text, *NO_TIME)
                self.assertEqual(self.provenance(), (count + 1, count - 1 if count else None))
                self.assert_equal_to_undisturbed(text)
                shutil.rmtree(self.folder / "undisturbed1")

    def test_a_stop_rule_that_holds_goes_before_a_stop(self):
        text = CORNER.replace("eta: 0.5", "stop: {mean_field_delta: 10}")
        self.run_text(text, *NO_TIME, check=75)
        self.run_text(text, *NO_TIME)
        self.assertEqual((self.record()["status"], len(self.metrics())), ("converged", 2))
        self.assert_equal_to_undisturbed(text)

    def test_thinned_metrics(self):
        text = CORNER.replace("outer_iterations: 3", "outer_iterations: 8") + "metrics: {every: 3}\n"
        for _ in range(8):
            self.run_text(text, *NO_TIME, check=75)
        self.run_text(text, *NO_TIME)
        self.assertEqual([row["iteration"] for row in self.metrics()], [0, 3, 6, 8])
        self.assert_equal_to_undisturbed(text)

    def test_on_another_number_of_ranks(self):
        for name, first, second in (("mf_trpo", 1, 2), ("mf_trpo", 3, 2), ("mf_pso", 2, 1)):
            with self.subTest(name, first=first, second=second):
                text = CORNER.replace(SOLVER, SOLVERS[name].replace("outer_iterations: 3", "outer_iterations: 6"))
                self.out, whole = self.folder / f"{name}-{first}-{second}", self.folder / f"{name}-whole"
                for _ in range(2):
                    self.run_text(text, *NO_TIME, ranks=first, check=75)
                self.run_text(text, ranks=second)
                self.assertEqual(self.provenance(), (3, 1))
                self.assertEqual(self.record()["provenance"]["ranks"], second)
                if not whole.exists():
                    self.throng("run", self.write(text), "--out", whole, check=0)
                self.assert_close(self.metrics(), self.metrics(self.result(whole)))

    def assert_close(self, rows, others, tolerance=1e-8):
        self.assertEqual(len(rows), len(others))
        for row, other in zip(rows, others):
            for key in row.keys() - {"seconds", "linear_iterations"}:
                if other[key] is None:
                    self.assertIsNone(row[key])
                else:
                    self.assertAlmostEqual(row[key], other[key], delta=tolerance * (1 + abs(other[key])), msg=key)

    def test_a_rerun_that_is_stopped(self):
        """The result stands until there is a new one."""
        before = self.undisturbed(CORNER)
        self.out = before.parent.parent
        again = ["--rerun", "all"]
        start = self.record()["provenance"]["start"]
        self.run_text(CORNER, *again, *NO_TIME, check=75)
        self.assertEqual(self.results(), [before, before.with_name(before.name + ".running")])
        self.assert_kept(self.run_text(CORNER), before)
        self.assertEqual(self.record(before)["provenance"]["start"], start)
        self.run_text(CORNER, *again)
        self.assertEqual(self.provenance(), (2, 0))


class TimeLimits(throng_test.ThrongTest):
    LONG = SOME.replace("outer_iterations: 1000", "outer_iterations: 100000000") + "metrics: {which: [quality], every: 1000}\n"

    def assert_ends_before(self, limit, *arguments, note="", **options):
        """It stops with a checkpoint in the time that it has, and uses most of it."""
        begin = time.monotonic()
        done = self.run_text(self.LONG, *arguments, check=75, **options)
        seconds = time.monotonic() - begin
        self.assertIn(f"throng: stopped: the time limit of the launch is near{note}{GOES_ON}", done.stderr)
        self.assertLess(seconds, limit + 1)  # what the program needs to start and to end
        running = self.result()
        self.assertLess(self.metrics(running)[-1]["seconds"], limit)
        self.assertGreater(self.metrics(running)[-1]["seconds"], limit - 4)  # of which two are kept free
        self.assertIn("checkpoint-0.json", self.files(running))

    def test_of_the_command_line(self):
        self.assert_ends_before(6, "--time-limit", "0:00:06")

    def test_of_the_job(self):
        end = math.ceil(time.time()) + 6
        self.assert_ends_before(end - time.time(), env={"SLURM_JOB_END_TIME": str(end)}, note=", that of SLURM_JOB_END_TIME")

    def test_the_command_line_goes_before_the_job(self):
        end = {"SLURM_JOB_END_TIME": str(int(time.time()) - 10)}
        done = self.run_text(SMALL, check=75, env=end)
        self.assertIn("throng: stopped: the time limit of the launch is near: SLURM_JOB_END_TIME was over before the launch "
                      f"began; unset it, or give --time-limit{GOES_ON}", done.stderr)
        self.run_text(SMALL, "--time-limit", "1 h", env=end)

    def test_on_two_ranks(self):
        """Only one of them sees that the time is over; all have the same reason."""
        one_is_late = 'if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then export SLURM_JOB_END_TIME=1; fi; exec "$@"'
        done = self.run_text(self.LONG, ranks=2, before=["sh", "-c", one_is_late, "sh"], check=75)
        self.assertIn(f"throng: stopped: the time limit of the launch is near{GOES_ON}", done.stderr)

    def test_of_the_run(self):
        """Such a run has failed. It can go on where it was."""
        limit = "resources: {time_limit: 1 s}\n"
        done = self.run_text(self.LONG + limit, check=1)
        record, failed = self.record(), self.result()
        self.assertEqual(failed.name, record["run_id"] + ".failed")
        self.assertRegex(record["stop_reason"], r"^its time limit of 1 s was over after \d+ iterations$")
        self.assertIn(f"failed: {record['stop_reason']}; results in {failed}\n", done.stdout)
        self.assertEqual(self.files(), ["checkpoint-0.h5", "checkpoint-0.json", "checksums", "metrics.csv", "run.json"])
        iteration = int(record["stop_reason"].split()[-2])
        self.assertIn("failed already", self.run_text(self.LONG + limit, check=1).stdout)
        self.run_text(self.LONG + limit, "--rerun", "failed", "--set", "resources.time_limit=2 s", check=1)
        provenance = self.record()["provenance"]
        self.assertEqual((provenance["launches"], provenance["resumed_from"]), (2, iteration))
        self.assertGreaterEqual(provenance["wall_seconds"], 2)
        self.assertLess(provenance["solve_seconds"], 2.4)  # of which 1 was there already
        self.assertEqual([row["iteration"] for row in self.metrics()], [1000 * i for i in range(len(self.metrics()))])

    def test_enough_time(self):
        self.run_text(SMALL, "--time-limit=1h")
        self.assertEqual(self.record()["provenance"]["launches"], 1)


if __name__ == "__main__":
    throng_test.main()
