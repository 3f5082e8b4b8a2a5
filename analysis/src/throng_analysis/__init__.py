"""Read the results of throng runs, draw them, and write reports; write games to be solved."""

from throng_analysis.games import write_game

__all__ = ["write_game"]
__version__ = "0.1.0"
