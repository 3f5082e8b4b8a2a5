"""Fixtures shared by all tests."""

import pytest
from synthetic import write_run

pytest.register_assert_rewrite("comparing", "pages")  # they check, too


@pytest.fixture
def run_folder(tmp_path):
    """Return the folder of one whole run below tmp_path / 'out'."""
    return write_run(tmp_path / "out")


@pytest.fixture
def no_figures(request, monkeypatch):
    """Leave figures out of the tests that look at numbers and words only."""
    if "figures" not in request.keywords:
        monkeypatch.setattr("throng_analysis.compare.draw", lambda grouping, question: [])
