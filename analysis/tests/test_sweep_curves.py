"""Mean curves of a sweep with their bands, against a direct computation."""

import numpy as np
import pytest
from comparing import SEEDS, drawings, mean, panels, sweep, value
from matplotlib.colors import to_rgba
from sweeps import Made, each, grid
from sweeps import write_experiment as write

from throng_analysis.figures.bands import GREY, MOST_COLOURED

T3 = 3.182446305  # Student's t, 95 %, 3 degrees of freedom


def test_the_best_of_a_solver_is_none_that_jumps(tmp_path):
    axes = grid(solver__type=["fictitious_play"], solver__temperature=list(range(1, 9)))
    axes += grid(solver__type=["mf_trpo"])

    def values(axes):
        jumps = axes.get("solver.temperature") == 3
        return [8.0] + [4.0, 0.5] * 20 + [4.0, 0.0] if jumps else [8.0] * 20 + [1.0] * 22

    drawing = drawings(write(tmp_path, each(axes, values)))["curves_exploitability_iteration"]
    best = panels(drawing)["Best of each solver"]
    texts = [text.get_text() for text in best.get_legend().get_texts()]
    assert texts == ["Fictitious play, τ = 1", "MF-TRPO"]
    assert "over the last tenth of the rows where a course jumps" in drawing.caption


def test_curves_are_the_means_with_their_intervals(tmp_path):
    folder = sweep(tmp_path, values=lambda axes: [8.0 * axes["seed"], 4.0, value(axes)])
    drawing = drawings(folder)["curves_exploitability_iteration"]
    (axes,) = drawing.figure.axes
    assert len(axes.lines) == 7 and axes.get_yscale() == "log"
    texts = [text.get_text() for text in drawing.figure.legends[0].get_texts()]
    assert texts[0] == "Fictitious play" and texts[1] == "MF-TRPO, η = 0.1, β = 0.05"
    assert texts[-1] == "95 % confidence"
    line = axes.lines[1]
    assert list(line.get_xdata()) == [0, 1, 2]
    assert list(line.get_ydata()) == pytest.approx([20, 4, mean(0.1, 0.05)])
    finals = [value({"solver.eta": 0.1, "solver.beta": 0.05, "seed": seed}) for seed in SEEDS]
    half = T3 * np.std(finals, ddof=1) / 2
    corners = axes.collections[1].get_paths()[0].vertices
    ends = sorted({round(y, 9) for x, y in corners if x == 2})
    assert ends == pytest.approx([mean(0.1, 0.05) - half, mean(0.1, 0.05) + half])
    assert "Runs of each setting: 4." in drawing.caption


def test_a_band_that_nears_zero_is_cut_and_said(tmp_path):
    runs = each(grid(seed=[1, 2]), lambda axes: [8.0, 1.0 if axes["seed"] == 1 else 3.0])
    folder = write(tmp_path, runs)
    drawing = drawings(folder)["curves_exploitability_iteration"]
    corners = drawing.figure.axes[0].collections[0].get_paths()[0].vertices
    assert min(y for x, y in corners if x == 1) == pytest.approx(0.2)
    assert "1 of 1 bands reach closer to zero than a tenth of the mean" in drawing.caption
    assert "and are cut there: at 50 % of all points, at 1 of 1 iterations." in drawing.caption
    geometric = drawings(folder, mean="geometric")["curves_exploitability_iteration"]
    corners = geometric.figure.axes[0].collections[0].get_paths()[0].vertices
    spread = np.log(3) / 2 * np.sqrt(2) * 12.7062047 / np.sqrt(2)
    low = min(y for x, y in corners if x == 1)
    assert low == pytest.approx(np.sqrt(3) * np.exp(-spread), rel=1e-6)


def test_the_caption_says_for_which_part_bands_are_cut(tmp_path):
    ends = {1: [1.0, 8.0, 8.0, 8.0, 8.0], 2: [3.0, 8.0, 8.1, 8.0, 8.1]}
    folder = write(tmp_path, each(grid(seed=ends), lambda axes: ends[axes["seed"]]))
    found = drawings(folder)
    assert (
        "cut there: at 20 % of all points, at 0 of 4 iterations."
        in found["curves_exploitability_iteration"].caption
    )
    ends[1][1] = 20.0
    folder = write(tmp_path / "more", each(grid(seed=ends), lambda axes: ends[axes["seed"]]))
    caption = drawings(folder)["curves_exploitability_seconds"].caption
    assert "at 40 % of all points, between 0 and 0.01 of 0.04 seconds." in caption


