"""Games written by write_game(): the layout, what is refused, and what throng makes of them."""

import csv
import os
import runpy
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
from synthetic import four_rooms_walls

from throng_analysis import write_game

ROOT = Path(__file__).parents[2]
THRONG = Path(os.environ.get("THRONG", ROOT / "build/release/throng"))
# One rank without mpirun needs neither Open MPI's daemon nor its networks.
ALONE = {
    "OMPI_MCA_ess_singleton_isolated": "1",
    "OMPI_MCA_pml": "ob1",
    "OMPI_MCA_btl": "self",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}
needs_throng = pytest.mark.skipif(not THRONG.exists(), reason=f"{THRONG} is not built")

METRICS = ("exploitability", "regularised_exploitability", "quality", "regularised_quality")
SOLVER = f"""\
solver: {{type: mf_trpo, eta: 0.5, outer_iterations: 30}}
metrics: {{which: [{", ".join(METRICS)}]}}
"""


def small_game():
    """Return 3 states, 2 actions: sparse transitions, reward, sparse interaction."""
    transitions = (
        np.array([0, 1, 2, 6, 7, 9, 10]),
        np.array([1, 0, 0, 1, 2, 2, 2, 0, 1, 2]),
        np.array([1, 1, 0.1, 0.2, 0.3, 0.4, 1, 0.25, 0.75, 1]),
    )
    interaction = np.array([0, 2, 2, 4]), np.array([0, 2, 1, 2]), np.array([-1, 2, 3, -0.5])
    return transitions, np.array([[1, -2], [3, 0.5], [0, 7.0]]), interaction


