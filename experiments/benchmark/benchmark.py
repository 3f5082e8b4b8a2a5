"""The 64 pairs of game and algorithm of the public benchmark BenchMFG, from one table.

`table.csv` holds for each pair the settings of the solver and what was published for them. The
commands write the experiment files, run them, and set the results beside the published ones.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from pairs import Pair, chosen, experiment, number

ROOT = pathlib.Path(__file__).resolve().parents[2]


def write_files(folder, pairs):
    """Write the experiment file of each pair; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for pair in pairs:
        paths[pair] = folder / f"{pair.name}.yaml"
        paths[pair].write_text(experiment(pair), encoding="utf-8")
    return paths


def command_write(arguments):
    """Do `write`."""
    pairs = chosen(arguments.only)
    write_files(arguments.folder, pairs)
    print(f"{len(pairs)} files in {arguments.folder}")
    return 0


# Runs


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """A pair from one start."""

    pair: Pair
    seed: int
    start: pathlib.Path | None = None  # a file with /policy; None: drawn from the seed

    def settings(self):
        """Return what the command line adds to the experiment file."""
        settings = [f"seed={self.seed}"]
        if self.start:
            path = json.dumps(str(self.start))
            settings.append(f"solver.initial_policy={{type: file, path: {path}}}")
        return [word for setting in settings for word in ("--set", setting)]


def plan(pairs, seeds, starts):
    """Return all runs: one seed after another, so that soon the time of each pair is known."""
    if starts is None:
        return [Run(pair, seed) for seed in range(1, seeds + 1) for pair in pairs]
    runs = []
    for pair in pairs:
        files = sorted(starts.glob(f"{pair.game}-*.h5"))
        if not files:
            raise SystemExit(f"no {starts}/{pair.game}-SEED.h5; published_starts.py writes them")
        runs += [Run(pair, int(file.stem.rpartition("-")[2]), file) for file in files]
    return sorted(runs, key=lambda run: run.seed)


