"""Stretches of action, found between stretches of rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.measuring.activity import Burst, find_bursts
from components.annotation_validator.measuring.bounds import active_bounds
from components.annotation_validator.measuring.motion import measure_motion
from tests.components.annotation_validator.measuring.scenes import film, moves, times


def bursts_of(*stretches: tuple[int, int], noise: float = 3.0, speed: float = 1.5) -> list[Burst]:
    frames = film(moves(*stretches, speed=speed), noise=noise)
    motion = measure_motion(times(frames), frames)
    return find_bursts(motion.seconds, motion.curve())


def test_each_action_is_a_burst_with_its_bounds() -> None:
    first, second = bursts_of((12, 24), (36, 54))
    assert (first.start, first.end) == (pytest.approx(1.0, abs=0.2), pytest.approx(2.0, abs=0.2))
    assert (second.start, second.end) == (pytest.approx(3.0, abs=0.2), pytest.approx(4.5, abs=0.2))


def test_without_rest_or_without_action_nothing_is_said() -> None:
    assert bursts_of((0, 72), speed=0.6) == []
    assert bursts_of() == []


def test_a_segment_is_not_charged_with_its_neighbours_motion() -> None:
    bursts = [Burst(1.0, 2.0), Burst(3.0, 4.0), Burst(5.0, 6.0)]
    loose, *others = active_bounds([(1.4, 5.6), (1.0, 2.0), (5.0, 6.0)], bursts)
    assert loose == (3.0, 4.0)
    assert others == [(1.0, 2.0), (5.0, 6.0)]


def test_actors_who_act_at_one_time_share_their_motion() -> None:
    assert active_bounds([(0.0, 4.0), (0.2, 4.1)], [Burst(1.0, 3.0)]) == [(1.0, 3.0), (1.0, 3.0)]


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 10)), min_size=1, max_size=5),
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 10)), max_size=5),
)
def test_active_bounds_lie_within_their_segment(
    segments: list[tuple[float, float]], stretches: list[tuple[float, float]]
) -> None:
    bounds = [(start, start + length) for start, length in segments]
    bursts = [Burst(start, start + length) for start, length in sorted(stretches)]
    for (start, end), active in zip(bounds, active_bounds(bounds, bursts), strict=True):
        assert active is None or start <= active[0] <= active[1] <= end


@given(st.lists(st.floats(0, 1e4), max_size=60))
def test_any_curve_gives_bursts_in_order(values: list[float]) -> None:
    curve = np.array(values)
    bursts = find_bursts(np.arange(len(curve)) / 10, curve)
    edges = [edge for burst in bursts for edge in (burst.start, burst.end)]
    assert all(0 <= edge <= len(curve) / 10 for edge in edges)
    assert [burst.start for burst in bursts] == sorted(burst.start for burst in bursts)
