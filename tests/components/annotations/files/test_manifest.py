"""Rows meet files: what is used, what is left out and why, and what belongs together."""

import gc
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import Manifest, build_manifest, manifest_without_videos, segment_id
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Reject, Segment, Source, TimeUnit
from components.storage.local import LocalRoot
from foundation import large

# The first bytes decide whether a file is a video, so that no test here needs a whole one.
MP4_HEAD = b"\0\0\0\x18ftypisom"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "videos"
    (root / "d").mkdir(parents=True)
    for name in ("a.mp4", "d/b.mp4", "d/c.avi"):
        (root / name).write_bytes(MP4_HEAD + name.encode())
    return root


def row(video: str, label: str = "wave", number: int = 2, **fields: Any) -> Segment:
    return Segment(video, label, Source("labels.csv", number), **fields)


def manifest_of(rows: Sequence[Record], root: Path, *args: Any, **kwargs: Any) -> Manifest:
    return build_manifest(rows, LocalRoot(root), *args, **kwargs)


def rejects_of(manifest: Manifest, kind: str = "row") -> list[tuple[str, str]]:
    entries = [reject.as_ledger_entry() for reject in manifest.rejects]
    return [(entry["video"], entry["reason"]) for entry in entries if entry["kind"] == kind]


def test_segments_are_kept_by_video_in_the_order_of_the_rows(root: Path) -> None:
    rows = [row("d/b.mp4"), row("a.mp4", "sit"), row("d/b.mp4", "sit")]
    manifest = manifest_of(rows, root)
    assert manifest.segments_by_video == {"a.mp4": (rows[1],), "d/b.mp4": (rows[0], rows[2])}
    assert list(manifest.segments_by_video) == ["a.mp4", "d/b.mp4"]
    assert rejects_of(manifest) == []


def test_a_video_without_rows_is_a_reject_of_its_own(root: Path) -> None:
    manifest = manifest_of([row("a.mp4")], root)
    assert rejects_of(manifest, "video") == [("d/b.mp4", "video_unannotated"), ("d/c.avi", "video_unannotated")]
    assert (manifest.num_rows, manifest.num_videos) == (1, 3)


def test_a_video_that_no_row_names_has_the_group_of_its_path_where_background_is_taken_from_it(root: Path) -> None:
    negatives = NegativesConfig(clips_per_video=1, unannotated_videos=True)
    assert manifest_of([row("d/b.mp4")], root, None, negatives, r"\w/.").groups == {"d/c.avi": "d/c"}
    assert manifest_of([row("d/b.mp4")], root, None, negatives).groups == {}
    assert manifest_of([row("d/b.mp4")], root, pattern=r"\w/.").groups == {}


def test_files_that_are_no_videos_and_hidden_ones_need_no_rows(root: Path) -> None:
    (root / "readme.txt").write_text("text")
    (root / ".hidden.mp4").write_bytes(MP4_HEAD)
    os.mkfifo(root / "pipe.mp4")
    (root / "folder.mp4").mkdir()
    (root / "link.mp4").symlink_to("a.mp4")
    assert manifest_of([row(name) for name in ("a.mp4", "d/b.mp4", "d/c.avi")], root).rejects == []


@pytest.mark.parametrize(
    "name", ["none.mp4", "d", ".", "pipe.mp4", "a.mp4/b.mp4", "folder.mp4", "broken.mp4", "e\\b.mp4"]
)
def test_a_row_without_its_video(root: Path, name: str) -> None:
    os.mkfifo(root / "pipe.mp4")
    (root / "folder.mp4").mkdir()
    (root / "broken.mp4").symlink_to("nothing")
    manifest = manifest_of([row(name)], root)
    assert rejects_of(manifest) == [(name, "video_missing")]
    assert manifest.rejects[0].value == name


