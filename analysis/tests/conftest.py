"""Fixtures shared by all tests."""

import pytest
from synthetic import write_run


@pytest.fixture
def run_folder(tmp_path):
    """Return the folder of one whole run below tmp_path / 'out'."""
    return write_run(tmp_path / "out")
