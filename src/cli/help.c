/* The texts of --help and --version. */
#include <stdio.h>
#include "cli.h"

static const char *const texts[MFG_COMMAND_COUNT] = {
    "throng: mean-field games at scale\n"
    "\n"
    "  throng run FILE           run the experiment that a YAML file describes\n"
    "  throng plan FILE          what that would do: runs, memory, time\n"
    "  throng status DIR         how far an experiment is, what failed, and what to do next\n"
    "  throng list               the games and the solvers there are\n"
    "  throng describe KIND ...  the parameters of a game, a solver or a section of the file\n"
    "\n"
    "  throng COMMAND --help     more about a command\n"
    "  throng --version          versions of the program and of its libraries\n"
    "\n"
    "On several ranks: mpirun -n 4 throng run FILE\n",

    "throng run FILE [--set KEY=VALUE ...] [--out DIR] [--rerun WHICH] [--shard I/N] [--time-limit TIME]\n"
    "           [-- PETSc options]\n"
    "\n"
    "Performs the runs of the experiment and leaves their results in DIR/<name>/<run id>/. What is complete "
    "there is\n"
    "not done again, and what was interrupted goes on: the same command again takes up where the last one "
    "ended.\n"
    "\n"
    "  --set KEY=VALUE    replace or add a key of the file; the value is YAML:\n"
    "                     --set solver.eta=0.3 --set 'solver.beta={schedule: harmonic, value: 1}'\n"
    "  --out DIR          where results go (default: results)\n"
    "  --rerun WHICH      perform again and replace: stale (results of another version of the program), "
    "failed,\n"
    "                     damaged (done anyway), or all; several with commas\n"
    "  --shard I/N        only the runs I, I+N, I+2N, ... of the plan, counted from 0: for job arrays\n"
    "  --time-limit TIME  stop with checkpoints before this is over: 90 (seconds), 30min, 2h, 1:30:00; "
    "default: the\n"
    "                     end of the SLURM job, if there is one\n"
    "  --                 PETSc options follow, for the solvers -eval_, -best_response_, -population_ and "
    "-spectrum_:\n"
    "                     -- -eval_ksp_type gmres -eval_pc_type gamg -log_view\n"
    "\n"
    "SIGUSR1, SIGTERM or SIGINT (Ctrl-C) stops all runs at their next outer iteration, with checkpoints. "
    "mpirun gives\n"
    "its ranks a second after Ctrl-C; where iterations take longer, `kill -USR1` to mpirun.\n"
    "\n"
    "Exit code: 0 every run is complete; 1 some failed, or results cannot be written; 2 bad input, nothing "
    "written;\n"
    "75 stopped early, the same command goes on.\n",

    "throng plan FILE [--set KEY=VALUE ...] [--out DIR] [--rerun WHICH] [--shard I/N] [--ranks N] [--all]\n"
    "            [-- PETSc options]\n"
    "\n"
    "Says what `throng run` with the same arguments would do, and does nothing: the runs with their states, "
    "how much\n"
    "memory each needs, how long they take where earlier results tell, and how N ranks share them. Needs no "
    "mpirun.\n"
    "\n"
    "  --ranks N          ranks of `mpirun -n N throng run` (default: the cores of this machine, or what the "
    "widest run needs)\n"
    "  --all              every run, not the first and last few alone\n"
    "  The other options are those of `throng run`, which has --time-limit, too.\n"
    "\n"
    "Exit code: 0, or 2 where `throng run` would refuse the input; PETSc options are tried for small runs of "
    "one rank "
    "alone.\n",

    "throng status DIR [RUN] [--verify] [--all]\n"
    "\n"
    "Says what the results in DIR are, from the files alone: while a launch works on them, after it, and on "
    "any\n"
    "machine that sees them; without mpirun. Nothing is written. DIR is the folder of an experiment "
    "(OUT/<name>), or\n"
    "the one above it, for all experiments there.\n"
    "\n"
    "  RUN       one run in detail: its id, the hash at the end of it, words of its label such as 'eta=0.1 "
    "seed=3', or\n"
    "            a part of these that no other run has\n"
    "  --verify  read every file of every result, and compare it with its checksum\n"
    "  --all     name every run that is at work or went wrong; else the first 20 of each kind\n"
    "\n"
    "Exit code: 0 every run of the plan is complete; 75 some are running, interrupted or missing; 1 none is, "
    "but some\n"
    "failed or are damaged; 2 there is no such folder, experiment or run. With RUN, of that run.\n",

    "throng list [--plugin FILE]\n"
    "\n"
    "Lists the games and the solvers, a line each; with --plugin the games of that shared library, too.\n",

    "throng describe game NAME       keys of `game:` for this type; --plugin FILE for a game of that "
    "shared library\n"
    "throng describe solver NAME     keys of `solver:` for this type\n"
    "throng describe metrics         keys of `metrics:`\n"
    "throng describe evaluation      keys of `evaluation:`, the tolerances\n"
    "throng describe output          keys of `output:`\n"
    "throng describe checkpoint      keys of `checkpoint:`\n"
    "throng describe run             the keys beside the sections\n"
    "throng describe sweep           the sections that make many runs of one file: sweep, zip, seeds, when, "
    "exclude,\n"
    "                                overrides, resources; each by its own name, too\n"
    "\n"
    "Prints a line for each key: type, default, range, unit, and what it means. A key written group[.key] "
    "may be\n"
    "given as `group: value` too.\n"};

PetscErrorCode MfgPrintHelp(MfgCommand command, FILE *stream)
{
  PetscFunctionBeginUser;
  (void)fputs(texts[command], stream);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgPrintVersion(FILE *stream)
{
  const MfgLibrary *libraries;
  PetscInt          count;

  PetscFunctionBeginUser;
  PetscCall(MfgGetLibraries(&count, &libraries));
  (void)fprintf(stream, "throng %s (commit %s)\n", MfgVersion(), MfgCommit());
  for (PetscInt i = 0; i < count; i++)
    (void)fprintf(stream, "%s %s\n", libraries[i].name, libraries[i].version);
  PetscFunctionReturn(0);
}
