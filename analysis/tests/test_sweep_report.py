"""What the page about many runs holds."""

import re
import shutil

import pytest
from pages import Page, data, report
from sweeps import Made, each, grid, locked, write_checksums
from sweeps import write_experiment as write
from synthetic import four_rooms_walls, write_fields

from throng_analysis.cli import main
from throng_analysis.report import MOST_SECTIONS


def sweep(tmp_path, etas=(0.1, 0.5, 1.0), seeds=range(1, 6)):
    axes = grid(solver__eta=etas, solver__beta=[0.1, 0.2], seed=seeds)
    return each(axes, lambda axes: [9.0, axes["solver.eta"] * axes["seed"]])


def test_several_runs_have_tables_and_up_to_twelve_have_a_section_each(tmp_path):
    few = write(tmp_path / "few", each(grid(seed=range(MOST_SECTIONS)), lambda axes: [2.0, 1.0]))
    html = report(few)
    assert html.count('<section class="run"') == MOST_SECTIONS
    assert len(data(html, "runs-0")) == MOST_SECTIONS and len(data(html, "groups-0")) == 1
    more = each(grid(seed=range(MOST_SECTIONS + 1)), lambda axes: [2.0, 1.0])
    html = report(write(tmp_path / "more", more))
    assert html.count('<section class="run"') == 0
    html = report(write(tmp_path / "one", [Made({"seed": 1})]))
    assert html.count('<section class="run"') == 1 and "<script" not in html


def test_every_run_is_in_the_table(tmp_path, capsys):
    runs = sweep(tmp_path)
    for run, status in zip(runs, ("failed", "missing", "interrupted", "running"), strict=False):
        run.status = status
    runs[0].reason = "no memory: </script><b>"
    runs[5].provenance = {"commit": "0000000"}
    folder = write(tmp_path, runs)
    with locked(runs[3].folder / "lock"):
        html = report(folder, code=1)
    assert "4 runs of 30 without a result: means are over the others" in capsys.readouterr().err
    rows = data(html, "runs-0")
    assert [row["run"] for row in rows] == [run.run_id for run in runs]
    assert [row["status"] for row in rows[:5]] == [
        "failed",
        "missing",
        "interrupted",
        "running",
        "converged",
    ]
    assert rows[0]["reason"] == "no memory: </script><b>" and "<b>" not in html
    assert rows[5]["remark"] == "stale" and rows[4]["remark"] is None
    for row, run in zip(rows, runs, strict=True):
        assert (row["solver.eta"], row["solver.beta.value"], row["seed"]) == tuple(
            run.axes[key] for key in ("solver.eta", "solver.beta", "seed")
        )
        if row["status"] == "converged":
            assert row["final.exploitability"] == pytest.approx(run.values[-1], rel=1e-5)
            assert row["best.exploitability.iteration"] == 1
    assert "30 runs: converged 26, failed 1, running 1, interrupted 1, missing 1." in html
    assert "1 result of another version or commit" in html
    assert "launches" not in rows[0] and "final.quality" not in rows[0]


def test_runs_without_known_parameters_are_in_the_table_of_runs_alone(tmp_path):
    runs = sweep(tmp_path)
    runs.append(Made({"solver.eta": 7, "seed": 1}, "interrupted", planned=False))
    html = report(write(tmp_path, runs), code=1)
    assert len(data(html, "groups-0")) == 6
    row = data(html, "runs-0")[-1]
    assert (row["run"], row["status"], row["group"]) == (runs[-1].run_id, "interrupted", None)
    assert "1 run without a setting" in html and "no η" not in html
    runs = [Made({"seed": seed}, "interrupted", planned=False) for seed in (1, 2)]
    html = report(write(tmp_path, runs, name="none"), code=1)
    assert "No run that ended well has a metric." in html


def test_a_setting_whose_course_jumps_has_a_star_and_stands_by_its_last_tenth(tmp_path):
    ends = {0.1: [9.0, 9.0, 0.0], 0.5: [9.0, 8.0, 8.0], 1.0: [9.0, 9.0, 9.0]}
    ends = {eta: [9.0] * 30 + end for eta, end in ends.items()}
    axes = grid(solver__eta=ends, seed=[1, 2])
    html = report(write(tmp_path, each(axes, lambda axes: ends[axes["solver.eta"]])))
    rows = data(html, "groups-0")
    assert [(row["solver.eta"], row["*"]) for row in rows] == [(0.1, "*"), (0.5, None), (1, None)]
    assert rows[0]["late"] == 6.75
    ends[0.5][-4:] = [6.0] * 4
    folder = write(tmp_path / "more", each(axes, lambda axes: ends[axes["solver.eta"]]))
    assert [row["solver.eta"] for row in data(report(folder), "groups-0")] == [0.5, 0.1, 1]


