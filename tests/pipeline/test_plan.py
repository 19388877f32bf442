"""What a run knows before it starts: the classes, and what identifies a training."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import pipeline.plan
from components.storage import known_digests
from components.storage.local import LocalRoot
from components.storage.paths import LOCK_FILE, METADATA_FILE
from foundation.code_digest import PACKAGES, ROOT, code_digest
from foundation.messages.errors import UserError
from tests.pipeline.planning import MP4_HEAD, config_of, plan_of, push


def test_the_background_is_a_class_where_clips_of_it_are_taken(folder: Path) -> None:
    assert plan_of(folder, negatives={"clips_per_video": 1}).classes == ("background", "jump", "sit", "wave")
    assert plan_of(folder, negatives={}).classes == ("jump", "sit", "wave")


def test_a_list_of_classes_without_the_background_is_refused_where_clips_of_it_are_taken(folder: Path) -> None:
    with pytest.raises(UserError, match=r"negatives\.label names background; the classes are jump, sit"):
        plan_of(folder, model={"classes": ["jump", "sit"]}, negatives={"clips_per_video": 1})


def test_fewer_than_two_classes_are_refused(folder: Path) -> None:
    (folder / "data/annotations.csv").write_text("path,label\n1.mp4,wave\n")
    with pytest.raises(
        UserError, match=r"at least two classes are needed; found wave\. Check data\.format, and data\.columns\.label"
    ):
        plan_of(folder)


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ({"training": {"augmentation": {"flip_protected": ["walk", "sit"]}}}, "training.augmentation.flip_protected"),
        ({"gates": {"classes": {"walk": {"min_recall": 1}}}}, "gates.classes"),
    ],
)
def test_a_label_that_is_no_class_is_refused(folder: Path, sections: dict[str, Any], place: str) -> None:
    with pytest.raises(UserError, match=f"{place} names walk; the classes are jump, sit, wave"):
        plan_of(folder, **sections)


def test_a_missing_videos_folder_is_named(folder: Path) -> None:
    data = {"annotations": str(folder / "data/annotations.csv"), "videos": str(folder / "nowhere")}
    with pytest.raises(UserError, match=r"data\.videos: .*nowhere is not a folder"):
        plan_of(folder, data=data)


def test_the_same_inputs_have_the_same_training_key(folder: Path) -> None:
    assert plan_of(folder).training_key == plan_of(folder).training_key


@pytest.mark.parametrize(
    "sections",
    [
        {"splits": {"seed": 1}},
        {"negatives": {"clips_per_video": 2}},
        {"sampling": {"short_side": 100}},
        {"model": {"height": 64}},
        {"model": {"classes": ["wave", "jump", "sit"]}},
        {"training": {"epochs": 3}},
        {"training": {"augmentation": {"flip": False}}},
        {"tuner": {"space": {"training.dropout": [0, 0.5]}}},
    ],
    ids=str,
)
def test_whatever_decides_the_model_changes_the_training_key(folder: Path, sections: dict[str, Any]) -> None:
    assert plan_of(folder, **sections).training_key != plan_of(folder).training_key


def test_reading_the_annotations_differently_changes_the_training_key(folder: Path) -> None:
    (folder / "data/annotations.csv").write_text("path,label,begin\n1.mp4,wave,0\n2.mp4,sit,1\n")
    data = config_of(folder).data.model_dump() | {"columns": {"start_seconds": "begin"}}
    assert plan_of(folder, data=data).training_key != plan_of(folder).training_key


def test_other_groups_change_the_training_key(folder: Path) -> None:
    data = config_of(folder).data.model_dump() | {"group_pattern": r"\d"}
    assert plan_of(folder, data=data).training_key != plan_of(folder).training_key


@pytest.mark.parametrize(
    "sections",
    [{"gates": {"min_recall": 0.9}}, {"beam": {"workers": 2}}, {"kubeflow": {"image": "other"}}, {"name": "other"}],
    ids=str,
)
def test_what_does_not_decide_the_model_leaves_the_training_key(folder: Path, sections: dict[str, Any]) -> None:
    assert plan_of(folder, **sections).training_key == plan_of(folder).training_key


def test_changed_annotations_change_the_training_key(folder: Path) -> None:
    before = plan_of(folder)
    path = folder / "data/annotations.csv"
    path.write_text(path.read_text().replace("1.mp4,wave", "1.mp4,jump"))
    assert plan_of(folder).training_key != before.training_key


def test_a_changed_previous_span_changes_its_digest_and_no_training(folder: Path) -> None:
    march = folder / "march.csv"
    march.write_text("path,label\n9.mp4,wave\n")
    checks = {"previous_annotations": str(march)}
    before = plan_of(folder, checks=checks)
    march.write_text("path,label\n9.mp4,jump\n")
    after = plan_of(folder, checks=checks)
    assert len({plan_of(folder).previous_digest, before.previous_digest, after.previous_digest}) == 3
    assert before.training_key == after.training_key == plan_of(folder).training_key


def test_a_previous_span_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(UserError, match=r"^checks\.previous_annotations: .*march\.csv does not exist"):
        plan_of(folder, checks={"previous_annotations": str(folder / "march.csv")})
    checks = {"previous_annotations": str(folder / "data/annotations.csv"), "previous_videos": str(folder / "march")}
    with pytest.raises(UserError, match=r"^checks\.previous_videos: .*march is not a folder"):
        plan_of(folder, checks=checks)


def write_inside(video: Path) -> None:
    """Change a byte in the middle of a long file, and put its time back."""
    status = video.stat()
    with video.open("r+b") as file:
        file.seek(status.st_size // 2)
        file.write(b"X")
    os.utime(video, ns=(status.st_atime_ns, status.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "longer": lambda data: (data / "1.mp4").write_bytes(MP4_HEAD + b"another video"),
    "a byte in the middle": lambda data: write_inside(data / "1.mp4"),
    "gone": lambda data: (data / "1.mp4").unlink(),
    "added": lambda data: (data / "4.mp4").write_bytes(MP4_HEAD),
    "renamed": lambda data: (data / "1.mp4").rename(data / "one.mp4"),
    "no video any more": lambda data: (data / "1.mp4").write_bytes(b"text"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_video_changes_the_training_key(folder: Path, change: str) -> None:
    (folder / "data/1.mp4").write_bytes(MP4_HEAD + bytes(1_000_000))
    (folder / "out").mkdir()
    before = plan_of(folder)
    CHANGES[change](folder / "data")
    after = plan_of(folder)
    assert after.data_digest != before.data_digest
    assert after.training_key != before.training_key


def run_of(folder: Path) -> None:
    """What a run leaves, and with it something that looks like a video."""
    folder.mkdir(parents=True)
    for name in (METADATA_FILE, LOCK_FILE):
        (folder / name).touch()
    (folder / "pipeline").mkdir()
    (folder / "pipeline/clip.mp4").write_bytes(MP4_HEAD)


def copy_without_times(data: Path) -> None:
    shutil.copytree(data, data.with_name("copy"), copy_function=shutil.copyfile)
    shutil.rmtree(data)
    data.with_name("copy").rename(data)


NO_CHANGES: dict[str, Callable[[Path], object]] = {
    "a text file": lambda data: (data / "notes.txt").write_text("lunch"),
    "a file beside its video": lambda data: (data / "1.json").write_text("{}"),
    "a link": lambda data: (data / "link.mp4").symlink_to("1.mp4"),
    "what a system leaves": lambda data: (data / "._1.mp4").write_bytes(MP4_HEAD),
    "another time": lambda data: os.utime(data / "1.mp4", ns=(1, 1)),
    "a copy": copy_without_times,
    "a run inside": lambda data: run_of(data / "runs/first"),
}


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_is_no_part_of_the_data_leaves_the_training_key(folder: Path, change: str) -> None:
    (folder / "out").mkdir()
    before = plan_of(folder)
    NO_CHANGES[change](folder / "data")
    after = plan_of(folder)
    assert (after.data_digest, after.training_key) == (before.data_digest, before.training_key)


def test_data_that_were_moved_have_the_same_training_key(folder: Path) -> None:
    (folder / "splits.csv").write_text("video,group,split\n")
    before = plan_of(folder, splits={"assignment": str(folder / "splits.csv")})
    moved = folder / "elsewhere"
    moved.mkdir()
    for name in ("data", "splits.csv"):
        (folder / name).rename(moved / name)
    data = {"annotations": str(moved / "data/annotations.csv"), "videos": str(moved / "data")}
    after = plan_of(folder, data=data, splits={"assignment": str(moved / "splits.csv")})
    assert after.training_key == before.training_key


def test_a_video_is_read_again_only_if_it_may_have_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    digest = LocalRoot.digest

    def watched(root: LocalRoot, name: str) -> str:
        read.append(name)
        return digest(root, name)

    monkeypatch.setattr(LocalRoot, "digest", watched)
    monkeypatch.setattr(known_digests, "_STEP_NANOSECONDS", 0)
    (folder / "out").mkdir()
    plan_of(folder)
    assert sorted(read) == ["1.mp4", "2.mp4", "3.mp4"]
    plan_of(folder)
    os.utime(folder / "data/2.mp4")
    plan_of(folder)
    assert read[3:] == ["2.mp4"]
    (folder / "out/video_digests.json").write_text("{")
    plan_of(folder)
    assert len(read) == 7


@pytest.mark.parametrize(
    ("file", "decides", "decides_a_search"),
    [
        ("components/annotations/readers/ava.py", True, True),
        ("components/video_example_gen/examples.py", True, True),
        ("models/preprocessing.py", True, True),
        ("models/networks/c3d.py", True, True),
        ("models/tuning/oracles.py", False, True),
        ("models/embedding.py", False, False),
        ("components/annotation_validator/checks/intervals.py", False, False),
        ("components/model_gate/rules.py", False, False),
        ("pipeline/plan.py", False, False),
    ],
)
def test_the_code_that_decides_the_model_is_part_of_the_training_key(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, decides: bool, decides_a_search: bool
) -> None:
    search = {"tuner": {"space": {"training.dropout": [0, 0.5]}}}
    before = [plan_of(folder, **sections).training_key for sections in ({}, search)]
    source = folder / "source"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (source / file).open("a") as module:
        module.write("changed = True\n")
    monkeypatch.setattr(pipeline.plan, "code_digest", partial(code_digest, root=source))
    after = [plan_of(folder, **sections).training_key for sections in ({}, search)]
    assert [old != new for old, new in zip(before, after, strict=True)] == [decides, decides_a_search]


def test_checkpoints_are_those_of_one_training_alone(folder: Path) -> None:
    plan, other = plan_of(folder), plan_of(folder, training={"epochs": 3})
    assert plan.checkpoint_dir("root") == f"root/checkpoints/{plan.training_key}"
    assert plan.checkpoint_dir("root") != other.checkpoint_dir("root")


def test_a_candidate_is_compared_with_the_last_version_that_is_not_its_own(folder: Path) -> None:
    assert plan_of(folder).last_version == ""
    push(folder, "1", ("jump", "sit", "wave"), "other")
    push(folder, "2", ("jump", "sit", "wave"), plan_of(folder).training_key)
    assert plan_of(folder).last_version == "1"


def test_a_damaged_card_of_a_pushed_model_is_named(folder: Path) -> None:
    push(folder, "1", ("a", "b"))
    (folder / "out/serving/action/1/assets.extra/clipgate.json").write_text("{")
    with pytest.raises(UserError, match=r"serving/action/1.* is damaged"):
        plan_of(folder)
