"""The account of an ingest: every annotation row and every video is in the Examples or among the rejects."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from foundation.large import Ordered

ACCEPTED_FILE = "accepted.jsonl"
REJECTED_FILE = "rejected.jsonl"
SUMMARY_FILE = "summary.json"


class Ledger:
    """Entries in any number, counted.

    An entry's `reason` is None if the segment became Examples; the others are as `Reject.as_ledger_entry` makes them. A
    segment's `kind` is "row", or "background" for one that was taken from unannotated time.
    """

    def __init__(
        self,
        entries: Iterable[Mapping[str, Any]],
        num_rows: int,
        num_videos: int,
        metadata_quartiles: Mapping[str, Sequence[float]] = MappingProxyType({}),
        identical_videos: Sequence[Sequence[str]] = (),
    ) -> None:
        """`num_rows` and `num_videos` were found; `metadata_quartiles` are those of the training rows, by column;
        `identical_videos` are sets of videos with the same bytes.

        Raises:
          AssertionError: not all rows and videos are accounted for.
        """
        self._num_rows, self._num_videos = num_rows, num_videos
        self._metadata_quartiles, self._identical_videos = metadata_quartiles, identical_videos
        self._accepted: Ordered[_Line] = Ordered(_place)
        self._rejected: Ordered[_Line] = Ordered(_place)
        self._splits: dict[str, _Split] = defaultdict(_Split)
        self._accepted_by_kind: Counter[str] = Counter()
        self._reasons: dict[str, Counter[str]] = {"row": Counter(), "video": Counter()}
        for entry in entries:
            self._enter(entry)
        rows = self._accepted_by_kind["row"] + self._reasons["row"].total()
        videos = self._num_videos_used + self._reasons["video"].total()
        if rows != num_rows or videos != num_videos:
            raise AssertionError(
                f"the ledger does not add up: {num_rows} rows found and {rows} accounted for, "
                f"{num_videos} videos found and {videos} accounted for"
            )

    def _enter(self, entry: Mapping[str, Any]) -> None:
        line = _Line(entry["file"], entry["row"] or 0, entry["video"], entry.get("start", 0.0), json.dumps(entry))
        if entry["reason"] is None:
            self._accepted.add(line)
            self._accepted_by_kind[entry["kind"]] += 1
            self._splits[entry["split"]].add(entry)
        else:
            self._rejected.add(line)
            self._reasons[entry["kind"]][entry["reason"]] += 1

    @property
    def _num_videos_used(self) -> int:
        # No video is in two splits.
        return sum(len(split.videos) for split in self._splits.values())

    def summary(self) -> dict[str, Any]:
        """Counts by split, class and reason, and what else is known of the rows as a whole."""
        return {
            "rows_found": self._num_rows,
            "rows_accepted": self._accepted_by_kind["row"],
            "rows_rejected": self._reasons["row"].total(),
            "background_segments": self._accepted_by_kind["background"],
            "videos_found": self._num_videos,
            "videos_used": self._num_videos_used,
            "videos_rejected": self._reasons["video"].total(),
            "rejected_by_reason": {kind: dict(sorted(counts.items())) for kind, counts in self._reasons.items()},
            "splits": {name: split.summary() for name, split in sorted(self._splits.items())},
            "metadata_quartiles": dict(self._metadata_quartiles),
            "identical_videos": [list(tied) for tied in self._identical_videos],
        }

    def write(self, folder: Path) -> None:
        """Write the three files, in an order that does not depend on how the work was spread."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, lines in ((ACCEPTED_FILE, self._accepted), (REJECTED_FILE, self._rejected)):
            with (folder / name).open("w", encoding="utf-8") as file:
                file.writelines(f"{line.text}\n" for line in lines)
        (folder / SUMMARY_FILE).write_text(json.dumps(self.summary(), indent=2) + "\n")


class _Line(NamedTuple):
    """An entry as it is written, and its place."""

    file: str
    row: int
    video: str
    start: float
    text: str


def _place(line: _Line) -> tuple[Any, ...]:
    return line[:-1]


class _Split:
    """What is counted of the segments of a split."""

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.videos: set[str] = set()
        self.num_clips = 0
        self.clips_by_label: Counter[str] = Counter()
        self._last = ("", "")

    def add(self, entry: Mapping[str, Any]) -> None:
        self.groups.add(entry["group"])
        self.videos.add(entry["video"])
        labels = entry.get("labels")
        if labels is None:
            self._count([entry["label"]], entry["clips"])
            return
        # Rows of one span are one clip, and ingest settles them one after the other.
        clip = entry["video"], entry["segment_id"]
        if clip != self._last:
            self._count(labels, entry["clips"])
        self._last = clip

    def _count(self, labels: Iterable[str], num_clips: int) -> None:
        self.num_clips += num_clips
        for label in labels:
            self.clips_by_label[label] += num_clips

    def summary(self) -> dict[str, Any]:
        return {
            "clips": self.num_clips,
            "groups": len(self.groups),
            "videos": len(self.videos),
            "clips_by_label": dict(sorted(self.clips_by_label.items())),
        }


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of a ledger that was written to `folder`."""
    return dict(json.loads((folder / SUMMARY_FILE).read_text()))


@dataclass(frozen=True)
class Entries:
    """The entries in a file of a ledger, read one by one whenever they are gone through: there may be millions."""

    path: Path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self.path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
