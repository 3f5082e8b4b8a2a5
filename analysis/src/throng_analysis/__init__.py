"""Read the results of throng runs, draw them, and write reports."""

__version__ = "0.1.0"
