"""What makes two labels nearly the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.analysis.words import is_one_letter_off, stem, words

LETTERS = st.text("abcde", min_size=2, max_size=8)


@given(LETTERS, st.integers(1, 8), st.sampled_from("fgh"))
def test_one_slip_is_one_letter_off(word: str, position: int, letter: str) -> None:
    position = min(position, len(word) - 1)
    for slip in (
        word[:position] + letter + word[position:],
        word[:position] + letter + word[position + 1 :],
        word[:position] + word[position + 1 :],
    ):
        assert is_one_letter_off(word, slip) and is_one_letter_off(slip, word)


@given(LETTERS, st.data())
def test_two_exchanged_letters_are_one_slip_unless_the_first_is_among_them(word: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(word) - 2))
    slip = word[:position] + word[position + 1] + word[position] + word[position + 2 :]
    assert is_one_letter_off(word, slip) is (position > 0 and word != slip)


@pytest.mark.parametrize(
    ("one", "other"), [("abcd", "abcd"), ("abcd", "acdb"), ("abcd", "axyd"), ("", "a"), ("a1", "a2")]
)
def test_more_or_less_than_one_slip_is_not(one: str, other: str) -> None:
    assert not is_one_letter_off(one, other)


def test_words_and_stems() -> None:
    assert words("  SitDown_onChair (2) ") == ("sit", "down", "on", "chair", "2")
    assert [stem(word) for word in ("walks", "walking", "walked", "boxes", "box", "sing", "red")] == [
        "walk", "walk", "walk", "box", "box", "sing", "red",
    ]  # fmt: skip
