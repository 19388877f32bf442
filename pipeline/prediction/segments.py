"""Turns probabilities over time into segments: which action, from when to when, how sure. Pure functions.

A segment of a class is found with two thresholds (hysteresis, as in Canny's edges, 1986): the score has to reach the upper one
somewhere, and the segment goes on as long as it stays above the lower one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.labelling import Labelling
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.timeline import Scores, Timeline


@dataclass(frozen=True)
class ActionSegment:
    """An action that was found, with the mean probabilities of all classes; that of its label is the score.

    `threshold`: of its label, where a clip may have several.
    """

    label: str
    start_seconds: float
    end_seconds: float
    score: float
    probabilities: tuple[float, ...]
    threshold: float | None = None

    @property
    def seconds(self) -> float:
        return self.end_seconds - self.start_seconds


class Levels(NamedTuple):
    """A score that a segment of a class reaches somewhere, and one that it does not fall below."""

    high: float
    low: float


def find_segments(
    timeline: Timeline,
    classes: Sequence[str],
    config: SegmentsConfig,
    levels: Mapping[str, Levels] = MappingProxyType({}),
) -> list[ActionSegment]:
    """The segments of a timeline in the order of their starts; those of one label do not overlap.

    `levels`: of classes that have their own, instead of the configuration's.
    """
    most_probable = timeline.scores.argmax(axis=1)  # [cells]
    found: list[ActionSegment] = []
    for number, label in enumerate(classes):
        if label == config.background:
            continue
        own = levels.get(label)
        high, low = own or (config.threshold, config.low_threshold)
        scores = timeline.scores[:, number]
        allowed = scores >= low
        if config.method == "argmax":
            allowed &= most_probable == number
        runs = [run for run in _runs(allowed) if scores[slice(*run)].max() >= high]
        segments = [_segment(timeline, number, label, run, low) for run in runs]
        joined = join(segments, config.max_gap_seconds)
        threshold = own.high if own else None
        found += [replace(each, threshold=threshold) for each in joined if each.seconds >= config.min_seconds]
    return sorted(found, key=lambda segment: (segment.start_seconds, segment.end_seconds, segment.label))


def segments_of(
    probabilities: Sequence[float], labelling: Labelling, start_seconds: float, end_seconds: float
) -> list[ActionSegment]:
    """A segment for each label of a clip, with the clip's probabilities; the most probable first."""
    scores = dict(zip(labelling.classes, probabilities, strict=True))
    thresholds = labelling.thresholds_by_class
    return [
        ActionSegment(label, start_seconds, end_seconds, scores[label], tuple(probabilities), thresholds.get(label))
        for label in labelling.labels(probabilities)
    ]


def best_of_clip(
    probabilities: Sequence[float], labelling: Labelling, start_seconds: float, end_seconds: float
) -> ActionSegment:
    """The most probable class of a clip, whether it reaches its threshold or not."""
    number = int(np.argmax(probabilities))
    label = labelling.classes[number]
    threshold = labelling.thresholds_by_class.get(label)
    return ActionSegment(label, start_seconds, end_seconds, probabilities[number], tuple(probabilities), threshold)


def best_moment(timeline: Timeline, labelling: Labelling, background: str | None) -> ActionSegment:
    """The cell of a timeline with the highest score of any class other than the background."""
    is_action = np.array([label != background for label in labelling.classes])
    cell = int(np.where(is_action, timeline.scores, -1).max(axis=1).argmax())
    start, scores = cell * timeline.step_seconds, timeline.scores[cell]
    shown = best_of_clip(np.where(is_action, scores, -1).tolist(), labelling, start, start + timeline.step_seconds)
    return replace(shown, probabilities=tuple(scores.tolist()))


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
        joined.append(replace(last, end_seconds=segment.end_seconds, score=score, probabilities=mixed))
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
