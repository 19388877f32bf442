"""Two models side by side: the rates of each class, and what changed on the clips that both were asked about. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """A class as both models answer it, or all of them: recall is accuracy then; None: a model does not know the class.

    `average_precision`: of all classes together their mean; None: it was not measured.
    """

    label: str
    num_clips: tuple[int, int]
    recall: tuple[Rate | None, Rate | None]
    precision: tuple[Rate | None, Rate | None]
    average_precision: tuple[float | None, float | None]
    change: Change | None


class ChangedClip(NamedTuple):
    """A clip that one of two models got right; `answers`: the labels that each of them gave it."""

    segment: Segment
    clip_id: str
    answers: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def is_won(self) -> bool:
        return self.answers[1] == self.segment.labels

    @property
    def wrong_answer(self) -> tuple[str, ...]:
        return self.answers[0 if self.is_won else 1]


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
            (_average_precision(first, label), _average_precision(second, label)),
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


def _average_precision(tested: MeasuredRun, label: str) -> float | None:
    measured = tested.measured
    return measured.mean_average_precision if label == ALL else measured.average_precisions.get(label)


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
    told = _told(first) & _told(second)
    return {
        name: segment
        for name, segment in first.segments.items()
        if told.issuperset(segment.labels) and second.segments.get(name) == segment
    }


def _told(tested: MeasuredRun) -> set[str]:
    """The classes of which all misses are known.

    With several labels these are all, or none: any class may have been given to any clip.
    """
    matrix, misses = tested.measured.candidate, tested.misses or {}
    missed = {label: sum(label not in given for given in misses.get(label, {}).values()) for label in matrix.classes}
    told = {label for label in matrix.classes if matrix.examples(label) - matrix.hits(label) == missed[label]}
    if not matrix.has_several_labels:
        return told
    num_alarms = (matrix.predictions(label) - matrix.hits(label) for label in matrix.classes)
    num_listed = (len(misses.get(label, {})) - missed[label] for label in matrix.classes)
    is_whole = len(told) == len(matrix.classes) and list(num_alarms) == list(num_listed)
    return told if is_whole else set()


def _changes(first: MeasuredRun, second: MeasuredRun, common: Mapping[str, Segment]) -> dict[str, Change]:
    labels = sorted({label for segment in common.values() for label in segment.labels})
    groups = sorted({segment.group for segment in common.values()})
    # The last row is of all clips: those that were given exactly their labels.
    trials = np.zeros((len(labels) + 1, len(groups)))
    for segment in common.values():
        trials[_rows(labels, segment.labels), groups.index(segment.group)] += segment.num_clips
    hits, hits_of_second = trials.copy(), trials.copy()
    for tested, counts in ((first, hits), (second, hits_of_second)):
        for clip_id, given in _wrong(tested, common).items():
            segment = common[_name(clip_id)]
            missed = [label for label in segment.labels if label not in given]
            counts[_rows(labels, missed), groups.index(segment.group)] -= 1
    by_class = (hits[:-1], hits_of_second[:-1]), (hits_of_second[:-1], hits[:-1])
    losses, gains = (paired_drops(*pair, trials[:-1]) for pair in by_class)
    changes = {
        label: Change(int(clips), float(0.0 - drop), float(min(1, 2 * p_values.min())))
        for label, clips, drop, p_values in zip(
            labels, trials[:-1].sum(axis=1), losses.drops, np.stack([losses.p_values, gains.p_values], 1), strict=True
        )
    }
    gain = float((hits_of_second - hits)[-1].sum() / trials[-1].sum())
    of_all = [counts[-1:] for counts in (hits, hits_of_second, trials)]
    p_value = min(
        paired_drops(of_all[0], of_all[1], of_all[2]).p_values[0],
        paired_drops(of_all[1], of_all[0], of_all[2]).p_values[0],
    )
    return {**changes, ALL: Change(int(trials[-1].sum()), gain, float(min(1, 2 * p_value)))}


def _rows(labels: Sequence[str], found: Iterable[str]) -> list[int]:
    """The rows of these labels, and that of all clips."""
    return [*(labels.index(label) for label in found), len(labels)]


def _wrong(tested: MeasuredRun, common: Mapping[str, Segment]) -> dict[str, tuple[str, ...]]:
    """The clips of common segments that were not given exactly their labels, and what they were given, by their ids."""
    return {
        clip_id: given
        for of_class in (tested.misses or {}).values()
        for clip_id, given in of_class.items()
        if _name(clip_id) in common
    }


def _name(clip_id: str) -> str:
    # The number of a window stands behind a hyphen.
    return clip_id.partition("-")[0]


def _changed(first: MeasuredRun, second: MeasuredRun, common: Mapping[str, Segment]) -> Iterator[ChangedClip]:
    wrong = [_wrong(tested, common) for tested in (first, second)]
    for clip_id in wrong[0].keys() ^ wrong[1].keys():
        segment = common[_name(clip_id)]
        of_first, of_second = (given.get(clip_id, segment.labels) for given in wrong)
        yield ChangedClip(segment, clip_id, (of_first, of_second))


def _order(clip: ChangedClip) -> tuple[bool, tuple[str, ...], str, str]:
    return clip.is_won, clip.segment.labels, clip.segment.video, clip.clip_id
