"""The windows of one video as spans: which of them are annotated, how their answers differ. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.suggestion.spans import Floats, SeenSpan

# What shares as much of the shorter one shows the same thing, and what shares less than the other of a window leaves it free.
_SAME, _FREE = 0.5, 0.1


class Bounds(NamedTuple):
    """A stretch of a video."""

    start_seconds: float
    end_seconds: float

    def shared(self, other: "Bounds") -> float:
        """Seconds that both have."""
        return max(0.0, min(self.end_seconds, other.end_seconds) - max(self.start_seconds, other.start_seconds))

    @property
    def seconds(self) -> float:
        return self.end_seconds - self.start_seconds


class Window(NamedTuple):
    """A window and what a model makes of its clips: float32 [clips, classes] and [clips, width]."""

    bounds: Bounds
    probabilities: Floats
    features: Floats


class Sorted(NamedTuple):
    """Spans of a video by whether annotations speak of them; of windows that do in part, neither."""

    free: list[SeenSpan]
    known: list[SeenSpan]


def sort_windows(video: str, group: str, windows: Sequence[Window], annotated: Sequence[Bounds]) -> Sorted:
    """The windows as spans.

    A window is known if it shares half of itself, or half of an annotated stretch, and free if it shares a tenth of itself at
    most.
    """
    disagreements = _disagreements(windows)
    found = Sorted([], [])
    for window, disagreement in zip(windows, disagreements, strict=True):
        span = SeenSpan(
            video,
            group,
            *window.bounds,
            window.probabilities.mean(axis=0),
            window.features.mean(axis=0),
            float(disagreement),
        )
        shared = [(window.bounds.shared(bounds), bounds.seconds) for bounds in annotated]
        if any(seconds >= _SAME * min(window.bounds.seconds, length) for seconds, length in shared):
            found.known.append(span)
        elif sum(seconds for seconds, _ in shared) <= _FREE * window.bounds.seconds:
            found.free.append(span)
    return found


def without_overlaps(spans: Iterable[SeenSpan], worth: Sequence[float]) -> list[SeenSpan]:
    """Of a video's spans those that are worth most; no two of them share a tenth of the shorter. In the order of starts."""
    by_worth = [
        span for _, span in sorted(zip(worth, spans, strict=True), key=lambda pair: (-pair[0], pair[1].start_seconds))
    ]
    longest = max((_bounds(span).seconds for span in by_worth), default=0.0)
    starts: list[float] = []
    kept: list[SeenSpan] = []  # in the order of their starts
    for span in by_worth:
        bounds = _bounds(span)
        near = kept[bisect_left(starts, bounds.start_seconds - longest) : bisect_left(starts, bounds.end_seconds)]
        if all(_share(bounds, _bounds(other)) <= _FREE for other in near):
            place = bisect_left(starts, bounds.start_seconds)
            starts.insert(place, bounds.start_seconds)
            kept.insert(place, span)
    return kept


def _disagreements(windows: Sequence[Window]) -> npt.NDArray[np.float64]:
    """How far each window's clips, and those of windows that show the same, are from one answer: float64 [windows], 0 to 1.

    The Jensen-Shannon divergence of their probabilities (Lin 1991), as a share of the largest that there can be; McCallum and
    Nigam, "Employing EM and Pool-Based Active Learning for Text Classification", ICML 1998, ask a committee so.
    """
    found = np.zeros(len(windows))
    longest = max((window.bounds.seconds for window in windows), default=0.0)
    starts = np.array([window.bounds.start_seconds for window in windows])
    order = np.argsort(starts, kind="stable")
    starts = starts[order]
    for number, window in enumerate(windows):
        first = np.searchsorted(starts, window.bounds.start_seconds - longest)
        last = np.searchsorted(starts, window.bounds.end_seconds)
        near = (windows[index] for index in order[first:last])
        answers = np.concatenate(
            [each.probabilities for each in near if _share(each.bounds, window.bounds) >= _SAME]
        ).astype(np.float64)
        most = np.log(min(answers.shape))
        if most > 0:
            found[number] = (_entropy(answers.mean(axis=0)) - _entropy(answers).mean()) / most
    return np.clip(found, 0, 1)


def _entropy(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """In nats, of probabilities float64 [..., classes]."""
    return np.asarray(-(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=-1))


def _bounds(span: SeenSpan) -> Bounds:
    return Bounds(span.start_seconds, span.end_seconds)


def _share(one: Bounds, other: Bounds) -> float:
    """What both share, of the shorter one."""
    return one.shared(other) / max(1e-9, min(one.seconds, other.seconds))
