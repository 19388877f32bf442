"""Windows over a whole video: one pass, the frames of segments with the same bounds, nothing left out."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.video.clips import read_clips, read_windows
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.queues import Windows, WindowTasks
from components.video.reader import VideoInfo
from components.video.tasks import Clip, Span
from tests.components.video.videos import write_video

SAMPLING = SamplingConfig(num_frames=4, short_side=48)
STEP_BY_FRAMES = SamplingConfig(num_frames=4, short_side=48, method="step", step_frames=2)
INFO = VideoInfo(width=96, height=48, fps=10.0, duration_seconds=5.0)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds, ten frames each."""
    return write_video(tmp_path_factory.mktemp("videos") / "video.mp4", 50)


def bounds(clip: Clip) -> tuple[float, float]:
    return clip.start_seconds, clip.end_seconds


@pytest.mark.parametrize(
    "sampling", [SAMPLING, STEP_BY_FRAMES, SamplingConfig(num_frames=4, short_side=48, method="dense")]
)
def test_a_window_has_the_frames_of_a_segment_with_its_bounds(video: Path, sampling: SamplingConfig) -> None:
    clips = [clip for clip in read_windows(video, Windows((1.0, 2.0), 0.5), sampling) if not clip.missing_seconds]
    assert len(clips) == 9 + 7
    segments = list(read_clips(video, [Span(*bounds(clip)) for clip in clips], sampling))
    by_bounds = {bounds(segment): segment for segment in segments}
    for clip in clips:
        assert clip.jpegs == by_bounds[bounds(clip)].jpegs
        assert clip.frame_indices == by_bounds[bounds(clip)].frame_indices


def test_the_child_gives_what_the_same_process_would(video: Path) -> None:
    windows = Windows((1.0,), 0.7)
    with Decoder() as decoder:
        assert list(decoder.read_windows(video, windows, SAMPLING)) == list(read_windows(video, windows, SAMPLING))


@given(length=st.floats(0.1, 9.0), step=st.floats(0.05, 1.0), num_frames=st.integers(1, 40))
def test_windows_cover_the_video(length: float, step: float, num_frames: int) -> None:
    info = VideoInfo(width=96, height=48, fps=10.0, duration_seconds=num_frames / 10)
    queue = WindowTasks(Windows((length,), step), SAMPLING, info)
    begun = [queue.begin(index, index / 10) for index in range(num_frames)]
    plans = [task.plan for task in itertools.chain.from_iterable(begun)]
    assert plans[0].start == 0.0
    assert all(after.start - before.start == pytest.approx(step) for before, after in itertools.pairwise(plans))
    assert all(plan.end - plan.start == pytest.approx(min(length, num_frames / 10)) for plan in plans)
    assert plans[-1].start + step > (num_frames - 1) / 10 - 1e-9


def test_the_first_window_that_the_end_cuts_off_is_kept(video: Path) -> None:
    clips = list(read_windows(video, Windows((2.0,), 0.8), SAMPLING))
    assert [bounds(clip) for clip in clips][-2:] == [pytest.approx((2.4, 4.4)), pytest.approx((3.2, 5.2))]
    assert [clip.missing_seconds for clip in clips][-2:] == [0.0, pytest.approx(0.2)]


def test_a_window_is_no_longer_than_the_video(video: Path) -> None:
    clips = list(read_windows(video, Windows((60.0, 90.0), 6.0), SAMPLING))
    assert [bounds(clip) for clip in clips] == [(0.0, 5.0)]
    assert clips[0].jpegs == next(read_clips(video, [Span()], SAMPLING)).jpegs


def test_windows_without_a_length_are_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Windows((), 1.0)


def test_only_the_windows_that_overlap_are_remembered() -> None:
    queue = WindowTasks(Windows((1.0,), 0.1), SAMPLING, INFO)
    assert len(queue.begin(0, 0.0)) == 1
    assert len(queue.begin(3, 0.35)) == 3
    assert not queue.is_empty()
    assert queue.rest() == []


def test_a_time_stamp_that_lies_by_years_costs_nothing() -> None:
    queue = WindowTasks(Windows((1.0, 2.0), 0.1), SAMPLING, INFO)
    queue.begin(0, 0.0)
    begun = queue.begin(1, 1e9)
    assert len(begun) <= 2 * 22
    assert {task.plan.start <= 1e9 for task in begun} == {True}
