"""Of any video, whatever its container, rate, start and header: a stated span has the frames that its pictures show."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.video import pyav
from components.video.clips import read_clips, read_index, read_windows
from components.video.config import SamplingConfig
from components.video.queues import Windows
from components.video.tasks import Clip, Span
from components.video.times import FrameIndex
from tests.components.video.videos import read_index as read_number
from tests.components.video.videos import record

NUM_FRAMES, STEP_SECONDS = 6, 0.11
CODECS = {".mp4": "mpeg4", ".mkv": "libx264", ".webm": "libvpx", ".avi": "mpeg4", ".flv": "flv", ".ts": "libx264"}
# Where there is a sound, the time stamps of its first packets shift everything a little.
SHIFT_SECONDS = 0.03
ROUNDING_SECONDS = 0.002
# Containers that can go without a duration: how that is asked for.
WITHOUT_DURATION = {
    ".mp4": {"movflags": "frag_keyframe+delay_moov"},
    ".mkv": {"live": "1"},
    ".webm": {"live": "1"},
    ".flv": {"flvflags": "no_duration_filesize"},
}
# What stands before a duration, how far before it, and how it is written.
DURATIONS = {".mp4": (b"mdhd", 16, ">u4"), ".mkv": (b"\x44\x89\x88", 0, ">f8"), ".avi": (b"avih", 20, "<u4")}


@dataclass(frozen=True)
class Recording:
    suffix: str
    rate: int
    seconds: tuple[float, ...]
    is_late: bool
    header: float | None  # by what the duration in the header is multiplied; None: there is none

    def write(self, folder: str) -> Path:
        is_live = self.header is None
        path = record(
            Path(folder, f"video{self.suffix}"),
            self.seconds,
            CODECS[self.suffix],
            rate=self.rate,
            sound_seconds=self.seconds[-1] + 0.5 if self.is_late else 0.0,
            options=WITHOUT_DURATION.get(self.suffix) if is_live else None,
        )
        if self.header and self.suffix in DURATIONS:
            mark, distance, kind = DURATIONS[self.suffix]
            content = bytearray(path.read_bytes())
            start = content.index(mark) + len(mark) + distance
            value = np.frombuffer(content, kind, 1, start) * self.header
            content[start : start + value.astype(kind).nbytes] = value.astype(kind).tobytes()
            path.write_bytes(content)
        return path


@st.composite
def recordings(draw: st.DrawFn, with_sound: bool = True) -> Recording:
    suffix = draw(st.sampled_from(sorted(CODECS)))
    rate = draw(st.sampled_from([5, 12, 25, 30]))
    num_frames = draw(st.integers(8, 40))
    if draw(st.booleans()):
        gaps = [1] * num_frames
    else:
        gaps = draw(st.lists(st.integers(1, 12), min_size=num_frames, max_size=num_frames))
    is_late = with_sound and suffix != ".avi" and draw(st.booleans())
    first = draw(st.integers(1, 3 * rate)) if is_late else 0
    ticks = first + np.cumsum([0, *gaps[:-1]])
    header = draw(st.sampled_from([1.0, 1.0, 0.4, 2.5, None]))
    return Recording(suffix, rate, tuple((ticks / rate).tolist()), is_late, header)


def shown(clip: Clip) -> list[int]:
    numbers = [read_number(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)) for jpeg in clip.jpegs]
    assert numbers == list(clip.frame_indices)
    return numbers


def assert_on_display(clip: Clip, index: FrameIndex, wanted: Sequence[float]) -> None:
    """The clip has the frames on display at the wanted times, of those that begin within it; then the last one is held."""
    inside = [number for number, time in enumerate(index.seconds) if clip.start_seconds <= time < clip.end_seconds]
    found = shown(clip)
    assert len(found) == (len(wanted) if inside else 0)
    held = inside[0] if inside else 0
    for number, seconds in zip(found, wanted, strict=False):
        on_display = max((each for each in inside if index.seconds[each] <= seconds), default=inside[0])
        begun, until = index.seconds[on_display], index.seconds_at(on_display + 1)
        # The last part of a frame counts as the next one's.
        almost_over = 0.011 * (until - begun) + ROUNDING_SECONDS
        allowed = {held} if seconds >= until else {on_display}
        if seconds - begun < ROUNDING_SECONDS and on_display > inside[0]:
            allowed.add(on_display - 1)
        if 0 <= until - seconds < almost_over:
            allowed |= {on_display + 1} & {*inside} or {held}
        assert number in allowed
        held = number


def centres(start: float, end: float) -> list[float]:
    return [start + (end - start) * (index + 0.5) / NUM_FRAMES for index in range(NUM_FRAMES)]


def steps(clip: Clip) -> list[float]:
    length = clip.end_seconds - clip.start_seconds
    slack = max(0.0, length - (NUM_FRAMES - 1) * STEP_SECONDS - min(clip.video.frame_seconds, STEP_SECONDS))
    return [clip.start_seconds + slack / 2 + index * STEP_SECONDS for index in range(NUM_FRAMES)]


def middle(first: int, after: int) -> list[int]:
    start = first + max(0, after - first - NUM_FRAMES) // 2
    return [min(start + index, after - 1) for index in range(NUM_FRAMES)]


def read(path: Path, span: Span, **sampling: Any) -> Clip:
    (clip,) = read_clips(path, [span], SamplingConfig(num_frames=NUM_FRAMES, short_side=48, **sampling))
    return clip


def check(recording: Recording, first: int, after: int, shares: tuple[float, float]) -> None:
    with TemporaryDirectory() as folder:
        path = recording.write(folder)
        index = read_index(path, SamplingConfig())
        times = list(index.seconds)
        shift = times[0] - recording.seconds[0]
        assert abs(shift) <= (SHIFT_SECONDS if recording.is_late else 0)
        assert times == pytest.approx([seconds + shift for seconds in recording.seconds], abs=ROUNDING_SECONDS)

        # From within the frame before the first one to within the last one.
        before, last = times[max(0, first - 1)], times[after - 1]
        end_of_last = times[after] if after < len(times) else last + 1 / recording.rate
        start = before + shares[0] * (times[first] - before)
        span = Span(start, last + shares[1] * (end_of_last - last))
        assert span.end
        assert_on_display(read(path, span), index, centres(start, span.end))
        stepped = read(path, span, method="step", step_seconds=STEP_SECONDS)
        assert_on_display(stepped, index, steps(stepped))
        assert shown(read(path, span, method="dense")) == middle(first, after)
        assert shown(read(path, Span(first, after, in_frames=True), method="dense")) == middle(first, after)

        whole = read(path, Span())
        assert whole.start_seconds == pytest.approx(times[0])
        assert times[-1] < whole.end_seconds <= times[-1] + 13 / recording.rate
        assert_on_display(whole, index, centres(whole.start_seconds, whole.end_seconds))

        config = SamplingConfig(num_frames=NUM_FRAMES, short_side=48)
        for window in read_windows(path, Windows((0.9,), 0.6), config):
            assert_on_display(window, index, centres(window.start_seconds, window.end_seconds))


@st.composite
def stated(draw: st.DrawFn, with_sound: bool = True) -> tuple[Recording, int, int, tuple[float, float]]:
    recording = draw(recordings(with_sound))
    first = draw(st.integers(0, len(recording.seconds) - 2))
    after = draw(st.integers(first + 1, len(recording.seconds)))
    shares = draw(st.tuples(st.sampled_from([0.2, 0.5, 0.8]), st.sampled_from([0.2, 0.5, 0.8])))
    return recording, first, after, shares


@settings(max_examples=60)
@given(stated())
def test_a_stated_span_has_its_frames(case: tuple[Recording, int, int, tuple[float, float]]) -> None:
    check(*case)


@settings(max_examples=30)
@given(stated(with_sound=False))
def test_without_the_extra_too(case: tuple[Recording, int, int, tuple[float, float]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyav, "is_installed", lambda: False)
        check(*case)
