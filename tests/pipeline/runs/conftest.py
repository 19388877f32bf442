"""The runs that the tests look at; to change anything, copy the folder."""

from pathlib import Path

import pytest

from tests.once import made_once
from tests.pipeline.runs.five_runs import play


@pytest.fixture(scope="session")
def five_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project folder of five runs, with their configuration."""
    return made_once(tmp_path_factory, "five-runs", lambda folder: play(folder / "project").folder)
