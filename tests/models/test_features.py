"""Examples as bytes."""

from typing import Any

import pytest
import tensorflow as tf

from models import features


def parsed(serialized: bytes) -> dict[str, list[Any]]:
    example = tf.train.Example.FromString(serialized)
    return {
        name: list(getattr(feature, feature.WhichOneof("kind")).value)
        for name, feature in example.features.feature.items()
    }


def test_text_and_bytes_become_bytes_and_numbers_floats() -> None:
    example = parsed(
        features.make_example({"label": ["sit", "тест"], "frames": [b"\xff\xd8"], "fps": [25], "x": [0.5]})
    )
    assert example == {
        "label": [b"sit", "тест".encode()],
        "frames": [b"\xff\xd8"],
        "fps": [25.0],
        "x": [0.5],
    }


def test_the_same_values_give_the_same_bytes_in_whatever_order_they_come() -> None:
    values = {name: [float(i)] for i, name in enumerate(features.FLOAT_FEATURES)}
    assert features.make_example(values) == features.make_example(dict(reversed(values.items())))


@pytest.mark.parametrize("num_frames", [1, 24])
def test_every_feature_has_a_length(num_frames: int) -> None:
    lengths = features.feature_lengths(num_frames)
    assert lengths[features.FRAMES] == lengths[features.FRAME_SECONDS] == lengths[features.BOX_VALID] == num_frames
    assert lengths[features.BOXES] == 4 * num_frames
    assert all(lengths[name] == 1 for name in (*features.BYTES_FEATURES, *features.FLOAT_FEATURES))
    # Keras allows no slash in the name of an input.
    assert not any("/" in name for name in lengths)