@pytest.mark.parametrize("content", [b"", b"hello", b"\0", b"path,label\n" * 500, b"GIF89a", b"RIFF....WAVE"])
def test_a_row_of_a_file_that_is_no_video_whatever_its_name(root: Path, content: bytes) -> None:
    (root / "text.mp4").write_bytes(content)
    manifest = manifest_of([row("text.mp4")], root)
    assert rejects_of(manifest) == [("text.mp4", "not_a_video")]
    assert manifest.num_videos == 3


@pytest.mark.parametrize("name", ["../a.mp4", "/etc/passwd", "http://x/a.mp4", "x" * 300, "out.mp4", "caf\udce9.mp4"])
def test_a_row_whose_path_leads_elsewhere(root: Path, name: str) -> None:
    (root.parent / "outside.mp4").write_bytes(MP4_HEAD)
    (root / "out.mp4").symlink_to("../outside.mp4")
    manifest = manifest_of([row(name)], root)
    assert [(reject.reason, reject.value) for reject in manifest.rejects[:1]] == [(Reason.PATH_INVALID, name)]


def test_a_video_behind_a_link_whose_own_name_is_no_utf8_is_accounted_for(root: Path) -> None:
    (root / "caf\udce9.mp4").write_bytes(MP4_HEAD)
    (root / "link.mp4").symlink_to("caf\udce9.mp4")
    manifest = manifest_of([row("link.mp4")], root)
    assert rejects_of(manifest) == [("link.mp4", "path_invalid")]
    assert (r"caf\udce9.mp4", "video_unannotated") in rejects_of(manifest, "video")


def test_a_file_that_may_not_be_read(folder_of_user: Path) -> None:
    (folder_of_user / "a.mp4").touch(mode=0)
    (folder_of_user / "closed").mkdir(mode=0)
    manifest = manifest_of([row("a.mp4"), row("closed/b.mp4")], folder_of_user)
    assert rejects_of(manifest) == [("a.mp4", "video_unreadable"), ("closed/b.mp4", "video_unreadable")]
    assert manifest.rejects[0].message == "the file cannot be read: Permission denied"


def test_a_label_outside_the_classes(root: Path) -> None:
    manifest = manifest_of([row("a.mp4", "wave"), row("a.mp4", "Wave")], root, ("wave", "sit"))
    assert [reject.value for reject in manifest.rejects if reject.source] == ["Wave"]
    assert rejects_of(manifest) == [("a.mp4", "label_unknown")]


def test_repeated_rows_are_rejected_under_every_spelling_of_the_video(root: Path) -> None:
    (root / "link.mp4").symlink_to("a.mp4")
    spellings = ["a.mp4", "./a.mp4", "d/../a.mp4", "link.mp4", "a.mp4"]
    rows = [row(name, number=number) for number, name in enumerate(spellings, start=2)]
    manifest = manifest_of(rows, root)
    assert manifest.segments_by_video == {"a.mp4": (rows[0],)}
    assert [(reject.reason, reject.source.row) for reject in manifest.rejects if reject.source] == [
        (Reason.DUPLICATE_ROW, 3),
        (Reason.PATH_INVALID, 4),
        (Reason.DUPLICATE_ROW, 5),
        (Reason.DUPLICATE_ROW, 6),
    ]


def test_other_times_or_another_label_make_another_segment(root: Path) -> None:
    rows = [row("a.mp4"), row("./a.mp4", end=1.0), row("a.mp4", start=0.5), row("a.mp4", "sit")]
    manifest = manifest_of(rows, root)
    assert manifest.segments_by_video == {"a.mp4": tuple(rows)}
    assert len({segment_id("a.mp4", segment) for segment in rows}) == 4


def test_two_actors_who_do_the_same_at_the_same_time_are_two_segments(root: Path) -> None:
    boxes = [(Box(0.0, x, 0.0, x + 0.1, 0.5),) for x in (0.1, 0.5)]
    rows = [row("a.mp4", boxes=boxes[0]), row("a.mp4", boxes=boxes[1]), row("a.mp4"), row("a.mp4", boxes=boxes[0])]
    manifest = manifest_of(rows, root)
    assert manifest.segments_by_video == {"a.mp4": tuple(rows[:3])}
    assert rejects_of(manifest) == [("a.mp4", "duplicate_row")]
    assert len({segment_id("a.mp4", segment) for segment in rows}) == 3


