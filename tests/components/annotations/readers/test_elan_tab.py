"""ELAN's tab-delimited text, with the columns that people leave in."""

from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import detect_format, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading

TIMES = "00:00:00.500\t0.5\t00:00:02.000\t2.0\t00:00:01.500\t1.5"
HEADER = "Begin Time - hh:mm:ss.ms\tBegin Time - ss.msec\tEnd Time - hh:mm:ss.ms\tEnd Time - ss.msec"


def read(folder: Path, *lines: str, **config: Any) -> list[Record]:
    return reading.read(folder, "\n".join(lines) + "\n", "street.txt", **config)


def span(folder: Path, *lines: str, **config: Any) -> tuple[str, float, float | None]:
    (record,) = read(folder, *lines, **config)
    assert isinstance(record, Segment), record
    return record.label, record.start, record.end


def test_a_row_is_an_annotation_and_the_participant_is_the_group(tmp_path: Path) -> None:
    assert read(tmp_path, f"action\tann\t{TIMES}\twalk", f'action\t\t{TIMES}\tsay "no"') == [
        Segment("street", "walk", Source("street.txt", 1), 0.5, 2.0, group="ann", find_by=FindBy.NAME),
        Segment("street", 'say "no"', Source("street.txt", 2), 0.5, 2.0, find_by=FindBy.NAME),
    ]
    assert detect_format(tmp_path / "street.txt") == "elan_tab"


@pytest.mark.parametrize(
    "line",
    [
        f"action\tann\t{TIMES}\twalk",
        f"action\t{TIMES}\twalk",
        f"{TIMES}\twalk",
        "action\tann\t00:00:00.500\t00:00:02.000\t00:00:01.500\twalk",
        "action\tann\t0.5\t2.0\t1.5\twalk",
        "action\tann\t00:00:00.500\t0.5\t500\t00:00:02.000\t2.0\t2000\twalk",
        "action\tann\t00:00:00.500\t00:00:00:12\t00:00:02.000\t00:00:02:00\t00:00:01.500\t00:00:01:12\twalk",
        "action,ann,00:00:00.500,0.5,00:00:02.000,2.0,00:00:01.500,1.5,walk",
    ],
)
def test_columns_are_told_by_their_values(tmp_path: Path, line: str) -> None:
    assert span(tmp_path, line) == ("walk", 0.5, 2.0)


@pytest.mark.parametrize(
    "line",
    [
        "action\tann\t500\t2000\t1500\twalk",
        "action\tann\t0.5\t2.0\twalk",
        "500\t2000\twalk",
        "action\t00:00:00.500\t00:00:02.000\twalk",
    ],
)
def test_what_other_tables_may_have_too_is_read_where_the_format_is_named(tmp_path: Path, line: str) -> None:
    assert span(tmp_path, line, format="elan_tab") == ("walk", 0.5, 2.0)
    assert detect_format(tmp_path / "street.txt") != "elan_tab"


def test_numbers_may_be_annotations(tmp_path: Path) -> None:
    assert span(tmp_path, f"score\tann\t{TIMES}\t5") == ("5", 0.5, 2.0)


