"""Two models side by side: the rates of each class, and what changed on the clips that both were asked about. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from components.model_gate.weighing import weigh_rates
from foundation.evidence import RateEvidence
from foundation.paired_drops import paired_drops
from foundation.statistics import Interval
from pipeline.runs.measured import MeasuredRun, Segment

# All classes together.
ALL = ""


class Rate(NamedTuple):
    """A measured rate; `interval`: None where there are too few groups to tell."""

    value: float | None
    interval: Interval | None


class Change(NamedTuple):
    """What the second model gains over the first one on clips that both were asked about.

    Attributes:
      num_clips: that both were asked about.
      gain: of recall, negative for a loss.
      p_value: how often two equally good models differ so much in some class, by exchanging whole groups; two-sided.
    """

    num_clips: int
    gain: float
    p_value: float


class ClassRow(NamedTuple):
    """A class as both models answer it, or all of them: recall is accuracy then; None: a model does not know the class."""

    label: str
    num_clips: tuple[int, int]
    recall: tuple[Rate | None, Rate | None]
    precision: tuple[Rate | None, Rate | None]
    change: Change | None


class ChangedClip(NamedTuple):
    """A clip that one of two models got right; `answers`: of both."""

    segment: Segment
    clip_id: str
    answers: tuple[str, str]

    @property
    def is_won(self) -> bool:
        return self.answers[1] == self.segment.label


class Comparison(NamedTuple):
    """`changed`: None where the runs do not tell which clips were missed; lost ones first."""

    rows: tuple[ClassRow, ...]
    changed: tuple[ChangedClip, ...] | None


def compare(first: MeasuredRun, second: MeasuredRun, confidence: float) -> Comparison:
    """Compare two runs' models; `confidence`: of the intervals."""
    common = _common(first, second)
    changes = _changes(first, second, common) if common else {}
    (recalls, precisions), (recalls_of_second, precisions_of_second) = (
        _rates(tested, confidence) for tested in (first, second)
    )
    labels = dict.fromkeys([ALL, *first.measured.candidate.classes, *second.measured.candidate.classes])
    rows = tuple(
        ClassRow(
            label,
            (_num_clips(first, label), _num_clips(second, label)),
            (recalls.get(label), recalls_of_second.get(label)),
            (precisions.get(label), precisions_of_second.get(label)),
            changes.get(label),
        )
        for label in labels
    )
    changed = None if common is None else tuple(sorted(_changed(first, second, common), key=_order))
    return Comparison(rows, changed)


def _num_clips(tested: MeasuredRun, label: str) -> int:
    matrix = tested.measured.candidate
    if label == ALL:
        return matrix.num_clips
    return matrix.examples(label) if label in matrix.classes else 0


def _rates(tested: MeasuredRun, confidence: float) -> tuple[dict[str, Rate], dict[str, Rate]]:
    """Recall and precision by class, accuracy among the recalls."""
    matrix = tested.measured.candidate
    recalls: Mapping[str, RateEvidence] = {}
    precisions: Mapping[str, RateEvidence] = {}
    if weighed := weigh_rates(tested.measured):
        recalls, precisions = {**weighed.recall, ALL: weighed.accuracy}, weighed.precision

    def rate(value: float | None, evidence: RateEvidence | None) -> Rate:
        return Rate(value, evidence.interval(confidence) if evidence and value is not None else None)

    recall = {label: rate(matrix.recall(label), recalls.get(label)) for label in matrix.classes}
    precision = {label: rate(matrix.precision(label), precisions.get(label)) for label in matrix.classes}
    return {**recall, ALL: rate(matrix.accuracy, recalls.get(ALL))}, precision


def _common(first: MeasuredRun, second: MeasuredRun) -> dict[str, Segment] | None:
    """The test segments of both, of classes whose misses both know; None where a run does not tell."""
    if first.segments is None or second.segments is None or first.misses is None or second.misses is None:
        return None
    labels = _told(first) & _told(second)
    return {
        name: segment
        for name, segment in first.segments.items()
        if segment.label in labels and second.segments.get(name) == segment
    }


def _told(tested: MeasuredRun) -> set[str]:
    """The classes of which all misses are known."""
    matrix, misses = tested.measured.candidate, tested.misses or {}
    return {
        label for label in matrix.classes if matrix.examples(label) - matrix.hits(label) == len(misses.get(label, {}))
    }


def _changes(first: MeasuredRun, second: MeasuredRun, common: Mapping[str, Segment]) -> dict[str, Change]:
    labels = sorted({segment.label for segment in common.values()})
    groups = sorted({segment.group for segment in common.values()})
    trials, hits, hits_of_second = np.zeros((3, len(labels), len(groups)))
    for segment in common.values():
        place = labels.index(segment.label), groups.index(segment.group)
        trials[place] += segment.num_clips
    hits += trials
    hits_of_second += trials
    for tested, counts in ((first, hits), (second, hits_of_second)):
        for _, segment in _missed(tested, common):
            counts[labels.index(segment.label), groups.index(segment.group)] -= 1
    losses, gains = (paired_drops(*pair, trials) for pair in ((hits, hits_of_second), (hits_of_second, hits)))
    changes = {
        label: Change(int(clips), float(0.0 - drop), float(min(1, 2 * p_values.min())))
        for label, clips, drop, p_values in zip(
            labels, trials.sum(axis=1), losses.drops, np.stack([losses.p_values, gains.p_values], axis=1), strict=True
        )
    }
    accuracy = float((hits_of_second - hits).sum() / trials.sum())
    pooled = [counts.sum(axis=0, keepdims=True) for counts in (hits, hits_of_second, trials)]
    p_value = min(
        paired_drops(pooled[0], pooled[1], pooled[2]).p_values[0],
        paired_drops(pooled[1], pooled[0], pooled[2]).p_values[0],
    )
    return {**changes, ALL: Change(int(trials.sum()), accuracy, float(min(1, 2 * p_value)))}


def _missed(tested: MeasuredRun, common: Mapping[str, Segment]) -> Iterator[tuple[str, Segment]]:
    """The missed clips of common segments, by their ids."""
    for of_class in (tested.misses or {}).values():
        for clip_id in of_class:
            # The number of a window stands behind a hyphen.
            if (name := clip_id.partition("-")[0]) in common:
                yield clip_id, common[name]


def _changed(first: MeasuredRun, second: MeasuredRun, common: Mapping[str, Segment]) -> Iterator[ChangedClip]:
    missed = [dict(_missed(tested, common)) for tested in (first, second)]
    for clip_id in missed[0].keys() ^ missed[1].keys():
        segment = common[clip_id.partition("-")[0]]
        yield ChangedClip(segment, clip_id, (_answer(first, segment, clip_id), _answer(second, segment, clip_id)))


def _answer(tested: MeasuredRun, segment: Segment, clip_id: str) -> str:
    return (tested.misses or {}).get(segment.label, {}).get(clip_id, segment.label)


def _order(clip: ChangedClip) -> tuple[bool, str, str, str]:
    return clip.is_won, clip.segment.label, clip.segment.video, clip.clip_id
