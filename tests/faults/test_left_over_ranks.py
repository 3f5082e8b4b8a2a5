"""Ranks without a group, rank 0 among them, know how the runs of the others ended and why the launch stops."""

import os

import faults
from throng_test import SMALL

BESIDE = ["env", f"LD_PRELOAD={os.environ['TWO_NODES_LIBRARY']}"]
PAIRS = SMALL + "resources: {ranks_per_run: 2}\n"
# One solve that does not converge, and the run fails.
FAILING = SMALL.replace("size: 7", "size: 7\n  initial: {type: concentrated, cell: [0, 0]}") + """\
seeds: {count: 8}
max_failures: 1
evaluation: {direct_below: 0}
petsc_options: "-population_ksp_max_it 1 -population_pc_type none"
resources: {ranks_per_run: 2}
"""


class LeftOverRanks(faults.FaultTest):
    def test_a_run_without_rank_0(self):
        done = self.run_text(PAIRS, ranks=3, before=BESIDE)
        self.assertEqual(done.stdout.count("results in"), 1)
        self.assertEqual(self.record()["provenance"]["ranks"], 2)

    def test_too_many_failures_without_rank_0(self):
        done = self.run_text(FAILING, ranks=3, before=BESIDE, check=1)
        self.assertIn("throng: stopped: too many runs have failed\n", done.stderr)
        self.assertIn("8 runs: 0 complete, 1 failed, 7 left", done.stdout)

    def test_a_run_with_ranks_for_two(self):
        """One of the groups does it; the other is no second launch."""
        done = self.run_text(PAIRS, ranks=4)
        self.assertEqual(done.stdout.count("results in"), 1)
        self.assertNotIn("another run", done.stderr)


if __name__ == "__main__":
    faults.main()
