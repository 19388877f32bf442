"""The timeline as a page: predictions to HTML."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.wording import counted
from pipeline.prediction.records import Snapshot, VideoPrediction
from pipeline.prediction.segments import ActionSegment

_REPORTER = Path(__file__).parents[2] / "components" / "reporter"
_FRAMES_A_SEGMENT = 3


@dataclass(frozen=True)
class Lane:
    """The segments of one label."""

    label: str
    segments: tuple[ActionSegment, ...]


def render(predictions: Sequence[VideoPrediction]) -> str:
    """One HTML document that needs no script and fetches nothing."""
    return (
        _environment()
        .get_template("timeline.html")
        .render(predictions=predictions, num_segments=sum(len(prediction.segments) for prediction in predictions))
    )


def lanes(prediction: VideoPrediction) -> list[Lane]:
    """A lane for each label, in the order of their first segments."""
    labels = dict.fromkeys(segment.label for segment in prediction.segments)
    return [Lane(label, tuple(item for item in prediction.segments if item.label == label)) for label in labels]


def frames_of(segment: ActionSegment, snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """Those next to evenly spread moments of the segment, each once."""
    if not snapshots:
        return []
    moments = [
        segment.start_seconds + (index + 0.5) * segment.seconds / _FRAMES_A_SEGMENT
        for index in range(_FRAMES_A_SEGMENT)
    ]
    nearest = [min(snapshots, key=lambda snapshot: abs(snapshot.seconds - moment)) for moment in moments]
    return list(dict.fromkeys(nearest))


def clock(seconds: float) -> str:
    """Hours, minutes and seconds, as players show them.

    >>> clock(3725.46)
    '1:02:05.5'
    """
    tenths = round(10 * seconds)
    hours, minutes = tenths // 36_000, tenths // 600 % 60
    rest = f"{tenths % 600 / 10:04.1f}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent, _REPORTER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        fraction=lambda value: f"{value:.3f}",
        clock=clock,
        share=lambda part, whole: f"{100 * min(1.0, max(0.0, part / whole)) if whole else 0:.3f}%",
        counted=counted,
        base64=lambda data: base64.b64encode(data).decode(),
    )
    environment.globals.update(lanes=lanes, frames_of=frames_of)
    return environment
