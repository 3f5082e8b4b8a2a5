"""The experiments of experiments/accuracy reach the exploitability that their README states, from three seeds."""

import throng_test
from throng_test import EXPERIMENTS

# Exploitability at the last row, at most.
EXACT = {"four_rooms": 1e-8, "lasry_lions_chain": 1e-8, "rock_paper_scissors": 1e-8, "no_interaction_chain": 1e-8,
         "multiple_equilibria_chain": 1e-8, "contraction_game": 1e-8, "kinetic_congestion": 1e-8}
# The epidemic in a tenth of the iterations: at this temperature it settles at 5.2 η.
EPIDEMIC = ("solver.eta=1.0e-3", "solver.beta=1.0e-2", "solver.outer_iterations=4000")


class Accuracy(throng_test.ThrongTest):
    def last_rows(self, game, *settings):
        file = EXPERIMENTS / "accuracy" / f"{game}.yaml"
        for seed in (1, 2, 3):
            out = self.folder / f"{game}-{seed}"
            changes = [word for setting in (*settings, f"seed={seed}") for word in ("--set", setting)]
            self.throng("run", file, *changes, "--out", out, check=0)
            yield self.metrics(self.result(out))[-1]

    def test_there_is_no_other_file(self):
        names = {path.stem for path in (EXPERIMENTS / "accuracy").glob("*.yaml")}
        self.assertEqual(names, {*EXACT, "sis_epidemic"})

    def test_exact(self):
        for game, bound in EXACT.items():
            for row in self.last_rows(game):
                with self.subTest(game):
                    self.assertLessEqual(abs(row["exploitability"]), bound)
                    self.assertEqual(row["population_settled"], 1)

    def test_epidemic(self):
        for row in self.last_rows("sis_epidemic", *EPIDEMIC):
            self.assertEqual(row["population_settled"], 1)
            self.assertAlmostEqual(row["exploitability"], 5.17e-3, delta=5e-5)


if __name__ == "__main__":
    throng_test.main()
