"""What checks conclude from measures; the measures themselves are made up here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from components.annotation_validator.checks.copies import find_copies
from components.annotation_validator.checks.distributions import kolmogorov_smirnov
from components.annotation_validator.checks.finding import Check, CheckInputs, Finding, Suggestion, run_checks
from components.annotation_validator.checks.fix import fix
from components.annotation_validator.checks.likeness import embed
from components.annotation_validator.checks.measures import SegmentMeasures, VideoMeasures
from components.annotation_validator.checks.neighbours import find_neighbours, silhouettes
from components.annotation_validator.checks.pixels import PIXEL_CHECKS, PIXEL_CORRECTIONS
from components.annotation_validator.checks.seams import check_seams
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotation_validator.measures.bounds import Bounds
from components.annotation_validator.measures.fingerprint import Fingerprint
from tests.components.annotation_validator.checks.making import inputs_of, segment

LABELS = ("sit", "wave", "jump")


def unit(values: Iterable[float]) -> np.ndarray:
    vector = np.asarray(list(values), np.float32)
    return vector / np.linalg.norm(vector)


def inputs(
    num_groups: int = 12,
    motions: Mapping[tuple[int, str], str] | None = None,
    active: Mapping[tuple[int, str], Bounds] | None = None,
    inside: Mapping[tuple[int, str], float] | None = None,
    prints: Mapping[int, int] | None = None,
    **fields: str,
) -> CheckInputs:
    """Each group has a video with one segment a label, 0 to 2 s, 2 to 4 s and so on; clips of a label look alike.

    `motions`: what a segment, named by group and label, looks like instead. `prints`: whose copy a group's video is.
    """
    records = [
        segment(row, f"{group:02d}.mp4", label, 2.0 * number, 2.0 * number + 2, group=f"g{group}", **fields)
        for row, (group, (number, label)) in enumerate(
            (g, each) for g in range(num_groups) for each in enumerate(LABELS)
        )
    ]
    made = inputs_of(records)
    measures = {}
    for group in range(num_groups):
        video = f"{group:02d}.mp4"
        rng = np.random.default_rng((prints or {}).get(group, group))
        own = {}
        for each in made.by_video[video]:
            key = group, each.label
            looks = LABELS.index((motions or {}).get(key, each.label))
            noise = np.random.default_rng((group, looks)).random(8) * 0.3
            bounds = each.start_seconds, each.end_seconds or 0.0
            own[each.id] = SegmentMeasures(
                bounds=bounds,
                active=(active or {}).get(key, bounds),
                motion=5.0,
                motion_inside=(inside or {}).get(key, 0.9),
                brightness=0.5,
                contrast=0.2,
                descriptor=unit(np.eye(8)[looks] + noise),
                pictures=(),
            )
        copy = Fingerprint(unit(rng.normal(size=64)), unit(rng.normal(size=704)))
        measures[video] = VideoMeasures(np.zeros(0), np.zeros(0), copy, own)
    return replace(made, measures=measures)


def found(made: CheckInputs, **bars: float) -> list[Finding]:
    return run_checks(PIXEL_CHECKS, made, ChecksConfig.model_validate(bars))


def test_good_data_are_left_alone() -> None:
    assert found(inputs()) == []


def test_without_measures_nothing_is_found() -> None:
    assert found(replace(inputs(motions={(0, "sit"): "wave"}), measures={})) == []


def test_only_the_loose_bound_is_moved() -> None:
    (finding,) = found(inputs(active={(3, "wave"): (2.9, 3.95)}))
    (place,) = finding.places
    assert (finding.check, place.video, place.label) == ("loose_bounds", "03.mp4", "wave")
    assert place.suggestion
    assert (place.suggestion.start_seconds, place.suggestion.end_seconds) == (2.9, None)
    assert finding.value == pytest.approx(0.9)


def test_the_worst_of_the_loose_ones_comes_first() -> None:
    (finding,) = found(inputs(active={(1, "sit"): (0.6, 2.0), (2, "sit"): (0.0, 0.7)}))
    assert [place.video for place in finding.places] == ["02.mp4", "01.mp4"]


def test_boxes_without_the_action_are_named() -> None:
    (finding,) = found(inputs(inside={(5, "jump"): 0.1}))
    assert (finding.check, finding.places[0].video, finding.value) == ("action_outside_boxes", "05.mp4", 0.1)


def test_a_clip_among_another_class_is_doubtful() -> None:
    (finding,) = found(inputs(motions={(4, "sit"): "jump"}))
    assert (finding.check, finding.places[0].video) == ("doubtful_labels", "04.mp4")
    assert finding.places[0].suggestion
    assert finding.places[0].suggestion.label == "jump"


def test_where_motion_does_not_tell_the_classes_no_label_is_doubted() -> None:
    confused = {
        (group, label): LABELS[(group + number) % 3] for group in range(12) for number, label in enumerate(LABELS)
    }
    assert "doubtful_labels" not in {finding.check for finding in found(inputs(motions=confused))}


def test_classes_that_move_alike_are_named() -> None:
    alike = {(group, "sit"): "wave" for group in range(0, 12, 2)} | {
        (group, "wave"): "sit" for group in range(0, 12, 2)
    }
    findings = [finding for finding in found(inputs(motions=alike)) if finding.check == "confusable_classes"]
    assert ["'sit' and 'wave'" in finding.message for finding in findings] == [True]


def relabelled(made: CheckInputs, old: str, new: str) -> CheckInputs:
    segments = (replace(each, label=new) if each.label == old else each for each in made.segments)
    return replace(made, segments=tuple(segments))


def test_two_actions_under_one_label_are_told_apart() -> None:
    (finding,) = found(relabelled(inputs(), "jump", "wave"))
    assert finding.check == "sub_clusters"
    assert "'wave' falls into two kinds of 12 and 12 segments" in finding.message
    assert len({place.start_seconds for place in finding.places}) == 1


def test_a_class_that_looks_different_in_different_groups_is_one_class() -> None:
    by_group = {(group, "wave"): "jump" for group in range(6)} | {(group, "jump"): "jump" for group in range(12)}
    assert "sub_clusters" not in {finding.check for finding in found(inputs(24, motions=by_group))}


def test_a_clip_like_no_other_is_an_outlier() -> None:
    made = inputs()
    video = made.measures["07.mp4"]
    odd = next(iter(video.segments))
    changed = {**video.segments, odd: replace(video.segments[odd], descriptor=unit(np.eye(8)[7]))}
    made = replace(made, measures={**made.measures, "07.mp4": replace(video, segments=changed)})
    (finding,) = found(made, outliers=4.0)
    assert (finding.check, finding.places[0].segment_id) == ("outliers", odd)


def test_a_copy_in_another_group_is_found_and_in_another_split_is_an_error() -> None:
    (finding,) = found(inputs(prints={9: 2}))
    assert (finding.check, finding.severity.value) == ("near_duplicates", "warning")
    assert [place.video for place in finding.places[:2]] == ["02.mp4", "09.mp4"]


def test_copies_are_to_be_one_group_with_all_that_is_tied_to_them() -> None:
    made = inputs(prints={9: 2})
    tied = replace(
        made,
        segments=tuple(
            replace(each, record=replace(each.record, group="g9")) if each.video == "08.mp4" else each
            for each in made.segments
        ),
    )
    correction = fix(PIXEL_CORRECTIONS, tied, ChecksConfig())
    assert {(change.video, change.field, change.before, change.after) for change in correction.changes} == {
        ("02.mp4", "group", "g2", "g9")
    }
    groups = {each.video: each.group for each in correction.segments.values()}
    assert (groups["02.mp4"], groups["08.mp4"], groups["09.mp4"]) == ("g9", "g9", "g9")


def test_loose_bounds_are_corrected_once_and_doubtful_labels_never() -> None:
    made = inputs(active={(3, "wave"): (2.9, 3.95)}, motions={(4, "sit"): "jump"})
    assert "doubtful_labels" in {finding.check for finding in found(made)}
    correction = fix(PIXEL_CORRECTIONS, made, ChecksConfig())
    assert [(change.check, change.video, change.field, change.before, change.after) for change in correction.changes] == [
        ("loose_bounds", "03.mp4", "start_seconds", 2.0, 2.9)
    ]  # fmt: skip


def test_a_segment_that_became_longer_is_not_cut_by_what_was_measured_before() -> None:
    made = inputs(active={(3, "wave"): (2.0, 2.4)})

    def joined(inputs: CheckInputs, config: ChecksConfig) -> Iterator[Finding]:
        for each in inputs.by_video["03.mp4"]:
            if each.end_seconds == 4.0:
                place = each.place(Suggestion(end_seconds=5.0))
                yield Finding("nearly_touching", Severity.WARNING, "two pieces", "Join them.", places=(place,))

    correction = fix((Check("nearly_touching", joined), *PIXEL_CORRECTIONS), made, ChecksConfig())
    assert [(change.check, change.after) for change in correction.changes] == [("nearly_touching", 5.0)]


def test_a_mirrored_copy_is_one_too() -> None:
    made = inputs()
    mirrored = replace(made.measures["09.mp4"], fingerprint=made.measures["02.mp4"].fingerprint.mirrored())
    copies = list(find_copies({**made.measures, "09.mp4": mirrored}, 0.9))
    assert [(copy.one, copy.other, copy.is_mirrored) for copy in copies] == [("02.mp4", "09.mp4", True)]


def test_copies_in_one_group_are_kept_together_anyway() -> None:
    made = inputs(prints={9: 2})
    records = tuple(
        replace(each, record=replace(each.record, group="g2")) if each.video == "09.mp4" else each
        for each in made.segments
    )
    assert found(replace(made, segments=records)) == []


def test_a_video_that_could_not_be_decoded_is_named() -> None:
    made = inputs()
    measures = {video: each for video, each in made.measures.items() if video != "03.mp4"}
    (finding,) = found(replace(made, measures=measures))
    assert (finding.check, [place.video for place in finding.places]) == ("undecodable", ["03.mp4"])


def test_a_class_that_was_filmed_in_another_light_is_a_seam() -> None:
    made = inputs()
    assert "brightness" not in " ".join(finding.message for finding in check_seams(made, ChecksConfig()))
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
    messages = [finding.message for finding in check_seams(replace(made, measures=measures), ChecksConfig())]
    assert [message for message in messages if "'jump' is told by the brightness alone (0.8)" in message]


def test_a_split_of_darker_videos_than_training_is_named() -> None:
    made = inputs(num_groups=24)
    split_of = {video: "train" if number % 2 else "test" for number, video in enumerate(made.by_video)}
    made = replace(
        made,
        segments=tuple(
            replace(each, record=replace(each.record, split=split_of[each.video])) for each in made.segments
        ),
    )
    assert found(made) == []
    dark = {
        video: replace(each, segments={key: replace(own, brightness=0.2) for key, own in each.segments.items()})
        for video, each in made.measures.items()
        if split_of[video] == "test"
    }
    (finding,) = found(replace(made, measures={**made.measures, **dark}))
    assert (finding.check, finding.value, "brightness" in finding.message) == ("split_shift", 1.0, True)


def test_splits_that_a_run_would_make_are_compared_too() -> None:
    made = inputs(num_groups=24)
    splits = {video: "test" if number < 9 else "train" for number, video in enumerate(made.by_video)}
    still = {
        video: replace(each, segments={key: replace(own, motion=0.5) for key, own in each.segments.items()})
        for video, each in made.measures.items()
        if splits[video] == "test"
    }
    made = replace(made, uses_given_splits=False, splits=splits, measures={**made.measures, **still})
    (finding,) = found(made)
    assert (finding.check, "split 'test' differs from 'train' in motion" in finding.message) == ("split_shift", True)
    assert "splits.seed" in finding.remedy


def test_the_distance_of_distributions_and_its_probability() -> None:
    rng = np.random.default_rng(0)
    one, same, other = rng.normal(size=40), rng.normal(size=40), rng.normal(2, size=40)
    assert kolmogorov_smirnov(one, one) == (0.0, 1.0)
    assert kolmogorov_smirnov(one, same)[1] > 0.05
    distance, probability = kolmogorov_smirnov(one, other)
    assert distance > 0.6
    assert probability < 1e-6
    # Of two samples of 12 that do not overlap.
    assert kolmogorov_smirnov(range(12), range(20, 32))[1] < 1e-4


def test_neighbours_are_of_other_groups() -> None:
    descriptors = np.stack([unit([1, 0.1 * number]) for number in range(10)])
    neighbours = find_neighbours(descriptors, ["a"] * 5 + ["b"] * 5, ["one"] * 5 + ["two"] * 5)
    assert neighbours.votes[0].tolist() == [0, 5]


def test_the_silhouette_is_high_in_classes_that_lie_apart() -> None:
    embedding = embed(inputs())
    assert embedding
    scores = silhouettes(embedding.descriptors, embedding.neighbourhood.labels)
    assert scores.min() > 0.4
    assert silhouettes(embedding.descriptors, np.arange(36) % 2).mean() < 0.1
