"""The account of an ingest: every annotation row and every video is in the Examples or among the rejects."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCEPTED_FILE = "accepted.jsonl"
REJECTED_FILE = "rejected.jsonl"
SUMMARY_FILE = "summary.json"


@dataclass(frozen=True)
class Ledger:
    """`accepted`: one object per row that became Examples; `rejected`: as `Reject.as_ledger_entry` makes them.

    A segment's `kind` is "row", or "background" for one that was taken from unannotated time. `metadata_quartiles` are those
    of the training rows, by column; `identical_videos` are sets of videos with the same bytes.
    """

    accepted: tuple[Mapping[str, Any], ...]
    rejected: tuple[Mapping[str, Any], ...]
    num_rows: int
    num_videos: int
    metadata_quartiles: Mapping[str, Sequence[float]] = field(default_factory=dict)
    identical_videos: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        rows = self._num_accepted_rows() + self._num_rejected("row")
        videos = len({entry["video"] for entry in self.accepted}) + self._num_rejected("video")
        if rows != self.num_rows or videos != self.num_videos:
            raise AssertionError(
                f"the ledger does not add up: {self.num_rows} rows found and {rows} accounted for, "
                f"{self.num_videos} videos found and {videos} accounted for"
            )

    def _num_accepted_rows(self) -> int:
        return sum(entry["kind"] == "row" for entry in self.accepted)

    def _num_rejected(self, kind: str) -> int:
        return sum(entry["kind"] == kind for entry in self.rejected)

    def summary(self) -> dict[str, Any]:
        """Counts by split, class and reason, and what else is known of the rows as a whole."""
        splits: dict[str, Any] = {}
        for split in sorted({entry["split"] for entry in self.accepted}):
            entries = [entry for entry in self.accepted if entry["split"] == split]
            # Rows of one span are one clip.
            segments = {entry["segment_id"]: entry for entry in entries}.values()
            splits[split] = {
                "clips": sum(entry["clips"] for entry in segments),
                "groups": len({entry["group"] for entry in entries}),
                "videos": len({entry["video"] for entry in entries}),
                "clips_by_label": _clips_by_label(segments),
            }
        return {
            "rows_found": self.num_rows,
            "rows_accepted": self._num_accepted_rows(),
            "rows_rejected": self._num_rejected("row"),
            "background_segments": len(self.accepted) - self._num_accepted_rows(),
            "videos_found": self.num_videos,
            "videos_used": len({entry["video"] for entry in self.accepted}),
            "videos_rejected": self._num_rejected("video"),
            "rejected_by_reason": {
                kind: dict(sorted(Counter(e["reason"] for e in self.rejected if e["kind"] == kind).items()))
                for kind in ("row", "video")
            },
            "splits": splits,
            "metadata_quartiles": self.metadata_quartiles,
            "identical_videos": [list(tied) for tied in self.identical_videos],
        }

    def write(self, folder: Path) -> None:
        """Write the three files, in an order that does not depend on how the work was spread."""
        folder.mkdir(parents=True, exist_ok=True)
        _write_jsonl(folder / ACCEPTED_FILE, self.accepted)
        _write_jsonl(folder / REJECTED_FILE, self.rejected)
        (folder / SUMMARY_FILE).write_text(json.dumps(self.summary(), indent=2) + "\n")


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of a ledger that was written to `folder`."""
    return dict(json.loads((folder / SUMMARY_FILE).read_text()))


def read_entries(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def _place(entry: Mapping[str, Any]) -> tuple[str, int, str, float]:
    return entry["file"], entry["row"] or 0, entry["video"], entry.get("start", 0.0)


def _clips_by_label(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for entry in entries:
        for label in entry.get("labels", [entry["label"]]):
            counts[label] += entry["clips"]
    return dict(sorted(counts.items()))


def _write_jsonl(path: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    ordered = sorted(entries, key=_place)
    path.write_text("".join(json.dumps(entry) + "\n" for entry in ordered))
