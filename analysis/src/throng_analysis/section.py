"""The part of a report about one run."""

from collections.abc import Sequence

from throng_analysis.metrics import METRICS
from throng_analysis.page import Html, bar, marked, number, plain, table, text, typeset
from throng_analysis.record import flatten
from throng_analysis.results import BadRun, Run

STATUS_WORDS = {
    "converged": "converged",
    "iteration_limit": "iteration limit",
    "evaluated": "evaluated",
    "diverged": "diverged",
    "failed": "failed",
    "running": "running",
    "interrupted": "interrupted",
    "damaged": "damaged",
    "missing": "missing",
    "unreadable": "unreadable",
}
# The slugs of the figures that stand under 'Convergence'; the others stand under 'At the end'.
CURVES = ("exploitability", "quality", "deltas")


def section(run: Run, head: Html, anchor: str, figures: Sequence[tuple[str, Html]]) -> Html:
    """Return the section of `run`; `figures` are pairs of slug and figure."""
    curves = [figure for slug, figure in figures if slug.startswith(CURVES)]
    fields = [figure for slug, figure in figures if not slug.startswith(CURVES)]
    parts = [
        f'<section class="run" id="{anchor}">',
        _header(run, head),
        _warnings(run),
        _block("Metrics", _metrics(run)),
        _block("Convergence", _figures(curves, "curves")),
        _block("At the end", _figures(fields, "fields")),
        _block("Spectrum of P^π", _pairs("Of the last policy.", run.record.spectrum)),
        '<div class="columns"><div>',
        _block("Parameters", _parameters(run)),
        "</div><div>",
        _block("Provenance", _provenance(run)),
        _block("Time", _stages(run)),
        "</div></div></section>",
    ]
    return Html("\n".join(part for part in parts if part))


def unreadable(run: BadRun, head: Html, anchor: str) -> Html:
    """Return the section of a run that cannot be read: why."""
    return Html(
        f'<section class="run" id="{anchor}">\n<div class="name">{head}{badge(run.status)}</div>\n'
        f'<div class="warning"><p>{marked(run.reason)}</p></div></section>'
    )


def heading(title: str, where: str) -> Html:
    """Return the heading of a section, with the folder if the title does not tell it."""
    place = f' <span class="muted">in {text(where)}</span>' if where else ""
    return Html(f"<h2>{text(title)}{place}</h2>")


def badge(status: str) -> Html:
    """Return a status as a coloured word."""
    return Html(f'<span class="status {status}">{STATUS_WORDS[status]}</span>')


def iterations(run: Run) -> int | None:
    """Return the last recorded outer iteration."""
    return None if run.trace is None else run.last("iteration")


def _header(run: Run, head: Html) -> str:
    facts = []
    if iterations(run) is not None:
        facts.append(_count(iterations(run), "outer iteration"))
        facts.append(f"{run.last('seconds'):.4g} s")
    ranks = run.record.provenance.get("ranks")
    if ranks is not None:
        facts.append(_count(ranks, "rank"))
    reason = f"<p>Stopped: {text(run.record.stop_reason)}</p>" if run.record.stop_reason else ""
    return (
        f'<div class="name">{head}{badge(run.status)}</div>\n'
        f"{reason}{_unfinished_note(run)}"
        f'<p class="muted">{text(" · ".join(facts))}</p>'
    )


def _count(number_of: int, thing: str) -> str:
    return f"{number_of} {thing}{'s' if number_of != 1 else ''}"


def _unfinished_note(run: Run) -> str:
    if run.status == "running":
        return "<p>A program was working on this run when the report was made.</p>"
    if run.status == "interrupted":
        return (
            "<p>This run has no end, and no program was working on it when the report was made. "
            "<code>throng run</code> goes on with it.</p>"
        )
    return ""


def _warnings(run: Run) -> str:
    if not run.warnings:
        return ""
    lines = "".join(f"<p>{text(warning)}</p>" for warning in run.warnings)
    return f'<div class="warning">{lines}</div>'


def _block(title: str, content: str) -> str:
    return f"<h3>{typeset(title)}</h3>\n{content}" if content else ""


def _figures(figures: Sequence[Html], kind: str) -> str:
    return f'<div class="figures {kind}">{"".join(figures)}</div>' if figures else ""


def _metrics(run: Run) -> str:
    if run.trace is None:
        return ""
    rows = []
    for metric in METRICS:
        recorded = run.trace.select("iteration", metric.column).drop_nulls()
        if not len(recorded):
            continue
        symbol = Html(f'<span class="symbol">{typeset(metric.symbol)}</span>')
        values = recorded[metric.column]
        row = (values[0], values.min(), values[-1])
        rows.append((metric.label, symbol, *map(number, row), typeset(metric.meaning)))
    caption = "First, smallest and last recorded value of each metric."
    head = ("metric", "symbol", "first", "smallest", "last", "meaning")
    return table(caption, head, rows, "metrics") if rows else ""


def _pairs(caption: str, nested: dict) -> str:
    rows = [(key, plain(value)) for key, value in flatten(nested).items()]
    return table(caption, (), rows, "pairs") if rows else ""


def _parameters(run: Run) -> str:
    return _pairs("As resolved from the experiment file and the options.", run.record.parameters)


def _provenance(run: Run) -> str:
    provenance = dict(run.record.provenance)
    provenance.pop("stage_seconds", None)
    peak = provenance.pop("peak_memory_bytes", None)
    if isinstance(peak, int):
        provenance["peak memory"] = f"{peak / 2**20:.4g} MiB, summed over ranks"
    return _pairs("Where, when and with what the run was made.", provenance)


def _stages(run: Run) -> str:
    stages = run.record.provenance.get("stage_seconds")
    stages = stages if isinstance(stages, dict) else {}
    stages = {name: spent for name, spent in stages.items() if isinstance(spent, int | float)}
    if not stages:
        return ""
    longest = max(stages.values()) or 1.0
    ordered = sorted(stages.items(), key=lambda stage: -stage[1])
    rows = [(name, number(spent, 4), bar(spent / longest)) for name, spent in ordered]
    caption = "Seconds by log stage, the largest over ranks."
    return table(caption, ("stage", "seconds", ""), rows, "stages")
