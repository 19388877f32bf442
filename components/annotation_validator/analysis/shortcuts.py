"""What a model could go by instead of the action: how a clip was recorded and stored, where, and from how far away."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from statistics import median

from components.annotation_validator.analysis.boxes import relative_edges
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Vector
from components.annotation_validator.inputs.segments import CheckedSegment, VideoFacts

ValueOf = Callable[[CheckedSegment], str | None]
# Cosine of what does not change in two videos; that of copies is 0.9 and more in what does change, too.
_SAME_SCENE = 0.9
# A column of numbers that takes more values is a measurement, such as a part of an embedding, and no circumstance.
_MOST_VALUES = 20


@dataclass(frozen=True)
class Shortcut:
    """A property of segments.

    Attributes:
      name: for people.
      value_of: of a segment, None if it is unknown. Numbers are rounded: what is nearly the same counts as the same.
      segments: those of which it may be known.
      may_be_the_action: actions themselves may differ in it.
    """

    name: str
    value_of: ValueOf
    segments: Collection[CheckedSegment]
    may_be_the_action: bool = False


def shortcuts_of(inputs: CheckInputs) -> Iterator[Shortcut]:
    """All properties that may be known of segments, but for those of videos in which all videos are the same."""
    for name, value_of in _OF_HEADERS.items():
        yield from _of_videos(inputs, name, {video: value_of(facts) for video, facts in inputs.videos.items()})
    yield from _of_videos(
        inputs,
        "kind of file",
        {video: PurePosixPath(video).suffix.lower() or "no suffix" for video in inputs.cluster_of},
    )
    if inputs.measures:
        yield Shortcut("brightness", partial(_brightness, inputs), inputs.segments)
    yield Shortcut("height of the boxes", partial(_height_of_boxes, inputs), inputs.saying_more, may_be_the_action=True)
    yield Shortcut("length of the clip", _length, inputs.segments, may_be_the_action=True)
    scene_of = same_scenes({video: measures.fingerprint.still for video, measures in inputs.measures.items()})
    yield from _of_videos(inputs, "scene", {video: f"that of {first}" for video, first in scene_of.items()})
    yield from columns_of(inputs.saying_more)


def _of_videos(inputs: CheckInputs, name: str, values: Mapping[str, str | None]) -> Iterator[Shortcut]:
    """A property of videos, whose values are given, if they differ in it."""
    if len(set(filter(None, values.values()))) > 1:
        yield Shortcut(name, lambda segment: values.get(segment.video), inputs.segments)


def same_scenes(still: Mapping[str, Vector]) -> dict[str, str]:
    """For each video the first one that shows the same scene.

    Args:
      still: by video, what its fingerprint says of what does not move, of length 1.
    """
    first_of_scene: dict[str, Vector] = {}
    scene_of = {}
    for video, vector in still.items():
        likeness = {first: float(other @ vector) for first, other in first_of_scene.items()}
        alike = [first for first in likeness if likeness[first] >= _SAME_SCENE]
        scene_of[video] = max(alike, key=likeness.__getitem__, default=video)
        if not alike:
            first_of_scene[video] = vector
    return scene_of


def columns_of(segments: Collection[CheckedSegment]) -> Iterator[Shortcut]:
    """Numbers that annotations give to segments, such as the camera's angle."""
    values: dict[str, set[str]] = defaultdict(set)
    for segment in segments:
        for name, number in segment.record.metadata.items():
            if len(values[name]) <= _MOST_VALUES:
                values[name].add(_rounded(number))
    for name, found in values.items():
        if len(found) <= _MOST_VALUES:
            yield Shortcut(f"column {name}", partial(_in_column, name), segments, may_be_the_action=True)


def _in_column(name: str, segment: CheckedSegment) -> str | None:
    number = segment.record.metadata.get(name)
    return None if number is None else _rounded(number)


def _rounded(number: float) -> str:
    return f"{number:.3g}"


def _brightness(inputs: CheckInputs, segment: CheckedSegment) -> str | None:
    """0 is black, 1 white; known only if the videos were decoded."""
    measures = inputs.measures_of(segment)
    return f"{round(measures.brightness, 1):.1f}" if measures else None


def _height_of_boxes(inputs: CheckInputs, segment: CheckedSegment) -> str | None:
    """How far away the actor is: the median share of the frame's height, in tenths."""
    edges = [relative_edges(box, segment, inputs) for box in segment.record.boxes if not box.is_end]
    heights = [each[3] - each[1] for each in edges if each]
    return f"{round(median(heights), 1):.0%} of the frame" if heights else None


def _length(segment: CheckedSegment) -> str | None:
    return f"{segment.seconds:.1f} s" if segment.seconds else None


_OF_HEADERS: Mapping[str, Callable[[VideoFacts], str | None]] = {
    "size of the frame": lambda facts: f"{facts.width}x{facts.height}" if facts.width else None,
    "frame rate": lambda facts: f"{facts.fps:.3g} fps" if facts.fps else None,
    "codec": lambda facts: facts.codec or None,
}
