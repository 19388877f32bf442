"""What checks conclude from measures; the measures themselves are made up here."""

from dataclasses import replace

import numpy as np
import pytest

from components.annotation_validator.checks.near_duplicates import find_copies
from components.annotation_validator.checks.seams import find as find_seams
from components.annotation_validator.inputs import nearest
from components.annotation_validator.inputs.inputs import CheckInputs
from tests.components.annotation_validator.making import LABELS, found_in_frames, measured_inputs, unit


def test_good_data_are_left_alone() -> None:
    assert found_in_frames(measured_inputs()) == []


def test_without_measures_nothing_is_found() -> None:
    assert found_in_frames(replace(measured_inputs(motions={(0, "sit"): "wave"}), measures={})) == []


def test_only_the_loose_bound_is_moved() -> None:
    (finding,) = found_in_frames(measured_inputs(active={(3, "wave"): (2.9, 3.95)}))
    (place,) = finding.places
    assert (finding.check, place.video, place.label) == ("loose_bounds", "03.mp4", "wave")
    assert place.suggestion
    assert (place.suggestion.start_seconds, place.suggestion.end_seconds) == (2.9, None)
    assert finding.value == pytest.approx(0.9)


def test_the_worst_of_the_loose_ones_comes_first() -> None:
    (finding,) = found_in_frames(measured_inputs(active={(1, "sit"): (0.6, 2.0), (2, "sit"): (0.0, 0.7)}))
    assert [place.video for place in finding.places] == ["02.mp4", "01.mp4"]


def test_boxes_without_the_action_are_named() -> None:
    (finding,) = found_in_frames(measured_inputs(inside={(5, "jump"): 0.1}))
    assert (finding.check, finding.places[0].video, finding.value) == ("action_outside_boxes", "05.mp4", 0.1)


def test_a_clip_among_another_class_is_doubtful() -> None:
    (finding,) = found_in_frames(measured_inputs(motions={(4, "sit"): "jump"}))
    assert (finding.check, finding.places[0].video) == ("doubtful_labels", "04.mp4")
    assert finding.places[0].suggestion
    assert finding.places[0].suggestion.label == "jump"


def test_where_motion_does_not_tell_the_classes_no_label_is_doubted() -> None:
    confused = {
        (group, label): LABELS[(group + number) % 3] for group in range(12) for number, label in enumerate(LABELS)
    }
    assert "doubtful_labels" not in {finding.check for finding in found_in_frames(measured_inputs(motions=confused))}


def test_classes_that_move_alike_are_named() -> None:
    alike = {(group, "sit"): "wave" for group in range(0, 12, 2)} | {
        (group, "wave"): "sit" for group in range(0, 12, 2)
    }
    findings = [
        finding for finding in found_in_frames(measured_inputs(motions=alike)) if finding.check == "confusable_classes"
    ]
    assert ["'sit' and 'wave'" in finding.message for finding in findings] == [True]


def relabelled(made: CheckInputs, old: str, new: str) -> CheckInputs:
    segments = (replace(each, label=new) if each.label == old else each for each in made.segments)
    return replace(made, segments=tuple(segments))


def test_two_actions_under_one_label_are_told_apart() -> None:
    (finding,) = found_in_frames(relabelled(measured_inputs(), "jump", "wave"))
    assert finding.check == "sub_clusters"
    assert "'wave' falls into two kinds of 12 and 12 segments" in finding.message
    assert len({place.start_seconds for place in finding.places}) == 1


def test_a_class_that_looks_different_in_different_groups_is_one_class() -> None:
    by_group = {(group, "wave"): "jump" for group in range(6)} | {(group, "jump"): "jump" for group in range(12)}
    assert "sub_clusters" not in {finding.check for finding in found_in_frames(measured_inputs(24, motions=by_group))}


def test_a_clip_like_no_other_is_an_outlier() -> None:
    made = measured_inputs()
    video = made.measures["07.mp4"]
    odd = next(iter(video.segments))
    changed = {**video.segments, odd: replace(video.segments[odd], descriptor=unit(np.eye(8)[7]))}
    made = replace(made, measures={**made.measures, "07.mp4": replace(video, segments=changed)})
    (finding,) = found_in_frames(made, outliers=4.0)
    assert (finding.check, finding.places[0].segment_id) == ("outliers", odd)


