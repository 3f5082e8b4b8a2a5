"""SIGUSR1 stops a sweep with checkpoints, from which the same command goes on as if nothing had happened."""

import signal

import faults
from faults import LONG_SWEEP


class Stop(faults.FaultTest):
    def stop(self, path, out, ranks):
        """Launch, ask it to stop when it has begun another run after a complete one, and see what it leaves."""
        process = self.launch(path, out, ranks=ranks)
        self.wait_for(lambda: any("." not in name for name in self.runs(out)), process)
        self.wait_for(lambda: list(out.glob("*/*.running/checkpoint-?.json")), process)
        self.signal(process.pid, signal.SIGUSR1)
        stdout, stderr = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 75, f"{stdout}\n{stderr}")
        self.assertIn("throng: stopped: SIGUSR1; the same command goes on from here", stderr)
        unfinished = [p for name, p in self.runs(out).items() if name.endswith(".running")]
        self.assertTrue(unfinished)
        for folder in unfinished:
            self.assertTrue(list(folder.glob("checkpoint-?.json")), sorted(folder.iterdir()))

    def stopped_and_not(self, ranks_per_run):
        path = self.write(LONG_SWEEP + f"resources: {{ranks_per_run: {ranks_per_run}}}\n")
        undisturbed = self.folder / f"undisturbed{ranks_per_run}"
        self.throng("run", path, "--out", undisturbed, ranks=2, check=0)
        expected = self.outcomes(undisturbed)
        self.stop(path, self.out, ranks=2)
        self.assert_nothing_wrong(expected)
        return path, expected

    def test_goes_on_bit_by_bit(self):
        for ranks_per_run in (1, 2):
            with self.subTest(ranks_per_run=ranks_per_run):
                self.out = self.folder / f"out{ranks_per_run}"
                path, expected = self.stopped_and_not(ranks_per_run)
                self.throng("run", path, "--out", self.out, ranks=2, check=0)
                self.assert_outcomes(expected)
                self.assertIn(2, [self.record(p)["provenance"]["launches"] for p in self.runs().values()])

    def test_goes_on_with_other_ranks(self):
        """What two ranks began, one rank ends, and finds the same up to the tolerances."""
        path, expected = self.stopped_and_not(2)
        self.throng("run", path, "--out", self.out, "--set", "resources.ranks_per_run=1", check=0)
        found = self.outcomes()
        self.assertEqual(sorted(found), sorted(expected))
        for name in expected:
            if "mf_pso" not in name:  # its swarm makes much of small differences
                self.assert_near(found[name]["rows"], expected[name]["rows"], name)

    def assert_near(self, found, expected, name):
        columns = found[0]
        self.assertEqual([row[0] for row in found], [row[0] for row in expected], name)
        for row, reference in zip(found[1:], expected[1:]):
            for column, a, b in zip(columns, row, reference):
                if column != "linear_iterations":
                    self.assertAlmostEqual(float(a or 0), float(b or 0), delta=1e-6, msg=f"{name}: {column} {row[0]}")


if __name__ == "__main__":
    faults.main()
