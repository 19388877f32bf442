"""clipgate worker needs to be told what it takes part in."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.pipeline.commands.conftest import Done


def configure(folder: Path, distribution: str) -> Path:
    path = folder / "config.yaml"
    data = {"annotations": "annotations.csv", "videos": "videos"}
    path.write_text(yaml.safe_dump({"output_dir": "out", "data": data, "training": {"distribution": distribution}}))
    return path


def test_a_training_on_one_machine_has_no_workers(clipgate: Callable[..., Done], tmp_path: Path) -> None:
    alone = clipgate("worker", "--config", configure(tmp_path, "none"))
    assert alone.code == 2
    assert "training.distribution is none; only multi_worker has workers to start" in alone.err


def test_workers_need_to_be_told_who_they_are(
    clipgate: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    nameless = clipgate("worker", "--config", configure(tmp_path, "multi_worker"))
    assert nameless.code == 2
    assert "needs the environment variable TF_CONFIG" in nameless.err
