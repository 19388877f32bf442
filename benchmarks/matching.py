"""Predicted segments against annotated ones: precision, recall and F1 at an IoU. Pure.

Matching is that of ActivityNet's evaluation (github.com/activitynet/ActivityNet, Evaluation/eval_detection.py): predictions
by falling score, each takes the free annotation of its label and video with the largest IoU, if that is large enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LabelledSpan:
    """A stretch of a video in seconds with a label; annotations have the score 1."""

    video: str
    label: str
    start_seconds: float
    end_seconds: float
    score: float = 1.0


@dataclass(frozen=True)
class Agreement:
    """How many predictions found an annotation of their own."""

    num_matched: int
    num_predicted: int
    num_annotated: int

    @property
    def precision(self) -> float:
        """Share of the predictions that are right; 0 without any."""
        return self.num_matched / self.num_predicted if self.num_predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the annotations that were found; 0 without any."""
        return self.num_matched / self.num_annotated if self.num_annotated else 0.0

    @property
    def f1(self) -> float:
        total = self.num_predicted + self.num_annotated
        return 2 * self.num_matched / total if total else 0.0


def temporal_iou(a: LabelledSpan, b: LabelledSpan) -> float:
    shared = min(a.end_seconds, b.end_seconds) - max(a.start_seconds, b.start_seconds)
    total = (a.end_seconds - a.start_seconds) + (b.end_seconds - b.start_seconds) - shared
    return max(0.0, shared) / total if total > 0 else 0.0


def match(predicted: Sequence[LabelledSpan], annotated: Sequence[LabelledSpan], min_iou: float = 0.5) -> Agreement:
    """Each annotation is matched once at the most."""
    free = list(annotated)
    num_matched = 0
    for span in sorted(predicted, key=lambda span: -span.score):
        rivals = [other for other in free if (other.video, other.label) == (span.video, span.label)]
        best = max(rivals, key=lambda other: temporal_iou(span, other), default=None)
        if best is not None and temporal_iou(span, best) >= min_iou:
            free.remove(best)
            num_matched += 1
    return Agreement(num_matched, len(predicted), len(annotated))
