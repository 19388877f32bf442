"""The command line as a user meets it: exit codes and messages."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docs.generate.commands import commands
from models.export_info import ExportInfo
from pipeline.cli import app

REPOSITORY = Path(__file__).parents[2]
CONFIG = "output_dir: out\ndata: {annotations: data/annotations.csv, videos: data}\n"
HEAVY_MODULES = (
    "tensorflow", "tfx", "keras", "apache_beam", "ml_metadata", "cv2", "av", "boto3", "scipy.stats", "sklearn", "matplotlib",
    "faiss",
)  # fmt: skip


def python(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)


def clipgate(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return python("-m", "pipeline.cli", *arguments, cwd=cwd)


def message_of_wrong_input(done: "subprocess.CompletedProcess[str]") -> str:
    """What a failed command says on stderr, after it was checked for what all such messages have in common."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.startswith("wrong input: ")
    return done.stderr


@pytest.mark.parametrize("arguments", [["-h"], *([*name.split(), "--help"] for name in commands())])
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    program = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([name for name in {HEAVY_MODULES} if name in sys.modules], file=sys.stderr))\n"
        f"sys.argv[1:] = {arguments}\n"
        "from pipeline.cli import main\n"
        "main()\n"
    )
    done = python("-c", program, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "[]\n")
    assert "Usage" in done.stdout


def test_the_version_is_that_of_the_package() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.stdout) == (0, f"clipgate {importlib.metadata.version('clipgate')}\n")


@pytest.mark.parametrize("command", ["run", "report"])
def test_a_missing_configuration_is_named(tmp_path: Path, command: str) -> None:
    message = message_of_wrong_input(clipgate(command, "--config", "nowhere.yaml", cwd=tmp_path))
    assert message == "wrong input: nowhere.yaml: the configuration cannot be read: No such file or directory\n"


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"{CONFIG}model: {{num_frams: 3}}\n")
    message = message_of_wrong_input(clipgate("run", "--config", "config.yaml", cwd=tmp_path))
    assert message == "wrong input: config.yaml: model.num_frams: unknown key; did you mean num_frames?\n"
    assert not (tmp_path / "out").exists()


def test_run_without_the_videos_folder_names_the_key_and_the_folder(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    message = message_of_wrong_input(clipgate("run", "--config", "config.yaml", cwd=tmp_path))
    assert f"data.videos: {tmp_path}/data is not a folder" in message


def test_a_report_before_the_first_run_says_how_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    message = message_of_wrong_input(clipgate("report", "--config", "config.yaml", cwd=tmp_path))
    assert "clipgate run --config config.yaml" in message


def test_predict_on_a_missing_video_names_it(tmp_path: Path) -> None:
    ExportInfo(("a", "b"), {}, {}, "key").write(tmp_path / "models/1")
    (tmp_path / "models/1/saved_model.pb").write_bytes(b"")
    message = message_of_wrong_input(clipgate("predict", "nowhere.mp4", "--model", "models", cwd=tmp_path))
    assert message == "wrong input: nowhere.mp4 does not exist\n"


def test_predict_without_a_model_says_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    message = message_of_wrong_input(clipgate("predict", "video.mp4", "--model", "empty", cwd=tmp_path))
    assert message.startswith("wrong input: empty holds no model that clipgate pushed; expected a directory such as")


@pytest.mark.parametrize("arguments", [["run"], ["predict", "video.mp4"], ["unknown"]])
def test_wrong_usage_says_how_to_get_help(tmp_path: Path, arguments: list[str]) -> None:
    done = clipgate(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "--help" in done.stderr
