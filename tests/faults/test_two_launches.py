"""Two launches at once in the same folder share the runs: none is done twice, and all results are right."""

import faults
from faults import BAD_DISK, LONG_SWEEP


class TwoLaunches(faults.FaultTest):
    def test_started_at_once(self):
        path = self.write(LONG_SWEEP)
        self.throng("run", path, "--out", self.folder / "undisturbed", check=0)
        expected = self.outcomes(self.folder / "undisturbed")
        self.out.mkdir()
        logs = [self.folder / f"renames{i}" for i in range(3)]
        together = [self.launch(path, self.out, before=[BAD_DISK, "--folder", str(self.out), "--kinds", "rename",
                                                       "--log", str(log), "--"]) for log in logs]
        ends = [(p.communicate(timeout=100), p.returncode) for p in together]
        if any(code == faults.NOT_ALLOWED for _, code in ends):
            self.skipTest(ends[0][0][1])
        self.assertLessEqual({code for _, code in ends}, {0, 75}, ends)  # 75: some runs are those of another launch
        self.assert_outcomes(expected)
        self.assert_tidy()
        renames = [log.read_text(encoding="utf-8") if log.exists() else "" for log in logs]
        for name in expected:
            self.assertEqual(sum(text.count(f"/{name}\n") for text in renames), 1, name)
        self.assertGreater(sum(any(f"/{name}\n" in text for name in expected) for text in renames), 1, "one did it all")
        for folder in self.runs().values():
            self.assertEqual(self.record(folder)["provenance"]["launches"], 1)
        self.throng("run", path, "--out", self.out, check=0)


if __name__ == "__main__":
    faults.main()
