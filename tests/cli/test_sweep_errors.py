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

    def test_values_in_whose_place_an_axis_has_others(self):
        self.assert_refused(MANY.replace("outer_iterations: 3", "outer_iterations: 3, temperature: -1")
                            + "sweep: {solver.temperature: [0.1, 1]}\n",
                            "{f}:3:73: solver.temperature: -1 is out of range; expected a real in (0,inf) (no run has it: there "
                            "is an axis of this key)")
        self.run_text(MANY.replace("outer_iterations: 3", "outer_iterations: 3, temperature: 2")
                      + "sweep: {solver.temperature: [0.1, 1]}\n")

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

    def test_overrides_that_no_run_has(self):
        """What they set is looked at all the same."""
        over = MANY + "overrides:\n- {match: {game.size: 99}, set: {KEYS}}\n"
        self.assert_refused(over.replace("KEYS", "solver.xyzzyx: 3, solver.lerning_rate: 1"),
                            "throng: warning: {f}:5:11: overrides.match: matches no run",
                            "{f}:5:34: overrides.set.solver.xyzzyx: unknown key 'solver.xyzzyx'",
                            "{f}:5:52: overrides.set.solver.lerning_rate: unknown key 'solver.lerning_rate'; did you mean "
                            "'solver.learning_rate'?")
        self.assert_refused(over.replace("KEYS", "solver.eta: -1, game.size: x"),
                            "throng: warning: {f}:5:11: overrides.match: matches no run",
                            "{f}:5:46: overrides.set.solver.eta: -1 is out of range; expected a real in (0,inf) (no run has it: "
                            "the match matches none)",
                            "{f}:5:61: overrides.set.game.size: x is not an integer; expected an integer in [7,inf) (no run has "
                            "it: the match matches none)")
        done = self.run_text(over.replace("KEYS", "solver.eta: 3, solver.initial_policy: {type: random}, seed: 2, "
                                          "output.fields: [], petsc_options: ''"))
        self.assertIn("overrides.match: matches no run", done.stderr)

    def test_axes_that_no_run_has(self):
        """The same for those of a match that holds for none."""
        when = MANY + "when:\n- {match: {game.size: 99}, sweep: {KEYS}}\n"
        self.assert_refused(when.replace("KEYS", "solver.learning_rate: [1, -1, x], solver.xyzzyx: [3]"),
                            "throng: warning: {f}:5:11: when.match: matches no run",
                            "{f}:5:62: when.sweep.solver.learning_rate: -1 is out of range; expected a real in (0,inf) (no run "
                            "has it: the match matches none)",
                            "{f}:5:66: when.sweep.solver.learning_rate: x is not a number; expected a real in (0,inf) (no run "
                            "has it: the match matches none)",
                            "{f}:5:70: when.sweep.solver.xyzzyx: unknown key 'solver.xyzzyx'")
        self.assert_refused(when.replace("sweep: {KEYS}", "zip: [{solver.learning_rate: [-1]}]"),
                            "throng: warning: {f}:5:11: when.match: matches no run",
                            "{f}:5:58: when.zip.solver.learning_rate: -1 is out of range; expected a real in (0,inf) (no run "
                            "has it: the match matches none)")
        done = self.run_text(when.replace("KEYS", "solver.eta: [1, 2], solver.initial_policy: [{type: random}], seed: [2]"))
        self.assertIn("when.match: matches no run", done.stderr)

    def test_values_that_no_run_can_match(self):
        text = MANY + "sweep: {solver.learning_rate: [0.1, 0.2]}\n"
        for match, message in (
                ("solver.type: mf_trop", "36: SECTION.solver.type: unknown solver 'mf_trop'; did you mean 'mf_trpo'?"),
                ("solver.type: [online_mirror_descent, mf_trop]",
                 "60: SECTION.solver.type: unknown solver 'mf_trop'; did you mean 'mf_trpo'?"),
                ("game.type: for_rooms", "34: SECTION.game.type: unknown game 'for_rooms'; did you mean 'four_rooms'?"),
                ("game.size: seven", "34: SECTION.game.size: seven is not an integer; expected an integer in [7,inf)"),
                ("solver.initial_policy: randm", "46: SECTION.solver.initial_policy: unknown word 'randm'; did you mean "
                 "'random'? expected one of uniform|random|file")):
            for section, entry in (("overrides.match", "overrides: [ {match: {%s}, set: {seed: 3}}]\n"),
                                   ("exclude", "exclude:   [         {%s}]\n"),
                                   ("when.match", "when:      [ {match: {%s}, sweep: {solver.temperature: [1, 2]}}]\n")):
                with self.subTest(match=match, section=section):
                    done = self.run_text(text + entry % match, check=2)
                    self.assertEqual(done.stderr.splitlines()[-1],
                                     f"{self.folder}/experiment.yaml:5:" + message.replace("SECTION", section))
                    self.assertFalse(self.out.exists())
        done = self.run_text(text + "exclude: [{solver.type: mf_trpo}, {game.size: 99}, {game.size: 7.0, seed: 4}]\n")
        self.assertEqual(done.stderr.count("matches no run"), 3)

    def test_output_is_no_axis(self):
        message = ("runs that differ in their output alone are one run; expected it beside another key in `zip`, or in "
                   "`overrides`")
        self.assert_refused(MANY + "sweep: {output.fields: [[policy], [value]]}\n",
                            f"{{f}}:4:9: sweep.output.fields: {message}")
        self.assert_refused(MANY + "zip: [{output: [{fields: []}, {}]}]\n", f"{{f}}:4:8: zip.output: {message}")
        self.run_text(MANY + "zip: [{game.size: [7, 9], output.fields: [[policy], [value]]}]\n")
        self.assertEqual(len(self.results()), 2)

    def test_runs_that_repeat_another_one_are_told_of(self):
        text = MANY + "sweep: {solver.learning_rate: [0.1, 0.1, 1e-1]}\n"
        told = "throng: warning: 2 of the runs would repeat another one, and are left out"
        for ranks in (1, 2):
            self.out = self.folder / f"out{ranks}"
            done = self.run_text(text, ranks=ranks)
            self.assertEqual([line for line in done.stderr.splitlines() if "repeat" in line], [told])
            self.assertIn(f"\n1 run, 0 complete already; 1 to do on {ranks} rank", done.stderr)
            self.assertEqual(done.stdout, f"1 run: 1 complete, 0 failed, 0 left; results in {self.out}/many\n")
        done = self.run_text(text)
        self.assertEqual((done.stdout, done.stderr), (f"1 run: 1 complete, 0 failed; nothing to do; results in {self.out}/many\n",
                                                      ""))


