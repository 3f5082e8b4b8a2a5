"""Reports, and what the tests look at of their pages."""

import json
import re
from html.parser import HTMLParser

from throng_analysis.cli import main


class Page(HTMLParser):
    """The parts of a page that the tests look at."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.rows = []  # of each table row, the text of its cells
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append([])
        elif tag == "data":
            self.rows[-1][-1].append(dict(attrs)["value"])

    def handle_data(self, data):
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1].append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def report(folder, *options, code=0):
    """Run the command; returns the page."""
    assert main(["report", str(folder), *options]) == code
    return (folder / "report" / "report.html").read_text(encoding="utf-8")


def data(html, name):
    """Return the rows of a table of the page as dictionaries."""
    found = re.search(rf'id="{name}">.*?application/json">(.*?)</script>', html, re.DOTALL)
    content = json.loads(found[1])
    keys = [column["key"] for column in content["columns"]]
    return [dict(zip(keys, row, strict=True)) for row in content["rows"]]
