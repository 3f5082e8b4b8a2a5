"""Runs side by side: labels, panels, and what is refused."""

import numpy as np
import pytest
from synthetic import EMPTY, HEADER, record, trace_text, write_run

from throng_analysis.cli import main
from throng_analysis.figures.panels import METRICS, STYLES, draw_panels
from throng_analysis.labels import groups_of
from throng_analysis.results import read_runs

MF_TRPO = {"type": "mf_trpo", "eta": 0.5, "population_steps": 20}
FIXED_POLICY = {"type": "fixed_policy", "initial_policy": {"type": "uniform"}}
FICTITIOUS_PLAY = {"type": "fictitious_play", "lambda": {"schedule": "harmonic"}}
TABLE_COLUMNS = 6  # numbers of a run in the table of last values


def write(out, run_id, solver=MF_TRPO, seed=1, game=None, metrics=None, **changes):
    """Write a run of `solver`; `game` replaces parameters of the game, `metrics` all of these."""
    parameters = record("a", "b")["parameters"]
    parameters.update(solver=solver, seed=seed)
    parameters["game"].update(game or {})
    if metrics:
        parameters["metrics"] = metrics
    return write_run(out, run_id=run_id, parameters=parameters, **changes)


def labels(out, most=7):
    runs, bad = read_runs(out, with_fields=False)
    assert not bad
    return [group.label for group in groups_of(runs, most)]


def panels(folder, code=0):
    assert main(["panels", str(folder)]) == code


def drawings(out, most=7):
    return draw_panels(groups_of(read_runs(out, with_fields=False)[0], most), "Runs on four_rooms")


def columns_trace(**columns):
    """Return a metrics.csv whose columns beside the given ones are empty."""
    lines = [HEADER]
    for p, values in enumerate(zip(*columns.values(), strict=True)):
        cells = dict.fromkeys(HEADER.split(","), "")
        cells.update(iteration=str(p), seconds=str(p), **dict(zip(columns, values, strict=True)))
        lines.append(",".join(map(str, cells.values())))
    return "\n".join(lines) + "\n"


def test_solvers_are_named_in_plain_words(tmp_path):
    write(tmp_path, "a")
    write(tmp_path, "b", FICTITIOUS_PLAY)
    assert labels(tmp_path) == ["Fictitious play", "MF-TRPO"]


def test_a_label_has_what_differs_and_nothing_else(tmp_path):
    write(tmp_path, "a", MF_TRPO | {"eta": 1.0, "outer_iterations": 5})
    write(tmp_path, "b", MF_TRPO | {"eta": 0.25, "outer_iterations": 9})
    write(tmp_path, "c", FICTITIOUS_PLAY | {"population_steps": 50})
    assert labels(tmp_path) == [
        "Fictitious play, M = 50",
        "MF-TRPO, η = 0.25, M = 20",
        "MF-TRPO, η = 1, M = 20",
    ]


def test_a_key_that_one_run_of_a_solver_lacks_is_a_difference(tmp_path):
    constant = {"type": "fictitious_play", "lambda": {"schedule": "constant", "value": 0.1}}
    write(tmp_path, "a", FICTITIOUS_PLAY)
    write(tmp_path, "b", constant)
    assert labels(tmp_path) == [
        "Fictitious play, λ constant, λ = 0.1",
        "Fictitious play, λ harmonic",
    ]


def test_parameters_of_the_game_are_in_the_label(tmp_path):
    write(tmp_path, "a", game={"size": 21})
    write(tmp_path, "b", game={"noise": {"additive": [0.2, 0.8]}})
    write(tmp_path, "c")
    assert labels(tmp_path) == [
        "MF-TRPO, size = 11, noise slip = 0.1",
        "MF-TRPO, size = 11, noise additive = [0.2, 0.8]",
        "MF-TRPO, size = 21, noise slip = 0.1",
    ]


def population(kind, start="current", pushes=50, horizon=None):
    """Return the metrics section of a record."""
    return {
        "population": {"type": kind, "pushes": pushes, "start": start},
        "horizon": horizon,
    }


