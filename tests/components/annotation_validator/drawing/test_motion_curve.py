"""What the page draws of a segment's motion."""

import numpy as np
import pytest

from components.annotation_validator.drawing.motion_curve import MotionCurve, motion_around
from components.annotation_validator.findings import Suggestion
from components.annotation_validator.inputs.measures import Bounds, Fingerprint, SegmentMeasures, VideoMeasures


def motion(bounds: Bounds, curve: list[float], suggestion: Suggestion | None = None) -> MotionCurve:
    """The motion around a segment of a video with a value at each full second."""
    segment = SegmentMeasures(bounds, None, 1.0, None, 0.5, 0.5, np.zeros(8, np.float32), ())
    copy = Fingerprint(np.zeros(64, np.float32), np.zeros(704, np.float32))
    return motion_around(VideoMeasures(np.arange(float(len(curve))), np.array(curve), copy), segment, suggestion)


def test_the_motion_is_shown_from_a_second_before_a_segment_to_a_second_after_it() -> None:
    curve = motion((3.0, 5.0), [9, 9, 0, 1, 2, 4, 0, 9])
    assert curve.points == [(0.0, 1.0), (0.25, 0.75), (0.5, 0.5), (0.75, 0.0), (1.0, 1.0)]
    assert (curve.across(*curve.present), curve.suggested, curve.peak) == ([0.25, 0.75], None, 4.0)
    assert curve.ticks == {0.0: 2.0, 0.25: 3.0, 0.5: 4.0, 0.75: 5.0, 1.0: 6.0}


def test_a_bound_that_is_not_suggested_stays_where_it_is() -> None:
    curve = motion((3.0, 5.0), [1] * 8, Suggestion(end_seconds=4.0))
    assert curve.suggested == (3.0, 4.0)
    assert curve.across(*curve.suggested) == pytest.approx((0.25, 0.5))


def test_a_suggestion_of_another_label_moves_no_bound() -> None:
    assert motion((3.0, 5.0), [1] * 8, Suggestion(label="sit")).suggested is None


def test_a_video_in_which_nothing_was_measured_can_be_drawn() -> None:
    curve = motion((0.0, 0.5), [])
    assert (curve.points, curve.across(*curve.present)) == ([], [0.0, 1.0])
