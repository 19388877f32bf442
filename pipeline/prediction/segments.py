"""Turns probabilities over time into segments: which action, from when to when, how sure. Pure functions.

A segment of a class is found with two thresholds (hysteresis, as in Canny's edges, 1986): the score has to reach the upper one
somewhere, and the segment goes on as long as it stays above the lower one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.timeline import Scores, Timeline


@dataclass(frozen=True)
class ActionSegment:
    """An action that was found, with the mean probabilities of all classes; that of its label is the score."""

    label: str
    start_seconds: float
    end_seconds: float
    score: float
    probabilities: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return self.end_seconds - self.start_seconds


def find_segments(timeline: Timeline, classes: Sequence[str], config: SegmentsConfig) -> list[ActionSegment]:
    """The segments of a timeline in the order of their starts; those of one label do not overlap."""
    most_probable = timeline.scores.argmax(axis=1)  # [cells]
    found: list[ActionSegment] = []
    for number, label in enumerate(classes):
        if label == config.background:
            continue
        scores = timeline.scores[:, number]
        allowed = scores >= config.low_threshold
        if config.method == "argmax":
            allowed &= most_probable == number
        runs = [run for run in _runs(allowed) if scores[slice(*run)].max() >= config.threshold]
        segments = [_segment(timeline, number, label, run, config.low_threshold) for run in runs]
        joined = join(segments, config.max_gap_seconds)
        found += [segment for segment in joined if segment.seconds >= config.min_seconds]
    return sorted(found, key=lambda segment: (segment.start_seconds, segment.end_seconds, segment.label))


def join(segments: Sequence[ActionSegment], max_gap_seconds: float) -> list[ActionSegment]:
    """Join segments of one label, which are in order, over short gaps; scores are weighted with the durations."""
    joined: list[ActionSegment] = []
    for segment in segments:
        if not joined or segment.start_seconds - joined[-1].end_seconds > max_gap_seconds:
            joined.append(segment)
            continue
        last = joined.pop()
        share = last.seconds / (last.seconds + segment.seconds)
        pairs = zip(last.probabilities, segment.probabilities, strict=True)
        mixed = tuple(share * before + (1 - share) * after for before, after in pairs)
        score = share * last.score + (1 - share) * segment.score
        joined.append(ActionSegment(last.label, last.start_seconds, segment.end_seconds, score, mixed))
    return joined


def _runs(allowed: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First index of each run of True, and the one behind its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], allowed, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _segment(timeline: Timeline, number: int, label: str, run: tuple[int, int], level: float) -> ActionSegment:
    """The segment of a run; its bounds lie where the scores of neighbouring cells, joined by a line, cross `level`."""
    first, last = run
    scores: Scores = timeline.scores[:, number]
    step, centres = timeline.step_seconds, timeline.centres
    start, end = 0.0, timeline.end_seconds
    if first > 0:
        start = centres[first] - step * _share(scores[first], scores[first - 1], level)
    if last < len(scores):
        end = centres[last - 1] + step * _share(scores[last - 1], scores[last], level)
    mean = timeline.scores[first:last].mean(axis=0).tolist()
    return ActionSegment(label, float(start), float(min(end, timeline.end_seconds)), mean[number], tuple(mean))


def _share(inside: float, outside: float, level: float) -> float:
    """Share of the way between two cells' middles at which the line crosses `level`; a half where it does not."""
    return (inside - level) / (inside - outside) if outside < level <= inside else 0.5
