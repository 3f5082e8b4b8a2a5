"""Result folders appear complete and good, or under another name; nothing destroys an earlier one unasked."""

import csv
import json
import os
import shutil
import signal
import unittest
import zlib

import throng_test
from throng_test import FILES, LONG, SMALL

SAME = ("checksums", "metrics.csv", "run.json")  # these differ between two runs, by their times


def content(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def content_below(folder):
    return {path: path.read_bytes() for path in folder.glob("**/*") if path.is_file()}


class ResultFolders(throng_test.ThrongTest):
    def test_a_complete_result_is_kept(self):
        self.run_text(SMALL)
        before = content(self.result())
        self.assert_kept(self.run_text(SMALL))
        self.assertEqual(content(self.result()), before)

    def test_it_is_replaced_when_that_is_asked_for(self):
        self.run_text(SMALL)
        before = content(self.result())
        for which in ("stale", "failed", "damaged", "failed,stale"):
            self.assert_kept(self.run_text(SMALL, "--rerun", which))
            self.assertEqual(content(self.result()), before)
        self.run_text(SMALL, "--rerun", "all")
        after = content(self.result())
        self.assertEqual(set(before), set(after))
        self.assertEqual([name for name in FILES if before[name] != after[name]], sorted(SAME))

    def test_a_result_of_another_version_is_stale(self):
        self.run_text(SMALL)
        for key in ("version", "commit"):
            with self.subTest(key):
                record = self.result() / "run.json"
                value = self.record()["provenance"][key]
                record.write_text(record.read_text(encoding="utf-8").replace(f'"{value}"', '"other"'), encoding="utf-8")
                self.write_checksums(self.result())
                before = content(self.result())
                done = self.run_text(SMALL)
                self.assertIn("complete already", done.stdout)
                self.assertEqual(done.stderr, "throng: the result is of another version of the program; --rerun stale "
                                 "performs the run again\n")
                self.assertEqual(content(self.result()), before)
                self.run_text(SMALL, "--rerun", "failed,stale")
                self.assertEqual(self.record()["provenance"][key], value)

    def write_checksums(self, folder):
        (folder / "checksums").write_text("".join(
            f"{zlib.crc32(data):08x} {len(data)} {name}\n" for name, data in content(folder).items()
            if name != "checksums"), encoding="ascii")

    def test_checksums(self):
        self.run_text(SMALL)
        data = content(self.result())
        lines = data.pop("checksums").decode("ascii").splitlines()
        self.assertTrue(lines[-1].endswith(" run.json"), lines)
        self.assertEqual(sorted(lines),
                         sorted(f"{zlib.crc32(bytes_):08x} {len(bytes_)} {name}" for name, bytes_ in data.items()))

    def assert_done_again(self, problem):
        """The damage is told, and the run is done again; with the same numbers, for the same bytes were there once."""
        done = self.run_text(SMALL)
        self.assertRegex(done.stderr.splitlines()[0], f"^throng: damaged result: .*{problem}")
        self.assertIn("results in", done.stdout)
        self.assertEqual(self.files(), FILES)
        self.assert_kept(self.run_text(SMALL))

    def test_one_wrong_byte_is_noticed_in_every_file(self):
        self.run_text(SMALL)
        fields = (self.result() / "fields.h5").read_bytes()
        for name in FILES:
            for place in (0, 0.5, 1):
                with self.subTest(name, place=place):
                    path = self.result() / name
                    data = bytearray(path.read_bytes())
                    data[int(place * (len(data) - 1))] ^= 1
                    path.write_bytes(data)
                    self.assert_done_again("" if name == "checksums" else f"{name} is not what was written")
                    self.assertEqual((self.result() / "fields.h5").read_bytes(), fields)

    def test_lost_and_cut_files_are_noticed(self):
        self.run_text(SMALL)
        for name in FILES:
            with self.subTest(name):
                (self.result() / name).unlink()
                self.assert_done_again(f"cannot read .*/{name}: No such file or directory")
                path = self.result() / name
                path.write_bytes(path.read_bytes()[:-1])
                self.assert_done_again("" if name == "checksums" else f"{name} is not what was written")
        for kept in range(len(FILES) - 1):
            with self.subTest(kept):
                path = self.result() / "checksums"
                path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
                self.assert_done_again("checksums is incomplete")

    def test_files_beside_those_of_the_result_are_no_damage(self):
        self.run_text(SMALL)
        (self.result() / "notes.txt").write_text("mine\n", encoding="utf-8")
        self.assert_kept(self.run_text(SMALL))

    def test_bad_input_leaves_earlier_results_alone(self):
        self.run_text(SMALL)
        before = content(self.result())
        self.run_text(SMALL.replace("eta", "etaa"), "--rerun", "all", check=2)
        self.run_text(SMALL, "--rerun", "all", "--", "-eval_ksp_tpye", "gmres", check=2)
        self.assertEqual(content(self.result()), before)

    def test_a_path_that_is_too_long(self):
        for command in ("run", "plan"):
            done = self.throng(command, self.write(SMALL), "--out", "a/" * 1100, check=2)
            self.assertEqual(done.stderr, "throng: the folder of the results, OUT/small, would have a path of more than 2048 "
                             "letters; expected a shorter --out\n")

    def test_unwritable_folder(self):
        self.write("a file\n", "file")
        for out, reason in (("file", "Not a directory"), ("file/below", "Not a directory"),
                            ("/proc/none", "Permission denied" if os.geteuid() else None)):
            with self.subTest(out):
                done = self.throng("run", self.write(SMALL), "--out", out, check=2)
                self.assertTrue(done.stderr.startswith("throng: cannot "), done.stderr)
                self.assertIn(out, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                if reason:
                    self.assertIn(reason, done.stderr)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["experiment.yaml", "file"])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folder_without_permission(self):
        self.out.mkdir(mode=0o500)
        done = self.run_text(SMALL, check=2)
        self.assertEqual(done.stderr, f"throng: cannot write results in {self.out}/small: Permission denied\n")
        self.assertEqual(list(self.out.iterdir()), [])

    def test_what_a_killed_run_left_without_a_checkpoint_is_replaced(self):
        process, running = self.start(LONG)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertTrue(running.exists())
        self.assertFalse(running.with_suffix("").exists())
        self.assertTrue((self.out / "small" / ".launches").exists())
        # The same run, cut short: it has another name, so the folder is given that one.
        short = self.folder / "short"
        self.throng("run", self.write(SMALL), "--out", short, check=0)
        running = running.rename(running.with_name(self.result(short).name + ".running"))
        done = self.run_text(SMALL)
        self.assertEqual(done.stderr.splitlines()[0], f"throng: the run {running.stem} begins anew: what is left of an earlier "
                         "launch has no good checkpoint")
        self.assertEqual(self.files(), FILES)
        self.assertEqual((self.record()["provenance"]["launches"], len(self.metrics())), (1, 4))

    def test_a_living_run_is_left_alone(self):
        process, running = self.start(LONG)
        for arguments in ([], ["--rerun", "all"]):
            done = self.run_text(LONG, *arguments, check=75)
            self.assertEqual(done.stderr, f"throng: another run is writing this result now, in {running}\n")
            self.assertEqual(done.stdout, "")
        self.assertIsNone(process.poll())
        self.assertTrue((running / "metrics.csv").exists())
        owner = json.loads((running / "lock").read_text(encoding="utf-8"))
        self.assertEqual((owner["pid"], owner["ranks"], owner["launches"]), (process.pid, 1, 1))
        self.assertEqual([path.name for path in (self.out / "small" / ".launches").iterdir()], [owner["launch"]])

    def test_the_same_run_started_several_times_at_once(self):
        """One of them runs, the others find it busy or done, and the result is that of one run alone."""
        path = self.write(SMALL.replace("size: 7", "size: 21").replace("outer_iterations: 3", "outer_iterations: 12"))
        for attempt in range(8):
            out = self.folder / f"out{attempt}"
            together = [self.begin("run", path, "--out", out, "--rerun", "all") for _ in range(3)]
            ends = [(p.communicate(timeout=60), p.returncode) for p in together]
            self.assertIn(0, [code for _, code in ends], ends)
            for (stdout, stderr), code in ends:
                self.assertIn(code, (0, 75), ends)
                self.assertNotIn("begins anew", stderr)
                if code:
                    self.assertRegex(stderr, r"^(throng: --rerun all goes on: .*\n)?"
                                             r"throng: another run is writing this result now, in \S+\.running\n$")
                else:
                    self.assertRegex(stdout, r"^iteration_limit: .*; results in|^complete (already|meanwhile)")
            folder = self.result(out)
            self.assertEqual(self.files(folder), FILES)
            self.assertEqual([row["iteration"] for row in self.metrics(folder)], list(range(13)))
            self.assertEqual(self.record(folder)["metrics"], self.metrics(folder)[-1])

    def test_a_run_killed_while_it_gave_its_result_the_name(self):
        self.run_text(SMALL)
        final = self.result()
        before = content(final)
        final.rename(final.with_name(final.name + ".replaced"))
        self.assert_kept(self.run_text(SMALL), final)
        self.assertEqual(self.result(), final)
        self.assertEqual(content(final), before)
        shutil.copytree(final, final.with_name(final.name + ".replaced"))
        self.run_text(SMALL, "--rerun", "all")
        self.assertEqual(self.result(), final)


class Experiments(throng_test.ThrongTest):
    """The folder of an experiment says where its results come from, and holds those of one experiment."""

    def test_files_of_the_experiment(self):
        self.run_text(SMALL, "--set", "seed=4", "--set", "game.size=9")
        folder = self.out / "small"
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         ["experiment.json", "experiment.yaml", self.result().name, "plan.csv"])
        self.assertEqual((folder / "experiment.yaml").read_text(encoding="utf-8"), SMALL)
        origin = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))
        provenance = self.record()["provenance"]
        file = str(self.folder / "experiment.yaml")
        self.assertEqual(origin, {"name": "small", "file": file, "path": file, "settings": ["seed=4", "game.size=9"],
                                  "petsc_options": [], "ranks": 1, "version": provenance["version"], "commit": provenance["commit"],
                                  "runs": 1, "axes": []})
        with open(folder / "plan.csv", encoding="utf-8", newline="") as plan:
            self.assertEqual(list(csv.DictReader(plan)), [{"run_id": self.result().name, "label": "",
                                                           "ranks_per_run": "1", "time_limit": ""}])

    def test_another_experiment_of_the_same_name(self):
        self.run_text(SMALL)
        before = content_below(self.out)
        other = self.write(SMALL.replace("size: 7", "size: 9"), "other.yaml")
        done = self.throng("run", other, "--out", self.out, check=2)
        self.assertEqual(done.stderr, f"throng: {self.out}/small holds results of another experiment, of the file "
                         f"{self.folder}/experiment.yaml; give this one another name (--set name=...) or another "
                         "folder (--out)\n")
        self.assertEqual(content_below(self.out), before)
        self.throng("run", other, "--out", self.out, "--set", "name=other", check=0)
        self.assertEqual(len(self.results()), 2)

    def test_the_same_experiment_edited_or_copied(self):
        self.run_text(SMALL)
        self.run_text(SMALL.replace("size: 7", "size: 9"))
        self.assertEqual(len(self.results()), 2)
        (self.folder / "elsewhere").mkdir()
        copied = self.write(SMALL.replace("size: 7", "size: 9"), "elsewhere/experiment.yaml")
        self.assertIn("complete already", self.throng("run", copied, "--out", self.out, check=0).stdout)
        copied.write_text(SMALL, encoding="utf-8")
        self.assertIn("another experiment", self.throng("run", copied, "--out", self.out, check=2).stderr)


if __name__ == "__main__":
    throng_test.main()
