"""Launches that share the runs of a file, started and ended at the same time on one folder."""

import os
import subprocess
import tempfile

import throng_test
from throng_test import SMALL, THRONG

RUNS = SMALL.replace("outer_iterations: 3", "outer_iterations: 1") + "seeds: {count: 16}\n"
LAUNCHES = 8


class Shards(throng_test.ThrongTest):
    def begin(self, path, out, shard):
        session = tempfile.mkdtemp(dir=self.folder)
        environment = os.environ | throng_test.ALONE | {"OMPI_MCA_orte_tmpdir_base": session}
        process = subprocess.Popen([THRONG, "run", path, "--out", out, "--shard", f"{shard}/{LAUNCHES}"], text=True,
                                   cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_all_at_once(self):
        path = self.write(RUNS)
        for attempt in range(4):
            out = self.folder / f"out{attempt}"
            together = [self.begin(path, out, shard) for shard in range(LAUNCHES)]
            for process in together:
                output, _ = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 0, output)
            names = sorted(p.name for p in (out / "small").iterdir())
            runs = [name for name in names if "-seed" in name]
            self.assertEqual(len(runs), 16)
            self.assertEqual(sorted(set(names) - set(runs)), ["experiment.json", "experiment.yaml", "plan.csv"])
            self.assertEqual((out / "small/experiment.yaml").read_text(encoding="utf-8"), RUNS)
            for run in runs:
                self.assertEqual(self.record(out / "small" / run)["provenance"]["launches"], 1)


if __name__ == "__main__":
    throng_test.main()
