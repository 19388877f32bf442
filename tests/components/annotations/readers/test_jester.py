"""Jester's and Something-Something V1's lists."""

from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from tests.components.annotations.readers.reading import outline, read

NAME = "jester-v1-train.csv"


def test_a_line_is_an_id_and_a_label(tmp_path: Path) -> None:
    text = "34870;Drumming Fingers\n\n56557;Something falling like a feather, or paper\n"
    assert read(tmp_path, text, NAME) == [
        Segment("34870", "Drumming Fingers", Source(NAME, 1), find_by=FindBy.NAME),
        Segment("56557", "Something falling like a feather, or paper", Source(NAME, 3), find_by=FindBy.NAME),
    ]


def test_the_labels_file_says_which_labels_there_are(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("No gesture\nDrumming Fingers\n")
    text = "34870;Drumming Fingers\n2;Drumming fingers\n"
    records = read(tmp_path, text, NAME, label_map=str(tmp_path / "labels.csv"))
    assert outline(records) == [(1, "Drumming Fingers"), (2, Reason.LABEL_UNKNOWN)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("100", Reason.LABEL_MISSING),
        ("100;", Reason.LABEL_MISSING),
        (";No gesture", Reason.ROW_MALFORMED),
        (";", Reason.ROW_MALFORMED),
    ],
)
def test_bad_lines_cost_themselves_only(tmp_path: Path, line: str, reason: Reason) -> None:
    assert outline(read(tmp_path, f"1;No gesture\n{line}\n", NAME)) == [(1, "No gesture"), (2, reason)]
