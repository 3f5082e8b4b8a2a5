"""What the tests of runs that go on share: an experiment, how to stop it, and how to see that nothing was lost."""

import json
import re

import throng_test
from throng_test import FILES, SMALL

CORNER = SMALL.replace("size: 7", "size: 7\n  initial: {type: concentrated, cell: [0, 0]}")
# Enough for a run that is stopped to be stopped in the middle: on one rank a millisecond each.
MANY = CORNER.replace("outer_iterations: 3", "outer_iterations: 1200").replace("eta: 0.5", "beta: 0.001\n  inner_iterations: 100")
# The same on several ranks, which wait for each other at each inner iteration.
SOME = MANY.replace("outer_iterations: 1200", "outer_iterations: 1000").replace("inner_iterations: 100", "inner_iterations: 10")
CHECKPOINTS = ["checkpoint-0.h5", "checkpoint-0.json", "checkpoint-1.h5", "checkpoint-1.json"]
GOES_ON = "; the same command goes on from here\n"
NO_TIME = ["--time-limit", "0.000001"]  # stops after the row of the start, or the next iteration


class ResumingTest(throng_test.ThrongTest):
    def undisturbed(self, text, ranks=1):
        """The result folder of the experiment, done at once."""
        out = self.folder / f"undisturbed{ranks}"
        if not out.exists():
            self.throng("run", self.write(text), "--out", out, ranks=ranks, check=0)
        return self.result(out)

    def lines(self, folder):
        """metrics.csv without what the clock said."""
        lines = (folder / "metrics.csv").read_text(encoding="utf-8").splitlines()
        self.assertEqual(lines[0].split(",")[:2], ["iteration", "seconds"])
        return [re.sub(",[^,]*", "", line, count=1) for line in lines]

    def assert_equal_to_undisturbed(self, text, ranks=1):
        """Byte for byte, but for the time that it took, which goes on where it was."""
        one, other = self.result(), self.undisturbed(text, ranks)
        self.assertEqual(one.name, other.name)
        self.assertEqual(self.files(), FILES)
        self.assertEqual(self.lines(one), self.lines(other))
        self.assertEqual((one / "fields.h5").read_bytes(), (other / "fields.h5").read_bytes())
        seconds = [row["seconds"] for row in self.metrics()]
        self.assertEqual(seconds, sorted(seconds))
        one, other = self.record(one), self.record(other)
        for key in ("name", "run_id", "status", "stop_reason", "parameters"):
            self.assertEqual(one[key], other[key])
        self.assertEqual(one["metrics"], self.metrics()[-1])

    def newest(self, running):
        """The newest checkpoint."""
        records = [json.loads(path.read_text(encoding="utf-8")) for path in running.glob("checkpoint-?.json")]
        return max(records, key=lambda record: record["iteration"])

    def provenance(self):
        provenance = self.record()["provenance"]
        return provenance["launches"], provenance["resumed_from"]
