"""Bounds by a trained model's scores over time; the scores are made up here."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from components.annotation_validator.checks.doubtful_bounds import recognise
from components.annotation_validator.findings import Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Bounds, LabelScores
from tests.components.annotation_validator.making import found_in_frames, measured_inputs

LENGTH, SPACING = 0.6, 0.1
START, END = 2.0, 4.0  # of the segment that was looked at
# Of its 15 windows the first that shows enough of the action begins at 2.6 s; in the other one the last ends at 3.3 s.
HEAD, TAIL = [0.1] * 6 + [0.5] + [0.9] * 8, [0.9] * 7 + [0.5] + [0.1] * 7
BOTH = [0.1] * 6 + [0.5, 0.9, 0.5] + [0.1] * 6


def scores(probabilities: Sequence[float]) -> LabelScores:
    starts = START + SPACING * np.arange(len(probabilities))
    return LabelScores(starts, starts + LENGTH, np.array(probabilities, np.float32))


def looked_at(probabilities: Sequence[float], active: Bounds = (START, END)) -> CheckInputs:
    """Good data, of which one segment has scores; `active`: from when to when it moves."""
    made = measured_inputs(active={(3, "wave"): active})
    (one,) = (each for each in made.by_video["03.mp4"] if each.label == "wave")
    return replace(made, scores={one.id: scores(probabilities)})


def checks(made: CheckInputs, **bars: float | None) -> list[str]:
    return [finding.check for finding in found_in_frames(made, **bars)]


@pytest.mark.parametrize(("probabilities", "start", "end"), [(HEAD, 2.6, None), (TAIL, None, 3.3), (BOTH, 2.6, 3.4)])
def test_an_end_that_the_model_does_not_recognise_is_named_with_its_bound(
    probabilities: list[float], start: float | None, end: float | None
) -> None:
    (finding,) = found_in_frames(looked_at(probabilities))
    (place,) = finding.places
    assert (finding.check, place.video, place.label) == ("doubtful_bounds", "03.mp4", "wave")
    assert place.suggestion == Suggestion(start, end)
    assert finding.value == pytest.approx(max((start or START) - START, END - (end or END)), abs=1e-3)


def test_where_motion_suggests_bounds_these_alone_are_reported() -> None:
    assert checks(looked_at(HEAD, active=(2.9, END))) == ["loose_bounds"]
    assert checks(looked_at(HEAD, active=(2.9, END)), loose_bounds=None) == ["doubtful_bounds"]


def test_nothing_is_said_of_the_background() -> None:
    assert checks(replace(looked_at(HEAD), background_label="wave")) == []


def test_nothing_finer_than_half_a_window_is_said_whatever_the_bar() -> None:
    probabilities = HEAD[4:] + [0.9] * 4
    assert looked_at(probabilities).scores and checks(looked_at(probabilities), doubtful_bounds=0.1) == []
    assert checks(looked_at(HEAD[2:] + [0.9] * 2), doubtful_bounds=0.1) == ["doubtful_bounds"]


@pytest.mark.parametrize(
    "probabilities",
    [[value / 2 for value in HEAD], [0.5 + value / 2 for value in HEAD], [0.9], [0.9] * 15],
    ids=["never sure of the label", "sure of it everywhere", "one window", "the same everywhere"],
)
def test_a_model_that_sees_no_difference_doubts_no_bound(probabilities: list[float]) -> None:
    assert recognise(scores(probabilities)) is None
    assert checks(looked_at(probabilities)) == []


def test_an_action_that_the_model_loses_sight_of_in_between_stays_whole() -> None:
    recognised = recognise(scores([0.1, 0.9, 0.1, 0.1, 0.1, 0.9, 0.1]))
    assert recognised and recognised.bounds == pytest.approx((2.05, 3.15), abs=1e-3)


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=40))
def test_bounds_never_leave_the_segment_and_hold_the_most_probable_window(probabilities: list[float]) -> None:
    own = scores(probabilities)
    recognised = recognise(own)
    if recognised:
        start, end = recognised.bounds
        best = int(own.probabilities.argmax())
        assert own.starts[0] <= start <= own.starts[best] and own.ends[best] <= end <= own.ends[-1]


@given(st.floats(2.7, 4.5), st.floats(0.6, 3.0))
def test_where_probability_is_the_share_of_the_action_bounds_are_off_by_half_a_window(
    start: float, seconds: float
) -> None:
    end = start + seconds
    assume(end < 7.3)
    starts = START + SPACING * np.arange(55)
    shares = np.clip(np.minimum(starts + LENGTH, end) - np.maximum(starts, start), 0, None) / LENGTH
    recognised = recognise(scores(shares.tolist()))
    assert recognised and recognised.uncertainty == pytest.approx(LENGTH / 2)
    assert np.abs(np.array(recognised.bounds) - (start, end)).max() < recognised.uncertainty + SPACING / 2