@pytest.mark.parametrize(
    "lines",
    [
        (f"Tier\tParticipant\t{HEADER}\tAnnotation", "action\tann\t00:00:00.500\t0.5\t00:00:02.000\t2.0\twalk"),
        (f"{HEADER}\taction", "00:00:00.500\t0.5\t00:00:02.000\t2.0\twalk"),
        ("Anfangszeit - msec\tEndzeit - msec\taction", "500\t2000\twalk"),
        ("Tier\tBegin Time - ss.msec\tEnd Time - ss.msec\tDuration - ss.msec\tValue", "action\t0.5\t2.0\t1.5\twalk"),
    ],
)
def test_a_header_names_the_columns_in_any_language(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert span(tmp_path, *lines) == ("walk", 0.5, 2.0)
    assert detect_format(tmp_path / "street.txt") == "elan_tab"


def test_tiers_may_have_a_column_each(tmp_path: Path) -> None:
    lines = (f"{HEADER}\taction\tmood", "00:00:00.500\t0.5\t00:00:02.000\t2.0\twalk\tglad",
             "00:00:02.000\t2.0\t00:00:03.000\t3.0\t\tsad")  # fmt: skip
    assert reading.outline(read(tmp_path, *lines)) == [(2, "walk"), (2, "glad"), (3, "sad")]
    assert reading.outline(read(tmp_path, *lines, label_field="mood")) == [(2, "glad"), (3, "sad")]


def test_a_named_tier_alone_is_read(tmp_path: Path) -> None:
    lines = (f"action\tann\t{TIMES}\twalk", f"mood\tann\t{TIMES}\tglad")
    assert reading.outline(read(tmp_path, *lines, label_field="mood")) == [(2, "glad")]
    with pytest.raises(UserError, match=r"no annotation in a tier 'hands'; found: action, mood"):
        read(tmp_path, *lines, label_field="hands")


def test_the_video_stands_above_or_in_the_row_or_is_the_exports_name(tmp_path: Path) -> None:
    row = f"action\tann\t{TIMES}\twalk"
    media = '"#file:///D:/my%20data/yard.mp4 -- offset: 0"'
    assert [record.video for record in read(tmp_path, media, row)] == ["yard.mp4"]
    assert [record.video for record in read(tmp_path, f"{row}\tyard.eaf\t/data/yard.eaf")] == ["yard"]
    assert [record.video for record in read(tmp_path, f"{row}\tfile:///D:/yard.mp4")] == ["yard.mp4"]
    content = f"{row}\n"
    (said,) = reading.read_assumptions(tmp_path, content, "street.txt")
    assert said.startswith("street.txt names no video, so its annotations are taken to be of street.")
    (tmp_path / "only.mp4").touch()
    (said,) = reading.read_assumptions(tmp_path, content, "street.txt")
    assert "taken to be of only.mp4." in said


def test_an_offset_of_the_media_is_added_and_that_is_said(tmp_path: Path) -> None:
    lines = ("#file:///D:/yard.mp4 -- offset: 1500", f"action\tann\t{TIMES}\twalk")
    assert span(tmp_path, *lines) == ("walk", 2.0, 3.5)
    (said,) = reading.read_assumptions(tmp_path, "\n".join(lines), "street.txt")
    assert said.startswith(
        "street.txt says that its time 0 lies at 1.5 s of yard.mp4, and that was added to its times."
    )


def test_a_bad_row_costs_itself(tmp_path: Path) -> None:
    bad = "action\tann\t00:00:02.000\t2.0\t00:00:01.000\t1.0\t00:00:01.000\t1.0\twalk"
    rows = [f"action\tann\t{TIMES}\twalk"] * 4
    lines = (*rows, bad, f"action\tann\t{TIMES}\t", "action\tann\tx\ty", "action")
    assert reading.outline(read(tmp_path, *lines))[4:] == [
        (5, Reason.END_BEFORE_START), (6, Reason.LABEL_MISSING), (7, Reason.TIME_INVALID), (8, Reason.TIME_INVALID),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "a.mp4,0.5,1.5,wave",
        "a.mp4\t0.5\t2.0\t1.5\twave",
        "a\t0.5\t2.0\t1.5\twave",
        "path,label,start,begin,end\n1,2,3,4,5",
        "1,1,10,20,10,40,1,1,0.9",
    ],
)
def test_other_tables_are_none(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.txt").write_text(line)
    assert detect_format(tmp_path / "x.txt") != "elan_tab"


def test_a_file_without_times_is_malformed_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"street\.txt, row 1 \(read as elan_tab\): no columns of ELAN's times"):
        read(tmp_path, "action\tann\twalk", format="elan_tab")


def test_a_folder_has_an_export_for_each_video(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"action\tann\t{TIMES}\twalk\n")
    config = DataConfig(annotations=str(tmp_path), videos=str(tmp_path))
    assert detect_format(tmp_path) == "elan_tab"
    assert [(record.video, str(record.source)) for record in read_annotations(config).records] == [
        ("a", "a.txt, row 1"),
        ("b", "b.txt, row 1"),
    ]
