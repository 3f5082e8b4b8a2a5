"""What is wrong with an experiment file as YAML or in its keys is told with line and column; nothing is written."""

import shutil

import throng_test
from throng_test import SMALL


class YamlErrors(throng_test.ThrongTest):
    def test_the_small_experiment_is_good(self):
        self.run_text(SMALL)

    def test_syntax(self):
        self.assert_refused("name: [a\n", "{f}:2:1: did not find expected ',' or ']', while parsing a flow sequence "
                                          "that began in line 1")
        self.assert_refused("name: small\ngame:\n\ttype: four_rooms\n", "{f}:3:1: a tab cannot indent YAML; use spaces")
        self.assert_refused("name: 'a\n", "{f}:2:1: found unexpected end of stream, while scanning a quoted scalar "
                                          "that began in line 1")

    def test_bytes_that_are_no_text(self):
        path = self.folder / "experiment.yaml"
        path.write_bytes(b"name: small\nga\xff: 1\n")
        done = self.throng("run", path, "--out", self.out, check=2)
        self.assertEqual(done.stderr, f"{path}:2:3: invalid leading UTF-8 octet\n")

    def test_empty_file(self):
        self.assert_refused("# nothing\n",
                            "{f}:1:1: name: the key 'name' is required; expected text",
                            "{f}:1:1: game.type: the key 'type' is required; expected one of " + self.types("game"),
                            "{f}:1:1: solver.type: the key 'type' is required; expected one of " + self.types("solver"))

    def test_not_a_mapping(self):
        self.assert_refused("- a\n- b\n", "{f}:1:1: expected a mapping with the sections game and solver")
        self.assert_refused(SMALL.replace("game:\n  type: four_rooms\n  size: 7", "game: four_rooms"),
                            "{f}:2:7: game: expected a mapping of keys to values, such as {type: NAME}")

    def test_what_yaml_has_and_experiments_have_not(self):
        self.assert_refused(SMALL.replace("size: 7", "size: &n 7"),
                            "{f}:4:9: anchors (&n) are not supported; write the values out")
        self.assert_refused(SMALL.replace("eta: 0.5", "eta: *n"),
                            "{f}:7:8: aliases (*n) are not supported; write the values out")
        self.assert_refused(SMALL.replace("eta: 0.5", "<<: {eta: 0.5}"),
                            "{f}:7:3: merge keys (<<) are not supported; write the values out")
        self.assert_refused(SMALL.replace("eta: 0.5", "eta: !!float 0.5"),
                            "{f}:7:8: tags (tag:yaml.org,2002:float) are not supported")
        self.assert_refused(SMALL + "---\nname: other\n", "{f}:9:1: a second document begins here; expected one")
        self.assert_refused(SMALL.replace("size: 7", "[size, n]: 7"),
                            "{f}:4:3: a key is a single word, not a list or a mapping")
        self.assert_refused(SMALL.replace("size: 7", "noise.slip: 0.1"),
                            "{f}:4:3: a key has no dots in a file; write 'noise: {slip: ...}'")

    def test_duplicate_keys(self):
        self.assert_refused(SMALL.replace("eta: 0.5", "eta: 0.5\n  eta: 0.6"),
                            "{f}:8:3: duplicate key 'eta'; it is given in line 7 already")
        self.assert_refused(SMALL + "game:\n  type: crowd_grid\n",
                            "{f}:9:1: duplicate key 'game'; it is given in line 2 already")

    def test_unknown_keys(self):
        self.assert_refused(SMALL + "sede: 3\n", "{f}:9:1: sede: unknown key 'sede'; did you mean 'seed'?")
        self.assert_refused(SMALL + "xyzzy: 3\n", "{f}:9:1: xyzzy: unknown key 'xyzzy'")
        self.assert_refused(SMALL.replace("size: 7", "cowrd_aversion: 7"), "{f}:4:3: game.cowrd_aversion: unknown key "
                            "'cowrd_aversion'; did you mean 'crowd_aversion'?")
        self.assert_refused(SMALL.replace("size: 7", "noise: {slpi: 0.1}"), "{f}:4:11: game.noise.slpi: unknown key "
                            "'noise.slpi'; did you mean 'noise.slip'?")
        self.assert_refused(SMALL.replace("eta: 0.5", "inner_iteration: 5"), "{f}:7:3: solver.inner_iteration: unknown "
                            "key 'inner_iteration'; did you mean 'inner_iterations'?")
        self.assert_refused(SMALL + "metrics: {whic: [quality]}\n",
                            "{f}:9:11: metrics.whic: unknown key 'whic'; did you mean 'which'?")
        self.assert_refused(SMALL + "evaluation: {tolerence: 1}\n",
                            "{f}:9:14: evaluation.tolerence: unknown key 'tolerence'; did you mean 'tolerance'?")
        self.assert_refused(SMALL + "output: {feilds: [policy]}\n",
                            "{f}:9:10: output.feilds: unknown key 'feilds'; did you mean 'fields'?")

    def test_unknown_words(self):
        self.assert_refused(SMALL.replace("four_rooms", "for_rooms"),
                            "{f}:3:9: game.type: unknown game 'for_rooms'; did you mean 'four_rooms'?")
        self.assert_refused(SMALL.replace("mf_trpo", "mf_tpro"),
                            "{f}:6:9: solver.type: unknown solver 'mf_tpro'; did you mean 'mf_trpo'?")
        done = self.run_text(SMALL + "metrics: {which: [exploitabilty]}\n", check=2)
        self.assertIn(":9:18: metrics.which: unknown word 'exploitabilty'; did you mean 'exploitability'? expected a "
                      "list of words of exploitability|", done.stderr)
        self.assert_refused(SMALL + "output: {fields: [polcy]}\n", "{f}:9:18: output.fields: unknown word 'polcy'; did "
                            "you mean 'policy'? expected a list of words of mean_field|policy|value|population")

    def test_missing_keys(self):
        self.assert_refused(SMALL.replace("name: small\n", ""),
                            "{f}:1:1: name: the key 'name' is required; expected text")
        self.assert_refused(SMALL.replace("  type: four_rooms\n", ""),
                            "{f}:2:1: game.type: the key 'type' is required; expected one of " + self.types("game"))
        self.assert_refused(SMALL.replace("type: mf_trpo", "type:"),
                            "{f}:6:8: solver.type: the key 'type' is required; expected one of " + self.types("solver"))
        self.assert_refused(SMALL.replace("eta: 0.5", "eta:"), "{f}:7:7: solver.eta: the key has no value")

    def test_mistyped_values(self):
        for line, value, message in (
                ("size: 7", "size: seven", "4:9: game.size: seven is not an integer; expected an integer in [7,inf)"),
                ("size: 7", "size: 7.5", "4:9: game.size: 7.5 is not an integer; expected an integer in [7,inf)"),
                ("size: 7", "size: [7]", "4:9: game.size: [7] is not an integer; expected an integer in [7,inf)"),
                ("size: 7", "size: {n: 7}", "4:9: game.size: expected a value, not a mapping"),
                ("eta: 0.5", "eta: 0.5.1", "7:8: solver.eta: 0.5.1 is not a number; expected a real in (0,inf)"),
                ("eta: 0.5", 'eta: "0.5"', '7:8: solver.eta: "0.5" is not a number; expected a real in (0,inf)'),
                ("eta: 0.5", "eta: .inf", "7:8: solver.eta: .inf is not a number; expected a real in (0,inf)"),
                ("eta: 0.5", "eta: .nan", "7:8: solver.eta: .nan is not a number; expected a real in (0,inf)"),
                ("size: 7", "noise: {additive: 0.2}",
                 "4:21: game.noise.additive: 0.2 is not a list; expected a list of 5 reals in [0,1]"),
                ("size: 7", "noise: {additive: [0.5, 0.5]}",
                 "4:21: game.noise.additive: [0.5, 0.5] has 2 entries; expected a list of 5 reals in [0,1]"),
                ("size: 7", "noise: {additive: [[1], 0, 0, 0, 0]}",
                 "4:21: game.noise.additive: the entries of a list are plain values"),
                ("size: 7", "noise: 0.1",
                 "4:3: game.noise: 'noise' is a group of keys; expected one or more of: slip, additive")):
            with self.subTest(value):
                self.assert_refused(SMALL.replace(line, value), "{f}:" + message)

    def test_names(self):
        for name in ("a b", "../up", ".hidden", "-dash", "höhle"):
            with self.subTest(name):
                self.assert_refused(SMALL.replace("small", f'"{name}"'), f"{{f}}:1:7: name: '{name}' is not a name; "
                                    "expected letters, digits, '.', '_' and '-', the first of them a letter or a digit")

    def test_keys_of_another_solver(self):
        text = SMALL.replace("mf_trpo", "fictitious_play").replace("eta: 0.5", "eta: 0.5\n  beta: {value: 0.1}")
        self.assert_refused(
            text, "{f}:7:3: solver.eta: unknown key 'eta'; it belongs to mf_trpo, fixed_policy, not to this type of "
            "solver", "{f}:8:3: solver.beta: unknown key 'beta'; it belongs to mf_trpo, not to this type of solver")
        self.assert_refused(SMALL.replace("eta: 0.5", "lambda: pure"), "{f}:7:3: solver.lambda: unknown key 'lambda'; "
                            "it belongs to fictitious_play, policy_iteration, not to this type of solver")

    def test_all_errors_together(self):
        text = SMALL.replace("size: 7", "size: 5\n  discount: 1").replace("eta: 0.5", "eta: 0\n  bta: 0.1") + "sede: 1\n"
        self.assert_refused(
            text,
            "{f}:4:9: game.size: 5 is out of range; expected an integer in [7,inf)",
            "{f}:5:13: game.discount: 1 is out of range; expected a real in (0,1)",
            "{f}:8:8: solver.eta: 0 is out of range; expected a real in (0,inf)",
            "{f}:9:3: solver.bta: unknown key 'bta'; did you mean 'beta'?",
            "{f}:11:1: sede: unknown key 'sede'; did you mean 'seed'?",
            "--set solver.stop=3: solver.stop: 'stop' is a group of keys; expected one or more of: exploitability, "
            "regularised_exploitability, mean_field_delta, mu_pi_delta",
            "--set solver.inner_iterations=0: solver.inner_iterations: 0 is out of range; expected an integer in "
            "[1,inf)",
            arguments=["--set", "solver.stop=3", "--set", "solver.inner_iterations=0"])


