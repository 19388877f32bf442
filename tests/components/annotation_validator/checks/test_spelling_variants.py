"""Labels that differ in their spelling only, and labels that mean different things."""

import pytest

from components.annotation_validator.findings import Finding, Suggestion
from tests.components.annotation_validator.making import clean_records, found, inputs_of, rows, segment


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
