"""EPIC-KITCHENS' CSV."""

from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read, read_segment

NAME = "EPIC_100_train.csv"
HEADER = (
    "narration_id,participant_id,video_id,start_timestamp,stop_timestamp,narration,verb,verb_class,noun,noun_class\n"
)
ROW = "P01_01_0,P01,P01_01,00:00:00.14,01:02:03.37,take the plate,take,0,plate,2\n"


def test_times_are_of_the_video_and_the_group_is_the_participant(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + ROW, NAME) == [
        Segment("P01_01", "take", Source(NAME, 2), 0.14, 3723.37, group="P01", find_by=FindBy.NAME)
    ]


def test_a_spreadsheet_that_has_saved_them_anew_makes_no_difference(tmp_path: Path) -> None:
    text = "sep=;\n" + HEADER.replace(",", ";") + ROW.replace(",", ";").replace(".", ",")
    segment = read_segment(tmp_path, text, NAME)
    assert (segment.label, segment.start, segment.end) == ("take", 0.14, 3723.37)


@pytest.mark.parametrize(
    ("label_field", "label"),
    [("verb", "take"), ("noun", "plate"), ("action", "take plate"), ("narration", "take the plate")],
)
def test_the_label_is_one_of_four(tmp_path: Path, label_field: str, label: str) -> None:
    assert read_segment(tmp_path, HEADER + ROW, NAME, label_field=label_field).label == label


@pytest.mark.parametrize(
    ("label_field", "names", "label"),
    [
        (None, "verb_id,class_key,verbs\n0,grasp,\"['take', 'grab']\"\n", "grasp"),
        ("noun", "id,key,instances,category\n2,dish,\"['plate']\",crockery\n", "dish"),
    ],
)
def test_classes_have_names_of_their_own(tmp_path: Path, label_field: str | None, names: str, label: str) -> None:
    (tmp_path / "classes.csv").write_text(names)
    options = {"label_field": label_field, "label_map": str(tmp_path / "classes.csv")}
    assert read_segment(tmp_path, HEADER + ROW, NAME, **options).label == label


def test_a_class_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "classes.csv").write_text("id,key\n7,cut\n")
    records = read(tmp_path, HEADER + ROW, NAME, label_map=str(tmp_path / "classes.csv"))
    assert outline(records) == [(2, Reason.LABEL_UNKNOWN)]


def test_the_test_part_has_no_labels_and_older_lists_no_participants(tmp_path: Path) -> None:
    text = "video_id,start_timestamp,stop_timestamp\nP01_101,00:00:02.86,00:00:03.87\n"
    assert outline(read(tmp_path, text, "labels.dat")) == [(2, Reason.LABEL_MISSING)]
    assert read_segment(tmp_path, text.replace("p\n", "p,verb\n").replace("7\n", "7,cut\n"), NAME).group == "P01"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,P01,,00:00:00,00:00:01,n,v,0,o,1", Reason.ROW_MALFORMED),
        ("x,P01,P01_01,00:00:00,00:00:01,n,,0,o,1", Reason.LABEL_MISSING),
        ("x,P01,P01_01,0.14,00:00:01,n,v,0,o,1", Reason.TIME_INVALID),
        ("x,P01,P01_01,00:60:00,02:00:01,n,v,0,o,1", Reason.TIME_INVALID),
        ("x,P01,P01_01,,00:00:01,n,v,0,o,1", Reason.TIME_INVALID),
        ("x,P01,P01_01,00:00:00", Reason.LABEL_MISSING),
        ("x,P01,P01_01,00:00:02,00:00:01.99,n,v,0,o,1", Reason.END_BEFORE_START),
        ("x,P01,P01_01,00:00:02,00:00:03,n,v,0,o,1,more", Reason.ROW_MALFORMED),
    ],
)
def test_bad_rows_cost_themselves_only(tmp_path: Path, row: str, reason: Reason) -> None:
    assert outline(read(tmp_path, f"{HEADER}{ROW}{row}\n", NAME)) == [(2, "take"), (3, reason)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label_field": "hand"}, "data.label_field is 'hand'; EPIC-KITCHENS has verb, noun, action, narration"),
        ({"label_field": "action", "label_map": "x.csv"}, "data.label_field is 'action'; drop one"),
    ],
)
def test_what_the_format_lacks_is_an_error(tmp_path: Path, options: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(tmp_path, HEADER + ROW, NAME, **options)