class Settings(throng_test.ThrongTest):
    def solver(self, *settings):
        arguments = [a for s in settings for a in ("--set", s)]
        shutil.rmtree(self.out, ignore_errors=True)
        self.run_text(SMALL.replace("eta: 0.5", "beta: 0.2"), *arguments)
        return self.record()["parameters"]["solver"]

    def test_settings_replace_and_add(self):
        self.assertEqual(self.solver()["beta"], {"value": 0.2, "schedule": "constant"})
        self.assertEqual(self.solver("solver.eta=0.25")["eta"], 0.25)
        self.assertEqual(self.solver("solver.beta=0.3")["beta"], {"value": 0.3, "schedule": "constant"})
        self.assertEqual(self.solver("solver.beta.schedule=harmonic")["beta"], {"value": 0.2, "schedule": "harmonic"})
        self.assertEqual(self.solver("solver.beta={schedule: harmonic, value: 1}")["beta"],
                         {"value": 1, "schedule": "harmonic"})
        self.assertEqual(self.solver("solver.eta=0.3", "solver.eta=0.4")["eta"], 0.4)

    def test_wrong_settings(self):
        for setting, message in (
                ("solver.bta=0.1", "solver.bta: unknown key 'bta'; did you mean 'beta'?"),
                ("solver.beta=2", "solver.beta: 2 is out of range; expected a real in (0,1]"),
                ("solver.beta.vlaue=1", "solver.beta.vlaue: unknown key 'beta.vlaue'; did you mean 'beta.value'?"),
                ("solvr.eta=1", "solvr: unknown key 'solvr'; did you mean 'solver'?"),
                ("solver.eta", "expected key=value, such as solver.eta=0.5"),
                ("solver..eta=1", "'solver..eta' is not a key; expected words with dots between them"),
                ("solver.eta=", "the value is empty"),
                ("solver.eta={a", "did not find expected ',' or '}', while parsing a flow mapping that began in "
                                  "line 1"),
                ("game=3", "game: expected a mapping of keys to values, such as {type: NAME}"),
                ("name.first=3", "name: expected a value, not a mapping")):
            with self.subTest(setting):
                self.assert_refused(SMALL, f"--set {setting}: {message}", arguments=["--set", setting])


if __name__ == "__main__":
    throng_test.main()
