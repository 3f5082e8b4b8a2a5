"""Result folders appear complete or not at all, and nothing destroys an earlier one."""

import os
import signal
import subprocess
import time
import unittest

import throng_test
from throng_test import SMALL, THRONG

LONG = SMALL.replace("outer_iterations: 3", "outer_iterations: 100000000")


def content(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


class ResultFolders(throng_test.ThrongTest):
    def start(self, text):
        """Start a run and wait until its metrics come."""
        process = subprocess.Popen([THRONG, "run", str(self.write(text)), "--out", str(self.out)], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for _ in range(600):
            found = list(self.out.glob("small/*.running/metrics.csv"))
            if found and found[0].read_text(encoding="utf-8").count("\n") > 2:
                return process, found[0].parent
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        self.fail("the run does not write its metrics")

    def begin(self, path, out, *arguments):
        """Start a run and do not wait."""
        session = self.folder / f"session{len(list(self.folder.glob('session*')))}"
        session.mkdir()
        process = subprocess.Popen([THRONG, "run", str(path), "--out", str(out), *arguments], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=os.environ | throng_test.ALONE | {"OMPI_MCA_orte_tmpdir_base": str(session)})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_refuses_to_overwrite(self):
        self.run_text(SMALL)
        before = content(self.result())
        done = self.run_text(SMALL, check=2)
        self.assertEqual(done.stderr, f"throng: the result {self.result()} exists already; --overwrite replaces it\n")
        self.assertEqual(content(self.result()), before)

    def test_overwrites_when_told_to(self):
        self.run_text(SMALL)
        before = content(self.result())
        self.run_text(SMALL, "--overwrite")
        after = content(self.result())
        self.assertEqual(set(before), set(after))
        self.assertNotEqual(before["run.json"], after["run.json"])

    def test_bad_input_leaves_earlier_results_alone(self):
        self.run_text(SMALL)
        before = content(self.result())
        self.run_text(SMALL.replace("eta", "etaa"), "--overwrite", check=2)
        self.run_text(SMALL, "--overwrite", "--", "-eval_ksp_tpye", "gmres", check=2)
        self.assertEqual(content(self.result()), before)

    def test_unwritable_folder(self):
        self.write("a file\n", "file")
        for out, reason in (("file", "Not a directory"), ("file/below", "Not a directory"),
                            ("/proc/none", "Permission denied" if os.geteuid() else None)):
            with self.subTest(out):
                done = self.throng("run", self.write(SMALL), "--out", out, check=2)
                self.assertTrue(done.stderr.startswith("throng: cannot "), done.stderr)
                self.assertIn(out, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                if reason:
                    self.assertIn(reason, done.stderr)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["experiment.yaml", "file"])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folder_without_permission(self):
        self.out.mkdir(mode=0o500)
        done = self.run_text(SMALL, check=2)
        self.assertEqual(done.stderr, f"throng: cannot write results in {self.out}/small: Permission denied\n")
        self.assertEqual(list(self.out.iterdir()), [])

    def test_a_killed_run_is_replaced(self):
        process, running = self.start(LONG)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertTrue(running.exists())
        self.assertFalse(running.with_suffix("").exists())
        # The same run, cut short: it has another name, so the folder is given that one.
        self.run_text(SMALL)
        short = next(p for p in self.out.glob("small/*") if p != running)
        name = short.name
        for path in short.iterdir():
            path.unlink()
        short.rmdir()
        running = running.rename(running.with_name(name + ".running"))
        done = self.run_text(SMALL)
        self.assertEqual(done.stderr.splitlines()[0],
                         f"throng: replacing {running}, which an unfinished run left")
        self.assertEqual(sorted(p.name for p in self.result().iterdir()), ["fields.h5", "metrics.csv", "run.json"])

    def test_a_living_run_is_left_alone(self):
        process, running = self.start(LONG)
        for arguments in ([], ["--overwrite"]):
            done = self.run_text(LONG, *arguments, check=2)
            self.assertEqual(done.stderr, f"throng: another run is writing this result now, in {running}\n")
        self.assertIsNone(process.poll())
        self.assertTrue((running / "metrics.csv").exists())

    def test_the_same_run_started_several_times_at_once(self):
        """One of them runs, the others are refused, and the result is that of one run alone."""
        path = self.write(SMALL.replace("size: 7", "size: 21").replace("outer_iterations: 3", "outer_iterations: 12"))
        for attempt in range(8):
            out = self.folder / f"out{attempt}"
            together = [self.begin(path, out, "--overwrite") for _ in range(3)]
            ends = [(p.communicate(timeout=60), p.returncode) for p in together]
            done = [end for end in ends if end[1] == 0]
            self.assertGreaterEqual(len(done), 1, ends)
            for (_, stderr), code in ends:
                self.assertIn(code, (0, 2), ends)
                self.assertNotIn("unfinished", stderr)
                if code:
                    self.assertRegex(stderr, r"^throng: another run is writing this result now, in \S+\.running\n$")
            folder = self.result(out)
            self.assertEqual(sorted(p.name for p in folder.iterdir()), ["fields.h5", "metrics.csv", "run.json"])
            self.assertEqual([row["iteration"] for row in self.metrics(folder)], list(range(13)))
            self.assertEqual(self.record(folder)["metrics"], self.metrics(folder)[-1])

    def test_a_run_killed_while_it_gave_its_result_the_name(self):
        self.run_text(SMALL)
        final = self.result()
        before = content(final)
        replaced = final.rename(final.with_name(final.name + ".replaced"))
        self.assertIn("exists already", self.run_text(SMALL, check=2).stderr)
        self.assertEqual(content(replaced), before)
        self.run_text(SMALL, "--overwrite")
        self.assertEqual(self.result(), final)


if __name__ == "__main__":
    throng_test.main()
