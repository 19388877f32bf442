"""Predictions as files."""

import csv
import io
import json
from pathlib import Path

import pytest

from foundation.messages.errors import UserError
from pipeline.commands.terminal import whole_file
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.segments import ActionSegment
from pipeline.prediction.writers import (
    choose_format,
    write_activitynet,
    write_csv,
    write_json,
)

CLASSES = ("sit", 'wave "hi", тест')
FOUND = VideoPrediction("a/one.mp4", (ActionSegment(CLASSES[1], 0.5, 2.0, 0.75, (0.25, 0.75)),), 10.0)
QUIET = VideoPrediction("two.mp4", (), 5.0)
CUT = VideoPrediction("b/one.mp4", (ActionSegment("sit", 1.0, 2.0, 0.9, (0.9, 0.1)),), 3.0, "video_unreadable", "broke")
ALL = [FOUND, QUIET, CUT]


def test_each_video_has_a_row_and_a_broken_one_keeps_what_was_found() -> None:
    file = io.StringIO()
    write_csv(ALL, CLASSES, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [(row["path"], row["label"], row["reason"]) for row in rows] == [
        ("a/one.mp4", CLASSES[1], ""),
        ("two.mp4", "", "no_action"),
        ("b/one.mp4", "sit", ""),
        ("b/one.mp4", "", "video_unreadable"),
    ]
    assert rows[0][f"p_{CLASSES[1]}"] == rows[0]["score"] == "0.750000"
    assert (rows[0]["start_seconds"], rows[0]["end_seconds"]) == ("0.500", "2.000")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula_of_a_spreadsheet_and_paths_still_lead_to_the_file(start: str) -> None:
    name = f'{start}HYPERLINK("http://a","b")'
    segment = ActionSegment(name, 0.5, 2.0, 0.75, (0.25, 0.75))
    broken = VideoPrediction("a.mp4", (), 1.0, "video_unreadable", name)
    file = io.StringIO(newline="")
    write_csv([VideoPrediction(f"{name}.mp4", (segment,), 10.0), broken], (name, "sit"), file)
    rows = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert Path(rows[1][0]) == Path(f"{name}.mp4")
    assert (rows[1][3], rows[2][6]) == (f"'{name}", f"'{name}")
    assert rows[1][1:3] == ["0.500", "2.000"]


def test_json_has_everything() -> None:
    file = io.StringIO()
    write_json(ALL, CLASSES, file)
    one, two, cut = json.loads(file.getvalue())
    assert one["segments"][0]["probabilities"] == {"sit": 0.25, CLASSES[1]: 0.75}
    assert (two["segments"], two["reason"], two["duration_seconds"]) == ([], None, 5.0)
    assert (cut["reason"], cut["message"], len(cut["segments"])) == ("video_unreadable", "broke", 1)


def test_activitynet_mixes_no_videos_of_one_name() -> None:
    file = io.StringIO()
    write_activitynet(ALL, CLASSES, file)
    document = json.loads(file.getvalue())
    assert set(document["results"]) == {"a/one.mp4", "two", "b/one.mp4"}
    assert document["results"]["a/one.mp4"] == [{"label": CLASSES[1], "score": 0.75, "segment": [0.5, 2.0]}]
    assert document["external_data"]["problems"] == {"b/one.mp4": "video_unreadable: broke"}


def test_activitynet_has_the_problem_of_each_row_of_a_video() -> None:
    file = io.StringIO()
    rows = [
        VideoPrediction("a.mp4", reason="box_missing", message="no box", row="a.csv, row 2"),
        VideoPrediction("a.mp4", reason="segment_too_short", message="1 frame", row="a.csv, row 3"),
    ]
    write_activitynet(rows, CLASSES, file)
    assert json.loads(file.getvalue())["external_data"]["problems"] == {
        "a.mp4, a.csv, row 2": "box_missing: no box",
        "a.mp4, a.csv, row 3": "segment_too_short: 1 frame",
    }


def test_the_name_of_the_file_says_what_is_written_unless_told_otherwise() -> None:
    assert choose_format(Path("x.csv"), None) == "csv"
    assert choose_format(Path("x.json"), None) == "json"
    assert choose_format(Path("x.eaf"), None) == "elan"
    assert choose_format(Path("x.json"), "activitynet") == "activitynet"
    with pytest.raises(UserError, match="x.txt has to end in .csv, .json, .xml or .eaf"):
        choose_format(Path("x.txt"), None)


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_what_stops_midway_leaves_the_file_as_it_was(tmp_path: Path, problem: type[BaseException]) -> None:
    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(problem), whole_file("--output", path) as partial:
        partial.write_text("half")
        raise problem
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("out.csv", "before")]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match="--output: .*out.csv cannot be written: No such file"),
        whole_file("--output", tmp_path / "nowhere" / "out.csv") as partial,
    ):
        partial.write_text("x")


BEST = ActionSegment("sit", 0.0, 2.0, 0.4, (0.4, 0.1), 0.5)
BOTH = VideoPrediction(
    "both.mp4",
    (
        ActionSegment(CLASSES[1], 0.0, 2.0, 0.9, (0.8, 0.9), 0.75),
        ActionSegment("sit", 0.0, 2.0, 0.8, (0.8, 0.9), 0.5),
    ),
    2.0,
    best=ActionSegment(CLASSES[1], 0.0, 2.0, 0.9, (0.8, 0.9), 0.75),
)


def test_a_clip_with_several_labels_has_a_row_for_each_and_one_with_none_names_the_best() -> None:
    file = io.StringIO()
    write_csv([BOTH, VideoPrediction("none.mp4", (), 2.0, best=BEST)], CLASSES, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [(row["path"], row["label"], row["score"], row["reason"]) for row in rows] == [
        ("both.mp4", CLASSES[1], "0.900000", ""),
        ("both.mp4", "sit", "0.800000", ""),
        ("none.mp4", "", "", "no_action"),
    ]
    assert rows[2]["message"] == "none was found; the best is sit with 0.400, its threshold 0.500"


def test_json_has_thresholds_and_the_best_only_where_clips_may_have_several_labels() -> None:
    file = io.StringIO()
    write_json([BOTH, VideoPrediction("none.mp4", (), 2.0, best=BEST), FOUND], CLASSES, file)
    both, none, one = json.loads(file.getvalue())
    assert [(each["label"], each["threshold"]) for each in both["segments"]] == [(CLASSES[1], 0.75), ("sit", 0.5)]
    assert both["best"]["label"] == CLASSES[1]
    assert (none["segments"], none["best"]["label"], none["best"]["score"]) == ([], "sit", 0.4)
    assert "best" not in one and "threshold" not in one["segments"][0]