def test_runs_that_stopped_earlier_or_failed_are_said(tmp_path):
    def change(run):
        if run.axes["seed"] == 1:
            run.status = "failed"

    folder = sweep(tmp_path, change, values=lambda axes: [8.0] * (2 + axes["seed"] % 2))
    caption = drawings(folder)["curves_exploitability_iteration"].caption
    assert "14 of 21 runs stopped before the last one of their setting and keep" in caption
    assert "7 of all 28 runs have no result and are left out." in caption


def test_settings_without_a_curve_are_said_and_no_setting_counts_twice(tmp_path):
    etas = [0.1 * k for k in range(1, 10)]
    axes = grid(solver__type=["mf_trpo"], solver__eta=etas, seed=[1, 2, 3])
    axes += grid(solver__type=["fictitious_play"], seed=[1, 2, 3])
    runs = each(axes, lambda axes: [9.0, axes.get("solver.eta", 5.0) * axes["seed"] ** 3])
    for run in runs[3:6]:
        run.status = "failed"
    runs[0].status = "missing"
    drawing = drawings(write(tmp_path, runs))["curves_exploitability_iteration"]
    assert "4 of all 30 runs have no result and are left out." in drawing.caption
    assert "Without a mean, and so without a curve: MF-TRPO, η = 0.2." in drawing.caption
    assert "8 of 8 bands reach closer to zero" in drawing.caption  # 9 curves, one is grey
    assert "9 mean curves" in drawing.alt


def test_where_the_mean_is_not_above_zero_there_is_no_band(tmp_path):
    values = {1: [9.0, 9.0, 0.0, 4.0], 2: [8.0, 8.0, 0.0, 4.5], 3: [7.0, 7.0, -1e-15, 5.0]}
    folder = write(tmp_path, each(grid(seed=values), lambda axes: values[axes["seed"]]))
    drawing = drawings(folder)["curves_exploitability_iteration"]
    paths = drawing.figure.axes[0].collections[0].get_paths()
    assert {x for path in paths for x, _ in path.vertices} == {0, 1, 3}
    low, high = drawing.figure.axes[0].get_ylim()
    assert low > 1 / 4 and high < 100
    assert "they have no band" in drawing.caption


def test_hollow_marks_of_two_settings_do_not_cover_each_other(tmp_path):
    folder = write(tmp_path, each(grid(solver__eta=[1, 2], seed=[1, 2]), lambda axes: [3.0, 0.0]))
    drawing = drawings(folder)["curves_exploitability_iteration"]
    drawing.figure.draw_without_rendering()
    marks = [line for line in drawing.figure.axes[0].lines if line.get_linestyle() == "None"]
    heights = [line.get_transform().transform((1, line.get_ydata()[0]))[1] for line in marks]
    assert len(heights) == 2 and abs(heights[0] - heights[1]) > 5


@pytest.mark.filterwarnings("error")
def test_no_curve_is_drawn_where_no_setting_has_a_mean(tmp_path):
    runs = each(grid(solver__eta=[1, 2, 3], seed=[1, 2]), lambda axes: [0.0, 0.0])
    folder = write(tmp_path, runs)
    assert drawings(folder, mean="geometric") == {}
    assert "Hollow" in drawings(folder)["curves_exploitability_seconds"].caption
    for run in runs[:4]:
        run.values = [0.0, 1.0] if run.axes["solver.eta"] == 1 else [2.0, 1.0]
    drawing = drawings(write(tmp_path / "some", runs), mean="geometric")
    caption = drawing["curves_exploitability_iteration"].caption
    assert "Without a mean, and so without a curve: η = 3." in caption


def test_long_titles_are_broken_and_dollars_are_dollars(tmp_path):
    options = ("-eval_ksp_type gmres -eval_pc_type ilu $HOME/a_b", "-eval_ksp_type bcgs ${b$")
    axes = grid(solver__eta=[0.1, 0.2], seed=[1, 2])
    runs = [Made(dict(one, petsc_options=words)) for words in options for one in axes]
    drawing = drawings(write(tmp_path, runs))["curves_exploitability_iteration"]
    drawing.png()
    titles = list(panels(drawing))
    assert [title.replace("\n", " ").replace("\\$", "$") for title in titles] == [
        f"petsc options {words}" for words in reversed(options)
    ]
    assert all(len(line) <= 40 for title in titles for line in title.splitlines())


