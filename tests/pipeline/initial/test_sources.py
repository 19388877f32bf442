"""What lies in a folder, or in an export, is found."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from foundation.messages.errors import UserError
from pipeline.initial.sources import find_sources

# All that is looked at before a video is opened.
_HEAD_OF_MP4 = b"\0\0\0\x18ftypisom\0\0\2\0"


def put_videos(folder: Path, names: Sequence[str]) -> None:
    """Files that are called like videos; nothing looks into them."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_HEAD_OF_MP4 + name.encode())


def write_rows(path: Path, *rows: str, header: str = "path,label") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((header, *rows)) + "\n")


def test_folders_of_classes_are_annotations_and_videos(tmp_path: Path) -> None:
    put_videos(tmp_path, ["sit/a.mp4", "sit/b.mp4", "wave/c.mp4"])
    sources = find_sources(tmp_path)
    assert (sources.data.format, sources.data.videos) == ("folders", str(tmp_path))
    assert sorted(sources.labels) == ["sit", "sit", "wave"]
    assert not sources.has_groups


@pytest.mark.parametrize("named", ["table", "folder"])
def test_videos_are_looked_for_beside_the_table(tmp_path: Path, named: str) -> None:
    put_videos(tmp_path, ["others/x.mp4", "videos/a.mp4", "videos/b.mp4"])
    write_rows(tmp_path / "labels.csv", "a.mp4,sit", "b.mp4,wave")
    sources = find_sources(tmp_path / "labels.csv" if named == "table" else tmp_path)
    assert sources.data.annotations == str(tmp_path / "labels.csv")
    assert sorted(sources.manifest.segments_by_video) in (["a.mp4", "b.mp4"], ["videos/a.mp4", "videos/b.mp4"])


def test_the_folder_that_is_named_is_taken(tmp_path: Path) -> None:
    put_videos(tmp_path, ["here/a.mp4", "here/b.mp4"])
    write_rows(tmp_path / "labels" / "labels.csv", "a.mp4,sit", "b.mp4,wave")
    sources = find_sources(tmp_path / "labels" / "labels.csv", tmp_path / "here")
    assert sources.data.videos == str(tmp_path / "here")
    with pytest.raises(UserError, match="say with --videos where the videos lie"):
        find_sources(tmp_path / "labels" / "labels.csv")


def test_names_of_people_in_paths_are_groups_if_they_are_enough(tmp_path: Path) -> None:
    names = [
        f"{label}/person{number:02}_{take}.mp4" for label in ("sit", "wave") for number in range(4) for take in "ab"
    ]
    put_videos(tmp_path, names)
    sources = find_sources(tmp_path)
    assert sources.data.group_pattern == "subject"
    assert sources.groups == {f"person{number:02}" for number in range(4)}


def test_groups_of_the_rows_need_no_pattern(tmp_path: Path) -> None:
    put_videos(tmp_path, ["p1_a.mp4", "p2_a.mp4"])
    write_rows(tmp_path / "labels.csv", "p1_a.mp4,sit,ann", "p2_a.mp4,wave,bob", header="path,label,group")
    sources = find_sources(tmp_path)
    assert (sources.data.group_pattern, sources.groups) == (None, {"ann", "bob"})


def test_one_label_is_no_set_of_classes(tmp_path: Path) -> None:
    put_videos(tmp_path, ["a.mp4", "b.mp4"])
    write_rows(tmp_path / "labels.csv", "a.mp4,person", "b.mp4,person")
    with pytest.raises(UserError, match="all 2 clips have the label 'person'.*--label-field"):
        find_sources(tmp_path)


def test_what_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere does not exist; name a folder of videos"):
        find_sources(tmp_path / "nowhere")


@pytest.mark.parametrize(("num_contradictions", "kind"), [(1, "one"), (4, "several")])
def test_where_many_spans_carry_two_labels_clips_have_several(
    tmp_path: Path, num_contradictions: int, kind: str
) -> None:
    names = [f"{number}.mp4" for number in range(20)]
    put_videos(tmp_path / "videos", names)
    rows = [f"{name},{'sit' if number % 2 else 'wave'}" for number, name in enumerate(names)]
    rows += [f"{name},nod" for name in names[:num_contradictions]]
    write_rows(tmp_path / "labels.csv", *rows)
    sources = find_sources(tmp_path / "labels.csv")
    assert sources.kind_of_labels == kind
    assert sum(map(len, sources.clips.values())) == (20 if kind == "several" else 21)


@pytest.mark.parametrize(
    ("lefts", "has_gap", "is_cut"),
    [((0.1, 0.6), False, True), ((0.1, 0.1), False, False), ((0.1,), False, False), ((0.1, 0.6), True, False)],
)
def test_where_several_people_share_spans_and_all_have_boxes_clips_are_cut_around_them(
    tmp_path: Path, lefts: tuple[float, ...], has_gap: bool, is_cut: bool
) -> None:
    put_videos(tmp_path, [f"{number}.mp4" for number in range(6)])
    path = tmp_path / "labels.jsonl"
    rows = [
        {
            "path": f"{number}.mp4",
            "label": label,
            "start_seconds": 0,
            "end_seconds": 2,
            "boxes": [[1, left, 0, left + 0.2, 1]],
        }
        for number in range(6)
        for left, label in zip(lefts, ("sit", "wave") if number % 2 else ("wave", "sit"), strict=False)
    ]
    if has_gap:
        rows[0].pop("boxes")
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    sources = find_sources(path)
    assert sources.cuts_clips == is_cut
    assert sources.kind_of_labels == ("several" if len(lefts) > 1 and not is_cut else "one")
