"""How every figure looks: fonts, sizes, colours, and the canvas it is drawn on."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import BinaryIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart with every common kind of colour blindness.
BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#aa4499"
ORANGE, SKY = "#e69f00", "#56b4e9"
INK, MUTED, FAINT, PAPER = "#1f2933", "#66727f", "#d9dee3", "#ffffff"
WALL, WALL_LINE = "#d5d8dc", "#9aa3ad"

CHART_SIZE = (5.8, 4.0)  # inches
DOTS_PER_INCH = 150

SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 10.5,
    "hatch.color": WALL_LINE,
    "hatch.linewidth": 0.6,
}


@dataclass
class Drawing:
    """One finished figure and the words that go with it."""

    slug: str  # the file's name without .png
    caption: str  # what is seen, units and anything left out; below the figure
    alt: str  # the same for who cannot see it
    figure: Figure

    def save(self, target: Path | BinaryIO) -> None:
        """Write the figure as PNG."""
        with mpl.rc_context(SETTINGS):
            self.figure.savefig(target, format="png", dpi=DOTS_PER_INCH, facecolor=PAPER)

    def png(self) -> bytes:
        """Return the figure as the content of a PNG file."""
        buffer = BytesIO()
        self.save(buffer)
        return buffer.getvalue()


def new_figure(size: tuple[float, float], layout: str = "constrained") -> Figure:
    """Return a new figure of `size` inches without axes; use it within `settings()`."""
    figure = Figure(figsize=size, layout=layout)
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
    return figure


def new_axes(size: tuple[float, float] = CHART_SIZE, layout: str = "constrained") -> Axes:
    """Return the axes of a new figure of `size` inches; use it within `settings()`."""
    return new_figure(size, layout).add_subplot()


def wrapped(words: str, letters: int) -> str:
    """Return words from the results as a figure shows them: in lines of at most so many letters.

    No line ends within 'η = 0.1', and a dollar sign begins no formula.
    """
    lines = fill(words.replace(" = ", "\0=\0"), max(letters, 1), break_on_hyphens=False)
    return lines.replace("\0", " ").replace("$", r"\$")


def settings():
    """Return the context in which every figure is drawn."""
    return mpl.rc_context(SETTINGS)
