"""Values that are well-formed but make no game or no algorithm are refused, with what was expected."""

import throng_test
from throng_test import SMALL


class BadValues(throng_test.ThrongTest):
    def assert_value_refused(self, old, new, message, **options):
        with self.subTest(new):
            self.assert_refused(SMALL.replace(old, new), "{f}:" + message, **options)

    def test_grid_size(self):
        self.assert_value_refused("size: 7", "size: 8", "4:9: game.size: 8 is even; expected an odd size")
        self.assert_value_refused("size: 7", "size: 5",
                                  "4:9: game.size: 5 is out of range; expected an integer in [7,inf)")
        self.assert_value_refused("four_rooms\n  size: 7", "crowd_grid\n  size: 1",
                                  "4:9: game.size: 1 is out of range; expected an integer in [2,inf)")
        self.assert_value_refused("size: 7", "size: 99999999999999999999",
                                  "4:9: game.size: 99999999999999999999 is out of range; expected an integer in [7,inf)")

    def test_noise(self):
        self.assert_value_refused("size: 7", "noise: {additive: [0.2, 0.2, 0.2, 0.2, 0.3]}",
                                  "4:21: game.noise.additive: the weights sum to 1.1; expected 1")
        self.assert_value_refused("size: 7", "noise: {additive: [-0.2, 0.4, 0.2, 0.2, 0.4]}", "4:21: "
                                  "game.noise.additive: -0.2 is out of range; expected a list of 5 reals in [0,1]")
        self.assert_value_refused("size: 7", "noise: {slip: 1.5}",
                                  "4:17: game.noise.slip: 1.5 is out of range; expected a real in [0,1]")
        self.assert_value_refused("size: 7", "noise: {slip: 0.1, additive: [1, 0, 0, 0, 0]}", "4:32: "
                                  "game.noise.additive: noise is either slip or additive; expected one of them")

    def test_walls(self):
        self.assert_value_refused("size: 7", "size: 7\n  point_of_interest: {cell: [3, 3], bonus: 1}",
                                  "5:29: game.point_of_interest.cell: [3, 3] is a wall or outside the 7 x 7 grid; "
                                  "expected a free cell")
        self.assert_value_refused("size: 7", "size: 7\n  point_of_interest: {cell: [7, 0], bonus: 1}",
                                  "5:29: game.point_of_interest.cell: [7, 0] is a wall or outside the 7 x 7 grid; "
                                  "expected a free cell")
        self.assert_value_refused("size: 7", "size: 7\n  initial: {type: concentrated, cell: [0, 3], weight: 1}",
                                  "5:39: game.initial.cell: [0, 3] is a wall or outside the 7 x 7 grid; expected a "
                                  "free cell")
        self.assert_value_refused("size: 7", "size: 7\n  initial: {type: concentrated, state: 10000}",
                                  "5:40: game.initial.state: no state 10000; the last one is 39")

    def test_garnet_sizes(self):
        self.assert_value_refused("four_rooms\n  size: 7", "mf_garnet\n  states: 20\n  branching: 21",
                                  "5:14: game.branching: 21 is more than the game has states; expected at most 20")
        self.assert_value_refused("four_rooms\n  size: 7", "mf_garnet\n  states: 20\n  coupled_states: 21", "5:19: "
                                  "game.coupled_states: 21 is more than the game has states; expected at most 20")

    def test_no_complaints_that_follow_from_a_wrong_value(self):
        """What is right beside the user's value is not checked beside the default in its place."""
        cell = "size: 7\n  point_of_interest: {cell: [12, 12], bonus: 1}"
        self.assert_value_refused("size: 7", cell.replace("size: 7", "size: 5"),
                                  "4:9: game.size: 5 is out of range; expected an integer in [7,inf)")
        self.assert_value_refused("size: 7", cell.replace("size: 7", "sise: 15"),
                                  "4:3: game.sise: unknown key 'sise'; did you mean 'size'?")
        self.assert_value_refused("eta: 0.5", "initial_policy: {type: fiel, path: policy.h5}", "7:26: "
                                  "solver.initial_policy.type: unknown word 'fiel'; did you mean 'file'? expected one of "
                                  "uniform|random|file")
        done = self.run_text("game: {type: four_rooms, size: 5}\nsolver: {type: mf_trpo}\n", check=2)
        self.assertIn("game.size: 5 is out of range", done.stderr)
        self.assertIn("the key 'name' is required", done.stderr)

    def test_initial_law(self):
        self.assert_value_refused("size: 7", "initial: concentrated", "4:12: game.initial: a concentrated law needs "
                                  "exactly one of initial.cell (games on a grid) and initial.state")
        self.assert_value_refused("size: 7", "initial: {type: file}",
                                  "4:12: game.initial: initial.type file needs initial.path")
        self.assert_value_refused("size: 7", "initial: {type: uniform, weight: 0.5}", "4:36: game.initial.weight: is used "
                                  "where initial.type is concentrated; it is uniform here")

    def test_reals(self):
        for old, new, message in (
                ("size: 7", "discount: 0", "4:13: game.discount: 0 is out of range; expected a real in (0,1)"),
                ("size: 7", "discount: 1", "4:13: game.discount: 1 is out of range; expected a real in (0,1)"),
                ("eta: 0.5", "eta: 0", "7:8: solver.eta: 0 is out of range; expected a real in (0,inf)"),
                ("eta: 0.5", "eta: -0.5", "7:8: solver.eta: -0.5 is out of range; expected a real in (0,inf)"),
                ("eta: 0.5", "beta: 0", "7:9: solver.beta: 0 is out of range; expected a real in (0,1]"),
                ("eta: 0.5", "beta: 1.01", "7:9: solver.beta: 1.01 is out of range; expected a real in (0,1]"),
                ("eta: 0.5", "beta: {value: 2}",
                 "7:17: solver.beta.value: 2 is out of range; expected a real in (0,1]"),
                ("eta: 0.5", "stop: {mean_field_delta: 0}",
                 "7:28: solver.stop.mean_field_delta: 0 is out of range; expected a real in (0,inf)")):
            self.assert_value_refused(old, new, message)

    def test_integers(self):
        for old, new, message in (
                ("eta: 0.5", "inner_iterations: 0",
                 "7:21: solver.inner_iterations: 0 is out of range; expected an integer in [1,inf)"),
                ("eta: 0.5", "population_steps: -1",
                 "7:21: solver.population_steps: -1 is out of range; expected an integer in [1,inf)"),
                ("name: small", "name: small\nmetrics: {every: 0}",
                 "2:18: metrics.every: 0 is out of range; expected an integer in [1,inf)"),
                ("name: small", "name: small\nseed: -1",
                 "2:7: seed: -1 is out of range; expected an integer in [0,inf)")):
            self.assert_value_refused(old, new, message)

    def test_checkpoints(self):
        for value, message in (
                ("{iterations: -1}", "2:26: checkpoint.iterations: -1 is out of range; expected an integer in [0,inf)"),
                ("{iterations: 1.5}", "2:26: checkpoint.iterations: 1.5 is not an integer; expected an integer in [0,inf)"),
                ("{minutes: -0.5}", "2:23: checkpoint.minutes: -0.5 is out of range; expected a real in [0,inf)"),
                ("{minutes: often}", "2:23: checkpoint.minutes: often is not a number; expected a real in [0,inf)"),
                ("{minute: 1}", "2:14: checkpoint.minute: unknown key 'minute'; did you mean 'minutes'?"),
                ("5", "2:13: checkpoint: expected a mapping of keys to values")):
            self.assert_value_refused("name: small", f"name: small\ncheckpoint: {value}", message)

    def test_the_swarm_and_the_policy_that_is_given(self):
        for old, new, message in (
                ("mf_trpo\n  eta: 0.5", "mf_pso\n  particles: 0",
                 "7:14: solver.particles: 0 is out of range; expected an integer in [1,inf)"),
                ("mf_trpo\n  eta: 0.5", "mf_pso\n  inertia: 2",
                 "7:12: solver.inertia: 2 is out of range; expected a real in [0,1]"),
                ("mf_trpo\n  eta: 0.5\n  outer_iterations: 3", "fixed_policy\n  outer_iterations: 3",
                 "7:3: solver.outer_iterations: unknown key 'outer_iterations'")):
            with self.subTest(new):
                done = self.run_text(SMALL.replace(old, new), check=2)
                self.assertIn(message, done.stderr)

    def test_lists(self):
        text = SMALL + "metrics: {which: [quality, quality]}\n"
        self.assert_refused(text, "{f}:9:18: metrics.which: 'quality' stands in the list twice")

    def test_long_values_are_not_cut(self):
        options = "-eval_ksp_view " * 272  # 4080 letters
        for text, message in ((f"petsc_options: '{options + 15 * ' '}'\n", "9:16: petsc_options: too long; expected less "
                               "than 4095 letters"),
                              (f"metrics: {{which: [{', '.join(500 * ['quality'])}]}}\n", "9:18: metrics.which: too long; "
                               "expected less than 4095 letters")):
            self.assert_refused(SMALL + text, "{f}:" + message)
        self.run_text(SMALL + f"petsc_options: '{options + 14 * ' '}'\n")

    def test_on_two_ranks_everything_is_said_once(self):
        text = SMALL.replace("size: 7", "size: 8").replace("eta: 0.5", "eta: 0")
        self.assert_refused(text, "{f}:4:9: game.size: 8 is even; expected an odd size",
                            "{f}:7:8: solver.eta: 0 is out of range; expected a real in (0,inf)", ranks=2)


if __name__ == "__main__":
    throng_test.main()
