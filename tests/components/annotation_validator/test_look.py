"""From files to what checks look at."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.look import look
from components.annotation_validator.previous import find_previous
from components.annotations.config import DataConfig
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Segment, Source, TimeUnit
from components.annotations.splits.config import SplitsConfig
from components.storage.local import LocalRoot
from components.video.clips import read_index
from foundation.messages.errors import UserError
from tests.components.video.videos import record, write_video


def segment(row: int, video: str) -> Segment:
    return Segment(video, "sit", Source("labels.csv", row))


@pytest.fixture
def root(tmp_path: Path) -> LocalRoot:
    write_video(tmp_path / "a.mp4", 20)
    (tmp_path / "copy.mp4").write_bytes((tmp_path / "a.mp4").read_bytes())
    (tmp_path / "broken.mp4").write_bytes((tmp_path / "a.mp4").read_bytes()[:64])
    return LocalRoot(tmp_path)


def test_headers_are_read_and_what_a_run_would_leave_out_is_a_reject(root: LocalRoot) -> None:
    records = [segment(2, "a.mp4"), segment(3, "copy.mp4"), segment(4, "broken.mp4"), segment(5, "gone.mp4")]
    inputs = look(records, Inspection(), root)
    assert {video: (facts.fps, facts.duration_seconds, facts.codec) for video, facts in inputs.videos.items()} == {
        "a.mp4": (10.0, 2.0, "mpeg4"),
        "copy.mp4": (10.0, 2.0, "mpeg4"),
    }
    assert [(segment.video, segment.seconds) for segment in inputs.segments] == [("a.mp4", 2.0), ("copy.mp4", 2.0)]
    assert inputs.ties == (("a.mp4", "copy.mp4"),)
    assert [(reject.reason, reject.source and reject.source.row) for reject in inputs.rejects] == [
        (Reason.VIDEO_MISSING, 5),
        (Reason.VIDEO_UNREADABLE, None),
        (Reason.VIDEO_UNREADABLE, 4),
    ]
    assert inputs.measures == {}


def test_frames_are_as_late_as_they_are_shown(tmp_path: Path) -> None:
    # At 25 frames a second on average, the second half at half the rate, after a second of sound alone.
    times = [1 + index / 25 for index in range(25)] + [2 + index * 2 / 25 for index in range(25)]
    record(tmp_path / "late.mp4", times, sound_seconds=4.0)
    frames = replace(segment(2, "late.mp4"), start=25, end=50, time_unit=TimeUnit.FRAMES)
    beyond = replace(segment(3, "late.mp4"), start=0, end=75, time_unit=TimeUnit.FRAMES)
    inputs = look([frames, beyond], Inspection(), LocalRoot(tmp_path))
    bounds = [(each.start_seconds, each.end_seconds) for each in inputs.segments]
    assert bounds[0] == (pytest.approx(2.0, abs=0.01), pytest.approx(4.0, abs=0.05))
    assert bounds[1][0] == pytest.approx(1.0, abs=0.01)
    assert bounds[1][1] and bounds[1][1] > 4.5


def test_a_download_that_broke_off_is_known(tmp_path: Path) -> None:
    content = record(tmp_path / "a.mp4", [i / 25 for i in range(100)], options={"movflags": "faststart"}).read_bytes()
    (tmp_path / "a.mp4").write_bytes(content[: len(content) // 2])
    facts = look([segment(2, "a.mp4")], Inspection(), LocalRoot(tmp_path)).videos["a.mp4"]
    assert facts.promised_seconds == pytest.approx(4.0)
    assert facts.duration_seconds == read_index(tmp_path / "a.mp4", Inspection().sampling).end_seconds
    assert facts.duration_seconds < 2


def test_the_splits_that_a_run_would_make_are_known_as_far_as_they_can_be_made(root: LocalRoot) -> None:
    records = [segment(number + 2, f"{number}.mp4") for number in range(9)]
    content = Path(root.uri, "a.mp4").read_bytes()
    for number in range(9):
        # A box that players skip makes each file another one.
        Path(root.uri, f"{number}.mp4").write_bytes(content + b"\0\0\0\x09free" + bytes([number]))
    inputs = look(records, Inspection(splits=SplitsConfig()), root)
    too_few = look(records[:1], Inspection(splits=SplitsConfig()), root)
    assert {inputs.split_of(each) for each in inputs.segments} == {"train", "eval", "test"}
    assert {too_few.split_of(each) for each in too_few.segments} == {None}


def test_each_video_of_production_is_a_segment(root: LocalRoot, tmp_path: Path) -> None:
    production = look([segment(2, "a.mp4")], Inspection(), root, production=root).production
    assert production
    assert [(segment.video, segment.seconds) for segment in production.segments] == [("a.mp4", 2.0), ("copy.mp4", 2.0)]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty holds no video"):
        look([segment(2, "a.mp4")], Inspection(), root, production=LocalRoot(tmp_path / "empty"))


def test_without_videos_rows_are_taken_at_their_word() -> None:
    inputs = look([segment(2, "a.mp4"), segment(3, "a.mp4"), segment(4, "b.mp4")], Inspection(), None)
    assert [(segment.video, segment.seconds) for segment in inputs.segments] == [("a.mp4", None), ("b.mp4", None)]
    assert [reject.reason for reject in inputs.rejects] == [Reason.DUPLICATE_ROW]


def test_all_that_is_looked_at_is_measured_and_its_progress_has_a_title(root: LocalRoot, tmp_path: Path) -> None:
    (tmp_path / "march.csv").write_text("path,label\ncopy.mp4,sit\n")
    previous = find_previous(
        DataConfig(annotations="labels.csv", videos=str(tmp_path)),
        ChecksConfig(previous_annotations=str(tmp_path / "march.csv")),
    )
    reports: list[tuple[str, int, int]] = []

    def progress(title: str) -> Callable[[int, int], None]:
        return lambda done, total: reports.append((title, done, total))

    records = [segment(2, "a.mp4"), segment(3, "broken.mp4")]
    inputs = look(records, Inspection(), root, frames=True, previous=previous, production=root, progress=progress)
    assert inputs.previous and inputs.production
    assert [list(each.measures) for each in (inputs, inputs.previous, inputs.production)] == [
        ["a.mp4"],
        ["copy.mp4"],
        ["a.mp4", "copy.mp4"],
    ]
    assert reports == [
        ("reading headers", 1, 2),
        ("reading headers", 2, 2),
        ("reading headers of the previous span", 1, 1),
        ("decoding", 1, 1),
        ("decoding", 1, 1),
        ("reading headers of production", 1, 3),
        ("reading headers of production", 2, 3),
        ("reading headers of production", 3, 3),
        ("decoding", 1, 2),
        ("decoding", 2, 2),
    ]
