"""jobs/slurm.sh without SLURM: what a job does when its program ends in every possible way, and with every signal."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOB = "set -euo pipefail\nsource jobs/slurm.sh\nrun_until_done bash -c \"$1\"\n"
# Says that it is ready for signals, and stops as the program does.
OBEDIENT = "trap 'sleep 0.2; echo stopped; exit 75' USR1; touch ready; for i in {1..600}; do sleep 0.05; done"
DEAF = "touch ready; exec sleep 30"


class JobScripts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="throng-jobs-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "bin").mkdir()
        scontrol = self.folder / "bin" / "scontrol"
        scontrol.write_text(f'#!/bin/sh\necho "$*" >>{self.folder}/requeued\n[ ! -e {self.folder}/refuse ]\n')
        scontrol.chmod(0o755)
        (self.folder / "jobs").symlink_to(ROOT / "jobs")
        self.ready = self.folder / "ready"

    def start(self, script, *arguments, **environment):
        environment |= {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "SLURM_JOB_ID": "7"}
        job = subprocess.Popen(["bash", "-c", script, "job", *arguments], cwd=self.folder, env=os.environ | environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(job.wait)
        self.addCleanup(job.kill)
        self.addCleanup(job.stdout.close)
        return job

    def assert_ends(self, job, code, text, requeued, number="7"):
        output, _ = job.communicate(timeout=60)
        self.assertEqual(job.returncode, code, output)
        self.assertIn(text, output)
        calls = self.folder / "requeued"
        self.assertEqual(calls.read_text() if calls.exists() else "", f"requeue {number}\n" if requeued else "", output)
        calls.unlink(missing_ok=True)
        return output

    def wait_until_ready(self):
        for _ in range(1200):
            if self.ready.exists():
                return self.ready.unlink()
            time.sleep(0.05)
        self.fail("the program does not start")

    def test_exit_codes(self):
        for code, end, text, requeued in ((0, 0, "All runs are complete", False), (1, 1, "some runs failed", False),
                                          (2, 2, "bad input", False), (75, 75, "number 1 of at most 20", True),
                                          (137, 137, "died (exit code 137) after ", False)):
            with self.subTest(code):
                output = self.assert_ends(self.start(JOB, f"exit {code}"), end, text, requeued)
                if code == 137:
                    self.assertRegex(output, r"\(exit code 137\) after [01] s\. That is too soon")

    def test_what_died_late_is_started_again(self):
        self.assert_ends(self.start("patience=1\n" + JOB, "sleep 1; kill -KILL $$"), 75, "died (exit code 137)", True)

    def test_bound_of_the_restarts(self):
        script = "restarts=3\n" + JOB
        self.assert_ends(self.start(script, "exit 75", SLURM_RESTART_COUNT="2"), 75, "number 3 of at most 3", True)
        self.assert_ends(self.start(script, "exit 75", SLURM_RESTART_COUNT="3"), 75, "that was the last", False)

    def test_slurm_does_not_take_it_back(self):
        (self.folder / "refuse").touch()
        self.assert_ends(self.start(JOB, "exit 75"), 75, "submit it again", True)

    def test_a_task_of_an_array_goes_back_alone(self):
        """The number alone means the whole array, if the task is its last."""
        job = self.start(JOB, "exit 75", SLURM_ARRAY_JOB_ID="7", SLURM_ARRAY_TASK_ID="3")
        self.assert_ends(job, 75, "number 1 of at most 20", True, number="7_3")

    def test_usr1(self):
        job = self.start(JOB, OBEDIENT)
        self.wait_until_ready()
        job.send_signal(signal.SIGUSR1)
        output = self.assert_ends(job, 75, "Stopped with checkpoints", True)
        self.assertIn("stopped\n", output)

    def test_usr1_that_kills_the_program(self):
        job = self.start(JOB, DEAF)
        self.wait_until_ready()
        job.send_signal(signal.SIGUSR1)
        self.assert_ends(job, 75, "died (exit code 138)", True)

    def test_term(self):
        """It comes to the program as USR1. Whatever the program says then, nothing starts the job again."""
        for program in (OBEDIENT, OBEDIENT.replace("75", "0")):
            job = self.start(JOB, program)
            self.wait_until_ready()
            job.send_signal(signal.SIGTERM)
            output = self.assert_ends(job, 143, "Ended by TERM", False)
            self.assertIn("stopped\n", output)

    def test_term_after_usr1(self):
        job = self.start(JOB, OBEDIENT.replace("exit 75", "touch ready; until [ -e go ]; do sleep 0.05; done; exit 75"))
        self.wait_until_ready()
        job.send_signal(signal.SIGUSR1)
        self.wait_until_ready()
        job.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        (self.folder / "go").touch()
        self.assert_ends(job, 143, "Ended by TERM", False)

    def test_a_signal_when_the_program_ends(self):
        """bash does not know the exit code then, and would say -1 or 0."""
        for _ in range(20):
            job = self.start(JOB, "echo $$ >pid; " + DEAF)
            self.wait_until_ready()
            os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
            job.send_signal(signal.SIGUSR1)
            output, _ = job.communicate(timeout=60)
            self.assertRegex(output, r"exit code 13[78]|just when it was asked to")
            self.assertIn(job.returncode, (75, 137), output)
            self.assertEqual((self.folder / "requeued").exists(), job.returncode == 75)
            (self.folder / "requeued").unlink(missing_ok=True)

    def test_shards(self):
        script = "set -euo pipefail\nsource jobs/slurm.sh\nshard=$(shard_of_array)\necho \"shard $shard\"\n"
        for first, last, count, number, code, text in ((0, 7, 8, 3, 0, "shard 3/8"), (0, 0, 1, 0, 0, "shard 0/1"),
                                                       (1, 8, 8, 3, 2, "without gaps"), (3, 3, 1, 3, 2, "without gaps"),
                                                       (0, 8, 5, 4, 2, "without gaps")):
            job = self.start(script, SLURM_ARRAY_TASK_MIN=str(first), SLURM_ARRAY_TASK_MAX=str(last),
                             SLURM_ARRAY_TASK_COUNT=str(count), SLURM_ARRAY_TASK_ID=str(number))
            self.assert_ends(job, code, text, False)
        self.assert_ends(self.start(script), 1, "start this as an array", False)

    def test_not_started_by_sbatch(self):
        for script in sorted((ROOT / "jobs").glob("*.sbatch")):
            text = script.read_text()
            self.assertEqual(text.count("# <--\n"), 2 if "report" in script.name else 3, script)
            for experiment in re.findall(r"^experiment=(\S+)", text, re.MULTILINE):
                self.assertRegex((ROOT / experiment).read_text(), r"(?m)^sweep:", script)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SLURM_")}
        done = subprocess.run(["bash", "jobs/sweep.sbatch"], cwd=ROOT, env=environment, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("start it with sbatch", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
