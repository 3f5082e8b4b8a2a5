"""`throng status` says what the files say: of complete, failed, interrupted, damaged and missing runs."""

import os
import re
import shutil
import subprocess
import unittest

import throng_test
from status import FAILING, GRID, StatusTest, write_checksums
from throng_test import SMALL


class Results(StatusTest):
    def test_complete(self):
        self.run_text(GRID)
        for folder in (self.out, self.out / "small"):
            text = self.status(folder=folder)
            self.assertEqual(text.splitlines()[0], f"small: 4 runs in {self.out / 'small'}")
            self.assert_counts(text, iteration_limit=4)
            self.assertIn("all runs are complete", text)
        self.assertEqual(self.status("--verify"), text)

    def test_all_good_ends(self):
        text = SMALL + ("sweep: {solver.type: [mf_trpo, fixed_policy]}\n"
                        "when: [{match: {solver.type: mf_trpo}, sweep: {solver.stop.mean_field_delta: [1.0, 1.0e-99]}}]\n"
                        ).replace("outer_iterations: 3", "")
        text = text.replace("  eta: 0.5\n  outer_iterations: 3\n", "")
        self.run_text(text, "--set", "solver.eta=0.5")
        counts = self.counts(self.status())
        self.assertEqual((counts["converged"], counts["evaluated"], sum(counts.values())), (1, 1, 3))

    def test_failed(self):
        self.run_text(FAILING, check=1)
        failed = next(self.out.glob("*/*.failed"))
        text = self.status(check=1)
        self.assert_counts(text, iteration_limit=1, diverged=1)
        reason = self.record(failed)["stop_reason"]
        self.assertEqual(self.lines_below(text, "failed"),
                         [f"  {failed.name.removesuffix('.failed')}  crowd_aversion=1.0e+308  {reason}"])
        self.assertEqual(self.command(text),
                         ["throng", "run", str(self.folder / "experiment.yaml"), "--out", str(self.out), "--rerun", "failed"])
        text = self.status("1.0e+308", check=1)
        for line in ("state        diverged", f"folder       {failed}", f"ended        {reason}",
                     "checksums    every file is what was written"):
            self.assertIn(f"\n{line}\n", text)

    def test_no_more_than_twenty(self):
        self.run_text(FAILING + "seeds: {count: 22}\n", "--set", "game.crowd_aversion=1e308", check=1)
        text = self.status(check=1)
        self.assert_counts(text, diverged=22)
        lines = self.lines_below(text, "failed")
        self.assertEqual((len(lines), lines[-1]), (21, "  and 2 more, which --all names"))
        lines = self.lines_below(self.status("--all", check=1), "failed")
        self.assertEqual(len(lines), 22)
        self.assertEqual([re.search(r"seed=(\d+)", line)[1] for line in lines], [str(i) for i in range(1, 23)])

    def test_missing(self):
        self.run_text(GRID, "--shard", "0/2")
        text = self.status(check=75)
        self.assert_counts(text, iteration_limit=2, missing=2)
        self.throng(*self.command(text)[1:], check=0)
        self.assert_counts(self.status(), iteration_limit=4)

    def test_one_that_is_missing(self):
        self.run_text(GRID, "--shard", "0/2")
        self.assertIn("\nstate        missing\n", self.status("eta=0.5 seed=2", check=75))

    def test_stale(self):
        self.run_text(GRID)
        folder = self.results()[0]
        record = folder / "run.json"
        commit = self.record(folder)["provenance"]["commit"]
        record.write_text(record.read_text(encoding="utf-8").replace(commit, "0123456789ab"), encoding="utf-8")
        write_checksums(folder)
        text = self.status("--verify")
        self.assert_counts(text, iteration_limit=4)
        version = self.record(folder)["provenance"]["version"]
        self.assertIn(f"1 of the complete results are stale: this is throng {version} (commit {commit}), they are of "
                      f"{version} (commit 0123456789ab): 1\n", text)
        self.assertEqual(self.command(text)[-2:], ["--rerun", "stale"])
        self.assertIn("state        iteration_limit, stale\n", self.status(folder.name))

    def test_damaged(self):
        self.run_text(GRID)
        one, two, *_ = self.results()
        content = bytearray((one / "fields.h5").read_bytes())
        content[len(content) // 2] ^= 1
        (one / "fields.h5").write_bytes(content)
        self.assert_counts(self.status(), iteration_limit=4)
        text = self.status("--verify", check=1)
        self.assert_counts(text, iteration_limit=3, damaged=1)
        self.assertIn(f"{one / 'fields.h5'} is not what was written", self.lines_below(text, "damaged")[0])
        self.assertIn(f"\nstate        damaged: {one / 'fields.h5'} is not what was written\n", self.status(one.name, check=1))
        (two / "run.json").write_bytes((two / "run.json").read_bytes()[:1500])
        text = self.status(check=1)
        self.assert_counts(text, iteration_limit=3, damaged=1)
        self.assertIn("run.json is not what was written", self.lines_below(text, "damaged")[0])
        (two / "run.json").unlink()
        self.assertIn("cannot read run.json: No such file", self.lines_below(self.status(check=1), "damaged")[0])
        self.throng(*self.command(self.status("--verify", check=1))[1:], check=0)
        self.assert_counts(self.status("--verify"), iteration_limit=4)

    def test_the_record_of_another_run(self):
        self.run_text(GRID)
        one, two, *_ = self.results()
        shutil.copy(one / "run.json", two / "run.json")
        text = self.status(check=1)
        self.assertIn(f"{two.name}  ", self.lines_below(text, "damaged")[0])
        self.assertIn(f"run.json is that of the run {one.name}", text)

    def test_results_that_are_not_in_the_plan(self):
        self.run_text(GRID)
        self.run_text(GRID, "--set", "sweep.solver.eta=[0.5, 0.2]")
        text = self.status()
        self.assert_counts(text, iteration_limit=4, others=2)
        self.assertIn("not in the plan       2  2 iteration_limit\n", text)
        plan = (self.out / "small" / "plan.csv").read_text(encoding="utf-8")
        other = next(path.name for path in self.results() if path.name not in plan)
        self.assertIn("\nstate        iteration_limit, not in the plan\n", self.status(other))

    def test_results_that_were_to_be_replaced(self):
        """A launch that is killed between two renames leaves the earlier result under another name."""
        self.run_text(GRID)
        folder = self.results()[0]
        folder.rename(folder.with_name(folder.name + ".replaced"))
        self.assert_counts(self.status(), iteration_limit=4)
        running = folder.with_name(folder.name + ".running")
        running.mkdir()
        self.assert_counts(self.status(), iteration_limit=4)

    def test_a_failed_rerun_beside_a_good_result(self):
        self.run_text(GRID)
        folder = self.results()[0]
        shutil.copytree(folder, folder.with_name(folder.name + ".failed"))
        self.assert_counts(self.status(), iteration_limit=4)

    def test_several_experiments(self):
        self.run_text(GRID)
        self.run_text(GRID, "--set", "name=half", "--shard", "0/2")
        (self.out / "figures").mkdir()
        text = self.status(check=75)
        half, small = text.split("\n\n")[0], text.split(f"\n\nsmall: 4 runs in {self.out}/small\n")[1]
        self.assert_counts(half, iteration_limit=2, missing=2)
        self.assert_counts(small, iteration_limit=4)
        self.assertIn("in " + str(self.out / "half"), self.status("eta=0.5 seed=1", check=2))

    def test_without_mpi(self):
        """Neither MPI nor PETSc starts: settings with which they could not do no harm."""
        self.run_text(SMALL)
        broken = {"OMPI_MCA_pml": "none", "OMPI_MCA_btl": "none", "OMPI_MCA_ess": "none"}
        self.throng("status", self.out, check=0, env=broken)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folders_that_may_only_be_read(self):
        self.run_text(GRID)
        paths = [self.out, *self.out.rglob("*")]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        self.status("--verify")
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


class WhatNext(StatusTest):
    def test_settings_and_options(self):
        given = ["--set", "solver.beta={schedule: harmonic, value: 1}", "--set",
                 "petsc_options='-best_response_ksp_type gmres'", "--", "-eval_ksp_type", "gmres", "-eval_pc_type", "none"]
        self.run_text(GRID + "evaluation: {direct_below: 0}\n", "--shard", "0/2", *given)
        words = self.command(self.status(check=75))
        self.assertEqual(words, ["throng", "run", str(self.folder / "experiment.yaml"), *given[:4], "--out", str(self.out),
                                 *given[4:]])
        self.throng(*words[1:], check=0)
        self.assert_counts(self.status(), iteration_limit=4)

    def test_a_file_that_was_given_from_another_folder(self):
        path = self.write(GRID)
        self.throng("run", path.name, "--shard", "0/2", check=0)
        below = self.folder / "below"
        below.mkdir()
        for folder, file, out in ((self.folder, path.name, "results"), (below, str(path), "../results")):
            done = subprocess.run([throng_test.THRONG, "status", out], cwd=folder, capture_output=True,
                                              text=True, check=False)
            words = self.command(done.stdout)
            self.assertEqual(words, ["throng", "run", file] + ([] if out == "results" else ["--out", out]))
        done = subprocess.run([throng_test.THRONG, "status", "."], cwd=self.folder / "results" / "small",
                                          capture_output=True, text=True, check=False)
        self.assertEqual(self.command(done.stdout), ["throng", "run", str(path), "--out", str(self.folder / "results")])

    def test_a_file_that_has_gone(self):
        self.run_text(GRID, "--shard", "0/2")
        (self.folder / "experiment.yaml").unlink()
        words = self.command(self.status(check=75))
        self.assertEqual(words, ["throng", "run", f"{self.out}/small/experiment.yaml", "--out", str(self.out)])
        self.throng(*words[1:], check=0)
        self.assert_counts(self.status(), iteration_limit=4)

    def test_a_file_that_has_changed(self):
        self.run_text(GRID, "--shard", "0/2")
        self.assertNotIn("has changed", self.status(check=75))
        file = self.write(GRID + "# more\n")
        self.assertIn(f"({file} has changed since that launch; {self.out}/small/experiment.yaml is as it was)\n",
                      self.status(check=75))

    def test_without_what_the_launch_wrote(self):
        self.run_text(GRID, "--shard", "0/2")
        (self.out / "small" / "experiment.json").unlink()
        text = self.status(check=75)
        self.assert_counts(text, iteration_limit=2, missing=2)
        self.assertIn("so that no command is known", text)

    def test_a_folder_that_got_another_name(self):
        self.run_text(GRID, "--shard", "0/2")
        (self.out / "small").rename(self.out / "smaller")
        self.assertIn("its folder must be called small again", self.status(check=75))


class BadInput(StatusTest):
    def test_folders(self):
        self.run_text(GRID)
        self.write("a file\n", "file")
        (self.folder / "empty").mkdir()
        cases = {
            "ou": "throng: ou: No such file or directory; did you mean 'out'?\n",
            "out/smalll": "throng: out/smalll: No such file or directory; did you mean 'out/small'?\n",
            "nowhere": "throng: nowhere: No such file or directory\n",
            "empty": "throng: empty: no experiment there, nor one level below; expected the folder of results that was given "
                     "with --out, or OUT/<name>\n",
        }
        for word, message in cases.items():
            self.assertEqual(self.throng("status", word, check=2).stderr, message)
        self.assertIn("file: no experiment there", self.throng("status", "file", check=2).stderr)
        self.assertIn("the folder of the results is missing", self.throng("status", check=2).stderr)
        self.assertIn("did you mean '--verify'?", self.throng("status", "out", "--verfy", check=2).stderr)
        self.assertIn("one argument too many", self.throng("status", "out", "a", "b", check=2).stderr)

    def test_plans_that_are_none(self):
        self.run_text(GRID)
        plan = self.out / "small" / "plan.csv"
        text = plan.read_text(encoding="utf-8")
        for broken in ("", text[:-3], text.replace("label", "lable"), text.replace("-seed1-", "/seed1/"),
                       text.replace(",1,,", ",1,", 1)):
            plan.write_text(broken, encoding="utf-8")
            self.assertEqual(self.throng("status", self.out, check=1).stderr, f"throng: {plan} is no plan of this program; "
                             "the next launch of the experiment writes it again\n")
        plan.unlink()
        self.assertEqual(self.throng("status", self.out, check=1).stderr,
                         f"throng: cannot read {plan}: No such file or directory\n")

    def test_which_run(self):
        self.run_text(GRID)
        run_id = self.run_id("eta=0.3 seed=2")
        first = f"run          {run_id}\n"
        for word in (run_id, run_id + "/", self.out / "small" / run_id, run_id[-12:], "eta=0.3 seed=2", "seed=2 eta=0.3",
                     run_id[-12:-5], run_id[-9:]):
            self.assertTrue(self.status(word).startswith(first), word)
        self.assertTrue(self.status(folder=self.out / "small" / run_id).startswith(first))
        text = self.status("seed=2", check=2)
        self.assertEqual(text, "throng: 'seed=2' could be any of 2 runs; say more, or give one of these:\n"
                         f"  {self.run_id('eta=0.5 seed=2')}  eta=0.5 seed=2\n  {run_id}  eta=0.3 seed=2\n")
        self.assertEqual(self.status("eta=0.3 sed=2", check=2),
                         "throng: there is no run 'eta=0.3 sed=2'; did you mean 'eta=0.3 seed=2'?\n")
        self.assertEqual(self.status("nothing", check=2),
                         f"throng: there is no run 'nothing'; {self.out}/small/plan.csv names those there are\n")


if __name__ == "__main__":
    throng_test.main()
