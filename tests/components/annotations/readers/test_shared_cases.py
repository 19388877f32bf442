"""Exports that were misread once, as their tools write them, with the right values."""

import re
from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Annotations, Segment
from foundation.messages.errors import UserError
from tests.shared_data import SHARED_CASES

pytestmark = pytest.mark.skipif(not SHARED_CASES.is_dir(), reason=f"the cases are not at {SHARED_CASES}")


def read(name: str, **config: Any) -> Annotations:
    videos = SHARED_CASES / "numbered"
    return read_annotations(DataConfig(annotations=str(SHARED_CASES / name), videos=str(videos), **config))


def spans(name: str, **config: Any) -> list[tuple[str, str, float, float | None]]:
    records = read(name, **config).records
    return [(Path(r.video).stem, r.label, r.start, r.end) for r in records if isinstance(r, Segment)]


@pytest.mark.parametrize("name", ["boris.csv", "boris.tsv", "boris_aggregated.csv", "boris.boris"])
def test_boris(name: str) -> None:
    (record,) = read(f"formats/{name}").records
    assert isinstance(record, Segment)
    assert (record.video, record.label, record.start, record.end) == ("c00.mp4", "walk", 0.5, 2.0)
    assert record.group == "ann"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("charades.csv", [("c00", "c092", 0.5, 2.0), ("c00", "c147", 0.0, 3.6)]),
        ("thumos", [("c00", "BaseballPitch", 0.5, 2.0), ("c01", "BaseballPitch", 0.2, 1.7)]),
        ("thumos/BaseballPitch_val.txt", [("c00", "BaseballPitch", 0.5, 2.0), ("c01", "BaseballPitch", 0.2, 1.7)]),
        ("coin.json", [("c00", "pour", 0.5, 2.0)]),
        ("fiftyone_pretty.json", [("c00", "wave", 0.5, 2.0), ("c01", "clap", 11.0, 50.0)]),
        ("elan_tab.txt", [("c00", "wave", 0.5, 2.0)]),
    ],
)
def test_what_is_read(name: str, expected: Any) -> None:
    assert spans(f"formats/{name}") == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("formats/labelbox.ndjson", "is an export of Labelbox, which is not read: .* write a table of it"),
        ("formats/darwin.json", "is an export of V7 Darwin, which is not read: .* write a table of it"),
        (
            "formats/sagemaker.manifest",
            "is a manifest of SageMaker Ground Truth, which is not read: write a table of it",
        ),
        (
            "formats/google_vi.json",
            "is an answer of Google's Video Intelligence API, which is not read: .* write a table",
        ),
        ("formats/cvat_only_tags.xml", "CVAT's export for video has no track.* export the task as CVAT for images 1.1"),
        ("binary/labels.xlsx", "is an Excel workbook: save it as CSV UTF-8"),
    ],
)
def test_what_is_refused(name: str, message: str) -> None:
    with pytest.raises(UserError) as failure:
        read(name)
    assert re.search(message, str(failure.value))


def test_a_timeline_of_label_studio() -> None:
    first, second = spans("label_studio/timeline.json", frame_rate=25)
    assert (first[2:], second[2:]) == ((24.0, 26.0), (28.0, 29.0))
    (said,) = read("label_studio/timeline.json").assumptions
    assert "its default, 24, was taken" in said.message
    assert read("label_studio/timeline.json", frame_rate=25).assumptions == ()
