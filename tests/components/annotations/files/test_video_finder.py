"""Paths that are not written as the files are called: the file that is clearly meant is found and said, else it is named."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.config import DataConfig
from components.annotations.files.likely_paths import LikelyPaths
from components.annotations.files.manifest import Manifest, build_manifest
from components.annotations.files.video_finder import VideoFinder
from components.annotations.readers.detect import read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from components.storage.local import LocalRoot
from tests.shared_data import SHARED_CASES

MP4_HEAD = b"\0\0\0\x18ftypisom"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data" / "videos"
    for name in ("a.mp4", "day 1/b.MP4", "day 1/c.avi", "day 2/c.avi", "Stürzen.mp4", "x.webm", "x.mp4", "v1.5.mp4"):
        write(root, name)
    (root / "a.json").write_text("{}")
    return root


def write(root: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(MP4_HEAD + name.encode())


def manifest_of(root: Path, names: Iterable[str], find_by: FindBy = FindBy.PATH) -> Manifest:
    rows = [
        Segment(name, "wave", Source("labels.csv", row), find_by=find_by) for row, name in enumerate(names, start=2)
    ]
    return build_manifest(rows, LocalRoot(root))


def reject_of(root: Path, *names: str) -> tuple[Reason, str]:
    reject = manifest_of(root, names).rejects[0]
    return reject.reason, reject.message


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a", "a.mp4"),
        ("A.MP4", "a.mp4"),
        ("day 1/b", "day 1/b.MP4"),
        ("Day 1\\b.mp4", "day 1/b.MP4"),
        ("day%201/b.MP4", "day 1/b.MP4"),
        ("day%201%2Fb.MP4", "day 1/b.MP4"),
        (".\\day 1\\c.avi", "day 1/c.avi"),
        (unicodedata.normalize("NFD", "Stürzen.mp4"), "Stürzen.mp4"),
        ("st%C3%BCrzen", "Stürzen.mp4"),
        ("v1.5", "v1.5.mp4"),
        ("videos/a.mp4", "a.mp4"),
        ("data/videos/day 2/c.avi", "day 2/c.avi"),
        ("C:\\data\\videos\\a.mp4", "a.mp4"),
        ("D:/elsewhere/day 2/c.avi", "day 2/c.avi"),
        ("\\\\server\\share\\day 1\\c", "day 1/c.avi"),
        ("/home/ann/films/a.mp4", "a.mp4"),
        ("~/films/a.mp4", "a.mp4"),
        ("file:///C:/my%20films/a.mp4", "a.mp4"),
        ("file:///home/ann/a.mp4", "a.mp4"),
    ],
)
def test_the_file_that_is_meant_is_found_and_said(root: Path, name: str, path: str) -> None:
    manifest = manifest_of(root, [name])
    assert list(manifest.segments_by_video) == [path]
    (assumption,) = manifest.assumptions
    assert assumption.message == (
        f"1 path is not written as the files below videos/ are called, for example {name!r} is taken for {path!r}"
    )


def test_an_absolute_path_inside_the_folder_is_that_file_and_no_other(root: Path) -> None:
    assert list(manifest_of(root, [f"{root}/day 2/c.avi"]).segments_by_video) == ["day 2/c.avi"]
    assert reject_of(root, f"{root}/day 3/a.mp4")[0] is Reason.PATH_INVALID


def test_many_paths_are_said_in_one_sentence(root: Path) -> None:
    manifest = manifest_of(root, ["a", "day 1/b", "a.mp4", "day 2/c"])
    assert len(manifest.segments_by_video) == 3
    assert [assumption.message.partition(",")[0] for assumption in manifest.assumptions] == [
        "3 paths are not written as the files below videos/ are called"
    ]
    assert manifest_of(root, ["a.mp4"]).assumptions == ()


@pytest.mark.parametrize(
    ("name", "reason", "near"),
    [
        ("day 3/c.avi", Reason.VIDEO_MISSING, "day 1/c.avi, day 2/c.avi"),
        ("c.avi", Reason.VIDEO_MISSING, "day 1/c.avi, day 2/c.avi"),
        ("b.mp4", Reason.VIDEO_MISSING, "day 1/b.MP4"),
        ("a.mov", Reason.VIDEO_MISSING, "a.mp4"),
        ("../a.mp4", Reason.PATH_INVALID, "a.mp4"),
        ("..\\videos\\a.mp4", Reason.PATH_INVALID, "a.mp4"),
        ("https://host/a.mp4", Reason.PATH_INVALID, "a.mp4"),
        ("C:\\films\\c.avi", Reason.PATH_INVALID, "day 1/c.avi, day 2/c.avi"),
    ],
)
def test_a_file_that_is_not_clearly_meant_is_named(root: Path, name: str, reason: Reason, near: str) -> None:
    found, message = reject_of(root, name)
    assert found is reason
    assert message.endswith(f"; did you mean {near}?")


def test_nothing_is_named_where_nothing_is_like_it(root: Path) -> None:
    assert reject_of(root, "none.mp4") == (Reason.VIDEO_MISSING, "no file none.mp4 below videos/")


def test_several_files_that_may_be_meant_are_named(root: Path) -> None:
    assert reject_of(root, "x") == (Reason.VIDEO_AMBIGUOUS, "2 files may be meant: x.mp4, x.webm")


def test_two_files_of_another_machine_are_not_taken_for_one(root: Path) -> None:
    manifest = manifest_of(root, ["C:\\day 7\\a.mp4", "C:\\day 8\\a.mp4", "C:\\day 8\\A.mp4"])
    assert manifest.segments_by_video == {}
    reasons = [reject.reason for reject in manifest.rejects if reject.source]
    assert reasons == [Reason.VIDEO_AMBIGUOUS] * 3
    assert "would both be a.mp4; write the paths relative to data.videos" in manifest.rejects[0].message


def test_rows_that_are_left_out_tell_of_two_files_too(root: Path) -> None:
    rows = [
        Segment(f"C:\\day {day}\\a.mp4", label, Source("labels.csv", day)) for day, label in ((7, "wave"), (8, "none"))
    ]
    manifest = build_manifest(rows, LocalRoot(root), classes=["wave"])
    reasons = [reject.reason for reject in manifest.rejects if reject.source]
    assert reasons == [Reason.VIDEO_AMBIGUOUS, Reason.LABEL_UNKNOWN]


def test_where_the_folder_of_another_machine_began_is_told_from_paths_with_folders(root: Path) -> None:
    manifest = manifest_of(
        root, ["C:\\all\\day 1\\b.mp4", "C:\\all\\a.mp4", "C:\\all\\day 9\\v1.5.mp4", "D:\\x\\x.mp4"]
    )
    assert sorted(manifest.segments_by_video) == ["a.mp4", "day 1/b.MP4", "x.mp4"]
    (reject,) = (reject for reject in manifest.rejects if reject.source)
    assert (reject.reason, reject.message.partition("; ")[2]) == (Reason.PATH_INVALID, "did you mean v1.5.mp4?")


def test_a_whole_path_wins_over_what_is_like_it(root: Path) -> None:
    write(root, "A.mp4")
    assert list(manifest_of(root, ["A.mp4"]).segments_by_video) == ["A.mp4"]
    assert reject_of(root, "a.Mp4")[0] is Reason.VIDEO_AMBIGUOUS


@pytest.mark.parametrize("name", ["B.mp4", "b", "day 1/b", "day%201/b.mp4"])
def test_names_are_found_in_other_spellings_too(root: Path, name: str) -> None:
    assert list(manifest_of(root, [name], FindBy.NAME).segments_by_video) == ["day 1/b.MP4"]


def test_what_systems_leave_beside_files_is_no_video(root: Path) -> None:
    for name in ("._a.mp4", "__MACOSX/._a.mp4", "__MACOSX/a.mp4", "@eaDir/a.mp4/THUMB.mp4", "Thumbs.db", "desktop.ini"):
        write(root, name)
    videos = VideoFinder(LocalRoot(root)).videos()
    assert len(videos) == 8
    assert all("_" not in name and "@" not in name for name in videos)
    assert list(manifest_of(root, ["a"]).segments_by_video) == ["a.mp4"]


def test_an_address_counts_below_the_address_of_the_folder_only() -> None:
    likely = LikelyPaths(("day 1/a.mp4", "b.mp4"), "s3://bucket/videos")
    assert likely.meant_by("s3://bucket/videos/Day%201/a") == ["day 1/a.mp4"]
    assert likely.meant_by("s3://bucket/other/b.mp4") == likely.meant_by("s3://bucket/videos/day 2/b.mp4") == []


@given(
    st.lists(st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1), min_size=1),
    st.text(max_size=30),
)
def test_any_name_is_looked_for(parts: list[str], name: str) -> None:
    likely = LikelyPaths(("/".join(parts),), "/data")
    for find in (likely.meant_by, likely.called, likely.near):
        assert set(find(name)) <= set(likely.videos)


@pytest.mark.skipif(not SHARED_CASES.is_dir(), reason="the cases are not here")
@pytest.mark.parametrize("table", ["noext", "win", "start_end", "start_time", "capital", "semi", "sep", "hms"])
def test_tables_that_were_misread_once_find_their_videos(tmp_path: Path, table: str) -> None:
    content = (SHARED_CASES / "numbered" / "c00.mp4").read_bytes()
    for number in range(12):
        (tmp_path / f"c{number:02d}.mp4").write_bytes(content)
    config = DataConfig(annotations=str(SHARED_CASES / "tables" / f"{table}.csv"), videos=str(tmp_path))
    manifest = build_manifest(read_annotations(config).records, LocalRoot(tmp_path))
    assert manifest.rejects == []
    spans = {(segment.start, segment.end) for segments in manifest.segments_by_video.values() for segment in segments}
    assert (len(manifest.segments_by_video), spans) == (12, {(0.5, 2.0)})


@pytest.mark.skipif(not SHARED_CASES.is_dir(), reason="the cases are not here")
@pytest.mark.parametrize(
    ("folder", "videos"),
    [("nested", {"a.eaf": "c04.mp4", "day2/b.eaf": "c05.mp4"}), ("mac", {"a.eaf": "rec.mp4", "b.eaf": "c02.mp4"})],
)
def test_every_annotation_file_below_a_folder_is_read(tmp_path: Path, folder: str, videos: dict[str, str]) -> None:
    for video in videos.values():
        write(tmp_path, video)
    config = DataConfig(annotations=str(SHARED_CASES / "folders" / folder), videos=str(tmp_path))
    records = read_annotations(config).records
    assert [str(record.source) for record in records] == [f"{file}, row 1" for file in videos]
    found = build_manifest(records, LocalRoot(tmp_path)).segments_by_video
    assert sorted(found) == sorted(videos.values())
    assert {(s.start, s.end, s.label) for segments in found.values() for s in segments} == {(0.5, 2.0, "wave")}


@pytest.mark.skipif(not SHARED_CASES.is_dir(), reason="the cases are not here")
@pytest.mark.parametrize("name", ["own_list.json", "own_list_pretty.json"])
def test_own_keys_in_a_list_are_read_as_lines_are(tmp_path: Path, name: str) -> None:
    for video in ("c00.mp4", "c01.mp4"):
        write(tmp_path, video)
    config = DataConfig(annotations=str(SHARED_CASES / "formats" / name), videos=str(tmp_path))
    manifest = build_manifest(read_annotations(config).records, LocalRoot(tmp_path))
    found = {video: [(s.start, s.end, s.label) for s in each] for video, each in manifest.segments_by_video.items()}
    assert found == {"c00.mp4": [(0.5, 2.0, "wave")], "c01.mp4": [(0.5, 2.0, "clap")]}
