"""When a file for devices is as good as its model, and what its card says."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.devices.card import DeviceCard, Measured, Source, card_of, objection, state_of

MEASURED = Measured(
    num_clips=50,
    clips="test split",
    largest_difference=1e-6,
    same_labels=1.0,
    accuracy=0.9,
    saved_model_accuracy=0.92,
    clips_per_second=10.0,
    saved_model_clips_per_second=8.0,
)
CARD = DeviceCard(
    file="action-1.tflite",
    kind="tflite",
    precision="float32",
    bytes=10,
    sha256="00",
    source=Source("1", "11", "key"),
    network="movinet (tiny)",
    classes=("walk", "jump"),
    input={},
    state=(),
    outputs={},
    preprocessing={},
    measured=MEASURED,
)


def test_floats_must_be_those_of_the_model_whatever_the_accuracy() -> None:
    assert objection(CARD, 0.0) == ""
    worse = replace(CARD, measured=replace(MEASURED, largest_difference=2e-4))
    assert "up to 0.0002 on 50 clips; the bar is 0.0001" in objection(worse, 1.0)


def test_an_answer_that_is_no_number_is_a_difference() -> None:
    assert objection(replace(CARD, measured=replace(MEASURED, largest_difference=float("inf"))), 1.0)


def test_int8_may_cost_as_much_accuracy_as_was_said_and_no_more() -> None:
    int8 = replace(CARD, precision="int8", measured=replace(MEASURED, largest_difference=0.3))
    assert objection(int8, 0.0201) == ""
    assert "0.900 on 50 test clips, and the SavedModel's 0.920" in objection(int8, 0.01)


def test_the_card_is_json_and_lies_beside_the_file() -> None:
    assert json.loads(CARD.to_json())["measured"]["accuracy"] == 0.9
    assert card_of(Path("a/action-1.tflite")) == Path("a/action-1.tflite.json")


def test_thresholds_are_in_the_card_only_where_clips_may_have_several_labels() -> None:
    assert "thresholds" not in json.loads(CARD.to_json())
    assert json.loads(replace(CARD, thresholds={"walk": 0.5, "jump": 0.3}).to_json())["thresholds"]["jump"] == 0.3


def test_a_state_has_the_names_to_send_and_to_read() -> None:
    (tensor,) = state_of({"head_mean": np.zeros((1, 8), np.float32)})
    assert tensor == {"name": "head_mean", "next": "next_head_mean", "shape": [1, 8], "dtype": "float32"}
