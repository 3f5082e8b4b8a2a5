"""Files that an experiment names: missing, of another kind, of another shape, or with rows that do not sum to one."""

import shutil
import struct

import throng_test
from throng_test import SMALL

POLICY = "eta: 0.5\n  initial_policy: {type: file, path: policy.h5}"
LAW = "size: 7\n  initial: {type: file, path: law.h5}"


class BadFiles(throng_test.ThrongTest):
    def make_fields(self, name, text=SMALL):
        """fields.h5 of a run that does nothing: the uniform policy and the uniform law."""
        out = self.folder / "made"
        self.throng("run", self.write(text), "--out", out, "--set", "solver.outer_iterations=0", check=0)
        shutil.copy(self.result(out) / "fields.h5", self.folder / name)
        shutil.rmtree(out)
        return self.folder / name

    def patch(self, path, old, new):
        """Replace the first number `old` in a run of several in the file."""
        data = path.read_bytes()
        at = data.index(struct.pack("<d", old) * 5)
        path.write_bytes(data[:at] + struct.pack("<d", new) + data[at + 8:])

    def assert_file_refused(self, text, place, *parts):
        done = self.run_text(text, check=2)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(f"{self.folder / 'experiment.yaml'}:{place}: "), lines[0])
        for part in parts:
            self.assertIn(part, lines[0])
        self.assertFalse(self.out.exists())

    def test_a_good_policy_and_law(self):
        self.make_fields("policy.h5")
        shutil.copy(self.folder / "policy.h5", self.folder / "law.h5")
        self.run_text(SMALL.replace("eta: 0.5", POLICY).replace("size: 7", LAW))

    def test_policy_missing(self):
        self.assert_file_refused(SMALL.replace("eta: 0.5", POLICY), "8:38: solver.initial_policy.path", "policy.h5")

    def test_policy_of_no_kind(self):
        self.write("no HDF5\n", "policy.h5")
        self.assert_file_refused(SMALL.replace("eta: 0.5", POLICY), "8:38: solver.initial_policy.path", "policy.h5")

    def test_policy_without_policy(self):
        self.make_fields("policy.h5", SMALL + "output: {fields: [value]}\n")
        self.assert_file_refused(SMALL.replace("eta: 0.5", POLICY), "8:38: solver.initial_policy.path", "/policy")

    def test_policy_of_another_shape(self):
        self.make_fields("policy.h5", SMALL.replace("size: 7", "size: 9"))
        self.assert_file_refused(SMALL.replace("eta: 0.5", POLICY), "8:38: solver.initial_policy.path", "is [68, 5];",
                                 "needs [40, 5]")

    def test_policy_rows_that_do_not_sum_to_one(self):
        self.patch(self.make_fields("policy.h5"), 0.2, 0.7)
        self.assert_file_refused(SMALL.replace("eta: 0.5", POLICY), "8:38: solver.initial_policy.path", "1.5", "1")

    def test_policy_with_negative_entries(self):
        self.patch(self.make_fields("policy.h5"), 0.2, -0.2)
        self.assert_file_refused(SMALL.replace("eta: 0.5", POLICY), "8:38: solver.initial_policy.path")

    def test_policy_that_is_no_number(self):
        self.patch(self.make_fields("policy.h5"), 0.2, float("nan"))
        self.assert_file_refused(SMALL.replace("eta: 0.5", POLICY), "8:38: solver.initial_policy.path")

    def test_law_missing(self):
        self.assert_file_refused(SMALL.replace("size: 7", LAW), "5:31: game.initial.path", "law.h5")

    def test_law_of_another_shape(self):
        self.make_fields("law.h5", SMALL.replace("size: 7", "size: 9"))
        self.assert_file_refused(SMALL.replace("size: 7", LAW), "5:31: game.initial.path", "is [68];", "needs [40]")

    def test_law_that_does_not_sum_to_one(self):
        self.patch(self.make_fields("law.h5"), 1 / 40, 0.5)
        self.assert_file_refused(SMALL.replace("size: 7", LAW), "5:31: game.initial.path")

    TABLE = SMALL.replace("type: four_rooms\n  size: 7", "type: tabular\n  path: game.h5")

    def test_table_missing(self):
        self.assert_file_refused(self.TABLE, "4:9: game.path",
                                 "game.h5: cannot be opened: No such file or directory; expected the HDF5 file of a game")
        self.assert_refused(self.TABLE.replace("  path: game.h5\n", ""),
                            "{f}:2:1: game.path: the key 'path' is required; expected text")

    def test_table_of_no_kind(self):
        self.write("no HDF5\n", "game.h5")
        self.assert_file_refused(self.TABLE, "4:9: game.path", "game.h5: is not an HDF5 file")

    def test_table_of_another_kind(self):
        self.make_fields("game.h5")
        self.assert_file_refused(self.TABLE, "4:9: game.path", "game.h5: unknown attribute ")

    def test_table_cut_off(self):
        path = self.make_fields("game.h5")
        path.write_bytes(path.read_bytes()[:-100])
        self.assert_file_refused(self.TABLE, "4:9: game.path", "game.h5: is HDF5 but cannot be read: is it whole, and "
                                 "closed by what writes it?")

    def test_experiment_file_missing(self):
        done = self.throng("run", "none.yaml", "--out", self.out, check=2)
        self.assertEqual(done.stderr, "none.yaml: cannot open the experiment file: No such file or directory\n")
        done = self.throng("run", self.folder, "--out", self.out, check=2)
        self.assertEqual(done.stderr, f"{self.folder}: cannot read the experiment file: Is a directory\n")
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    throng_test.main()
