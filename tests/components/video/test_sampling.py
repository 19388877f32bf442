"""Which frames are kept: exact on small ranges, and bounded for any."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.video.config import SamplingConfig
from components.video.sampling import ClipPlan, Selector, bin_centres, plan_clips, windows
from components.video.times import FrameIndex


def select(plan: ClipPlan, positions: Sequence[float], length: float = 1.0) -> list[float]:
    """The positions of the samples; each frame is shown until the next one is, the last one for `length`."""
    selector = Selector(plan)
    ends = [*positions[1:], positions[-1] + length] if positions else []
    kept = [position for position, end in zip(positions, ends, strict=True) if selector.wants(position, end)]
    return [kept[sample] for sample in selector.samples()]


def sample(
    positions: Sequence[float], start: float, end: float, *, step: float | None = None, **sampling: Any
) -> list[list[float]]:
    """The samples of each clip of [start, end), when frames are one apart."""
    config = SamplingConfig(**{"num_frames": 4, **sampling})
    return [select(plan, positions) for plan in plan_clips(start, end, config, step=step, frame_length=1)]


HUNDRED = [float(index) for index in range(100)]


def test_bin_centres_are_the_middles_of_equal_parts() -> None:
    assert bin_centres(1.0, 3.0, 4) == [1.25, 1.75, 2.25, 2.75]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 100, [12, 37, 62, 87]),
        (0, 4, [0, 1, 2, 3]),
        (10, 18, [11, 13, 15, 17]),
        (10, 12, [10, 10, 11, 11]),
        (90, 104, [91, 95, 98, 98]),
        (100, 104, []),
    ],
)
def test_uniform_takes_the_frame_on_display_in_the_middle_of_each_part(
    start: float, end: float, expected: list[int]
) -> None:
    assert sample(HUNDRED, start, end) == [expected]


@pytest.mark.parametrize(
    ("start", "end", "step", "expected"),
    [
        (0, 4, 1, [0, 1, 2, 3]),
        (0, 10, 1, [3, 4, 5, 6]),
        (0, 10, 3, [0, 3, 6, 9]),
        (20, 40, 2, [26, 28, 30, 32]),
    ],
)
def test_a_step_apart_in_the_middle_of_the_segment(start: int, end: int, step: int, expected: list[int]) -> None:
    assert sample(HUNDRED, start, end, step=step, method="step", step_frames=step) == [expected]


def test_views_reach_from_the_start_to_the_end_of_the_segment() -> None:
    views = sample(HUNDRED, 10, 30, step=2, method="step", step_frames=2, views=3)
    assert views == [[10, 12, 14, 16], [16, 18, 20, 22], [23, 25, 27, 29]]


@pytest.mark.parametrize(
    ("short", "expected"), [("repeat_last", [10, 13, 13, 13]), ("wrap", [10, 13, 11, 14]), ("error", [10, 13, 13, 13])]
)
def test_what_fills_a_clip_that_is_longer_than_its_segment(short: str, expected: list[int]) -> None:
    (clip,) = sample(HUNDRED, 10, 15, step=3, method="step", step_frames=3, short=short)
    assert clip == expected


def test_a_wanted_time_gets_the_frame_on_display_whatever_the_rate_is() -> None:
    assert sample([0.0, 0.1, 0.2, 6.0, 6.1, 9.0], 0, 8) == [[0.2, 0.2, 0.2, 6.1]]


def test_a_low_rate_on_average_keeps_steps_in_the_middle() -> None:
    (plan,) = plan_clips(0, 9, SamplingConfig(num_frames=4, method="step", step_seconds=1), step=1, frame_length=5)
    assert plan.targets == (2.5, 3.5, 4.5, 5.5)


def test_a_segment_with_one_early_frame_has_that_frame() -> None:
    (clip,) = sample([0.0, 50.0], 0, 40)
    assert clip == [0.0] * 4


def test_a_segment_without_a_frame_gives_no_sample() -> None:
    assert sample([0.0, 4.9, 6.0, 7.0], 5, 6) == [[]]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((0, 4, 4, 4), [(0, 4)]),
        ((0, 3, 4, 4), [(0, 3)]),
        ((0, 8, 4, 4), [(0, 4), (4, 8)]),
        ((0, 10, 4, 4), [(0, 4), (4, 8), (6, 10)]),
        ((1, 8, 4, 2), [(1, 5), (3, 7), (4, 8)]),
    ],
)
def test_windows(bounds: tuple[float, float, float, float], expected: list[tuple[float, float]]) -> None:
    assert windows(*bounds) == expected


@given(start=st.floats(0, 100), length=st.floats(0.1, 100), window=st.floats(0.5, 30), overlap=st.floats(0, 0.9))
def test_windows_cover_the_segment_and_nothing_else(start: float, length: float, window: float, overlap: float) -> None:
    end = start + length
    cut = windows(start, end, window, window * (1 - overlap))
    assert cut[0][0] == start
    assert cut[-1][1] == pytest.approx(end)
    assert all(start <= first + 1e-9 and last <= end + 1e-9 for first, last in cut)
    assert all(after[0] <= before[1] + 1e-9 for before, after in zip(cut, cut[1:], strict=False))
    assert len(cut) == 1 or all(last - first == pytest.approx(window) for first, last in cut)


TIMES = st.lists(st.floats(0, 50), max_size=200).map(sorted)
SPANS = st.tuples(st.floats(0, 40), st.floats(1e-3, 40)).map(lambda span: (span[0], span[0] + span[1]))
METHODS = st.sampled_from(
    [{}, {"method": "step", "step_seconds": 0.5}, {"method": "step", "step_seconds": 0.5, "views": 3, "short": "wrap"}]
)


@given(times=TIMES, span=SPANS, num_frames=st.integers(1, 24), method=METHODS, frame_seconds=st.floats(0, 1))
def test_samples_are_complete_and_inside_the_segment_or_there_is_no_frame_in_it(
    times: list[float], span: tuple[float, float], num_frames: int, method: dict[str, Any], frame_seconds: float
) -> None:
    start, end = span
    config = SamplingConfig(num_frames=num_frames, **method)
    plans = plan_clips(start, end, config, step=config.step_seconds, frame_length=frame_seconds)
    assert len(plans) == config.views
    has_frames = any(start <= time < end for time in times)
    for plan in plans:
        samples = select(plan, times, frame_seconds)
        assert len(samples) == (num_frames if has_frames else 0)
        assert all(start <= seconds < end for seconds in samples)
        assert config.short == "wrap" or samples == sorted(samples)


@given(
    num_frames=st.integers(1, 60), length=st.integers(1, 400), fps=st.sampled_from([5.0, 23.976, 25.0, 29.97, 240.0])
)
def test_times_and_indices_choose_the_same_frames_of_a_constant_rate(num_frames: int, length: int, fps: float) -> None:
    config = SamplingConfig(num_frames=num_frames)
    (by_index,) = plan_clips(0, length, config, step=None, frame_length=1)
    (by_time,) = plan_clips(0, length / fps, config, step=None, frame_length=1 / fps)
    indices = select(by_index, range(length))
    times = select(by_time, [index / fps for index in range(length)], 1 / fps)
    assert [round(time * fps) for time in times] == indices
    assert length != num_frames or indices == list(range(length))


def test_an_index_knows_frames_by_time_and_times_by_frame() -> None:
    index = FrameIndex([0.0, 0.5, 2.0], end_seconds=2.5)
    assert [index.frame_at(seconds) for seconds in (0, 0.1, 0.5, 2.0, 2.1)] == [0, 1, 1, 2, 3]
    assert [index.seconds_at(frame) for frame in (0, 2, 3, 99)] == [0.0, 2.0, 2.5, 2.5]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"method": "step"}, "needs either step_frames or step_seconds"),
        ({"method": "step", "step_frames": 2, "step_seconds": 1.0}, "needs either step_frames or step_seconds"),
        ({"step_frames": 2}, "belong to method 'step'; the method is 'uniform'"),
        ({"views": 2}, "views belong to methods"),
        ({"window_stride_seconds": 1.0}, "needs window_seconds"),
    ],
)
def test_settings_that_do_not_fit_together(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SamplingConfig(**values)
