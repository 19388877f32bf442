"""How much moves around a segment, with its present and suggested bounds."""

from dataclasses import dataclass

import numpy as np

from components.annotation_validator.findings import Suggestion
from components.annotation_validator.inputs.measures import Bounds, Curve, SegmentMeasures, VideoMeasures

_MARGIN_SECONDS = 1.0
_NUM_TICKS = 5


@dataclass(frozen=True)
class MotionCurve:
    """The motion from a second before a segment to a second after it.

    A page scales it to a square of side 1 whose origin is at the top left: it has too many curves for matplotlib, which takes
    0.15 s for each.

    Attributes:
      seconds, rates: float64 [num_changes], grey levels a second.
      suggested: bounds; None where no other ones are suggested.
    """

    seconds: Curve
    rates: Curve
    present: Bounds
    suggested: Bounds | None

    @property
    def peak(self) -> float:
        """Grey levels a second at the top of the square."""
        return max(float(self.rates.max(initial=0.0)), 1.0)

    @property
    def points(self) -> list[tuple[float, float]]:
        """x and y of the curve."""
        heights = np.round(1 - self.rates / self.peak, 3).tolist()
        return list(zip(self.across(*self.seconds.tolist()), heights, strict=True))

    @property
    def ticks(self) -> dict[float, float]:
        """Seconds by x."""
        times = np.linspace(*self._ends, _NUM_TICKS).tolist()
        return dict(zip(self.across(*times), times, strict=True))

    def across(self, *seconds: float) -> list[float]:
        """x of these times."""
        first, last = self._ends
        return [round((each - first) / (last - first), 4) for each in seconds]

    @property
    def _ends(self) -> Bounds:
        shown = (*self.present, *self.seconds.tolist())
        return min(shown), max(shown)


def motion_around(video: VideoMeasures, segment: SegmentMeasures, suggestion: Suggestion | None) -> MotionCurve:
    """The motion in a segment and around it."""
    start, end = segment.bounds
    shown = (video.seconds >= start - _MARGIN_SECONDS) & (video.seconds <= end + _MARGIN_SECONDS)
    suggested = None
    if suggestion and (suggestion.start_seconds is not None or suggestion.end_seconds is not None):
        suggested = (
            start if suggestion.start_seconds is None else suggestion.start_seconds,
            end if suggestion.end_seconds is None else suggestion.end_seconds,
        )
    return MotionCurve(video.seconds[shown], video.curve[shown], segment.bounds, suggested)
