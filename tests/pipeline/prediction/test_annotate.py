"""Labels drawn into frames."""

import numpy as np

from pipeline.prediction.annotate import draw
from pipeline.prediction.segments import ActionSegment

FRAME = np.zeros((200, 100, 3), np.uint8)


def strip(*thresholds: float | None) -> np.ndarray:
    """Which pixels of the columns at a quarter and at three quarters of the width have the colour of a segment: [200, 2]."""
    segments = [
        ActionSegment(label, start, end, 0.5, (0.5, 0.5), threshold)
        for label, start, end, threshold in (("a", 0.0, 5.0, thresholds[0]), ("b", 1.0, 10.0, thresholds[1]))
    ]
    image = draw(FRAME, 20.0, segments, 10.0)
    return (image[:, [25, 75]] == (181, 101, 47)).all(axis=-1)


def test_labels_that_exclude_each_other_share_a_strip() -> None:
    drawn = strip(None, None)
    assert drawn[:, 0].sum() == drawn[:, 1].sum() > 0


def test_labels_that_may_overlap_have_a_lane_each() -> None:
    drawn = strip(0.5, 0.5)
    in_both, in_one = drawn[:, 0], drawn[:, 1]
    assert in_both.sum() == 2 * in_one.sum() > 0
    assert np.flatnonzero(in_one).min() > np.flatnonzero(in_both).min()