def test_how_it_was_measured_is_said_once(tmp_path):
    write(tmp_path / "both", "a", metrics=population("induced"))
    write(tmp_path / "both", "b", metrics=population("pushes", horizon=100))
    write(tmp_path / "both", "c", metrics=population("pushes", pushes=1))
    assert labels(tmp_path / "both") == [
        "MF-TRPO, population induced",
        "MF-TRPO, after 1 push",
        "MF-TRPO, after 50 pushes, horizon 100",
    ]
    write(tmp_path / "pushes", "a", metrics=population("pushes"))
    write(tmp_path / "pushes", "b", metrics=population("pushes", pushes=20))
    write(tmp_path / "pushes", "c", metrics=population("pushes", "initial", 20))
    assert labels(tmp_path / "pushes") == [
        "MF-TRPO, after 20 pushes, population start current",
        "MF-TRPO, after 20 pushes, population start initial",
        "MF-TRPO, after 50 pushes, population start current",
    ]


def test_runs_that_differ_in_side_matters_only_are_told_apart(tmp_path):
    write(tmp_path, "a", MF_TRPO | {"outer_iterations": 5})
    write(tmp_path, "b", MF_TRPO | {"outer_iterations": 9})
    assert labels(tmp_path) == ["MF-TRPO, outer iterations = 5", "MF-TRPO, outer iterations = 9"]


def test_copies_of_a_run_are_told_apart_by_their_place(tmp_path):
    write(tmp_path / "old", "a")
    write(tmp_path / "new", "a")
    assert labels(tmp_path) == ["MF-TRPO, new/four-rooms/a", "MF-TRPO, old/four-rooms/a"]


def test_seeds_share_a_style_only_where_there_are_too_many_runs(tmp_path):
    for seed in (1, 2, 10):
        write(tmp_path, f"a{seed}", seed=seed)
        write(tmp_path, f"b{seed}", FICTITIOUS_PLAY, seed=seed)
    write(tmp_path, "c", MF_TRPO | {"eta": 0.1}, seed=2)
    assert labels(tmp_path)[:3] == [f"Fictitious play, seed = {seed}" for seed in (1, 2, 10)]
    assert labels(tmp_path, most=6) == [
        "Fictitious play, 3 seeds",
        "MF-TRPO, η = 0.1, seed 2",
        "MF-TRPO, η = 0.5, 3 seeds",
    ]
    axes = drawings(tmp_path, most=6)[0].figure.axes[0]
    assert len(axes.lines) == 7
    styles = [(line.get_color(), line.get_linestyle()) for line in axes.lines]
    assert len(set(styles[:3])) == len(set(styles[4:])) == 1
    assert len(set(styles)) == 3


def test_diverged_runs_are_drawn_and_say_so(tmp_path):
    write(tmp_path, "a", status="diverged")
    write(tmp_path, "b", FICTITIOUS_PLAY)
    assert labels(tmp_path) == ["Fictitious play", "MF-TRPO (diverged)"]


def test_a_run_that_only_evaluated_is_a_level_line(tmp_path, capsys):
    write(tmp_path, "a")
    trace = columns_trace(exploitability=[3.25], quality=["-1e-15"])
    write(tmp_path, "b", FIXED_POLICY, trace=trace, status="evaluated")
    assert labels(tmp_path) == ["Fixed policy", "MF-TRPO"]
    for drawing in drawings(tmp_path):
        (legend,) = drawing.figure.legends
        thin, curve = legend.get_lines()[:2]
        assert thin.get_linewidth() < curve.get_linewidth()
        exploitability, quality, *deltas = drawing.figure.axes
        level = exploitability.lines[0]
        assert list(level.get_ydata()) == [3.25, 3.25]
        across = level.get_transform().transform(level.get_xydata())[:, 0]
        assert list(across) == pytest.approx([exploitability.bbox.x0, exploitability.bbox.x1])
        assert level.get_color() == thin.get_color()
        assert level.get_linewidth() == thin.get_linewidth()
        assert exploitability.lines[1].get_linewidth() == curve.get_linewidth()
        hollow = next(line for line in quality.lines if line.get_linestyle() == "None")
        assert list(hollow.get_ydata()) == [quality.get_ylim()[0]]
        assert all(len(axes.lines) == 1 for axes in deltas)
    panels(tmp_path)
    output = capsys.readouterr()
    assert output.err == ""
    assert "Fixed policy" in output.out


