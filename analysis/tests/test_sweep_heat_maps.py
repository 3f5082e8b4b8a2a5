"""Heat maps of a sweep, against a direct computation."""

import pytest
from comparing import BETAS, ETAS, SEEDS, drawings, grouping, mean, panels, sweep, value
from sweeps import each, grid
from sweeps import write_experiment as write

from throng_analysis.compare import heat_axes
from throng_analysis.errors import InputError
from throng_analysis.figures.cells import short


def shown(axes):
    """Return what stands in the cells of a heat map, by column and row."""
    cells = {}
    for text in axes.texts:
        x, y = text.get_position()
        cells.setdefault((round(x), round(y)), []).append(text.get_text())
    return cells


def test_cells_hold_the_means_of_a_direct_computation(tmp_path):
    drawing = drawings(sweep(tmp_path))["heat_exploitability"]
    assert set(panels(drawing)) == {"MF-TRPO", "Fictitious play", ""}
    axes = panels(drawing)["MF-TRPO"]
    cells = shown(axes)
    assert len(cells) == 6
    for x, eta in enumerate(ETAS):
        for y, beta in enumerate(BETAS):
            (text,) = cells[x, y]
            assert float(text) == pytest.approx(mean(eta, beta), rel=0.05)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.1", "0.5", "1"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("η", "β")
    alone = panels(drawing)["Fictitious play"]
    assert [float(text) for (text,) in shown(alone).values()] == [0.75]
    assert (alone.get_xlabel(), alone.get_ylabel()) == ("", "")
    assert "White" not in drawing.caption and "hatched" not in drawing.caption


def test_colours_are_logarithmic_over_all_panels(tmp_path):
    drawing = drawings(sweep(tmp_path))["heat_exploitability"]
    bar = panels(drawing)[""]
    low, high = bar.get_ylim()
    assert bar.get_yscale() == "log"
    assert (low, high) == (pytest.approx(mean(0.1, 0.05)), pytest.approx(0.75))


def test_cells_without_a_result_say_why(tmp_path):
    def change(run):
        place = (run.axes.get("solver.eta"), run.axes.get("solver.beta"))
        seed = run.axes["seed"]
        if place == (0.1, 0.05):
            run.status = "missing"
        elif place == (0.5, 0.05):
            run.status = "failed" if seed == 1 else "diverged"
        elif place == (0.5, 0.2) and seed > 2:
            run.status = "interrupted"

    drawing = drawings(sweep(tmp_path, change))["heat_exploitability"]
    axes = panels(drawing)["MF-TRPO"]
    cells = shown(axes)
    assert cells[0, 0] == ["missing"]
    assert cells[1, 0] == ["3 diverged\n1 failed"]
    assert cells[1, 1] == [short(mean(0.5, 0.2, seeds=[1, 2])), "2 of 4"]
    assert sum(patch.get_hatch() is not None for patch in axes.patches) == 2
    assert "2 hatched cells without a mean" in drawing.caption
    assert "'3 of 5': so many runs" in drawing.caption


def test_places_that_are_not_in_the_plan_stay_white(tmp_path):
    axes = grid(solver__eta=ETAS, solver__beta=BETAS)[:-1]
    folder = write(tmp_path, each(axes, lambda axes: [1.0, 0.5]))
    drawing = drawings(folder)["heat_exploitability"]
    assert len(shown(drawing.figure.axes[0])) == 5
    assert "White: there is no such run." in drawing.caption


def test_values_not_above_zero_are_said(tmp_path):
    folder = sweep(tmp_path, values=lambda axes: [8.0, -1e-16])
    found = drawings(folder)
    assert "Means that are not above zero are black" in found["heat_exploitability"].caption
    assert "Hollow marks" in found["curves_exploitability_iteration"].caption


def test_a_mean_of_zero_has_a_colour_of_its_own(tmp_path):
    folder = sweep(
        tmp_path, values=lambda axes: [8.0, 0.0 if axes.get("solver.eta") == 0.1 else value(axes)]
    )
    drawing = drawings(folder)["heat_exploitability"]
    assert "Means that are not above zero are black" in drawing.caption
    axes = panels(drawing)["MF-TRPO"]
    black = [patch.get_x() for patch in axes.patches if patch.get_facecolor() == (0, 0, 0, 1)]
    assert black == [-0.5, -0.5]
    assert "≤ 0" in [text.get_text() for text in panels(drawing)[""].texts]
    other = drawings(sweep(tmp_path / "other"))["heat_exploitability"]
    assert "black" not in other.caption and not panels(other)[""].texts


def test_values_of_which_there_is_no_geometric_mean_are_recorded(tmp_path):
    def values(axes):
        return [8.0, 0.0 if (axes.get("solver.eta"), axes["seed"]) == (0.1, 2) else value(axes)]

    drawing = drawings(sweep(tmp_path, values=values), mean="geometric")["heat_exploitability"]
    cells = shown(panels(drawing)["MF-TRPO"])
    assert cells[0, 0] == cells[0, 1] == ["≤ 0"] and len(cells) == 6
    assert "'≤ 0': a run is not above zero, and so there is no geometric mean." in drawing.caption


