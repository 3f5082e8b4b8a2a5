"""The page, the files beside it, and the command line."""

import re

import pytest
from pages import Page, report
from sweeps import locked
from synthetic import HEADER, write_run

from throng_analysis.cli import main
from throng_analysis.page import typeset
from throng_analysis.results import read_run


def test_all_figures_exist_beside_the_page(run_folder, capsys):
    report(run_folder)
    figures = sorted((run_folder / "report" / "figures").glob("*.png"))
    assert len(figures) == 10
    assert all(figure.stat().st_size > 5000 for figure in figures)
    assert "(10 figures)" in capsys.readouterr().out


def test_page_needs_nothing_else(run_folder, tmp_path):
    write_run(tmp_path / "out", run_id="second")
    html = report(tmp_path / "out")
    assert not re.search(r"https?:|//|@import|url\(", re.sub(r"base64,[^\"]*", "", html))
    page = Page(html)
    assert not page.all("link") and all("src" not in one for one in page.all("script"))
    assert len(page.all("img")) == 22
    for image in page.all("img"):
        assert image["src"].startswith("data:image/png;base64,iVBOR")
        assert len(image["alt"]) > 20
    anchors = {attrs.get("id") for _, attrs in page.tags}
    assert all(link["href"].removeprefix("#") in anchors for link in page.all("a"))


def test_numbers_in_the_page_are_those_of_the_trace(run_folder):
    trace = read_run(run_folder).trace
    rows = {"".join(row[0]): row for row in Page(report(run_folder)).rows}
    for name, column in (("exploitability", "exploitability"), ("quality", "quality")):
        values = [float(cell[0]) for cell in rows[name][2:5]]
        recorded = trace[column].drop_nulls()
        assert values == [recorded[0], recorded.min(), recorded[-1]]


def test_page_tells_what_the_record_holds(run_folder):
    html = report(run_folder)
    rows = {"".join(row[0]): row[1][-1] for row in Page(html).rows if len(row) > 1 and row[1]}
    assert rows["solver.eta"] == "0.5"
    assert rows["output.fields"] == "[mean_field, population, policy, value]"
    assert rows["commit"] == "0123abc"
    assert rows["evaluate"] == "1.25"
    assert "regularised_exploitability 9.1e-07 &lt;= 1e-06" in html


def test_running_and_failed_runs_are_shown(run_folder, tmp_path):
    write_run(tmp_path / "out", run_id="b", suffix=".running")
    (write_run(tmp_path / "out", run_id="d", suffix=".running") / "lock").touch()
    failed = {"status": "failed", "stop_reason": "KSP diverged: <nan>"}
    write_run(tmp_path / "out", run_id="c", suffix=".failed", **failed)
    with locked(tmp_path / "out" / "four-rooms" / "b.running" / "lock"):
        html = report(tmp_path / "out", code=1)
    for status in ("running", "interrupted", "failed"):  # counted, in the table, in the section
        assert html.count(f'<span class="status {status}">') == 3
    assert "KSP diverged: &lt;nan&gt;" in html and "<nan>" not in html
    assert "4 runs: converged 1, failed 1, running 1, interrupted 1." in html


def test_spectrum_is_shown_where_it_is_recorded(tmp_path):
    assert "Spectrum" not in report(write_run(tmp_path, run_id="without"))
    spectrum = {"gap": 0.25, "classes": 1, "period": 2}
    html = report(write_run(tmp_path, run_id="with", spectrum=spectrum))
    assert "<h3>Spectrum of P<sup>π</sup></h3>" in html
    assert '<data value="0.25">0.25</data>' in html


def test_spectrum_that_could_not_be_computed(tmp_path):
    problem = "too many eigenvalues on the unit circle"
    html = report(write_run(tmp_path, spectrum=None, spectrum_problem=problem))
    assert "not computed" in html and problem in html


def test_report_twice_gives_the_same_runs(run_folder, tmp_path):
    first = report(tmp_path / "out")
    assert report(tmp_path / "out").count("<section") == first.count("<section") == 1


def test_out_is_where_the_report_goes(run_folder, tmp_path):
    assert main(["report", str(run_folder), "--out", str(tmp_path / "a" / "b")]) == 0
    assert (tmp_path / "a" / "b" / "report.html").exists()
    assert not (run_folder / "report").exists()


@pytest.mark.parametrize("damage", ["none", "empty", "record", "trace"])
def test_bad_input_is_two_and_a_clear_message(run_folder, tmp_path, capsys, damage):
    folder = run_folder
    if damage == "none":
        folder = tmp_path / "absent"
    elif damage == "empty":
        folder = tmp_path / "void"
        folder.mkdir()
    elif damage == "record":
        (folder / "run.json").write_text('{"name":')
    else:
        (folder / "metrics.csv").write_text(HEADER[5:])
    assert main(["report", str(folder)]) == 2
    message = capsys.readouterr().err
    assert message.startswith("throng-analysis: ") and str(folder) in message
    assert not (folder / "report").exists()


def test_unwritable_out_is_bad_input(run_folder, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["report", str(run_folder), "--out", str(tmp_path / "file")]) == 2
    assert "choose another folder with --out" in capsys.readouterr().err


def test_unreadable_run_is_listed_and_the_code_is_one(run_folder, tmp_path, capsys):
    bad = write_run(tmp_path / "out", run_id="bad")
    (bad / "metrics.csv").unlink()
    assert main(["report", str(tmp_path / "out")]) == 1
    assert f"{bad}: metrics.csv: missing" in capsys.readouterr().err
    html = (tmp_path / "out" / "report" / "report.html").read_text()
    assert html.count('<span class="status damaged">') == 3
    assert "four-rooms/bad/metrics.csv: missing" in html.split('id="run-0-bad"')[1]
    assert str(tmp_path) not in html


def test_unreadable_run_among_experiments_of_one_run_each(tmp_path, capsys):
    good = write_run(tmp_path / "a")
    bad = write_run(tmp_path / "b", run_id="bad")
    (bad / "metrics.csv").unlink()
    html = report(tmp_path, code=1)
    assert f"{bad / 'metrics.csv'}: missing" in capsys.readouterr().err
    assert '<span class="status unreadable">' in html and "b/four-rooms/bad/metrics.csv" in html
    assert html.count('<section class="run"') == 1 and "<script" not in html
    html = report(tmp_path, "--run", "bad", code=1)
    assert "b/four-rooms/bad/metrics.csv: missing" in html.split('id="run-1"')[1]
    assert main(["report", str(good), "--by", "seed"]) == 2
    assert "no experiment of several runs" in capsys.readouterr().err


def test_warning_is_on_the_page_and_the_code_is_one(run_folder, tmp_path, capsys):
    (run_folder / "fields.h5").write_bytes(b"no")
    assert main(["report", str(tmp_path)]) == 1
    assert f"{run_folder / 'fields.h5'}: not a whole HDF5 file" in capsys.readouterr().err
    html = (tmp_path / "report" / "report.html").read_text()
    assert "/fields.h5: not a whole HDF5 file" in html
    assert str(tmp_path) not in html


def test_help_and_usage(capsys):
    for arguments in (["--help"], ["report", "--help"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 0
        assert "exit codes:" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2


def test_symbols_get_real_indices():
    assert typeset("T_η(π_p,μ_{p−1})") == "T<sub>η</sub>(π<sub>p</sub>,μ<sub>p−1</sub>)"
    assert typeset("μ^{π_p} <b>") == "μ<sup>π<sub>p</sub></sup> &lt;b&gt;"
    assert typeset("max_s final_metrics") == "max<sub>s</sub> final_metrics"
