"""Groups of a sweep, the table of means, and what is said of runs without a result."""

import math

import pytest
from comparing import compare, grouping
from sweeps import Made, each, grid
from sweeps import write_experiment as write

from throng_analysis.cli import main
from throng_analysis.errors import InputError
from throng_analysis.experiments import find_experiments
from throng_analysis.groups import settings_of
from throng_analysis.scan import scan

T4 = 2.776445105  # Student's t, 95 %, 4 degrees of freedom
pytestmark = pytest.mark.usefixtures("no_figures")


def mixed():
    return grid(
        solver__type=["mf_trpo"], solver__eta=[0.5, 0.1], solver__beta=[0.1, 0.2], seed=range(1, 6)
    ) + grid(solver__type=["fictitious_play"], seed=range(1, 6))


def test_groups_are_of_all_parameters_that_differ_but_the_seed(tmp_path):
    found = grouping(write(tmp_path, each(mixed(), lambda axes: [1.0])))
    assert found.keys == ["solver.type", "solver.eta", "solver.beta.value"]
    assert found.over == ["seed"] and found.cautions == []
    assert [one.label for one in found.groups] == [
        "Fictitious play",
        "MF-TRPO, η = 0.1, β = 0.1",
        "MF-TRPO, η = 0.1, β = 0.2",
        "MF-TRPO, η = 0.5, β = 0.1",
        "MF-TRPO, η = 0.5, β = 0.2",
    ]
    assert all(len(one.entries) == 5 for one in found.groups)


def test_numbers_in_labels_have_as_many_digits_as_tell_them_apart(tmp_path):
    runs = each(grid(solver__eta=[0.21544346900318834, 0.01, 1]), lambda axes: [1.0])
    labels = [one.label for one in grouping(write(tmp_path, runs)).groups]
    assert labels == ["η = 0.01", "η = 0.215", "η = 1"]
    close = each(grid(solver__eta=[0.21544, 0.215441]), lambda axes: [1.0])
    labels = [one.label for one in grouping(write(tmp_path, close, name="close")).groups]
    assert labels == ["η = 0.21544", "η = 0.215441"]


def test_a_discount_that_is_nearly_1_is_not_1_in_a_label(tmp_path):
    discounts = [0.9, 0.9999, 0.999999, 0.99951234567, 0.9876543, 1 - 1e-12]
    runs = each(grid(game__discount=discounts), lambda axes: [1.0])
    labels = [one.label for one in grouping(write(tmp_path, runs)).groups]
    numbers = ["0.9", "0.9877", "0.99951", "0.9999", "0.999999", repr(1 - 1e-12)]
    assert [label.removeprefix("γ = ") for label in labels] == numbers


def test_the_table_has_means_and_intervals_of_each_group(tmp_path):
    values = {1: 2.0, 2: 4.0, 3: 6.0, 4: 8.0, 5: 10.0}
    runs = each(
        grid(solver__eta=[0.1, 0.2], seed=values),
        lambda axes: [50.0, 0.5, values[axes["seed"]] * axes["solver.eta"]],
    )
    rows = compare(write(tmp_path, runs))
    for row, eta in zip(rows, (0.1, 0.2), strict=True):
        assert (row["solver.eta"], row["runs"], row["good"], row["failed"]) == (eta, 5, 5, 0)
        final = {key: row[f"final.exploitability.{key}"] for key in ("mean", "low", "high")}
        half = T4 * math.sqrt(10 / 5) * eta  # s² = (16 + 4 + 0 + 4 + 16) / 4
        assert final["mean"] == pytest.approx(6 * eta)
        assert final["low"] == pytest.approx(6 * eta - half, rel=1e-8)
        assert final["high"] == pytest.approx(6 * eta + half, rel=1e-8)
        assert row["final.exploitability.median"] == pytest.approx(6 * eta)
        best = [min(0.5, value * eta) for value in values.values()]
        assert row["best.exploitability.mean"] == pytest.approx(sum(best) / 5)
        assert row["iterations.mean"] == 2


def test_the_geometric_mean_is_asked_for(tmp_path):
    runs = each(grid(seed=[1, 2]), lambda axes: [10.0 ** -axes["seed"]])
    (row,) = compare(write(tmp_path, runs), "--mean", "geometric")
    assert row["final.exploitability.mean"] == pytest.approx(10**-1.5)


