"""Which frames are kept: exact on small ranges, and bounded for any."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.video.sampling import BoundedSelector, OpenEndSelector, Selector, bin_centres, spread


def select(selector: Selector, times: Sequence[float]) -> list[float]:
    """The times of the samples, and nothing kept that `dropped` lets go."""
    kept: list[float] = []
    for seconds in times:
        if selector.wants(seconds):
            kept.append(seconds)
            for position in reversed(selector.dropped()):
                del kept[position]
    return [kept[position] for position in selector.positions()]


@pytest.mark.parametrize(
    ("num_items", "num_samples", "expected"),
    [
        (8, 4, [1, 3, 5, 7]),
        (10, 4, [1, 3, 6, 8]),
        (5, 5, [0, 1, 2, 3, 4]),
        (2, 4, [0, 0, 1, 1]),
        (1, 3, [0, 0, 0]),
        (3, 1, [1]),
    ],
)
def test_samples_are_spread_over_the_items(num_items: int, num_samples: int, expected: list[int]) -> None:
    assert spread(num_items, num_samples) == expected


def test_bin_centres_are_the_middles_of_equal_parts() -> None:
    assert bin_centres(1.0, 3.0, 4) == [1.25, 1.75, 2.25, 2.75]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 100, [13, 38, 63, 88]),
        (0, 4, [1, 2, 3, 3]),
        (10, 18, [11, 13, 15, 17]),
        (10, 12, [11, 11, 11, 11]),
        (10.2, 12.2, [11, 11, 12, 12]),
        (90, 104, [92, 96, 99, 99]),
        (100, 104, []),
    ],
)
def test_a_segment_takes_the_first_frame_after_each_bin_centre(start: float, end: float, expected: list[int]) -> None:
    assert select(BoundedSelector(start, end, 4), [float(t) for t in range(100)]) == expected


@pytest.mark.parametrize(
    ("num_frames", "start", "expected"),
    [
        (8, 0, [1, 3, 5, 7]),
        (15, 0, [1, 5, 9, 13]),
        (16, 0, [2, 6, 10, 14]),
        (100, 0, [8, 32, 64, 88]),
        (100, 90.5, [92, 94, 96, 98]),
        (2, 0, [0, 0, 1, 1]),
        (100, 100, []),
    ],
)
def test_an_open_end_is_spread_over_all_frames_to_the_end(num_frames: int, start: float, expected: list[int]) -> None:
    assert select(OpenEndSelector(start, 4), [float(t) for t in range(num_frames)]) == expected


def test_a_segment_without_a_frame_gives_no_sample() -> None:
    assert select(BoundedSelector(5, 6, 4), [0.0, 4.9, 6.0, 7.0]) == []
    assert select(OpenEndSelector(5, 4), [0.0, 4.9]) == []


def test_all_frames_at_one_time_are_told_apart_by_their_order() -> None:
    selector = OpenEndSelector(0, 4)
    assert select(selector, [0.0] * 8) == [0.0] * 4
    assert len(set(selector.positions())) == 4


TIMES = st.lists(st.floats(0, 50), max_size=200).map(sorted)
SPANS = st.tuples(st.floats(0, 40), st.floats(1e-3, 40)).map(lambda span: (span[0], span[0] + span[1]))
NUM_FRAMES = st.integers(1, 24)


@given(times=TIMES, span=SPANS, num_frames=NUM_FRAMES)
def test_samples_of_a_segment_lie_inside_it_in_order(
    times: list[float], span: tuple[float, float], num_frames: int
) -> None:
    start, end = span
    samples = select(BoundedSelector(start, end, num_frames), times)
    assert samples == sorted(samples)
    assert all(start <= seconds < end for seconds in samples)
    reached = [seconds for seconds in times if bin_centres(start, end, num_frames)[0] <= seconds < end]
    assert len(samples) == (num_frames if reached else 0)


@given(times=TIMES, start=st.floats(0, 50), num_frames=NUM_FRAMES)
def test_samples_to_an_open_end_lie_after_the_start_in_order(times: list[float], start: float, num_frames: int) -> None:
    samples = select(OpenEndSelector(start, num_frames), times)
    assert samples == sorted(samples)
    assert all(seconds >= start for seconds in samples)
    assert len(samples) == (num_frames if times and times[-1] >= start else 0)


@given(length=st.integers(0, 3000), num_frames=NUM_FRAMES)
def test_an_open_end_never_keeps_more_than_four_times_what_is_needed(length: int, num_frames: int) -> None:
    selector = OpenEndSelector(0, num_frames)
    num_kept = most_kept = 0
    for index in range(length):
        num_kept += selector.wants(float(index))
        most_kept = max(most_kept, num_kept)
        num_kept -= len(selector.dropped())
    assert most_kept <= 4 * num_frames
    assert num_kept >= min(length, 2 * num_frames - 1)


@given(length=st.integers(1, 2000), fps=st.floats(1, 120), num_frames=NUM_FRAMES, start=st.floats(0, 20))
def test_an_open_end_agrees_with_the_same_end_written_down(
    length: int, fps: float, num_frames: int, start: float
) -> None:
    times = [index / fps for index in range(length) if index / fps >= start]
    if not times:
        return
    end = times[-1] + 1 / fps
    opened = select(OpenEndSelector(start, num_frames), times)
    closed = select(BoundedSelector(times[0], end, num_frames), times)
    # One chooses among every n-th frame, at least two a sample, and the other takes the next frame after each middle.
    allowed = (end - times[0]) / num_frames + 1.001 / fps
    assert len(opened) == num_frames
    assert closed == [] or all(abs(a - b) <= allowed for a, b in zip(opened, closed, strict=True))
