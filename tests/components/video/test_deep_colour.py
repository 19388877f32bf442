"""A recording with ten bits a channel, where it is at hand: `shared/data` beside the checkout.

OpenCV leaves the last rows of such pictures unwritten, so that they differ from run to run.
"""

from pathlib import Path

import numpy as np
import pytest

from components.video.capture import OpenCVReader
from components.video.images import Frame
from tests.components.video.videos import turn_video
from tests.shared_data import SHARED_DATA

VIDEO = SHARED_DATA / "zoo" / "hlg10-color-test.mp4"
pytestmark = pytest.mark.skipif(not VIDEO.is_file(), reason=f"the recording is not at {VIDEO}")


def read_first_frame(path: Path) -> Frame:
    reader = OpenCVReader(path, num_threads=1)
    try:
        return next(reader.frames()).retrieve()
    finally:
        reader.close()


def test_the_last_rows_repeat_the_one_above() -> None:
    frame = read_first_frame(VIDEO)
    assert frame.shape == (1080, 1920, 3)
    assert (frame[-3:] == frame[-4]).all()
    assert (frame[-4] != frame[-40]).any()


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_in_a_turned_recording_too(tmp_path: Path, quarter_turns: int) -> None:
    frame = read_first_frame(turn_video(VIDEO, tmp_path / "turned.mp4", quarter_turns))
    assert np.array_equal(frame, np.rot90(read_first_frame(VIDEO), -quarter_turns))
