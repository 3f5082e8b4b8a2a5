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
        self.assert_kept(self.run_text(ITERATIVE, "--", "-log_view", "ascii:log.txt", "-eval_ksp_monitor",
                                       "ascii:monitor.txt"))
        self.run_text(ITERATIVE, "--", "-eval_ksp_type", "gmres")
        self.assertEqual(len(self.results()), 2)

    def test_monitoring_options_run(self):
        self.run_text(ITERATIVE, "--", "-log_view", "ascii:log.txt", "-eval_ksp_converged_reason", "-eval_ksp_view",
                      "ascii:view.txt", "-malloc_view", "ascii:malloc.txt")
        self.assertIn("throng evaluate", (self.folder / "log.txt").read_text(encoding="utf-8"))


class OptionsOfTheFile(throng_test.ThrongTest):
    """`petsc_options` says for one run what stands after `--` for all."""

    @staticmethod
    def with_options(options, text=ITERATIVE):
        return text + f'petsc_options: "{options}"\n'

    def test_used_and_recorded(self):
        options = "-eval_ksp_type gmres -eval_ksp_monitor ascii:monitor.txt"
        self.run_text(self.with_options(options))
        record = self.record()
        self.assertEqual(record["parameters"]["petsc_options"], options)
        self.assertEqual(record["provenance"]["petsc_options"],
                         ["-eval_ksp_monitor ascii:monitor.txt", "-eval_ksp_type gmres"])
        self.assertIn("KSP Residual norm", (self.folder / "monitor.txt").read_text(encoding="utf-8"))
        self.throng("run", self.write(self.with_options("-eval_ksp_max_it 1")), "--out", self.folder / "failed", check=1)
        self.assertIn("DIVERGED_ITS after 1 iterations", self.record(self.result(self.folder / "failed"))["stop_reason"])

    def test_many(self):
        options = [f"-{prefix}_{option}" for prefix in ("best_response", "eval", "population")
                   for option in ("ksp_gmres_restart 20", "ksp_max_it 500", "ksp_type gmres", "pc_type jacobi")]
        self.run_text(self.with_options(" ".join(options)))
        record = self.record()
        self.assertEqual(record["provenance"]["petsc_options"], options)
        self.assertEqual(record["parameters"]["petsc_options"], " ".join(options))

    def test_they_go_before_those_of_the_command_line(self):
        """What is said of one run is more than what is said of all."""
        self.run_text(self.with_options("-eval_ksp_type gmres"), "--", "-eval_ksp_type", "bcgs", "-eval_pc_type", "jacobi")
        self.assertEqual(self.record()["provenance"]["petsc_options"], ["-eval_ksp_type gmres", "-eval_pc_type jacobi"])

    def test_the_identity_is_that_of_the_options(self):
        self.run_text(ITERATIVE)
        self.run_text(self.with_options("-eval_ksp_type gmres"))
        plain, gmres = sorted(self.results(), key=lambda path: len(self.record(path)["provenance"]["petsc_options"]))
        self.assertEqual(self.record(plain)["provenance"]["petsc_options"], [])
        self.assert_kept(self.run_text(ITERATIVE, "--", "-eval_ksp_type", "gmres"), gmres)
        self.assert_kept(self.run_text(ITERATIVE, "--set", "petsc_options=-eval_ksp_type   gmres"), gmres)
        self.assert_kept(self.run_text(self.with_options("-eval_ksp_monitor ascii:monitor.txt -eval_ksp_type gmres")), gmres)
        self.assert_kept(self.run_text(self.with_options("-eval_ksp_monitor ascii:monitor.txt")), plain)

    def test_unknown(self):
        unknown = "throng: no part of this run reads the PETSc option -eval_ksp_tpye; did you mean -eval_ksp_type?"
        self.assert_refused(self.with_options("-eval_ksp_tpye gmres"), unknown)
        self.assert_refused(ITERATIVE, unknown, arguments=["--set", "petsc_options=-eval_ksp_tpye gmres"])
        self.assert_refused(self.with_options("-eval_ksp_rtol 1e-3"), "throng: the PETSc option -eval_ksp_rtol has no "
                            "place beside evaluation.tolerance; set that key instead")
        done = self.run_text(self.with_options("-eval_ksp_type gmress"), check=2)
        self.assertRegex(done.stderr, "^throng: the run cannot be set up: .*KSP type gmress\n$")
        self.assertFalse(self.out.exists())

    def test_no_options(self):
        for value, stray in (("gmres", "gmres"), ("-eval_ksp_type gmres bcgs", "bcgs"),
                             ("eval_ksp_type gmres", "eval_ksp_type")):
            self.assert_refused(self.with_options(value), f"{{f}}:10:16: petsc_options: '{stray}' is no PETSc option; "
                                "expected \"-name\" or \"-name value\"")
        self.assert_refused(ITERATIVE + "petsc_options: [-eval_ksp_type, gmres]\n",
                            "{f}:10:16: petsc_options: expected text, not a list")

    def test_options_of_the_program(self):
        for option in ("-log_view ascii:log.txt", "-malloc_debug", "-options_left"):
            self.assert_refused(self.with_options(option), f"{{f}}:10:16: petsc_options: PETSc reads {option.split()[0]} "
                                "for the whole program; give it on the command line, after '--'")


if __name__ == "__main__":
    throng_test.main()
