"""Grids: where the walls are, and how a large grid is thinned so that it can be drawn."""

import numpy as np

# The moves of a grid game in the order of its actions: name, rows, columns. Row 0 is the bottom.
MOVES = (("up", 1, 0), ("right", 0, 1), ("down", -1, 0), ("left", 0, -1), ("stay", 0, 0))
STAY = 4


class Grid:
    """The cells of a grid game: states are the free cells, everything else is wall."""

    def __init__(self, rows: int, columns: int, cells: np.ndarray):
        """Take the size and `cells` [S, 2] (row, column); raises ValueError if they disagree."""
        self.rows = rows
        self.columns = columns
        self.cells = np.asarray(cells).astype(int)
        if (self.cells != cells).any():
            raise ValueError("a row or column is not a whole number")
        if (self.cells < 0).any() or (self.cells >= (rows, columns)).any():
            raise ValueError(f"a cell lies outside the grid of {rows} × {columns}")
        self.free = np.zeros((rows, columns), dtype=bool)
        self.free[tuple(self.cells.T)] = True
        if self.free.sum() < len(self.cells):
            raise ValueError("a cell appears twice")

    @property
    def walls(self) -> np.ndarray:
        """[rows, columns], true where no state is."""
        return ~self.free

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Put `values` [S] on the grid: [rows, columns], NaN in walls."""
        picture = np.full((self.rows, self.columns), np.nan)
        picture[tuple(self.cells.T)] = values
        return picture


class Blocks:
    """A grid seen in blocks of nearly equal size, about `side` × `side` cells."""

    def __init__(self, grid: Grid, most: int):
        """Divide `grid` into at most `most` blocks along an edge, single cells if they fit."""
        self.grid = grid
        self.side = -(-max(grid.rows, grid.columns) // most)
        self.edges = tuple(self._divide(size) for size in grid.free.shape)

    @property
    def shape(self) -> tuple[int, int]:
        """How many blocks there are along a column and along a row."""
        return tuple(len(edges) - 1 for edges in self.edges)

    def sum(self, picture: np.ndarray) -> np.ndarray:
        """Return the sum of `picture` [rows, columns] over each block."""
        rows, columns = (edges[:-1] for edges in self.edges)
        return np.add.reduceat(np.add.reduceat(picture, rows, axis=0), columns, axis=1)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Return the mean of `values` [S] over the free cells of each block, NaN without any."""
        total = self.sum(np.nan_to_num(self.grid.spread(values)))
        count = self.sum(self.grid.free.astype(float))
        return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)

    def walls(self) -> np.ndarray:
        """Return true for each block that a straight wall crosses from side to side.

        So a wall of one cell stays a wall, and a door of one cell stays a door.
        """
        (rows, heights), (columns, widths) = ((e[:-1], np.diff(e)) for e in self.edges)
        walls = self.grid.walls.astype(int)
        along_row = np.add.reduceat(walls, columns, axis=1) == widths
        along_column = np.add.reduceat(walls, rows, axis=0) == heights[:, None]
        return np.logical_or(
            np.logical_or.reduceat(along_row, rows, axis=0),
            np.logical_or.reduceat(along_column, columns, axis=1),
        )

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the middle of each block, rows and columns, in cells."""
        rows, columns = ((edges[:-1] + edges[1:] - 1) / 2 for edges in self.edges)
        return tuple(np.meshgrid(rows, columns, indexing="ij"))

    def _divide(self, size: int) -> np.ndarray:
        count = -(-size // self.side)
        return np.arange(count + 1) * size // count


def mean_directions(policy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean move (rows, columns) of each state under `policy` [S, 5]."""
    moves = np.array([move[1:] for move in MOVES], dtype=float)
    rows, columns = (policy @ moves).T
    return rows, columns