def test_nothing_but_evaluations_has_no_curve(tmp_path, capsys):
    trace = columns_trace(exploitability=[3.25])
    write(tmp_path, "a", FIXED_POLICY, trace=trace, status="evaluated")
    panels(tmp_path, code=2)
    errors = capsys.readouterr().err
    assert (
        f"{tmp_path}: no run has a curve; each evaluated a given policy and has one row" in errors
    )
    assert "throng-analysis report" in errors
    assert not (tmp_path / "panels").exists()


def test_every_style_is_different():
    assert len(set(STYLES)) == len(STYLES) == 28
    assert len({colour for colour, _, _ in STYLES[:7]}) == 7


def test_panels_carry_the_numbers_of_the_traces(tmp_path):
    write(tmp_path, "a")
    write(tmp_path, "b", FICTITIOUS_PLAY, trace=trace_text(rows=90))
    runs = {run.folder.name: run for run in read_runs(tmp_path, with_fields=False)[0]}
    order = (runs["b"], runs["a"])
    for drawing, abscissa in zip(drawings(tmp_path), ("iteration", "seconds"), strict=True):
        assert drawing.slug == f"panels_{abscissa}"
        assert len(drawing.figure.axes) == 4
        for axes, metric in zip(drawing.figure.axes, METRICS, strict=True):
            assert axes.get_yscale() == "log"
            lines = [line for line in axes.lines if line.get_linestyle() != "None"]
            for line, run in zip(lines, order, strict=True):
                rows = run.trace.select(abscissa, metric.column).drop_nulls()
                values = rows[metric.column].to_numpy()
                assert (line.get_xdata() == rows[abscissa].to_numpy()).all()
                assert np.array_equal(
                    line.get_ydata(), np.where(values > 0, values, np.nan), equal_nan=True
                )
            last = max(run.last(abscissa) for run in order)
            assert axes.get_xlim()[1] == pytest.approx(1.02 * last)
            assert any(label.get_text() for label in axes.get_yticklabels())


def test_one_legend_for_the_figure_with_the_colours_of_the_curves(tmp_path):
    write(tmp_path, "a")
    write(tmp_path, "b", FICTITIOUS_PLAY)
    figure = drawings(tmp_path)[0].figure
    (legend,) = figure.legends
    assert all(axes.get_legend() is None for axes in figure.axes)
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["Fictitious play", "MF-TRPO", "hollow: not above 0, drawn at the edge"]
    colours = [line.get_color() for line in legend.get_lines()[:2]]
    assert colours == [line.get_color() for line in figure.axes[2].lines]


def test_values_not_above_zero_are_hollow_and_said(tmp_path):
    write(tmp_path, "a")
    drawing = drawings(tmp_path)[0]
    hollow = next(line for line in drawing.figure.axes[1].lines if line.get_linestyle() == "None")
    assert list(hollow.get_xdata()) == [57, 58, 59]
    assert "3 values are not above zero for T(π_p,μ_p) of MF-TRPO" in drawing.caption
    trace = columns_trace(exploitability=[1, 0.5], quality=[2, 1])
    clean = drawings(write(tmp_path / "clean", "b", trace=trace))[0]
    assert clean.caption == ""
    assert [text.get_text() for text in clean.figure.legends[0].get_texts()] == ["MF-TRPO"]


def test_a_panel_without_a_curve_says_what_was_not_asked_for(tmp_path):
    trace = columns_trace(exploitability=[1, 0.5], quality=[2, 1])
    figure = drawings(write(tmp_path, "a", trace=trace))[0].figure
    texts = [" ".join(text.get_text() for text in axes.texts) for axes in figure.axes]
    assert texts[:2] == ["", ""]
    assert "metrics.which lacks mean_field_delta" in texts[2]
    assert "metrics.which lacks mu_pi_delta" in texts[3]


