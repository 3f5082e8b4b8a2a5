"""Reading good and bad run folders."""

import json
import re

import numpy as np
import pytest
from sweeps import flip, locked, write_checksums
from synthetic import EMPTY, HEADER, four_rooms_walls, record, trace_text, write_fields, write_run

from throng_analysis.errors import InputError
from throng_analysis.metrics import COLUMNS
from throng_analysis.results import find_runs, read_run, read_runs


def test_whole_run_is_read(run_folder):
    run = read_run(run_folder)
    assert run.warnings == []
    assert run.title == "four-rooms / mf_trpo-1a2b3c"
    assert run.status == "converged"
    assert len(run.trace) == 60
    assert run.parameter("game.noise.slip") == 0.1
    assert run.parameter("game.no.such") is None
    assert run.fields.policy.shape == (104, 5)


def test_a_run_that_only_evaluated_has_ended_well(tmp_path):
    folder = write_run(tmp_path, trace=trace_text(rows=1), status="evaluated")
    run = read_run(folder)
    assert (run.status, len(run.trace), run.warnings) == ("evaluated", 1, [])
    (folder / "metrics.csv").unlink()
    with pytest.raises(InputError, match=r"metrics\.csv"):
        read_run(folder)


def test_numbers_keep_all_digits_and_gaps_stay_empty(run_folder):
    trace = read_run(run_folder).trace
    assert trace["exploitability"][1] == 21.68 * 0.9 + 0.6
    assert trace["policy_delta"].null_count() == 60
    assert trace["mean_field_delta"][0] is None


def test_cost_is_empty_where_nothing_was_solved(tmp_path):
    lines = trace_text(rows=3).splitlines()
    lines[1] = ",".join(
        "" if name in ("linear_iterations", "evaluation_residual") else cell
        for name, cell in zip(HEADER.split(","), lines[1].split(","), strict=True)
    )
    run = read_run(write_run(tmp_path, trace="\n".join(lines) + "\n"))
    assert run.trace["linear_iterations"].to_list() == [None, 7, 14]
    assert run.warnings == []


def test_thinned_trace_gives_the_last_recorded_value(tmp_path):
    folder = write_run(tmp_path, trace=trace_text(rows=10, every=4))
    run = read_run(folder)
    assert run.trace["exploitability"].null_count() == 10 - 4
    assert run.last("exploitability") == 21.68 * 0.9**9 + 0.6


def test_walls_come_back_exactly(run_folder, tmp_path):
    assert (read_run(run_folder).fields.grid.walls == four_rooms_walls(11)).all()
    walls = np.zeros((4, 6), dtype=bool)
    walls[0, 2] = walls[3, 4] = True
    lopsided = read_run(write_run(tmp_path, walls=walls)).fields.grid
    assert lopsided.walls.shape == (4, 6)
    assert (lopsided.walls == walls).all()


def test_walls_at_the_edge_come_from_the_attributes(tmp_path):
    walls = four_rooms_walls(11)
    walls[-1, :] = walls[:, -1] = True
    run = read_run(write_run(tmp_path, walls=walls))
    assert (run.fields.grid.walls == walls).all()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("run.json", '{"name": "a", "run_', r"run\.json:1:\d+: not valid JSON"),
        ("run.json", "[1, 2]", "expected an object"),
        ("run.json", '{"name": "a", "run_id": "b", "status": "done"}', "'status' is 'done'"),
        ("run.json", '{"name": "a", "status": "failed"}', "'run_id' is missing"),
        ("run.json", '{"name": 3, "run_id": "b", "status": "failed"}', "'name' should be a text"),
        ("metrics.csv", "", "empty"),
        ("metrics.csv", "iteration,seconds\n0,0\n", ":1: missing columns exploitability,"),
        ("metrics.csv", trace_text().split("\n", 1)[1], ":1: missing columns iteration"),
        ("metrics.csv", HEADER + ",quality\n", ":1: the column quality appears twice"),
        (
            "metrics.csv",
            HEADER + "\n0,0.5\n",
            f":2: 2 values where the header names {len(COLUMNS)} columns",
        ),
        ("metrics.csv", HEADER + "\n0,0,oops" + EMPTY + "\n", ":2: exploitability is 'oops'"),
        ("metrics.csv", HEADER + "\n,0," + EMPTY + "\n", ":2: iteration is empty"),
        ("metrics.csv", HEADER + ("\n1,0," + EMPTY) * 2 + "\n", ":3: iteration does not grow"),
    ],
)
def test_damaged_text_files_are_named(run_folder, file, content, message):
    (run_folder / file).write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        read_run(run_folder)
    assert str(run_folder / file) in str(caught.value)


