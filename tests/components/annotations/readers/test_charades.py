"""Charades: several actions a row."""

from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from tests.components.annotations.readers.reading import outline, read, read_reject

HEADER = "id,subject,scene,quality,relevance,verified,script,objects,descriptions,actions,length\n"


def row(actions: str, video: str = "46GP8") -> str:
    return f'{HEADER}{video},HR43,Kitchen,6,7,Yes,"A person walks, then sits.",dish,"x",{actions},24.83\n'


def test_each_action_is_a_segment_and_the_subject_is_the_group(tmp_path: Path) -> None:
    assert read(tmp_path, row("c092 11.90 21.20;c147 0.00 12.60")) == [
        Segment("46GP8", "c092", Source("labels.csv", 2), 11.9, 21.2, group="HR43", find_by=FindBy.NAME),
        Segment("46GP8", "c147", Source("labels.csv", 2), 0.0, 12.6, group="HR43", find_by=FindBy.NAME),
    ]


def test_a_label_map_names_the_codes(tmp_path: Path) -> None:
    (tmp_path / "Charades_v1_classes.txt").write_text("c092 Watching a laptop\nc147 Eating\n")
    records = read(tmp_path, row("c092 1 2;c147 1 2;c000 1 2"), label_map=str(tmp_path / "Charades_v1_classes.txt"))
    assert outline(records) == [(2, "Watching a laptop"), (2, "Eating"), (2, Reason.LABEL_UNKNOWN)]


def test_a_video_without_actions_is_in_the_ledger(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, row(""))
    assert (reject.reason, reject.video, reject.message) == (Reason.LABEL_MISSING, "46GP8", "no actions in this video")


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("c092 2", Reason.ROW_MALFORMED),
        ("c092 2 x", Reason.TIME_INVALID),
        ("c092 3 2", Reason.END_BEFORE_START),
        ("c092 -1 2", Reason.TIME_INVALID),
    ],
)
def test_a_bad_action_costs_itself(tmp_path: Path, action: str, reason: Reason) -> None:
    assert outline(read(tmp_path, row(f"{action};c147 0 1"))) == [(2, reason), (2, "c147")]


def test_a_row_without_an_id(tmp_path: Path) -> None:
    assert read_reject(tmp_path, row("c092 1 2", video="")).reason is Reason.ROW_MALFORMED
