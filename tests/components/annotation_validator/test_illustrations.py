"""What the page draws of a segment."""

from dataclasses import replace

import numpy as np
import pytest

from components.annotation_validator.checks.finding import Finding, Place, Suggestion
from components.annotation_validator.checks.measures import SegmentMeasures, VideoMeasures
from components.annotation_validator.config import Severity
from components.annotation_validator.illustrations import MOST_OF_A_FINDING, MOST_OF_A_PAGE, illustrate, motion_of
from components.annotation_validator.measures.bounds import Bounds
from components.annotation_validator.measures.fingerprint import Fingerprint
from tests.components.annotation_validator.checks.making import inputs_of


def measures(bounds: Bounds, curve: list[float]) -> tuple[VideoMeasures, SegmentMeasures]:
    """A video with a value of its motion curve at each full second, and a segment of it."""
    segment = SegmentMeasures(bounds, None, 1.0, None, 0.5, 0.5, np.zeros(8, np.float32), ())
    copy = Fingerprint(np.zeros(64, np.float32), np.zeros(704, np.float32))
    return VideoMeasures(np.arange(float(len(curve))), np.array(curve), copy), segment


def test_the_motion_is_shown_from_a_second_before_a_segment_to_a_second_after_it() -> None:
    motion = motion_of(*measures((3.0, 5.0), [9, 9, 0, 1, 2, 4, 0, 9]), Place("a.mp4"))
    assert motion.points == ((0.0, 1.0), (0.25, 0.75), (0.5, 0.5), (0.75, 0.0), (1.0, 1.0))
    assert (motion.present, motion.suggested, motion.peak) == ((0.25, 0.75), None, 4.0)
    assert motion.ticks == {0.0: 2.0, 0.25: 3.0, 0.5: 4.0, 0.75: 5.0, 1.0: 6.0}


def test_a_bound_that_is_not_suggested_stays_where_it_is() -> None:
    motion = motion_of(*measures((3.0, 5.0), [1] * 8), Place("a.mp4", suggestion=Suggestion(end_seconds=4.0)))
    assert motion.suggested == pytest.approx((0.25, 0.5))


def test_no_finding_has_a_second_picture_before_all_have_one() -> None:
    video, segment = measures((3.0, 5.0), [1] * 8)
    inputs = replace(inputs_of([]), measures={"a.mp4": replace(video, segments={"id": segment})})
    places = tuple(Place("a.mp4", segment_id="id") for _ in range(MOST_OF_A_FINDING + 1))
    findings = [Finding("outliers", Severity.NOTE, str(number), "Look.", places=places) for number in range(40)]
    counts = [len(pictures) for pictures in illustrate(inputs, findings)]
    assert sum(counts) == MOST_OF_A_PAGE and set(counts) == {MOST_OF_A_PAGE // 40, MOST_OF_A_PAGE // 40 + 1}
    assert [len(pictures) for pictures in illustrate(inputs, findings[:2])] == [MOST_OF_A_FINDING] * 2


def test_a_video_in_which_nothing_was_measured_can_be_drawn() -> None:
    motion = motion_of(*measures((0.0, 0.5), []), Place("a.mp4"))
    assert (motion.points, motion.present) == ((), (0.0, 1.0))
