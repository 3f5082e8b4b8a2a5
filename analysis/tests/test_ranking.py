"""What the settings of a sweep came to at the end, and the order in which they are printed."""

import pytest
from comparing import compare
from sweeps import decay, each, grid
from sweeps import write_experiment as write

pytestmark = pytest.mark.usefixtures("no_figures")


def test_the_best_settings_are_printed_first(tmp_path, capsys):
    runs = each(
        grid(solver__eta=[0.1 * k for k in range(1, 13)], seed=[1, 2]),
        lambda axes: decay(1 / axes["solver.eta"], 0.5, 4),
    )
    folder = write(tmp_path, runs)
    compare(folder)
    lines = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("exploitability at the end"))
    labels = [line.rsplit(": ", 1)[1] for line in lines[at + 1 : at + 11]]
    assert labels == [f"η = {k / 10:g}" for k in range(12, 2, -1)]
    assert lines[at + 11] == "  2 more settings in compare.csv"


def test_settings_whose_last_value_is_far_from_the_last_tenth_are_marked(tmp_path, capsys):
    falls = [10.0 * 0.97**p for p in range(40)]
    jumps = [*falls[:-4], 6.0, 4.0, 5.1, 0.1]
    noise = [*falls[:-4], 1e-14, -3e-15, 2e-15, 0.0]
    ends = {0.1: falls, 0.2: jumps, 0.5: noise}
    runs = each(grid(solver__eta=ends, seed=[1, 2]), lambda axes: ends[axes["solver.eta"]])
    rows = compare(write(tmp_path, runs))
    assert [row["final.exploitability.far"] for row in rows] == [False, True, False]
    assert rows[1]["late.exploitability.mean"] == pytest.approx(15.2 / 4)
    output = capsys.readouterr().out
    assert "0.1 [0.1, 0.1], last tenth 3.8*, 2 of 2 runs: η = 0.2" in output
    assert output.count("* a factor of 3 or more from the mean over the last tenth") == 1


def test_a_setting_whose_course_jumps_has_the_place_of_its_last_tenth(tmp_path, capsys):
    falls = [10.0 * 0.9**p for p in range(40)]
    ends = {
        0.1: [*falls[:-1], 1.0],
        0.2: [*falls[:-4], 6.0, 4.0, 5.1, 0.0],
        0.5: [*falls[:-4], *[2.0] * 4],
    }
    runs = each(grid(solver__eta=ends), lambda axes: ends[axes["solver.eta"]])
    compare(write(tmp_path, runs))
    lines = [
        one for one in capsys.readouterr().out.splitlines() if one.endswith(("0.1", "0.2", "0.5"))
    ]
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["0.1", "0.5", "0.2"]
    assert "0, last tenth 3.775*, 1 of 1 run: η = 0.2" in lines[2]


def test_what_is_zero_to_round_off_is_equal(tmp_path, capsys):
    ends = {0.1: 1e-9, 0.2: 0.0, 0.5: -1.279e-14, 1.0: 9e-11, 2.0: 1e-3}
    runs = each(grid(solver__eta=ends), lambda axes: [10.0, ends[axes["solver.eta"]]])
    compare(write(tmp_path, runs))
    lines = [one for one in capsys.readouterr().out.splitlines() if "of 1 run: η" in one]
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["0.1", "0.2", "0.5", "1", "2"]
    ends[0.1] = 1.1e-9
    compare(
        write(
            tmp_path / "above",
            each(grid(solver__eta=ends), lambda axes: [10.0, ends[axes["solver.eta"]]]),
        )
    )
    lines = [one for one in capsys.readouterr().out.splitlines() if "of 1 run: η" in one]
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["0.2", "0.5", "1", "0.1", "2"]


def test_settings_without_a_mean_are_named(tmp_path, capsys):
    runs = each(grid(solver__eta=[0.1, 0.2, 0.5], seed=[1, 2]), lambda axes: [3.0, 0.5])
    runs[0].values = [3.0, 0.0]
    for run in runs[2:4]:
        run.status = "failed"
    folder = write(tmp_path, runs)
    compare(folder, "--mean", "geometric", code=1)
    output = capsys.readouterr().out
    assert "without a result: η = 0.2\n" in output
    assert "without a geometric mean, for a value is not above zero: η = 0.1\n" in output
