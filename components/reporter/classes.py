"""Scores of each class on the test split, for the report. Pure: no files, no TensorFlow."""

from typing import NamedTuple

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.verdict import RuleFinding, Verdict
from components.reporter.quality import Quality
from foundation.statistics import Interval

NUM_CONFUSIONS = 3


class Score(NamedTuple):
    """A value with its bar and interval. `value` None: could not be measured; `bar` None: no rule looks at it."""

    value: float | None
    bar: float | None = None
    passed: bool = True
    interval: Interval | None = None


class ClassRow(NamedTuple):
    """Scores of a class on the test split.

    Attributes:
      change: recall minus that of the last pushed model, None without one.
      threshold, calibration_error: of its probability; None where a clip has one label.
    """

    label: str
    is_known: bool
    clips: Score
    recall: Score
    precision: Score
    f1: Score
    change: Score | None
    train_recall: float | None = None
    threshold: float | None = None
    average_precision: Score = Score(None)
    calibration_error: float | None = None


class Confusion(NamedTuple):
    """`num_clips` of the `num_true` test clips of one class were taken for another."""

    label: str
    taken_for: str
    num_clips: int
    num_true: int


def class_rows(matrix: ConfusionMatrix, verdict: Verdict, quality: Quality) -> tuple[ClassRow, ...]:
    """The classes of the model in their order, then those that only the gates know."""
    judged = {(finding.rule, finding.label): finding for finding in verdict.findings}
    unknown = dict.fromkeys(f.label for f in verdict.findings if f.label and f.label not in matrix.classes)

    def score(rule: str, label: str, value: float | None, interval: Interval | None = None) -> Score:
        finding = judged.get((rule, label))
        return Score(value, finding.bar, finding.passed, interval) if finding else Score(value, interval=interval)

    rows = []
    for label in (*matrix.classes, *unknown):
        is_known = label in matrix.classes
        hits = examples = predictions = 0
        recall = precision = f1 = None
        if is_known:
            hits, examples, predictions = matrix.hits(label), matrix.examples(label), matrix.predictions(label)
            recall, precision, f1 = matrix.recall(label), matrix.precision(label), matrix.f1(label)
        rows.append(
            ClassRow(
                label=label,
                is_known=is_known,
                clips=score("examples", label, examples),
                recall=score("recall", label, recall, quality.recall_interval(label, hits, examples)),
                precision=score("precision", label, precision, quality.precision_interval(label, hits, predictions)),
                f1=score("f1", label, f1, quality.f1_interval(label)),
                change=_change(judged.get(("recall_drop", label))),
                train_recall=quality.train_recall(label),
                threshold=quality.thresholds.get(label),
                average_precision=score("average_precision", label, quality.average_precisions.get(label)),
                calibration_error=quality.calibration_errors.get(label),
            )
        )
    return tuple(rows)


def top_confusions(matrix: ConfusionMatrix) -> tuple[Confusion, ...]:
    """The three confusions with the most clips; of equal ones first that of the largest share of its class.

    There are none where clips have several labels: classes that are given together may well be.
    """
    if matrix.has_several_labels:
        return ()
    confusions = [
        Confusion(label, taken_for, count, sum(row))
        for label, row in zip(matrix.classes, matrix.counts, strict=True)
        for taken_for, count in zip(matrix.classes, row, strict=True)
        if count and label != taken_for
    ]
    return tuple(sorted(confusions, key=lambda c: (-c.num_clips, -c.num_clips / c.num_true))[:NUM_CONFUSIONS])


def _change(drop: RuleFinding | None) -> Score | None:
    # The rule bounds a drop from above. The page shows the change, which reads better and is bounded from below.
    return Score(None if drop.value is None else -drop.value, -drop.bar, drop.passed) if drop else None
