"""Labels of an endless video."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.export_info import ExportInfo
from models.labelling import Labelling
from pipeline.prediction.frames import TimedFrame
from pipeline.prediction.stream import NUM_STREAMS, Relay, StreamClassifier, changes
from tests.pipeline.commands.conftest import Done, run_clipgate

CLASSES = ("sit", "walk", "background")


@given(st.integers(1, 20), st.integers(1, 200))
def test_who_answers_has_seen_enough_but_not_everything(num_frames: int, length: int) -> None:
    relay, begun = Relay(num_frames), [0] * NUM_STREAMS
    for now in range(length):
        fresh, oldest = relay.advance()
        begun = [now if is_fresh else start for is_fresh, start in zip(fresh, begun, strict=True)]
        seen = now - begun[oldest] + 1
        assert seen == now + 1 - min(begun)
        assert min(num_frames, now + 1) - 1 <= seen <= 2 * num_frames + NUM_STREAMS


def test_changes_are_told_once() -> None:
    answers = iter([(0.9, 0.1, 0.0), (0.8, 0.2, 0.0), (0.4, 0.3, 0.3), (0.1, 0.1, 0.8), (0.1, 0.9, 0.0)])
    frames = [TimedFrame(float(second), np.zeros((2, 2, 3), np.uint8)) for second in range(5)]
    told = changes(frames, lambda _: np.array(next(answers), np.float32), Labelling(CLASSES), 0.5, "background")
    assert [(change.seconds, change.labels) for change in told] == [(0.0, ("sit",)), (2.0, ()), (4.0, ("walk",))]


def test_of_several_labels_a_change_of_any_is_told_and_another_order_is_none() -> None:
    answers = iter([(0.9, 0.6, 0.0), (0.6, 0.9, 0.0), (0.1, 0.7, 0.9), (0.3, 0.1, 0.1)])
    frames = [TimedFrame(float(second), np.zeros((2, 2, 3), np.uint8)) for second in range(4)]
    labelling = Labelling(CLASSES, (0.4, 0.5, 0.5))
    told = changes(frames, lambda _: np.array(next(answers), np.float32), labelling, 0.0, "background")
    assert [(change.seconds, change.labels) for change in told] == [(0.0, ("sit", "walk")), (2.0, ("walk",)), (3.0, ())]


NUM_FRAMES, HEIGHT, WIDTH = 4, 32, 40


@pytest.fixture(scope="module")
def causal_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pushed version of a small causal network with random weights: what a stream asks for, and the card."""
    import tensorflow as tf

    from models.config import ModelConfig
    from models.streaming import stream_signatures
    from tests.models.clips import causal_network
    from tests.models.networks.examples import randomize

    config = ModelConfig(
        network="movinet", preset="tiny", num_frames=NUM_FRAMES, height=HEIGHT, width=WIDTH, crop_margin=1.0
    )
    network = causal_network(config)
    randomize(network)
    module = tf.Module()
    module.network = network
    folder = tmp_path_factory.mktemp("action") / "1"
    signatures = stream_signatures(network, config, lambda probabilities: {"probabilities": probabilities})
    tf.saved_model.save(module, str(folder), signatures=signatures)
    durations = dict.fromkeys(CLASSES[:2], [0.7, 0.8, 0.9])
    sampling = {"num_frames": 8, "short_side": HEIGHT}
    ExportInfo(CLASSES, config.model_dump(mode="json"), sampling, "key", clip_seconds=durations).write(folder)
    return folder


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    """RGB: uint8 [9, height, width, 3]."""
    return np.random.default_rng(0).integers(0, 256, (9, HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def model(causal_model: Path) -> Any:
    """It, loaded."""
    import tensorflow as tf

    return tf.saved_model.load(str(causal_model))


@pytest.fixture(scope="module")
def expected(model: Any, frames: np.ndarray) -> np.ndarray:
    """After each frame the answer for the clip of all frames since the oldest state began: [9, classes]."""
    import tensorflow as tf

    relay, begun, answers = Relay(NUM_FRAMES), [0] * 4, []
    for now in range(len(frames)):
        fresh, oldest = relay.advance()
        begun = [now if is_fresh else start for is_fresh, start in zip(fresh, begun, strict=True)]
        state = model.signatures["stream_init"](num_streams=tf.constant(1))
        clip = frames[np.newaxis, begun[oldest] : now + 1]
        answers.append(model.signatures["stream_step"](frames=tf.constant(clip), **state)["probabilities"][0])
    return np.array(answers)


def test_the_answer_is_that_of_a_clip_of_the_frames_since_the_oldest_state_began(
    model: Any, frames: np.ndarray, expected: np.ndarray
) -> None:
    stream = StreamClassifier(
        model.signatures["stream_init"], model.signatures["stream_step"], NUM_FRAMES, short_side=HEIGHT
    )
    answers = [stream.add(np.ascontiguousarray(image[..., ::-1])) for image in frames]
    np.testing.assert_allclose(answers, expected, atol=1e-4)


def test_standard_input_is_followed_at_the_pace_of_the_training(
    causal_model: Path,
    frames: np.ndarray,
    expected: np.ndarray,
    clipgate: Callable[..., Done],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Four frames in 0.8 seconds are five a second: of a stream of ten, each second frame.
    twice = np.repeat(frames, 2, axis=0)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(twice.tobytes())))
    size = f"{WIDTH}x{HEIGHT}"
    done = clipgate(
        "predict", "-", "-m", causal_model.parent, "--frame-size", size, "--fps", 10, "--threshold", 0.2, "--json"
    )
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    labels = [CLASSES[best] if CLASSES[best] != "background" else None for best in expected.argmax(axis=1)]
    changed = [index for index in range(9) if index == 0 or labels[index] != labels[index - 1]]
    assert [(line["seconds"], line["label"]) for line in lines] == [(index / 5, labels[index]) for index in changed]
    for line, index in zip(lines, changed, strict=True):
        assert list(line["probabilities"].values()) == pytest.approx(expected[index].tolist(), abs=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--frame-size", "40by32"], "--frame-size: expected WIDTHxHEIGHT such as 640x480; found '40by32'"),
        (["--background", "nothing"], "--background: the model has no class 'nothing'"),
        (["--start-seconds", "1"], "--start-seconds belongs to clips, not to streams"),
    ],
)
def test_wrong_options_of_a_stream_are_named(
    causal_model: Path, clipgate: Callable[..., Done], options: list[str], message: str
) -> None:
    done = clipgate("predict", "-", "-m", causal_model, *options)
    assert done.code == 2
    assert message in done.err


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    return run_clipgate(monkeypatch, capsys)
