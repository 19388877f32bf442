"""Background clips keep away from actions, and use the room that there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.config import NegativesConfig
from components.video_example_gen.background import background_spans

Span = tuple[float, float]
ROUNDING = 1e-6


def config_of(clips: int = 3, clip: float = 2.0, margin: float = 1.0, seed: int = 0) -> NegativesConfig:
    return NegativesConfig(clips_per_video=clips, clip_seconds=clip, margin_seconds=margin, seed=seed)


CONFIGS = st.builds(
    config_of,
    clips=st.integers(0, 12),
    clip=st.floats(0.1, 10, allow_nan=False),
    margin=st.floats(0, 5, allow_nan=False),
    seed=st.integers(0, 9),
)
SPANS = st.tuples(st.floats(0, 100), st.floats(0.01, 30)).map(lambda span: (span[0], span[0] + span[1]))
ANNOTATED = st.lists(SPANS, max_size=8)
DURATIONS = st.floats(0, 120)


def room(annotated: list[Span], duration: float, config: NegativesConfig) -> int:
    """How many clips fit, found in another way: from left to right, each as early as it can be."""
    num_clips, begin = 0, 0.0
    while begin + config.clip_seconds <= duration + ROUNDING:
        end = begin + config.clip_seconds
        too_near = [
            stop + config.margin_seconds
            for start, stop in annotated
            if begin < stop + config.margin_seconds - ROUNDING and start - config.margin_seconds < end - ROUNDING
        ]
        if too_near:
            begin = max(too_near)
        else:
            num_clips, begin = num_clips + 1, end
    return num_clips


@given(annotated=ANNOTATED, duration=DURATIONS, config=CONFIGS)
def test_clips_lie_in_the_video_and_keep_away_from_actions_and_from_each_other(
    annotated: list[Span], duration: float, config: NegativesConfig
) -> None:
    spans = background_spans(annotated, (0.0, duration), "a.mp4", config)
    assert len(spans) <= config.clips_per_video
    for start, end in spans:
        assert 0 <= start < end <= duration
        assert end - start == pytest.approx(config.clip_seconds)
        for action_start, action_end in annotated:
            distance = max(action_start - end, start - action_end)
            assert distance >= config.margin_seconds - ROUNDING
    for before, after in zip(spans, spans[1:], strict=False):
        assert before[1] <= after[0] + ROUNDING


@given(annotated=ANNOTATED, duration=DURATIONS, config=CONFIGS)
def test_all_the_room_is_used_if_it_is_needed(annotated: list[Span], duration: float, config: NegativesConfig) -> None:
    num_clips = len(background_spans(annotated, (0.0, duration), "a.mp4", config))
    assert num_clips == min(config.clips_per_video, room(annotated, duration, config))


@given(annotated=ANNOTATED, duration=DURATIONS, config=CONFIGS, data=st.data())
def test_the_order_of_the_rows_does_not_matter(
    annotated: list[Span], duration: float, config: NegativesConfig, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(annotated))
    first, second = (background_spans(rows, (0.0, duration), "a.mp4", config) for rows in (annotated, shuffled))
    assert first == second


def test_clips_are_spread_over_the_free_time() -> None:
    spans = background_spans([(40.0, 60.0)], (0.0, 100.0), "a.mp4", config_of(clips=4))
    # 19 clips fit on either side: one comes from each quarter of all of them.
    assert [start < limit for (start, _), limit in zip(spans, (20, 40, 82, 100), strict=True)] == [True] * 4
    assert [start >= limit for (start, _), limit in zip(spans, (0, 18, 61, 80), strict=True)] == [True] * 4


def test_another_seed_or_video_takes_other_clips() -> None:
    spans = [
        background_spans([], (0.0, 100.0), video, config_of(seed=seed))
        for video, seed in (("a", 0), ("a", 1), ("b", 0))
    ]
    assert spans[0] != spans[1]
    assert spans[0] != spans[2]


@pytest.mark.parametrize(
    ("annotated", "duration"),
    [([(0.0, 10.0)], 10.0), ([(2.5, 4.0)], 6.9), ([], 1.9), ([(0.0, 1e9)], 50.0), ([], 0.0)],
)
def test_where_there_is_no_room_there_are_none(annotated: list[Span], duration: float) -> None:
    assert background_spans(annotated, (0.0, duration), "a.mp4", config_of()) == []


def test_three_clips_fit_into_three_times_their_length_though_sums_are_not_exact() -> None:
    assert len(background_spans([], (0.0, 0.1 + 0.2), "a.mp4", config_of(clip=0.1))) == 3
    assert len(background_spans([], (0.0, 0.6), "a.mp4", config_of(clip=0.2))) == 3


def test_there_is_no_room_before_the_first_picture() -> None:
    assert background_spans([], (3.0, 5.0), "a.mp4", config_of(clip=2.0)) == [(3.0, 5.0)]
