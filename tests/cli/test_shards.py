"""Launches that share the runs of a file, started and ended at the same time on one folder."""

import throng_test
from throng_test import SMALL

RUNS = SMALL.replace("outer_iterations: 3", "outer_iterations: 1") + "seeds: {count: 16}\n"
LAUNCHES = 8


class Shards(throng_test.ThrongTest):
    def test_all_at_once(self):
        path = self.write(RUNS)
        for attempt in range(4):
            out = self.folder / f"out{attempt}"
            together = [self.begin("run", path, "--out", out, "--shard", f"{shard}/{LAUNCHES}")
                        for shard in range(LAUNCHES)]
            for process in together:
                output = process.communicate(timeout=60)
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
