"""Questions about whole experiments: the rows of `compare`, the groups, and the figures."""

import numpy as np
import polars as pl
from sweeps import each, grid
from sweeps import write_experiment as write

from throng_analysis.cli import main
from throng_analysis.compare import Question, draw
from throng_analysis.experiments import find_experiments
from throng_analysis.groups import group
from throng_analysis.scan import scan

ETAS, BETAS, SEEDS = [0.1, 0.5, 1.0], [0.05, 0.2], range(1, 5)


def compare(folder, *options, code=0):
    """Run the command; returns the rows of compare.csv."""
    assert main(["compare", str(folder), *options]) == code
    frame = pl.read_csv(folder / "compare" / "compare.csv")
    assert frame.equals(pl.read_parquet(folder / "compare" / "compare.parquet"), null_equal=True)
    return list(frame.iter_rows(named=True))


def grouping(folder, by=(), over=()):
    """Return the groups of the runs below a folder."""
    entries = [entry for one in find_experiments(folder) for entry in scan(one, ["exploitability"])]
    return group(entries, by, over)


def value(axes):
    """Return what a run of sweep() ends with."""
    return axes.get("solver.eta", 2.0) * axes.get("solver.beta", 0.3) * (1 + 0.1 * axes["seed"])


def sweep(tmp_path, change=lambda run: None, values=lambda axes: [8.0, value(axes)]):
    """Write MF-TRPO over all ETAS and BETAS beside fictitious play; returns the folder."""
    axes = grid(solver__type=["mf_trpo"], solver__eta=ETAS, solver__beta=BETAS, seed=SEEDS)
    axes += grid(solver__type=["fictitious_play"], seed=SEEDS)
    runs = each(axes, values)
    for run in runs:
        change(run)
    return write(tmp_path, runs)


def drawings(folder, **question):
    """Return the figures of compare by their slugs."""
    by = question.pop("by", ())
    found = draw(grouping(folder, by), Question(by=by, **question))
    return {drawing.slug: drawing for drawing in found}


def panels(drawing):
    """Return the axes of a figure by their titles."""
    return {axes.get_title(loc="left"): axes for axes in drawing.figure.axes}


def mean(eta, beta, seeds=SEEDS):
    """Return the mean over seeds of what runs of sweep() end with."""
    axes = ({"solver.eta": eta, "solver.beta": beta, "seed": seed} for seed in seeds)
    return float(np.mean([value(one) for one in axes]))
