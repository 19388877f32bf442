"""Records in the units of their format become records in seconds and shares of the frame."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import (
    Box,
    FindBy,
    Mask,
    Record,
    Reject,
    Segment,
    Source,
    SpaceUnit,
    TimeUnit,
)
from components.storage.local import LocalRoot
from components.video.decoder import Decoder
from components.video_example_gen.conversion import Converter
from tests.components.video.videos import HEIGHT, WIDTH, record, write_video


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`d/a.mp4` and `b.mp4`: five seconds, ten and twenty frames each, and a file that is cut."""
    root = tmp_path_factory.mktemp("videos")
    write_video(root / "d" / "a.mp4", 50)
    video = write_video(root / "b.mp4", 100, fps=20.0)
    (root / "cut.mp4").write_bytes(video.read_bytes()[:600])
    return root


@pytest.fixture(scope="module")
def converter(root: Path) -> Iterator[Converter]:
    with Decoder() as decoder:
        yield Converter(LocalRoot(root), decoder)


def segment(video: str = "d/a.mp4", start: float = 0, end: float | None = None, row: int = 2, **fields: Any) -> Segment:
    return Segment(video, "wave", Source("labels.csv", row), start, end, **fields)


def in_frames(video: str = "d/a.mp4", start: float = 0, end: float | None = None, **fields: Any) -> Segment:
    return segment(video, start, end, time_unit=TimeUnit.FRAMES, **fields)


def convert_one(converter: Converter, record: Record) -> Record:
    (converted,) = converter.convert([record])
    return converted


def test_what_is_in_seconds_and_shares_stays_as_it_is_whether_there_is_a_video_or_not(converter: Converter) -> None:
    reject = Reject(Reason.TIME_INVALID, "no number", Source("labels.csv", 3))
    records: list[Record] = [segment(end=2.5, boxes=(Box(0.5, 0, 0, 1, 1),)), reject, segment("none.mp4", 1)]
    assert converter.convert(records) == records


@pytest.mark.parametrize(("video", "rate"), [("d/a.mp4", 10), ("b.mp4", 20)])
def test_frame_numbers_become_the_times_at_which_they_are_shown(converter: Converter, video: str, rate: int) -> None:
    boxes = (Box(5, 0, 0, 1, 1), Box(20, 0, 0, 0.5, 1, is_end=True))
    converted = convert_one(converter, in_frames(video, 10, 25, boxes=boxes, masks=(Mask(12, png="m.png"),)))
    assert isinstance(converted, Segment)
    assert converted.time_unit is TimeUnit.SECONDS
    assert (converted.start, converted.end) == pytest.approx((10 / rate, 25 / rate))
    assert [box.time for box in converted.boxes] == pytest.approx([5 / rate, 20 / rate])
    assert [box.is_end for box in converted.boxes] == [False, True]
    assert converted.masks[0].time == pytest.approx(12 / rate)


def test_the_frame_after_the_last_one_is_the_end_and_an_open_end_stays_open(converter: Converter) -> None:
    closed, still_open = converter.convert([in_frames(start=40, end=50), in_frames(start=40)])
    assert isinstance(closed, Segment)
    assert closed.end == pytest.approx(5.0)
    assert isinstance(still_open, Segment)
    assert (still_open.start, still_open.end) == (pytest.approx(4.0), None)


@pytest.mark.parametrize(("start", "end"), [(50, None), (50, 60), (10, 56)])
def test_frames_that_the_video_does_not_have_are_past_its_end(
    converter: Converter, start: float, end: float | None
) -> None:
    reject = convert_one(converter, in_frames(start=start, end=end))
    assert isinstance(reject, Reject)
    assert reject.reason is Reason.SEGMENT_PAST_END
    assert reject.message.endswith("the video has 50")


def test_an_end_a_little_beyond_the_last_frame_is_the_end_as_it_is_for_ingest(converter: Converter) -> None:
    converted = convert_one(converter, in_frames(start=10, end=55))
    assert isinstance(converted, Segment)
    assert converted.end == pytest.approx(5.0)


