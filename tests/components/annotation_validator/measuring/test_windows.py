"""Which windows of a segment a model is asked about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.measuring.windows import window_seconds, window_starts
from models.export_info import ExportInfo

CARD = ExportInfo(("sit", "wave"), {}, {}, "key", clip_seconds={"sit": [1.0, 1.4, 3.0], "wave": [0.0, 0.0, 0.0]})


def test_a_window_is_half_as_long_as_the_clips_of_its_label() -> None:
    assert window_seconds(CARD, "sit") == pytest.approx(0.7)


@pytest.mark.parametrize("label", ["wave", "jump"], ids=["of no length", "unknown to the model"])
def test_a_label_that_the_model_says_nothing_of_has_no_windows(label: str) -> None:
    assert window_seconds(CARD, label) is None


def test_windows_begin_with_the_segment_and_end_with_it() -> None:
    np.testing.assert_allclose(window_starts((3.0, 4.0), 0.5), [3.0, 3.1, 3.2, 3.3, 3.4, 3.5])


def test_a_segment_shorter_than_a_window_has_none() -> None:
    assert len(window_starts((3.0, 3.4), 0.5)) == 0


@given(st.floats(0, 1e5), st.floats(0.1, 1e5), st.floats(0.05, 60))
def test_windows_lie_in_the_segment_and_are_no_more_than_a_model_can_be_asked(
    start: float, seconds: float, length: float
) -> None:
    starts = window_starts((start, start + seconds), length)
    assert len(starts) <= 100
    assert np.all(starts >= start) and np.all(starts + length <= start + seconds + 1e-6)
    if 1 < len(starts) < 100:
        assert np.diff(starts).max() <= length / 5 + 1e-6
