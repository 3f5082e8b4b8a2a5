"""Games of a shared library: how they are found, recorded and described, and what is wrong with bad ones."""

import os
import pathlib
import shutil

import throng_test

PLUGINS = pathlib.Path(os.environ.get("PLUGINS", "build/release/tests/cli"))
EXPERIMENT = """\
name: plugged
game:
  type: to_and_fro
  plugin: ./plugin.so
solver:
  type: mf_trpo
  outer_iterations: 2
"""


class Plugins(throng_test.ThrongTest):
    def take(self, case, name="plugin.so"):
        shutil.copy(PLUGINS / f"plugin_{case}.so", self.folder / name)

    def assert_plugin_refused(self, case, message, ranks=1):
        self.take(case)
        self.assert_refused(EXPERIMENT, "{f}:4:11: game.plugin: " + message, ranks=ranks)

    def test_a_good_plugin(self):
        self.take("good")
        self.run_text(EXPERIMENT)
        record = self.record()
        self.assertEqual(record["parameters"]["game"]["type"], "to_and_fro")
        self.assertEqual(record["parameters"]["game"]["plugin"], "./plugin.so")
        self.assertEqual((record["provenance"]["states"], record["provenance"]["actions"]), (2, 1))

    def test_a_name_without_a_folder_is_a_file_here(self):
        self.take("good")
        self.run_text(EXPERIMENT.replace("./plugin.so", "plugin.so"), ranks=2)

    def test_from_the_command_line(self):
        self.take("good")
        self.run_text(EXPERIMENT.replace("  plugin: ./plugin.so\n", ""), "--set",
                      f"game.plugin={self.folder}/plugin.so")

    def test_the_content_of_the_file_is_part_of_the_identity(self):
        self.take("good")
        self.run_text(EXPERIMENT)
        first = self.result().name
        with open(self.folder / "plugin.so", "ab") as file:
            file.write(b"\0")
        self.run_text(EXPERIMENT)
        names = [path.name for path in self.results()]
        self.assertEqual(len(names), 2, names)
        self.assertIn(first, names)

    def test_bad_plugins(self):
        self.assert_plugin_refused("abi", "./plugin.so was compiled for version 99 of the plugin interface, and this "
                                   "program has version 1; rebuild it against the headers of this program", ranks=2)
        self.assert_plugin_refused("no_symbol", "./plugin.so has no symbol 'mfg_plugin'; expected "
                                   "MFG_PLUGIN(&my_game); in its source")
        self.assert_plugin_refused("taken", "./plugin.so has a game named 'four_rooms', and there is another one of "
                                   "that name; expected a name of its own")
        self.assert_plugin_refused("twice", "./plugin.so has a game named 'to_and_fro', and there is another one of "
                                   "that name; expected a name of its own")
        self.assert_plugin_refused("empty", "./plugin.so has no game; expected MFG_PLUGIN(&my_game);")
        self.assert_plugin_refused("no_rewards", "./plugin.so: to_and_fro: the game has no callback rewards")
        self.assert_plugin_refused("common_key", "./plugin.so: to_and_fro: its table has the key 'discount', which "
                                   "every game has anyway; expected another name for it")
        self.assert_plugin_refused("no_help", "./plugin.so: to_and_fro: the key 'speed' of its table lacks something; "
                                   'expected a unit ("" where there is none), a help and, for choices, a range')
        for case, name in (("other_name", "to/and-fro"), ("long_name", 2 * "abcdefghijklmnopqrstuvwxyz_0123456789")):
            self.assert_plugin_refused(case, f"./plugin.so has a game named '{name}'; expected letters, digits and '_', "
                                       "64 at most")
        self.take("integers")
        done = self.run_text(EXPERIMENT, check=2)
        self.assertIn("was compiled for a PETSc with 128-bit indices, and this program has one with", done.stderr)

    def test_undefined_symbol(self):
        self.take("undefined")
        done = self.run_text(EXPERIMENT, check=2)
        self.assertIn("experiment.yaml:4:11: game.plugin: ./plugin.so cannot be loaded: ", done.stderr)
        self.assertIn("undefined symbol: FunctionThatNobodyHas; expected nothing but functions", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_files_that_are_no_libraries(self):
        self.assert_refused(EXPERIMENT, "{f}:4:11: game.plugin: ./plugin.so: No such file or directory; expected a "
                            "shared library with games")
        self.write("no library\n", "plugin.so")
        for name in ("plugin.so", "."):
            done = self.run_text(EXPERIMENT.replace("./plugin.so", name), check=2)
            self.assertIn(f"experiment.yaml:4:11: game.plugin: {name} cannot be loaded: ", done.stderr)
            self.assertIn("; expected a shared library", done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertFalse(self.out.exists())

    def test_values_that_are_no_paths(self):
        for value in ("[a, b]", "{a: b}", "", "''"):
            place = "4:10" if not value else "4:11"
            self.assert_refused(EXPERIMENT.replace("./plugin.so", value),
                                f"{{f}}:{place}: game.plugin: expected the path of a shared library")

    def test_slips(self):
        self.take("good")
        self.assert_refused(EXPERIMENT.replace("plugin:", "plugn:"),
                            "{f}:3:9: game.type: unknown game 'to_and_fro'; `throng list` names them, and those of a plugin with --plugin FILE",
                            "{f}:4:3: game.plugn: unknown key 'plugn'; did you mean 'plugin'?")
        self.assert_refused(EXPERIMENT.replace("to_and_fro", "to_und_fro"),
                            "{f}:3:9: game.type: unknown game 'to_und_fro'; did you mean 'to_and_fro'?")
        self.assert_refused(throng_test.SMALL.replace("size: 7", "plugn: a"),
                            "{f}:4:3: game.plugn: unknown key 'plugn'; did you mean 'plugin'?")

    def test_what_no_run_has_may_be_of_a_plugin(self):
        """A sweep that is narrowed on the command line stays good, and mistakes are seen where the plugin is known."""
        self.take("good")
        sweep = "sweep: {solver.type: [mf_trpo, fictitious_play]}\n"
        own = "when: [{match: {solver.type: fictitious_play}, sweep: {KEY: [9, 10]}}]\n"
        elsewhere = EXPERIMENT.replace("  plugin: ./plugin.so\n", "").replace("to_and_fro", "four_rooms") + sweep
        narrow = ["--set", "solver.type=mf_trpo"]
        match = "{match: {solver.type: fictitious_play}, "
        for text in (EXPERIMENT + sweep + own.replace("KEY", "game.width"),
                     EXPERIMENT + sweep + "overrides: [" + match + "set: {game.width: 9}}]\n",
                     EXPERIMENT + sweep + "overrides: [" + match + "set: {game.type: four_rooms}}]\n",
                     elsewhere + "overrides: [" + match + "set: {game.type: to_and_fro, game.plugin: ./plugin.so}}]\n",
                     elsewhere + "when: [" + match + "zip: [{game.type: [to_and_fro], game.plugin: [./plugin.so]}]}]\n",
                     elsewhere + "when: [" + match + "sweep: {game: [{type: to_and_fro, plugin: ./plugin.so}]}}]\n"):
            with self.subTest(text):
                path = self.write(text)
                for arguments in ([], narrow):
                    self.throng("plan", path, *arguments, check=0)
        for key, complaint in (("game.wdith", "unknown key 'game.wdith'; did you mean 'game.width'?"),
                               ("game.width: [-1], game.discount", "-1 is out of range; expected a real in (0,inf) (no run")):
            done = self.throng("plan", self.write(EXPERIMENT + sweep + own.replace("KEY", key)), *narrow, check=2)
            self.assertIn(complaint, done.stderr)

    def test_list_and_describe(self):
        self.take("good")
        self.assertRegex(self.throng("list", "--plugin", "plugin.so", check=0).stdout, r"\n  to_and_fro +two places\n")
        done = self.throng("describe", "game", "to_and_fro", "--plugin=./plugin.so", check=0)
        self.assertTrue(done.stdout.startswith("to_and_fro: two places\n"), done.stdout)
        for command in (["list"], ["describe", "game", "to_and_fro"]):
            done = self.throng(*command, "--plugin", "none.so", check=2)
            self.assertEqual(done.stderr, "throng: none.so: No such file or directory; expected a shared library with "
                             "games\n")


if __name__ == "__main__":
    throng_test.main()
