"""Tables that can be sorted and filtered, and the script of the page that does it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from pages import data

import throng_analysis
from throng_analysis.live import FIRST_ROWS, Column, live_table

SCRIPT = Path(throng_analysis.__file__).parent / "report.js"
NODE = shutil.which("node")


def test_the_first_rows_are_there_without_scripts():
    rows = [[f"run{k}", 0.5 * k, None] for k in range(FIRST_ROWS + 5)]
    html = live_table("runs-0", "All", [Column("run"), Column("x", "number"), Column("y")], rows)
    assert html.count("<tr>") == 1 + FIRST_ROWS
    assert f"The first {FIRST_ROWS} of {FIRST_ROWS + 5} rows" in html
    assert data(html, "runs-0")[-1] == {"run": f"run{FIRST_ROWS + 4}", "x": 27.0, "y": None}
    assert "To sort and to filter needs JavaScript" in live_table("a", "All", [], [])
    odd = live_table("a", "All", [Column("x", "number")], [[float("nan")], [1 / 3], [1e300]])
    assert [row["x"] for row in data(odd, "a")] == ["nan", 0.333333, 1e300]


@pytest.mark.skipif(not NODE, reason="no node to run the script of the page")
def test_the_script_sorts_and_filters():
    code = """
    const {sorted, textOf, conditionsOf, matches, format} = require(process.argv[1]);
    const rows = [[10, "b10"], [null, "b9"], [2, null], [-1e-7, "a"], [10, "B2"]];
    rows.push([0.333333, "two Words"], [4, "x=1 of two"]);
    const places = rows.map((_, i) => i);
    const columns = [{key: "solver.eta"}, {key: "solver.beta"}];
    const texts = rows.map((row) => textOf(row, columns));
    const found = (filter) => places.filter((i) => matches(texts[i], conditionsOf(filter)));
    console.log(JSON.stringify({
      up: sorted(rows, places, 0, false), down: sorted(rows, places, 0, true),
      words: sorted(rows, places, 1, false), none: sorted(rows, places, null, false),
      part: found("B"), whole: found("eta=10"), key: found("solver.eta=2"), both: found("b eta=10"),
      other: found("ta=10"), nothing: found(""), prefix: found("eta=1"),
      as_shown: found("eta=−1.000e−7"), typed: found("eta=-1e-07"), word: found("-1.000e-7"),
      size: found("-1e-07"),
      quoted: found('beta="two Words"'), phrase: found('"two words"'), words_apart: found("two of"),
      wrong: found('beta="two"'), shown: found("eta=0.3333"), stored: found("0.333333"),
      no_column: found("x=1"), open: found('beta="two words'), no_value: found("eta="),
      numbers: [0.00080475, 7.42e-5, 200, 1.5e7, 1.25e12, -0.5, null, 198.75].map(format),
    }));
    """
    done = subprocess.run(
        [NODE, "-e", code, str(SCRIPT)], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == {
        "up": [3, 5, 2, 6, 0, 4, 1],
        "down": [0, 4, 6, 2, 5, 3, 1],
        "words": [3, 4, 1, 0, 5, 6, 2],
        "none": [0, 1, 2, 3, 4, 5, 6],
        "part": [0, 1, 4],
        "whole": [0, 4],
        "key": [2],
        "both": [0, 4],
        "other": [],
        "nothing": [0, 1, 2, 3, 4, 5, 6],
        "prefix": [],
        "as_shown": [3],
        "typed": [3],
        "word": [3],
        "size": [3],
        "quoted": [5],
        "phrase": [5],
        "words_apart": [6],
        "wrong": [],
        "shown": [5],
        "stored": [5],
        "no_column": [6],
        "open": [5],
        "no_value": [],
        "numbers": ["0.0008048", "7.420e−5", "200", "15000000", "1.250e+12", "−0.5", "–", "198.8"],
    }
