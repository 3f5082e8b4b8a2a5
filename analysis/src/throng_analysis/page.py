"""Pieces of HTML: tables, figures, numbers and symbols."""

import base64
import re
from collections.abc import Iterable
from html import escape

# An index or exponent in a plain-text symbol: after a Greek letter, T, max or a closing sign.
_INDEX = re.compile(r"(?<=[πμφTx])_(\{(?:[^{}]|\{[^{}]*\})*\}|\w)")
_EXPONENT = re.compile(r"(?<=[Pπμφ])\^(\{[^{}]*\}|\w)")

_CODE = re.compile(r"`([^`]+)`")


class Html(str):
    """Text that is already HTML."""


def text(value: object) -> Html:
    """Return any value as HTML; plain text is escaped."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def typeset(words: str) -> Html:
    """Return text with symbols such as μ_{p-1} or μ^π as HTML with real indices."""
    html = escape(words)
    html = _EXPONENT.sub(lambda found: f"<sup>{_inner(found)}</sup>", html)
    return Html(_INDEX.sub(lambda found: f"<sub>{_inner(found)}</sub>", html))


def marked(words: str) -> Html:
    """Return text with what stands between backticks as code."""
    return Html(_CODE.sub(r"<code>\1</code>", escape(words)))


def _inner(found: re.Match) -> str:
    inner = found[1].removeprefix("{").removesuffix("}")
    return _INDEX.sub(lambda deeper: f"<sub>{_inner(deeper)}</sub>", inner)


def number(value: float | int | None, digits: int = 5) -> Html:
    """Return a number to read, with all its digits in the attribute `value`; a dash for None."""
    if value is None:
        return Html('<span class="none" title="not recorded">–</span>')
    return Html(f'<data value="{value!r}">{escape(f"{value:.{digits}g}").replace("-", "−")}</data>')


def plain(value: object) -> Html:
    """Return a parameter as it would stand in a file of parameters."""
    if value is None:
        return Html('<span class="none">not set</span>')
    if isinstance(value, bool):
        return Html("true" if value else "false")
    if isinstance(value, float):
        return number(value, 10)
    if isinstance(value, list):
        return Html(f"[{', '.join(plain(item) for item in value)}]")
    if value == {}:
        return Html('<span class="none">none</span>')
    return text(value)


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[object]], kind: str) -> Html:
    """Return a table; the first cell of each row names it."""
    parts = [f'<div class="scroll"><table class="{kind}"><caption>{text(caption)}</caption>']
    columns = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    if columns:
        parts.append(f"<thead><tr>{columns}</tr></thead>")
    parts.append("<tbody>")
    for first, *others in rows:
        cells = "".join(f"<td>{text(cell)}</td>" for cell in others)
        parts.append(f'<tr><th scope="row">{text(first)}</th>{cells}</tr>')
    parts.append("</tbody></table></div>")
    return Html("\n".join(parts))


def picture(png: bytes, alt: str, caption: str) -> Html:
    """Return a figure with its image inside the page."""
    data = base64.b64encode(png).decode()
    return Html(
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
        f"<figcaption>{typeset(caption)}</figcaption></figure>"
    )


def bar(share: float) -> Html:
    """Return a bar of `share` (0 to 1) of the width of its cell; nothing for 0."""
    if share <= 0:
        return Html("")
    return Html(f'<span class="bar" style="width:{100 * share:.1f}%"></span>')
