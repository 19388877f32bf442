"""The ledger adds up, or does not come into being."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Source
from components.video_example_gen.ledger import ACCEPTED_FILE, REJECTED_FILE, Entries, Ledger, read_summary


def clip(
    row: int, video: str = "a.mp4", label: str = "wave", split: str = "train", group: str = "ann", kind: str = "row"
) -> dict[str, Any]:
    return {
        "kind": kind,
        "segment_id": f"{video} {row}",
        "reason": None,
        "clips": 1 if kind == "row" else 2,
        "file": "labels.csv",
        "row": row,
        "video": video,
        "label": label,
        "group": group,
        "split": split,
    }


ROW_REJECT = Reject(Reason.TIME_INVALID, "no number", Source("labels.csv", 4), "a.mp4").as_ledger_entry()
VIDEO_REJECT = Reject(Reason.VIDEO_UNANNOTATED, "no row", video="caf\u00e9.mp4").as_ledger_entry()
TIES = (("a.mp4", "b.mp4"),)
CLIPS = (
    clip(0, kind="background", label="background"),
    clip(2),
    clip(3, label="sit", group="bob"),
    clip(5, "b.mp4", split="test"),
)


def make_ledger(num_rows: int = 4, num_videos: int = 3, clips: tuple[dict[str, Any], ...] = CLIPS) -> Ledger:
    entries = (*clips, ROW_REJECT, VIDEO_REJECT)
    return Ledger(entries, num_rows, num_videos, {"age": [20.5, 30.0, 41.0]}, TIES)


def test_it_counts_by_split_class_and_reason() -> None:
    assert make_ledger().summary() == {
        "rows_found": 4,
        "rows_accepted": 3,
        "rows_rejected": 1,
        "background_segments": 1,
        "videos_found": 3,
        "videos_used": 2,
        "videos_rejected": 1,
        "rejected_by_reason": {"row": {"time_invalid": 1}, "video": {"video_unannotated": 1}},
        "splits": {
            "test": {"clips": 1, "groups": 1, "videos": 1, "clips_by_label": {"wave": 1}},
            "train": {
                "clips": 4,
                "groups": 2,
                "videos": 1,
                "clips_by_label": {"background": 2, "sit": 1, "wave": 1},
            },
        },
        "metadata_quartiles": {"age": [20.5, 30.0, 41.0]},
        "identical_videos": [["a.mp4", "b.mp4"]],
    }


@pytest.mark.parametrize(("num_rows", "num_videos"), [(3, 3), (5, 3), (4, 2), (4, 4)])
def test_an_account_that_does_not_add_up_is_none(num_rows: int, num_videos: int) -> None:
    message = (
        rf"does not add up: {num_rows} rows found and 4 accounted for, {num_videos} videos found and 3 accounted for"
    )
    with pytest.raises(AssertionError, match=message):
        make_ledger(num_rows, num_videos)


def test_what_is_written_is_what_is_read_in_an_order_of_its_own(tmp_path: Path) -> None:
    for name, clips in (("one", CLIPS), ("two", CLIPS[::-1])):
        make_ledger(clips=clips).write(tmp_path / name)
    for file in (ACCEPTED_FILE, REJECTED_FILE, "summary.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    accepted = Entries(tmp_path / "two" / ACCEPTED_FILE)
    assert list(accepted) == list(accepted) == list(CLIPS)
    assert list(Entries(tmp_path / "one" / REJECTED_FILE)) == [VIDEO_REJECT, ROW_REJECT]
    assert read_summary(tmp_path / "one") == make_ledger().summary()


@pytest.mark.parametrize("label", ["走る", "a\u2028b", "a\x85b", r"caf\udce9", 'say "hi"'])
def test_labels_of_any_kind_come_back(tmp_path: Path, label: str) -> None:
    Ledger([clip(2, label=label)], 1, 1).write(tmp_path)
    assert [entry["label"] for entry in Entries(tmp_path / ACCEPTED_FILE)] == [label]
    assert json.loads((tmp_path / ACCEPTED_FILE).read_bytes())["label"] == label


def test_rows_of_one_clip_count_as_one_and_each_of_its_labels_once() -> None:
    rows = [
        {**clip(row, label=label), "segment_id": "one", "labels": ["sit", "wave"]}
        for row, label in ((2, "sit"), (3, "wave"))
    ]
    summary = Ledger((*rows, clip(4)), 3, 1).summary()
    assert summary["rows_accepted"] == 3
    assert (summary["splits"]["train"]["clips"], summary["splits"]["train"]["clips_by_label"]) == (
        2,
        {"sit": 1, "wave": 2},
    )
