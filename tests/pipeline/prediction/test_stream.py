"""Labels of an endless video."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.prediction.frames import TimedFrame
from pipeline.prediction.stream import Relay, StreamClassifier, changes

CLASSES = ("sit", "walk", "background")


@given(st.integers(1, 20), st.integers(2, 6), st.integers(1, 200))
def test_who_answers_has_seen_enough_but_not_everything(num_frames: int, num_streams: int, length: int) -> None:
    relay = Relay(num_frames, num_streams)
    begun = [0] * num_streams
    for now in range(length):
        fresh, oldest = relay.advance()
        begun = [now if is_fresh else start for is_fresh, start in zip(fresh, begun, strict=True)]
        seen = now - begun[oldest] + 1
        assert seen == now + 1 - min(begun)
        assert min(num_frames, now + 1) - 1 <= seen <= 2 * num_frames + num_streams


def test_changes_are_told_once() -> None:
    answers = iter([(0.9, 0.1, 0.0), (0.8, 0.2, 0.0), (0.4, 0.3, 0.3), (0.1, 0.1, 0.8), (0.1, 0.9, 0.0)])
    frames = [TimedFrame(float(second), np.zeros((2, 2, 3), np.uint8)) for second in range(5)]
    told = changes(frames, lambda _: np.array(next(answers), np.float32), CLASSES, 0.5, "background")
    assert [(change.seconds, change.label) for change in told] == [(0.0, "sit"), (2.0, None), (4.0, "walk")]


@pytest.fixture(scope="module")
def num_frames() -> int:
    return 4


def test_the_answer_is_that_of_a_clip_of_the_frames_since_the_oldest_state_began(num_frames: int) -> None:
    import keras
    import tensorflow as tf

    from models.config import ModelConfig
    from models.networks.build import build_network
    from models.streaming import stream_signatures
    from tests.models.networks.examples import randomize

    keras.utils.set_random_seed(0)
    config = ModelConfig(
        network="movinet", preset="tiny", num_frames=num_frames, height=32, width=40, crop_margin=1.0, resize="stretch"
    )
    network = build_network(config, num_classes=3, dropout=0.0)
    randomize(network)
    signatures = stream_signatures(network, config, lambda probabilities: {"probabilities": probabilities})
    stream = StreamClassifier(
        signatures["stream_init"], lambda **inputs: signatures["stream_step"](inputs), num_frames, short_side=32
    )
    frames = np.random.default_rng(0).integers(0, 256, (9, 32, 40, 3), dtype=np.uint8)
    relay = Relay(num_frames)
    begun = [0] * 4
    for now, image in enumerate(frames):
        answer = stream.add(image)
        fresh, oldest = relay.advance()
        begun = [now if is_fresh else start for is_fresh, start in zip(fresh, begun, strict=True)]
        state = signatures["stream_init"](num_streams=tf.constant(1))
        clip = np.ascontiguousarray(frames[np.newaxis, begun[oldest] : now + 1, ..., ::-1])
        expected = signatures["stream_step"]({"frames": tf.constant(clip), **state})["probabilities"][0]
        np.testing.assert_allclose(answer, expected, atol=1e-4)