def test_runs_without_a_result_are_counted_and_not_averaged(tmp_path, capsys):
    runs = each(grid(solver__eta=[0.1, 0.2], seed=range(1, 8)), lambda axes: [axes["seed"]])
    bad = ("failed", "diverged", "interrupted", "missing", "damaged")
    for run, status in zip(runs, bad, strict=False):
        run.status = status
    runs[4].status = "converged"
    folder = write(tmp_path, runs)
    (runs[4].folder / "run.json").write_text("{}")
    rows = compare(folder, code=1)
    first, second = rows
    assert [first[status] for status in bad] == [1] * 5
    assert (first["runs"], first["good"], first["final.exploitability.mean"]) == (7, 2, 6.5)
    assert (second["good"], second["final.exploitability.mean"]) == (7, 4)
    output = capsys.readouterr()
    assert "5 runs of 14 without a result" in output.err and "damaged" in output.err
    assert "6.5 [0.1469, 12.85], last tenth 6.5, 2 of 7 runs: η = 0.1" in output.out


def test_a_setting_without_any_result_is_a_row(tmp_path):
    runs = each(mixed(), lambda axes: [1.0])
    for run in runs:
        if run.axes.get("solver.eta") == 0.1 and run.axes["solver.beta"] == 0.2:
            run.status = "missing"
    rows = compare(write(tmp_path, runs), code=1)
    assert len(rows) == 5
    (row,) = (row for row in rows if not row["good"])
    assert (row["solver.eta"], row["solver.beta.value"], row["missing"]) == (0.1, 0.2, 5)
    assert row["final.exploitability.mean"] is None


def test_parameters_of_runs_without_a_record_come_from_their_like(tmp_path):
    base = {"game.type": "four_rooms", "metrics.every": 1}
    runs = each(mixed(), lambda axes: [1.0])
    for run in runs:
        if run.axes.get("solver.eta") == 0.1 or run.axes["seed"] == 3:
            run.status = "missing"
    folder = write(tmp_path, runs, base=base)
    entries = [entry for one in find_experiments(folder) for entry in scan(one)]
    for entry, setting in zip(entries, settings_of(entries), strict=True):
        axes = entry.experiment.plan[entry.run_id].axes
        assert setting["game.type"] == "four_rooms" and setting["metrics.every"] == 1
        assert setting["solver.type"] == axes["solver.type"] and setting["seed"] == axes["seed"]
        assert setting.get("solver.eta") == axes.get("solver.eta")
        assert setting.get("solver.beta.value") == axes.get("solver.beta")
        assert ("solver.beta.schedule" in setting) == (axes["solver.type"] == "mf_trpo")
    assert len(grouping(folder).groups) == 5


def test_other_keys_and_what_is_averaged_over(tmp_path, capsys):
    folder = write(tmp_path, each(mixed(), lambda axes: [axes.get("solver.eta", 3.0)]))
    by_solver = compare(folder, "--by", "solver.type")
    assert [row["runs"] for row in by_solver] == [5, 20]
    assert by_solver[1]["final.exploitability.mean"] == pytest.approx(0.3)
    assert [row["also_over"] for row in by_solver] == [None, "solver.eta, solver.beta.value"]
    output = capsys.readouterr()
    assert "the means are also over solver.eta, solver.beta.value" in output.err
    assert "mean over seed, and within each seed over solver.eta, solver.beta.value:" in output.out
    rows = compare(folder, "--by", "solver.type", "--by", "solver.beta")
    assert [row["solver.beta.value"] for row in rows] == [None, 0.1, 0.2]
    over_eta = compare(folder, "--over", "seed", "--over", "solver.eta")
    assert [row["runs"] for row in over_eta] == [5, 10, 10]


def test_a_parameter_of_some_solvers_brings_the_solver_with_it(tmp_path):
    axes = mixed() + grid(
        solver__type=["online_mirror_descent"], solver__temperature=[1, 2], seed=range(1, 6)
    )
    folder = write(tmp_path, each(axes, lambda axes: [1.0]))
    found = grouping(folder, ["solver.eta"])
    assert found.keys == ["solver.type", "solver.eta"]
    assert [one.label for one in found.groups] == [
        "Fictitious play",
        "MF-TRPO, η = 0.1, all β",
        "MF-TRPO, η = 0.5, all β",
        "Online mirror descent, all τ",
    ]
    one_solver = [one for one in axes if one["solver.type"] == "mf_trpo"]
    for run in one_solver[:5]:
        del run["solver.eta"]
    folder = write(tmp_path, each(one_solver, lambda axes: [1.0]), name="one")
    found = grouping(folder, ["solver.eta"])
    assert found.keys == ["solver.eta"]
    assert [one.label for one in found.groups] == ["no η", "η = 0.1, all β", "η = 0.5"]


