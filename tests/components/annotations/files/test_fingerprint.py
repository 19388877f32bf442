"""The fingerprint changes when the inputs do."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fingerprint import find_labels, fingerprint_inputs, require_background
from components.annotations.splits.config import SplitsConfig
from foundation.messages.errors import UserError


@pytest.fixture
def data(tmp_path: Path) -> DataConfig:
    (tmp_path / "videos" / "d").mkdir(parents=True)
    (tmp_path / "videos" / "d" / "a.mp4").write_bytes(b"a")
    (tmp_path / "labels.csv").write_text("path,label\nd/a.mp4,wave\nd/a.mp4,sit\n,broken\n")
    return DataConfig(annotations=str(tmp_path / "labels.csv"), videos=str(tmp_path / "videos"))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a row": lambda folder: (folder / "labels.csv").write_text("path,label\nd/a.mp4,run\n"),
    "a video's size": lambda folder: (folder / "videos/d/a.mp4").write_bytes(b"ab"),
    "a video's time": lambda folder: os.utime(folder / "videos/d/a.mp4", ns=(1, 1)),
    "a video's name": lambda folder: (folder / "videos/d/a.mp4").rename(folder / "videos/d/b.mp4"),
    "a new video": lambda folder: (folder / "videos/b.mp4").touch(),
    "a name that is no UTF-8": lambda folder: (folder / "videos/caf\udce9.mp4").touch(),
    "a link": lambda folder: (folder / "videos/l.mp4").symlink_to("d/a.mp4"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_changes_with(data: DataConfig, tmp_path: Path, change: str) -> None:
    before = fingerprint_inputs(data, SplitsConfig())
    assert fingerprint_inputs(data, SplitsConfig()) == before
    CHANGES[change](tmp_path)
    assert fingerprint_inputs(data, SplitsConfig()) != before


def test_pipes_and_broken_links_do_not_stop_it(data: DataConfig, tmp_path: Path) -> None:
    before = fingerprint_inputs(data, SplitsConfig())
    os.mkfifo(tmp_path / "videos" / "pipe.mp4")
    (tmp_path / "videos" / "broken.mp4").symlink_to("nothing")
    assert fingerprint_inputs(data, SplitsConfig()) == before


def test_what_a_run_writes_beside_the_videos_and_what_systems_leave_there_is_no_change(
    data: DataConfig, tmp_path: Path
) -> None:
    output_dir = tmp_path / "videos" / "runs" / "first"
    before = fingerprint_inputs(data, SplitsConfig(), output_dir=str(output_dir))
    output_dir.mkdir(parents=True)
    (output_dir / "report.html").touch()
    (tmp_path / "videos" / ".DS_Store").touch()
    (tmp_path / "videos" / "d" / "._a.mp4").touch()
    assert fingerprint_inputs(data, SplitsConfig(), output_dir=str(output_dir)) == before
    (tmp_path / "videos" / "runs" / "b.mp4").touch()
    assert fingerprint_inputs(data, SplitsConfig(), output_dir=str(output_dir)) != before


def test_both_lists_of_a_fold_count(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    for name in ("trainlist01.txt", "testlist01.txt"):
        (tmp_path / name).write_text("Sit/a.avi\n")
    data = DataConfig(annotations=str(tmp_path / "trainlist01.txt"), videos=str(tmp_path / "videos"))
    before = fingerprint_inputs(data, SplitsConfig())
    (tmp_path / "testlist01.txt").write_text("Sit/b.avi\n")
    assert fingerprint_inputs(data, SplitsConfig()) != before


def test_a_videos_folder_that_is_none(data: DataConfig) -> None:
    with pytest.raises(UserError, match=r"data\.videos: nowhere is not a folder; write the path relative to"):
        fingerprint_inputs(data.model_copy(update={"videos": "nowhere"}), SplitsConfig())


def test_missing_annotations(data: DataConfig, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").unlink()
    with pytest.raises(UserError, match=r"labels\.csv does not exist"):
        fingerprint_inputs(data, SplitsConfig())


def test_an_earlier_assignment_counts(data: DataConfig, tmp_path: Path) -> None:
    splits = SplitsConfig(assignment=str(tmp_path / "splits.csv"))
    with pytest.raises(UserError, match=r"splits\.assignment: .*splits\.csv is not a file"):
        fingerprint_inputs(data, splits)
    digests = {fingerprint_inputs(data, SplitsConfig())}
    for content in ("video,group,split\n", "video,group,split\na.mp4,,train\n"):
        (tmp_path / "splits.csv").write_text(content)
        digests.add(fingerprint_inputs(data, splits))
    assert len(digests) == 3


def test_the_background_is_a_label_as_soon_as_clips_of_it_are_taken(data: DataConfig) -> None:
    assert find_labels(data) == find_labels(data, NegativesConfig()) == ["sit", "wave"]
    assert find_labels(data, NegativesConfig(label="none", clips_per_video=1)) == ["none", "sit", "wave"]


def test_time_that_a_format_leaves_unknown_is_no_background_unless_the_user_says_so(
    data: DataConfig, tmp_path: Path
) -> None:
    negatives = NegativesConfig(clips_per_video=1)
    require_background(data, negatives)
    entry = '{"videoGcsUri": "gs://b/a.mp4", "timeSegmentAnnotations": [{"displayName": "sit", "startTime": "1s"}]}\n'
    (tmp_path / "labels.csv").write_text(entry)
    with pytest.raises(
        UserError, match="in the format vertex_jsonl it is unknown what time without a label shows. Where"
    ):
        require_background(data, negatives)
    for fine in (None, NegativesConfig(), NegativesConfig(clips_per_video=1, unlabelled_is_background=True)):
        require_background(data, fine)
