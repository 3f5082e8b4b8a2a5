"""What the figures show."""

import re
from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import LogNorm
from synthetic import EMPTY, HEADER, four_rooms_walls, trace_text, write_fields, write_run

from throng_analysis.figures import draw_all, exploitability, mean_field, policy, quality, value
from throng_analysis.figures.heat import colour_scale
from throng_analysis.results import read_run

CURVES = {
    f"{kind}_{axis}"
    for kind in ("exploitability", "quality", "deltas")
    for axis in ("iteration", "seconds")
}
FIELDS = {"mean_field", "population", "policy", "value"}


def test_every_figure_is_drawn_and_has_its_words(run_folder):
    drawings = list(draw_all(read_run(run_folder)))
    assert {drawing.slug for drawing in drawings} == CURVES | FIELDS
    for drawing in drawings:
        buffer = BytesIO()
        drawing.save(buffer)
        assert buffer.getvalue().startswith(b"\x89PNG")
        assert len(buffer.getvalue()) > 5000
        assert drawing.caption.endswith(".")
        assert drawing.alt


def test_curves_carry_the_numbers_of_the_trace(run_folder):
    run = read_run(run_folder)
    by_iteration, by_seconds = exploitability.draw(run)
    for drawing, column in ((by_iteration, "iteration"), (by_seconds, "seconds")):
        axes = drawing.figure.axes[0]
        plain, regularised = axes.lines
        assert axes.get_yscale() == "log"
        assert (plain.get_xdata() == run.trace[column].to_numpy()).all()
        assert (plain.get_ydata() == run.trace["exploitability"].to_numpy()).all()
        assert (regularised.get_ydata() == run.trace["regularised_exploitability"].to_numpy()).all()


def test_values_not_above_zero_are_drawn_and_said(run_folder):
    drawing = quality.draw(read_run(run_folder))[0]
    axes = drawing.figure.axes[0]
    hollow = next(line for line in axes.lines if line.get_linestyle() == "None")
    assert list(hollow.get_xdata()) == [57, 58, 59]
    assert (hollow.get_ydata() == axes.get_ylim()[0]).all()
    assert "3 values are not above zero" in drawing.caption
    assert "-1.7e-14" in drawing.caption


def test_a_narrow_range_still_has_labelled_ticks(tmp_path):
    cells = "".join(f"{p},{p},{2.5 + p / 10}" + EMPTY + "\n" for p in range(3))
    drawing = exploitability.draw(read_run(write_run(tmp_path, trace=f"{HEADER}\n{cells}")))[0]
    drawing.save(BytesIO())
    axes = drawing.figure.axes[0]
    assert axes.get_ylim() == (1, 10)
    assert {"2", "5"} <= {label.get_text() for label in axes.get_yticklabels(minor=True)}


def test_nothing_but_zeros_still_makes_a_figure(tmp_path):
    rows = "".join(f"{p},{p},0" + EMPTY + "\n" for p in range(3))
    drawing = exploitability.draw(read_run(write_run(tmp_path, trace=f"{HEADER}\n{rows}")))[0]
    drawing.save(BytesIO())
    assert "3 values are not above zero" in drawing.caption


def test_values_that_are_not_finite_are_said(tmp_path):
    cells = "".join(f"{p},{p},{value}" + EMPTY + "\n" for p, value in enumerate((1, "inf", 2)))
    drawing = exploitability.draw(read_run(write_run(tmp_path, trace=f"{HEADER}\n{cells}")))[0]
    assert list(drawing.figure.axes[0].lines[0].get_xdata()) == [0, 2]
    assert "1 value is not finite for φ(π) and left out." in drawing.caption


def test_a_nearly_uniform_law_is_not_blown_up():
    norm = colour_scale(np.array([0.999, 1.0]), is_law=True).norm
    assert 0.49 < norm(0.999) < norm(1.0) < 0.51
    assert colour_scale(np.array([0.998, 1.0]), is_law=False).norm(0.998) == 0


def is_of_one_colour(image):
    picture = image.get_array()
    return len(np.unique(image.cmap(image.norm(picture.compressed())), axis=0)) == 1


