"""Videos whose headers lack something, lie or say too little: what was decoded is read from the pictures."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from components.video import pyav
from components.video.clips import probe, read_clips, read_times, read_windows
from components.video.config import SamplingConfig
from components.video.magic import is_video_file, read_head, why_no_video
from components.video.queues import Windows
from components.video.tasks import Clip, Span
from tests.components.video.videos import draw_frame, read_index, record, turn_video, write_video

FPS = 25
TIMES = [index / FPS for index in range(100)]
LATE = [1 + seconds for seconds in TIMES]


@pytest.fixture(params=["PyAV", "OpenCV"])
def each_decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Once with the extra, once as if it were not installed."""
    if request.param == "OpenCV":
        monkeypatch.setattr(pyav, "is_installed", lambda: False)
    return str(request.param)


def read(path: Path, *spans: Span, **sampling: Any) -> list[Clip]:
    config = SamplingConfig(**{"num_frames": 8, "short_side": 48, **sampling})
    return sorted(read_clips(path, spans or [Span()], config), key=lambda clip: (clip.span, clip.number))


def shown(clip: Clip) -> list[int]:
    """What the pictures show."""
    return [read_index(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)) for jpeg in clip.jpegs]


WHOLE = [6, 18, 31, 43, 56, 68, 81, 93]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("live.webm", "libvpx", {"live": "1"}),
        ("live.mkv", "libx264", {"live": "1"}),
        ("live.flv", "flv", {"flvflags": "no_duration_filesize"}),
        ("fragments.mp4", "mpeg4", {"movflags": "frag_keyframe+empty_moov"}),
    ],
)
@pytest.mark.usefixtures("each_decoder")
def test_a_video_without_a_duration_ends_with_its_last_frame(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    video = record(tmp_path / name, TIMES, codec, options=options)
    (clip,) = read(video)
    assert (shown(clip), clip.start_seconds, clip.end_seconds) == (WHOLE, 0.0, pytest.approx(4.0))
    assert probe(video).duration_seconds == pytest.approx(4.0)
    assert [shown(each) for each in read(video, window_seconds=2.0, num_frames=2)] == [[12, 37], [62, 87]]
    assert next(read_windows(video, Windows((9.0,), 1.0), SamplingConfig())).end_seconds == pytest.approx(4.0)


def test_a_duration_that_stands_in_the_container_only(tmp_path: Path) -> None:
    video = record(tmp_path / "av1.mkv", TIMES[:20], "libsvtav1")
    (clip,) = read(video, num_frames=4)
    assert (shown(clip), clip.end_seconds, clip.missing_seconds) == ([2, 7, 12, 17], pytest.approx(0.8), 0.0)


@pytest.mark.parametrize(
    ("name", "codec", "places"),
    [
        # Mark, and what lies between it and the duration of 4 s.
        ("short.mkv", "mpeg4", [(b"\x44\x89\x88", 0)]),
        ("short.mp4", "mpeg4", [(b"mdhd", 16), (b"mvhd", 16)]),
        ("short.avi", "mpeg4", [(b"avih", 20), (b"strh", 36)]),
    ],
)
@pytest.mark.parametrize("factor", [0.5, 3])
@pytest.mark.usefixtures("each_decoder")
def test_a_header_that_lies_about_the_duration_changes_nothing(
    tmp_path: Path, name: str, codec: str, places: list[tuple[bytes, int]], factor: float
) -> None:
    content = bytearray(record(tmp_path / name, TIMES, codec).read_bytes())
    for mark, distance in places:
        start = content.index(mark) + len(mark) + distance
        kind = {".mkv": ">f8", ".mp4": ">u4", ".avi": "<u4"}[Path(name).suffix]
        value = np.frombuffer(content, kind, 1, start)
        content[start : start + value.nbytes] = (value * factor).astype(kind).tobytes()
    (tmp_path / name).write_bytes(content)
    (clip,) = read(tmp_path / name)
    assert (shown(clip), clip.end_seconds) == (WHOLE, pytest.approx(4.0))


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mpeg4"), ("a.mkv", "libx264"), ("a.webm", "libvpx")])
@pytest.mark.usefixtures("each_decoder")
def test_a_first_picture_that_comes_a_second_after_the_sound(tmp_path: Path, name: str, codec: str) -> None:
    video = record(tmp_path / name, LATE, codec, sound_seconds=5.0)
    second, frames, whole = read(video, Span(2.0, 3.0), Span(25, 50, in_frames=True), Span())
    assert shown(second) == shown(frames) == [26, 29, 32, 35, 39, 42, 45, 48]
    assert (frames.start_seconds, frames.end_seconds) == (pytest.approx(2.0, abs=0.02), pytest.approx(3.0, abs=0.02))
    assert (shown(whole), whole.start_seconds) == (WHOLE, pytest.approx(1.0, abs=0.02))
    assert whole.end_seconds == pytest.approx(5.0, abs=0.02)
    (dense,) = read(video, Span(2.0, 3.0), method="dense", num_frames=25)
    assert shown(dense) == list(range(25, 50))
    windows = read_windows(video, Windows((1.0,), 1.0), SamplingConfig(num_frames=4))
    assert {round(clip.start_seconds): shown(clip) for clip in windows} == {
        start: [25 * (start - 1) + each for each in (3, 9, 15, 21)] for start in (1, 2, 3, 4)
    }
    times = read_times(video)
    assert (times.start_seconds, times.seconds_at(25)) == (
        pytest.approx(1.0, abs=0.02),
        pytest.approx(2.0, abs=0.02),
    )


@pytest.mark.parametrize(("name", "codec"), [("a.flv", "flv"), ("a.ts", "libx264")])
def test_clocks_that_start_anywhere_count_from_the_earliest_stream(tmp_path: Path, name: str, codec: str) -> None:
    video = record(tmp_path / name, [9 + seconds for seconds in TIMES], codec, sound_seconds=13.0)
    assert probe(video).start_seconds == pytest.approx(9.0, abs=0.03)
    video = record(tmp_path / name, [9 + seconds for seconds in TIMES], codec)
    assert shown(read(video, Span(2.0, 3.0))[0]) == [51, 54, 57, 60, 64, 67, 70, 73]


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mpeg4"), ("a.mkv", "mpeg4"), ("a.ts", "libx264")])
def test_a_sound_that_is_longer_than_the_picture_promises_no_pictures(tmp_path: Path, name: str, codec: str) -> None:
    (clip,) = read(record(tmp_path / name, TIMES, codec, sound_seconds=9.0))
    assert (shown(clip), clip.end_seconds) == (WHOLE, pytest.approx(4.0, abs=0.02))
    assert clip.missing_seconds == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mpeg4"), ("a.mkv", "mpeg4"), ("a.avi", "mpeg4")])
@pytest.mark.usefixtures("each_decoder")
def test_a_file_that_was_cut_off_lacks_what_its_header_promises(tmp_path: Path, name: str, codec: str) -> None:
    video = record(tmp_path / name, TIMES, codec, options={"movflags": "faststart"} if name == "a.mp4" else {})
    content = video.read_bytes()
    video.write_bytes(content[: len(content) // 2])
    within, whole = read(video, Span(0.0, 1.0), Span())
    assert (shown(within), within.missing_seconds) == ([1, 4, 7, 10, 14, 17, 20, 23], 0.0)
    assert whole.end_seconds < 3
    assert whole.end_seconds + whole.missing_seconds == pytest.approx(4.0)
    assert probe(video).promised_seconds == pytest.approx(4.0)
    assert probe(video).duration_seconds == pytest.approx(whole.end_seconds, abs=0.1)


def test_the_last_frame_of_a_variable_rate_has_its_own_length(tmp_path: Path) -> None:
    times = [0.0, 2.0, 2.04, 2.08, 2.12]
    (clip,) = read(record(tmp_path / "a.mp4", times), num_frames=4, min_frames=1)
    assert (shown(clip), clip.end_seconds) == ([0, 0, 0, 0], pytest.approx(2.16))
    (clip,) = read(tmp_path / "a.mp4", Span(1.9, 2.16), num_frames=4)
    assert shown(clip) == [1, 1, 2, 4]


@pytest.mark.parametrize("sizes", [((96, 48), (192, 96)), ((96, 48), (48, 96)), ((192, 96), (96, 48))])
def test_a_size_that_changes_in_mid_stream_freezes_no_picture(
    tmp_path: Path, sizes: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    video = record(tmp_path / "a.webm", TIMES, "libvpx", sizes=sizes)
    (clip,) = read(video, Span(0.5, 3.5))
    assert shown(clip) == [17, 26, 35, 45, 54, 64, 73, 82]
    assert len({cv2.imdecode(np.frombuffer(jpeg, np.uint8), 1).shape for jpeg in clip.jpegs}) == 1


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
@pytest.mark.usefixtures("each_decoder")
def test_a_recording_is_mirrored_as_its_header_asks(tmp_path: Path, quarter_turns: int) -> None:
    video = turn_video(write_video(tmp_path / "a.mp4", 50), tmp_path / "b.mp4", quarter_turns, is_mirrored=True)
    (clip,) = read(video, Span(1.0, 1.8))
    for index, jpeg in zip(range(10, 18), clip.jpegs, strict=True):
        expected = np.rot90(draw_frame(index)[:, ::-1], -quarter_turns)
        found = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert found.shape == expected.shape
        assert np.abs(found.astype(int) - expected).mean() < 8
    info = probe(video)
    assert (info.height, info.width) == np.rot90(draw_frame(0), quarter_turns).shape[:2]


@pytest.mark.usefixtures("each_decoder")
def test_a_transport_stream_that_was_cut_at_its_beginning(tmp_path: Path) -> None:
    video = record(tmp_path / "a.ts", TIMES, "mpeg2video")
    video.write_bytes(video.read_bytes()[1000:])
    assert is_video_file(video)
    (clip,) = read(video)
    # What depends on pictures that are gone is left out, or damaged.
    numbers = shown(clip)[2:]
    assert numbers == sorted(numbers)
    assert 90 < numbers[-1] < 100


@pytest.mark.usefixtures("each_decoder")
def test_material_exchange_format(tmp_path: Path) -> None:
    video = record(tmp_path / "a.mxf", TIMES, "mpeg2video")
    assert is_video_file(video)
    assert shown(read(video)[0]) == WHOLE


@pytest.mark.parametrize(
    ("name", "codec", "reason"),
    [
        ("a.h264", "libx264", "it is raw H.264"),
        ("a.hevc", "libx265", "it is raw H.265"),
    ],
)
def test_what_has_no_times_is_refused_as_what_it_is(tmp_path: Path, name: str, codec: str, reason: str) -> None:
    assert why_no_video(read_head(record(tmp_path / name, TIMES[:10], codec))).startswith(reason)
