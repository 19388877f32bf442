"""Clips of real files: the right pixels at the right times, in one pass."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from components.video.clips import probe, read_clips
from components.video.config import SamplingConfig
from components.video.images import Frame
from components.video.reader import VideoError, VideoInfo
from components.video.tasks import Clip, Ending, Span
from tests.components.video.videos import HEIGHT, WIDTH, read_index, turn_video, write_video


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds, ten frames each."""
    return write_video(tmp_path_factory.mktemp("videos") / "video.mp4", 50)


def run(path: Path, *spans: Span, **sampling: Any) -> tuple[list[Clip], Ending]:
    """The clips in the order of the spans, and the ending."""
    config = SamplingConfig(**{"num_frames": 4, "short_side": 48, **sampling})
    clips: list[Clip] = []
    generator = read_clips(path, spans, config)
    while True:
        try:
            clips.append(next(generator))
        except StopIteration as stop:
            return sorted(clips, key=lambda clip: (clip.span, clip.number)), stop.value


def read(path: Path, *spans: Span, **sampling: Any) -> list[Clip]:
    return run(path, *spans, **sampling)[0]


def pixels(clip: Clip) -> list[Frame]:
    """The frames, as BGR."""
    return [cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) for jpeg in clip.jpegs]


def indices(clip: Clip) -> list[int]:
    """What the pictures show, which must be what the clip says."""
    shown = [read_index(frame) for frame in pixels(clip)]
    assert shown == list(clip.frame_indices)
    return shown


@pytest.mark.parametrize(("codec", "name"), [("mp4v", "v.mp4"), ("MJPG", "v.avi"), ("XVID", "v.avi")])
@pytest.mark.parametrize("fps", [5.0, 12.5, 29.97])
def test_each_frame_is_given_its_own_time(tmp_path: Path, codec: str, name: str, fps: float) -> None:
    (clip,) = read(write_video(tmp_path / name, 12, fps, codec), Span(), num_frames=12)
    assert indices(clip) == list(range(12))
    assert clip.frame_seconds == pytest.approx([index / fps for index in range(12)], abs=1e-3)
    assert clip.end_seconds == pytest.approx(12 / fps, abs=1e-3)


def test_a_segment_holds_the_frames_of_its_own_time(video: Path) -> None:
    (clip,) = read(video, Span(1.0, 3.0))
    assert indices(clip) == [12, 17, 22, 27]
    assert clip.frame_seconds == pytest.approx([1.2, 1.7, 2.2, 2.7])
    assert (clip.num_distinct, clip.start_seconds, clip.end_seconds, clip.missing_seconds) == (4, 1.0, 3.0, 0.0)


def test_a_segment_in_frames_learns_its_times_from_the_video(video: Path) -> None:
    (clip,) = read(video, Span(10, 30, in_frames=True))
    assert indices(clip) == [12, 17, 22, 27]
    assert (clip.start_seconds, clip.end_seconds) == (pytest.approx(1.0), pytest.approx(3.0))


def test_a_segment_to_the_end_needs_no_end(video: Path) -> None:
    (clip,) = read(video, Span(4.0))
    assert indices(clip) == [41, 43, 46, 48]
    assert clip.end_seconds == pytest.approx(5.0)


SAMPLINGS: list[dict[str, Any]] = [
    {},
    {"method": "dense"},
    {"method": "step", "step_frames": 2, "views": 2},
    {"method": "step", "step_seconds": 0.3, "short": "wrap"},
    {"window_seconds": 1.0, "window_stride_seconds": 0.7},
    {"window_seconds": 1.0, "method": "dense"},
]


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=str)
def test_many_segments_in_one_pass_equal_each_alone(video: Path, sampling: dict[str, Any]) -> None:
    spans = [Span(3.0, 4.0), Span(), Span(0.0, 0.2), Span(1.0, 3.5), Span(1.0, 3.5), Span(2.0), Span(9.0, 9.5)]
    spans += [Span(3, 20, in_frames=True), Span(40, None, in_frames=True), Span(48, 90, in_frames=True)]
    together = read(video, *spans, **sampling)
    for number, span in enumerate(spans):
        alone = read(video, span, **sampling)
        assert [clip.jpegs for clip in together if clip.span == number] == [clip.jpegs for clip in alone]


def test_frames_a_step_apart_in_frames_or_seconds_or_none(video: Path) -> None:
    assert indices(read(video, Span(1.0, 3.0), method="step", step_frames=3)[0]) == [15, 18, 21, 24]
    assert indices(read(video, Span(1.0, 3.0), method="step", step_seconds=0.3)[0]) == [15, 18, 21, 24]
    assert indices(read(video, Span(1.0, 3.0), method="dense")[0]) == [18, 19, 20, 21]