@pytest.mark.parametrize("file", ["run.json", "metrics.csv"])
def test_missing_files_are_named(run_folder, file):
    (run_folder / file).unlink()
    with pytest.raises(InputError, match=rf"{re.escape(str(run_folder / file))}: missing"):
        read_run(run_folder)


def test_parameters_are_essential(run_folder):
    document = record("a", "b")
    del document["parameters"]
    (run_folder / "run.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match="'parameters' is missing"):
        read_run(run_folder)


def test_half_a_line_is_left_out_of_a_running_run_only(tmp_path):
    cut = trace_text()[:-30]
    running = write_run(tmp_path, suffix=".running", trace=cut)
    assert len(read_run(running).trace) == 59
    whole = write_run(tmp_path, run_id="whole", trace=cut)
    with pytest.raises(InputError, match=r"metrics\.csv:61: .*cut short"):
        read_run(whole)


def test_half_a_number_in_the_last_cell_is_not_taken_for_a_number(tmp_path):
    cut = trace_text(rows=20).rstrip("\n")[:-1]
    running = write_run(tmp_path, suffix=".running", trace=cut)
    assert read_run(running).trace["iteration"][-1] == 18
    whole = write_run(tmp_path, run_id="whole", trace=cut)
    with pytest.raises(InputError, match=r"metrics\.csv:21: the last line has no end"):
        read_run(whole)


def test_running_run_without_record_takes_its_name_from_its_place(tmp_path):
    folder = write_run(tmp_path, suffix=".running")
    (folder / "run.json").unlink()
    (folder / "fields.h5").unlink()
    run = read_run(folder)
    assert (run.title, run.warnings) == ("four-rooms / mf_trpo-1a2b3c", [])
    assert run.status == "interrupted"
    with locked(folder / "lock"):
        assert read_run(folder).status == "running"
    assert read_run(folder).status == "interrupted"


def test_running_run_that_has_not_begun_is_read(tmp_path):
    folder = tmp_path / "four-rooms" / "a.running"
    folder.mkdir(parents=True)
    run = read_run(folder)
    assert (run.status, run.trace) == ("interrupted", None)
    (folder / "metrics.csv").write_text("iteration,sec")
    assert read_run(folder).trace is None


def test_failed_run_needs_no_trace_and_no_fields(tmp_path):
    folder = write_run(tmp_path, suffix=".failed", status="failed", stop_reason="KSP diverged")
    (folder / "metrics.csv").unlink()
    (folder / "fields.h5").unlink()
    run = read_run(folder)
    assert (run.status, run.record.stop_reason, run.warnings) == ("failed", "KSP diverged", [])


def test_missing_fields_are_a_warning_only_if_they_were_asked_for(run_folder):
    (run_folder / "fields.h5").unlink()
    (warning,) = read_run(run_folder).warnings
    assert "fields.h5: missing" in warning
    document = record("a", "b")
    document["parameters"]["output"]["fields"] = []
    (run_folder / "run.json").write_text(json.dumps(document))
    assert read_run(run_folder).warnings == []


@pytest.mark.parametrize(
    ("replace", "message"),
    [
        ({"mean_field": np.full(103, 1 / 103)}, "disagree on the number of states"),
        ({"policy": np.full(104, 0.2)}, r"/policy has shape \(104,\)"),
        ({"policy": np.full((104, 5), 0.3)}, "/policy is not a probability law"),
        ({"mean_field": np.full(104, -1 / 104)}, "/mean_field is not a probability law"),
        ({"population": np.full(103, 1 / 103)}, "/population 103"),
        ({"population": np.full(104, 1 / 103)}, "/population is not a probability law"),
        ({"value": np.full(104, np.nan)}, "/value is empty or holds a value that is not finite"),
        ({"value": np.full(104, b"x")}, r"/value holds \|S1, expected numbers"),
        ({"cells": np.zeros((104, 3))}, r"/cells has shape \(104, 3\)"),
        ({"cells": np.zeros((104, 2))}, "a cell appears twice"),
        ({"cells": np.full((104, 2), 11)}, "outside the grid of 11 × 11"),
    ],
)
def test_wrong_fields_are_a_warning_and_no_picture(run_folder, replace, message):
    write_fields(run_folder / "fields.h5", four_rooms_walls(11), **replace)
    run = read_run(run_folder)
    assert run.fields is None
    assert re.search(message, run.warnings[0])
    assert str(run_folder / "fields.h5") in run.warnings[0]


def test_cut_fields_are_a_warning(run_folder):
    path = run_folder / "fields.h5"
    path.write_bytes(path.read_bytes()[:500])
    assert "not a whole HDF5 file" in read_run(run_folder).warnings[0]


def test_metrics_that_contradict_the_trace_are_a_warning(tmp_path):
    good = write_run(tmp_path, run_id="good", metrics={"exploitability": 21.68 * 0.9**59 + 0.6})
    assert read_run(good).warnings == []
    bad = write_run(tmp_path, run_id="bad", metrics={"exploitability": 0.5, "quality": None})
    (warning,) = read_run(bad).warnings
    assert "exploitability 0.5 against 0.64328798" in warning


def test_runs_are_found_at_every_height(run_folder, tmp_path):
    second = write_run(tmp_path / "out", name="other", run_id="b", suffix=".running")
    for top in (tmp_path, tmp_path / "out"):
        assert find_runs(top) == [run_folder, second]
    assert find_runs(run_folder.parent) == find_runs(run_folder) == [run_folder]


def test_an_earlier_result_counts_only_where_the_new_one_is_not_there_yet(run_folder):
    run_folder.rename(run_folder.with_name(f"{run_folder.name}.replaced"))
    (earlier,) = find_runs(run_folder.parent)
    write_run(run_folder.parent.parent, run_id="other")
    assert len(find_runs(run_folder.parent)) == 2
    earlier.joinpath("run.json").touch()
    write_run(run_folder.parent.parent, run_id=run_folder.name)
    assert earlier not in find_runs(run_folder.parent)


def test_a_run_that_ends_while_it_is_read_is_read_under_its_new_name(tmp_path, monkeypatch):
    running = write_run(tmp_path, suffix=".running")
    ended = running.with_name(running.name.removesuffix(".running"))

    def find_then_rename(folder):
        found = find_runs(folder)
        running.rename(ended)
        return found

    monkeypatch.setattr("throng_analysis.results.find_runs", find_then_rename)
    runs, bad = read_runs(tmp_path)
    assert ([run.folder for run in runs], bad) == ([ended], [])


def test_files_that_are_not_as_written_are_not_read(run_folder):
    write_checksums(run_folder)
    assert read_run(run_folder).warnings == []
    flip(run_folder / "fields.h5")
    run = read_run(run_folder)
    assert run.fields is None
    assert re.search(r"fields\.h5: damaged: its CRC-32 is", run.warnings[0])
    flip(run_folder / "metrics.csv")
    with pytest.raises(InputError, match=r"metrics\.csv: damaged: its CRC-32 is .* does a damaged"):
        read_run(run_folder)


def test_only_beside_a_good_result_a_failed_run_is_a_rerun(run_folder):
    failed = write_run(run_folder.parent.parent, run_id=run_folder.name, suffix=".failed")
    assert read_run(failed).title == "four-rooms / mf_trpo-1a2b3c (failed rerun)"
    alone = write_run(run_folder.parent.parent, run_id="b", suffix=".failed", status="failed")
    assert read_run(alone).title == "four-rooms / b"


def test_folders_of_a_report_and_hidden_ones_are_no_runs(run_folder):
    above = run_folder.parent
    for place in (".launches/1.running", "report/figures/a.failed"):
        (above / place).mkdir(parents=True)
    (above / "report" / "report.html").touch()
    assert find_runs(above) == [run_folder]


def test_a_bad_run_does_not_hide_the_others(run_folder, tmp_path):
    bad = write_run(tmp_path / "out", run_id="bad")
    (bad / "run.json").write_text("{")
    runs, unread = read_runs(tmp_path)
    assert [run.folder for run in runs] == [run_folder]
    assert [run.folder for run in unread] == [bad]


@pytest.mark.parametrize("make", [True, False])
def test_folder_without_runs_is_bad_input(tmp_path, make):
    folder = tmp_path / "empty"
    if make:
        folder.mkdir()
    with pytest.raises(InputError, match=r"no runs here|no such folder"):
        find_runs(folder)
