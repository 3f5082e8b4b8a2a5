"""The job scripts on a cluster: to the end, in shares, out of time, with a node that fails, and a report afterwards.

Each test edits the marked lines of a script as a user does, submits it, and looks at what is on the disk. A run that
was interrupted must have the numbers of one that was not.
"""

import csv
import functools
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
THRONG = pathlib.Path(os.environ.get("THRONG", ROOT / "build/release/throng")).resolve()
ANALYSIS = ROOT / "analysis/.venv"

SMALL = """\
name: small
game: {type: four_rooms, size: 7}
solver: {type: mf_trpo, initial_policy: random, outer_iterations: 5}
sweep: {solver.eta: [0.2, 0.5]}
seeds: {count: 3}
"""
# Seconds each. Nothing but the tests' signals makes checkpoints.
LONG = """\
name: long
game: {type: four_rooms, size: 21}
solver: {type: mf_trpo, initial_policy: random, outer_iterations: 600}
seeds: {count: 3}
checkpoint: {iterations: 0, minutes: 0}
"""
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE")


def rows(folder):
    """How many complete lines metrics.csv of a run has below its header."""
    try:
        return (folder / "metrics.csv").read_bytes().count(b"\n") - 1
    except OSError:
        return 0


def metrics(folder):
    """metrics.csv as text, without what differs from one time to the next."""
    with open(folder / "metrics.csv", encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def record(folder):
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


class Jobs(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.cluster = cluster.Cluster()
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__)

    def setUp(self):
        """A folder that looks like the root of a checkout."""
        self.folder = self.cluster.folder / self.id().rpartition(".")[2]
        shutil.copytree(ROOT / "jobs", self.folder / "jobs")
        (self.folder / "build/release").mkdir(parents=True)
        (self.folder / "build/release/throng").symlink_to(THRONG)
        (self.folder / "analysis").mkdir()
        (self.folder / "analysis/.venv").symlink_to(ANALYSIS)
        self.out = self.folder / "out"
        self.addCleanup(self.cluster.command, "scancel", "--user", os.getuid())

    def fail(self, message=None):
        logs = [f"--- {path.name}\n{path.read_text(errors='replace')}" for path in sorted(self.folder.glob("*.log"))]
        super().fail("\n".join([str(message), *logs, self.cluster.logs()]))

    def wait(self, condition, what, job=None, seconds=90):
        """Poll for a condition, and no longer than the job is there."""
        def seen():
            over = job and self.cluster.job(job)["JobState"] in ENDED
            return condition() or over and self.fail(f"not seen before the end of job {job}: {what}")

        try:
            return cluster.wait_for(seen, what, seconds)
        except TimeoutError as problem:
            return self.fail(problem)

    # Jobs.

    def submit(self, script, resources, experiment="", options=(), out="out"):
        """Edit the marked lines of a job script and submit it; the number of the job."""
        (self.folder / "experiment.yaml").write_text(experiment)
        lines = {"#SBATCH": f"#SBATCH {resources}", "experiment=": "experiment=experiment.yaml", "out=": f"out={out}"}
        path = self.folder / "jobs" / script
        text = []
        for line in path.read_text().splitlines():
            if line.endswith("# <--"):
                line = lines[next(begin for begin in lines if line.startswith(begin))]
            text.append(line + "\n")
        path.write_text("".join(text))
        return int(self.cluster.command("sbatch", "--parsable", *options, path, cwd=self.folder))

    def await_end(self, job, state="COMPLETED"):
        """Wait until the job is over, and expect it to be in that state; what scontrol says of it then."""
        end = self.wait(lambda: (now := self.cluster.job(job))["JobState"] in ENDED and now, f"the end of job {job}")
        if end["JobState"] != state:
            self.fail(f"job {job} is {end['JobState']} with exit code {end['ExitCode']}")
        return end

    def await_start_again(self, job):
        def started():
            now = self.cluster.job(job)
            return now["Restarts"] == "1" and now["JobState"] == "RUNNING" and now
        return self.wait(started, "its second start", job)

    # Results.

    def plan(self, out=None):
        """The ids of the runs of the one experiment."""
        path, = (out or self.out).glob("*/plan.csv")
        with open(path, encoding="utf-8", newline="") as file:
            return [row["run_id"] for row in csv.DictReader(file)]

    def assert_complete(self, count, killed=False):
        """Every run of the plan has its folder, and there is nothing else; the records by run.

        What a killed launch has claimed may stay: the next one cannot always know that it is gone.
        """
        folder, = self.out.iterdir()
        plan = self.plan()
        self.assertEqual(len(set(plan)), count)
        folders = {p.name for p in folder.iterdir() if p.is_dir()} - ({".launches"} if killed else set())
        self.assertEqual(sorted(folders), sorted(plan))
        records = {run: record(folder / run) for run in plan}
        self.assertEqual({r["status"] for r in records.values()}, {"iteration_limit"})
        return records

    @classmethod
    @functools.cache
    def undisturbed(cls):
        """The folder of LONG, performed without SLURM."""
        folder = cls.cluster.folder / "undisturbed"
        folder.mkdir()
        (folder / "experiment.yaml").write_text(LONG)
        environment = {k: v for k, v in cls.cluster.environment.items() if k != "SLURM_CONF"}
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "2", str(THRONG), "run", "experiment.yaml"]
        subprocess.run(command, cwd=folder, env=environment, check=True, timeout=100, capture_output=True)
        return folder / "results/long"

    def assert_as_undisturbed(self):
        for run in self.plan():
            self.assertEqual(metrics(self.out / "long" / run), metrics(self.undisturbed() / run))

    def at_work(self, job, least):
        """The folders of the two runs that the job works on, once there are so many rows in each."""
        def seen():
            found = sorted(p for p in self.out.glob("*/*.running") if rows(p) >= least)
            return len(found) == 2 and found
        return self.wait(seen, f"two runs with {least} rows", job)

    def checkpoints(self):
        return sorted(self.out.glob("*/*.running/checkpoint-?.json"))

    # Tests.

    def test_one_allocation_over_two_nodes(self):
        """One rank on each: some runs have one of them, some both."""
        experiment = SMALL + "resources: {overrides: [{match: {solver.eta: 0.5}, set: {ranks_per_run: 2}}]}\n"
        job = self.submit("sweep.sbatch", "--nodes=2 --ntasks=2 --time=10", experiment)
        self.assertEqual(self.await_end(job)["NumNodes"], "2")
        records = self.assert_complete(6)
        self.assertEqual(sorted(r["provenance"]["ranks"] for r in records.values()), [1, 1, 1, 2, 2, 2])
        self.assertEqual({r["provenance"]["launches"] for r in records.values()}, {1})
        self.assertIn(f"launch task StepId={job}.0", (self.cluster.folder / "log/slurmd.n2").read_text())

    def test_array_of_shards(self):
        """Every task does its share and nothing else, so each run is done once."""
        job = self.submit("shards.sbatch", "--array=0-2 --ntasks=1 --time=10", SMALL)
        self.wait(lambda: not self.cluster.command("squeue", "-h", "-j", job), "the end of the array")
        records = self.assert_complete(6)
        self.assertEqual({r["provenance"]["launches"] for r in records.values()}, {1})
        for task in range(3):
            log = (self.folder / f"throng-{job}_{task}.log").read_text()
            self.assertIn("2 runs: 2 complete, 0 failed, 0 left", log)

    def test_one_task_of_an_array_goes_back_to_the_queue(self):
        """The last one, whose number is that of the whole array. One task is over then and stays so, one goes on."""
        experiment = LONG.replace("outer_iterations: 600", "outer_iterations: 5").replace("count: 3", "count: 1")
        experiment += "sweep: {solver.outer_iterations: [5, 5000, 3000]}\n"
        job = self.submit("shards.sbatch", "--array=0-2 --ntasks=1 --time=10", experiment)
        tasks = [f"{job}_{task}" for task in range(3)]
        runs = self.at_work(tasks[2], 20)
        self.await_end(tasks[0])
        self.assertEqual(self.cluster.job(tasks[2])["JobId"], str(job))
        self.cluster.command("scancel", "--batch", "--signal=USR1", tasks[2])
        self.wait(lambda: self.cluster.job(tasks[2])["JobState"] == "PENDING", "its way back to the queue", tasks[2])
        self.assertEqual([self.cluster.job(task)["JobState"] for task in tasks], ["COMPLETED", "RUNNING", "PENDING"])
        self.assertEqual([run.exists() for run in sorted(runs)], [True, True])
        restarts = [self.await_end(task)["Restarts"] for task in tasks]
        self.assertEqual(restarts, ["0", "0", "1"])
        records = self.assert_complete(3)
        self.assertEqual([records[run]["provenance"]["launches"] for run in self.plan()], [1, 1, 2])

    def test_out_of_time(self):
        """USR1 before the limit: every run in work keeps a checkpoint, and a second start ends the same."""
        job = self.submit("sweep.sbatch", "--nodes=1 --ntasks=2 --time=10", LONG)
        after = ["sbatch", "--parsable", f"--dependency=afterok:{job}", "--wrap", "ls"]
        after = int(self.cluster.command(*after, cwd=self.folder))
        runs = self.at_work(job, 20)
        self.assertEqual(self.checkpoints(), [])
        self.cluster.command("scancel", "--batch", "--signal=USR1", job)
        self.wait(lambda: self.cluster.job(job)["JobState"] == "PENDING", "its way back to the queue", job)
        self.assertEqual({p.parent for p in self.checkpoints()}, set(runs))
        self.assertEqual(self.cluster.job(after)["JobState"], "PENDING")
        end = self.await_end(job)
        self.assertEqual(end["Restarts"], "1")
        records = self.assert_complete(3)
        launches = {run: r["provenance"]["launches"] for run, r in records.items()}
        for run in runs:
            self.assertEqual(launches.pop(run.stem), 2)
            self.assertGreaterEqual(records[run.stem]["provenance"]["resumed_from"], 20)
        self.assertEqual(list(launches.values()), [1])
        self.assert_as_undisturbed()
        self.assertGreaterEqual(self.await_end(after)["StartTime"], end["EndTime"])

    def test_a_node_fails(self):
        experiment = LONG.replace("iterations: 0", "iterations: 50")
        job = self.submit("sweep.sbatch", "--nodes=1 --ntasks=2 --time=10", experiment)
        runs = self.at_work(job, 60)
        node = self.cluster.job(job)["BatchHost"]
        self.cluster.command("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
        self.addCleanup(self.cluster.command, "scontrol", "update", f"nodename={node}", "state=resume")
        other = self.await_start_again(job)["BatchHost"]
        self.assertEqual({node, other}, {"n1", "n2"})
        self.await_end(job)
        records = self.assert_complete(3, killed=True)
        for run in runs:
            self.assertGreaterEqual(records[run.stem]["provenance"]["resumed_from"], 50)
        self.assert_as_undisturbed()

    @unittest.skipUnless(ANALYSIS.exists(), "no analysis/.venv (bash tests/run.sh analysis makes it)")
    def test_report_afterwards(self):
        experiment = SMALL.replace("sweep: {solver.eta: [0.2, 0.5]}\n", "").replace("count: 3", "count: 1")
        job = self.submit("sweep.sbatch", "--nodes=1 --ntasks=2 --time=10", experiment)
        report = self.submit("report.sbatch", "--ntasks=1 --time=10", experiment, [f"--dependency=afterany:{job}"],
                             "out/small")
        self.assertGreaterEqual(self.await_end(report)["StartTime"], self.await_end(job)["EndTime"])
        with open(self.out / "small/table/table.csv", encoding="utf-8", newline="") as file:
            self.assertEqual(sorted(row["run_id"] for row in csv.DictReader(file)), sorted(self.plan()))
        self.assertIn("small", (self.out / "small/report/report.html").read_text())


if __name__ == "__main__":
    cluster.main()
