"""Annotated videos against those of production: sizes, rates and lengths from headers, light and motion from frames."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.analysis.distributions import least_distance
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import VideoFacts
from foundation.statistics import kolmogorov_smirnov
from tests.components.annotation_validator.making import (
    FACTS,
    clean_records,
    found,
    inputs_of,
    measured,
    segment,
)


def sample(facts: Sequence[VideoFacts]) -> CheckInputs:
    """Videos of production with these headers."""
    videos = {f"camera/{number:02d}.mp4": each for number, each in enumerate(facts)}
    return inputs_of([segment(1, video, "production") for video in videos], videos)


def test_production_like_the_annotated_videos_is_fine() -> None:
    assert found(replace(inputs_of(clean_records()), production=sample([FACTS] * 12))) == []


@pytest.mark.parametrize(
    ("facts", "name", "values"),
    [
        (VideoFacts(320, 240, 25.0, 10.0, "h264"), "shorter side", "medians 240 and 480"),
        (VideoFacts(1280, 480, 25.0, 10.0, "h264"), "shape", "medians 2.67 and 1.33"),
        (VideoFacts(640, 480, 10.0, 10.0, "h264"), "frame rate", "medians 10 and 25"),
        (VideoFacts(640, 480, 25.0, 3600.0, "h264"), "length", "medians 3.6e+03 and 10"),
    ],
)
def test_what_differs_is_named_with_both_values(facts: VideoFacts, name: str, values: str) -> None:
    (finding,) = found(replace(inputs_of(clean_records()), production=sample([FACTS, *[facts] * 11])))
    assert (finding.check, finding.severity.value, finding.bar) == ("production_shift", "warning", 0.3)
    assert name in finding.message and values in finding.message and finding.remedy
    assert finding.value == pytest.approx(11 / 12)
    # The one that is as usual comes last.
    assert finding.places[-1].video == "camera/00.mp4"


def test_light_and_motion_are_compared_where_frames_were_measured() -> None:
    annotated = measured(inputs_of(clean_records()), brightness=0.6, motion=5.0)
    dark = measured(sample([FACTS] * 12), brightness=0.2, motion=5.0)
    messages = [finding.message for finding in found(replace(annotated, production=dark))]
    assert ["in brightness: medians 0.2 and 0.6" in message for message in messages] == [True]
    busy = measured(sample([FACTS] * 12), brightness=0.6, motion=50.0)
    messages = [finding.message for finding in found(replace(annotated, production=busy))]
    assert ["in motion (grey levels a second): medians 50 and 5" in message for message in messages] == [True]


def test_a_header_that_is_off_by_little_is_no_difference() -> None:
    production = sample([VideoFacts(640, 480, 24.97, 10.0, "h264")] * 12)
    assert found(replace(inputs_of(clean_records()), production=production)) == []


def test_a_few_videos_are_too_few_to_say_anything() -> None:
    (finding,) = found(replace(inputs_of(clean_records()), production=sample([FACTS] * 7)))
    assert (finding.severity.value, finding.value, finding.bar) == ("note", 7, 8)


NUMBERS = st.lists(st.floats(0.1, 1000), min_size=8, max_size=30)


@given(NUMBERS, NUMBERS)
def test_a_tolerance_never_makes_samples_more_different(one: list[float], other: list[float]) -> None:
    assert 0 <= least_distance(one, other) <= kolmogorov_smirnov(one, other)[0] + 1e-9 <= 1 + 1e-9
