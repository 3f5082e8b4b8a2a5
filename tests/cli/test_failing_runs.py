"""Runs that fail say why: in their record where they had begun, on stderr where their set-up was wrong."""

import resource
import signal

import throng_test
from throng_test import FILES, SMALL

ITERATIVE = SMALL + "evaluation: {direct_below: 0}\n"
CORNER = SMALL.replace("size: 7", "size: 7\n  initial: {type: concentrated, cell: [0, 0]}")


class FailingRuns(throng_test.ThrongTest):
    def assert_failed(self, text, *arguments, status="failed", reason="", ranks=1, **options):
        """The run ends with exit code 1, with a record and without fields; returns the record."""
        done = self.run_text(text, *arguments, ranks=ranks, check=1, **options)
        record = self.record()
        self.assertEqual(record["status"], status)
        self.assertRegex(record["stop_reason"], reason)
        self.assertIn(f"{status}: {record['stop_reason']}; results in {self.result()}\n", done.stdout)
        self.assertEqual(self.result().name, record["run_id"] + ".failed")
        self.assertEqual(self.files(), ["checksums", "metrics.csv", "run.json"])
        self.assertNotRegex((self.result() / "metrics.csv").read_text(encoding="utf-8"), "(?i)nan|inf")
        self.assertNotIn("MPI_ABORT", done.stderr)
        return record

    def test_a_preconditioner_that_cannot_be_made(self):
        self.assert_failed(ITERATIVE, "--", "-eval_pc_type", "ilu", reason="ILU and matrix type mpiaij", ranks=2)

    def test_solves_that_do_not_converge(self):
        for prefix, what in (("population", "population"), ("best_response", "best response")):
            with self.subTest(prefix):
                self.out = self.folder / prefix
                self.assert_failed(CORNER + "evaluation: {direct_below: 0}\n", "--", f"-{prefix}_ksp_max_it", "1",
                                   f"-{prefix}_pc_type", "none", reason=what)

    def test_rewards_that_are_not_finite(self):
        for kind in ("four_rooms", "crowd_grid"):
            with self.subTest(kind):
                self.out = self.folder / kind
                text = CORNER.replace("type: four_rooms", f"type: {kind}")
                self.assert_failed(text, "--set", "game.crowd_aversion=1e308", status="diverged", reason=".")

    def test_a_direct_solve_that_is_none(self):
        """Jacobi applied once is no solve, and the residual says so."""
        self.assert_failed(CORNER.replace("size: 7", "size: 11"), "--", "-eval_pc_type", "jacobi", reason="residual")

    def limit_memory(self):
        resource.setrlimit(resource.RLIMIT_AS, (1 << 33, 1 << 33))

    def test_memory_that_is_not_there(self):
        """All couplings of 50000 states are 720 GB."""
        self.assert_failed("name: small\ngame: {type: mf_garnet, states: 50000}\nsolver: {type: mf_trpo}\n"
                           "resources: {memory_check: false}\n",
                           preexec_fn=self.limit_memory, reason="(?i)^out of memory$")


class FullDisks(throng_test.ThrongTest):
    """Files that cannot be written are no fault of the run: it stays unfinished, and can be done later."""

    def limit_files(self):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    def assert_unfinished(self, text, *arguments, reason):
        """It ends with exit code 1, says why, leaves no result, and the same command completes it when there is room."""
        done = self.run_text(text, *arguments, check=1, preexec_fn=self.limit_files)
        running = self.result()
        self.assertEqual(running.suffix, ".running")
        lines = [line for line in done.stderr.splitlines() if line.startswith("throng: ")]
        self.assertEqual(len(lines), 2, done.stderr)
        self.assertRegex(lines[0], reason + ".*File too large$")
        self.assertRegex(lines[1], "^throng: the run .*is not complete.* run the same command again$")
        self.assertIn(running.stem, lines[1])
        self.assertEqual(done.stdout, "")
        left = self.files()
        self.run_text(text, *arguments)
        self.assertEqual(self.result(), running.with_suffix(""))
        self.assertEqual(self.files(), FILES)
        return left

    def test_fields(self):
        left = self.assert_unfinished(SMALL, "--set", "game.size=31", reason=r"fields\.h5")
        self.assertNotIn("fields.h5", left)

    def test_metrics(self):
        self.assert_unfinished(CORNER, "--set", "solver.outer_iterations=200", reason=r"metrics\.csv: ")
        self.assertEqual(len(self.metrics()), 201)


class FailingSetUps(throng_test.ThrongTest):
    def assert_set_up_refused(self, message, *options, ranks=1):
        done = self.run_text(ITERATIVE, "--", *options, ranks=ranks, check=2)
        lines = [line for line in done.stderr.splitlines() if line.startswith("throng:")]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertRegex(lines[0], message)
        self.assertNotIn("MPI_ABORT", done.stderr)
        self.assertFalse(self.out.exists())

    def test_a_solver_that_there_is_not(self):
        for ranks in (1, 2):
            self.assert_set_up_refused("the run cannot be set up: .*KSP type gmress", "-eval_ksp_type", "gmress",
                                       ranks=ranks)

    def test_a_value_of_another_type(self):
        self.assert_set_up_refused("the run cannot be set up: .*many", "-population_ksp_max_it", "many", ranks=2)

    TELESCOPE = ["-eval_pc_type", "telescope", "-eval_pc_telescope_reduction_factor", "2",
                 "-eval_telescope_ksp_type", "preonly"]

    def test_options_that_only_some_ranks_read(self):
        self.run_text(ITERATIVE, "--", *self.TELESCOPE, "-eval_telescope_pc_type", "ilu", ranks=2)
        self.assertEqual(self.record()["status"], "iteration_limit")

    def test_an_error_of_one_rank_alone(self):
        """It cannot be agreed upon, so it ends the program, with the reason."""
        done = self.run_text(ITERATIVE, "--", *self.TELESCOPE, "-eval_telescope_pc_type", "nothing", ranks=2, check=1)
        self.assertIn("throng: error on rank 0: ", done.stderr)
        self.assertIn("PC type nothing", done.stderr)
        self.assertFalse(self.out.exists())

    def test_options_that_no_rank_reads(self):
        self.assert_set_up_refused("-eval_telescope_pc_tpye", *self.TELESCOPE, "-eval_telescope_pc_tpye", "ilu", ranks=2)


if __name__ == "__main__":
    throng_test.main()
