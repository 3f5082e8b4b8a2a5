"""The same experiment on any number of ranks gives the same metrics to the tolerance of the solves."""

import throng_test
from throng_test import SMALL

CORNER = SMALL.replace("size: 7", "size: 7\n  initial: {type: concentrated, cell: [0, 0]}")
METRICS = ("metrics: {which: [exploitability, regularised_exploitability, exploitability_at_mu, quality, "
           "regularised_quality, mean_field_delta, mu_pi_delta, policy_delta]}\n")
NOT_COMPARED = ("seconds", "linear_iterations", "population_residual", "evaluation_residual", "best_response_residual")


class Ranks(throng_test.ThrongTest):
    def rows_on(self, text, ranks):
        out = self.folder / f"out{ranks}"
        done = self.throng("run", self.write(text), "--out", out, ranks=ranks, check=0)
        self.assertEqual(done.stdout.count("results in"), 1)
        self.assertEqual(self.record(self.result(out))["provenance"]["ranks"], ranks)
        return self.result(out).name, self.metrics(self.result(out))

    def assert_same(self, text, counts, tolerance=1e-8):
        name, alone = self.rows_on(text, 1)
        for ranks in counts:
            with self.subTest(ranks):
                other_name, other = self.rows_on(text, ranks)
                self.assertEqual(other_name, name)
                self.assertEqual(len(other), len(alone))
                for a, b in zip(alone, other):
                    for key in a.keys() - set(NOT_COMPARED):
                        if a[key] is None:
                            self.assertIsNone(b[key])
                        else:
                            self.assertAlmostEqual(a[key], b[key], delta=tolerance * (1 + abs(a[key])), msg=key)

    def test_direct_solves(self):
        self.assert_same(CORNER + METRICS, (2, 3))

    def test_iterative_solves(self):
        # The reward is the logarithm of densities that are small here, so an error in them shows much larger.
        evaluation = "evaluation: {direct_below: 0, tolerance: 1.0e-13, population_tolerance: 1.0e-15}\n"
        self.assert_same(CORNER + METRICS + evaluation, (2, 3), tolerance=1e-6)

    def test_random_policy(self):
        self.assert_same(CORNER.replace("eta: 0.5", "initial_policy: random") + METRICS + "seed: 5\n", (2, 3))

    def test_more_ranks_than_states(self):
        self.assert_same(CORNER.replace("type: four_rooms\n  size: 7", "type: crowd_grid\n  size: 2") + METRICS, (5,))


if __name__ == "__main__":
    throng_test.main()
