"""What a model's card says becomes windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.messages.errors import UserError
from models.export_info import ExportInfo
from pipeline.prediction.defaults import choose_background, choose_windows


def info(**clip_seconds: list[float]) -> ExportInfo:
    return ExportInfo(tuple(clip_seconds) or ("a",), {}, {}, "key", clip_seconds=clip_seconds)


def test_windows_are_as_long_as_the_training_clips() -> None:
    windows = choose_windows(info(a=[1.0, 1.2, 1.9], b=[1.1, 1.3, 2.0]), None)
    assert windows.lengths_seconds == (1.0, 2.0)
    assert windows.step_seconds == 0.2


def test_clips_of_one_length_give_one_window() -> None:
    assert choose_windows(info(a=[2.0, 2.0, 2.0]), None).lengths_seconds == (2.0,)


def test_background_has_no_say() -> None:
    assert choose_windows(info(a=[2.0, 2.0, 2.0], background=[0.5, 0.5, 0.5]), "background").lengths_seconds == (2.0,)


def test_what_is_asked_for_is_taken() -> None:
    windows = choose_windows(info(), None, [3.0, 1.0], 0.5)
    assert (windows.lengths_seconds, windows.step_seconds) == ((1.0, 3.0), 0.5)


def test_a_card_without_durations_asks_for_windows() -> None:
    with pytest.raises(UserError, match="--window-seconds is needed"):
        choose_windows(info(), None)


@given(st.floats(0.1, 100), st.floats(1, 1000))
def test_lengths_go_from_the_shortest_to_the_longest(shortest: float, ratio: float) -> None:
    middle = min(2 * shortest, shortest * ratio)
    lengths = choose_windows(info(a=[shortest, middle, shortest * ratio]), None).lengths_seconds
    assert 1 <= len(lengths) <= 4
    assert list(lengths) == sorted(lengths)
    assert shortest * 0.9 <= lengths[0]
    assert lengths[-1] <= shortest * ratio * 1.1


def test_the_background_is_known_by_its_usual_name_or_as_told() -> None:
    assert choose_background(("a", "background"), None) == "background"
    assert choose_background(("a", "idle"), None) is None
    assert choose_background(("a", "idle"), "idle") == "idle"
    with pytest.raises(UserError, match="no class 'none'; its classes are a, idle"):
        choose_background(("a", "idle"), "none")
