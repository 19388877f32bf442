"""Seams: properties of the file that tell the class."""

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.analysis.shortcuts import columns_of, same_scenes
from components.annotation_validator.checks.seams import Tell, tell
from components.annotation_validator.findings import Severity
from components.annotation_validator.inputs.measures import Fingerprint, VideoMeasures
from components.annotation_validator.inputs.segments import VideoFacts
from tests.components.annotation_validator.making import FACTS, clean_records, found, inputs_of, segment, track

Sample = tuple[str, bool, str]
SAMPLES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.booleans(), st.sampled_from("xyz")), min_size=1, max_size=30
)


def tell_samples(samples: list[Sample]) -> Tell:
    """What (group, whether it is of the class, value) tell."""
    groups: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for group, is_class, value in samples:
        groups[group][not is_class].add(value)
    values = sorted({value for _, _, value in samples})
    tables = [
        np.array([[value in sides[side] for value in values] for sides in groups.values()], float) for side in (0, 1)
    ]
    shares = [table / np.maximum(1, table.sum(axis=1, keepdims=True)) for table in tables]
    return tell(*shares, np.ones(len(groups)), values)


@given(SAMPLES)
def test_a_balanced_accuracy_is_a_share_and_its_interval_lies_below(samples: list[Sample]) -> None:
    found = tell_samples(samples)
    assert 0 <= found.lower <= found.balanced_accuracy + 1e-9 <= 1 + 2e-9


def guess_by_hand(samples: list[Sample]) -> float:
    """The balanced accuracy, each group in fact left out."""
    groups = sorted({group for group, _, _ in samples})
    right: dict[bool, list[float]] = {True: [], False: []}
    for left_out in groups:
        shares: dict[bool, Counter[str]] = {}
        for is_class in (True, False):
            others = [
                {v for g, c, v in samples if (g, c) == (group, is_class)} for group in groups if group != left_out
            ]
            others = [values for values in others if values]
            shares[is_class] = Counter()
            for values in others:
                shares[is_class].update({value: 1 / len(values) / len(others) for value in values})
        for is_class in (True, False):
            values = {v for g, c, v in samples if (g, c) == (left_out, is_class)}
            hits = [(shares[True][value] > shares[False][value] + 1e-9) is is_class for value in values]
            right[is_class] += [sum(hits) / len(hits)] if hits else []
    return sum(sum(hits) / len(hits) for hits in right.values()) / 2


@given(SAMPLES)
def test_each_group_is_guessed_by_all_others(samples: list[Sample]) -> None:
    enough = [(f"{is_class}{rank}", is_class, "xyz"[rank % 3]) for is_class in (True, False) for rank in range(4)]
    assert tell_samples(samples + enough).balanced_accuracy == pytest.approx(guess_by_hand(samples + enough))


def test_a_value_that_only_the_class_has_tells_it() -> None:
    samples = [(f"g{rank}", rank < 10, "large" if rank < 10 else f"small {rank % 2}") for rank in range(20)]
    found = tell_samples(samples)
    assert (found.balanced_accuracy, found.values) == (1.0, ("large",))
    assert found.lower == pytest.approx(0.722, abs=0.001)  # Wilson's interval for 10 of 10


def test_values_that_each_group_has_for_itself_tell_nothing_of_other_groups() -> None:
    samples = [(f"g{rank}", rank < 10, f"size {rank}") for rank in range(20)]
    assert tell_samples(samples).balanced_accuracy == 0.5


def test_a_value_of_half_of_the_class_tells_that_half() -> None:
    samples = [(f"g{rank}", rank < 10, "large" if rank < 5 else "small") for rank in range(20)]
    assert tell_samples(samples).balanced_accuracy == pytest.approx(0.75)


def test_the_class_is_told_by_what_its_groups_have_and_not_by_how_often_they_have_it() -> None:
    few = [segment(rank, f"{rank}.mp4", "sit" if rank < 8 else "wave", group=f"g{rank}") for rank in range(16)]
    many = [*few, *(segment(90 + rank, f"more{rank}.mp4", "sit", group="g0") for rank in range(40))]
    facts = {record.video: replace(FACTS, width=320 if record.label == "sit" else 640) for record in many}
    values = [finding.value for records in (few, many) for finding in found(inputs_of(records, facts), "seams")]
    assert values == [1.0, 1.0]