def run_throng(folder, *arguments):
    environment = {**os.environ, **ALONE, "OMPI_MCA_orte_tmpdir_base": str(folder)}
    return subprocess.run(
        [str(THRONG), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def solve(folder, text):
    """Run the experiment and return the rows [P + 1, metrics] of METRICS, and the fields."""
    (folder / "experiment.yaml").write_text(text)
    out = folder / f"out{len(list(folder.glob('out*')))}"
    done = run_throng(folder, "run", "experiment.yaml", "--out", out.name)
    assert done.returncode == 0, done.stderr
    (result,) = (path.parent for path in out.glob("*/*/run.json"))
    with (result / "metrics.csv").open(newline="") as file:
        rows = [
            [float(row[name] or 0) for name in METRICS]  # empty where it has no meaning
            for row in csv.DictReader(file)
        ]
    with h5py.File(result / "fields.h5") as file:
        return np.array(rows), {name: file[name][()] for name in ("mean_field", "policy", "value")}


def test_the_layout(tmp_path):
    transitions, reward, interaction = small_game()
    write_game(tmp_path / "game.h5", transitions, reward, crowd_aversion=2, interaction=interaction)
    with h5py.File(tmp_path / "game.h5") as file:
        assert dict(file.attrs) == {
            "states": 3,
            "actions": 2,
            "crowd_aversion": 2.0,
            "density_floor": 1e-12,
        }
        assert (file["reward"][()] == reward).all()
        for group, name, rows in (
            ("transitions", "probability", transitions),
            ("interaction", "weight", interaction),
        ):
            assert set(file[group]) == {"start", "next", name}
            for part, values in zip(("start", "next", name), rows, strict=True):
                assert (file[group][part][()] == values).all()


def test_a_dense_game_is_the_sparse_one(tmp_path):
    (start, following, probability), reward, (w_start, w_next, weight) = small_game()
    dense, w = np.zeros((6, 3)), np.zeros((3, 3))
    np.add.at(dense, (np.repeat(np.arange(6), np.diff(start)), following), probability)
    np.add.at(w, (np.repeat(np.arange(3), np.diff(w_start)), w_next), weight)
    write_game(tmp_path / "dense.h5", dense.reshape(3, 2, 3), reward, interaction=w)
    with h5py.File(tmp_path / "dense.h5") as file:
        rows = file["transitions"]
        again = np.zeros((6, 3))
        np.add.at(
            again,
            (np.repeat(np.arange(6), np.diff(rows["start"])), rows["next"]),
            rows["probability"],
        )
        assert np.allclose(again, dense, atol=1e-16)
        assert (file["interaction/weight"][()] == weight).all()
        assert (file["interaction/next"][()] == w_next).all()
    write_game(tmp_path / "none.h5", dense.reshape(3, 2, 3), reward, interaction=0 * w)
    with h5py.File(tmp_path / "none.h5") as file:
        assert set(file) == {"transitions", "reward"}


BAD = [
    (
        "transitions",
        2,
        6,
        1 + 1e-6,
        "/transitions/probability sums to 1.000001 for s 1, a 1; expected 1",
    ),
    (
        "transitions",
        2,
        7,
        -0.25,
        "/transitions/probability[7], of s 2, a 0, is -0.25; expected a finite",
    ),
    (
        "transitions",
        2,
        9,
        np.inf,
        "/transitions/probability[9], of s 2, a 1, is inf; expected a finite",
    ),
    ("transitions", 1, 5, 3, "/transitions/next[5], of s 1, a 0, is 3; expected a state, 0 to 2"),
    ("transitions", 1, 9, -1, "/transitions/next[9], of s 2, a 1, is -1; expected a state, 0 to 2"),
    ("transitions", 0, 0, 1, "/transitions/start[0] is 1; expected 0"),
    (
        "transitions",
        0,
        3,
        1,
        "/transitions/start[3], the end of s 1, a 0, is 1; expected an ascending",
    ),
    ("transitions", 0, 6, 11, "/transitions/start ends with 11; expected 10, the length of"),
    (
        "interaction",
        2,
        2,
        -np.inf,
        "/interaction/weight[2], of s 2, is -inf; expected a finite number",
    ),
    ("interaction", 1, 0, 3, "/interaction/next[0], of s 0, is 3; expected a state, 0 to 2"),
    ("reward", 0, (2, 1), np.inf, "/reward[2, 1] is inf; expected a finite number"),
]


@pytest.mark.parametrize(("what", "part", "at", "value", "message"), BAD)
def test_bad_numbers_are_refused(tmp_path, what, part, at, value, message):
    transitions, reward, interaction = small_game()
    parts = {"transitions": transitions, "reward": (reward,), "interaction": interaction}
    parts[what][part][at] = value
    with pytest.raises(ValueError) as refused:
        write_game(tmp_path / "game.h5", transitions, reward, interaction=interaction)
    assert str(refused.value).startswith(message)
    assert not (tmp_path / "game.h5").exists()


@needs_throng
@pytest.mark.parametrize(("what", "part", "at", "value", "message"), BAD)
def test_throng_refuses_the_same_in_the_same_words(tmp_path, what, part, at, value, message):
    transitions, reward, interaction = small_game()
    write_game(tmp_path / "game.h5", transitions, reward, interaction=interaction)
    names = {
        "transitions": ("transitions/start", "transitions/next", "transitions/probability"),
        "interaction": ("interaction/start", "interaction/next", "interaction/weight"),
        "reward": ("reward",),
    }
    with h5py.File(tmp_path / "game.h5", "r+") as file:
        file[names[what][part]][at] = value
    text = "name: bad\ngame: {type: tabular, path: game.h5}\n" + SOLVER
    (tmp_path / "experiment.yaml").write_text(text)
    done = run_throng(tmp_path, "run", "experiment.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith(f"experiment.yaml:2:29: game.path: game.h5: {message}")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reward": np.zeros(3)}, "/reward has the shape [3]; expected [S, A]"),
        ({"reward": np.zeros((3, 2), complex)}, "/reward holds complex128; expected real numbers"),
        (
            {"transitions": np.zeros((3, 2))},
            "/transitions has the shape [3, 2]; expected [3, 2, 3]",
        ),
        ({"transitions": np.zeros((3, 2, 3))}, "/transitions/probability sums to 0 for s 0"),
        ({"interaction": np.zeros((2, 3))}, "/interaction has the shape [2, 3]; expected [3, 3]"),
        (
            {"transitions": (np.zeros(7, int),) * 2},
            "transitions has 2 parts; expected (start, next,",
        ),
        ({"transitions": (np.zeros(7), 0, 0)}, "/transitions/start holds float64 in the shape [7]"),
        (
            {"transitions": (np.zeros(6, int), np.zeros(1, int), np.zeros(1))},
            "/transitions/start has the shape [6]; expected [7]",
        ),
        (
            {"transitions": (np.zeros(7, int), np.zeros(1, int), np.zeros(2))},
            "/transitions/probability has the shape [2]; expected [1]",
        ),
        ({"crowd_aversion": -1.0}, "crowd_aversion is -1; expected a finite number >= 0"),
        ({"density_floor": 0.0}, "density_floor is 0; expected a number in (0,1)"),
    ],
)
def test_bad_shapes_and_types_are_refused(tmp_path, change, message):
    transitions, reward, interaction = small_game()
    arguments = {"transitions": transitions, "reward": reward, "interaction": interaction, **change}
    with pytest.raises(ValueError) as refused:
        write_game(tmp_path / "game.h5", **arguments)
    assert str(refused.value).startswith(message)
    assert not (tmp_path / "game.h5").exists()


