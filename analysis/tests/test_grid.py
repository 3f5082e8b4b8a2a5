"""Walls, blocks and directions."""

import numpy as np
import pytest
from synthetic import four_rooms_walls

from throng_analysis.grid import MOVES, Blocks, Grid, mean_directions


def grid_of(walls):
    return Grid(*walls.shape, np.argwhere(~walls))


@pytest.mark.parametrize(("move", "direction"), [(m[0], m[1:]) for m in MOVES])
def test_a_certain_move_points_its_own_way(move, direction):
    policy = np.zeros((3, 5))
    policy[:, ["up", "right", "down", "left", "stay"].index(move)] = 1
    rows, columns = mean_directions(policy)
    assert (rows == direction[0]).all()
    assert (columns == direction[1]).all()


def test_up_is_one_row_more():
    assert MOVES[0] == ("up", 1, 0)


def test_values_land_on_their_cells():
    grid = grid_of(four_rooms_walls(7))
    picture = grid.spread(np.arange(len(grid.cells)))
    assert picture[0, 0] == 0
    assert picture[0, 1] == 1
    assert np.isnan(picture[3, 3])
    assert (np.isnan(picture) == four_rooms_walls(7)).all()


@pytest.mark.parametrize("size", [11, 301, 1001])
@pytest.mark.parametrize("most", [25, 360])
def test_walls_and_doors_survive_the_blocks(size, most):
    blocks = Blocks(grid_of(four_rooms_walls(size)), most)
    assert max(blocks.shape) <= most
    walls = blocks.walls()
    middle = np.searchsorted(blocks.edges[0], size // 2, side="right") - 1
    doors = [np.searchsorted(blocks.edges[0], door, side="right") - 1 for door in (2, size - 3)]
    assert sorted(np.flatnonzero(~walls[middle])) == sorted(doors)
    assert sorted(np.flatnonzero(~walls[:, middle])) == sorted(doors)
    walls[middle, :] = walls[:, middle] = False
    assert not walls.any()


def test_block_means_leave_walls_out():
    walls = np.zeros((4, 4), dtype=bool)
    walls[0, 0] = walls[2:, 2:] = True
    grid = grid_of(walls)
    blocks = Blocks(grid, 2)
    values = grid.cells[:, 0] * 10.0 + grid.cells[:, 1]
    means = blocks.mean(values)
    assert means[0, 0] == np.mean([1, 10, 11])
    assert means[0, 1] == np.mean([2, 3, 12, 13])
    assert np.isnan(means[1, 1])
    assert [axis[0, 0] for axis in blocks.centres()] == [0.5, 0.5]
