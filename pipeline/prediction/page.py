"""Turns predictions into the HTML page of a timeline."""

from collections.abc import Sequence
from typing import NamedTuple

from components.pages.environment import render_page
from pipeline.prediction.records import Snapshot, VideoPrediction
from pipeline.prediction.segments import ActionSegment

_FRAMES_A_SEGMENT = 3


class Lane(NamedTuple):
    label: str
    segments: tuple[ActionSegment, ...]


def render(predictions: Sequence[VideoPrediction]) -> str:
    """One HTML document that needs no script and fetches nothing."""
    return render_page(
        "timeline.html",
        {"clock": clock, "share": _share},
        predictions=predictions,
        num_segments=sum(len(prediction.segments) for prediction in predictions),
        lanes=lanes,
        frames_of=frames_of,
    )


def lanes(prediction: VideoPrediction) -> list[Lane]:
    """A lane for each label, in the order of their first segments."""
    labels = dict.fromkeys(segment.label for segment in prediction.segments)
    return [Lane(label, tuple(item for item in prediction.segments if item.label == label)) for label in labels]


def frames_of(segment: ActionSegment, snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """The snapshots next to evenly spread moments of the segment, each once."""
    if not snapshots:
        return []
    shares = [(index + 0.5) / _FRAMES_A_SEGMENT for index in range(_FRAMES_A_SEGMENT)]
    moments = [segment.start_seconds + share * segment.seconds for share in shares]
    nearest = [min(snapshots, key=lambda snapshot: abs(snapshot.seconds - moment)) for moment in moments]
    return list(dict.fromkeys(nearest))


def clock(seconds: float) -> str:
    """Text of hours, minutes and seconds, as players show them.

    >>> clock(3725.46)
    '1:02:05.5'
    """
    tenths = round(10 * seconds)
    hours, minutes = tenths // 36_000, tenths // 600 % 60
    rest = f"{tenths % 600 / 10:04.1f}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"


def _share(part: float, whole: float) -> str:
    return f"{100 * min(1.0, max(0.0, part / whole)) if whole else 0:.3f}%"