def test_runs_of_one_seed_are_averaged_before_the_interval(tmp_path, capsys):
    axes = grid(solver__eta=[1], solver__beta=[0.1, 0.2, 0.3], seed=[1, 2])
    folder = write(tmp_path, each(axes, lambda axes: [100 * axes["solver.beta"] + axes["seed"]]))
    (row,) = compare(folder, "--by", "solver.eta")
    numbers = {what: row[f"final.exploitability.{what}"] for what in ("count", "seeds", "mean")}
    assert numbers == {"count": 6, "seeds": 2, "mean": pytest.approx(21.5)}
    half = 12.7062047 * math.sqrt(0.5 / 2)  # of the means 21 and 22 of both seeds
    assert row["final.exploitability.low"] == pytest.approx(21.5 - half)
    assert row["final.exploitability.deviation"] == pytest.approx(math.sqrt(0.5))
    assert "6 of 6 runs, 2 seeds: η = 1, all β" in capsys.readouterr().out
    by_seed = compare(folder, "--by", "seed")
    assert [row["final.exploitability.low"] for row in by_seed] == [None, None]
    assert "mean over solver.beta.value:" in capsys.readouterr().out
    games = [dict(one, **{"game.seed": one.pop("solver.beta")}) for one in axes]
    runs = each(games, lambda axes: [100 * axes["game.seed"] + axes["seed"]])
    folder = write(tmp_path, runs, name="games")
    (row,) = compare(folder, "--over", "game.seed", "--over", "seed")
    assert row["final.exploitability.seeds"] == 3
    assert row["final.exploitability.deviation"] == pytest.approx(10)


def test_what_follows_from_other_parameters_makes_no_group(tmp_path):
    axes = [
        {"solver.eta": eta, "solver.outer_iterations": 100 * k, "seed": seed}
        for k, eta in enumerate((0.1, 0.2, 1.0), 1)
        for seed in (1, 2)
    ]
    found = grouping(write(tmp_path / "follows", each(axes, lambda axes: [1.0])))
    assert (found.keys, found.cautions) == (["solver.eta"], [])
    axes.append({"solver.eta": 0.1, "solver.outer_iterations": 7, "seed": 1})
    found = grouping(write(tmp_path / "differs", each(axes, lambda axes: [1.0])))
    assert found.keys == ["solver.eta", "solver.outer_iterations"]
    assert len(found.groups) == 4


def test_one_number_written_in_two_ways_is_one(tmp_path):
    folder = write(tmp_path, each(grid(solver__eta=[1], seed=[1, 2]), lambda axes: [1.0]))
    plan = (folder / "plan.csv").read_text().splitlines()
    plan[2] = plan[2].replace(",1,2", ",1.0,2")
    (folder / "plan.csv").write_text("\n".join(plan) + "\n")
    run_id = plan[2].split(",")[0]
    (folder / run_id).rename(tmp_path / "gone")
    (one,) = grouping(folder).groups
    assert [entry.status for entry in one.entries] == ["converged", "missing"]
    assert grouping(folder).keys == []


def test_a_seed_that_is_there_twice_is_a_caution(tmp_path, capsys):
    for name in ("a", "b"):
        axes = grid(solver__eta=[0.1, 0.2, 0.5], seed=[1, 2])
        write(tmp_path, each(axes, lambda axes: [axes["seed"]]), name=name)
    rows = compare(tmp_path)
    assert [(row["runs"], row["final.exploitability.seeds"]) for row in rows] == [(4, 2)] * 3
    assert rows[0]["final.exploitability.high"] == pytest.approx(1.5 + 12.7062047 / 2)
    words = "η = 0.1: 2 runs with seed 1, and so in 2 more settings; runs of one seed are averaged"
    assert words in capsys.readouterr().err
    compare(tmp_path, "--by", "solver.type")
    assert "all η: 2 runs with seed 1; runs of one seed" in capsys.readouterr().err


def test_runs_outside_the_plan_take_part_unless_they_are_not_wanted(tmp_path):
    runs = each(grid(solver__eta=[0.1, 0.2], seed=[1, 2]), lambda axes: [1.0])
    for run in runs[2:]:
        run.planned = False
    folder = write(tmp_path, runs)
    assert [row["solver.eta"] for row in compare(folder)] == [0.1, 0.2]
    (row,) = compare(folder, "--planned")
    assert row["runs"] == 2


