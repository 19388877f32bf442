"""Labels that differ in their spelling only, and labels that mean different things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.checks.finding import Finding, Suggestion
from components.annotation_validator.checks.spelling import is_one_letter_off, stem, words
from tests.components.annotation_validator.checks.making import clean_records, found, inputs_of, rows, segment

LETTERS = st.text("abcde", min_size=2, max_size=8)


def findings_of(counts: dict[str, int]) -> list[Finding]:
    names = [label for label, count in counts.items() for _ in range(count)]
    return found(inputs_of([segment(row, f"{row}.mp4", label) for row, label in enumerate(names)]), "spelling_variants")


@pytest.mark.parametrize(
    "labels",
    [
        ("Sit down", "sit_down"),
        ("SitDown", "sit-down"),
        ("sit down ", "sit  down"),
        ("café", "cafe\u0301"),
        ("TV on", "tv_on"),
    ],
)
def test_the_same_letters_are_one_label_and_the_usual_spelling_is_suggested(labels: tuple[str, str]) -> None:
    (finding,) = findings_of({labels[0]: 1, labels[1]: 3})
    assert finding.severity == "error"
    assert rows(finding) == [0]
    assert finding.places[0].suggestion == Suggestion(label=labels[1])


@pytest.mark.parametrize(
    "labels",
    [("raise_arm", "raise_arms"), ("Fall (FW)", "Falling (FW)"), ("wave hand", "waving hands"), ("sit", "sitting")],
)
def test_endings_are_a_warning_without_a_suggestion(labels: tuple[str, str]) -> None:
    (finding,) = findings_of({labels[0]: 2, labels[1]: 3})
    assert finding.severity == "warning"
    assert [place.suggestion for place in finding.places] == [None, None]


@pytest.mark.parametrize("rare", ["walk_lfet", "walk_leeft", "wlak_left", "walk_lft", "walk_lett"])
def test_a_rare_label_that_is_one_letter_off_is_a_typing_error(rare: str) -> None:
    (finding,) = findings_of({rare: 2, "walk_left": 20})
    assert rows(finding) == [0, 1]
    assert findings_of({rare: 3, "walk_left": 20}) == []


@pytest.mark.parametrize(
    "labels",
    [
        ("walk_left", "walk_right"),
        ("fall", "fall_2"),
        ("step 1", "step 2"),
        ("falling1", "falling2"),
        ("walking", "talking"),
        ("Falling (BW)", "Falling (FW)"),
        ("sit", "hit"),
        ("open", "close"),
        ("grade A+", "grade A-"),
        ("sit_down", "stand_up"),
        ("fight", "noFight"),
        ("put on hat", "take off hat"),
    ],
)
def test_labels_that_mean_different_things_are_none(labels: tuple[str, str]) -> None:
    assert findings_of({labels[0]: 1, labels[1]: 30}) == []


def test_clean_labels_have_no_finding() -> None:
    assert found(inputs_of(clean_records()), "spelling_variants") == []


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
