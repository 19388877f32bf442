"""The clips to look at."""

import pytest

from components.evaluator.metrics.misses import Miss
from components.evaluator.results import ClassMisses
from components.reporter.data import Strip
from components.reporter.misses import missed_clips

STRIPS = {name: Strip("", name, 0.0, 1.0, ()) for name in ("a", "b", "c")}


def test_a_miss_is_confident_from_the_mean_of_the_other_class_on() -> None:
    misses = {
        "sit": ClassMisses(0.9, (Miss(0.1, 0.75, (1,), "a"), Miss(0.2, 0.65, (1,), "b"))),
        "stand": ClassMisses(0.7, (Miss(0.3, 0.6, (0,), "gone"), Miss(0.1, 0.89, (0,), "c"))),
    }
    found = missed_clips(misses, STRIPS, ("sit", "stand"), mean_recall=0.7, has_several_labels=False)
    assert [(clip.strip.video, clip.answer, clip.is_confident) for clip in found["sit"]] == [
        ("a", ("stand",), True),
        ("b", ("stand",), False),
    ]
    # A clip whose Example is not there cannot be shown.
    assert [(clip.strip.video, clip.own, clip.is_confident) for clip in found["stand"]] == [("c", 0.1, False)]


def test_classes_without_misses_are_left_out_and_those_without_clips_have_no_threshold() -> None:
    misses = {"sit": ClassMisses(0.9, ()), "stand": ClassMisses(0.8, (Miss(0.0, 1.0, (2,), "a"),))}
    found = missed_clips(misses, STRIPS, ("sit", "stand", "walk"), mean_recall=0.9, has_several_labels=False)
    assert list(found) == ["stand"] and not found["stand"][0].is_confident


@pytest.mark.parametrize("mean_recall", [0.69, 0.0, None])
def test_a_model_that_is_often_wrong_accuses_no_label(mean_recall: float | None) -> None:
    misses = {"sit": ClassMisses(0.3, (Miss(0.1, 0.75, (1,), "a"),)), "stand": ClassMisses(0.3, ())}
    found = missed_clips(misses, STRIPS, ("sit", "stand"), mean_recall, has_several_labels=False)
    assert [clip.is_confident for clip in found["sit"]] == [False]


def test_of_several_labels_a_class_is_missed_or_given_by_mistake_and_may_well_be_there_or_not() -> None:
    found = ClassMisses(
        0.7,
        (Miss(0.1, 0.5, (1,), "a"), Miss(0.4, 0.5, (), "b")),
        mean_other=0.2,
        false_alarms=(Miss(0.8, 0.5, (0,), "c"),),
    )
    clips = missed_clips({"sit": found}, STRIPS, ("sit", "stand"), mean_recall=0.7, has_several_labels=True)["sit"]
    assert [(clip.answer, clip.is_false_alarm, clip.is_confident) for clip in clips] == [
        (("stand",), False, True),
        ((), False, False),
        (("sit",), True, True),
    ]