def test_the_same_numbers_in_seconds_and_in_frames_are_two_segments(root: Path) -> None:
    rows = [row("a.mp4", start=1.0, end=2.0), row("a.mp4", start=1.0, end=2.0, time_unit=TimeUnit.FRAMES)]
    assert manifest_of(rows, root).segments_by_video == {"a.mp4": tuple(rows)}


@pytest.mark.parametrize("name", ["b.mp4", "b"])
def test_a_video_is_found_by_its_name_or_stem_wherever_it_lies(root: Path, name: str) -> None:
    (root / "b.json").write_text("{}")
    (root / "d" / "b.jpg").write_bytes(b"picture")
    rows = [row(name, find_by=FindBy.NAME)]
    assert manifest_of(rows, root).segments_by_video == {"d/b.mp4": tuple(rows)}


def test_a_whole_name_wins_over_a_stem(root: Path) -> None:
    (root / "clip").write_bytes(MP4_HEAD)
    (root / "clip.mp4").write_bytes(MP4_HEAD)
    assert list(manifest_of([row("clip", find_by=FindBy.NAME)], root).segments_by_video) == ["clip"]


def test_a_name_that_several_videos_have_is_ambiguous_and_some_are_named(root: Path) -> None:
    for folder in "wxyz":
        (root / folder).mkdir()
        (root / folder / "clip.mp4").write_bytes(MP4_HEAD)
    manifest = manifest_of([row("clip", find_by=FindBy.NAME)], root)
    assert rejects_of(manifest) == [("clip", "video_ambiguous")]
    assert manifest.rejects[0].message == "4 files have this name: w/clip.mp4, x/clip.mp4, y/clip.mp4, ..."


def test_links_to_one_video_do_not_make_its_name_ambiguous(root: Path) -> None:
    (root / "b.mp4").symlink_to("d/b.mp4")
    assert list(manifest_of([row("b", find_by=FindBy.NAME)], root).segments_by_video) == ["d/b.mp4"]


@pytest.mark.parametrize("name", ["none", "d", "e/b", "e/b.mp4", "../a.mp4", "a.mp4/", "B.avi", ".", "*"])
def test_a_name_that_no_video_has_is_missing(root: Path, name: str) -> None:
    manifest = manifest_of([row(name, find_by=FindBy.NAME)], root)
    assert rejects_of(manifest) == [(name, "video_missing")]


def test_a_name_that_only_another_file_has_says_what_that_is(root: Path) -> None:
    (root / "text.mp4").write_text("text")
    assert rejects_of(manifest_of([row("text", find_by=FindBy.NAME)], root)) == [("text", "not_a_video")]


def test_a_stated_negative_is_a_clip_of_the_background_where_there_is_one(root: Path) -> None:
    negative = Segment("a.mp4", "", Source("labels.csv", 2), is_negative=True)
    without = manifest_of([negative], root)
    assert rejects_of(without) == [("a.mp4", "negative_unused")]
    (segment,) = manifest_of([negative], root, negatives=NegativesConfig(label="none")).segments_by_video["a.mp4"]
    assert (segment.label, segment.is_negative) == ("none", False)


def test_unnamed_videos_give_background_clips_if_the_configuration_says_so(root: Path) -> None:
    (root / "line\nbreak.mp4").write_bytes(MP4_HEAD)
    (root / "caf\udce9.mp4").write_bytes(MP4_HEAD)
    (root / "copy.mp4").write_bytes((root / "a.mp4").read_bytes())
    rows = [row("a.mp4"), row("none.mp4")]
    negatives = NegativesConfig(clips_per_video=1, unannotated_videos=True)
    manifest = manifest_of(rows, root, negatives=negatives)
    assert manifest.segments_by_video == {"a.mp4": (rows[0],), "copy.mp4": (), "d/b.mp4": (), "d/c.avi": ()}
    assert manifest.ties == (("a.mp4", "copy.mp4"),)
    assert manifest.num_videos == 6
    rejected = {reject.video: reject.reason for reject in manifest.rejects if not reject.source}
    assert rejected == {"line\nbreak.mp4": Reason.TEXT_INVALID, "caf\udce9.mp4": Reason.TEXT_INVALID}


