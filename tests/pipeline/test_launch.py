"""What is found wrong before the process of a run is started."""

from pathlib import Path

import pytest
from rich.console import Console

from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.launch import run_pipeline


def test_an_output_directory_that_is_an_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = Config.model_validate({"output_dir": "s3://bucket/run", "data": {"annotations": "a.csv", "videos": "."}})
    with pytest.raises(
        UserError, match="output_dir: s3://bucket/run is an address; .* keeps its artifacts in a folder"
    ):
        run_pipeline(tmp_path / "config.yaml", config, Console())
    assert not list(tmp_path.iterdir())
