"""The span of annotated data before the present one."""

from pathlib import Path

import pytest

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.look import look
from components.annotation_validator.previous import PreviousSpan, find_previous
from components.annotations.config import DataConfig, NegativesConfig
from components.storage.local import LocalRoot
from foundation.messages.errors import UserError
from tests.components.video.videos import write_video


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A span with a video of its own beside one without any."""
    write_video(tmp_path / "before" / "a.mp4", 20)
    (tmp_path / "videos").mkdir()
    (tmp_path / "before.csv").write_text("path,start_seconds,end_seconds,label\na.mp4,0,1,sit\n")
    return tmp_path


def span_of(folder: Path, annotations: str = "before.csv", videos: str | None = None, **data: str) -> PreviousSpan:
    present = DataConfig.model_validate(
        {"annotations": str(folder / "labels.csv"), "videos": str(folder / "videos"), "metadata": ("speed",), **data}
    )
    previous_videos = videos and str(folder / videos)
    checks = ChecksConfig(previous_annotations=str(folder / annotations), previous_videos=previous_videos)
    span = find_previous(present, checks)
    assert span
    return span


def test_its_videos_are_looked_for_among_the_present_ones_unless_a_place_is_named(folder: Path) -> None:
    write_video(folder / "videos" / "now.mp4", 20)
    negatives = NegativesConfig(clips_per_video=1, unannotated_videos=True)
    for videos, known in ((None, []), ("before", ["a.mp4"])):
        span = span_of(folder, videos=videos)
        inputs = look([], Inspection(negatives=negatives), LocalRoot(folder / "videos"), previous=span).previous
        assert inputs
        assert [(segment.video, segment.seconds) for segment in inputs.segments] == [("a.mp4", 1.0)]
        assert list(inputs.videos) == known


def test_its_paths_say_its_groups_by_the_same_pattern(folder: Path) -> None:
    (folder / "before.csv").write_text("path,label\nP01/a.mp4,sit\nP02/b.mp4,sit\n")
    inputs = look([], Inspection(), None, previous=span_of(folder, group_pattern="subject")).previous
    assert inputs
    assert [segment.group for segment in inputs.segments] == ["P01", "P02"]
    with pytest.raises(
        UserError, match=r"^checks\.previous_annotations: data\.group_pattern: X matches none of the 2 paths"
    ):
        look([], Inspection(), None, previous=span_of(folder, group_pattern="X"))


def test_none_is_named_and_there_is_none() -> None:
    assert find_previous(DataConfig(annotations="labels.csv", videos="videos"), ChecksConfig()) is None


@pytest.mark.parametrize(
    ("text", "data", "message"),
    [
        ("", {}, r"^checks\.previous_annotations: .*march\.csv is empty$"),
        ("path,label\n", {}, r"^checks\.previous_annotations: .*march\.csv holds no annotation"),
        ("path,label\na.mp4,\n", {}, r"^checks\.previous_annotations: none of the 1 rows of .* march\.csv, row 2: "),
        ("path,label\na.mp4,sit\n", {"format": "ava"}, r"^checks\.previous_annotations: .*read as data\.format says \(ava\)"),
        ("path,label\na.mp4,sit\n", {"format": "via"}, r"^checks\.previous_annotations: .*read as data\.format says \(via\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_key(folder: Path, text: str, data: dict[str, str], message: str) -> None:
    (folder / "march.csv").write_text(text)
    with pytest.raises(UserError, match=message):
        look([], Inspection(), None, previous=span_of(folder, "march.csv", **data))
