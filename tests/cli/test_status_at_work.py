"""`throng status` while runs are at work, end, and change their folders."""

import fcntl
import itertools
import multiprocessing
import os
import re
import shutil
import signal
import socket
import time

import throng_test
from status import GRID, RANDOM, SLOW, StatusTest


def replace_results(folder, run_ids):
    """Put new results in place of those there are, as a launch does, with no more than a moment in between."""
    locks = []
    for run_id in run_ids:
        endings = (".running", ".0", ".1", ".2", ".3")
        for ending in endings:
            shutil.copytree(folder / run_id, folder / (run_id + ending))
        for ending in ("", *endings):
            locks.append(open(folder / (run_id + ending) / "lock", "wb"))
            fcntl.lockf(locks[-1], fcntl.LOCK_EX)
    for turn in itertools.count():
        for run_id in run_ids:
            running, final, replaced, other = (f"{folder}/{run_id}{ending}"
                                               for ending in (".running", "", ".replaced", f".{turn % 4}"))
            os.rename(final, replaced)
            os.rename(running, final)
            os.rename(other, running)
            os.rename(replaced, other)
        time.sleep(0.0005)


class AtWork(StatusTest):
    def test_running(self):
        process, running = self.start(SLOW, rows=30)
        text = self.status(check=75, alive=True)
        self.assert_counts(text, running=1, missing=3)
        line, = self.lines_below(text, "running")
        host = socket.gethostname()
        found = re.fullmatch(rf"  (\S+)  (\S+ \S+)  iteration (\d+) of 100000000  exploitability \d\.\d{{3}}e[+-]\d\d  "
                             rf"{re.escape(host)}  (\S+) s ago", line)
        self.assertIsNotNone(found, line)
        self.assertEqual(running.name, found[1] + ".running")
        self.assertEqual(self.run_id(found[2]), found[1])
        self.assertLess(float(found[4]), 30)
        rows = self.metrics(running)
        self.assertLessEqual(30, int(found[3]))
        self.assertLessEqual(int(found[3]), rows[-1]["iteration"])
        text = self.status(running.name, check=75, alive=True)
        self.assertRegex(text, rf"\nworker       {host}, process {process.pid}, 1 rank, since \S+, launch 1 of the run ")
        self.assertIn("\nstate        running\n", text)
        # to be looked at takes no lock away
        self.assertIsNone(process.poll())
        self.assert_counts(self.status(check=75, alive=True), running=1, missing=3)

    def test_interrupted_with_a_checkpoint(self):
        process, running = self.start(SLOW, rows=30)
        self.stop(process, signal.SIGUSR1)
        text = self.status(check=75)
        self.assert_counts(text, interrupted=1, missing=3)
        self.assertIn("1 with a checkpoint of this version, 0 without\n", text)
        self.assertNotIn("another host", text)
        text = self.status(running.name, check=75)
        last = int(self.metrics(running)[-1]["iteration"])
        self.assertRegex(text, rf"\ncheckpoint   after iteration {last} and \S+ s, written \S+ s ago, in launch 1 of the run\n")
        self.assertIn(f"\n  {last:10d}  ", text)

    def test_killed(self):
        process, running = self.start(SLOW.replace("iterations: 20", "iterations: 0"), rows=3)
        self.stop(process, signal.SIGKILL)
        self.assertTrue((running / "lock").exists())
        text = self.status(check=75)
        self.assert_counts(text, interrupted=1, missing=3)
        self.assertIn("0 with a checkpoint of this version, 1 without\n", text)

    def test_a_checkpoint_of_another_version(self):
        process, running = self.start(SLOW, rows=30)
        self.stop(process, signal.SIGUSR1)
        for record in running.glob("checkpoint-*.json"):
            record.write_text(re.sub('"version": "[^"]*"', '"version": "0.0.1"', record.read_text(encoding="utf-8")),
                              encoding="utf-8")
        self.assertIn("0 with a checkpoint of this version, 1 without\n", self.status(check=75))
        self.assertIn("it is of another version, throng 0.0.1 (", self.status(running.name, check=75))

    def test_perhaps_at_work_on_another_host(self):
        process, running = self.start(SLOW, rows=30)
        self.stop(process, signal.SIGUSR1)
        owner = running / "lock"
        owner.write_text(owner.read_text(encoding="utf-8").replace(socket.gethostname(), "elsewhere"), encoding="utf-8")
        self.assertIn("1 of the interrupted runs were written to within the last two minutes on another host",
                      self.status(check=75))
        hour_ago = time.time() - 3600
        os.utime(running / "metrics.csv", (hour_ago, hour_ago))
        self.assertNotIn("another host", self.status(check=75))

    def test_time_left(self):
        """Said while runs are at work, and enough of the same width are done."""
        self.run_text(GRID)
        self.assertNotIn(" left, if", self.status())
        process, running = self.start(SLOW.replace("[1, 2]", "[1, 2, 3]"), "--set", "sweep.solver.eta=[0.5]", rows=3)
        self.assertNotIn(" left, if", self.status(check=75, alive=True))
        plan = self.out / "small" / "plan.csv"
        head = plan.read_text(encoding="utf-8").splitlines()[0]
        done = [path.parent.name for path in self.out.glob("small/*/checksums")]
        names = [*done, running.name.removesuffix(".running"), "four_rooms-mf_trpo-seed9-0123456789ab"]
        rows = [f"{name},,1,," + "," * (head.count(",") - 4) for name in names]
        plan.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        text = self.status(check=75, alive=True)
        self.assert_counts(text, iteration_limit=4, running=1, missing=1)
        self.assertRegex(text, r"\nabout \S+ s left, if the 2 runs that are not done take as long as the 4 complete ones of "
                               r"their game and solver did, 1 at a time\n")
        for change in ((",1,", ",2,"), ("mf_trpo", "mf_pso")):  # another width, another solver
            others = [*rows[:-1], rows[-1].replace(*change)]
            plan.write_text("\n".join([head, *others]) + "\n", encoding="utf-8")
            self.assertNotIn(" left, if", self.status(check=75, alive=True))
        self.stop(process, signal.SIGUSR1)

    def test_while_runs_end(self):
        """Runs get their names while they are looked at, and none is ever missed or taken for damaged."""
        text = RANDOM.replace("outer_iterations: 3", "outer_iterations: 200") + "seeds: {count: 80}\n"
        self.run_text(text, "--shard", "79/80")  # the plan is there
        process = self.begin("run", self.folder / "experiment.yaml", "--out", self.out, ranks=2)
        seen, looks = {}, 0
        while process.poll() is None:
            before, seen = seen, self.counts(self.status("--verify", check=None, alive=True))
            looks += 1
            self.assertEqual(sum(seen.values()), 80, seen)
            self.assertLessEqual(set(seen), {"iteration_limit", "running", "missing", "interrupted"})
            self.assertLessEqual(seen.get("missing", 0), before.get("missing", 80))
            self.assertGreaterEqual(seen.get("iteration_limit", 0), before.get("iteration_limit", 0))
        self.assertEqual(process.returncode, 0)
        self.assertGreater(looks, 2)
        self.assert_counts(self.status(), iteration_limit=80)

    def test_while_folders_change_fast(self):
        """Where nothing but renaming goes on, status meets it at every step."""
        self.run_text(RANDOM + "seeds: {count: 8}\n")
        run_ids = [path.name for path in self.results()]
        processes = [multiprocessing.Process(target=replace_results, args=(self.out / "small", run_ids[i::4]))
                     for i in range(4)]
        for process in processes:
            process.start()
        try:
            for _ in range(25):
                text = self.status("--verify", check=None, alive=True)
                seen = self.counts(text)
                self.assertEqual(sum(seen.values()), 8, text)
                self.assertLessEqual(set(seen), {"iteration_limit", "running"}, text)
            for process in processes:
                self.assertTrue(process.is_alive())
        finally:
            for process in processes:
                process.kill()
                process.join()


if __name__ == "__main__":
    throng_test.main()