def test_an_experiment_of_one_run_has_no_means(tmp_path, capsys):
    write(tmp_path, sweep(tmp_path))
    write(tmp_path, [Made({"seed": 1})], name="alone")
    html = report(tmp_path).split('id="experiment-')[1]
    alone = html if ">alone<" in html else report(tmp_path).split('id="experiment-')[2]
    assert "<h3>The run</h3>" in alone and "The run: its last and best" in alone
    assert "single seed" not in alone and "Means" not in alone and "1 run," not in alone
    runs = each(grid(seed=[1, 2]), lambda axes: [1.0])
    for run in runs:
        run.status = "failed"
    report(write(tmp_path, runs, name="bad"), code=1)
    assert "no run of 2 has a result, so there are no means" in capsys.readouterr().err


def test_heads_of_columns_say_what_they_are(tmp_path):
    html = report(write(tmp_path, sweep(tmp_path)))
    titles = {one["title"] for one in Page(html).all("th") if "title" in one}
    assert any("runs in the table below" in title for title in titles)
    assert any("number of the setting" in title for title in titles)


def test_what_came_out_is_printed(tmp_path, capsys):
    report(write(tmp_path, sweep(tmp_path)))
    words = "grid: of 6 settings η = 0.1, β = 0.1 ends lowest: exploitability 0.3 at the end, "
    assert f"{words}arithmetic mean of 5 runs\n" in capsys.readouterr().out
    report(write(tmp_path, [Made({"seed": 1}, reason="small enough")], name="one"))
    words = "converged (small enough) at iteration 2, exploitability 0.5\n"
    assert words in capsys.readouterr().out


def test_every_setting_is_in_the_table_of_means(tmp_path):
    folder = write(tmp_path, sweep(tmp_path))
    html = report(folder)
    rows = data(html, "groups-0")
    assert len(rows) == 6
    assert [row["mean"] for row in rows] == sorted(row["mean"] for row in rows)
    (row,) = (r for r in rows if (r["solver.eta"], r["solver.beta.value"]) == (0.5, 0.2))
    assert (row["runs"], row["good"], row["mean"], row["median"]) == (5, 5, 1.5, 1.5)
    assert row["late"] == row["mean"]  # of two rows the last
    half = 2.776445 * (0.5 * 2.5**0.5) / 5**0.5
    assert (row["low"], row["high"]) == pytest.approx((1.5 - half, 1.5 + half), rel=1e-5)
    of_it = [r for r in data(html, "runs-0") if f"group={r['group']}" == row["show"]]
    assert [(r["solver.eta"], r["solver.beta.value"]) for r in of_it] == [(0.5, 0.2)] * 5


def test_the_page_needs_nothing_else_and_has_no_picture_of_a_run(tmp_path):
    html = report(write(tmp_path, sweep(tmp_path)))
    assert not re.search(r"https?:|//|@import|url\(", re.sub(r"base64,[^\"]*", "", html))
    page = Page(html)
    assert not page.all("link") and all("src" not in one for one in page.all("script"))
    assert len(page.all("img")) == 3
    names = {path.name for path in (tmp_path / "grid" / "report").rglob("*.png")}
    assert names == {
        "curves_exploitability_iteration.png",
        "curves_exploitability_seconds.png",
        "heat_exploitability.png",
    }
    assert html.count("<tbody>") == 3
    assert "<td" in html.split('id="runs-0"')[1].split("</tbody>")[0]