def test_command_writes_both_figures_and_the_last_values(tmp_path, capsys):
    write(tmp_path, "a")
    write(tmp_path, "b", FICTITIOUS_PLAY, trace=columns_trace(exploitability=[1, 0.125]))
    panels(tmp_path)
    for name in ("panels_iteration.png", "panels_seconds.png"):
        assert (tmp_path / "panels" / name).read_bytes().startswith(b"\x89PNG")
    output = capsys.readouterr()
    assert output.err == ""
    rows = {line.split("  ")[0]: line.split()[-TABLE_COLUMNS:] for line in output.out.splitlines()}
    assert rows["Fictitious play"] == ["1", "1", "0.125", "-", "-", "-"]
    assert rows["MF-TRPO"][2] == f"{21.68 * 0.9**59 + 0.6:.4g}"
    assert main(["panels", str(tmp_path), "--out", str(tmp_path / "else")]) == 0
    assert (tmp_path / "else" / "panels_seconds.png").exists()


def test_runs_that_cannot_be_drawn_are_left_out_and_named(tmp_path, capsys):
    write(tmp_path, "good")
    running = write(tmp_path, "b", suffix=".running")
    failed = write(tmp_path, "c", status="failed", stop_reason="KSP diverged")
    empty = write(tmp_path, "d", trace=columns_trace(policy_delta=[1]))
    infinite = write(tmp_path, "e", trace=columns_trace(quality=["inf"]))
    unread = write(tmp_path, "f")
    (unread / "metrics.csv").unlink()
    early = write(tmp_path, "g", status="diverged")
    (early / "metrics.csv").unlink()
    panels(tmp_path, code=1)
    errors = capsys.readouterr().err
    assert f"{running}: left out, it has not ended" in errors
    assert f"{failed}: left out, it failed: KSP diverged" in errors
    for folder in (empty, infinite, early):
        assert f"{folder}: left out, no finite value of exploitability, quality, " in errors
    assert f"{unread / 'metrics.csv'}: missing" in errors
    assert str(tmp_path / "four-rooms" / "good") not in errors


def test_runs_of_different_games_are_refused(tmp_path, capsys):
    write(tmp_path, "a")
    write(tmp_path, "b", game={"type": "crowd_grid"})
    panels(tmp_path, code=2)
    assert "runs of different games, four_rooms (1), crowd_grid (1)" in capsys.readouterr().err
    assert not (tmp_path / "panels").exists()


def test_other_parameters_of_one_game_and_other_machines_are_a_warning(tmp_path, capsys):
    write(tmp_path, "a", game={"size": 21})
    write(tmp_path, "b", provenance={"ranks": 1, "hosts": ["node1"]})
    panels(tmp_path)
    errors = capsys.readouterr().err
    assert "the runs differ in game.size: " in errors
    assert "1 rank of node1 and 2 ranks of node1: their seconds do not compare" in errors


def test_a_population_that_did_not_settle_is_a_warning(tmp_path, capsys):
    trace = columns_trace(exploitability=[1, 0.5, 0.2], population_settled=[0, 1, 0])
    panels(write(tmp_path, "a", trace=trace))
    assert "MF-TRPO: the population μ^π had not settled in 2 rows" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["none", "empty", "nothing recorded", "unreadable"])
def test_nothing_to_draw_is_bad_input(tmp_path, capsys, damage):
    folder = tmp_path / "out"
    if damage == "empty":
        folder.mkdir()
    elif damage == "nothing recorded":
        write(folder, "a", trace=f"{HEADER}\n0,0,{EMPTY}\n")
    elif damage == "unreadable":
        (write(folder, "a") / "run.json").write_text("{")
    panels(folder, code=2)
    message = capsys.readouterr().err
    assert message.startswith("throng-analysis: ") and str(folder) in message
    if damage == "nothing recorded":
        assert "exploitability, quality, mean_field_delta, mu_pi_delta" in message
        assert "metrics.which" in message
    assert not (folder / "panels").exists()


def test_more_settings_than_styles_are_refused(tmp_path, capsys):
    trace = columns_trace(quality=[1, 0.5])
    for count in range(29):
        write(tmp_path, f"a{count}", MF_TRPO | {"eta": 1.0 + count}, trace=trace)
    panels(tmp_path, code=2)
    assert "29 runs with different settings, and no more than 28" in capsys.readouterr().err
