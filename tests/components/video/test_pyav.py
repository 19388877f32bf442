"""Where both decoders can read a file, they give the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from components.video.capture import OpenCVReader, open_video
from components.video.images import Frame
from components.video.pyav import PyAVReader
from components.video.reader import FrameReader, VideoError
from tests.components.video.videos import turn_video, write_video
from tests.shared_data import SHARED_DATA

ZOO = SHARED_DATA / "zoo"
# More than eight bits a channel: the two round differently.
DEEP_COLOUR = {"hlg10-color-test.mp4"}
# Its sound begins before the picture, which OpenCV does not know.
LATE_PICTURE = {"sample_h262_mpeg_audio.ps"}
# PyAV skips a damaged picture that OpenCV shows in part, or the other way round.
DAMAGED = {"sample_with_invalid_nalu.mp4"}


def read_all(reader: FrameReader) -> tuple[list[float], list[Frame]]:
    try:
        frames = [(frame.seconds, frame.retrieve()) for frame in reader.frames()]
    finally:
        reader.close()
    return [seconds for seconds, _ in frames], [frame for _, frame in frames]


def assert_same(path: Path) -> None:
    opencv, pyav = OpenCVReader(path, 1), PyAVReader(path, 1)
    assert (pyav.info.width, pyav.info.height) == (opencv.info.width, opencv.info.height)
    assert pyav.info.fps == pytest.approx(opencv.info.fps, rel=1e-3)
    (times, frames), (other_times, other_frames) = read_all(opencv), read_all(pyav)
    assert other_times == pytest.approx(times, abs=1e-3)
    assert all(np.array_equal(frame, other) for frame, other in zip(frames, other_frames, strict=True))


@pytest.mark.parametrize(("codec", "name"), [("mp4v", "v.mp4"), ("MJPG", "v.avi"), ("XVID", "v.avi")])
def test_both_decoders_give_the_same_pixels_at_the_same_times(tmp_path: Path, codec: str, name: str) -> None:
    assert_same(write_video(tmp_path / name, 12, 12.5, codec))


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_in_a_turned_recording_too(tmp_path: Path, quarter_turns: int) -> None:
    assert_same(turn_video(write_video(tmp_path / "v.mp4", 5), tmp_path / "turned.mp4", quarter_turns))


@pytest.mark.skipif(not ZOO.is_dir(), reason=f"the recordings are not at {ZOO}")
def test_on_every_odd_file_that_both_can_read() -> None:
    compared = 0
    for path in sorted(ZOO.iterdir()):
        try:
            OpenCVReader(path, 1).close()
        except VideoError:
            continue
        if path.name not in DEEP_COLOUR | DAMAGED | LATE_PICTURE:
            assert_same(path)
            compared += 1
    assert compared == 20


@pytest.mark.skipif(not ZOO.is_dir(), reason=f"the recordings are not at {ZOO}")
def test_a_codec_that_opencv_lacks_is_read_all_the_same() -> None:
    with pytest.raises(VideoError):
        OpenCVReader(ZOO / "sample_vvc.mp4", 1)
    with open_video(ZOO / "sample_vvc.mp4", 1) as reader:
        assert isinstance(reader, PyAVReader)
        assert len(list(reader.frames())) == 120


@pytest.mark.parametrize("reader", [OpenCVReader, PyAVReader])
def test_a_file_that_neither_can_open(tmp_path: Path, reader: Callable[[Path, int], FrameReader]) -> None:
    (tmp_path / "video.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    with pytest.raises(VideoError, match="the decoder cannot open it") as error:
        reader(tmp_path / "video.mp4", 1)
    assert error.value.code == "video_unreadable"
