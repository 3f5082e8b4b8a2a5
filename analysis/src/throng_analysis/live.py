"""Tables of a page that can be sorted and filtered; without scripts their first rows are there."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from throng_analysis.page import Html, number, text

FIRST_ROWS = 50  # which a reader without scripts sees
DIGITS = 6  # of numbers in the data of a page


@dataclass(frozen=True)
class Column:
    """One column: its key, by which the filter finds it, and what its cells are."""

    key: str
    kind: str = "text"  # or number, state, run (a link to its section), filter (a button), long
    meaning: str = ""  # shown when the mouse is on the head

    def head(self) -> str:
        """Return the head of the column, a button that sorts by it."""
        title = f' title="{escape(self.meaning)}"' if self.meaning else ""
        words = _breakable(self.key)
        return f'<th scope="col" class="{self.kind}"{title}><button>{words}</button></th>'


def script() -> Html:
    """Return the script that brings the tables of a page to life."""
    code = files("throng_analysis").joinpath("report.js").read_text(encoding="utf-8")
    return Html(f"<script>\n{code}</script>")


def live_table(
    name: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    anchors: Collection[str] = (),
) -> Html:
    """Return a table with a box for its filter; a cell is a number, a text or None.

    `anchors` are the sections of runs on the page; that of a run in the table `runs-N` begins
    with `run-N-`.
    """
    rows = [[_short(cell) for cell in row] for row in rows]
    keys = [{"key": column.key, "kind": column.kind} for column in columns]
    data = {"columns": keys, "rows": rows}
    heads = "".join(column.head() for column in columns)
    links = {one.removeprefix(f"{name.replace('runs', 'run')}-"): one for one in anchors}
    body = "\n".join(f"<tr>{_cells(row, columns, links)}</tr>" for row in rows[:FIRST_ROWS])
    shown = f"The first {FIRST_ROWS} of {len(rows)} rows; the others, and sorting, need"
    return Html(
        f'<div class="live" id="{name}">\n'
        f'<p class="tool" hidden><input type="search" aria-label="filter of the table" '
        f'placeholder="filter: words, or eta=0.1"> <span class="muted count"></span></p>\n'
        f"<noscript><p>{shown if len(rows) > FIRST_ROWS else 'To sort and to filter needs'} "
        "JavaScript.</p></noscript>\n"
        f'<div class="scroll"><table class="rows"><caption>{text(caption)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>\n"
        '<p class="tool" hidden><button class="more">show more rows</button></p>\n'
        f'<script type="application/json">{_data(data)}</script></div>'
    )


def _data(data: dict) -> str:
    """Return JSON that may stand inside a script element."""
    words = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return words.replace("<", "\\u003c")


def _short(cell: object) -> object:
    """Return a cell with numbers of a few digits; what is not finite as a text."""
    if not isinstance(cell, float):
        return cell
    short = float(f"{cell:.{DIGITS}g}")
    return short if abs(short) != float("inf") and short == short else str(short)


def _cells(row: Sequence[object], columns: Sequence[Column], links: dict[str, str]) -> str:
    return "".join(
        f'<td class="{column.kind}">{_cell(cell, column, links)}</td>'
        for cell, column in zip(row, columns, strict=True)
    )


def _cell(cell: object, column: Column, links: dict[str, str]) -> Html:
    if column.kind == "filter":
        return Html("")
    if cell is None or isinstance(cell, int | float):
        return number(cell)
    if column.kind == "run" and cell in links:
        return Html(f'<a href="#{escape(links[cell])}">{text(cell)}</a>')
    if column.kind == "state":
        return Html(f'<span class="status {escape(cell)}">{text(cell.replace("_", " "))}</span>')
    return text(cell)


def _breakable(key: str) -> Html:
    return Html(escape(key).replace(".", ".<wbr>").replace("_", "_<wbr>"))
