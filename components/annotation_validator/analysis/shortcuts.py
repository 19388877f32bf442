"""What a model could go by instead of the action: how a clip was recorded and stored, where, and from how far away."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from statistics import median

from components.annotation_validator.analysis.boxes import relative_edges
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Vector
from components.annotation_validator.inputs.segments import CheckedSegment, VideoFacts

ValueOf = Callable[[CheckedSegment], str | None]
_ValueIn = Callable[[CheckInputs, CheckedSegment], str | None]
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
      may_be_the_action: actions themselves may differ in it.
    """

    name: str
    value_of: ValueOf
    may_be_the_action: bool = False


def shortcuts_of(inputs: CheckInputs) -> Iterator[Shortcut]:
    """All properties that may be known of segments."""
    for name, value_of, may_be_the_action in _PROPERTIES:
        yield Shortcut(name, partial(value_of, inputs), may_be_the_action)
    scene_of = same_scenes({video: measures.fingerprint.still for video, measures in inputs.measures.items()})
    yield Shortcut("scene", lambda segment: f"that of {scene_of[segment.video]}" if segment.video in scene_of else None)
    yield from columns_of(inputs.segments)


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


def columns_of(segments: Iterable[CheckedSegment]) -> Iterator[Shortcut]:
    """Numbers that annotations give to segments, such as the camera's angle."""
    values: dict[str, set[str]] = defaultdict(set)
    for segment in segments:
        for name, number in segment.record.metadata.items():
            if len(values[name]) <= _MOST_VALUES:
                values[name].add(_rounded(number))
    for name, found in values.items():
        if len(found) <= _MOST_VALUES:
            yield Shortcut(f"column {name}", partial(_in_column, name), may_be_the_action=True)


def _in_column(name: str, segment: CheckedSegment) -> str | None:
    number = segment.record.metadata.get(name)
    return None if number is None else _rounded(number)


def _rounded(number: float) -> str:
    return f"{number:.3g}"


def _of_header(value: Callable[[VideoFacts], str | None]) -> _ValueIn:
    return lambda inputs, segment: value(inputs.videos[segment.video]) if segment.video in inputs.videos else None


def _brightness(inputs: CheckInputs, segment: CheckedSegment) -> str | None:
    """0 is black, 1 white; known only if the videos were decoded."""
    measures = inputs.measures_of(segment)
    return f"{round(measures.brightness, 1):.1f}" if measures else None


def _height_of_boxes(inputs: CheckInputs, segment: CheckedSegment) -> str | None:
    """How far away the actor is: the median share of the frame's height, in tenths."""
    edges = [relative_edges(box, segment, inputs) for box in segment.record.boxes if not box.is_end]
    heights = [each[3] - each[1] for each in edges if each]
    return f"{round(median(heights), 1):.0%} of the frame" if heights else None


_PROPERTIES: tuple[tuple[str, _ValueIn, bool], ...] = (
    ("size of the frame", _of_header(lambda facts: f"{facts.width}x{facts.height}" if facts.width else None), False),
    ("frame rate", _of_header(lambda facts: f"{facts.fps:.3g} fps" if facts.fps else None), False),
    ("codec", _of_header(lambda facts: facts.codec or None), False),
    ("kind of file", lambda inputs, segment: PurePosixPath(segment.video).suffix.lower() or "no suffix", False),
    ("brightness", _brightness, False),
    ("height of the boxes", _height_of_boxes, True),
    ("length of the clip", lambda inputs, segment: f"{segment.seconds:.1f} s" if segment.seconds else None, True),
)