def test_single_runs_have_no_band(tmp_path):
    folder = write(tmp_path, each(grid(solver__eta=[1, 2]), lambda axes: [2.0, 1.0]))
    caption = drawings(folder)["curves_exploitability_iteration"].caption
    assert "φ(π) of runs that ended well, one for each curve: no bands." in caption
    assert "Means" not in caption and "means" not in caption
    (legend,) = drawings(folder)["curves_exploitability_iteration"].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["η = 1", "η = 2"]


def test_many_settings_have_panels_and_the_best_are_coloured(tmp_path):
    etas = [0.1 * k for k in range(1, 11)]
    axes = grid(solver__type=["mf_trpo"], solver__eta=etas, seed=[1, 2])
    axes += grid(solver__type=["fictitious_play"], seed=[1, 2])
    runs = each(axes, lambda axes: [9.0, axes.get("solver.eta", 5.0)])
    drawing = drawings(write(tmp_path, runs))["curves_exploitability_iteration"]
    assert set(panels(drawing)) == {"Best of each solver", "MF-TRPO"}
    best = panels(drawing)["Best of each solver"]
    assert [line.get_ydata()[-1] for line in best.lines] == pytest.approx([5.0, 0.1])
    crowd = panels(drawing)["MF-TRPO"]
    grey = [line for line in crowd.lines if to_rgba(line.get_color()) == to_rgba(GREY)]
    assert sorted(line.get_ydata()[-1] for line in grey) == pytest.approx(etas[MOST_COLOURED:])
    assert "settings with the smallest means at the end are coloured" in drawing.caption
    for axes, last in ((best, "95 % confidence"), (crowd, "95 % confidence")):
        assert axes.get_legend().get_texts()[-1].get_text() == last
    assert crowd.get_legend().get_texts()[-2].get_text() == "the others"


def test_games_have_panels_of_their_own_with_one_legend(tmp_path):
    axes = grid(game__size=[7, 9, 11], solver__type=["mf_trpo", "fictitious_play"], seed=[1, 2])
    runs = each(axes, lambda axes: [axes["game.size"], 1.0])
    drawing = drawings(write(tmp_path, runs))["curves_exploitability_iteration"]
    assert list(panels(drawing)) == ["size = 7", "size = 9", "size = 11"]
    (legend,) = drawing.figure.legends
    assert [text.get_text() for text in legend.get_texts()][:2] == ["Fictitious play", "MF-TRPO"]
    for axes in drawing.figure.axes:
        assert [line.get_color() for line in axes.lines] == [
            handle.get_color() for handle in legend.get_lines()
        ]


def test_a_panel_that_would_fill_little_of_an_axis_has_one_of_its_own(tmp_path):
    axes = grid(solver__type=["mf_trpo"], solver__eta=[0.1 * k for k in range(1, 8)])
    axes += grid(solver__type=["online_mirror_descent"], solver__temperature=[1, 2])
    axes += grid(solver__type=["mf_pso"], solver__swarm_size=[1, 2])
    ends = {"mf_trpo": 1.0, "online_mirror_descent": 1e-12, "mf_pso": 1e-8}
    length = {"mf_trpo": 9, "online_mirror_descent": 3, "mf_pso": 6}
    runs = each(
        axes,
        lambda axes: [9.0] * length[axes["solver.type"]] + [ends[axes["solver.type"]]],
    )
    drawing = drawings(write(tmp_path, runs))["curves_exploitability_iteration"]
    limits = {title: one.get_ylim() for title, one in panels(drawing).items()}
    assert len(limits) == 4 and limits["MF-TRPO"][0] > 0.1
    assert len(set(limits.values())) == 2
    lengths = {title: one.get_xlim()[1] for title, one in panels(drawing).items()}
    assert lengths["MF-TRPO"] == lengths["MF-PSO"] == pytest.approx(9.18)
    assert lengths["Online mirror descent"] == pytest.approx(3.06)
    assert "of their own, as short as they are: MF-TRPO; Online mirror descent." in drawing.caption
