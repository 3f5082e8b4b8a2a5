"""What is wrong with files of many runs: all of it at once, whichever run it is in, and nothing is written."""

import throng_test

# Tests look at lines and columns of this text.
MANY = """\
name: many
game: {type: four_rooms, size: 7}
solver: {type: online_mirror_descent, outer_iterations: 3}
"""


class AllRuns(throng_test.ThrongTest):
    """What is said of one run hides nothing of another."""

    def test_several_values_of_one_key(self):
        self.assert_refused(
            MANY + "sweep: {solver.learning_rate: [nan, 0.1, -5, abc], solver.temperature: [0.1, -2, xx]}\n",
            "{f}:4:32: solver.learning_rate: nan is not a number; expected a real in (0,inf)",
            "{f}:4:42: solver.learning_rate: -5 is out of range; expected a real in (0,inf)",
            "{f}:4:46: solver.learning_rate: abc is not a number; expected a real in (0,inf)",
            "{f}:4:78: solver.temperature: -2 is out of range; expected a real in (0,inf)",
            "{f}:4:82: solver.temperature: xx is not a number; expected a real in (0,inf)")

    def test_checks_of_whole_games(self):
        self.assert_refused(MANY + "sweep: {game.size: [8, 7, 10, 12]}\n",
                            *(f"{{f}}:4:{column}: game.size: {size} is even; expected an odd size"
                              for column, size in ((21, 8), (27, 10), (31, 12))))

    def test_keys_of_other_types(self):
        done = self.run_text(MANY + "sweep:\n  solver:\n    - {type: mf_trpo, et: 1}\n    - {type: mf_trpo, eta: -1}\n"
                             "    - {type: fictitious_play, eta: 1}\n    - {typ: x}\n", check=2)
        places = [line.split(": ")[0].split("experiment.yaml:")[1] for line in done.stderr.splitlines()]
        self.assertEqual(places, ["5:3", "6:23", "7:28", "8:31"])

    def test_wrong_for_all_runs_is_told_once(self):
        """Nor do the checks of whole games look at what was left of a wrong value, in any run."""
        self.assert_refused(MANY.replace("size: 7", "size: 6, discount: 2") + "seeds: [1, 2, 3]\n",
                            "{f}:2:32: game.size: 6 is out of range; expected an integer in [7,inf)",
                            "{f}:2:45: game.discount: 2 is out of range; expected a real in (0,1)")
        self.assert_refused(MANY + "seeds: [-1, 2, x, 3]\n",
                            "{f}:4:9: seeds: -1 is out of range; expected an integer in [0,inf)",
                            "{f}:4:16: seeds: x is not an integer; expected an integer in [0,inf)")


if __name__ == "__main__":
    throng_test.main()