def test_runs_of_which_nothing_tells_the_parameters_have_no_setting(tmp_path, capsys):
    axes = grid(solver__eta=[0.1, 0.2], solver__beta=[1, 2], seed=[1, 2])
    runs = each(axes, lambda axes: [1.0])
    longer = {"solver.eta": 0.1, "solver.beta": 1, "seed": 1, "solver.outer_iterations": 9}
    stopped = Made(dict(longer), "interrupted", planned=False)
    failed = Made(dict(longer, seed=2), "failed", planned=False)
    folder = write(tmp_path, [*runs, stopped, failed])
    (failed.folder / "run.json").unlink()
    (failed.folder / "checksums").unlink()
    rows = compare(folder, code=1)
    assert len(rows) == 4 and all(row["runs"] == row["good"] == 2 for row in rows)
    assert "solver.outer_iterations" not in rows[0]
    output = capsys.readouterr()
    assert "2 runs without a setting, for neither a record nor the plan tells" in output.err
    assert f"{stopped.run_id} (interrupted)" in output.err
    assert f"{failed.run_id} (damaged)" in output.err
    assert "`--planned` leaves out what is not planned" in output.err
    compare(folder, "--planned")
    assert "without a setting" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--by", "solver.etta"],
            "solver.etta: no run has this parameter; did you mean solver.eta",
        ),
        (["--over", "sed"], "did you mean seed"),
        (["--by", "seed", "--over", "seed"], "seed: named with --by and with --over"),
        (["--metric", "quality"], "no run has a value of quality; name it in metrics.which"),
        (["--metric", "exploit"], "--metric exploit: no such metric; there are exploitability, "),
        pytest.param(
            ["--axes", "solver.eta", "solver.type"],
            "solver.type is not one of two numeric",
            marks=pytest.mark.figures,
        ),
        pytest.param(
            ["--axes", "solver.eta", "solver.eta"],
            "solver.eta is not one of two numeric",
            marks=pytest.mark.figures,
        ),
    ],
)
def test_bad_questions_write_nothing(tmp_path, capsys, options, message):
    folder = write(tmp_path, each(mixed(), lambda axes: [1.0]))
    assert main(["compare", str(folder), *options]) == 2
    assert message in capsys.readouterr().err
    assert not (folder / "compare").exists()


def test_nothing_that_ended_well_is_bad_input(tmp_path, capsys):
    folder = write(tmp_path, [Made({"seed": 1}, "missing"), Made({"seed": 2}, "failed")])
    assert main(["compare", str(folder)]) == 2
    assert "no run has ended well; `throng status` says" in capsys.readouterr().err


def test_a_printed_interval_holds_its_mean(tmp_path, capsys):
    runs = each(grid(seed=[1, 2]), lambda axes: [1.405 + 1e-7 * axes["seed"]])
    compare(write(tmp_path, runs))
    assert "1.405 [1.405, 1.405], last tenth 1.405, 2 of 2 runs" in capsys.readouterr().out


@pytest.mark.figures
def test_figures_stand_beside_the_table(tmp_path):
    runs = each(grid(solver__eta=[0.1, 0.2], seed=[1, 2]), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    compare(folder)
    assert {path.name for path in (folder / "compare").iterdir()} == {
        "compare.csv",
        "compare.parquet",
        "curves_exploitability_iteration.png",
        "curves_exploitability_seconds.png",
        "captions.md",
    }


@pytest.mark.figures
def test_captions_stand_beside_the_figures(tmp_path):
    runs = each(grid(solver__eta=[0.1, 0.2], solver__beta=[1, 2], seed=[1, 2]), lambda axes: [2.0])
    runs[0].status = "failed"
    folder = write(tmp_path, runs)
    compare(folder, code=1)
    lines = (folder / "compare" / "captions.md").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("![Exploitability against iteration: 4 mean curves with bands.](")
    assert "1 of all 8 runs have no result and are left out." in lines[2]
    assert lines[8].endswith("](heat_exploitability.png)") and "'3 of 5': so many runs" in lines[10]
    pictures = [line.split("](")[1].removesuffix(")") for line in lines if line[:1] == "!"]
    assert len(pictures) == 3
    assert all((folder / "compare" / name).exists() for name in pictures)


def test_a_parameter_below_which_nothing_differs(tmp_path):
    folder = write(tmp_path, each(grid(solver__beta=[0.1], seed=[1, 2]), lambda axes: [1.0]))
    (row,) = compare(folder, "--by", "solver.beta")
    assert row["runs"] == 2
    with pytest.raises(InputError, match="those that differ: seed"):
        grouping(folder, by=["solver.gamma"])
