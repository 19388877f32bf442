"""The videos that are looked at, wherever annotations say that they are."""

from pathlib import Path

import pytest

from components.annotations.records.record import Segment, Source
from components.storage.local import LocalRoot
from pipeline.suggestion.sources import Annotated, find_sources
from pipeline.suggestion.windows import Bounds
from tests.pipeline.planning import MP4_HEAD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("new/a.mp4", "new/b.mp4", "old/P01_c.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(MP4_HEAD + name.encode())
    (tmp_path / "new" / "text.mp4").write_text("no video")
    (tmp_path / "new" / "notes.txt").write_text("not even called like one")
    return tmp_path


def row(video: str, label: str = "sit", end: float | None = 1.0, group: str | None = None) -> Segment:
    return Segment(video, label, Source("labels.csv", 1), 0.0, end, group=group)


def test_all_videos_are_wanted_and_what_is_none_says_why(folder: Path) -> None:
    found = find_sources(LocalRoot(folder / "new"), None)
    assert [(part.name, part.annotated, part.is_wanted) for part in found.parts] == [
        ("a.mp4", (), True),
        ("b.mp4", (), True),
    ]
    assert list(found.broken) == ["text.mp4"]
    assert found.broken["text.mp4"].startswith("not_a_video: ")


def test_rows_are_found_in_another_folder_and_its_other_videos_are_only_known(folder: Path) -> None:
    rows = [row("new/a.mp4", group="ann"), row("old/P01_c.mp4", "fall", None), row("absent.mp4")]
    annotated = Annotated(LocalRoot(folder), rows, r"(P\d+)_")
    found = find_sources(LocalRoot(folder / "new"), annotated)
    assert [(part.name, part.group, part.annotated, part.is_wanted) for part in found.parts] == [
        ("a.mp4", "ann", (Bounds(0.0, 1.0),), True),
        ("b.mp4", "", (), True),
        ("old/P01_c.mp4", "P01", (Bounds(0.0, float("inf")),), False),
    ]
    assert found.num_annotated == {"sit": 2, "fall": 1}
    assert found.num_unused == 1
