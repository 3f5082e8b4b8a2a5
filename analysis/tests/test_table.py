"""One table of all runs: a row for each, whatever became of it."""

import csv
import json
import os
import subprocess
import sys

import polars as pl
import pytest
from sweeps import COMMIT, VERSION, Made, decay, each, flip, grid, locked, write_checksums
from sweeps import write_experiment as write
from synthetic import write_run

from throng_analysis.checksums import Checksums
from throng_analysis.cli import main
from throng_analysis.errors import InputError
from throng_analysis.experiments import find_experiments
from throng_analysis.flow import read_flow
from throng_analysis.locks import is_held


def table(folder, *options, code=0):
    """Return the rows of a table by run id, after comparing its two files."""
    assert main(["table", str(folder), *options]) == code
    frame = pl.read_parquet(folder / "table" / "table.parquet")
    with (folder / "table" / "table.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == frame.columns
    assert [line["run_id"] for line in lines] == frame["run_id"].to_list()
    return {row["run_id"]: row for row in frame.iter_rows(named=True)}


def test_every_run_of_the_plan_has_a_row_in_its_order(tmp_path):
    runs = each(
        grid(solver__type=["mf_trpo"], solver__eta=[0.1, 0.5], seed=[1, 2, 10])
        + grid(solver__type=["fictitious_play"], seed=[1, 2]),
        lambda axes: decay(8.0 * axes["seed"], 0.5, rows=5),
    )
    rows = table(write(tmp_path, runs))
    assert list(rows) == [run.run_id for run in runs]
    for run in runs:
        row = rows[run.run_id]
        assert row["status"] == "converged" and row["planned"] and row["stale"] is False
        assert row["solver.type"] == run.axes["solver.type"]
        assert row["solver.eta"] == run.axes.get("solver.eta")
        assert row["seed"] == run.axes["seed"]
        assert row["game.size"] == 11
        assert row["final.exploitability"] == run.values[-1]
        assert (row["iterations"], row["solve_seconds"]) == (4, 0.04)
        assert (row["version"], row["commit"], row["hosts"]) == (VERSION, COMMIT, "node1 node2")
        assert row["folder"] == run.run_id


def test_best_values_are_the_smallest_recorded_ones_and_the_first_of_them(tmp_path):
    values = [5.0, 2.0, 0.25, 4.0, 0.25, 1.0]
    all_rows = Made({"seed": 1}, values=values)
    (row,) = table(write(tmp_path / "all", [all_rows])).values()
    assert (row["best.exploitability"], row["best.exploitability.iteration"]) == (0.25, 2)
    assert row["final.exploitability"] == 1.0
    thinned = Made({"seed": 1}, values=values)
    (row,) = table(write(tmp_path / "thinned", [thinned], every=3)).values()
    assert (row["best.exploitability"], row["best.exploitability.iteration"]) == (1.0, 5)
    diverged = Made({"seed": 1}, status="diverged", values=[3.0, 2.0, float("nan")])
    (row,) = table(write(tmp_path / "diverged", [diverged])).values()
    assert (row["best.exploitability"], row["best.exploitability.iteration"]) == (2.0, 1)


def test_what_became_of_a_run_is_in_its_row(tmp_path, capsys):
    runs = [
        Made({"solver.eta": 0.1, "seed": 1}),
        Made({"solver.eta": 0.1, "seed": 2}, "iteration_limit", reason="did 2, as asked"),
        Made({"solver.eta": 0.2, "seed": 1}, "failed", reason="KSP, diverged"),
        Made({"solver.eta": 0.2, "seed": 2}, "diverged", reason="not finite"),
        Made({"solver.eta": 0.3, "seed": 1}, "running"),
        Made({"solver.eta": 0.3, "seed": 2}, "interrupted"),
        Made({"solver.eta": 0.4, "seed": 1}, "missing"),
        Made({"solver.eta": 0.5, "seed": 1}, planned=False),
        Made({"solver.eta": 0.6, "seed": 1}, provenance={"commit": "0000000"}),
    ]
    folder = write(tmp_path, runs)
    with locked(runs[4].folder / "lock"):
        rows = table(folder)
    assert [rows[run.run_id]["status"] for run in runs[:7]] == [
        "converged",
        "iteration_limit",
        "failed",
        "diverged",
        "running",
        "interrupted",
        "missing",
    ]
    assert rows[runs[2].run_id]["reason"] == "KSP, diverged"
    assert rows[runs[3].run_id]["final.exploitability"] == 0.5
    assert rows[runs[4].run_id]["hosts"] == "node7"
    interrupted = rows[runs[5].run_id]
    assert (interrupted["iterations"], interrupted["final.exploitability"]) == (2, 0.5)
    missing = rows[runs[6].run_id]
    assert (missing["solver.eta"], missing["seed"], missing["folder"]) == (0.4, 1, None)
    assert missing["final.exploitability"] is missing["iterations"] is missing["stale"] is None
    assert rows[runs[7].run_id]["planned"] is False and list(rows)[-1] == runs[7].run_id
    assert rows[runs[8].run_id]["stale"] is True
    assert sum(row["stale"] is True for row in rows.values()) == 1
    output = capsys.readouterr()
    assert output.err == ""
    for words in (
        "9 runs: converged 3, iteration limit 1, diverged 1, failed 1, running 1, interrupted 1, "
        "missing 1.",
        f"missing: eta=0.40000000000000002 seed=1 ({runs[6].run_id})",
        "KSP, diverged",
        "1 result of another version or commit",
        "1 run not in the latest plan",
    ):
        assert words in output.out


def test_axes_of_missing_runs_stand_in_the_columns_of_the_others(tmp_path):
    runs = [
        Made({"solver.beta": 0.1, "game.noise": {"slip": 0.1}, "game.point.cell": [1, 2]}),
        Made({"solver.beta": 0.2, "game.noise": {"slip": 1}, "game.point.cell": [3, 4]}, "missing"),
    ]
    done, missing = table(write(tmp_path, runs)).values()
    assert done["solver.beta.value"] == 0.1 and missing["solver.beta.value"] == 0.2
    assert "solver.beta" not in done
    assert (missing["game.noise.slip"], done["game.noise.slip"]) == (1.0, 0.1)
    assert (missing["game.point.cell"], done["game.point.cell"]) == ("[3, 4]", "[1, 2]")


@pytest.mark.parametrize("name", ["metrics.csv", "run.json"])
def test_a_flipped_bit_is_noticed(tmp_path, capsys, name):
    runs = each(grid(seed=[1, 2]), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    flip(runs[0].folder / name)
    rows = table(folder, code=1)
    damaged, whole = (rows[run.run_id] for run in runs)
    assert (damaged["status"], whole["status"]) == ("damaged", "converged")
    assert damaged["reason"].startswith(f"{name}: damaged: its CRC-32 is ")
    assert damaged["final.exploitability"] is None and damaged["seed"] == 1
    assert f"{runs[0].folder}: {name}: damaged" in capsys.readouterr().err


def test_damage_of_every_kind(tmp_path):
    runs = each(grid(seed=range(1, 9)), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    cut, gone, unlisted, odd, other, failed, bare, fields = (run.folder for run in runs)
    (bare / "checksums").unlink()
    (cut / "metrics.csv").write_bytes((cut / "metrics.csv").read_bytes()[:-1])
    (gone / "metrics.csv").unlink()
    lines = (unlisted / "checksums").read_text().splitlines()
    (unlisted / "checksums").write_text(lines[0] + "\n")
    (odd / "checksums").write_text("a b c\n")
    (other / "run.json").write_bytes((cut / "run.json").read_bytes())
    write_checksums(other)
    failed = failed.rename(failed.with_name(f"{failed.name}.failed"))
    flip(failed / "run.json")
    (fields / "fields.h5").write_bytes(bytes(100))
    write_checksums(fields)
    flip(fields / "fields.h5")
    rows = table(folder, code=1)
    reasons = [rows[run.run_id]["reason"] for run in runs]
    for reason, words in zip(
        reasons,
        (
            r"metrics.csv: damaged: it has ",
            r"metrics.csv: damaged: missing, but listed",
            r"run.json: damaged: not listed in checksums",
            r"checksums:1: damaged: expected 8 hex digits",
            f"run.json: damaged: the record of {runs[0].run_id}",
            r"run.json: damaged: its CRC-32",
            r"checksums: damaged: missing",
            "",
        ),
        strict=True,
    ):
        assert reason.startswith(words) and ("`throng run` does" in reason or not words)
    assert [row["status"] for row in rows.values()] == ["damaged"] * 7 + ["converged"]
    rows = table(folder, "--verify", code=1)
    assert rows[runs[7].run_id]["reason"].startswith("fields.h5: damaged: its CRC-32")


def test_of_several_folders_the_good_one_stands_for_the_run(tmp_path, capsys):
    runs = each(grid(seed=[1, 2, 3]), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    for run in runs:
        failed = run.folder.with_name(f"{run.run_id}.failed")
        failed.mkdir()
        document = json.loads((run.folder / "run.json").read_text())
        document.update(status="failed", stop_reason="no memory")
        (failed / "run.json").write_text(json.dumps(document))
    runs[1].folder.rename(runs[1].folder.with_name(f"{runs[1].run_id}.running"))
    flip(runs[2].folder / "metrics.csv")
    rows = list(table(folder).values())
    assert [(row["status"], row["beside"]) for row in rows] == [
        ("converged", "failed"),
        ("interrupted", "failed"),
        ("failed", "damaged"),
    ]
    assert [row["final.exploitability"] for row in rows[:2]] == [1.0, 1.0]
    assert "2 runs with a further folder that is failed" in capsys.readouterr().out


def test_an_earlier_result_stands_in_for_the_moment_of_its_replacement(tmp_path):
    runs = each(grid(seed=[1, 2]), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    runs[0].folder.rename(f"{runs[0].folder}.replaced")
    (folder / f"{runs[1].run_id}.replaced").mkdir()
    rows = list(table(folder).values())
    assert [(row["status"], row["beside"]) for row in rows] == [("converged", "")] * 2


def test_a_run_that_ends_while_it_is_read_is_read_under_its_new_name(tmp_path, monkeypatch):
    runs = each(grid(seed=[1, 2]), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    running = runs[0].folder.rename(f"{runs[0].folder}.running")
    gone = runs[1].folder.rename(f"{runs[1].folder}.running")

    def find_then_rename(place):
        found = find_experiments(place)
        running.rename(runs[0].folder)
        gone.rename(tmp_path / "elsewhere")
        return found

    monkeypatch.setattr("throng_analysis.table.find_experiments", find_then_rename)
    assert [row["status"] for row in table(folder).values()] == ["converged", "missing"]


def test_results_without_a_plan_are_a_table_too(tmp_path, capsys):
    write_run(tmp_path, run_id="four_rooms-mf_trpo-seed3-1a2b3c")
    write_run(tmp_path, name="other", run_id="b", suffix=".running")
    rows = table(tmp_path)
    done, interrupted = rows.values()
    assert (done["experiment"], done["status"]) == ("four-rooms", "converged")
    assert done["planned"] is done["stale"] is None and done["seed"] == 1
    assert interrupted["status"] == "interrupted"
    assert "runs that have not begun are not known" in capsys.readouterr().out


def test_several_experiments_share_one_table(tmp_path):
    write(tmp_path, each(grid(seed=[1, 2]), lambda axes: [1.0]), name="b")
    write(tmp_path, each(grid(solver__eta=[1]), lambda axes: [1.0]), name="a")
    rows = list(table(tmp_path).values())
    assert [row["experiment"] for row in rows] == ["a", "b", "b"]
    assert [row["solver.eta"] for row in rows] == [1, None, None]
    assert all(row["folder"].startswith(f"{row['experiment']}/") for row in rows)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("plan.csv", None, "plan.csv: missing"),
        ("plan.csv", "run,label\n", "plan.csv: the first line does not begin with run_id,label"),
        ("plan.csv", "run_id,label,ranks_per_run,time_limit,seed\na,b\n", "run 1 has 2 values"),
        ("plan.csv", "run_id,label,ranks_per_run,time_limit\na,b,1,\n", "1 runs where experiment"),
        ("plan.csv", 'run_id,label,ranks_per_run,time_limit,"x\n', "plan.csv: "),
        ("experiment.json", "[]", "experiment.json: not a whole JSON object"),
    ],
)
def test_a_plan_that_cannot_be_read_is_said(tmp_path, capsys, file, content, message):
    folder = write(tmp_path, each(grid(seed=[1, 2]), lambda axes: [1.0]))
    (folder / file).unlink() if content is None else (folder / file).write_text(content)
    assert len(table(folder, code=1)) == 2
    error = capsys.readouterr().err
    assert message in error and "`throng run` writes it again" in error


@pytest.mark.parametrize("what", ["none", "empty", "a run"])
def test_what_is_no_experiment_is_bad_input(tmp_path, capsys, what):
    folder = tmp_path / "out"
    if what == "empty":
        folder.mkdir()
    if what == "a run":
        folder = write_run(tmp_path)
    assert main(["table", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"throng-analysis: {folder}: no ") and "give the folder" in error
    assert not (folder / "table").exists()


def test_a_lock_is_asked_for_and_neither_taken_nor_made(tmp_path):
    path = tmp_path / "lock"
    assert not is_held(path) and not path.exists()
    path.touch()
    assert not is_held(path)
    with locked(path):
        assert is_held(path)
    assert not is_held(path)
    assert path.stat().st_size == 0


def test_values_of_a_plan():
    assert [read_flow(text) for text in ("1", "-2.5e-3", "1e-1", ".5", "mf_trpo", "true", "")] == [
        1,
        -0.0025,
        0.1,
        0.5,
        "mf_trpo",
        True,
        None,
    ]
    assert read_flow("{schedule: harmonic, value: 1.0}") == {"schedule": "harmonic", "value": 1.0}
    assert read_flow("[1, [a, \"b, c\"], {d: 'e''f'}, ]") == [1, ["a", "b, c"], {"d": "e'f"}]
    assert read_flow("'1'") == "1" and read_flow("a:b") == "a:b" and read_flow("[]") == []
    for bad in ("[1, 2", "{a: 1", "{a}", "[1] 2", "{a: 1}}"):
        with pytest.raises(InputError, match="flow style"):
            read_flow(bad)


def test_folders_without_checksums_are_not_checked(run_folder):
    checksums = Checksums(run_folder)
    checksums.check("run.json", b"anything")
    checksums.check_files()


def test_whoever_reads_may_go_before_the_end(tmp_path):
    """As head does; what was asked for is written all the same."""
    folder = write(tmp_path, [Made({"seed": 1})])
    read, written = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "throng_analysis", "table", str(folder)],
        stdout=written,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(written)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / "table" / "table.csv").exists()
