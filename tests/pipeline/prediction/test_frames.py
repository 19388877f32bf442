"""Frames from streams: every whole picture, at the right pace."""

import io
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.video.images import encode_jpeg
from foundation.messages.errors import UserError
from pipeline.prediction.frames import TimedFrame, at_pace, end_of_jpeg, read_mjpeg, read_raw, split_jpegs


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)


JPEGS = [encode_jpeg(picture(seed), quality=90) for seed in range(3)]


class Dripping(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size

    def read(self, size: int = -1) -> bytes:
        given, self._data = self._data[: self._size], self._data[self._size :]
        return given


@given(st.integers(1, 5000), st.binary(max_size=20).filter(lambda junk: b"\xff" not in junk))
def test_jpegs_come_out_as_they_went_in_however_they_arrive(size: int, junk: bytes) -> None:
    assert list(split_jpegs(Dripping(junk + junk.join(JPEGS) + junk, size))) == JPEGS


def test_a_thumbnail_inside_is_not_the_end() -> None:
    thumbnail = JPEGS[1]
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    outer = JPEGS[0][:2] + segment + JPEGS[0][2:]
    assert end_of_jpeg(outer + JPEGS[2]) == len(outer)


def test_a_picture_that_is_cut_off_is_left_out() -> None:
    assert list(split_jpegs(io.BytesIO(JPEGS[0] + JPEGS[1][:-10]))) == JPEGS[:1]


@given(st.binary(max_size=300))
def test_any_bytes_end(data: bytes) -> None:
    list(split_jpegs(io.BytesIO(data)))
    end_of_jpeg(b"\xff\xd8" + data)


def test_a_broken_picture_is_told_and_the_others_keep_their_times() -> None:
    broken: list[int] = []
    no_picture = b"\xff\xd8\xff\xd9"
    frames = list(read_mjpeg(io.BytesIO(JPEGS[0] + no_picture + JPEGS[1]), 10.0, broken.append))
    assert [frame.seconds for frame in frames] == [0.0, 0.2]
    assert broken == [1]
    np.testing.assert_array_equal(frames[1].image, cv2.imdecode(np.frombuffer(JPEGS[1], np.uint8), cv2.IMREAD_COLOR))


def test_a_stream_without_a_picture_says_what_to_write() -> None:
    with pytest.raises(UserError, match="holds no JPEG.*--frame-size.*-f mjpeg"):
        list(read_mjpeg(io.BytesIO(b"text"), 10.0, print))


def test_raw_frames_are_turned_from_rgb_to_bgr() -> None:
    rgb = np.stack([picture(0), picture(1)])
    frames = list(read_raw(io.BytesIO(rgb.tobytes()), 32, 24, 5.0))
    assert [frame.seconds for frame in frames] == [0.0, 0.2]
    np.testing.assert_array_equal(frames[1].image, rgb[1, ..., ::-1])


def test_raw_frames_of_another_size_are_noticed() -> None:
    with pytest.raises(UserError, match=r"ends within frame 2: 100 of 2304 bytes.*is --frame-size right"):
        list(read_raw(io.BytesIO(bytes(2304 + 100)), 32, 24, 5.0))


def frames_at(times: list[float]) -> Iterator[TimedFrame]:
    return (TimedFrame(time, picture(0)) for time in times)


def test_a_fast_stream_is_thinned_out_evenly() -> None:
    taken = [frame.seconds for frame in at_pace(frames_at([index / 30 for index in range(30)]), 10.0)]
    assert taken == pytest.approx([index / 10 for index in range(10)])


def test_a_slow_stream_keeps_all_of_its_frames() -> None:
    times = [index / 5 for index in range(5)]
    assert [frame.seconds for frame in at_pace(frames_at(times), 10.0)] == times


def test_after_a_pause_there_is_no_rush() -> None:
    times = [0.0, 0.1, 5.0, *(5.0 + index / 100 for index in range(1, 100))]
    taken = [frame.seconds for frame in at_pace(frames_at(times), 10.0)]
    assert len([time for time in taken if time >= 5.0]) <= 12