def execute(run, file, arguments):
    """Run the program; return "done", "kept", "stale" or what went wrong, and the seconds."""
    command = [arguments.throng, "run", file, *run.settings(), "--out", arguments.out]
    if arguments.rerun:
        command += ["--rerun", arguments.rerun]
    if arguments.ranks > 1:
        mpirun = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(arguments.ranks)]
        command = [*mpirun, *command]
    begin = time.monotonic()
    # Runs at the same time would share Open MPI's session folder, and the first to end removes it.
    with tempfile.TemporaryDirectory(prefix="throng-mpi-") as session:
        environment = {"OMPI_MCA_mpi_yield_when_idle": "1", "OMP_NUM_THREADS": "1"}
        environment |= os.environ | {"OMPI_MCA_orte_tmpdir_base": session}
        done = subprocess.run(
            [str(word) for word in command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    seconds = time.monotonic() - begin
    if done.returncode == 0 and done.stdout.startswith("complete already"):
        return "stale" if "of another version" in done.stderr else "kept", seconds
    if done.returncode == 0:
        return "done", seconds
    lines = "\n    ".join((done.stdout + done.stderr).strip().splitlines()[-5:])
    return f"exit code {done.returncode}:\n    {lines}\n   ", seconds


class Progress:
    """What is done, and how long the rest takes if a run takes as long as others of its pair."""

    def __init__(self, runs, jobs):
        self.left = list(runs)
        self.total = len(runs)
        self.jobs = jobs
        self.seconds = {}

    def finish(self, run, verdict, seconds):
        """Take a run off the list, and print a line."""
        self.left.remove(run)
        if verdict == "done":
            self.seconds.setdefault(run.pair, []).append(seconds)
        count = f"[{self.total - len(self.left)}/{self.total}]"
        print(
            f"{count} {run.pair.name} seed {run.seed}: {verdict} {seconds:.1f} s{self.eta()}",
            flush=True,
        )

    def eta(self):
        """Return how long the rest takes, in words; nothing where that is not known."""
        if not self.left or not self.seconds:
            return ""
        known = {pair: statistics.mean(seconds) for pair, seconds in self.seconds.items()}
        other = statistics.mean(known.values())
        seconds = sum(known.get(run.pair, other) for run in self.left) / self.jobs
        return f", about {seconds / 60:.0f} min left" if seconds > 90 else f", {seconds:.0f} s left"


def command_run(arguments):
    """Do `run`."""
    pairs = chosen(arguments.only)
    runs = plan(pairs, arguments.seeds, arguments.starts)
    progress = Progress(runs, arguments.jobs)
    failed = []
    with (
        tempfile.TemporaryDirectory(prefix="throng-benchmark-") as folder,
        concurrent.futures.ThreadPoolExecutor(arguments.jobs) as executor,
    ):
        files = write_files(pathlib.Path(folder), pairs)
        futures = {executor.submit(execute, run, files[run.pair], arguments): run for run in runs}
        try:
            for future in concurrent.futures.as_completed(futures):
                verdict, seconds = future.result()
                progress.finish(futures[future], verdict, seconds)
                if verdict not in ("done", "kept", "stale"):
                    failed.append(futures[future])
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    for run in failed:
        print(f"failed: {run.pair.name} seed {run.seed}", file=sys.stderr)
    return 1 if failed else 0


# The table ours / published


NOTE = """
From throng's own random policies. From the published starts (`run --starts`) two rows differ from
these: boltzmann_policy_iteration on lasry_lions_chain and online_mirror_descent on
rock_paper_scissors."""


def from_file(record):
    """Return whether a run started from a policy in a file, as with `run --starts`."""
    return record["parameters"]["solver"]["initial_policy"]["type"] == "file"


def final_records(folder, pair):
    """Return the records of the pair's runs that ended well."""
    records = {}
    for path in sorted((folder / pair.name).glob("*/run.json")):
        if path.parent.suffix in (".failed", ".running", ".replaced"):
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["status"] not in ("converged", "iteration_limit"):
            print(f"left out: {path.parent}: {record['stop_reason']}", file=sys.stderr)
            continue
        seed = record["parameters"]["seed"]
        start = (seed, from_file(record))
        if start in records:
            raise SystemExit(
                f"two results with seed {seed} in {path.parent.parent}, of different settings or "
                "versions; remove one"
            )
        records[start] = record
    return list(records.values())


def of_one_kind(folder, records):
    """Return whether all runs started from files; refuse a folder of both kinds of starts."""
    kinds = {from_file(record) for record in records}
    if len(kinds) > 1:
        seeds = {
            kind: sorted({r["parameters"]["seed"] for r in records if from_file(r) == kind})
            for kind in kinds
        }
        raise SystemExit(
            f"{folder} has runs from policies in files (seeds {seeds[True]}) and from throng's own "
            f"(seeds {seeds[False]}), which are not averaged together; give each kind a folder "
            "of its own"
        )
    return kinds == {True}


def spread(values):
    """Return mean ± standard deviation; of these values, as published, not of the seeds' law."""
    text = f"{number(statistics.mean(values))} ± {number(statistics.pstdev(values))}"
    return text if len(values) == 4 else f"{text} (n = {len(values)})"


def command_table(arguments):
    """Do `table`."""
    folder, pairs = arguments.folder, chosen(arguments.only)
    records = {pair: final_records(folder, pair) for pair in pairs}
    records = {pair: found for pair, found in records.items() if found}
    if not records:
        raise SystemExit(f"{folder}: no results of the {len(pairs)} pairs; `run` writes them")
    published_starts = of_one_kind(folder, [r for found in records.values() for r in found])
    print("| game | algorithm | ours | published | comparable | difference |")
    print("|---|---|---|---|---|---|")
    for pair, found in records.items():
        ours = spread([record["metrics"][pair.metric] for record in found])
        cells = [pair.game, pair.algorithm, ours, pair.published, pair.comparable, pair.difference]
        print(f"| {' | '.join(cells)} |")
    if not published_starts:
        print(NOTE)
    if len(records) < len(pairs):
        print(f"\n{len(pairs) - len(records)} of {len(pairs)} pairs have no results in {folder}.")
    return 0


# The command line


def positive(text):
    """Return a count from the command line."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is below 1")
    return value


def add_run_options(run):
    """Add the options of `run` to its parser."""
    run.add_argument(
        "--out",
        type=pathlib.Path,
        default="results/benchmark",
        help="where results go (default: %(default)s)",
    )
    starts = run.add_mutually_exclusive_group()
    starts.add_argument(
        "--seeds",
        type=positive,
        default=4,
        metavar="N",
        help="start from random policies of the seeds 1 to N (default: %(default)s)",
    )
    starts.add_argument(
        "--starts",
        type=pathlib.Path,
        metavar="FOLDER",
        help="start from the policies that published_starts.py wrote there",
    )
    run.add_argument(
        "--jobs",
        type=positive,
        default=2,
        metavar="N",
        help="runs at a time (default: %(default)s)",
    )
    run.add_argument(
        "--ranks",
        type=positive,
        default=1,
        metavar="N",
        help="ranks of each run, under mpirun if more than one (default: %(default)s)",
    )
    run.add_argument(
        "--rerun",
        metavar="WHICH",
        help="replace earlier results, which are kept otherwise: stale, failed, damaged or all",
    )
    run.add_argument(
        "--throng",
        type=pathlib.Path,
        default=ROOT / "build/release/throng",
        metavar="PROGRAM",
        help="the program (default: the release build)",
    )


def parse_arguments():
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    only = argparse.ArgumentParser(add_help=False)
    only.add_argument(
        "--only",
        action="append",
        metavar="GAME/ALGORITHM",
        help="this pair alone; may be repeated; GAME or /ALGORITHM stand for all their pairs",
    )
    write = commands.add_parser("write", parents=[only], help="write the experiment files")
    write.add_argument("folder", type=pathlib.Path, help="where they go")
    write.set_defaults(command=command_write)
    run = commands.add_parser("run", parents=[only], help="run the pairs, each from several starts")
    add_run_options(run)
    run.set_defaults(command=command_run)
    table = commands.add_parser("table", parents=[only], help="print ours / published as Markdown")
    table.add_argument("folder", type=pathlib.Path, help="where the results are")
    table.set_defaults(command=command_table)
    return parser.parse_args()


def main():
    """Do what the command line asks for; return the exit code."""
    arguments = parse_arguments()
    return arguments.command(arguments)


if __name__ == "__main__":
    sys.exit(main())
