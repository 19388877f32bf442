"""Two models side by side: what is paired, and what is not."""

import pytest

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.measurements import Measurements
from components.model_gate.verdict import Verdict
from pipeline.runs.comparing import ALL, Change, compare
from pipeline.runs.measured import MeasuredRun, Segment
from tests.pipeline.runs.measuring import Run


def changes(first: MeasuredRun, second: MeasuredRun) -> dict[str, Change | None]:
    return {row.label: row.change for row in compare(first, second, 0.95).rows}


def test_only_clips_that_both_were_asked_about_are_paired() -> None:
    first = Run().add("a", "sit", "ann").add("b", "sit", "bob").add("c", "wave", "cid").tested()
    second = Run().add("a", "sit", "ann", missed=("a",)).add("d", "sit", "dan").add("c", "sit", "cid").tested()
    found = compare(first, second, 0.95)
    assert {row.label: row.change and (row.change.num_clips, row.change.gain) for row in found.rows} == {
        ALL: (1, -1.0),
        "sit": (1, -1.0),
        "wave": None,
    }
    assert [(clip.clip_id, clip.answers, clip.is_won) for clip in found.changed or ()] == [
        ("a", (("sit",), ("wave",)), False)
    ]


def test_windows_of_a_segment_are_clips_of_their_own() -> None:
    first = Run().add("a", "sit", "ann", 3, missed=("a-0", "a-2")).tested()
    second = Run().add("a", "sit", "ann", 3, missed=("a-2",)).tested()
    assert [clip.clip_id for clip in compare(first, second, 0.95).changed or ()] == ["a-0"]
    change = changes(first, second)["sit"]
    assert change and (change.num_clips, change.gain) == (3, pytest.approx(1 / 3))


def test_clips_of_one_person_change_sides_together() -> None:
    """Ten clips of one person say no more than one: the two ways to exchange them."""
    first, second = Run(), Run()
    for number in range(10):
        first.add(f"a{number}", "sit", "ann", missed=(f"a{number}",))
        second.add(f"a{number}", "sit", "ann")
    change = changes(first.tested(), second.tested())["sit"]
    assert change == Change(10, 1.0, 1.0)


def test_a_class_of_which_not_all_misses_were_kept_is_not_paired() -> None:
    first = Run().add("a", "sit", "ann", missed=("a",)).add("b", "wave", "bob").tested()
    forgetful = first._replace(misses={"wave": {}})
    assert changes(forgetful, first)["sit"] is None
    assert changes(forgetful, first)["wave"] == Change(1, 0.0, 1.0)


def test_runs_that_do_not_tell_are_compared_by_their_rates() -> None:
    first = Run().add("a", "sit", "ann").add("b", "wave", "bob").tested()
    for silent in (first._replace(misses=None), first._replace(segments=None)):
        found = compare(silent, first, 0.95)
        assert found.changed is None
        assert [row.recall[0] and row.recall[0].value for row in found.rows] == [1, 1, 1]


def of_several_labels(answers: dict[str, tuple[str, ...]]) -> MeasuredRun:
    """Four clips of as many people, and what a model gave them."""
    classes = ("sit", "wave")
    labels = {"a": ("sit", "wave"), "b": ("sit",), "c": ("wave",), "d": ("sit", "wave")}
    clips = {
        name: Entry(*(tuple(map(classes.index, each)) for each in (of_clip, answers[name])), num_clips=1)
        for name, of_clip in labels.items()
    }
    measured = Measurements(
        ConfusionMatrix.of(clips.values(), classes, has_several_labels=True),
        groups=GroupAnswers.of({name: [clip] for name, clip in clips.items()}, classes, has_several_labels=True),
        average_precisions={"sit": 0.5, "wave": 1.0},
    )
    misses = {
        label: {name: given for name, given in answers.items() if (label in given) != (label in labels[name])}
        for label in classes
    }
    segments = {name: Segment(each, name, f"{name}.mp4", 0.0, 1.0, 1) for name, each in labels.items()}
    return MeasuredRun(measured, Verdict(()), 0.95, segments, misses)


def test_of_several_labels_a_clip_is_won_where_it_is_given_exactly_its_labels() -> None:
    first = of_several_labels({"a": ("sit",), "b": ("sit", "wave"), "c": ("wave",), "d": ("sit", "wave")})
    second = of_several_labels({"a": ("sit", "wave"), "b": ("sit",), "c": (), "d": ("sit", "wave")})
    found = compare(first, second, 0.95)
    assert [(clip.clip_id, clip.is_won, clip.wrong_answer) for clip in found.changed or ()] == [
        ("c", False, ()),
        ("b", True, ("sit", "wave")),
        ("a", True, ("sit",)),
    ]
    assert {row.label: row.change and (row.change.num_clips, row.change.gain) for row in found.rows} == {
        ALL: (4, 0.25),
        "sit": (3, 0.0),
        "wave": (3, 0.0),
    }
    assert [row.average_precision for row in found.rows] == [(0.75, 0.75), (0.5, 0.5), (1.0, 1.0)]


def test_of_several_labels_nothing_is_paired_unless_all_mistakes_are_known() -> None:
    first = of_several_labels({"a": ("sit",), "b": ("sit", "wave"), "c": ("wave",), "d": ("sit", "wave")})
    forgetful = first._replace(misses={"sit": {}, "wave": {"a": ("sit",)}})
    assert compare(forgetful, first, 0.95).changed == ()