def headers(videos: int, of_class: VideoFacts, of_others: VideoFacts) -> dict[str, VideoFacts]:
    return {f"{rank}.mp4": of_class if rank < videos // 2 else of_others for rank in range(videos)}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"width": 320}, "told by the size of the frame alone (640x480)"),
        ({"fps": 30.0}, "told by the frame rate alone (25 fps)"),
        ({"codec": "mp4v"}, "told by the codec alone (h264)"),
        ({"duration_seconds": 4.0}, "told by the length of the clip alone (10.0 s)"),
    ],
)
def test_a_property_of_one_class_is_found_once_for_two_classes(change: dict[str, object], what: str) -> None:
    records = [segment(rank, f"{rank}.mp4", "sit" if rank < 8 else "wave", group=f"g{rank}") for rank in range(16)]
    (finding,) = found(inputs_of(records, headers(16, FACTS, replace(FACTS, **change))), "seams")
    assert finding.message.startswith(f"class 'sit' is {what}")
    assert (finding.value, len(finding.places)) == (1.0, 8)


def test_the_kind_of_file_may_tell_without_any_header() -> None:
    records = [
        segment(rank, f"{rank}.{'mp4' if rank < 8 else 'avi'}", "sit" if rank < 8 else "wave") for rank in range(16)
    ]
    (finding,) = found(inputs_of(records, {}), "seams")
    assert "the kind of file alone (.mp4)" in finding.message


def test_an_angle_at_which_only_one_class_was_filmed_is_found_and_may_be_meant() -> None:
    records = [
        segment(rank, f"{rank}.mp4", "sit" if rank < 8 else "wave", metadata={"angle": 45.0 if rank < 8 else rank % 3})
        for rank in range(16)
    ]
    (finding,) = found(inputs_of(records), "seams")
    assert "the column angle alone (45)" in finding.message
    assert finding.severity is Severity.NOTE


def test_a_column_with_a_value_of_its_own_for_each_clip_is_no_circumstance() -> None:
    records = [
        segment(rank, f"{rank}.mp4", "sit" if rank < 20 else "wave", metadata={"x": rank + rank % 2 / 2})
        for rank in range(40)
    ]
    assert list(columns_of(inputs_of(records).segments)) == []


def test_a_value_that_a_group_has_in_other_classes_too_tells_less() -> None:
    spans = [("sit", 0.0, 45.0), ("wave", 3.0, 45.0), ("wave", 6.0, 0.0)]
    records = [
        segment(3 * rank + number, f"{rank}.mp4", label, start, start + 2, group=f"g{rank}", metadata={"angle": angle})
        for rank in range(16)
        for number, (label, start, angle) in enumerate(spans)
    ]
    assert found(inputs_of(records), "seams") == []
    (finding,) = found(inputs_of(records), "seams", seams=0.7)
    assert finding.value == 0.75


def test_the_distance_of_the_actor_is_told_by_the_height_of_the_boxes() -> None:
    near, far = (0.4, 0.1, 0.6, 0.9), (0.4, 0.4, 0.5, 0.6)
    records = [
        segment(rank, f"{rank}.mp4", "sit" if rank < 8 else "wave", boxes=track((0.0, near if rank < 8 else far)))
        for rank in range(16)
    ]
    (finding,) = found(inputs_of(records), "seams")
    assert "the height of the boxes alone (80% of the frame)" in finding.message


def test_a_class_that_was_filmed_in_one_room_is_found_by_what_does_not_move() -> None:
    labels = ["sit" if rank < 8 else "wave" for rank in range(16)]
    records = [segment(rank, f"{rank}.mp4", label, group=f"g{rank}") for rank, label in enumerate(labels)]
    room, *elsewhere = np.eye(16, 64, dtype=np.float32)
    scenes = {f"{rank}.mp4": room if label == "sit" else elsewhere[rank - 8] for rank, label in enumerate(labels)}
    measures = {
        video: VideoMeasures(np.zeros(0), np.zeros(0), Fingerprint(still, np.zeros(704, np.float32)))
        for video, still in scenes.items()
    }
    (finding,) = found(replace(inputs_of(records), measures=measures), "seams")
    assert "the scene alone (that of 0.mp4)" in finding.message
    assert finding.severity is Severity.WARNING


def test_videos_show_the_same_scene_as_the_first_that_is_like_them() -> None:
    one, other = np.eye(2, 64, dtype=np.float32)
    nearly = (one + 0.2 * other) / np.linalg.norm(one + 0.2 * other)
    assert same_scenes({"a": one, "b": other, "c": nearly, "d": other}) == {"a": "a", "b": "b", "c": "a", "d": "b"}


def test_three_groups_of_each_class_could_be_chance() -> None:
    records = [segment(rank, f"{rank}.mp4", "sit" if rank < 3 else "wave") for rank in range(6)]
    assert found(inputs_of(records, headers(6, FACTS, replace(FACTS, width=320))), "seams") == []


def test_properties_that_vary_with_the_group_and_not_with_the_class_are_no_seam() -> None:
    facts = {f"{rank}.mp4": replace(FACTS, width=320 + rank % 5, fps=20.0 + rank % 3) for rank in range(24)}
    assert found(inputs_of(clean_records(), facts), "seams") == []
