"""Frames are counted and timed as ffprobe does, on odd files, where both are at hand."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from components.video.capture import OpenCVReader
from components.video.reader import VideoError, counts_from_zero
from tests.shared_data import SHARED_DATA

ZOO = SHARED_DATA / "zoo"
# Of 29 pictures OpenCV leaves out three damaged ones.
FRAMES_LEFT_OUT = {"sample_with_invalid_nalu.mp4": 3}
# Whether ffprobe knows VVC depends on its version. PyAV does.
UNKNOWN_TO_OPENCV = {"sample_vvc.mp4"}
pytestmark = pytest.mark.skipif(not (ZOO.is_dir() and shutil.which("ffprobe")), reason="no odd files, or no ffprobe")


def ffprobe_times(path: Path) -> list[float]:
    command = ["ffprobe", "-v", "quiet", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "json"]
    output = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False).stdout
    return [float(frame["pts_time"]) for frame in json.loads(output or "{}").get("frames", [])]


def test_each_file_that_both_can_read_has_the_same_frames_at_the_same_times() -> None:
    compared = 0
    for path in sorted(path for path in ZOO.iterdir() if path.suffix != ".csv"):
        expected = ffprobe_times(path)
        try:
            reader = OpenCVReader(path, 1)
        except VideoError:
            assert not expected or path.name in UNKNOWN_TO_OPENCV, path.name
            continue
        times = [seconds for seconds, _ in reader.frames()]
        reader.close()
        zero = 0.0 if counts_from_zero(path) else expected[0]
        left_out = FRAMES_LEFT_OUT.get(path.name, 0)
        assert len(times) == len(expected) - left_out, path.name
        assert times == pytest.approx([seconds - zero for seconds in expected[: len(times)]], abs=1e-3), path.name
        compared += 1
    assert compared == 23
