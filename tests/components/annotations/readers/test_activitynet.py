"""ActivityNet's JSON, in the official form and in MMAction2's."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read

NAME = "activity_net.v1-3.min.json"
SURFING = {"segment": [1.5, 9.25], "label": "Surfing"}


def read_videos(folder: Path, videos: Any, official: bool = True) -> list[Record]:
    document = {"version": "VERSION 1.3", "taxonomy": [], "database": videos} if official else videos
    return read(folder, json.dumps(document), NAME, format="activitynet")


@pytest.mark.parametrize("official", [True, False])
def test_both_forms_give_the_same_records(tmp_path: Path, official: bool) -> None:
    second = {"segment": [10, 20], "label": "Sailing"}
    videos = {"sJBCXKJyy0A": {"annotations": [SURFING, second]}, "b": {"annotations": [second]}}
    by_name = FindBy.NAME
    assert read_videos(tmp_path, videos, official) == [
        Segment("v_sJBCXKJyy0A", "Surfing", Source(NAME, 1), 1.5, 9.25, find_by=by_name),
        Segment("v_sJBCXKJyy0A", "Sailing", Source(NAME, 2), 10, 20, find_by=by_name),
        Segment("b", "Sailing", Source(NAME, 3), 10, 20, find_by=by_name),
    ]


@pytest.mark.parametrize(("subset", "split"), [("training", "train"), ("validation", "eval"), ("testing", "test")])
def test_the_subset_is_the_split(tmp_path: Path, subset: str, split: str) -> None:
    (record,) = read_videos(tmp_path, {"a": {"subset": subset, "annotations": [SURFING]}})
    assert isinstance(record, Segment)
    assert record.split == split


@pytest.mark.parametrize(
    ("id_", "file", "name"),
    [
        ("sJBCXKJyy0A", "v_sJBCXKJyy0A.mp4", "v_sJBCXKJyy0A"),
        ("sJBCXKJyy0A", "sJBCXKJyy0A.webm", "sJBCXKJyy0A"),
        ("v_sJBCXKJyy0A", "sJBCXKJyy0A.mkv", "sJBCXKJyy0A"),
        ("v_sJBCXKJyy0A", "v_sJBCXKJyy0A.mp4", "v_sJBCXKJyy0A"),
        # An id may begin with v_ itself.
        ("v_BCXKJyy0A", "v_v_BCXKJyy0A.mp4", "v_v_BCXKJyy0A"),
        ("sJBCXKJyy0A", "other.mp4", "v_sJBCXKJyy0A"),
        ("video_test_0000004", "other.mp4", "video_test_0000004"),
    ],
)
def test_files_are_named_with_or_without_v(tmp_path: Path, id_: str, file: str, name: str) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / file).touch()
    (record,) = read_videos(tmp_path, {id_: {"annotations": [SURFING]}})
    assert isinstance(record, Segment)
    assert record.video == name


@pytest.mark.parametrize("subset", ["training", "validation", None])
def test_a_video_without_annotations_is_a_negative_example(tmp_path: Path, subset: str | None) -> None:
    (record,) = read_videos(tmp_path, {"a": {"subset": subset, "annotations": []}})
    assert isinstance(record, Segment)
    assert (record.is_negative, record.label, record.start, record.end) == (True, "", 0, None)


def test_the_annotations_of_the_test_subset_are_unknown(tmp_path: Path) -> None:
    records = read_videos(tmp_path, {"a": {"subset": "testing", "annotations": []}, "b": {"annotations": [SURFING]}})
    assert outline(records) == [(1, Reason.LABEL_MISSING), (2, "Surfing")]


@pytest.mark.parametrize(
    ("video", "reason"),
    [
        ({"annotations": [{"segment": [1, 2]}]}, Reason.LABEL_MISSING),
        ({"annotations": [{"segment": [1, 2], "label": " "}]}, Reason.LABEL_MISSING),
        ({"annotations": [{"segment": [1, 2], "label": ["x"]}]}, Reason.ROW_MALFORMED),
        ({"annotations": [["x"]]}, Reason.ROW_MALFORMED),
        ({"annotations": [None]}, Reason.ROW_MALFORMED),
        ({"annotations": {"segment": [1, 2], "label": "x"}}, Reason.ROW_MALFORMED),
        ({"duration": 9}, Reason.ROW_MALFORMED),
        ("VERSION 1.3", Reason.ROW_MALFORMED),
        ({"annotations": [{"label": "x"}]}, Reason.TIME_INVALID),
        ({"annotations": [{"segment": [1], "label": "x"}]}, Reason.TIME_INVALID),
        ({"annotations": [{"segment": [None, 2], "label": "x"}]}, Reason.TIME_INVALID),
        ({"annotations": [{"segment": ["soon", 2], "label": "x"}]}, Reason.TIME_INVALID),
        ({"annotations": [{"segment": [1, float("nan")], "label": "x"}]}, Reason.TIME_INVALID),
        ({"annotations": [{"segment": [-1, 2], "label": "x"}]}, Reason.TIME_INVALID),
        ({"annotations": [{"segment": [2, 2], "label": "x"}]}, Reason.END_BEFORE_START),
        ({"subset": "secret", "annotations": [SURFING]}, Reason.SPLIT_UNKNOWN),
    ],
)
def test_bad_annotations_cost_themselves_only(tmp_path: Path, video: Any, reason: Reason) -> None:
    records = read_videos(tmp_path, {"a": video, "b": {"annotations": [SURFING]}})
    assert outline(records) == [(1, reason), (2, "Surfing")]


def test_a_video_without_an_id(tmp_path: Path) -> None:
    assert outline(read_videos(tmp_path, {" ": {"annotations": [SURFING]}})) == [(1, Reason.ROW_MALFORMED)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"database": {"a": ', "not JSON: Expecting value"),
        ("[1, 2]", "expected an object of videos"),
        ('{"database": [1]}', "expected an object of videos"),
        (
            '{"version": "1.3", "results": {"a": [{"segment": [1, 2], "label": "x", "score": 1}]}}',
            "a model's predictions",
        ),
    ],
)
def test_a_document_that_holds_no_annotations(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=rf"\.json, row 1 \(read as activitynet\): .*{message}"):
        read(tmp_path, text, NAME, format="activitynet")
