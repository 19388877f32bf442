"""clipgate export says what is wrong with its options before TensorFlow is loaded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.export_info import ExportInfo
from tests.pipeline.commands.conftest import Done


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "action" / "1"
    folder.mkdir(parents=True)
    ExportInfo(("a", "b"), {"network": "r2plus1d", "preset": "tiny"}, {}, "key").write(folder)
    (folder / "saved_model.pb").touch()
    return folder


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "one of --tflite and --onnx is needed"),
        (["--tflite", "--onnx"], "one of --tflite and --onnx is needed"),
        (["--onnx", "--int8"], "--int8 goes with --tflite"),
        (["--tflite"], "name the folder of a version"),
        (["--tflite", "{model}/nothing"], "does not exist"),
        (["--tflite", "s3://bucket/action"], "is not on this machine"),
        (["--tflite", "{model}", "-o", "{model}/a.onnx"], "has to end in .tflite"),
        (["--tflite", "{model}", "-o", "{model}/none/a.tflite"], "its folder does not exist"),
    ],
)
def test_a_mistake_in_the_options_is_named(
    clipgate: Callable[..., Done], model: Path, options: list[str], said: str
) -> None:
    done = clipgate("export", *(option.format(model=model) for option in options))
    assert done.code == 2
    assert said in done.err


def test_a_file_that_exists_is_kept(clipgate: Callable[..., Done], model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.tflite.json").write_text("a card")
    done = clipgate("export", "--tflite", model, "-o", tmp_path / "a.tflite")
    assert done.code == 2 and "exists already" in done.err


def test_a_network_that_needs_whole_clips_has_no_stream(
    clipgate: Callable[..., Done], model: Path, tmp_path: Path
) -> None:
    done = clipgate("export", "--tflite", "--stream", model, "-o", tmp_path / "a.tflite")
    assert done.code == 2 and "movinet" in done.err


def test_int8_without_clips_is_refused(clipgate: Callable[..., Done], model: Path, tmp_path: Path) -> None:
    done = clipgate("export", "--tflite", "--int8", model, "-o", tmp_path / "a.tflite")
    assert done.code == 2 and "--config" in done.err and "--examples" in done.err
    assert list(tmp_path.iterdir()) == [tmp_path / "action"]
