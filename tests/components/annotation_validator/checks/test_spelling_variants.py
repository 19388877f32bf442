"""Labels and groups that differ in their spelling only, and those that mean different things."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.findings import Finding, Suggestion
from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from tests.components.annotation_validator.making import clean_records, found, inputs_of, rows, segment
from tests.shared_data import SHARED_CASES


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
        ("step 1-1", "step 1_1"),
        ("walk - left", "walk left"),
        ("walk\u2011left", "walk-left"),
        ("\uff57alk", "walk"),
        ("\ufb01sh", "fish"),
        ("wa\u200blk", "walk"),
        ("walk\u200f", "walk"),
        ("\u202b\u05d9\u05d3\u202c", "\u05d9\u05d3"),
        ("C ++", "c++"),
        ("\u2764\ufe0f", "\u2764"),
        ("Fall (FW)", "fall_(fw)"),
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
        ("👍", "👎"),
        ("👍", "👍🏽"),
        ("turn →", "turn ←"),
        ("a → b", "b → a"),
        ("→ turn", "turn →"),
        ("bend <", "bend >"),
        ("step 1.1", "step 11"),
        ("step 1.1", "step 1 1"),
        ("step 1 1", "step 11"),
        ("step 1-1", "step 11"),
        ("step 1,5", "step 15"),
        ("turn -1", "turn 1"),
        ("-1", "1"),
        ("angle_-30", "angle_30"),
        ("angle--30", "angle-30"),
        ("grade A", "grade A-"),
        ("C", "C++"),
        ("C#", "C++"),
        ("C", "C#"),
        ("turn \u22121", "turn 1"),
        ("sit?", "sit!"),
        ("50%", "50"),
        ("x\u00b2", "x2"),
        ("\u0915\u093f", "\u0915\u0940"),
        ("walk left", "walk right"),
    ],
)
def test_labels_that_mean_different_things_are_none(labels: tuple[str, str]) -> None:
    assert findings_of({labels[0]: 1, labels[1]: 30}) == []


def test_a_dash_is_a_sign_where_another_label_has_a_plus_in_its_place() -> None:
    assert findings_of({"turn-1": 3, "turn+1": 3, "turn 1": 3}) == []
    (finding,) = findings_of({"turn-1": 2, "turn 1": 3})
    assert rows(finding) == [0, 1]


@pytest.mark.parametrize("labels", [("sit.", "sit"), ("fall (FW)", "fall FW"), ("sit, down", "sit down")])
def test_other_punctuation_is_a_warning_without_a_suggestion(labels: tuple[str, str]) -> None:
    (finding,) = findings_of({labels[0]: 2, labels[1]: 3})
    assert (finding.severity, finding.places[0].suggestion) == ("warning", None)
    assert "differ in punctuation" in finding.message


WORDS = st.lists(st.text("abxyABé", min_size=1, max_size=4), min_size=1, max_size=3)
SIGNS = "👍👎→←↑<>+=#*%&/@!?|~^$€−–"


@given(WORDS, st.sampled_from(SIGNS), st.sampled_from(SIGNS), st.integers(0, 3), st.integers(1, 20))
def test_labels_that_differ_in_a_meaningful_sign_are_never_named(
    parts: list[str], sign: str, other: str, place: int, count: int
) -> None:
    with_sign, with_other = ("_".join([*parts[:place], each, *parts[place:]]) for each in (sign, other))
    labels = dict.fromkeys(("_".join(parts), with_sign, with_other), 1)
    assert findings_of(labels | {with_sign: count}) == []


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from([".", ",", ":", "-", " "]))
def test_parts_of_a_number_are_never_joined(one: int, other: int, sign: str) -> None:
    assert findings_of({f"step {one}{sign}{other}": 1, f"step {one}{other}": 1}) == []
    assert findings_of({f"step -{one}": 1, f"step {one}": 1}) == []


@given(WORDS, st.lists(st.sampled_from([" ", "_", "-", "  ", "__"]), min_size=2, max_size=2))
def test_separators_and_case_are_never_a_difference(parts: list[str], separators: list[str]) -> None:
    one, other = separators[0].join(parts), separators[1].join(parts).upper()
    assert len(findings_of({one: 1, other: 1})) == (one != other)


def groups_found(*groups: str) -> list[Finding]:
    """What is found of groups with two videos each."""
    records = [
        segment(row, f"{row}.mp4", "sit", group=group)
        for row, group in enumerate(group for group in groups for _ in range(2))
    ]
    return found(inputs_of(records), "spelling_variants")


@pytest.mark.parametrize(
    "groups",
    [
        ("P01", "p01"),
        ("P02", "P-02"),
        ("Person 2", "person_2"),
        ("P1", "P01"),
        ("1", "1.0"),
        ("01", "1.0"),
        ("Ann", "ann "),
        ("Zo\u00eb", "Zoe\u0308"),
    ],
)
def test_two_spellings_of_a_group_are_a_warning(groups: tuple[str, str]) -> None:
    (finding,) = groups_found("P03", *groups)
    assert finding.severity == "warning"
    assert all(repr(group) in finding.message for group in groups)
    assert "nothing keeps it in one split" in finding.message
    assert {place.suggestion for place in finding.places} == {None}


@pytest.mark.parametrize(
    "groups", [("P1", "P10"), ("P1", "Q1"), ("room 1.1", "room 11"), ("1.1", "1.01"), ("10", "1.0"), ("P12", "P1_2")]
)
def test_groups_of_other_names_are_none(groups: tuple[str, str]) -> None:
    assert groups_found(*groups) == []


def test_each_unusual_spelling_of_a_group_is_a_finding_with_its_splits() -> None:
    records = [
        segment(row, f"{row}.mp4", "sit", group=group, split=split)
        for row, (group, split) in enumerate(
            [("P01", "train"), ("P01", "train"), ("p01", "test"), ("P-01", "test"), ("p-01", "train")]
        )
    ]
    messages = [finding.message for finding in found(inputs_of(records), "spelling_variants")]
    assert len(messages) == 3
    assert "'p01' (1 segment, in test) and 'P01' (2 segments, in train)" in "".join(messages)


def test_two_spellings_in_one_video_cannot_be_parted() -> None:
    records = [segment(2, "a.mp4", "sit", group="P01"), segment(3, "a.mp4", "wave", group="p01")]
    assert found(inputs_of(records), "spelling_variants") == []


@pytest.mark.skipif(not SHARED_CASES.exists(), reason="no shared cases beside the checkout")
@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("groups/groups.csv", [{"p01", "P01"}, {"P-02", "P02"}]),
        ("labels/labels.csv", [{"walk  left", "walk left"}]),
    ],
)
def test_tables_that_people_wrote(table: str, named: list[set[str]]) -> None:
    path = SHARED_CASES / table
    records = read_annotations(DataConfig(annotations=str(path), videos=str(path.parent))).records
    findings = found(inputs_of(records), "spelling_variants")
    quoted = [{name.strip() for name in re.findall(r"'([^']*)'", finding.message)} for finding in findings]
    assert sorted(quoted, key=sorted) == sorted(named, key=sorted)


def test_clean_labels_have_no_finding() -> None:
    assert found(inputs_of(clean_records()), "spelling_variants") == []
