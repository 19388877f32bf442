"""Which parts of the test split are looked at."""

import pytest
from pydantic import ValidationError

from components.evaluator.config import EvaluationConfig


def test_class_group_and_metadata_are_always_there_once() -> None:
    keys = EvaluationConfig(slices=("group", "age")).keys(["age"])
    assert keys == [("label",), ("group",), ("meta_age:quartiles",)]


def test_a_cross_is_of_two_features() -> None:
    assert EvaluationConfig(slices=(("class", "group"),)).keys([])[-1] == ("label", "group")


def test_a_number_of_a_clip_has_the_configured_ranges_and_otherwise_the_usual_ones() -> None:
    keys = EvaluationConfig(slices=("duration", "fps"), ranges={"duration": (2.5,)}).keys([])
    assert keys[-2:] == [("duration:2.5",), ("fps:15,24,25,30,50,60",)]


def test_a_column_of_metadata_has_the_configured_ranges_and_otherwise_its_quartiles() -> None:
    evaluation = EvaluationConfig(slices=(("class", "age"),), ranges={"age": (18, 65)})
    assert evaluation.keys(["age", "mass"]) == [
        ("label",),
        ("group",),
        ("meta_age:18,65",),
        ("meta_mass:quartiles",),
        ("label", "meta_age:18,65"),
    ]


def test_what_cannot_be_sliced_by_is_named_with_what_can() -> None:
    with pytest.raises(
        ValueError, match="^slices: 'colour' cannot be sliced by; there are class, group, duration, .*, age$"
    ):
        EvaluationConfig(slices=("colour",)).keys(["age"])
    with pytest.raises(
        ValueError, match=r"^ranges: 'colour' is neither a number .*; there are duration, .*, motion, age$"
    ):
        EvaluationConfig(ranges={"colour": (1,)}).keys(["age"])


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"duration": [2, 1]}, "must ascend"),
        ({"fps": []}, "at least 1 item"),
    ],
)
def test_ranges_that_make_no_sense_are_refused(ranges: dict[str, list[float]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        EvaluationConfig(ranges=ranges)


def test_three_features_cannot_be_crossed() -> None:
    with pytest.raises(ValidationError):
        EvaluationConfig(slices=(("class", "group", "age"),))