def four_rooms(size, slip):
    """Return P(s'|s,a) of four rooms from its definition: a step, or with `slip` one at random."""
    walls = four_rooms_walls(size)
    number = {tuple(cell): s for s, cell in enumerate(np.argwhere(~walls))}
    moves = ((1, 0), (0, 1), (-1, 0), (0, -1), (0, 0))
    transitions = np.zeros((len(number), 5, len(number)))
    for (row, column), s in number.items():
        land = [number.get((row + r, column + c), s) for r, c in moves]
        for a in range(5):
            transitions[s, a, land[a]] += 1 - slip
            for to in land:
                transitions[s, a, to] += slip / 5
    return transitions


@needs_throng
def test_four_rooms_as_a_table_is_four_rooms(tmp_path):
    transitions = four_rooms(9, 0.1)
    reward = np.tile([-0.2, -0.2, -0.2, -0.2, 0.2], (len(transitions), 1))
    write_game(tmp_path / "rooms.h5", transitions, reward, crowd_aversion=1.0)
    start = "initial: {type: concentrated, state: 0}"
    rows, fields = solve(
        tmp_path, f"name: table\ngame: {{type: tabular, path: rooms.h5, {start}}}\n" + SOLVER
    )
    expected_rows, expected = solve(
        tmp_path, f"name: built-in\ngame: {{type: four_rooms, size: 9, {start}}}\n" + SOLVER
    )
    assert rows.shape == expected_rows.shape == (31, len(METRICS))
    assert expected_rows[1:].min() > 1e-6
    assert np.abs(rows - expected_rows).max() < 1e-10 * expected_rows.max()
    for name, values in expected.items():
        assert np.abs(fields[name] - values).max() < 1e-10, name


def soft_policy(transitions, reward, discount, eta):
    """Return softmax(q/η) at the soft-optimal value, by value iteration."""
    value = np.zeros(len(reward))
    for _ in range(400):
        q = reward + discount * transitions @ value
        value = eta * np.log(np.exp((q - q.max()) / eta).sum(axis=1)) + q.max()
    return np.exp((q - value[:, None]) / eta)


@needs_throng
def test_the_ring_of_the_experiments(tmp_path):
    """At the regularised equilibrium π is soft-optimal at μ, and μ is stationary under π."""
    folder = tmp_path / "experiments/tabular"
    shutil.copytree(ROOT / "experiments/tabular", folder)
    content = runpy.run_path(str(folder / "ring.py"))
    text = (folder / "ring.yaml").read_text()
    rows, fields = solve(tmp_path, text)
    assert len(rows) < 1000
    mu, pi, transitions = fields["mean_field"], fields["policy"], content["transitions"]
    neighbours = np.roll(mu, 1) + np.roll(mu, -1)
    appeal = (np.arange(6) == 0) - 0.5 * np.log(mu) - neighbours
    reward = appeal[:, None] - 0.1 * np.array([1, 0, 1])
    assert np.abs(pi - soft_policy(transitions, reward, 0.9, 0.2)).max() < 1e-4
    assert np.abs(mu @ np.einsum("sa,sat->st", pi, transitions) - mu).max() < 1e-5
    assert np.abs(mu[1:] - mu[:0:-1]).max() < 1e-5  # the ring looks alike from both sides
    assert mu.argmax() == 0