def test_a_run_that_is_wanted_has_a_section(tmp_path, capsys):
    runs = sweep(tmp_path)
    folder = write(tmp_path, runs)
    write_fields(runs[3].folder / "fields.h5", four_rooms_walls(11))
    write_checksums(runs[3].folder)
    html = report(folder, "--run", runs[3].run_id, "--run", runs[7].run_id[-9:])
    ids = re.findall(r'<section class="run" id="run-0-(.*?)">', html)
    assert ids == [runs[3].run_id, runs[7].run_id]
    assert "Mean field" in html
    assert main(["report", str(folder), "--run", "seed1"]) == 2
    assert "--run seed1: 6 runs with a folder below" in capsys.readouterr().err
    assert main(["report", str(folder), "--run", "nobody"]) == 2
    assert "--run nobody: no runs" in capsys.readouterr().err


def test_among_few_runs_only_those_wanted_have_sections(tmp_path):
    runs = each(grid(seed=[1, 2, 3]), lambda axes: [2.0, 1.0])
    runs[2].status = "missing"
    html = report(write(tmp_path, runs), "--run", runs[1].run_id, code=1)
    assert html.count('<section class="run"') == 1
    assert [row["run"] for row in data(html, "runs-0")] == [run.run_id for run in runs]
    assert "3 runs: converged 2, missing 1." in html
    page = Page(html)
    anchors = {attrs.get("id") for _, attrs in page.tags}
    assert all(link["href"].removeprefix("#") in anchors for link in page.all("a"))


