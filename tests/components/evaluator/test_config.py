"""Which parts of the test split are looked at."""

import pytest
from pydantic import ValidationError

from components.evaluator.config import EDGES, NUMERIC_FEATURES, EvaluationConfig, range_value

CLIP = dict(zip(NUMERIC_FEATURES, (3.0, 5.0, 640.0, 480.0, 29.97, 0.5, 0.03), strict=True))


def test_class_group_and_metadata_are_always_there_once() -> None:
    keys = EvaluationConfig(slices=("group", "age")).keys(["age"])
    assert keys == [("label",), ("group",), ("range_age",)]


def test_a_cross_is_of_two_features() -> None:
    assert EvaluationConfig(slices=(("class", "age"),)).keys(["age"])[-1] == ("label", "range_age")


def test_a_number_of_a_clip_has_the_configured_ranges_and_otherwise_the_usual_ones() -> None:
    keys = EvaluationConfig(slices=("duration", "fps"), ranges={"duration": (2.5,)}).keys([])
    assert keys[-2:] == [("duration:2.5",), ("fps:15,24,25,30,50,60",)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("duration:1,2,4", "above 1 up to 2"),
        ("size:240,480", "above 240 up to 480"),  # of the shorter side
        ("fps:24,25,30", "above 25 up to 30"),
        ("brightness:0.2,0.4", "above 0.4"),
        ("motion:0.05,0.1", "up to 0.05"),
        ("group", None),
    ],
)
def test_the_range_of_a_clip_is_told_in_words(key: str, value: str | None) -> None:
    assert range_value(key, CLIP) == value


def test_a_clip_of_two_seconds_is_one_though_its_times_are_stored_in_single_precision() -> None:
    times = {"start_seconds": 4.099999904632568, "end_seconds": 6.100000381469727}
    assert range_value("duration:2", CLIP | times) == "up to 2"


def test_every_number_has_ranges() -> None:
    keys = EvaluationConfig(slices=tuple(EDGES)).keys([])
    assert all(range_value(key, CLIP) for (key,) in keys[2:])


def test_what_cannot_be_sliced_by_is_named_with_what_can() -> None:
    with pytest.raises(ValueError, match="'colour' cannot be sliced by; there are class, group, duration, .*, age"):
        EvaluationConfig(slices=("colour",)).keys(["age"])


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"duration": [2, 1]}, "must ascend"),
        ({"colour": [1]}, "'colour' is no number of a clip"),
        ({"fps": []}, "at least 1 item"),
    ],
)
def test_ranges_that_make_no_sense_are_refused(ranges: dict[str, list[float]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        EvaluationConfig(ranges=ranges)


def test_three_features_cannot_be_crossed() -> None:
    with pytest.raises(ValidationError):
        EvaluationConfig(slices=(("class", "group", "age"),))
