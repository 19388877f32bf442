"""Kinetics' CSV: clips named by their recording and its seconds."""

from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

NAME = "kinetics-400_val.csv"
HEADER = "label,youtube_id,time_start,time_end,split,is_cc\n"


def test_the_clip_is_a_file_of_its_own_and_grouped_by_its_recording(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + "abseiling,0wR5jVB-WPk,417,427,val,0\n", NAME) == [
        Segment(
            "0wR5jVB-WPk_000417_000427",
            "abseiling",
            Source(NAME, 2),
            group="0wR5jVB-WPk",
            split="eval",
            find_by=FindBy.NAME,
            file_seconds=10.0,
        )
    ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("label,youtube_id,time_start,time_end,split\nx,a,1,2,train\n", "x"),
        ("youtube_id,time_start,time_end,label\na,1,2,x\n", "x"),
        (HEADER + '"tasting beer, wine",a,1.0,2.0,validate,1\n', "tasting beer, wine"),
    ],
)
def test_versions_of_the_data_set_have_other_columns(tmp_path: Path, text: str, label: str) -> None:
    segment = read_segment(tmp_path, text, "labels.dat")
    assert (segment.label, segment.video) == (label, "a_000001_000002")


def test_the_test_part_has_no_labels(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, "youtube_id,time_start,time_end,split\n--6bJUbfpnQ,17,27,test\n", NAME)
    assert (reject.reason, reject.video) == (Reason.LABEL_MISSING, "--6bJUbfpnQ_000017_000027")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,,1,2,val,0", Reason.ROW_MALFORMED),
        ("x,a,1,,val,0", Reason.ROW_MALFORMED),
        ("x,a,1", Reason.ROW_MALFORMED),
        ("x,a,1,2,val,0,9", Reason.ROW_MALFORMED),
        ('x,"a,1,2,val,0', Reason.ROW_MALFORMED),
        (",a,1,2,val,0", Reason.LABEL_MISSING),
        ("x,a,one,2,val,0", Reason.TIME_INVALID),
        ("x,a,-1,2,val,0", Reason.TIME_INVALID),
        ("x,a,2,1,val,0", Reason.END_BEFORE_START),
        ("x,a,1,2,holdout,0", Reason.SPLIT_UNKNOWN),
    ],
)
def test_bad_rows_cost_themselves_only(tmp_path: Path, row: str, reason: Reason) -> None:
    records = read(tmp_path, HEADER + "y,b,1,2,val,0\n" + row + "\n", NAME)
    assert outline(records) == [(2, "y"), (3, reason)]
