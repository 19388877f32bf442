"""The annotated segments that are not the same in two runs, as their ledgers have them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

Entry = Mapping[str, Any]


class Kind(str, Enum):
    """What became of a segment; `moved`: it is in another split, of another group, or makes another number of clips."""

    ADDED = "added"
    REMOVED = "removed"
    RELABELLED = "relabelled"
    MOVED = "moved"


class Standing(NamedTuple):
    """What a segment is in a run; `label`: all of them, where it has several."""

    label: str
    split: str
    group: str
    num_clips: int


class DataChange(NamedTuple):
    """A segment that is not the same in both runs; a standing is None where it is not there. Times are the annotation's own."""

    video: str
    start: float
    end: float | None
    before: Standing | None
    after: Standing | None

    @property
    def kind(self) -> Kind:
        if self.before is None:
            return Kind.ADDED
        if self.after is None:
            return Kind.REMOVED
        return Kind.MOVED if self.before.label == self.after.label else Kind.RELABELLED

    @property
    def labels(self) -> list[str]:
        """The classes that it is or was of."""
        return sorted({each.label for each in (self.before, self.after) if each})


def data_changes(before: Iterable[Entry], after: Iterable[Entry]) -> list[DataChange]:
    """Compare the accepted segments of two ledgers; in the order of videos and times."""
    left, right = dict(_by_id(before)), dict(_by_id(after))
    both = left.keys() & right.keys()
    changes = [_change(left[name], right[name]) for name in both if _standing(left[name]) != _standing(right[name])]
    # A label is part of the id: at the same place of a video there may be the same segment under another one.
    places: dict[tuple[Any, ...], tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
    for side, (entries, others) in enumerate(((left, right), (right, left))):
        for name in entries.keys() - others.keys():
            places[_place(entries[name])][side].append(entries[name])
    for gone, come in places.values():
        num_pairs = min(len(gone), len(come))
        gone, come = sorted(gone, key=_standing), sorted(come, key=_standing)
        changes += [_change(*pair) for pair in zip(gone, come, strict=False)]
        changes += [_change(entry, None) for entry in gone[num_pairs:]]
        changes += [_change(None, entry) for entry in come[num_pairs:]]
    return sorted(changes, key=lambda each: (each.video, each.start, each.end is None, each.end or 0.0, each.labels))


def _by_id(entries: Iterable[Entry]) -> Iterable[tuple[str, Entry]]:
    return ((entry["segment_id"], entry) for entry in entries)


def _place(entry: Entry) -> tuple[Any, ...]:
    return entry["video"], entry["start"], entry["end"], entry["time_unit"]


def _standing(entry: Entry) -> Standing:
    # Rows of one span are one clip, and each of them has all of its labels.
    labels = entry.get("labels") or [entry["label"]]
    return Standing(", ".join(labels), entry["split"], entry["group"], entry["clips"])


def _change(before: Entry | None, after: Entry | None) -> DataChange:
    entry = before if after is None else after
    assert entry is not None
    was, is_ = (None if each is None else _standing(each) for each in (before, after))
    return DataChange(entry["video"], entry["start"], entry["end"], was, is_)
