"""The command line beside experiments: help, version, list, describe, and what it refuses."""

import throng_test


class CommandLine(throng_test.ThrongTest):
    def assert_told(self, arguments, *parts, ranks=1):
        done = self.throng(*arguments, ranks=ranks, check=0)
        for part in parts:
            self.assertIn(part, done.stdout)
        self.assertEqual(done.stderr, "")
        return done

    def assert_refused_arguments(self, arguments, message):
        done = self.throng(*arguments, check=2)
        self.assertEqual(done.stderr.splitlines()[0], "throng: " + message)
        self.assertEqual(done.stdout, "")

    def test_help(self):
        self.assert_told(["--help"], "throng run FILE", "throng status DIR", "throng list", "throng describe")
        self.assert_told(["run", "--help"], "--set KEY=VALUE", "--out DIR", "--rerun WHICH", "--shard I/N", "--time-limit TIME",
                         "-eval_", "Exit code")
        self.assert_told(["status", "--help"], "throng status DIR [RUN]", "--verify", "--all", "Exit code")
        self.assert_told(["list", "--help"], "throng list")
        self.assert_told(["describe", "--help"], "throng describe game NAME")

    def test_version(self):
        done = self.assert_told(["--version"], "MPI ", "PETSc 3.", "SLEPc 3.", "libyaml ", "HDF5 1.")
        self.assertRegex(done.stdout, r"^throng \d+\.\d+\.\d+ \(commit \S+\)\n")

    def test_list(self):
        self.assert_told(["list"], "four_rooms", "crowd_grid", "mf_trpo", "fictitious_play", "online_mirror_descent",
                         "policy_iteration", "mf_pso", "fixed_policy")

    def test_describe(self):
        done = self.assert_told(["describe", "game", "four_rooms"], "crowd_aversion", "noise.slip", "discount",
                                "initial[.type]", "uniform|concentrated|file")
        header, *rows = done.stdout.splitlines()[2:]
        self.assertEqual(header.split(), ["key", "type", "default", "range", "unit", "meaning"])
        size = next(row for row in rows if row.startswith("size "))
        self.assertEqual(size.split()[:4], ["size", "integer", "11", "[7,inf)"])
        self.assertEqual(size.index("[7,inf)"), header.index("range"))
        self.assert_told(["describe", "solver", "mf_trpo"], "eta", "beta[.value]", "(0,1]", "stop.mean_field_delta")
        self.assert_told(["describe", "solver", "fictitious_play"], "lambda[.schedule]", "harmonic|constant|pure",
                         "population_steps", "stop.exploitability")
        done = self.assert_told(["describe", "solver", "fixed_policy"], "initial_policy[.type]")
        self.assertNotIn("stop.", done.stdout)
        self.assertNotIn("outer_iterations", done.stdout)
        self.assert_told(["describe", "metrics"], "which", "every", "exploitability_at_mu")
        self.assert_told(["describe", "evaluation"], "tolerance", "direct_below")
        self.assert_told(["describe", "output"], "fields", "mean_field|policy|value")
        self.assert_told(["describe", "checkpoint"], "iterations", "minutes", "[0,inf)")
        self.assert_told(["describe", "run"], "name", "required", "seed", "petsc_options")

    def test_describe_sweeps(self):
        """Every section of many runs, with the rows that the reader of files goes by."""
        self.assert_told(["describe", "run"], "max_runs", "10000", "max_failures", "[1,inf)")
        sections = ("sweep", "zip", "seeds", "when", "exclude", "overrides", "resources")
        done = self.assert_told(["describe", "sweep"], *(f"\n{name}: " for name in sections[1:]))
        self.assertTrue(done.stdout.startswith("sweep: {KEY: [VALUE, ...], ...}\n"))
        for name, rows in (("seeds", ("count", "base")), ("zip", ()), ("when", ()), ("exclude", ()), ("overrides", ()),
                           ("resources", ("ranks_per_run", "time_limit", "memory_check"))):
            part = self.throng("describe", name, check=0).stdout
            self.assertIn(part, done.stdout)
            table = part.splitlines()
            head = next((n for n, line in enumerate(table) if line.startswith("key ")), len(table))
            self.assertEqual([line.split()[0] for line in table[head + 1:] if line[0] != " "], list(rows), name)
        for key in ("from", "to", "count"):
            self.assertRegex(done.stdout, rf"\n{key} +(real|integer) +required")
        self.assert_refused_arguments(["describe", "sweep", "x"], "'x' is one argument too many")

    def test_one_rank_speaks(self):
        alone = self.throng("list", check=0).stdout
        self.assertEqual(self.throng("list", ranks=2, check=0).stdout, alone)

    def test_refuses(self):
        self.assert_refused_arguments([], "a command is missing; expected run, plan, status, list or describe")
        self.assert_refused_arguments(["rnu"], "unknown command 'rnu'; did you mean 'run'?")
        self.assert_refused_arguments(["xyzzy"], "unknown command 'xyzzy'")
        self.assert_refused_arguments(["--hlep"], "unknown option '--hlep'; did you mean '--help'?")
        self.assert_refused_arguments(["run"], "the experiment file is missing; expected throng run FILE")
        self.assert_refused_arguments(["run", "a", "b"], "'b' is one argument too many")
        self.assert_refused_arguments(["run", "a", "--reru"], "unknown option '--reru'; did you mean '--rerun'?")
        self.assert_refused_arguments(["list", "--rerun", "all"], "unknown option '--rerun'")
        self.assert_refused_arguments(["run", "a", "--set"], "--set needs a value")
        self.assert_refused_arguments(["run", "a", "-eval_ksp_type", "gmres"],
                                      "unknown option '-eval_ksp_type'; PETSc options come last, after '--'")
        self.assert_refused_arguments(["run", "a", "--", "gmres"],
                                      "'gmres' after '--' is no PETSc option; expected -name or -name value")
        self.assert_refused_arguments(["list", "--", "-log_view"], "PETSc options go with 'throng run' and 'throng plan' only")
        self.assert_refused_arguments(["list", "games"], "'games' is one argument too many")

    def test_refuses_what_cannot_be_done_again(self):
        for words, wrong in (("al", "al"), ("", ""), ("stale,fialed", "fialed"), ("stale,", ""), ("stale failed", "stale failed"),
                             ("all=", "all=")):
            for arguments in (["--rerun", words], [f"--rerun={words}"]):
                self.assert_refused_arguments(["run", "a", *arguments], f"--rerun knows no '{wrong}'; expected damaged, "
                                              "failed, stale or all, with commas between them")
        self.assert_refused_arguments(["run", "a", "--rerun"], "--rerun needs a value")

    def test_refuses_shards_that_are_none(self):
        for shard in ("4/4", "-1/4", "1", "1/", "/4", "a/b", "0/0", "1/4x", "1.5/4", "", "1/99999999999999999999"):
            self.assert_refused_arguments(["run", "a", f"--shard={shard}"], f"--shard '{shard}' is none; expected i/n with "
                                          "0 <= i < n, such as 0/4")
        self.assert_refused_arguments(["run", "a", "--shard"], "--shard needs a value")

    def test_refuses_time_limits_that_are_none(self):
        for limit in ("", "soon", "-1", "10 parsecs", "1:99:00", "10 min later"):
            self.assert_refused_arguments(["run", "a", f"--time-limit={limit}"], f"--time-limit '{limit}' is no duration; "
                                          "expected one such as 90, '30 min', 2h or 1:30:00")
        for limit in ("0", "0 h", "0:00:00"):
            self.assert_refused_arguments(["run", "a", "--time-limit", limit],
                                          f"--time-limit '{limit}' leaves no time to do anything")
        self.assert_refused_arguments(["run", "a", "--time-limit"], "--time-limit needs a value")

    def test_describe_refuses(self):
        self.assert_refused_arguments(["describe", "game", "four_room"],
                                      "unknown game 'four_room'; did you mean 'four_rooms'?")
        self.assert_refused_arguments(["describe", "solver", "mf_tropo"],
                                      "unknown solver 'mf_tropo'; did you mean 'mf_trpo'?")
        self.assert_refused_arguments(["describe", "game"], "the name is missing; expected throng describe game NAME")
        self.assert_refused_arguments(["describe", "metric"], "cannot describe 'metric'; did you mean 'metrics'?")
        self.assert_refused_arguments(["describe", "mf_trpo"], "cannot describe 'mf_trpo'; did you mean 'solver mf_trpo'?")
        self.assert_refused_arguments(["describe", "sis_epidemic"], "cannot describe 'sis_epidemic'; did you mean "
                                      "'game sis_epidemic'?")
        self.assert_refused_arguments(["describe"], "cannot describe ''; expected game, solver, metrics, evaluation, "
                                                    "output, checkpoint, run or sweep")
        self.assert_refused_arguments(["describe", "checkpoints"],
                                      "cannot describe 'checkpoints'; did you mean 'checkpoint'?")


if __name__ == "__main__":
    throng_test.main()
