"""What differs between the segments of two ledgers."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.runs.data_changes import Kind, data_changes


def entry(video: str, label: str, start: float = 0.0, number: str = "", **changes: Any) -> dict[str, Any]:
    """A ledger's entry; its id is made of what decides it, and of a number where others are at its place."""
    return {
        "segment_id": f"{video} {label} {start} {number}",
        "video": video,
        "label": label,
        "start": start,
        "end": None,
        "time_unit": "seconds",
        "split": "train",
        "group": "ann",
        "clips": 1,
        **changes,
    }


def kinds(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[str, Kind]]:
    return [(change.video, change.kind) for change in data_changes(before, after)]


def test_segments_come_go_and_get_other_labels_splits_and_groups() -> None:
    before = [entry("a", "sit"), entry("b", "sit"), entry("c", "sit"), entry("d", "sit"), entry("e", "sit")]
    after = [entry("a", "sit"), entry("c", "wave"), entry("d", "sit", split="test"), entry("e", "sit", group="bob")]
    assert kinds(before, [*after, entry("f", "sit")]) == [
        ("b", Kind.REMOVED),
        ("c", Kind.RELABELLED),
        ("d", Kind.MOVED),
        ("e", Kind.MOVED),
        ("f", Kind.ADDED),
    ]


def test_another_time_is_another_segment() -> None:
    assert kinds([entry("a", "sit", 0.0)], [entry("a", "sit", 1.0)]) == [("a", Kind.REMOVED), ("a", Kind.ADDED)]


def test_of_several_actors_at_one_place_only_those_that_changed_are_told() -> None:
    before = [entry("a", "sit", number="1"), entry("a", "sit", number="2")]
    (change,) = data_changes(before, [entry("a", "sit", number="1"), entry("a", "wave", number="2")])
    assert change.kind is Kind.RELABELLED and change.labels == ["sit", "wave"]


ENTRIES = st.lists(
    st.builds(entry, st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from([0.0, 1.0]), st.sampled_from("12")),
    unique_by=lambda each: each["segment_id"],
)


@given(ENTRIES, ENTRIES)
def test_what_was_added_less_what_was_removed_is_the_difference_in_number(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    found = [kind for _, kind in kinds(before, after)]
    assert found.count(Kind.ADDED) - found.count(Kind.REMOVED) == len(after) - len(before)
    assert kinds(before, before) == []