@pytest.mark.parametrize(("level", "said"), [(45.87, "7e-6"), (-3e8, "7e-6"), (0.0, "rounding")])
def test_a_value_that_is_constant_has_one_colour_and_says_so(tmp_path, level, said):
    folder = write_run(tmp_path)
    values = level * (1 - np.linspace(0, 7e-6, 104))
    write_fields(folder / "fields.h5", four_rooms_walls(11), value=values)
    (drawing,) = value.draw(read_run(folder))
    axes, bar = drawing.figure.axes
    assert is_of_one_colour(axes.images[0])
    assert f"One colour: the field is constant to {said}." in drawing.caption
    assert f"constant to {said}" in bar.get_ylabel()
    assert len(bar.get_yticks()) == 1
    values = 45.87 * (1 - np.linspace(0, 2e-3, 104))
    write_fields(folder / "fields.h5", four_rooms_walls(11), value=values)
    (drawing,) = value.draw(read_run(folder))
    assert not is_of_one_colour(drawing.figure.axes[0].images[0])
    assert "constant" not in drawing.caption


@pytest.mark.parametrize(
    ("ends", "labels"),
    [
        ((90.0, 1.5), ["1", "2", "5", "10", "20", "50", "100"]),
        ((90.0, 1.5, 0.02), ["10^{-1}", "10^{0}", "10^{1}", "10^{2}"]),
        ((4e-7, 2e-7), ["10^{-7}", r"2 \cdot 10^{-7}", r"5 \cdot 10^{-7}", "10^{-6}"]),
    ],
)
def test_the_labels_of_an_axis_are_of_one_style(tmp_path, ends, labels):
    cells = "".join(f"{p},{p},{value}" + EMPTY + "\n" for p, value in enumerate(ends))
    drawing = exploitability.draw(read_run(write_run(tmp_path, trace=f"{HEADER}\n{cells}")))[0]
    axes = drawing.figure.axes[0]
    drawing.figure.draw_without_rendering()
    low, high = axes.get_ylim()
    ticks = [*axes.yaxis.get_major_ticks(), *axes.yaxis.get_minor_ticks()]
    found = {
        tick.get_loc(): tick.label1.get_text()
        for tick in ticks
        if low * 0.99 <= tick.get_loc() <= high * 1.01 and tick.label1.get_text()
    }
    words = [found[place].strip("$") for place in sorted(found)]
    assert [re.sub(r"^.mathdefault{(.*)}$", r"\1", word) for word in words] == labels


def test_an_axis_that_was_widened_has_powers_of_ten(tmp_path):
    cells = "".join(f"{p},{p},{value}" + EMPTY + "\n" for p, value in enumerate((90.0, 1.5)))
    drawing = exploitability.draw(read_run(write_run(tmp_path, trace=f"{HEADER}\n{cells}")))[0]
    axis = drawing.figure.axes[0].yaxis
    drawing.figure.axes[0].set_ylim(1e-3, 1e2)
    assert [axis.get_major_formatter()(one) for one in (1, 10)] == ["$10^{0}$", "$10^{1}$"]
    assert axis.get_minor_formatter()(20) == ""


@pytest.mark.parametrize(("spread", "said"), [(1e-6, "1e-6"), (3e-5, "1e-4"), (0, "rounding")])
def test_a_uniform_law_is_one_colour_and_says_so(tmp_path, spread, said):
    folder = write_run(tmp_path)
    uniform = np.linspace(1, 1 + 0.99 * spread, 104)
    law = uniform / uniform.sum()
    write_fields(folder / "fields.h5", four_rooms_walls(11), mean_field=law, population=law)
    for drawing in mean_field.draw(read_run(folder)):
        assert f"uniform to {said})" in drawing.caption
        assert "One colour: the field is constant to" in drawing.caption
        assert is_of_one_colour(drawing.figure.axes[0].images[0])
    curved = read_run(write_run(tmp_path, run_id="curved"))
    assert "uniform to" not in mean_field.draw(curved)[0].caption