def test_a_damaged_run_has_a_section_that_says_so(tmp_path, capsys):
    runs = each(grid(seed=[1, 2]), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    (runs[0].folder / "run.json").write_text("{}")
    html = report(folder, "--run", runs[0].run_id, code=1)
    section = html.split(f'<section class="run" id="run-0-{runs[0].run_id}">')[1]
    assert '<span class="status damaged">' in section and "run.json: damaged" in section
    assert html.count('<section class="run"') == 1 and str(tmp_path) not in html
    assert capsys.readouterr().err.count("run.json: damaged") == 1


def test_equal_runs_of_two_experiments_are_told_apart(tmp_path, capsys):
    runs = each(grid(seed=[1, 2]), lambda axes: [2.0, 1.0])
    first = write(tmp_path / "first", runs)
    others = each(grid(seed=[1, 2]), lambda axes: [4.0, 3.0])
    for place in ("second", "third"):
        write(tmp_path / place, others, "grid")
    (tmp_path / "third" / "grid").rename(tmp_path / "third" / "copy")
    run_id = runs[0].run_id
    assert others[0].run_id == run_id
    html = report(tmp_path, "--run", f"second/grid/{run_id}")
    assert re.findall(r'<section class="run" id="(.*?)">', html) == [f"run-1-{run_id}"]
    for place in ("first/grid", "second/grid", "third/copy"):
        assert f'<h2>grid <span class="muted">in {place}</span></h2>' in html
    assert main(["report", str(tmp_path), "--run", run_id]) == 2
    message = capsys.readouterr().err
    assert f"3 runs with a folder below {tmp_path}" in message
    assert f"first/grid/{run_id}, second/grid/{run_id}, third/copy/{run_id}" in message
    html = report(tmp_path)
    anchors = re.findall(r'<section class="run" id="(.*?)">', html)
    assert len(set(anchors)) == 6 and "<h2>grid</h2>" not in html
    assert re.findall(r'<td class="run"><a href="#(.*?)">', html) == anchors
    assert "<h2>grid</h2>" in report(first)
    assert '<h2>grid <span class="muted">in copy</span></h2>' in report(tmp_path / "third" / "copy")


def test_a_rerun_beside_a_result_has_a_section_too(tmp_path):
    runs = each(grid(seed=[1, 2]), lambda axes: [2.0, 1.0])
    folder = write(tmp_path, runs)
    shutil.copytree(runs[0].folder, folder / f"{runs[0].run_id}.failed")
    html = report(folder)
    anchors = re.findall(r'<section class="run" id="run-0-(.*?)">', html)
    assert anchors == [runs[0].run_id, f"{runs[0].run_id}.failed", runs[1].run_id]
    assert f"grid / {runs[0].run_id} (failed rerun)" in html
    assert data(html, "runs-0")[0]["remark"] == "beside it: converged"


def test_a_report_takes_the_questions_of_compare(tmp_path, capsys):
    runs = sweep(tmp_path)
    runs[-1].planned = False
    folder = write(tmp_path, runs)
    asked = ["--by", "solver.eta", "--metric", "mu_pi_delta", "--mean", "geometric", "--planned"]
    html = report(folder, *asked)
    rows = data(html, "groups-0")
    assert [row["solver.eta"] for row in rows] == [0.1, 0.5, 1.0]
    assert [row["runs"] for row in rows] == [10, 10, 9]
    assert rows[0]["mean"] == pytest.approx(0.1 * 120**0.2 / 7, rel=1e-5)
    assert "<h3>Means over seed, and within each seed over solver.beta.value</h3>" in html
    runs_shown = data(html, "runs-0")
    assert len(runs_shown) == 29 and {row["solver.beta.value"] for row in runs_shown} == {0.1, 0.2}
    names = {path.name for path in (folder / "report" / "figures").glob("*.png")}
    assert "curves_mu_pi_delta_iteration.png" in names
    html = report(folder, "--axes", "solver.beta", "solver.eta")
    assert "exploitability over solver.beta.value and solver.eta" in html
    for options, words in (
        (["--by", "solver.etta"], f"{folder}: solver.etta: no run has this parameter"),
        (["--axes", "solver.eta", "solver.eta"], "--axes solver.eta solver.eta: "),
        (["--metric", "quality"], "no run that ended well has a value of quality"),
        (["--metric", "nothing"], "--metric nothing: no such metric"),
    ):
        assert main(["report", str(folder), "--out", str(tmp_path / "none"), *options]) == 2
        assert words in capsys.readouterr().err
        assert not (tmp_path / "none").exists()


def test_an_experiment_without_runs_is_a_part_too(tmp_path):
    folder = write(tmp_path, each(grid(seed=[1, 2]), lambda axes: [2.0]), name="a")
    write(tmp_path, [], name="b")
    html = report(tmp_path)
    assert html.count('<section class="sweep"') == 2 and data(html, "runs-1") == []
    assert "2 runs: converged 2." in html and folder.exists()


def test_a_report_twice_counts_the_same_runs(tmp_path):
    runs = sweep(tmp_path)
    runs[0].status = "failed"
    write(tmp_path, runs)
    for _ in range(2):
        html = report(tmp_path, "--run", runs[0].run_id, code=1)
        assert "30 runs: converged 29, failed 1." in html


def test_damaged_runs_are_said_and_paths_are_short(tmp_path, capsys):
    runs = sweep(tmp_path)
    folder = write(tmp_path, runs)
    (runs[0].folder / "run.json").write_text("{}")
    html = report(folder, code=1)
    assert f"{runs[0].folder}: run.json: damaged" in capsys.readouterr().err
    assert data(html, "runs-0")[0]["status"] == "damaged"
    assert str(tmp_path) not in html


def test_several_experiments_have_a_part_each(tmp_path):
    write(tmp_path, sweep(tmp_path), name="a")
    write(tmp_path, each(grid(seed=[1, 2]), lambda axes: [2.0]), name="b")
    html = report(tmp_path)
    assert len(data(html, "runs-0")) == 30 and len(data(html, "runs-1")) == 2
    assert html.count('<section class="sweep"') == 2
    assert (tmp_path / "report/figures/a/heat_exploitability.png").exists()


def test_a_sweep_of_which_nothing_ended_well_is_a_page_too(tmp_path):
    folder = write(tmp_path, [Made({"seed": seed}, "missing") for seed in range(20)])
    html = report(folder, code=1)
    assert "20 runs: missing 20." in html and "No run that ended well has a metric." in html
    assert len(data(html, "runs-0")) == 20


def test_another_metric_takes_the_place_of_one_that_was_not_measured(tmp_path):
    runs = each(grid(seed=range(20)), lambda axes: [2.0, 1.0 + axes["seed"]])
    folder = write(tmp_path, runs)
    for run in runs:
        for name in ("metrics.csv", "run.json"):
            path = run.folder / name
            content = path.read_text()
            if name == "metrics.csv":
                content = content.replace("exploitability,regularised", "q,regularised", 1)
                content = content.replace("quality,", "exploitability,", 1)
                content = content.replace("q,regularised", "quality,regularised", 1)
            else:
                content = content.replace('"exploitability"', '"quality_"')
                content = content.replace('"quality"', '"exploitability"')
                content = content.replace('"quality_"', '"quality"')
            path.write_text(content)
        write_checksums(run.folder)
    (row,) = data(report(folder), "groups-0")
    assert row["mean"] == 10.5
