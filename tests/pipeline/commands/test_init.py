"""From videos to a configuration that runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from examples.demo_data import generate
from pipeline.config import load_config
from tests.e2e.project import environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with demo data, and a configuration that was made of it."""
    folder = tmp_path_factory.mktemp("init")
    generate(folder / "data", num_people=8)
    return folder


def init(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pipeline.cli", "init", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


def test_what_is_there_becomes_a_configuration_that_says_how_long_it_takes(folder: Path) -> None:
    result = init(folder, "data", "--minutes", "0.1")
    assert result.returncode == 0, result.stderr
    assert "classes: 6, from 8 clips" in result.stdout and "groups: 8\n" in result.stdout
    chosen = re.search(r"training: (\w+) (\w+) of (\d+) frames of .* epochs of .* on this machine", result.stdout)
    assert chosen, result.stdout
    assert "clipgate run config.yaml" in result.stdout
    text = (folder / "config.yaml").read_text()
    assert str(folder) not in text, "a folder that is moved still runs"
    config = load_config(folder / "config.yaml")
    assert config.data.annotations == str(folder / "data" / "annotations.csv")
    assert config.gates.certainty is None, "so few clips show nothing with certainty"
    assert chosen.groups() == (config.model.network, config.model.preset, str(config.model.num_frames))
    assert config.sampling.short_side == config.model.clip_height
    again = init(folder, "data")
    assert again.returncode == 2 and "config.yaml exists already" in again.stderr


def test_check_says_how_long_the_training_of_a_configuration_takes(folder: Path) -> None:
    values = ("network=r2plus1d", "preset=tiny", "num_frames=4", "height=32", "width=32")
    small = [*(f"--set=model.{value}" for value in values), "--set=training.epochs=3"]
    command = [sys.executable, "-m", "pipeline.cli", "check", "config.yaml", "--time", *small]
    result = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("training r2plus1d tiny, "))
    assert re.fullmatch(r"training r2plus1d tiny, \d+ clips, 3 epochs: about \d+ s on this machine", line)