def laws(tmp_path, distance, walls, **changes):
    """Return the drawings of a run whose mean field is `distance` from its population."""
    folder = write_run(tmp_path, run_id=f"at-{distance}", **changes)
    count = 7 if walls is None else int((~walls).sum())
    law = np.arange(1, count + 1) / np.arange(1, count + 1).sum()
    moved = law.copy()
    moved[-2:] += np.array([-0.5, 0.5]) * distance
    write_fields(folder / "fields.h5", walls, mean_field=law, population=moved)
    run = read_run(folder)
    drawings = mean_field.draw(run)
    assert [drawing.slug for drawing in drawings] == ["mean_field", "population"]
    return drawings, run.fields


def test_population_is_drawn_as_the_mean_field_is(tmp_path):
    drawings, fields = laws(tmp_path, 1e-4, four_rooms_walls(11))
    for drawing, law in zip(drawings, (fields.mean_field, fields.population), strict=True):
        picture = drawing.figure.axes[0].images[0].get_array()
        assert np.array_equal(picture.compressed(), law)
    assert drawings[0].caption.startswith("Mean field μ at the end: ")
    start = "Population of the policy, at which exploitability was taken: "
    assert drawings[1].caption.startswith(start)
    bars, fields = laws(tmp_path, 2e-4, None)
    heights = [bar.get_height() for bar in bars[1].figure.axes[0].patches]
    assert np.array_equal(heights, fields.population)


def test_captions_say_if_the_mean_field_is_far_from_the_population(tmp_path):
    far, _ = laws(tmp_path, 0.0011, four_rooms_walls(11))
    said = "The recorded mean field μ_p is 0.0011 (1-norm) from the population of its policy."
    assert all(said in drawing.caption for drawing in far)
    near, _ = laws(tmp_path, 0.0009, four_rooms_walls(11))
    assert not any("1-norm" in drawing.caption for drawing in near)


def test_what_was_given_is_not_called_the_end(tmp_path):
    drawings, _ = laws(tmp_path, 0.0182, None, trace=trace_text(rows=1), status="evaluated")
    assert drawings[0].caption.startswith("Mean field μ, the given law: ")
    said = "The given law μ is 0.0182 (1-norm) from the population of the policy."
    assert all(said in drawing.caption for drawing in drawings)
    run = read_run(tmp_path / "four-rooms" / "at-0.0182")
    assert not any("at the end" in drawing.caption for drawing in draw_all(run))


@pytest.mark.parametrize("size", [11, 101])
def test_sample_dots_tell_what_the_area_of_a_dot_means(tmp_path, size):
    walls = four_rooms_walls(size)
    folder = write_run(tmp_path, walls=walls)
    stay = np.linspace(0, 1, int((~walls).sum()))
    moves = np.tile((1 - stay[:, None]) / 4, 4)
    write_fields(folder / "fields.h5", walls, policy=np.column_stack([moves, stay]))
    drawing = policy.draw(read_run(folder))[0]
    axes = drawing.figure.axes[0]
    dots = next(item for item in axes.collections if not hasattr(item, "U"))
    (samples,) = (item for item in axes.collections if item.get_label() == "samples")
    sure, one_of_five = samples.get_widths()
    assert (one_of_five / sure) ** 2 == pytest.approx(0.2)
    if size == 11:  # no blocks, so the last state stays for sure
        assert dots.get_widths().max() == pytest.approx(sure)
    assert samples.get_offsets()[:, 0].min() > size - 0.5
    drawing.figure.canvas.draw()
    texts = {text.get_text(): text for text in axes.texts}
    assert {"1", "0.2"} < set(texts)
    width, height = drawing.figure.bbox.size
    for text in texts.values():
        box = text.get_window_extent()
        assert box.x0 > axes.bbox.x1 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height


def test_a_single_row_and_no_row_are_fine(tmp_path):
    one = read_run(write_run(tmp_path, run_id="one", trace=trace_text(rows=1)))
    for drawing in draw_all(one):
        drawing.save(BytesIO())
    none = read_run(write_run(tmp_path, run_id="none", trace=HEADER + "\n"))
    assert {drawing.slug for drawing in draw_all(none)} == FIELDS


