"""Segments, and what is known of their videos, as writers are given them."""

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Record, Segment, Source
from components.annotations.writers.catalogue import WRITERS
from components.annotations.writers.content import Content, VideoFrames
from components.video.times import FrameIndex

SOURCE = Source("labels.csv", 2)
# The first frame is shown late, as in recordings that were cut, and then 25 a second.
FRAMES = VideoFrames(640, 360, FrameIndex([0.2 + number / 25 for number in range(500)], 20.2))


def segment(
    label: str = "wave", start: float = 1.0, end: float | None = 3.0, video: str = "a.mp4", **more: Any
) -> Segment:
    return Segment(video, label, SOURCE, start, end, **more)


def content_of(*segments: Segment, **more: Any) -> Content:
    """What writers are given of segments; all videos are as `FRAMES` says."""
    return Content(segments, frames={each.video: FRAMES for each in segments}, **more)


def write(folder: Path, name: str, content: Content) -> Path:
    """A file, or of a format with a file for each video a folder."""
    writer = WRITERS[name]
    if not writer.is_of_one_video:
        path = folder / f"written{writer.suffix}"
        path.write_text(writer.write(content), encoding="utf-8", newline="")
        return path
    exports = folder / name
    for old in exports.glob("*"):
        old.unlink()
    exports.mkdir(exist_ok=True)
    for number, video in enumerate(content.by_video):
        text = writer.write(content.of_video(video))
        (exports / f"{number}{writer.suffix}").write_text(text, encoding="utf-8", newline="")
    return exports


def read_back(folder: Path, name: str, content: Content, **config: Any) -> list[Record]:
    """What our own reader makes of it, told by the content alone; the videos are nowhere."""
    path = write(folder, name, content)
    return read_annotations(DataConfig(annotations=str(path), videos=str(folder / "none"), **config)).records


def by_name(written: Segment) -> Segment:
    """The segment with its video's file name alone, which is all that most tools know of it."""
    return replace(written, video=PurePosixPath(written.video).name)