def test_a_copy_in_another_group_is_found_and_in_another_split_is_an_error() -> None:
    (finding,) = found_in_frames(measured_inputs(prints={9: 2}))
    assert (finding.check, finding.severity.value) == ("near_duplicates", "warning")
    assert [place.video for place in finding.places[:2]] == ["02.mp4", "09.mp4"]


def test_a_mirrored_copy_is_one_too() -> None:
    made = measured_inputs()
    mirrored = replace(made.measures["09.mp4"], fingerprint=made.measures["02.mp4"].fingerprint.mirrored())
    copies = list(find_copies({**made.measures, "09.mp4": mirrored}, 0.9))
    assert [(copy.one, copy.other, copy.is_mirrored) for copy in copies] == [("02.mp4", "09.mp4", True)]


def test_copies_are_found_among_many_videos_as_among_few(monkeypatch: pytest.MonkeyPatch) -> None:
    measures = measured_inputs(prints={9: 2, 11: 4}).measures
    mirrored = replace(measures["05.mp4"], fingerprint=measures["03.mp4"].fingerprint.mirrored())
    few = list(find_copies({**measures, "05.mp4": mirrored}, 0.9))
    monkeypatch.setattr(nearest, "MOST_COMPARED", 5)
    many = list(find_copies({**measures, "05.mp4": mirrored}, 0.9))
    assert len(few) == 3
    assert [(copy.one, copy.other, copy.is_mirrored) for copy in many] == [
        (copy.one, copy.other, copy.is_mirrored) for copy in few
    ]


def test_copies_in_one_group_are_kept_together_anyway() -> None:
    made = measured_inputs(prints={9: 2})
    records = tuple(
        replace(each, record=replace(each.record, group="g2")) if each.video == "09.mp4" else each
        for each in made.segments
    )
    assert found_in_frames(replace(made, segments=records)) == []


def test_a_video_that_could_not_be_decoded_is_named() -> None:
    made = measured_inputs()
    measures = {video: each for video, each in made.measures.items() if video != "03.mp4"}
    (finding,) = found_in_frames(replace(made, measures=measures))
    assert (finding.check, [place.video for place in finding.places]) == ("undecodable", ["03.mp4"])


def test_a_class_that_was_filmed_in_another_light_is_a_seam() -> None:
    made = measured_inputs()
    assert "brightness" not in " ".join(finding.message for finding in find_seams(made, 0.8))
    bright = {segment.id for segment in made.by_label["jump"]}
    measures = {
        video: replace(
            each,
            segments={
                key: replace(own, brightness=0.8 if key in bright else 0.5) for key, own in each.segments.items()
            },
        )
        for video, each in made.measures.items()
    }
    messages = [finding.message for finding in find_seams(replace(made, measures=measures), 0.8)]
    assert [message for message in messages if "'jump' is told by the brightness alone (0.8)" in message]


def test_a_split_of_darker_videos_than_training_is_named() -> None:
    made = measured_inputs(num_groups=24)
    split_of = {video: "train" if number % 2 else "test" for number, video in enumerate(made.by_video)}
    made = replace(
        made,
        segments=tuple(
            replace(each, record=replace(each.record, split=split_of[each.video])) for each in made.segments
        ),
    )
    assert found_in_frames(made) == []
    dark = {
        video: replace(each, segments={key: replace(own, brightness=0.2) for key, own in each.segments.items()})
        for video, each in made.measures.items()
        if split_of[video] == "test"
    }
    (finding,) = found_in_frames(replace(made, measures={**made.measures, **dark}))
    assert (finding.check, finding.value, "brightness" in finding.message) == ("split_shift", 1.0, True)


def test_splits_that_a_run_would_make_are_compared_too() -> None:
    made = measured_inputs(num_groups=24)
    splits = {video: "test" if number < 9 else "train" for number, video in enumerate(made.by_video)}
    still = {
        video: replace(each, segments={key: replace(own, motion=0.5) for key, own in each.segments.items()})
        for video, each in made.measures.items()
        if splits[video] == "test"
    }
    made = replace(made, uses_given_splits=False, splits=splits, measures={**made.measures, **still})
    (finding,) = found_in_frames(made)
    assert (finding.check, "split 'test' differs from 'train' in motion" in finding.message) == ("split_shift", True)
    assert "splits.seed" in finding.remedy