def test_a_run_that_only_evaluated_has_no_curves(tmp_path):
    run = read_run(write_run(tmp_path, trace=trace_text(rows=1), status="evaluated"))
    assert {drawing.slug for drawing in draw_all(run)} == FIELDS


def test_what_was_not_recorded_is_not_drawn(run_folder):
    (run_folder / "fields.h5").unlink()
    assert {drawing.slug for drawing in draw_all(read_run(run_folder))} == CURVES


@pytest.mark.parametrize(
    ("action", "dx", "dy"), [(0, 0, 1), (1, 1, 0), (2, 0, -1), (3, -1, 0), (4, 0, 0)]
)
@pytest.mark.parametrize("size", [11, 101])
def test_arrows_point_where_the_policy_goes(tmp_path, size, action, dx, dy):
    walls = four_rooms_walls(size)
    folder = write_run(tmp_path, walls=walls)
    certain = np.eye(5)[np.full(int((~walls).sum()), action)]
    write_fields(folder / "fields.h5", walls, policy=certain)
    axes = policy.draw(read_run(folder))[0].figure.axes[0]
    (arrows,) = (item for item in axes.collections if hasattr(item, "U"))
    assert np.allclose(arrows.U, dx)
    assert np.allclose(arrows.V, dy)
    assert axes.get_ylim() == (-0.5, size - 0.5)


def test_arrows_stand_on_their_cells(tmp_path):
    walls = four_rooms_walls(11)
    folder = write_run(tmp_path, walls=walls)
    right_in_row_two = np.eye(5)[np.where(np.argwhere(~walls)[:, 0] == 2, 1, 0)]
    write_fields(folder / "fields.h5", walls, policy=right_in_row_two)
    axes = policy.draw(read_run(folder))[0].figure.axes[0]
    (arrows,) = (item for item in axes.collections if hasattr(item, "U"))
    assert set(arrows.Y[arrows.U == 1]) == {2}
    assert sorted(arrows.X[arrows.U == 1]) == list(range(11))


def test_heat_map_has_row_zero_at_the_bottom_and_walls_apart(tmp_path):
    walls = np.zeros((4, 6), dtype=bool)
    walls[0, 2] = walls[3, 4] = True
    run = read_run(write_run(tmp_path, walls=walls))
    axes = mean_field.draw(run)[0].figure.axes[0]
    image = axes.images[0]
    assert image.origin == "lower"
    assert image.get_extent() == [-0.5, 5.5, -0.5, 3.5]
    assert (image.get_array().mask == walls).all()
    assert image.get_array()[0, 0] == run.fields.mean_field[0]
    assert {patch.get_xy() for patch in axes.patches} == {(1.5, -0.5), (3.5, 2.5)}


def test_colour_scale_is_logarithmic_only_for_a_wide_range():
    assert not isinstance(colour_scale(np.array([1.0, 10.0]), True).norm, LogNorm)
    wide = colour_scale(np.array([0.0, 1e-5, 1.0]), True)
    assert isinstance(wide.norm, LogNorm)
    assert "1 value below 1.0e-05" in wide.note
    assert wide.extend == "min"
    assert not isinstance(colour_scale(np.array([-1.0, 1e-5, 1.0]), False).norm, LogNorm)


def test_large_grid_is_coarsened_and_says_so(tmp_path):
    run = read_run(write_run(tmp_path, walls=four_rooms_walls(401)))
    captions = {drawing.slug: drawing.caption for drawing in draw_all(run)}
    assert "blocks of about 2 × 2 cells" in captions["mean_field"]
    assert "blocks of about 17 × 17 cells" in captions["policy"]


def test_game_without_grid_gets_bars_and_a_heat_map(tmp_path):
    folder = write_run(tmp_path)
    write_fields(folder / "fields.h5", None, states=7, actions=3)
    run = read_run(folder)
    axes = mean_field.draw(run)[0].figure.axes[0]
    assert np.allclose([bar.get_height() for bar in axes.patches], run.fields.mean_field)
    image = policy.draw(run)[0].figure.axes[0].images[0]
    assert np.allclose(image.get_array(), run.fields.policy.T)