def test_pixels_become_shares_of_the_frame_cut_at_its_edges(converter: Converter) -> None:
    boxes = (
        Box(0.0, 0, 0, WIDTH / 2, HEIGHT / 4),
        Box(1.0, -10, 0, 2 * WIDTH, HEIGHT),
        Box(2.0, WIDTH + 1, 0, WIDTH + 9, HEIGHT),
    )
    converted = convert_one(converter, segment(boxes=boxes, space_unit=SpaceUnit.PIXELS))
    assert isinstance(converted, Segment)
    assert converted.space_unit is SpaceUnit.RELATIVE
    assert converted.boxes[:2] == (Box(0.0, 0, 0, 0.5, 0.25), Box(1.0, 0, 0, 1, 1))
    assert converted.boxes[2].is_end


def test_a_path_of_another_machine_becomes_one_below_the_folder_if_its_file_is_there(
    root: Path, converter: Converter
) -> None:
    converter = Converter(LocalRoot(root), converter.decoder)
    written = ["C:\\data\\d\\a.mp4", "d\\a.mp4", "d/a", "b.mp4", "C:\\data\\none.mp4"]
    records = converter.convert([segment(video, 1, 2) for video in written])
    assert [record.video for record in records] == ["d/a.mp4", "d/a.mp4", "d/a.mp4", "b.mp4", "C:\\data\\none.mp4"]
    assert [assumption.message[:7] for assumption in converter.assumptions()] == ["3 paths"]


def test_a_name_becomes_a_path(converter: Converter) -> None:
    converted = convert_one(converter, segment("a", find_by=FindBy.NAME))
    assert converted == segment("d/a.mp4")


@pytest.mark.parametrize(
    ("record", "reason", "message"),
    [
        (segment("c", find_by=FindBy.NAME), Reason.VIDEO_MISSING, "no file c, of any suffix, below"),
        (in_frames("c.mp4"), Reason.VIDEO_MISSING, "its frame numbers need the video, or a stated frame rate"),
        (
            segment("c.mp4", boxes=(Box(0, 0, 0, 9, 9),), space_unit=SpaceUnit.PIXELS),
            Reason.VIDEO_MISSING,
            "its pixels need the video to become shares of the frame",
        ),
        (in_frames("../a.mp4"), Reason.PATH_INVALID, "the path contains '..'"),
        (in_frames("cut.mp4"), Reason.VIDEO_UNREADABLE, ""),
    ],
)
def test_what_cannot_be_converted_is_rejected_with_its_row(
    converter: Converter, record: Segment, reason: Reason, message: str
) -> None:
    reject = convert_one(converter, record)
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.source, reject.video) == (reason, record.source, record.video)
    assert message in reject.message


def test_records_keep_their_order_whatever_their_videos(converter: Converter) -> None:
    records = [
        in_frames(video, row=row) for row, video in enumerate(["b.mp4", "d/a.mp4", "cut.mp4", "b.mp4", "none.mp4"])
    ]
    converted = converter.convert(records)
    assert [record.source and record.source.row for record in converted] == [0, 1, 2, 3, 4]
    assert [isinstance(record, Reject) for record in converted] == [False, False, True, False, True]


def test_frames_of_a_picture_that_comes_after_the_sound_are_where_players_show_them(tmp_path: Path) -> None:
    times = [1 + index / 25 for index in range(50)]
    record(tmp_path / "late.mp4", times, sound_seconds=3.0)
    record(tmp_path / "late.webm", times, "libvpx", sound_seconds=3.0)
    with Decoder() as decoder:
        for video in ("late.mp4", "late.webm"):
            converted = convert_one(Converter(LocalRoot(tmp_path), decoder), in_frames(video, 25, 50))
            assert isinstance(converted, Segment)
            assert (converted.start, converted.end) == (pytest.approx(2.0, abs=0.01), pytest.approx(3.0, abs=0.01))
