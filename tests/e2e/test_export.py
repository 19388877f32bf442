"""clipgate export on a pushed model: the file and its card are all that a device needs for the labels of clipgate predict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.pushed import PushedRun
from tests.pipeline.commands.conftest import Done, run_clipgate


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    return run_clipgate(monkeypatch, capsys)


def test_a_device_gives_the_labels_of_predict(
    pushed_run: PushedRun, clipgate: Callable[..., Done], tmp_path: Path
) -> None:
    from serving.clients.device_client import classify, open_model, prepare, read_frames

    project, file = pushed_run.project, tmp_path / "action.tflite"
    done = clipgate("export", "--tflite", "--config", project.config_path, "--output", file)
    assert done.code == 0, done.err
    card = json.loads(Path(f"{file}.json").read_text())
    assert card["measured"]["clips"] == "test split" and card["measured"]["largest_difference"] <= 1e-4
    assert card["bytes"] == file.stat().st_size and "clips/s" in done.out

    video = project.folder / "data" / "videos" / "person_00.mp4"
    predicted = clipgate(
        "predict", video, "--end-seconds", 1, "-m", project.output_dir / "serving" / "action", "--json"
    )
    expected = json.loads(predicted.out)  # probabilities by class
    images = [prepare(image, card["preprocessing"]) for image in read_frames(video, card["preprocessing"], 0.0, 1.0)]
    probabilities = classify(open_model(file), card, images)
    assert max(probabilities, key=probabilities.__getitem__) == max(expected, key=expected.__getitem__)
