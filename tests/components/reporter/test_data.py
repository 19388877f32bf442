"""What is computed for the page, without the page."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.reporter.data import (
    NUM_SAMPLES_PER_REASON,
    GroupRow,
    History,
    evenly_spread,
    make_account,
    make_history,
    make_split_table,
    rank_groups,
)

NO_REJECTS: dict[str, dict[str, int]] = {"row": {}, "video": {}}


def summary(by_reason: dict[str, dict[str, int]] = NO_REJECTS, **splits: Any) -> dict[str, Any]:
    names = ("rows_found", "rows_accepted", "rows_rejected", "videos_found", "videos_used", "videos_rejected")
    return {**dict.fromkeys(names, 0), "rejected_by_reason": by_reason, "splits": splits}


def reject(**changes: Any) -> dict[str, Any]:
    entry = {"kind": "row", "reason": "video_missing", "file": "a.csv", "row": 3, "video": "v.mp4"}
    return {**entry, "label": "sit", "value": "v.mp4", "message": "no file v.mp4", **changes}


@pytest.mark.parametrize(
    ("eval_loss", "epoch"),
    [((3.0, 1.0, 2.0), 2), ((1.0, 1.0), 1), ((2.0, math.nan), 1), ((math.nan, math.inf), None), ((), None)],
)
def test_the_restored_epoch_is_the_first_with_the_lowest_finite_eval_loss(
    eval_loss: tuple[float, ...], epoch: int | None
) -> None:
    assert History((), eval_loss, (), ()).restored_epoch == epoch


def test_history_reads_the_names_that_the_trainer_writes() -> None:
    values = {"loss": [1.0], "val_loss": [2.0], "accuracy": [0.3], "val_accuracy": [0.4], "learning_rate": [1e-3]}
    assert make_history(values) == History((1.0,), (2.0,), (0.3,), (0.4,))


def test_every_class_is_in_the_split_table_also_where_it_has_no_clip() -> None:
    train = {"clips": 3, "groups": 2, "videos": 2, "clips_by_label": {"sit": 1, "stand": 2}}
    test = {"clips": 1, "groups": 1, "videos": 1, "clips_by_label": {"sit": 1}}
    table = make_split_table(summary(train=train, test=test), ("stand", "sit"))
    assert list(table.clips_by_label.items()) == [("stand", (2, 0, 0)), ("sit", (1, 0, 1))]
    assert table.groups == (2, 0, 1) and table.num_test_groups == 1


def test_reasons_come_most_frequent_first_with_their_remedy_and_at_most_ten_examples() -> None:
    by_reason = {"row": {"time_invalid": 2, "video_missing": 30}, "video": {"video_unreadable": 1}}
    entries = [reject(row=row) for row in range(30)] + [reject(reason="time_invalid", row=row) for row in (7, 9)]
    account = make_account(summary(by_reason), entries)
    assert [reason.code for reason in account.reasons] == ["video_missing", "time_invalid", "video_unreadable"]
    assert account.reasons[0].remedy == Reason.VIDEO_MISSING.remedy
    assert [sample.row for sample in account.reasons[0].samples] == list(range(NUM_SAMPLES_PER_REASON))
    assert [sample.row for sample in account.reasons[1].samples] == [7, 9]


def test_an_empty_ledger_has_no_reasons() -> None:
    assert make_account(summary(), []).reasons == ()


def test_a_rejected_video_has_neither_file_nor_row() -> None:
    by_reason = {"row": {}, "video": {"video_unreadable": 1}}
    entry = reject(kind="video", reason="video_unreadable", file="v.mp4", row=None, value="")
    (sample,) = make_account(summary(by_reason), [entry]).reasons[0].samples
    assert (sample.file, sample.row, sample.video) == ("", None, "v.mp4")


def test_a_megabyte_in_one_cell_is_cut_short() -> None:
    entries = [reject(value="x" * 1_000_000)]
    (sample,) = make_account(summary({"row": {"video_missing": 1}, "video": {}}), entries).reasons[0].samples
    assert len(sample.value) == 300 and sample.value.endswith("…")


def test_groups_come_worst_first_and_of_equals_the_one_with_more_clips() -> None:
    values = [("group", "ann", 0.9, 9), ("group", "bob", 0.5, 2), ("label", "sit", 0.1, 9), ("group", "cy", 0.5, 8)]
    slices: Any = [SimpleNamespace(feature=f, value=v, accuracy=a, num_clips=n) for f, v, a, n in values]
    assert rank_groups(slices) == (GroupRow("cy", 8, 0.5), GroupRow("bob", 2, 0.5), GroupRow("ann", 9, 0.9))


@pytest.mark.parametrize(
    ("num_items", "indices"), [(0, ()), (1, (0,)), (6, (0, 1, 2, 3, 4, 5)), (16, (0, 3, 6, 9, 12, 15))]
)
def test_frames_are_spread_from_the_first_to_the_last(num_items: int, indices: tuple[int, ...]) -> None:
    assert evenly_spread(num_items, 6) == indices