def test_a_long_segment_is_cut_into_windows(video: Path) -> None:
    clips = read(video, Span(1.0, 3.5), window_seconds=1.0, num_frames=2)
    assert [(clip.number, clip.num_clips) for clip in clips] == [(0, 3), (1, 3), (2, 3)]
    assert [indices(clip) for clip in clips] == [[12, 17], [22, 27], [27, 32]]
    assert [clip.start_seconds for clip in clips] == pytest.approx([1.0, 2.0, 2.5])


def test_a_clip_is_given_as_soon_as_its_last_frame_was_read(video: Path) -> None:
    num_read = 0

    def count() -> None:
        nonlocal num_read
        num_read += 1

    clips = read_clips(video, [Span(4.0, 4.5), Span(0.0, 1.0)], SamplingConfig(num_frames=4), on_frame=count)
    assert (next(clips).span, num_read) == (1, 11)
    assert (next(clips).span, num_read) == (0, 46)


def test_a_frame_that_fills_several_samples_is_one_object(video: Path) -> None:
    (clip,) = read(video, Span(0.0, 0.2), num_frames=8)
    assert indices(clip) == [0] * 4 + [1] * 4
    assert clip.num_distinct == len({id(jpeg) for jpeg in clip.jpegs}) == 2


@pytest.mark.parametrize("span", [Span(7.0, 9.0), Span(70, 90, in_frames=True)])
def test_a_segment_past_the_end_has_no_frames_and_the_end_is_known(video: Path, span: Span) -> None:
    (clip,) = read(video, span)
    assert (clip.jpegs, clip.frame_seconds, clip.num_distinct) == ((), (), 0)
    assert (clip.read_seconds, clip.missing_seconds) == (pytest.approx(5.0), pytest.approx(4.0))


def test_reading_stops_after_the_last_needed_frame(video: Path) -> None:
    _, ending = run(video, Span(0.0, 1.0), max_frames=12)
    assert ending == Ending(pytest.approx(1.1), 11, is_end_of_video=False)
    _, ending = run(video, Span(0.0, 9.0))
    assert ending == Ending(pytest.approx(5.0), 50, is_end_of_video=True)


def test_a_header_that_lies_about_the_end_changes_nothing(tmp_path: Path) -> None:
    true = write_video(tmp_path / "true.avi", 50, codec="MJPG")
    content = bytearray(true.read_bytes())
    # The number of frames, in the main header and in the stream's.
    for place in (content.index(b"avih") + 8 + 16, content.index(b"strh") + 8 + 32):
        assert int.from_bytes(content[place : place + 4], "little") == 50
        content[place : place + 4] = (5000).to_bytes(4, "little")
    (tmp_path / "liar.avi").write_bytes(content)
    assert probe(tmp_path / "liar.avi").duration_seconds == pytest.approx(5.0)
    expected, found = read(true, Span(), Span(4.0)), read(tmp_path / "liar.avi", Span(), Span(4.0))
    assert [clip.jpegs for clip in found] == [clip.jpegs for clip in expected]
    assert [clip.end_seconds for clip in found] == pytest.approx([5.0, 5.0])


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
    assert indices(within) == [1, 3, 6, 8]
    assert beyond.jpegs == ()
    assert 1.5 < beyond.read_seconds < 4


@pytest.mark.parametrize("content", [b"", b"text", b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3" * 99])
def test_a_file_that_is_no_video(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "video.mp4").write_bytes(content)
    with pytest.raises(
        VideoError, match="the decoder cannot open it: damaged, encrypted, no video in it, or a codec"
    ) as error:
        read(tmp_path / "video.mp4", Span())
    assert error.value.code == "video_unreadable"


def test_an_mp4_cut_in_half_has_lost_its_index(video: Path, tmp_path: Path) -> None:
    content = video.read_bytes()
    (tmp_path / "half.mp4").write_bytes(content[: len(content) // 2])
    with pytest.raises(VideoError, match="the decoder cannot open it"):
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
    for expected, frame in zip(pixels(upright), pixels(clip), strict=True):
        assert np.abs(frame.astype(int) - np.rot90(expected, -quarter_turns)).mean() < 2
    size = (HEIGHT, WIDTH) if quarter_turns % 2 else (WIDTH, HEIGHT)
    assert (probe(turned).width, probe(turned).height) == size


def test_what_is_known_of_a_video_before_it_is_decoded(video: Path) -> None:
    assert probe(video) == VideoInfo(WIDTH, HEIGHT, 10.0, duration_seconds=5.0, promised_seconds=5.0)


def test_colours_are_kept(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "red.mp4", "mp4v", 64, 64, (0, 0, 255))
    blue, green, red = pixels(read(path, Span())[0])[0].mean(axis=(0, 1))
    assert red > 200
    assert max(green, blue) < 60