def test_unnamed_videos_are_rejected_where_only_stated_negatives_count(root: Path) -> None:
    manifest = manifest_of([row("a.mp4")], root, negatives=NegativesConfig())
    assert rejects_of(manifest, "video") == [("d/b.mp4", "video_unannotated"), ("d/c.avi", "video_unannotated")]


def test_rejects_of_the_reader_are_passed_on_and_counted(root: Path) -> None:
    reject = Reject(Reason.TIME_INVALID, "no number", Source("labels.csv", 2))
    manifest = manifest_of([reject, row("a.mp4")], root)
    assert manifest.rejects[0] is reject
    assert manifest.num_rows == 2


def test_videos_with_the_same_bytes_are_tied(root: Path) -> None:
    for name in ("copy.mp4", "d/copy.mp4"):
        (root / name).write_bytes((root / "a.mp4").read_bytes())
    (root / "d" / "b.mp4").write_bytes(MP4_HEAD + b"other")  # of the same length
    names = ["a.mp4", "d/b.mp4", "copy.mp4", "d/copy.mp4"]
    assert manifest_of([row(name) for name in names], root).ties == (("a.mp4", "copy.mp4", "d/copy.mp4"),)


def test_copies_that_no_row_names_are_not_tied(root: Path) -> None:
    (root / "copy.mp4").write_bytes((root / "a.mp4").read_bytes())
    assert manifest_of([row("a.mp4")], root).ties == ()


def test_a_root_behind_a_link(root: Path) -> None:
    (root.parent / "link").symlink_to(root, target_is_directory=True)
    assert list(manifest_of([row("d/b.mp4")], root.parent / "link").segments_by_video) == ["d/b.mp4"]


def test_a_segment_keeps_its_id_wherever_its_row_stands() -> None:
    assert segment_id("a.mp4", row("a.mp4", number=2)) == segment_id("a.mp4", row("./a.mp4", number=9, group="ann"))


ROWS = st.builds(
    row,
    st.sampled_from(["b.mp4", "a.mp4", "c/d.mp4"]),
    st.sampled_from(["wave", "sit", "unknown"]),
    st.integers(2, 99),
    start=st.sampled_from([0.0, 1.0]),
    group=st.sampled_from([None, "ann"]),
)


@given(rows=st.lists(ROWS, max_size=40))
def test_many_rows_give_the_manifest_that_few_would(rows: list[Segment]) -> None:
    few = manifest_without_videos(rows, ["wave", "sit"])
    with patch.object(large, "MOST_IN_MEMORY", 3):
        many = manifest_without_videos(large.kept(rows), ["wave", "sit"])
    assert list(many.segments_by_video.items()) == list(few.segments_by_video.items())
    assert (list(many.rejects), many.num_rows, many.num_videos) == (list(few.rejects), few.num_rows, few.num_videos)


def test_of_many_rows_few_are_in_memory() -> None:
    rows = (row(f"{number % 50}.mp4", number=number, start=float(number)) for number in range(2000))
    gc.collect()  # Those of other tests that nobody holds any more would go in between.
    of_others = segments_in_memory()
    with patch.object(large, "MOST_IN_MEMORY", 100):
        manifest = manifest_without_videos(large.kept(rows))
        for segments in manifest.segments_by_video.values():
            assert len(segments) == 40
            assert segments_in_memory() - of_others <= 200


def segments_in_memory() -> int:
    gc.unfreeze()  # What is frozen is not among the objects.
    return sum(type(each) is Segment for each in gc.get_objects())