def test_a_solver_without_the_axes_has_a_row_over_its_own_parameter(tmp_path):
    axes = grid(solver__type=["online_mirror_descent"], solver__temperature=[1, 2, 5], seed=SEEDS)
    axes += grid(solver__type=["mf_trpo"], solver__eta=ETAS, solver__beta=BETAS, seed=SEEDS)
    axes += grid(solver__type=["mf_pso"], solver__eta=[0.1], solver__swarm_size=[5, 9], seed=SEEDS)
    folder = write(tmp_path, each(axes, lambda axes: [9.0, axes.get("solver.temperature", 3.0)]))
    drawing = drawings(folder)["heat_exploitability"]
    found = panels(drawing)
    assert list(found) == ["MF-TRPO", "Online mirror descent", "MF-PSO", ""]
    row = found["Online mirror descent"]
    assert shown(row) == {(0, 0): ["1.00"], (1, 0): ["2.00"], (2, 0): ["5.00"]}
    assert (row.get_xlabel(), row.get_ylabel()) == ("τ", "")
    assert [label.get_text() for label in row.get_xticklabels()] == ["1", "2", "5"]
    assert (found["MF-PSO"].get_xlabel(), found["MF-PSO"].get_ylabel()) == ("η", "swarm size")
    assert heat_axes(grouping(folder), ()) == ("solver.eta", "solver.beta.value")


def test_a_cell_whose_course_jumps_has_a_star(tmp_path):
    def values(axes):
        return [8.0] * 29 + [0.01 if axes.get("solver.eta") == 0.5 else 7.0]

    drawing = drawings(sweep(tmp_path, values=values))["heat_exploitability"]
    cells = shown(panels(drawing)["MF-TRPO"])
    assert [cells[x, 0] for x in range(3)] == [["7.00"], ["0.0100*"], ["7.00"]]
    assert "* a factor of 3 or more" in drawing.figure.texts[1].get_text()
    assert "*: a factor of 3 or more" in drawing.caption


def test_what_is_zero_to_round_off_is_zero_in_a_cell_and_has_no_colour(tmp_path):
    ends = {0.1: 1e-12, 0.5: -1.3e-14, 1.0: 0.5}
    folder = sweep(tmp_path, values=lambda axes: [8.0, ends[axes.get("solver.eta", 1.0)]])
    drawing = drawings(folder)["heat_exploitability"]
    cells = shown(panels(drawing)["MF-TRPO"])
    assert [cells[x, 0] for x in range(3)] == [["0"], ["0"], ["0.500"]]
    assert panels(drawing)[""].get_ylim()[0] > 0.1
    assert "zero to round-off, 1e-10 of the largest value of all; these are '0'" in drawing.caption


def test_discounts_in_titles_and_ticks_are_those_of_the_plan(tmp_path):
    discounts = [0.99, 0.999, 0.9999, 0.9999999]
    axes = grid(game__discount=discounts, solver__eta=[1, 2], solver__beta=[0.1, 0.2])
    folder = write(tmp_path, each(axes, lambda axes: [2.0, 1.0]))
    drawing = drawings(folder)["heat_exploitability"]
    assert list(panels(drawing))[:-1] == [f"γ = {value}" for value in discounts]
    drawing = drawings(folder, axes=("game.discount", "solver.eta"))["heat_exploitability"]
    ticks = panels(drawing)["β = 0.1"].get_xticklabels()
    assert [label.get_text() for label in ticks] == [str(value) for value in discounts]


def test_large_maps_have_small_cells_without_numbers(tmp_path):
    axes = grid(solver__eta=[0.01 * k for k in range(1, 15)], solver__beta=[0.1, 0.2])
    runs = each(axes, lambda axes: [1.0, axes["solver.eta"]])
    runs[0].status = "missing"
    drawing = drawings(write(tmp_path, runs))["heat_exploitability"]
    assert shown(drawing.figure.axes[0]) == {(0, 0): ["m"]}
    assert "The numbers are in compare.csv." in drawing.caption


def test_axes_are_numeric_parameters_of_the_solver_first(tmp_path):
    axes = grid(game__size=[7, 9], solver__eta=[0.1, 0.2], solver__beta=[0.1, 0.2], seed=[1, 2])
    found = grouping(write(tmp_path, each(axes, lambda axes: [1.0])))
    assert heat_axes(found, ()) == ("solver.eta", "solver.beta.value")
    assert heat_axes(found, ("game.size", "solver.beta")) == ("game.size", "solver.beta.value")
    few = grouping(write(tmp_path, each(grid(solver__eta=[1, 2]), lambda axes: [1.0]), name="few"))
    assert heat_axes(few, ()) is None
    with pytest.raises(InputError, match=r"game\.size: no run has this parameter"):
        heat_axes(few, ("solver.eta", "game.size"))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.01234, "0.0123"),
        (4.464, "4.46"),
        (1214, "1210"),
        (12.34, "12.3"),
        (1.26e-6, "1.3e−6"),
        (0, "0"),
        (1, "1.00"),
        (999.6, "1000"),
    ],
)
def test_numbers_in_cells_are_short(number, words):
    assert short(number) == words


def test_many_panels_are_several_figures(tmp_path):
    axes = grid(game__size=list(range(7, 35, 2)), solver__eta=[1, 2], solver__beta=[0.1, 0.2])
    found = drawings(write(tmp_path, each(axes, lambda axes: [2.0, axes["game.size"]])))
    assert [slug for slug in found if slug.startswith("curves_exploitability_iteration")] == [
        f"curves_exploitability_iteration_{k}" for k in (1, 2, 3)
    ]
    assert [slug for slug in found if slug.startswith("heat")] == [
        f"heat_exploitability_{k}" for k in (1, 2)
    ]
    scales = [found[f"heat_exploitability_{k}"].figure.axes[-1].get_ylim() for k in (1, 2)]
    assert scales[0] == scales[1] == pytest.approx((7, 33))
