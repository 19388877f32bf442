"""Thresholds of the command line."""

import pytest

from foundation.messages.errors import UserError
from models.labelling import Labelling
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.segments import Levels
from pipeline.prediction.thresholds import (
    Thresholds,
    choose_labelling,
    choose_rules,
    parse_thresholds,
    require_several,
)

ONE, SEVERAL = Labelling(("walk", "a=b")), Labelling(("walk", "a=b"), (0.5, 0.75))


def test_numbers_are_for_all_and_others_for_a_class() -> None:
    assert parse_thresholds(["0.3", "a=b=0.9", "0.4"], 0.2) == Thresholds(0.4, {"a=b": 0.9}, 0.2)
    assert parse_thresholds([]) == Thresholds()


@pytest.mark.parametrize(
    ("text", "message"), [("high", "found 'high'"), ("walk=", "found 'walk='"), ("walk=2", "0 to 1")]
)
def test_what_is_no_threshold_is_quoted(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_thresholds([text])


def test_a_class_may_have_another_threshold_than_the_model_says() -> None:
    assert choose_labelling(SEVERAL, Thresholds()) == SEVERAL
    assert choose_labelling(SEVERAL, parse_thresholds(["walk=0.1"])).thresholds == (0.1, 0.75)
    assert choose_labelling(SEVERAL, parse_thresholds(["walk=0.1", "0.3"])).thresholds == (0.1, 0.3)


@pytest.mark.parametrize(("label", "hint"), [("wolk", "did you mean walk?"), ("xxxxx", "its classes are walk, a=b")])
def test_a_wrong_name_is_told(label: str, hint: str) -> None:
    with pytest.raises(UserError, match=f"no class '{label}'; {hint}"):
        choose_labelling(SEVERAL, Thresholds(by_label={label: 0.5}))


def test_classes_of_one_label_have_no_thresholds_of_their_own() -> None:
    with pytest.raises(UserError, match="--threshold walk=0.4: the model gives each clip one label"):
        choose_labelling(ONE, Thresholds(by_label={"walk": 0.4}))
    with pytest.raises(UserError, match="not to clips"):
        require_several(ONE, Thresholds(0.4))


def test_segments_of_one_label_have_one_rule() -> None:
    rules, levels = choose_rules(SegmentsConfig(), ONE, Thresholds(0.3))
    assert (rules.threshold, rules.low_threshold, levels) == (0.3, 0.3, {})
    assert choose_rules(SegmentsConfig(), ONE, Thresholds())[0] == SegmentsConfig()
    with pytest.raises(UserError, match="low_threshold is 0.4, above threshold, 0.3"):
        choose_rules(SegmentsConfig(), ONE, Thresholds(0.3, low=0.4))


def test_segments_of_several_labels_have_levels_by_class() -> None:
    _, levels = choose_rules(SegmentsConfig(), SEVERAL, Thresholds())
    assert levels == {"walk": Levels(0.5, pytest.approx(0.4)), "a=b": Levels(0.75, pytest.approx(0.6))}
    _, levels = choose_rules(SegmentsConfig(), SEVERAL, Thresholds(low=0.2))
    assert levels == {"walk": Levels(0.5, 0.2), "a=b": Levels(0.75, 0.2)}
    with pytest.raises(UserError, match="above the threshold of walk, 0.5"):
        choose_rules(SegmentsConfig(), SEVERAL, Thresholds(low=0.6))
    with pytest.raises(UserError, match="--method argmax"):
        choose_rules(SegmentsConfig(method="argmax"), SEVERAL, Thresholds())
