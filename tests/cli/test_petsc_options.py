"""PETSc options: those that nobody reads are errors before the first iteration; those that are read are recorded."""

import throng_test
from throng_test import SMALL

ITERATIVE = SMALL + "evaluation: {direct_below: 0}\n"


class PetscOptions(throng_test.ThrongTest):
    def test_misspelt(self):
        self.assert_refused(SMALL, "throng: no part of this run reads the PETSc option -eval_ksp_tpye; did you mean "
                                   "-eval_ksp_type?", arguments=["--", "-eval_ksp_tpye", "gmres"])

    def test_without_prefix(self):
        self.assert_refused(SMALL, "throng: no part of this run reads the PETSc option -ksp_type; did you mean "
                                   "-eval_ksp_type?", arguments=["--", "-ksp_type", "gmres"])

    def test_tolerances_are_keys_of_the_file(self):
        for prefix, key in (("eval", "tolerance"), ("best_response", "best_response_tolerance"),
                            ("population", "population_tolerance")):
            for name in ("ksp_rtol", "ksp_atol"):
                self.assert_refused(ITERATIVE, f"throng: the PETSc option -{prefix}_{name} has no place beside "
                                    f"evaluation.{key}; set that key instead",
                                    arguments=["--", f"-{prefix}_{name}", "1e-3"])

    def test_several(self):
        done = self.run_text(SMALL, "--", "-evla_ksp_type", "gmres", "-population_pc_tpe", "lu", "-xyzzy", check=2)
        self.assertEqual(len(done.stderr.splitlines()), 3)
        for name in ("-evla_ksp_type", "-population_pc_tpe", "-xyzzy"):
            self.assertIn(f"the PETSc option {name}", done.stderr)
        self.assertFalse(self.out.exists())

    def test_of_an_inner_solver_that_is_not_there(self):
        self.assert_refused(ITERATIVE, "throng: no part of this run reads the PETSc option -eval_pc_hypre_type: the "
                            "solver that is used there has no such option (evaluation.direct_below chooses between "
                            "direct and iterative solvers)",
                            arguments=["--", "-eval_pc_type", "jacobi", "-eval_pc_hypre_type", "boomeramg"])

    def test_of_a_spectrum_that_is_not_asked_for(self):
        done = self.run_text(SMALL, "--", "-spectrum_eps_tol", "1e-9", check=2)
        self.assertIn("-spectrum_eps_tol", done.stderr)
        self.run_text(SMALL + "metrics: {which: [quality, spectrum]}\n", "--", "-spectrum_eps_tol", "1e-9")
        self.assertEqual(self.record()["spectrum"]["classes"], 1)

    def test_from_the_environment(self):
        done = self.run_text(SMALL, check=2, env={"PETSC_OPTIONS": "-eval_ksp_tpye gmres"})
        self.assertIn("-eval_ksp_tpye; did you mean -eval_ksp_type?", done.stderr)

    def test_read_and_recorded(self):
        self.run_text(ITERATIVE, "--", "-eval_ksp_type", "gmres", "-eval_pc_type", "bjacobi", "-eval_sub_pc_type", "ilu",
                      "-population_ksp_max_it", "500", "-best_response_ksp_type", "gmres")
        self.assertEqual(self.record()["provenance"]["petsc_options"],
                         ["-best_response_ksp_type gmres", "-eval_ksp_type gmres", "-eval_pc_type bjacobi",
                          "-eval_sub_pc_type ilu", "-population_ksp_max_it 500"])

    def test_they_are_part_of_the_identity_unless_they_only_look(self):
        self.run_text(ITERATIVE)
        done = self.run_text(ITERATIVE, "--", "-log_view", "ascii:log.txt", "-eval_ksp_monitor", "ascii:monitor.txt",
                             check=2)
        self.assertIn("exists already", done.stderr)
        self.run_text(ITERATIVE, "--", "-eval_ksp_type", "gmres")
        self.assertEqual(len(list(self.out.glob("small/*"))), 2)

    def test_monitoring_options_run(self):
        self.run_text(ITERATIVE, "--", "-log_view", "ascii:log.txt", "-eval_ksp_converged_reason", "-eval_ksp_view",
                      "ascii:view.txt", "-malloc_view", "ascii:malloc.txt")
        self.assertIn("throng evaluate", (self.folder / "log.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    throng_test.main()
