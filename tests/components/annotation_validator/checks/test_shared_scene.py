"""Groups that share a scene."""

from dataclasses import replace

import numpy as np
import pytest

from components.annotation_validator.findings import Finding
from components.annotation_validator.inputs.inputs import CheckInputs
from tests.components.annotation_validator.making import found_in_frames, measured_inputs


def in_rooms(inputs: CheckInputs, rooms: list[int]) -> CheckInputs:
    """Each video in its room."""
    measures = {
        video: replace(own, background=np.random.default_rng(room).normal(size=(16, 32)).astype(np.float32))
        for (video, own), room in zip(inputs.measures.items(), rooms, strict=True)
    }
    return replace(inputs, measures=measures)


def scenes(inputs: CheckInputs) -> list[Finding]:
    return [finding for finding in found_in_frames(inputs) if finding.check == "shared_scene"]


def test_each_scene_of_several_groups_is_a_finding_with_its_videos() -> None:
    findings = scenes(in_rooms(measured_inputs(6), [0, 1, 0, 2, 1, 0]))
    assert [[place.video for place in finding.places] for finding in findings] == [
        ["00.mp4", "02.mp4", "05.mp4"],
        ["01.mp4", "04.mp4"],
    ]
    assert findings[0].severity == "warning"
    assert findings[0].message.startswith("3 videos of 3 groups (group 'g0', group 'g2', group 'g5') show one scene")
    assert findings[0].message.endswith("nothing keeps them in one split")


def test_where_all_show_one_scene_it_is_a_note() -> None:
    (finding,) = scenes(in_rooms(measured_inputs(4), [7] * 4))
    assert finding.severity == "note"
    assert finding.remedy.startswith("No split can tell")


def test_the_splits_are_named_that_share_the_scene() -> None:
    inputs = in_rooms(measured_inputs(4), [0, 0, 1, 2])
    segments = tuple(
        replace(each, record=replace(each.record, split="train" if each.video == "00.mp4" else "test"))
        for each in inputs.segments
    )
    (finding,) = scenes(replace(inputs, segments=segments))
    assert finding.message.endswith("and they are in test and train")


@pytest.mark.parametrize("rooms", [[0, 1, 2, 3], [0, 0, 1, 2]])
def test_other_scenes_one_group_and_copies_are_none(rooms: list[int]) -> None:
    inputs = in_rooms(measured_inputs(4, prints={1: 0}), rooms)
    assert scenes(inputs) == []
    assert scenes(replace(in_rooms(measured_inputs(4), rooms), ties=(("00.mp4", "01.mp4"),))) == []


def test_what_nobody_measured_shares_nothing() -> None:
    assert scenes(measured_inputs(4)) == []
