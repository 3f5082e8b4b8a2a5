"""The cluster of these tests goes away with its daemons and jobs, however the process ends that started it."""

import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import cluster

# A job that does not want to end, with a process that has left its session.
JOB = "trap '' TERM; setsid sleep 1000 & touch began; sleep 1000"
OWNER = f"""
import cluster, sys, time
with cluster.Cluster() as c:
    c.command("sbatch", "-N2", "--wrap", {JOB!r}, cwd=c.folder)
    cluster.wait_for((c.folder / "began").exists, "the job")
    print(c.folder, flush=True)
    {{end}}
"""


def processes_of(folder):
    """The ids of all processes whose environment names the folder; those of zombies are empty."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"SLURM_CONF={folder}/".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            pass
    return found


class ClusterTest(unittest.TestCase):
    def assert_goes_away(self, end, number=None):
        owner = subprocess.Popen([sys.executable, "-B", "-c", OWNER.format(end=end)], stdout=subprocess.PIPE, text=True,
                                 stderr=subprocess.DEVNULL, cwd=pathlib.Path(__file__).parent)
        self.addCleanup(owner.wait)
        self.addCleanup(owner.kill)
        self.addCleanup(owner.stdout.close)
        folder = pathlib.Path(owner.stdout.readline().strip())
        self.assertTrue(folder.name, "no cluster")
        if number:
            self.assertGreaterEqual(len(processes_of(folder)), 6)
            owner.send_signal(number)
        owner.wait(timeout=60)
        cluster.wait_for(lambda: not folder.exists(), "the folder is gone", 30)
        self.assertEqual(processes_of(folder), [])

    def test_end_of_the_block(self):
        self.assert_goes_away("pass")

    def test_error(self):
        self.assert_goes_away("raise ValueError")

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number):
                self.assert_goes_away("time.sleep(1000)", number)

    def test_a_command_by_hand(self):
        def call(*words):
            return subprocess.run([sys.executable, "-B", cluster.__file__, *words], capture_output=True, text=True,
                                  timeout=100, check=False)
        with tempfile.TemporaryDirectory() as folder:
            words = ["sbatch", "--wait", "-N2", f"--chdir={folder}", "--output=log", "--wrap", "srun hostname; exit 3"]
            done = call("--", *words)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(len((pathlib.Path(folder) / "log").read_text().splitlines()), 2)
        done = call("--", "sh", "-c", "dirname $SLURM_CONF")
        self.assertFalse(pathlib.Path(done.stdout.strip()).exists())
        self.assertEqual(call("sbatch").returncode, 2)
        self.assertIn("sbatch --wait", call("--help").stdout)


if __name__ == "__main__":
    cluster.main()
