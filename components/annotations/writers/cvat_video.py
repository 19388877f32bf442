"""CVAT for video 1.1: see `components.annotations.readers.cvat_video`. A track for each segment.

CVAT has no track without a shape, so a segment without boxes gets one around the whole frame. A track has a shape where its
segment begins, also if its first box comes later, and is gone where the segment ends. Boxes that were interpolated are no
keyframes; CVAT interpolates them anew.

Source: cvat/apps/dataset_manager/formats/cvat.py (load_anno) of https://github.com/cvat-ai/cvat, and
https://docs.cvat.ai/docs/dataset_management/formats/format-xml.
"""

from dataclasses import replace
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, SubElement

from components.annotations.records.record import Box, Segment
from components.annotations.writers.content import Content, VideoFrames, only
from components.annotations.writers.keyframes import keyframes_of
from components.annotations.writers.writer import Part, Writer, always
from components.annotations.writers.xml_text import add, allowed, document
from foundation.messages.wording import counted

_SUBSETS = {"train": "Train", "eval": "Validation", "test": "Test", None: ""}
_WHOLE_FRAME = Box(0.0, 0.0, 0.0, 1.0, 1.0)
_DECIMALS = 2


def write_cvat_video(content: Content) -> str:
    """The text of the file of one video, which was looked at.

    Raises:
      UserError: XML cannot hold a label or the video's name.
    """
    (video,) = content.by_video
    frames = content.frames[video]
    root = Element("annotations")
    add(root, "version", "1.1")
    root.append(_meta(video, content, frames))
    for number, segment in enumerate(content.segments):
        source = "auto" if content.model else "manual"
        track = SubElement(root, "track", id=str(number), label=allowed(segment.label), source=source)
        for frame, box in _shapes(segment, frames).items():
            track.append(_shape(frame, box, frames))
    return document(root)


def _meta(video: str, content: Content, frames: VideoFrames) -> Element:
    meta = Element("meta")
    task = SubElement(meta, "task")
    number = len(frames.times.seconds)
    path = PurePosixPath(video)
    for name, value in (
        ("name", path.stem),
        ("size", number),
        ("mode", "interpolation"),
        ("overlap", 0),
        ("start_frame", 0),
        ("stop_frame", number - 1),
        ("subset", _SUBSETS[only([segment.split for segment in content.segments])]),
    ):
        add(task, name, value)
    labels = SubElement(task, "labels")
    for label in sorted({segment.label for segment in content.segments}):
        entry = SubElement(labels, "label")
        add(entry, "name", label)
        add(entry, "attributes")
    size = SubElement(task, "original_size")
    add(size, "width", frames.width)
    add(size, "height", frames.height)
    add(task, "source", path.name)
    return meta


def _shapes(segment: Segment, frames: VideoFrames) -> dict[int, Box]:
    """The boxes of a track by frame; `is_end`: the actor is gone from there on."""
    num_frames = len(frames.times.seconds)
    start = min(frames.nearest(segment.start), num_frames - 1)
    end = num_frames if segment.end is None else max(start + 1, frames.nearest(segment.end))
    shapes = keyframes_of(segment.boxes or (_WHOLE_FRAME,), start, end, frames.nearest)
    last = replace(shapes[max(shapes)], is_imputed=False)
    if end < num_frames:
        return {**shapes, end: replace(last, is_end=True)}
    # CVAT refuses frames that the video does not have: such a track ends with the last one.
    return {**shapes, end - 1: last}


def _shape(frame: int, box: Box, frames: VideoFrames) -> Element:
    edges = {
        "xtl": box.x_min * frames.width,
        "ytl": box.y_min * frames.height,
        "xbr": box.x_max * frames.width,
        "ybr": box.y_max * frames.height,
    }
    marks = {"frame": frame, "keyframe": int(not box.is_imputed), "outside": int(box.is_end), "occluded": 0}
    places = {name: f"{edge:.{_DECIMALS}f}" for name, edge in edges.items()}
    return Element("box", {**{name: str(value) for name, value in marks.items()}, **places, "z_order": "0"})


def _note(content: Content) -> str:
    number = sum(not segment.boxes for segment in content.segments)
    if not number:
        return ""
    return (
        f"CVAT has no track without a shape: {counted(number, 'segment')} without boxes got one around the whole frame"
    )


CVAT_VIDEO = Writer(
    write_cvat_video,
    suffix=".xml",
    keeps=frozenset((Part.SPLIT_OF_VIDEO, Part.BOXES)),
    needs_video=always,
    is_of_one_video=True,
    note=_note,
)
