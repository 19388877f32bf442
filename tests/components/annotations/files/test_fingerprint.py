"""The fingerprint changes when what is read of the inputs does; tests/pipeline/test_plan.py has more of it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.fingerprint import find_labels, fingerprint_inputs, require_background
from components.annotations.splits.config import SplitsConfig
from foundation.messages.errors import UserError

MP4_HEAD = b"\0\0\0\x18ftypisom"


def fingerprint(data: DataConfig, splits: SplitsConfig | None = None) -> str:
    return fingerprint_inputs(data, splits or SplitsConfig(), load_annotations(data).records)


@pytest.fixture
def data(tmp_path: Path) -> DataConfig:
    (tmp_path / "videos" / "d").mkdir(parents=True)
    (tmp_path / "videos" / "d" / "a.mp4").write_bytes(MP4_HEAD)
    (tmp_path / "labels.csv").write_text("path,label\nd/a.mp4,wave\nd/a.mp4,sit\n,broken\n")
    return DataConfig(annotations=str(tmp_path / "labels.csv"), videos=str(tmp_path / "videos"))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a row": lambda folder: (folder / "labels.csv").write_text("path,label\nd/a.mp4,run\n"),
    "a video's content": lambda folder: (folder / "videos/d/a.mp4").write_bytes(MP4_HEAD + b"a"),
    "a new video": lambda folder: (folder / "videos/b.mp4").write_bytes(MP4_HEAD),
    "a name that is no UTF-8": lambda folder: (folder / "videos/caf\udce9.mp4").write_bytes(MP4_HEAD),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_changes_with(data: DataConfig, tmp_path: Path, change: str) -> None:
    before = fingerprint(data)
    assert fingerprint(data) == before
    CHANGES[change](tmp_path)
    assert fingerprint(data) != before


def test_pipes_and_broken_links_do_not_stop_it(data: DataConfig, tmp_path: Path) -> None:
    before = fingerprint(data)
    os.mkfifo(tmp_path / "videos" / "pipe.mp4")
    (tmp_path / "videos" / "broken.mp4").symlink_to("nothing")
    assert fingerprint(data) == before


def test_a_mask_counts_and_no_other_picture(data: DataConfig, tmp_path: Path) -> None:
    masks = '"[[0, ""mask.png""]]"'
    (tmp_path / "labels.csv").write_text(f"path,label,masks\nd/a.mp4,wave,{masks}\n")
    digests = [fingerprint(data)]
    for name in ("mask.png", "other.png"):
        (tmp_path / "videos" / name).write_bytes(b"a picture")
        digests.append(fingerprint(data))
    assert digests[0] != digests[1] == digests[2]


def test_a_name_that_a_second_file_makes_ambiguous_counts(tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / "videos" / name).mkdir(parents=True)
    (tmp_path / "videos/1/a.mp4").write_bytes(MP4_HEAD)
    (tmp_path / "labels.csv").write_text("path,label\na,wave\n")
    data = DataConfig(annotations=str(tmp_path / "labels.csv"), videos=str(tmp_path / "videos"))
    before = fingerprint(data)
    (tmp_path / "videos/2/a.json").write_text("{}")
    assert fingerprint(data) == before
    (tmp_path / "videos/2/a.mp4").write_bytes(MP4_HEAD)
    assert fingerprint(data) != before


def test_both_lists_of_a_fold_count(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    for name in ("trainlist01.txt", "testlist01.txt"):
        (tmp_path / name).write_text("Sit/a.avi\n")
    data = DataConfig(annotations=str(tmp_path / "trainlist01.txt"), videos=str(tmp_path / "videos"))
    before = fingerprint(data)
    (tmp_path / "testlist01.txt").write_text("Sit/b.avi\n")
    assert fingerprint(data) != before


def test_a_videos_folder_that_is_none(data: DataConfig) -> None:
    with pytest.raises(UserError, match=r"data\.videos: nowhere is not a folder; write the path relative to"):
        fingerprint(data.model_copy(update={"videos": "nowhere"}))


def test_missing_annotations(data: DataConfig, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").unlink()
    with pytest.raises(UserError, match=r"labels\.csv does not exist"):
        fingerprint(data)


def test_an_earlier_assignment_counts(data: DataConfig, tmp_path: Path) -> None:
    splits = SplitsConfig(assignment=str(tmp_path / "splits.csv"))
    with pytest.raises(UserError, match=r"splits\.assignment: .*splits\.csv is not a file"):
        fingerprint(data, splits)
    digests = {fingerprint(data)}
    for content in ("video,group,split\n", "video,group,split\na.mp4,,train\n"):
        (tmp_path / "splits.csv").write_text(content)
        digests.add(fingerprint(data, splits))
    assert len(digests) == 3


def test_the_background_is_a_label_as_soon_as_clips_of_it_are_taken(data: DataConfig) -> None:
    records = load_annotations(data).records
    assert find_labels(records) == find_labels(records, NegativesConfig()) == ["sit", "wave"]
    assert find_labels(records, NegativesConfig(label="none", clips_per_video=1)) == ["none", "sit", "wave"]


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
