"""Clips of real files: the right pixels at the right times, in one pass."""

import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from components.video.clips import (
    Clip,
    Span,
    VideoError,
    VideoInfo,
    brightness,
    encode_jpeg,
    motion_energy,
    probe,
    read_clips,
    scale_short_side,
)
from tests.components.video.videos import HEIGHT, WIDTH, draw_frame, read_index, turn_video, write_video


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds, ten frames each."""
    return write_video(tmp_path_factory.mktemp("videos") / "video.mp4", 50)


def read(
    path: Path, *spans: Span, num_frames: int = 4, short_side: int = 48, max_pixels: int = 10**6, max_frames: int = 1000
) -> list[Clip]:
    limits = {"max_pixels": max_pixels, "max_frames": max_frames}
    return read_clips(path, spans, num_frames=num_frames, short_side=short_side, **limits)[1]


def indices(clip: Clip) -> list[int]:
    return [read_index(frame) for frame in clip.frames]


@pytest.mark.parametrize(("codec", "name"), [("mp4v", "v.mp4"), ("MJPG", "v.avi"), ("XVID", "v.avi")])
@pytest.mark.parametrize("fps", [5.0, 12.5, 29.97])
def test_each_frame_is_given_its_own_time(tmp_path: Path, codec: str, name: str, fps: float) -> None:
    (clip,) = read(write_video(tmp_path / name, 12, fps, codec), Span(), num_frames=12)
    assert indices(clip) == list(range(12))
    assert clip.frame_seconds == pytest.approx([index / fps for index in range(12)], abs=1e-3)
    assert clip.end_seconds == pytest.approx(11 / fps, abs=1e-3)


def test_a_segment_holds_the_frames_of_its_own_time(video: Path) -> None:
    (clip,) = read(video, Span(1.0, 3.0))
    assert indices(clip) == [13, 18, 23, 28]
    assert clip.frame_seconds == pytest.approx([1.3, 1.8, 2.3, 2.8])
    assert clip.num_distinct == 4


def test_a_segment_to_the_end_needs_no_end(video: Path) -> None:
    (clip,) = read(video, Span(4.0))
    assert indices(clip) == [41, 43, 46, 48]
    assert clip.end_seconds == pytest.approx(4.9)


def test_many_segments_in_one_pass_equal_each_alone(video: Path) -> None:
    spans = [Span(3.0, 4.0), Span(), Span(0.0, 0.2), Span(1.0, 3.5), Span(1.0, 3.5), Span(2.0), Span(9.0, 9.5)]
    together = read(video, *spans)
    for span, clip in zip(spans, together, strict=True):
        (alone,) = read(video, span)
        assert clip.frame_seconds == alone.frame_seconds
        assert all(np.array_equal(a, b) for a, b in zip(clip.frames, alone.frames, strict=True))


def test_a_frame_that_fills_several_samples_is_one_object(video: Path) -> None:
    (clip,) = read(video, Span(0.0, 0.2), num_frames=8)
    assert indices(clip) == [1] * 8
    assert clip.num_distinct == len({id(frame) for frame in clip.frames}) == 1


def test_a_segment_past_the_end_has_no_frames_and_the_end_is_known(video: Path) -> None:
    (clip,) = read(video, Span(7.0, 9.0))
    assert (clip.frames, clip.frame_seconds, clip.num_distinct) == ((), (), 0)
    assert clip.end_seconds == pytest.approx(4.9)


def test_reading_stops_after_the_last_needed_frame(video: Path) -> None:
    (clip,) = read(video, Span(0.0, 1.0), max_frames=12)
    assert clip.end_seconds == pytest.approx(1.0)


def test_no_segment_needs_no_frame(video: Path) -> None:
    assert read(video) == []


def test_a_limit_on_frames(video: Path) -> None:
    assert len(read(video, Span(), max_frames=50)) == 1
    with pytest.raises(VideoError, match="more than 49 frames") as error:
        read(video, Span(), max_frames=49)
    assert error.value.code == "video_too_large"


def test_a_limit_on_pixels(video: Path) -> None:
    assert len(read(video, Span(), max_pixels=WIDTH * HEIGHT)) == 1
    with pytest.raises(VideoError, match=f"{WIDTH}x{HEIGHT} frames; the limit is 4000 pixels a frame") as error:
        read(video, Span(), max_pixels=4000)
    assert error.value.code == "video_too_large"


def write_plain(path: Path, codec: str, width: int, height: int, bgr: tuple[int, int, int]) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 10, (width, height))
    for _ in range(2):
        writer.write(np.full((height, width, 3), bgr, np.uint8))
    writer.release()
    return path


def test_frames_too_wide_for_a_jpeg(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "wide.avi", "MJPG", 65_520, 16, (0, 0, 0))
    with pytest.raises(VideoError, match="65520x16 frames; a JPEG's side has 65500 at the most") as error:
        read(path, Span(), max_pixels=10**7)
    assert error.value.code == "video_too_large"


def test_a_video_cut_in_half_keeps_what_is_there(tmp_path: Path) -> None:
    content = write_video(tmp_path / "whole.avi", 50, codec="MJPG").read_bytes()
    (tmp_path / "half.avi").write_bytes(content[: len(content) // 2])
    within, beyond = read(tmp_path / "half.avi", Span(0.0, 1.0), Span(4.0, 5.0))
    assert indices(within) == [2, 4, 7, 9]
    assert beyond.frames == ()
    assert 1.5 < within.end_seconds < 4


@pytest.mark.parametrize("content", [b"", b"text", b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3" * 99])
def test_a_file_that_is_no_video(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "video.mp4").write_bytes(content)
    with pytest.raises(
        VideoError, match="OpenCV cannot open it: damaged, encrypted, no video in it, or a codec"
    ) as error:
        read(tmp_path / "video.mp4", Span())
    assert error.value.code == "video_unreadable"


def test_an_mp4_cut_in_half_has_lost_its_index(video: Path, tmp_path: Path) -> None:
    content = video.read_bytes()
    (tmp_path / "half.mp4").write_bytes(content[: len(content) // 2])
    with pytest.raises(VideoError, match="OpenCV cannot open it"):
        read(tmp_path / "half.mp4", Span())


@pytest.mark.parametrize("function", [probe, read])
def test_a_name_that_is_no_utf8_would_crash_opencv(tmp_path: Path, function: Callable[[Path], object]) -> None:
    path = write_video(tmp_path / "a.mp4", 2).rename(tmp_path / "caf\udce9.mp4")
    with pytest.raises(VideoError, match="the file's name is not UTF-8"):
        function(path)


@pytest.mark.parametrize("name", ["走る.mp4", "a b'c.mp4", "x%03d.mp4", "file:a.mp4", "-i.mp4"])
def test_unusual_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    write_video(tmp_path / "a.mp4", 4).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert indices(read(Path(name), Span())[0]) == [0, 1, 2, 3]


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_a_recording_is_turned_as_its_header_asks(video: Path, tmp_path: Path, quarter_turns: int) -> None:
    turned = turn_video(video, tmp_path / "turned.mp4", quarter_turns)
    (upright,), (clip,) = read(video, Span(1.0, 3.0)), read(turned, Span(1.0, 3.0))
    for expected, frame in zip(upright.frames, clip.frames, strict=True):
        assert np.array_equal(frame, np.rot90(expected, -quarter_turns))
    size = (HEIGHT, WIDTH) if quarter_turns % 2 else (WIDTH, HEIGHT)
    assert (probe(turned).width, probe(turned).height) == size


def test_probe_says_what_the_header_says(video: Path) -> None:
    assert probe(video) == VideoInfo(WIDTH, HEIGHT, 10.0)


@pytest.mark.parametrize(
    ("size", "short_side", "expected"),
    [
        ((48, 96), 24, (24, 48)),
        ((96, 48), 24, (48, 24)),
        ((48, 96), 48, (48, 96)),
        ((48, 96), 64, (48, 96)),
        ((3, 900), 2, (2, 600)),
    ],
)
def test_the_shorter_side_is_scaled_down_never_up(
    size: tuple[int, int], short_side: int, expected: tuple[int, int]
) -> None:
    assert scale_short_side(np.zeros((*size, 3), np.uint8), short_side).shape == (*expected, 3)


def test_frames_are_rgb(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "red.mp4", "mp4v", 64, 64, (0, 0, 255))
    red, green, blue = read(path, Span())[0].frames[0].mean(axis=(0, 1))
    assert red > 200
    assert max(green, blue) < 60


def test_the_same_pixels_give_the_same_jpeg() -> None:
    frame = draw_frame(77)
    assert encode_jpeg(frame, 90) == encode_jpeg(frame.copy(), 90)
    assert len(encode_jpeg(frame, 20)) < len(encode_jpeg(frame, 90))


def test_motion_and_brightness_are_shares_of_the_possible() -> None:
    black, white = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    assert motion_energy([black, white, black]) == 1.0
    assert motion_energy([white, white]) == motion_energy([white]) == 0.0
    assert brightness([black, white]) == 0.5
    assert math.isfinite(motion_energy([black[:1, :1], white]))