class Options(throng_test.ThrongTest):
    """PETSc options that nobody reads are bad input in files of many runs, too, though only set-ups show them."""

    TEXT = MANY + """\
sweep:
  solver.learning_rate: [0.1, 0.2]
  petsc_options: ["-eval_ksp_type gmres", "-eval_ksp_tpye bcgs"]
evaluation: {direct_below: 0}
"""
    UNREAD = "no part of this run reads the PETSc option -eval_ksp_tpye; did you mean -eval_ksp_type?"
    LABEL = 'learning_rate=0.1 petsc_options="-eval_ksp_tpye bcgs"'

    def test_of_some_runs(self):
        for ranks in (1, 2):
            self.assert_refused(self.TEXT, f"throng: {self.LABEL}: {self.UNREAD}", ranks=ranks)
        self.assert_refused(self.TEXT + "resources: {ranks_per_run: 2}\n", f"throng: {self.LABEL}: {self.UNREAD}", ranks=2)

    def test_of_all_runs(self):
        text = MANY + "sweep: {solver.learning_rate: [0.1, 0.2]}\n"
        self.assert_refused(text, f"throng: learning_rate=0.1: {self.UNREAD}", arguments=["--", "-eval_ksp_tpye", "gmres"])
        self.run_text(text, "--", "-eval_ksp_type", "preonly")

    def test_that_only_large_or_small_games_read(self):
        text = MANY + "sweep: {game.size: [7, 11]}\nevaluation: {direct_below: 60}\n"
        done = self.run_text(text, "--", "-eval_pc_bjacobi_blocks", "1", check=2)
        self.assertRegex(done.stderr, r"\Athrong: size=7: no part of this run reads .*bjacobi_blocks: .*direct_below.*\n\Z")
        self.run_text(text, "--shard", "1/2", "--", "-eval_pc_bjacobi_blocks", "1")

    def test_that_a_spectrum_reads(self):
        text = MANY + "sweep: {metrics.which: [[quality], [quality, spectrum]]}\n"
        done = self.run_text(text, "--", "-spectrum_eps_tol", "1e-9", check=2)
        self.assertRegex(done.stderr, r"\Athrong: which=\[quality\]: .*-spectrum_eps_tol.*\n\Z")

    def test_words_that_there_are_not(self):
        done = self.run_text(self.TEXT.replace("tpye bcgs", "type bcgss"), check=2)
        self.assertRegex(done.stderr, '^throng: .*bcgss": the run cannot be set up: .*KSP type bcgss\n$')
        self.assertFalse(self.out.exists())

    def test_only_runs_to_be_done_count(self):
        self.run_text(self.TEXT, "--shard", "0/2")
        self.run_text(self.TEXT, "--shard", "1/2", check=2)

    def test_plan(self):
        """What a run of one rank would be refused for is seen there."""
        path = self.write(self.TEXT)
        done = self.throng("plan", path, "--out", self.out, check=2)
        self.assertEqual((done.stdout, done.stderr), ("", f"throng: {self.LABEL}: {self.UNREAD}\n"))
        self.throng("plan", path, "--out", self.out, "--set", "resources.ranks_per_run=2", "--ranks", "2", check=0)


if __name__ == "__main__":
    throng_test.main()
