"""A file and the SavedModel that it was made from, asked about the same clips."""

import numpy as np
import pytest

from models.config import ModelConfig
from models.devices.files import PROBABILITIES
from models.labelling import Labelling
from pipeline.devices.asking import Ask, compare
from pipeline.devices.clips import LabelledClip

CONFIG = ModelConfig(num_frames=1, height=32, width=32)
CLASSES = ("walk", "jump")
SEVERAL = Labelling(CLASSES, (0.5, 0.25))


def always(*probabilities: float) -> Ask:
    return lambda _: {PROBABILITIES: np.array([probabilities], np.float32)}


def clip(*labels: str) -> LabelledClip:
    return LabelledClip(np.zeros((1, 32, 32, 3), np.uint8), frozenset(labels))


def test_several_labels_are_right_only_together() -> None:
    clips = [clip("walk", "jump"), clip("jump"), clip("jump", "fly"), clip("walk")]
    found = compare(always(0.25, 0.5), always(0.75, 0.5), clips, SEVERAL, CONFIG)
    assert (found.same_labels, found.accuracy, found.saved_model_accuracy) == (0.0, 0.5, 0.25)
    assert found.largest_difference == pytest.approx(0.5)


def test_one_label_is_right_if_it_is_that_of_the_clip() -> None:
    clips = [clip("walk"), clip("jump"), clip("fly"), clip("walk")]
    found = compare(always(0.75, 0.25), always(0.5, 0.25), clips, Labelling(CLASSES), CONFIG)
    assert (found.same_labels, found.accuracy, found.saved_model_accuracy) == (1.0, 0.5, 0.5)


def test_clips_without_labels_have_no_accuracy() -> None:
    assert compare(always(0.75, 0.25), always(0.75, 0.25), [clip()], SEVERAL, CONFIG).accuracy is None


def test_what_is_not_known_of_a_clip_is_neither_right_nor_wrong() -> None:
    clips = [clip("jump")._replace(known_labels=frozenset(known)) for known in (("jump",), ("jump", "walk"))]
    assert compare(always(0.75, 0.5), always(0.25, 0.5), clips, SEVERAL, CONFIG)[3:] == (0.5, 1.0)
